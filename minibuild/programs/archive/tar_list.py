"""What tar says of a member: its name, or with -v a line like ls's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils.modes import mode_string
from minibuild.programs.gnu_names import escaped
from minibuild.programs.inputs import encode
from minibuild.programs.options import is_busybox
from minibuild.programs.system.dates import format_time

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.member import Member
    from minibuild.programs.archive.tar_options import CommandLine

_WIDTH = 19  # GNU's first guess for owner and size together; it grows


class Lister:
    """Lines about members, in the way of busybox or of GNU."""

    def __init__(self, process: Process, line: CommandLine) -> None:
        self.process = process
        self.busybox = is_busybox(process)
        opts = line.opts
        self.numeric, self.utc = "numeric" in opts, "utc" in opts
        self.form = "%Y-%m-%d %H:%M:%S" if self.busybox or "full-time" in opts else "%Y-%m-%d %H:%M"
        self._width = _WIDTH

    def name(self, member: Member) -> bytes:
        """The line with the name only."""
        name = member.name
        if member.kind == "dir" and not name.endswith("/"):
            name += "/"
        return encode(name if self.busybox else escaped(self.process, name)) + b"\n"

    def long(self, member: Member) -> bytes:
        """The line with mode, owner, size and time."""
        return self._busybox(member) if self.busybox else self._gnu(member)

    def _busybox(self, member: Member) -> bytes:
        ends = member.kind == "dir" and not member.name.endswith("/")
        return busybox_line(self.process, member, "/" if ends else "")

    def _gnu(self, member: Member) -> bytes:
        known = not self.numeric
        user = member.user if known and member.user else str(member.uid)
        group = member.group if known and member.group else str(member.gid)
        size = f"{member.major},{member.minor}" if member.kind in ("char", "block") else str(member.length)
        pad = len(user) + 1 + len(group) + 1 + len(size)
        self._width = max(self._width, pad)
        mode = mode_string("file" if member.kind == "hardlink" else member.kind, member.mode)
        if member.kind == "hardlink":
            mode = "h" + mode[1:]
        time = format_time(self.process, self.form, member.mtime, utc=self.utc)
        text = f"{mode} {user}/{group} {' ' * (self._width - pad)}{size} {time} "
        target = ""
        if member.kind == "link":
            target = f" -> {escaped(self.process, member.target)}"
        elif member.kind == "hardlink":
            target = f" link to {escaped(self.process, member.target)}"
        return encode(text) + self.name(member)[:-1] + encode(target) + b"\n"


def busybox_line(process: Process, member: Member, ending: str = "") -> bytes:
    """How busybox's tar and cpio show a member with -v."""
    user, group = member.user or str(member.uid), member.group or str(member.gid)
    mode = mode_string("file" if member.kind == "hardlink" else member.kind, member.mode)
    time = format_time(process, "%Y-%m-%d %H:%M:%S", member.mtime)
    target = f" -> {member.target}" if member.target else ""
    return encode(f"{mode} {user}/{group} {member.size:9} {time} {member.name}{ending}{target}\n")
