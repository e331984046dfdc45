"""patch: apply what diff has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.patch_busybox import apply_as_busybox
from minibuild.programs.text.patch_gnu import Patcher
from minibuild.programs.text.patch_parse import Parser, PatchError

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

PATCH = Options(
    "bB:cd:D:eEfF:g:i:lnNo:p:r:RstTuvV:x:Y:z:Z",
    long={
        "strip=": "p",
        "forward": "N",
        "reverse": "R",
        "input=": "i",
        "fuzz=": "F",
        "ignore-whitespace": "l",
        "context": "c",
        "ed": "e",
        "normal": "n",
        "unified": "u",
        "output=": "o",
        "reject-file=": "r",
        "ifdef=": "D",
        "merge": "merge",
        "remove-empty-files": "E",
        "force": "f",
        "batch": "t",
        "silent": "s",
        "quiet": "s",
        "verbose": "verbose",
        "dry-run": "dry-run",
        "posix": "posix",
        "directory=": "d",
        "backup": "b",
        "backup-if-mismatch": "backup-if-mismatch",
        "no-backup-if-mismatch": "no-backup-if-mismatch",
        "prefix=": "B",
        "suffix=": "z",
        "binary": "binary",
        "reject-format=": "reject-format",
        "read-only=": "read-only",
    },
    usage="[-RNE] [-p N] [-i DIFF] [ORIGFILE [PATCHFILE]]",
    help="""
	-p N	Strip N leading components from file names
	-i DIFF	Read DIFF instead of stdin
	-R	Reverse patch
	-N	Ignore already applied patches
	-E	Remove output files if they become empty
	--dry-run	Don't actually change files
""",
    gnu_failure=2,
    most=2,
)


@program("patch", options=PATCH)
def patch(process: Process) -> int:
    """`patch [-pN] [-R] [-N] [-E] [-i PATCH] [-d DIRECTORY] [--dry-run] [FILE [PATCH]]`"""
    opts, operands = PATCH.parse(process)
    busybox = is_busybox(process)
    name = opts.get("i") or (operands[1] if len(operands) > 1 else "-")
    try:
        data = process.open_reader(name).read()
    except OSError as error:
        message = f"can't open '{name}'" if busybox else f"**** Can't open patch file {name} "
        die(process, f"{message}: {strerror(error)}", 1 if busybox else 2)
    directory = opts.get("d")
    if directory is not None:
        try:
            process.view.chdir(directory)
        except OSError as error:
            die(process, f"**** Can't change to directory {directory} : {strerror(error)}", 2)
    try:
        files = Parser(data).parse()
    except PatchError as error:
        if busybox:
            die(process, f"corrupted patch: {error}")
        shown = data.split(b"\n")[error.line - 1].decode("utf-8", "surrogateescape") if error.line else ""
        where = f" at line {error.line}: {shown}" if "malformed" in str(error) else ""
        die(process, f"**** {error}{where}", 2)
    prefix = opts.get("p")
    strip = None if prefix is None else number(process, prefix)
    target = operands[0] if operands else None
    if not data:
        return 0
    if busybox:
        return apply_as_busybox(process, opts, files, strip=strip, target=target)
    return Patcher(process, opts, strip=strip, target=target).apply(files)
