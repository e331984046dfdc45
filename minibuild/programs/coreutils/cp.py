"""cp and mv: what their options ask of the copier, and which name each source gets."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NoReturn

from minibuild.programs.coreutils.copying import Copier, required
from minibuild.programs.coreutils.creation import make_directory
from minibuild.programs.coreutils.paths import join, last_part, parent
from minibuild.programs.coreutils.removal import remove_quietly
from minibuild.programs.inputs import confirm, die, encode, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

CP = Options(
    "pdRfilsLHarPvuTnt:",
    long={
        "archive": "a",
        "force": "f",
        "interactive": "i",
        "no-clobber": "n",
        "link": "l",
        "symbolic-link": "s",
        "dereference": "L",
        "no-dereference": "P",
        "recursive": "R",
        "no-target-directory": "T",
        "target-directory=": "t",
        "verbose": "v",
        "update": "u",
        "remove-destination": "remove",
        "parents": "parents",
        "preserve=?": "preserve",
        "no-preserve=": "no-preserve",
        "reflink=?": "reflink",
        "sparse=": "sparse",
        "one-file-system": "x",
        "strip-trailing-slashes": "strip",
    },
    usage="[-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }",
    help="Copy SOURCEs to DEST",
    gnu_long="preserve no-preserve sparse one-file-system strip-trailing-slashes",
)
MV = Options(
    "finvTt:u",
    gnu_short="u",
    long={
        "force": "f",
        "interactive": "i",
        "no-clobber": "n",
        "verbose": "v",
        "no-target-directory": "T",
        "target-directory=": "t",
        "update": "u",
        "strip-trailing-slashes": "strip",
    },
    usage="[-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }",
    help="Rename SOURCE to DEST, or move SOURCEs to DIRECTORY",
    gnu_long="update strip-trailing-slashes",
)
PRESERVED = {
    "mode": "m",
    "ownership": "o",
    "timestamps": "t",
    "all": "mot",
    "links": "",
    "xattr": "",
    "context": "",
}


def copier(process: Process, opts: Opts) -> Copier:
    """The copier that cp's options describe. -a is -dpR; -R alone keeps symbolic links unless -L or -H."""
    recursive = opts.any("R", "r", "a")
    mode = opts.last("L", "H", "P", "d", "a")
    # -a means -d, but a -R anywhere must not override a -L.
    follow = {
        "L": "all",
        "H": "first",
        "P": "none",
        "d": "none",
        "a": "none",
        None: "none" if recursive else "all",
    }
    preserve = "mot" if opts.any("p", "a") else ""
    if "preserve" in opts:
        names = opts.text("preserve", "mode,ownership,timestamps").split(",")
        preserve += "".join(PRESERVED.get(name, "") for name in names)
    for name in opts.text("no-preserve").split(","):
        preserve = "".join(letter for letter in preserve if letter not in PRESERVED.get(name, ""))
    choice = opts.last("f", "i", "n", "u", "remove")
    existing = {"f": "force", "i": "ask", "n": "keep", "u": "update", "remove": "remove", None: ""}
    return Copier(
        process,
        recursive=recursive,
        preserve=preserve,
        follow=follow[mode],
        link="symbolic" if "s" in opts else "hard" if "l" in opts else "",
        existing=existing[choice],
        verbose="v" in opts,
    )


def fail(process: Process, options: Options, operands: list[str], one: bool) -> NoReturn:
    """Too few operands, or too many for -T."""
    if not is_busybox(process):
        if one and len(operands) > 2:
            process.error(f"extra operand {quoted(operands[2])}")
        elif operands:
            process.error(f"missing destination file operand after {quoted(operands[0])}")
        else:
            process.error("missing file operand")
    options.fail(process)


def check_target(process: Process, directory: str) -> None:
    """GNU's programs look whether the target is a directory before they begin."""
    if not is_busybox(process) and not process.view.is_dir(directory):
        reason = "Not a directory" if process.view.exists(directory) else "No such file or directory"
        die(process, f"target {quoted(directory)}: {reason}")


def overwriting(directory: str) -> str:
    """GNU's words for a directory that is no directory's target."""
    return f"cannot overwrite directory {quoted(directory)} with non-directory"


