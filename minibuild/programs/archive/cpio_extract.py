"""Unpacking cpio's members into the container's file system."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.errors import strerror
from minibuild.filesystem.openfile import OpenFile
from minibuild.programs.archive.outflow import count_written
from minibuild.programs.archive.tar_words import Prefixes
from minibuild.programs.inputs import die, encode

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.cpio_format import CpioReader
    from minibuild.programs.archive.member import Member
    from minibuild.programs.options import Opts


class CpioUnpacker:
    """Makes members; further names of a file wait until its bytes have come."""

    def __init__(
        self,
        process: Process,
        opts: Opts,
        reader: CpioReader,
        owner: tuple[int, int] | None,
        *,
        busybox: bool,
    ) -> None:
        self.process, self.view, self.opts, self.reader = process, process.view, opts, reader
        self.owner, self.busybox = owner, busybox
        self.status = 0
        self.prefixes = Prefixes(process, busybox=busybox, absolute=not busybox and "relative" not in opts)
        self._waiting: dict[int, list[Member]] = {}
        self._made: dict[int, str] = {}
        self._directories: list[tuple[str, Member]] = []

    def wait(self, member: Member, ino: int) -> None:
        """A name without bytes: it becomes a link once the file is there."""
        self._waiting.setdefault(ino, []).append(member)

    def unpack(self, member: Member, ino: int) -> None:
        """Make one member; `ino` is its inode number when it has further names."""
        name = (self.prefixes.member(member.name) or "").rstrip("/")
        if not name:
            return
        if "stdout" in self.opts:
            if member.kind == "file":
                for piece in self.reader.data(member):
                    self.process.stdout.write(piece)
            return
        if "v" in self.opts:
            out = self.process.stdout if self.busybox else self.process.stderr
            out.write(encode(name) + b"\n")
        if not self._cleared(member, name):
            return
        if "d" in self.opts and "/" in name:
            self.view.makedirs(name.rpartition("/")[0])
        try:
            self._create(member, name)
        except OSError as error:
            if self.busybox:
                die(self.process, f"can't open '{name}': {strerror(error)}")
            self.process.error(f"{name}: Cannot open: {strerror(error)}")
            self.status = 2
            return
        self._attributes(member, name)
        if ino:
            self._made.setdefault(ino, name)

    def finish(self) -> None:
        """Make what had to wait: links, and empty files whose bytes never came; then the times of
        directories.
        """
        for ino, members in self._waiting.items():
            for member in members:
                first = self._made.get(ino)
                if first is None:
                    self.unpack(member, ino)
                    continue
                name = (self.prefixes.member(member.name) or "").rstrip("/")
                if self._cleared(member, name):
                    try:
                        self.view.link(first, name)
                    except OSError as error:
                        self.process.error(f"can't create hardlink '{name}' to '{first}': {strerror(error)}")
                        self.status = 1
        for name, member in reversed(self._directories):
            if "m" in self.opts:
                self.view.utime(name, member.mtime)

    def _cleared(self, member: Member, name: str) -> bool:
        """Take away what is there, unless it is as new and -u was not given."""
        view = self.view
        try:
            stat = view.lstat(name)
        except OSError:
            return True
        if member.kind == "dir" and stat.kind == "dir":
            return True
        if "u" not in self.opts and stat.mtime // 10**9 >= member.mtime // 10**9:
            what = "file" if self.busybox else "version"
            self.process.error(f"{name} not created: newer or same age {what} exists")
            return False
        try:
            view.unlink(name)
        except OSError as error:
            die(self.process, f"can't remove old file {name}: {strerror(error)}")
        return True

    def _create(self, member: Member, name: str) -> None:
        view = self.view
        if member.kind == "dir":
            if not view.is_dir(name):
                view.mkdir(name, member.mode)
            self._directories.append((name, member))
        elif member.kind == "link":
            view.symlink(member.target, name)
        elif member.kind == "file":
            stream = self.process.open_stream(name, "x", member.mode)
            count_written(self.process, member.size)
            data = b"".join(self.reader.data(member))
            if isinstance(stream, OpenFile):
                stream.node.content = InlineContent(data)
            stream.close()
        elif member.kind != "socket":
            view.mknod(name, member.kind, member.mode, member.major, member.minor)

    def _attributes(self, member: Member, name: str) -> None:
        view, link = self.view, member.kind == "link"
        uid, gid = self.owner or (member.uid, member.gid)
        if "no-own" not in self.opts:
            with contextlib.suppress(OSError):
                view.chown(name, uid, gid, follow=not link)
        if not link:
            view.chmod(name, member.mode)
            if "m" in self.opts:
                view.utime(name, member.mtime)
