"""Unpacking members into the container's file system, by the rules that busybox's tar has.

Everything goes through the process's own view: its rights, its root, its working directory. A name can't lead
out of the root; symbolic links with absolute or upward targets are made at the end, so that nothing is
written through them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.errors import strerror
from minibuild.filesystem.nodes import EMPTY
from minibuild.filesystem.openfile import OpenFile
from minibuild.kernel.limits import LimitError
from minibuild.programs.archive.outflow import count_written
from minibuild.programs.archive.sparse import SparseContent
from minibuild.programs.archive.tar_read import TarError
from minibuild.programs.inputs import die
from minibuild.programs.options import is_busybox
from minibuild.programs.users.names import group_row, user_row

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.archive.member import Member
    from minibuild.programs.archive.tar_options import CommandLine
    from minibuild.programs.archive.tar_read import TarReader

SECOND = 10**9
_WHOLE = 8 << 20  # a larger file is written as it comes, so that it is not held twice
_LARGEST_SPARSE = 4 << 30  # the zeros in a file take no memory, but whoever reads it reads them


def stripped(name: str, count: int) -> str | None:
    """The name without its first `count` directories; None when nothing is left."""
    for _ in range(count):
        _, slash, name = name.partition("/")
        if not slash or not name:
            return None
    return name


class Owners:
    """The ids that members' owners have here: by name where the name is known, else by number."""

    def __init__(self, process: Process, *, numeric: bool) -> None:
        self.process, self.numeric = process, numeric
        self._users: dict[str, int | None] = {}
        self._groups: dict[str, int | None] = {}

    def of(self, member: Member) -> tuple[int, int]:
        """(uid, gid)"""
        if self.numeric:
            return member.uid, member.gid
        if member.user not in self._users:
            row = user_row(self.process, member.user) if member.user else None
            self._users[member.user] = int(row[2]) if row else None
        if member.group not in self._groups:
            row = group_row(self.process, member.group) if member.group else None
            self._groups[member.group] = int(row[2]) if row else None
        uid, gid = self._users[member.user], self._groups[member.group]
        return member.uid if uid is None else uid, member.gid if gid is None else gid


class Unpacker:
    """What both kinds of tar do alike: write the bytes of a file, count them."""

    def __init__(self, process: Process, line: CommandLine, reader: TarReader) -> None:
        self.process, self.view, self.reader = process, process.view, reader
        self.opts = line.opts
        self.owners = Owners(process, numeric="numeric" in line.opts)
        self.strip = number_of(process, line)

    def write_file(self, member: Member, path: str, mode: str, permissions: int) -> None:
        """Create the file and give it its bytes. OSError as open(2) gives it."""
        stream = self.process.open_stream(path, mode, permissions)
        if member.length > _LARGEST_SPARSE:
            raise LimitError(
                f"the command was ended: a file would be larger than {_LARGEST_SPARSE >> 30} GiB"
            )
        pieces = member.size > _WHOLE and not self.reader.source.at_once and member.holes is None
        if pieces or not isinstance(stream, OpenFile):
            for piece in self.reader.data(member):
                stream.write(piece)
            return
        count_written(self.process, member.size)
        data = self.reader.content(member)
        content = InlineContent(data) if data else EMPTY
        if member.holes is None:
            stream.node.content = content
        else:
            stream.node.content = SparseContent(content, member.holes, member.length)
        stream.close()
        if self.reader.short:
            raise TarError("end")

    def to_stdout(self, member: Member) -> None:
        """The bytes of a regular file, to standard output."""
        if member.kind != "file":
            return
        for piece in self.reader.data(member):
            self.process.stdout.write(piece)


def number_of(process: Process, line: CommandLine) -> int:
    """How many directories to strip from names."""
    text = line.opts.get("strip")
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit()):
        if is_busybox(process):
            die(process, f"invalid number '{text}'")
        process.error(f"{text}: Invalid number of elements")
        die(process, "Error is not recoverable: exiting now", 2)
    return int(text)