@program("cp", options=CP)
def cp(process: Process) -> int:
    """`cp [OPTIONS] SOURCE DEST`, `cp [OPTIONS] SOURCE... DIRECTORY`, `cp [OPTIONS] -t DIRECTORY SOURCE...`
    """
    opts, operands = CP.parse(process)
    work = copier(process, opts)
    view = process.view
    if "t" not in opts:
        if len(operands) < 2 or ("T" in opts and len(operands) > 2):
            fail(process, CP, operands, "T" in opts)
        if len(operands) == 2:
            source, last = operands
            try:
                source_dir = required(view, source, follow=work.follow != "none").kind == "dir"
            except OSError as error:
                report(process, "can't stat '{}'", source, error)
                return 1
            dest_dir = view.is_dir(last)
            if "T" in opts and not source_dir and dest_dir:
                die(process, f"'{last}' is a directory", gnu=overwriting(last))
            if "parents" in opts and not dest_dir:
                die(process, "with --parents, the destination must be a directory")
            if (
                source_dir
                and work.recursive
                and view.exists(last)
                and not dest_dir
                and not is_busybox(process)
            ):
                die(process, f"cannot overwrite non-directory {quoted(last)} with directory {quoted(source)}")
            fresh = work.recursive and source_dir and not view.lexists(last)
            if (not source_dir and not dest_dir) or fresh or "T" in opts:
                return 0 if copy_to(process, work, source, last) else 1
    directory = opts.get("t") or operands.pop()
    if len(operands) > 1 or "t" in opts:
        check_target(process, directory)
    status = 0
    for source in operands:
        if "parents" in opts:
            dest = join(directory, source)
            make_directory(process, parent(dest), None)
        else:
            dest = join(directory, last_part(source))
        if not copy_to(process, work, source, dest):
            status = 1
    return status


def copy_to(process: Process, work: Copier, source: str, dest: str) -> bool:
    """Copy; a new file cannot have a name that ends with a slash."""
    if dest.endswith("/") and not process.view.exists(dest) and not process.view.is_dir(source):
        report(
            process,
            "can't create '{}': Is a directory",
            dest,
            gnu="cannot create regular file '{}': Not a directory",
        )
        return False
    return work.copy(source, dest)


@program("mv", options=MV)
def mv(process: Process) -> int:
    """`mv [-finTv] SOURCE DEST`, `mv [-finv] SOURCE... DIRECTORY`, `mv [-finv] -t DIRECTORY SOURCE...`"""
    opts, operands = MV.parse(process)
    if "t" not in opts and (len(operands) < 2 or ("T" in opts and len(operands) > 2)):
        fail(process, MV, operands, "T" in opts)
    status = 0
    for source, dest in targets(process, opts, operands):
        try:
            if not move(process, opts, source, dest):
                status = 1
        except OSError as error:
            report_move(process, source, dest, error)
            status = 1
    return status


def targets(process: Process, opts: Opts, operands: list[str]) -> Iterator[tuple[str, str]]:
    """Each source with the name it is to get."""
    view = process.view
    if "t" not in opts and len(operands) == 2:
        source, last = operands
        if "T" in opts and view.is_dir(last) and not view.is_dir(source):
            die(process, f"'{last}' is a directory", gnu=overwriting(last))
        if "T" in opts or not view.is_dir(last):
            yield source, last
            return
    directory = opts.get("t") or operands.pop()
    check_target(process, directory)
    for source in operands:
        yield source, join(directory, last_part(source))


def report_move(process: Process, source: str, dest: str, error: OSError) -> None:
    """Say that a rename failed."""
    if error.errno == errno.EINVAL and not is_busybox(process):
        process.error(f"cannot move {quoted(source)} to a subdirectory of itself, {quoted(dest)}")
        return
    if error.errno == errno.ENOTDIR and process.view.is_dir(source) and not is_busybox(process):
        process.error(f"cannot overwrite non-directory {quoted(dest)} with directory {quoted(source)}")
        return
    missing = error.errno == errno.ENOENT and not process.view.lexists(source)
    gnu = "cannot stat '{}'" if missing else f"cannot move '{{}}' to {quoted(dest)}"
    report(process, "can't rename '{}'", source, error, gnu)


def move(process: Process, opts: Opts, source: str, dest: str) -> bool:
    """Rename one file; between mounts, copy it with everything it has and remove it. False after a reported
    error.
    """
    view = process.view
    choice = opts.last("f", "i", "n")
    if view.lexists(dest):
        if choice == "n":
            return True
        if "u" in opts and view.lstat(source).mtime <= view.lstat(dest).mtime:
            return True
        if choice == "i" and not confirm(process, f"overwrite '{dest}'? "):
            return True
    try:
        required(view, source, follow=False)
        view.rename(source, dest)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        if not move_across(process, source, dest):
            return False
    if "v" in opts:
        said = f"'{source}' -> '{dest}'"
        if not is_busybox(process):
            said = f"renamed {quoted(source)} -> {quoted(dest)}"
        process.stdout.write(encode(said + "\n"))
    return True


def move_across(process: Process, source: str, dest: str) -> bool:
    """A move from one mounted file system to another."""
    view = process.view
    if view.lexists(dest):
        from_dir, to_dir = view.lstat(source).kind == "dir", view.lstat(dest).kind == "dir"
        if from_dir != to_dir:
            words = ("non-", "") if from_dir else ("", "non-")
            process.error("can't overwrite {}directory with {}directory".format(*words))
            return False
        if not to_dir:
            view.unlink(dest)
    work = Copier(process, recursive=True, preserve="mot", follow="none")
    return work.copy(source, dest) and remove_quietly(process, source)
