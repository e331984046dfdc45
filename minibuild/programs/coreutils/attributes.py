"""chmod, chown, chgrp: mode and owner of files and trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.copying import required
from minibuild.programs.coreutils.modes import mode_string, parse_mode
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import die, encode, quoted, report
from minibuild.programs.options import Options, help_hint, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.users.names import Names, group_id, user_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

SHARED = {
    "recursive": "R",
    "verbose": "v",
    "changes": "c",
    "silent": "f",
    "quiet": "f",
    "reference=": "reference",
    "preserve-root": "root",
    "no-preserve-root": "root",
}
CHMOD = Options(
    "Rvcf",
    long=SHARED,
    usage="[-Rcvf] MODE[,MODE]... FILE...",
    help="MODE is octal number (bit pattern sstrwxrwxrwx) or [ugoa]{+|-|=}[rwxXst]",
    gnu_long="*",
)
OWNER_LONG = {**SHARED, "no-dereference": "h", "dereference": "d", "from=": "from"}
CHOWN = Options(
    "RhLHPcvf",
    long=OWNER_LONG,
    usage="[-RhLHPcvf]... USER[:[GRP]] FILE...",
    help="Change the owner and/or group of FILEs to USER and/or GRP",
    gnu_long="reference preserve-root no-preserve-root from",
)
CHGRP = Options(
    "RhLHPcvf",
    long=OWNER_LONG,
    usage="[-RhLHPcvf]... GROUP FILE...",
    help="Change the group membership of FILEs to GROUP",
    gnu_long="reference preserve-root no-preserve-root from",
)


class Walker:
    """Applies a change to operands and, with -R, to all below them, directories before what is in them."""

    def __init__(
        self, process: Process, opts: Opts, change: Callable[[str, Stat, bool], None], action: str
    ) -> None:
        self.process, self.view, self.change, self.action = process, process.view, change, action
        self.recursive, self.quiet = "R" in opts, "f" in opts
        mode = opts.last("L", "H", "P")
        self.follow_all, self.follow_first = mode == "L", mode in ("L", "H")
        self.failed = False

    def run(self, paths: list[str], follow_operands: bool) -> int:
        """0, or 1 when something could not be changed."""
        for path in paths:
            self.visit(path, follow_operands or self.follow_first, True)
        return 1 if self.failed else 0

    def visit(self, path: str, follow: bool, first: bool) -> None:
        """Change one file, then what is below it."""
        view = self.view
        action = "cannot access"
        try:
            if first:
                stat = required(view, path, follow=follow)
            else:
                stat = view.stat(path) if follow else view.lstat(path)
            action = self.action
            self.change(path, stat, first)
        except OSError as error:
            self.report(path, error, action)
            return
        if not self.recursive or stat.kind != "dir":
            return
        try:
            names = view.listdir(path)
        except OSError as error:
            self.report(path, error, "cannot read directory")
            return
        for name in names:
            self.process.tick()
            self.visit(join(path, name), self.follow_all, False)

    def report(self, path: str, error: OSError, action: str) -> None:
        """Remember a failure, and say it unless -f; `action` is what GNU's program calls what failed."""
        self.failed = True
        if not self.quiet:
            report(self.process, "{}", path, error, f"{action} '{{}}'")


@program("chmod", options=CHMOD)
def chmod(process: Process) -> int:
    """`chmod [-Rcvf] MODE[,MODE]... FILE...`; links met on the way down are left alone."""
    words = process.argv[1:]
    # `chmod -x f` is a mode, not a bundle of options.
    at = next((at for at, word in enumerate(words) if word[:1] != "-" or word[1:2] in ("-", *"rwxXst0")), 0)
    mode_first = words[at : at + 1] if words and words[at][:1] == "-" and words[at][1:2] != "-" else []
    if mode_first:
        del words[at]
    opts, operands = CHMOD.parse(process, words)
    view = process.view
    operands = mode_first + operands
    if "reference" in opts:
        operands.insert(0, f"{view.stat(opts.text('reference')).mode:o}")
    if len(operands) < 2:
        CHMOD.fail_operands(process, operands)
    text, *paths = operands

    def change(path: str, stat: Stat, first: bool) -> None:
        if stat.kind == "link" and not first:
            return
        mode = parse_mode(text, stat.mode, view.umask, directory=stat.kind == "dir")
        if mode is None:
            die(
                process,
                f"invalid mode '{text}'",
                gnu=f"invalid mode: {quoted(text)}\n{help_hint(process)}",
            )
        view.chmod(path, mode)
        if "v" in opts or ("c" in opts and mode != stat.mode):
            process.stdout.write(encode(mode_change(process, path, stat.mode, mode)))

    return Walker(process, opts, change, "changing permissions of").run(paths, True)


