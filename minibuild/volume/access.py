"""System calls on the files below one directory of the host, never outside of it.

Every name is reached from the directory's own descriptor, one component after the other, and no link of the
host is followed: links are read by the container, inside the container. This is the only place where a
simulated program changes files of the host.
"""

# ruff: noqa: PTH112, PTH119, PTH120, PTH208

# Paths relative to descriptors are what this module is about.
from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

Parts = tuple[str, ...]
_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_FILE = os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
# Who owns a file in the eyes of containers, where the host can't be told: "uid gid mode".
_OWNER = "user.minibuild.owner"
_PRIVILEGED = hasattr(os, "geteuid") and os.geteuid() == 0
_NOBODY = 65534
_KINDS = {
    stat.S_IFDIR: "dir",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
}


class Status(NamedTuple):
    """What lstat tells; `kind` as nodes have it (a socket counts as a fifo), `mtime` in ns, `target` of a
    link.
    """

    kind: str
    mode: int
    uid: int
    gid: int
    size: int
    mtime: int
    ino: int
    nlink: int
    target: str = ""


class Access(Protocol):
    """Calls by name: `do("status", parts)`. They raise OSError as the host does."""

    def do(self, operation: str, *arguments: Any) -> Any:
        """Do one of the operations of `HostAccess`."""


