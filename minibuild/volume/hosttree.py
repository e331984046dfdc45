"""A directory or file of the host as a file system that containers mount: live, and written at once."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem import Directory, Fifo, File, FileSystem, Node, OpenFile, Symlink
from minibuild.filesystem.errors import fail
from minibuild.volume.hostnodes import make_node

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.tree import Parts
    from minibuild.volume.access import Access

_MOST_INLINE = 1 << 20


class HostTree(FileSystem):
    """The files that `access` reaches. A single file is seen as `/file`."""

    def __init__(self, access: Access, clock: Callable[[], int]) -> None:
        super().__init__(clock=clock)
        self.access = access
        self.is_file: bool = access.do("single")
        self.open_file = HostOpenFile

    @property
    def root(self) -> Directory:
        """The directory itself."""
        if self.is_file:
            node = self.find(("file",))
            return Directory(entries={} if node is None else {"file": node}, owner=self.edit)
        found = make_node(self.access, (), self.edit)
        if not isinstance(found, Directory):
            raise fail(errno.ENOENT)
        return found

    @root.setter
    def root(self, value: Directory) -> None:
        """The host has it."""

    def find(self, parts: Parts) -> Node | None:
        """The node at canonical `parts`, or None."""
        if self.is_file and not parts:
            return self.root
        return make_node(self.access, parts, self.edit)

    def own_directory(self, parts: Parts) -> Directory:
        """The directory at `parts`."""
        node = self.find(parts)
        if not isinstance(node, Directory):
            raise fail(errno.ENOENT if node is None else errno.ENOTDIR, "/" + "/".join(parts))
        return node

    def own(self, parts: Parts) -> Node:
        """The node at `parts`: changing it changes the host's file."""
        node = self.find(parts)
        if node is None:
            raise fail(errno.ENOENT, "/" + "/".join(parts))
        return node

    def attach(self, parts: Parts, node: Node) -> None:
        """Make a file of the host that is like `node`; a node of the host gets a further name."""
        owner = node.uid, node.gid, node.mode
        known = getattr(node, "_parts", None)
        if known is not None:
            self.access.do("link", known, parts)
        elif isinstance(node, Directory):
            self.access.do("mkdir", parts, owner)
        elif isinstance(node, Symlink):
            self.access.do("symlink", parts, node.target, owner)
        elif isinstance(node, Fifo):
            self.access.do("mkfifo", parts, owner)
        elif isinstance(node, File):
            small = node.content.size <= _MOST_INLINE
            self.access.do("create", parts, owner, node.content.read() if small else b"")
            if not small:
                found = self.own(parts)
                assert isinstance(found, File)
                found.content = node.content
        else:
            raise fail(errno.EPERM, "/" + "/".join(parts))  # no simulated program makes a device of the host

    def detach(self, parts: Parts) -> Node:
        """Take a name away on the host; the node that had it."""
        node = self.own(parts)
        self.access.do("rmdir" if isinstance(node, Directory) else "unlink", parts)
        return node

    def move(self, source: Parts, target: Parts, node: Node) -> Node:
        """Rename on the host."""
        self.access.do("rename", source, target)
        return self.find(target) or node


class HostOpenFile(OpenFile):
    """An open file of the host: reads and writes go there, also after its name is gone."""

    def __init__(self, filesystem: FileSystem, parts: Parts, node: File, **how: object) -> None:
        super().__init__(filesystem, parts, node, **how)  # type: ignore[arg-type]  # as OpenFile takes them
        assert isinstance(filesystem, HostTree)
        self._access = filesystem.access
        mode = "a" if self._append else "w" if self.writable else "r"
        self._number: int = self._access.do("open", parts, mode)

    @property
    def node(self) -> File:
        """The file as it is now; one without a name is what it was."""
        found = self._filesystem.find(self._parts)
        return found if isinstance(found, File) else self._node

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes from here on."""
        if not self.readable or self.closed:
            raise fail(errno.EBADF, self.name)
        length = n if n >= 0 else max(0, self._size() - self._offset)
        data: bytes = self._access.do("read_open", self._number, self._offset, length)
        self._offset += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Write all of `data` here."""
        if not self.writable or self.closed:
            raise fail(errno.EBADF, self.name)
        if data:
            place = -1 if self._append else self._offset
            self._offset = self._access.do("write_open", self._number, place, bytes(data))
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to `offset`."""
        place = offset + (0, self._offset, self._size() if whence == 2 else 0)[whence]
        if place < 0:
            raise fail(errno.EINVAL, self.name)
        self._offset = place
        return place

    def truncate(self, size: int | None = None) -> None:
        """Cut or lengthen the file."""
        size = self._offset if size is None else size
        if not self.writable or self.closed or size < 0:
            raise fail(errno.EINVAL, self.name)
        self._access.do("truncate_open", self._number, size)

    @property
    def opaque(self) -> str:
        """The host's bytes are known."""
        return ""

    def make_opaque(self, origin: str) -> None:
        """A host file can't be marked; what was written stands for itself."""

    def close(self) -> None:
        """Let go of the file."""
        if not self.closed:
            self.closed = True
            self._access.do("close_open", self._number)

    def _size(self) -> int:
        size: int = self._access.do("size_open", self._number)
        return size