class BusyboxUnpacker(Unpacker):
    """busybox's rules: a file in the way is removed first, links wait for the end, the first failure ends it
    all.
    """

    def __init__(self, process: Process, line: CommandLine, reader: TarReader) -> None:
        super().__init__(process, line, reader)
        opts = self.opts
        self.unlink = not opts.any("k", "overwrite")
        self.truncate = "overwrite" in opts
        self.own, self.modes, self.dates = not opts.any("o", "own-"), "p-" not in opts, "m" not in opts
        self._links: list[tuple[str, str, bool]] = []

    def unpack(self, member: Member) -> None:
        """Make one member."""
        name: str | None = member.name.rstrip("/") if member.kind == "dir" else member.name
        target: str | None = member.target
        if self.strip:
            name = stripped(member.name, self.strip)
            if member.kind == "hardlink":
                target = stripped(member.target, self.strip)
            if name is None or target is None:
                return
        if not name:
            return
        self._make_parents(name)
        if self.unlink and member.kind != "dir":
            if member.kind == "hardlink" and target == name:
                return
            self._remove(name)
        if member.kind == "hardlink":
            self._links.append((target or "", name, True))
            return
        self._create(member, name.rstrip("/"))
        if member.kind != "link":
            self._attributes(member, name)

    def finish(self) -> None:
        """Make the links that had to wait."""
        for target, name, hard in self._links:
            try:
                if hard:
                    self.view.link(target, name)
                else:
                    self.view.symlink(target, name)
            except OSError:
                die(self.process, f"can't create {'hard' if hard else 'sym'}link '{name}' to '{target}'")

    def _make_parents(self, name: str) -> None:
        parent = name.rstrip("/").rpartition("/")[0]
        if not parent or self.view.is_dir(parent):
            return
        at = 0
        while at >= 0:
            at = parent.find("/", at + 1)
            here = parent if at < 0 else parent[:at]
            if self.view.is_dir(here):
                continue
            try:
                self.view.mkdir(here)
            except OSError as error:
                die(self.process, f"can't create directory '{here}': {strerror(error)}")

    def _remove(self, name: str) -> None:
        try:
            self.view.unlink(name)
        except FileNotFoundError:
            pass
        except OSError as error:
            die(self.process, f"can't remove old file {name}: {strerror(error)}")

    def _create(self, member: Member, name: str) -> None:
        view = self.view
        if member.kind == "file":
            try:
                self.write_file(member, name, "w" if self.truncate else "x", member.mode)
            except OSError as error:
                die(self.process, f"can't open '{name}': {strerror(error)}")
        elif member.kind == "dir":
            try:
                view.mkdir(name, member.mode)
            except FileExistsError:
                pass
            except OSError as error:
                self.process.error(f"can't make dir {name}: {strerror(error)}")
        elif member.kind == "link":
            if member.target.startswith("/") or ".." in member.target:
                self._links.append((member.target, name, False))
                return
            try:
                view.symlink(member.target, name)
            except OSError as error:
                text = f"can't create symlink '{name}' to '{member.target}': {strerror(error)}"
                die(self.process, text)
        else:
            try:
                view.mknod(name, member.kind, member.mode, member.major, member.minor)
            except OSError as error:
                self.process.error(f"can't create node {name}: {strerror(error)}")

    def _attributes(self, member: Member, name: str) -> None:
        """Owner, mode and time; what is not allowed is left, without a word."""
        view = self.view
        actions: list[Callable[[], None]] = []
        if self.own:
            uid, gid = self.owners.of(member)
            actions.append(lambda: view.chown(name, uid, gid))
        if self.modes:
            actions.append(lambda: view.chmod(name, member.mode))
        if self.dates:
            actions.append(lambda: view.utime(name, member.mtime // SECOND * SECOND))
        for action in actions:
            try:
                action()
            except OSError:
                continue