def mode_change(process: Process, path: str, old: int, new: int) -> str:
    """What chmod -v says."""
    before, after = (f"{mode:04o} ({mode_string('file', mode)[1:]})" for mode in (old, new))
    if is_busybox(process):
        return f"mode of '{path}' changed to {after}\n"
    if old == new:
        return f"mode of {quoted(path)} retained as {after}\n"
    return f"mode of {quoted(path)} changed from {before} to {after}\n"


@program("chown", options=CHOWN)
def chown(process: Process) -> int:
    """`chown [-RhLHPcvf] USER[:[GRP]] FILE...`"""
    opts, operands = CHOWN.parse(process)
    if "reference" in opts:
        model = process.view.stat(opts.text("reference"))
        return change_owner(process, opts, operands, model.uid, model.gid)
    if len(operands) < 2:
        CHOWN.fail_operands(process, operands)
    owner, *paths = operands
    uid, gid = parse_owner(process, owner)
    return change_owner(process, opts, paths, uid, gid)


@program("chgrp", options=CHGRP)
def chgrp(process: Process) -> int:
    """`chgrp [-RhLHPcvf] GROUP FILE...`"""
    opts, operands = CHGRP.parse(process)
    if "reference" in opts:
        return change_owner(process, opts, operands, -1, process.view.stat(opts.text("reference")).gid)
    if len(operands) < 2:
        CHGRP.fail_operands(process, operands)
    group, *paths = operands
    gid = group_id(process, group)
    if gid is None:
        die(process, f"unknown group {group}", gnu=f"invalid group: {quoted(group)}")
    return change_owner(process, opts, paths, -1, gid)


def parse_owner(process: Process, text: str) -> tuple[int, int]:
    """uid and gid (-1: leave it) of USER, USER:, USER:GROUP, :GROUP, USER.GROUP; names or numbers."""
    separator = ":" if ":" in text else "." if "." in text and user_entry(process, text) is None else ""
    user, _, group = text.partition(separator) if separator else (text, "", "")
    if not separator:
        entry = user_entry(process, text)
        if entry is None:
            die(process, f"unknown user {text}", gnu=f"invalid user: {quoted(text)}")
        return entry[0], -1
    if not user:
        gid = group_id(process, group)
        if gid is None:
            die(process, f"unknown group {group}", gnu=f"invalid group: {quoted(text)}")
        return -1, gid
    entry = user_entry(process, user)
    gid = entry[1] if entry and not group else group_id(process, group)
    if entry is None or gid is None:
        kind = "user" if entry is None else "group"
        die(process, f"unknown user/group {text}", gnu=f"invalid {kind}: {quoted(text)}")
    return entry[0], gid


def change_owner(process: Process, opts: Opts, paths: list[str], uid: int, gid: int) -> int:
    """Give files to uid and gid. With -h, or -R without -L or -H, links themselves change."""
    view = process.view
    traverses = opts.last("L", "H", "P") in ("L", "H")
    themselves = "h" in opts or ("R" in opts and not traverses)

    def change(path: str, stat: Stat, first: bool) -> None:  # noqa: ARG001  a Walker's change
        view.chown(path, uid, gid, follow=not themselves)
        new = (stat.uid if uid < 0 else uid, stat.gid if gid < 0 else gid)
        if "v" in opts or ("c" in opts and new != (stat.uid, stat.gid)):
            process.stdout.write(encode(owner_change(process, path, (stat.uid, stat.gid), (uid, gid))))

    action = "changing group of" if uid < 0 and program_name(process) == "chgrp" else "changing ownership of"
    return Walker(process, opts, change, action).run(paths, not themselves)


def owner_change(process: Process, path: str, old: tuple[int, int], wanted: tuple[int, int]) -> str:
    """What chown -v and chgrp -v say; `wanted` has -1 for what stays."""
    new = (old[0] if wanted[0] < 0 else wanted[0], old[1] if wanted[1] < 0 else wanted[1])
    if is_busybox(process):
        return f"changed ownership of '{path}' to {new[0]}:{new[1]}\n"
    names = Names(process)

    def shown(owner: tuple[int, int]) -> str:
        words = [] if wanted[0] < 0 else [names.user(owner[0]) or str(owner[0])]
        if wanted[1] >= 0:
            words.append(names.group(owner[1]) or str(owner[1]))
        return ":".join(words)

    what = "group" if wanted[0] < 0 else "ownership"
    if new == old:
        return f"{what} of {quoted(path)} retained as {shown(old)}\n"
    return f"changed {what} of {quoted(path)} from {shown(old)} to {shown(new)}\n"
