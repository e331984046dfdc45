"""ln and link: more names for a file."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.coreutils.paths import canonical, join, last_part, parent, relative
from minibuild.programs.inputs import confirm, die, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

LN = Options(
    "sfnbS:vTirt:LP",
    gnu_short="LPirt",
    long={
        "symbolic": "s",
        "force": "f",
        "no-dereference": "n",
        "backup=?": "b",
        "suffix=": "S",
        "verbose": "v",
        "no-target-directory": "T",
        "target-directory=": "t",
        "relative": "r",
        "interactive": "i",
        "logical": "L",
        "physical": "P",
    },
    usage="[-sfnbtv] [-S SUF] TARGET... LINK|DIR",
    help="Create a link LINK or DIR/TARGET to the specified TARGET(s)",
    least=1,
    operand="file operand",
    gnu_long="*",
)
LINK = Options("", usage="FILE LINK", help="Create hard LINK to FILE", least=2, most=2)


@program("ln", options=LN)
def ln(process: Process) -> int:
    """`ln [-sfnbvTr] [-S SUF] [-t DIR] TARGET... LINK|DIR`"""
    opts, operands = LN.parse(process)
    if "T" in opts and len(operands) != 2:
        LN.fail(process)
    view, alone = process.view, len(operands) == 1 and "t" not in opts
    if "t" in opts:
        last = opts.text("t")
    elif len(operands) == 1:
        last = last_part(operands[0])
    else:
        last = operands.pop()
    several = len(operands) > 1 or "t" in opts
    # -n, -T: a link to a directory is replaced, not entered.
    into = view.is_dir(last) and not (opts.any("n", "T") and view.is_link(last))
    if into and "T" in opts:
        if is_busybox(process):
            die(process, f"'{last}' is a directory")
        into = False
    if several and not into and (not is_busybox(process) or "t" in opts):
        reason = "Not a directory" if view.exists(last) else "No such file or directory"
        report(process, "{}: Not a directory", last, gnu=f"target '{{}}': {reason}")
        return 1
    status = 0
    for target in operands:
        name = join(last, last_part(target)) if into else last
        try:
            make(process, opts, target, name)
        except OSError as error:
            kind = "symbolic" if "s" in opts else "hard"
            shown = f"./{name}" if alone and not is_busybox(process) else name
            words = f"failed to create {kind} link '{{}}'"
            if error.errno == errno.ENOENT and error.filename == target:
                shown, words = target, "failed to access '{}'"
            report(process, "{}", shown, error, words)
            status = 1
    return status


def make(process: Process, opts: Opts, target: str, name: str) -> None:
    """One link; OSError carries the path that busybox names."""
    view = process.view
    symbolic = "s" in opts
    if not symbolic and not view.lexists(target):
        raise FileNotFoundError(2, "No such file or directory", target)
    if view.lexists(name):
        if "b" in opts or ("S" in opts and not is_busybox(process)):
            view.rename(name, name + opts.text("S", "~"))
        elif "i" in opts and not confirm(process, f"replace '{name}'? "):
            return
        elif "f" in opts or "i" in opts:
            # A file linked to itself must not be lost.
            if not symbolic and view.lstat(target).ino == view.lstat(name).ino and target == name:
                raise FileNotFoundError(2, "No such file or directory", name)
            view.unlink(name)
    if symbolic and "r" in opts:
        target = relative(canonical(process, target, "m"), canonical(process, parent(name), "m"))
    try:
        if symbolic:
            view.symlink(target, name)
        else:
            view.link(target, name, follow="L" in opts)
    except OSError as error:
        raise type(error)(error.errno, strerror(error), name) from None
    if "v" in opts:
        arrow = "->" if symbolic or is_busybox(process) else "=>"
        process.stdout.write(f"'{name}' {arrow} '{target}'\n")


@program("link", options=LINK)
def link(process: Process) -> int:
    """`link FILE LINK`"""
    _, (target, name) = LINK.parse(process)
    try:
        process.view.link(target, name)
    except OSError as error:
        words = f"cannot create link '{{}}' to {quoted(target)}"
        report(process, f"can't create hardlink '{{}}' to '{target}'", name, error, words)
        return 1
    return 0
