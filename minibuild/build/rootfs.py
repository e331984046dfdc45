"""An image's files themselves: as one tar, or in a directory of the host."""

# ruff: noqa: PTH101, PTH102, PTH106, PTH108, PTH211  a Path for each file would cost more than writing it

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from minibuild.build.errors import BuildError
from minibuild.filesystem import Device, Directory, Fifo, File, Node, Snapshot, Symlink, changes, write_layer

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_rootfs_tar(snapshot: Snapshot, out: BinaryIO) -> None:
    """All files as a tar, sorted by path."""
    write_layer(changes(None, snapshot), out)


def write_directory(snapshot: Snapshot, directory: Path) -> list[str]:
    """Write all files below `directory`, which is made when it is missing; what is there already stays beside
    them.

    Nothing that stands in `directory` is followed: a link in the way of a directory is replaced. Owners and
    devices need root; without it files belong to who builds. The sentences say what could not be kept. Raise
    `BuildError`.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        writer = _Writer(os.path.realpath(directory))
        writer.directory(snapshot.root, writer.top)
    except OSError as error:
        name = f" ({error.filename})" if error.filename else ""
        raise BuildError(f"can't write {directory}: {error.strerror or error}{name}") from None
    return writer.problems


class _Writer:
    def __init__(self, top: str) -> None:
        self.top = top
        self.privileged = hasattr(os, "geteuid") and os.geteuid() == 0
        self.skipped = 0
        self._first_names: dict[int, str] = {}

    @property
    def problems(self) -> list[str]:
        """What could not be written."""
        if not self.skipped:
            return []
        return [f"{self.skipped} device(s) were left out: only root may make them"]

    def directory(self, top: Directory, path: str) -> None:
        # A list of iterators instead of recursion: directories may be nested deeper than Python's recursion
        # reaches.
        stack: list[tuple[Directory, str, Iterator[tuple[str, Node]]]] = [(top, path, _sorted(top))]
        while stack:
            directory, here, entries = stack[-1]
            for name, node in entries:
                below = f"{here}{os.sep}{name}"
                if isinstance(node, Directory):
                    self._make(below)
                    stack.append((node, below, _sorted(node)))
                    break
                self._put(below, node)
            else:
                stack.pop()
                if stack:  # the directory that the user named keeps its own mode and owner
                    self._describe(here, directory)

    def _make(self, path: str) -> None:
        status = _status(path)
        if status is not None and not stat.S_ISDIR(status.st_mode):
            os.unlink(path)
            status = None
        if status is None:
            os.mkdir(path, 0o700)
        else:
            os.chmod(path, stat.S_IMODE(status.st_mode) | 0o700)

    def _put(self, path: str, node: Node) -> None:
        status = _status(path)
        if status is not None:
            if stat.S_ISDIR(status.st_mode):
                _remove_tree(path)
            else:
                os.unlink(path)
        if isinstance(node, File):
            if node.nlink > 1:
                first = self._first_names.setdefault(id(node), path)
                if first != path:
                    os.link(first, path)
                    return
            self._file(path, node)
        elif isinstance(node, Symlink):
            os.symlink(node.target, path)
        elif isinstance(node, Fifo) and hasattr(os, "mkfifo"):
            os.mkfifo(path, 0o600)
        elif isinstance(node, Device) and self.privileged:
            kind = stat.S_IFCHR if node.device == "char" else stat.S_IFBLK
            os.mknod(path, kind | 0o600, os.makedev(node.major, node.minor))
        else:
            self.skipped += 1
            return
        self._describe(path, node)

    def _file(self, path: str, node: File) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with open(os.open(path, flags, 0o600), "wb") as out:
            out.writelines(node.content.chunks())

    def _describe(self, path: str, node: Node) -> None:
        """Owner before mode, since a change of owner takes setuid bits away."""
        if self.privileged:
            os.lchown(path, node.uid, node.gid)
        if not isinstance(node, Symlink):
            os.chmod(path, node.mode)
        for name, value in (node.xattrs or {}).items():
            with suppress(OSError, AttributeError):  # not every file system and system keeps them
                os.setxattr(path, name, value, follow_symlinks=False)
        if os.utime in os.supports_follow_symlinks or not isinstance(node, Symlink):
            os.utime(path, ns=(node.mtime, node.mtime), follow_symlinks=not isinstance(node, Symlink))


def _sorted(directory: Directory) -> "Iterator[tuple[str, Node]]":
    return iter(sorted(directory.entries.items()))


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except FileNotFoundError:
        return None


def _remove_tree(path: str) -> None:
    # A list instead of recursion, as `shutil.rmtree` does it: directories may be nested too deeply for that.
    todo = [path]
    while todo:
        with os.scandir(todo[-1]) as entries:
            found = list(entries)
        below = [entry.path for entry in found if entry.is_dir(follow_symlinks=False)]
        for entry in found:
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
        if below:
            todo += below
        else:
            os.rmdir(todo.pop())