class HostAccess:
    """The files below the host directory (or the single host file) `path`.

    Operations take canonical parts below it; of a single file the only parts are `("file",)`. An open file is
    a number.
    """

    def __init__(self, path: str) -> None:
        self.is_file = not os.path.isdir(path)
        self._name = os.path.basename(path)
        self._root = os.open(os.path.dirname(path) if self.is_file else path, _DIRECTORY & ~_NOFOLLOW)
        self._files: dict[int, int] = {}
        self._count = 0

    def do(self, operation: str, *arguments: Any) -> Any:
        """See `Access`."""
        return getattr(self, "_" + operation)(*arguments)

    def close(self) -> None:
        """Close everything."""
        for descriptor in (*self._files.values(), self._root):
            with suppress(OSError):
                os.close(descriptor)
        self._files.clear()

    def __del__(self) -> None:
        with suppress(AttributeError):
            self.close()

    # ---- looking

    def _single(self) -> bool:
        return self.is_file

    def _status(self, parts: Parts) -> Status:
        with self._parent(parts) as (directory, name):
            found = os.stat(name, dir_fd=directory, follow_symlinks=False)
            kind = _KINDS.get(stat.S_IFMT(found.st_mode), "fifo")
            target = os.readlink(name, dir_fd=directory) if kind == "link" else ""
            uid, gid, mode = found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)
            if not _PRIVILEGED:
                uid, gid, mode = self._mapped(directory, name, kind, found)
        times = found.st_mtime_ns, found.st_ino, found.st_nlink
        return Status(kind, mode, uid, gid, found.st_size, *times, target)

    def _names(self, parts: Parts) -> list[str]:
        with self._opened(parts, _DIRECTORY) as descriptor:
            return sorted(os.listdir(descriptor))

    # ---- contents

    def _read(self, parts: Parts, offset: int, length: int) -> bytes:
        with self._opened(parts, os.O_RDONLY | _FILE) as descriptor:
            return _read_at(descriptor, offset, length)

    def _open(self, parts: Parts, mode: str) -> int:
        """Open for reading (`r`), reading and writing (`w`), or so that all writes go to the end (`a`)."""
        flags = {"r": os.O_RDONLY, "w": os.O_RDWR, "a": os.O_RDWR | os.O_APPEND}[mode]
        with self._parent(parts) as (directory, name):
            descriptor = os.open(name, flags | _FILE, dir_fd=directory)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        self._count += 1
        self._files[self._count] = descriptor
        return self._count

    def _reopen(self, number: int, parts: Parts, mode: str) -> None:
        """Open a file under a number that it had before."""
        self._files[number] = self._files.pop(self._open(parts, mode))
        self._count = max(self._count, number)

    def _read_open(self, number: int, offset: int, length: int) -> bytes:
        return _read_at(self._descriptor(number), offset, length)

    def _write_open(self, number: int, offset: int, data: bytes) -> int:
        """Write at `offset`, or at the end, which others may move, when that is negative; the place after."""
        descriptor = self._descriptor(number)
        view = memoryview(data)
        while view:
            if offset < 0:
                view = view[os.write(descriptor, view) :]
                continue
            done = os.pwrite(descriptor, view, offset)
            offset += done
            view = view[done:]
        return offset if offset >= 0 else os.lseek(descriptor, 0, os.SEEK_CUR)

    def _size_open(self, number: int) -> int:
        return os.fstat(self._descriptor(number)).st_size

    def _truncate_open(self, number: int, size: int) -> None:
        os.ftruncate(self._descriptor(number), size)

    def _close_open(self, number: int) -> None:
        descriptor = self._files.pop(number, None)
        if descriptor is not None:
            os.close(descriptor)

    # ---- names

    def _create(self, parts: Parts, owner: tuple[int, int, int], data: bytes) -> None:
        with self._parent(parts) as (directory, name):
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _FILE
            descriptor = os.open(name, flags, 0o600, dir_fd=directory)
            try:
                if data:
                    os.write(descriptor, data)
                self._describe(descriptor, owner)
            finally:
                os.close(descriptor)

    def _mkdir(self, parts: Parts, owner: tuple[int, int, int]) -> None:
        with self._parent(parts) as (directory, name):
            os.mkdir(name, 0o700, dir_fd=directory)
        with self._opened(parts, _DIRECTORY) as descriptor:
            self._describe(descriptor, owner)

    def _symlink(self, parts: Parts, target: str, owner: tuple[int, int, int]) -> None:
        with self._parent(parts) as (directory, name):
            os.symlink(target, name, dir_fd=directory)
            if _PRIVILEGED:
                os.chown(name, owner[0], owner[1], dir_fd=directory, follow_symlinks=False)

    def _mkfifo(self, parts: Parts, owner: tuple[int, int, int]) -> None:
        with self._parent(parts) as (directory, name):
            os.mkfifo(name, 0o600, dir_fd=directory)
        with self._opened(parts, os.O_RDONLY | _FILE) as descriptor:
            self._describe(descriptor, owner)

    def _unlink(self, parts: Parts) -> None:
        with self._parent(parts) as (directory, name):
            os.unlink(name, dir_fd=directory)

    def _rmdir(self, parts: Parts) -> None:
        with self._parent(parts) as (directory, name):
            os.rmdir(name, dir_fd=directory)

    def _rename(self, source: Parts, target: Parts) -> None:
        with self._parent(source) as (old, name), self._parent(target) as (new, other):
            os.rename(name, other, src_dir_fd=old, dst_dir_fd=new)

    def _link(self, source: Parts, target: Parts) -> None:
        with self._parent(source) as (old, name), self._parent(target) as (new, other):
            os.link(name, other, src_dir_fd=old, dst_dir_fd=new, follow_symlinks=False)

    # ---- attributes

    def _own(self, parts: Parts, uid: int, gid: int, mode: int) -> None:
        """Give a file an owner and permission bits."""
        if self._status(parts).kind == "link":
            if _PRIVILEGED:
                with self._parent(parts) as (directory, name):
                    os.chown(name, uid, gid, dir_fd=directory, follow_symlinks=False)
            return
        with self._opened(parts, os.O_RDONLY | _FILE) as descriptor:
            self._describe(descriptor, (uid, gid, mode))

    def _utime(self, parts: Parts, mtime: int) -> None:
        with self._parent(parts) as (directory, name):
            os.utime(name, ns=(mtime, mtime), dir_fd=directory, follow_symlinks=False)

    def _describe(self, descriptor: int, owner: tuple[int, int, int]) -> None:
        """Setuid and setgid bits of simulated programs never get onto the host's own files."""
        uid, gid, mode = owner
        safe = mode & 0o1777
        kept = not _PRIVILEGED or mode != safe
        if _PRIVILEGED:
            os.fchown(descriptor, uid, gid)
            os.fchmod(descriptor, safe)
        else:
            own = 0o700 if stat.S_ISDIR(os.fstat(descriptor).st_mode) else 0o600
            os.fchmod(descriptor, safe | own)
            kept = (uid, gid) != (0, 0) or safe | own != mode
        with suppress(OSError, AttributeError):  # not every file system keeps such attributes
            if kept:
                os.setxattr(descriptor, _OWNER, f"{uid} {gid} {mode}".encode())
            elif _OWNER in os.listxattr(descriptor):
                os.removexattr(descriptor, _OWNER)

    def _mapped(self, directory: int, name: str, kind: str, found: os.stat_result) -> tuple[int, int, int]:
        """Owner and bits as containers see them: who runs the simulation is their root."""
        uid = 0 if found.st_uid == os.geteuid() else _NOBODY
        gid = 0 if found.st_gid == os.getegid() else _NOBODY
        mode = stat.S_IMODE(found.st_mode)
        if kind in ("file", "dir"):
            with suppress(OSError, AttributeError, ValueError):
                descriptor = os.open(name, os.O_RDONLY | _FILE, dir_fd=directory)
                try:
                    uid, gid, mode = (int(word) for word in os.getxattr(descriptor, _OWNER).split())
                finally:
                    os.close(descriptor)
        return uid, gid, mode

    # ---- reaching

    @contextmanager
    def _parent(self, parts: Parts) -> Iterator[tuple[int, str]]:
        """(descriptor of the directory that holds the last part, that part)."""
        if self.is_file:
            if parts != ("file",):
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
            yield self._root, self._name
            return
        if not parts:
            yield self._root, "."
            return
        here = self._root
        try:
            for part in parts[:-1]:
                below = os.open(part, _DIRECTORY, dir_fd=here)
                if here != self._root:
                    os.close(here)
                here = below
            yield here, parts[-1]
        finally:
            if here != self._root:
                os.close(here)

    @contextmanager
    def _opened(self, parts: Parts, flags: int) -> Iterator[int]:
        with self._parent(parts) as (directory, name):
            descriptor = os.open(name, flags, dir_fd=directory)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _descriptor(self, number: int) -> int:
        found = self._files.get(number)
        if found is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return found


def _read_at(descriptor: int, offset: int, length: int) -> bytes:
    pieces = []
    while length > 0 and (piece := os.pread(descriptor, min(length, 1 << 24), offset)):
        pieces.append(piece)
        offset += len(piece)
        length -= len(piece)
    return b"".join(pieces)
