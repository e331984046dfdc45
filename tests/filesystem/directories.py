"""The same calls on a real directory and on a simulated one, and what can be seen of each afterwards."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from typing import Any

from minibuild.filesystem import Credentials, Directory, File, FileSystem, View

Call = tuple[Any, ...]
_FLAGS = {
    "r": os.O_RDONLY,
    "r+": os.O_RDWR,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "w+": os.O_RDWR | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "a+": os.O_RDWR | os.O_CREAT | os.O_APPEND,
    "x": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
    "rw": os.O_RDWR | os.O_CREAT,
}
_KINDS = {
    stat.S_IFDIR: "dir",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "link",
    stat.S_IFIFO: "fifo",
    stat.S_IFCHR: "char",
}


def outcome(directory: "RealDirectory | SimulatedDirectory", call: Call) -> object:
    """What a call gives: its result, or the name of its errno."""
    name, *arguments = call
    try:
        return getattr(directory, name)(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno or 0]


class RealDirectory:
    """Calls in the working directory of this process, which the caller made."""

    def __init__(self) -> None:
        self.files: dict[str, int] = {}

    def as_user(self, uid: int, gid: int, groups: tuple[int, ...], *call: Any) -> object:
        here = os.getcwd()
        with _effective(uid, gid, groups):
            result = outcome(self, call)
        os.chdir(here)  # as if a process of that user had made the call
        return result

    def umask(self, mask: int) -> None:
        os.umask(mask)

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        os.mkdir(path, mode)

    def rmdir(self, path: str) -> None:
        os.rmdir(path)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def rename(self, src: str, dst: str) -> None:
        os.rename(src, dst)

    def link(self, src: str, dst: str) -> None:
        os.link(src, dst, follow_symlinks=False)

    def symlink(self, target: str, path: str) -> None:
        os.symlink(target, path)

    def readlink(self, path: str) -> str:
        return os.readlink(path)

    def mkfifo(self, path: str, mode: int = 0o666) -> None:
        os.mkfifo(path, mode)

    def write(self, path: str, data: bytes, mode: str = "w", permissions: int = 0o666) -> int:
        descriptor = os.open(path, _FLAGS[mode], permissions)
        try:
            return os.write(descriptor, data)
        finally:
            os.close(descriptor)

    def read(self, path: str) -> bytes:
        with open(path, "rb") as file:
            return file.read()

    def truncate(self, path: str, size: int) -> None:
        os.truncate(path, size)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(path, mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.chown(path, uid, gid)

    def touch(self, path: str) -> None:
        os.utime(path)

    def utime(self, path: str, seconds: int) -> None:
        os.utime(path, (seconds, seconds))

    def chdir(self, path: str) -> None:
        os.chdir(path)

    def listdir(self, path: str = ".") -> list[str]:
        return sorted(os.listdir(path))

    def access(self, path: str, mode: int) -> bool:
        return os.access(path, mode, effective_ids=True)

    def kind(self, path: str) -> str:
        return _KINDS[stat.S_IFMT(os.stat(path).st_mode)]

    def lkind(self, path: str) -> str:
        return _KINDS[stat.S_IFMT(os.lstat(path).st_mode)]

    def setxattr(self, path: str, name: str, value: bytes) -> None:
        os.setxattr(path, name, value)

    def getxattr(self, path: str, name: str) -> bytes:
        return os.getxattr(path, name)

    def removexattr(self, path: str, name: str) -> None:
        os.removexattr(path, name)

    def open(self, key: str, path: str, mode: str) -> None:
        self.close(key)
        self.files[key] = os.open(path, _FLAGS[mode])

    def file_write(self, key: str, data: bytes) -> int:
        return os.write(self.files[key], data)

    def file_read(self, key: str, size: int) -> bytes:
        return os.read(self.files[key], size)

    def file_seek(self, key: str, offset: int, whence: int) -> int:
        return os.lseek(self.files[key], offset, whence)

    def file_truncate(self, key: str, size: int) -> None:
        os.ftruncate(self.files[key], size)

    def close(self, key: str) -> None:
        if key in self.files:
            os.close(self.files.pop(key))

    def tree(self, top: str = ".") -> dict[str, tuple[object, ...]]:
        """Path: (kind, mode, uid, gid, content or target, links of a file) of everything below."""
        found: dict[str, tuple[object, ...]] = {}
        for entry in os.scandir(top):
            status = entry.stat(follow_symlinks=False)
            kind = _KINDS[stat.S_IFMT(status.st_mode)]
            extra: object = None
            if kind == "file":
                with open(entry.path, "rb") as file:
                    extra = file.read()
            elif kind == "link":
                extra = os.readlink(entry.path)
            mode, links = stat.S_IMODE(status.st_mode), status.st_nlink if kind == "file" else 0
            path = entry.path.removeprefix("./")
            found[path] = (kind, mode, status.st_uid, status.st_gid, extra, links)
            if kind == "dir":
                found.update(
                    {below.removeprefix("./"): value for below, value in self.tree(entry.path).items()}
                )
        return found


class SimulatedDirectory:
    """The same calls in the root directory of a `FileSystem`, which belongs to who runs the tests."""

    def __init__(self, mode: int = 0o755) -> None:
        self.filesystem = FileSystem()
        self.filesystem.root.uid, self.filesystem.root.gid = os.geteuid(), os.getegid()
        self.filesystem.root.mode = mode
        groups = tuple(os.getgroups())
        self.view: View = self.filesystem.view(Credentials(os.geteuid(), os.getegid(), groups))
        self.files: dict[str, Any] = {}

    def as_user(self, uid: int, gid: int, groups: tuple[int, ...], *call: Any) -> object:
        before = self.view
        self.view = before.with_credentials(Credentials(uid, gid, groups))
        try:
            return outcome(self, call)
        finally:
            self.view = before

    def __getattr__(self, name: str) -> Any:
        # The calls that View has under the same name, with the same arguments.
        return getattr(self.view, name)

    def umask(self, mask: int) -> None:
        self.view.umask = mask

    def write(self, path: str, data: bytes, mode: str = "w", permissions: int = 0o666) -> int:
        file = self.view.open(path, mode, permissions)
        try:
            return file.write(data)
        finally:
            file.close()

    def read(self, path: str) -> bytes:
        return self.view.read_bytes(path)

    def touch(self, path: str) -> None:
        self.view.utime(path)

    def utime(self, path: str, seconds: int) -> None:
        self.view.utime(path, seconds * 1_000_000_000)

    def kind(self, path: str) -> str:
        return self.view.stat(path).kind

    def lkind(self, path: str) -> str:
        return self.view.lstat(path).kind

    def open(self, key: str, path: str, mode: str) -> None:
        self.close(key)
        self.files[key] = self.view.open(path, mode)

    def file_write(self, key: str, data: bytes) -> int:
        return int(self.files[key].write(data))

    def file_read(self, key: str, size: int) -> bytes:
        return bytes(self.files[key].read(size))

    def file_seek(self, key: str, offset: int, whence: int) -> int:
        return int(self.files[key].seek(offset, whence))

    def file_truncate(self, key: str, size: int) -> None:
        self.files[key].truncate(size)

    def close(self, key: str) -> None:
        if key in self.files:
            self.files.pop(key).close()

    def tree(self) -> dict[str, tuple[object, ...]]:
        """Path: (kind, mode, uid, gid, content or target, links of a file) of everything below."""
        found: dict[str, tuple[object, ...]] = {}
        for entry in self.filesystem.walk():
            extra = entry.read() if entry.kind == "file" else entry.target
            links = entry.node.nlink if isinstance(entry.node, File) else 0
            found[entry.path[1:]] = (entry.kind, entry.mode, entry.uid, entry.gid, extra, links)
        return found


def counted_links(root: Directory) -> dict[int, int]:
    """How many entries of a tree hold each file, by the file's identity."""
    counts: dict[int, int] = {}
    ahead = [root]
    while ahead:
        for node in ahead.pop().entries.values():
            if isinstance(node, Directory):
                ahead.append(node)
            elif isinstance(node, File):
                counts[id(node)] = counts.get(id(node), 0) + 1
    return counts


@contextlib.contextmanager
def _effective(uid: int, gid: int, groups: tuple[int, ...]) -> Iterator[None]:
    """This process with the effective ids of somebody else; for root only."""
    before = os.getgroups()
    os.setgroups(groups)
    os.setegid(gid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)
