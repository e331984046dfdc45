"""What GNU tar may write instead of what a file has: owner, mode, time, name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.tar_words import transformed, transforms
from minibuild.programs.coreutils.modes import parse_mode
from minibuild.programs.gnu_names import marked
from minibuild.programs.inputs import die
from minibuild.programs.options import is_busybox
from minibuild.programs.system.dates import parse_date
from minibuild.programs.users.names import group_row, user_row

if TYPE_CHECKING:
    from typing import NoReturn

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.member import Member
    from minibuild.programs.archive.tar_options import CommandLine


class Overrides:
    """The options --owner, --group, --mode, --mtime, --transform, --newer and --format."""

    def __init__(self, process: Process, line: CommandLine) -> None:
        self.process, opts = process, line.opts
        self.style = "gnu"
        self._owner: tuple[str, int | None] | None = None
        self._group: tuple[str, int | None] | None = None
        self._mode, self._time, self._after, self._clamp = "", None, None, False
        self._numeric, self._changes = "numeric" in opts, []
        if is_busybox(process):
            return
        if "owner" in opts:
            owner, colon, group = opts.text("owner").partition(":")
            if (
                not owner.startswith("+")
                and colon
                and group
                and not group.lstrip("+").isdigit()
                and group_row(process, group)
            ):
                self._group = self._named(group, "group")
            self._owner = self._named(opts.text("owner") if colon and group.isdigit() else owner, "user")
        if "group" in opts:
            self._group = self._named(opts.text("group"), "group")
        self._mode = opts.text("mode")
        if self._mode and parse_mode(self._mode, 0o644, 0) is None:
            self._end("Invalid mode given on option")
        self._time = self._moment(opts.text("mtime")) if "mtime" in opts else None
        self._after = self._moment(opts.text("N")) if "N" in opts else None
        self._clamp = "clamp" in opts
        self._changes = transforms(process, opts)
        self.style = self._style(opts.get("H"), old=opts.any("old", "o"), posix="posix" in opts)

    def passes(self, stat: Stat, known: int | None) -> bool:
        """Whether --newer and `u` let the file into the archive; directories always go."""
        if known is not None and stat.mtime // 10**9 <= known // 10**9:
            return False
        return stat.kind == "dir" or self._after is None or stat.mtime > self._after

    def applied(self, member: Member) -> Member:
        """The member as it is to be written."""
        changes: dict[str, object] = {}
        if self._owner is not None:
            changes["user"] = self._owner[0]
            if self._owner[1] is not None:
                changes["uid"] = self._owner[1]
        if self._group is not None:
            changes["group"] = self._group[0]
            if self._group[1] is not None:
                changes["gid"] = self._group[1]
        if self._numeric:
            changes["user"] = changes["group"] = ""
        if self._mode:
            changes["mode"] = parse_mode(self._mode, member.mode, 0, directory=member.kind == "dir")
        if self._time is not None and not (self._clamp and member.mtime <= self._time):
            changes["mtime"] = self._time
        if self._changes:
            changes["name"] = transformed(self._changes, member.name, "r")
            if member.kind in ("link", "hardlink"):
                changes["target"] = transformed(
                    self._changes, member.target, "s" if member.kind == "link" else "h"
                )
        return replace(member, **changes) if changes else member  # type: ignore[arg-type]

    def _named(self, text: str, what: str) -> tuple[str, int | None]:
        """(name, number) from NAME, NAME:NUMBER or a number; the number is None when nobody knows it."""
        name, colon, digits = text.partition(":")
        if colon and digits.isdigit():
            return name, int(digits)
        if name.lstrip("+").isdigit():
            return "", int(name.lstrip("+"))
        row = user_row(self.process, name) if what == "user" else group_row(self.process, name)
        return name, int(row[2]) if row else None

    def _moment(self, text: str) -> int:
        """A date, or the time of a file whose name begins with a slash or a dot; in nanoseconds."""
        if text.startswith(("/", ".")):
            try:
                return self.process.view.stat(text).mtime
            except OSError as error:
                self._end(f"{text}: Cannot stat: {strerror(error)}")
        found = parse_date(text, self.process)
        if found is None:
            self._end(f"Invalid date format: {marked(self.process, text)}")
        return found

    def _style(self, asked: str | None, *, old: bool, posix: bool) -> str:
        if asked is None:
            return "pax" if posix else "v7" if old else "gnu"
        if asked not in ("gnu", "oldgnu", "ustar", "pax", "posix", "v7"):
            self.process.error(f"{marked(self.process, asked)}: Invalid archive format")
            self._end("")
        return asked

    def _end(self, text: str) -> NoReturn:
        if text:
            self.process.error(text)
        die(self.process, "Error is not recoverable: exiting now", 2)
