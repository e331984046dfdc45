"""install: copy with mode and owner, or make directories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.copying import Copier
from minibuild.programs.coreutils.creation import make_directory
from minibuild.programs.coreutils.modes import parse_mode
from minibuild.programs.coreutils.paths import join, last_part, parent
from minibuild.programs.inputs import die, quoted, report
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.users.names import group_id, user_entry

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

INSTALL = Options(
    "cvb:Ddpsg:m:o:t:TCS:",
    long={
        "verbose": "v",
        "directory": "d",
        "preserve-timestamps": "p",
        "strip": "s",
        "group=": "g",
        "mode=": "m",
        "owner=": "o",
        "target-directory=": "t",
        "no-target-directory": "T",
        "compare": "C",
        "suffix=": "S",
        "backup=?": "backup",
    },
    usage="[-cdDsp] [-o USER] [-g GRP] [-m MODE] [-t DIR] [SOURCE] DEST",
    help="Copy files and set attributes\n\n\t-c\tJust copy (default)\n\t-d\tCreate directories\n"
    "\t-D\tCreate leading target directories\n\t-s\tStrip symbol table\n\t-p\tPreserve date",
    least=1,
)


@program("install", "ginstall", options=INSTALL)
def install(process: Process) -> int:
    """`install [-cDsp] [-m MODE] [-o USER] [-g GRP] SOURCE... DEST`, `install -d DIRECTORY...`"""
    opts, operands = INSTALL.parse(process)
    mode = parse_mode(opts.text("m", "755"), 0, process.view.umask, directory="d" in opts)
    if mode is None:
        die(process, f"invalid mode '{opts.text('m')}'")
    owner = owner_of(process, opts)
    if "d" in opts:
        return make_directories(process, operands, mode, owner, verbose="v" in opts)
    view = process.view
    directory = opts.get("t")
    if directory is None:
        if len(operands) < 2:
            INSTALL.fail(process)
        last = operands.pop()
        directory = last if view.is_dir(last) and "T" not in opts else None
        if directory is None and len(operands) > 1 and "D" not in opts:
            die(process, f"target '{last}' is not a directory")
    elif "D" in opts and not view.is_dir(directory):
        make_directory(process, directory, None)
    work = Copier(process, preserve="mot" if "p" in opts else "", existing="remove", verbose="v" in opts)
    status = 0
    for source in operands:
        dest = join(directory, last_part(source)) if directory is not None else last
        if not put(process, work, source, dest, "D" in opts):
            status = 1
            continue
        try:
            give(process, dest, mode, owner)
        except OSError as error:
            what = "ownership" if owner != (-1, -1) else "permissions"
            report(process, f"can't change {what} of {{}}", dest, error, f"cannot change {what} of '{{}}'")
            status = 1
    return status


def owner_of(process: Process, opts: Opts) -> tuple[int, int]:
    """uid and gid of -o and -g; -1 where there is none."""
    uid = gid = -1
    if "o" in opts:
        entry = user_entry(process, opts.text("o"))
        if entry is None:
            die(process, f"unknown user {opts.text('o')}", gnu=f"invalid user {quoted(opts.text('o'))}")
        uid = entry[0]
    if "g" in opts:
        found = group_id(process, opts.text("g"))
        if found is None:
            die(process, f"unknown group {opts.text('g')}", gnu=f"invalid group {quoted(opts.text('g'))}")
        gid = found
    return uid, gid


def put(process: Process, work: Copier, source: str, dest: str, leading: bool) -> bool:
    """Copy one file, with -D after making the directories above it; False after a reported error."""
    try:
        if leading and not process.view.is_dir(parent(dest)):
            make_directory(process, parent(dest), None)
    except OSError as error:
        report(process, "can't create directory '{}'", error.filename, error)
        return False
    return work.copy(source, dest)


def give(process: Process, path: str, mode: int, owner: tuple[int, int]) -> None:
    """Owner first: a change of owner clears set-id bits."""
    if owner != (-1, -1):
        process.view.chown(path, *owner)
    process.view.chmod(path, mode)


def make_directories(
    process: Process, paths: list[str], mode: int, owner: tuple[int, int], *, verbose: bool
) -> int:
    """`install -d`: directories with those above them; mode and owner are for the last."""
    status = 0
    for path in paths:
        try:
            make_directory(process, path, mode, verbose=verbose)
            give(process, path, mode, owner)
        except OSError as error:
            report(process, "can't create directory '{}'", error.filename or path, error)
            status = 1
    return status
