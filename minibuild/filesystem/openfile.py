"""Open file descriptions of regular files."""

import errno
from typing import Protocol

from minibuild.filesystem.content import GrowingContent, PaddedContent
from minibuild.filesystem.credentials import Credentials
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import EMPTY, File, Node
from minibuild.filesystem.opaque import mark_opaque, origin_of
from minibuild.filesystem.status import Stat
from minibuild.filesystem.tree import FileSystem, Parts


class Watcher(Protocol):
    """Whoever opened a file: told what it reads that nobody knows, and asked whether what it writes is
    known.
    """

    opaque: str

    def touch_opaque(self, origin: str) -> None:
        """Something was read that nobody knows."""


# Written bytes are held in memory. A larger file is a mistake (`dd` without a count), better ended than
# swapped.
_LARGEST_BUFFER = 4 << 30
# A hole takes no memory, but a layer holds all its zeros: some of them count as written.
_LARGEST_FILE = 16 << 30
_HOLE = 64


class OpenFile:
    """A regular file that is open: it stays usable when its name is removed or changed.

    `append` writes always go to the end. Reading beyond the end gives nothing, writing beyond it fills with
    zeros. `unprivileged` is who writes, unless that is root: the first write then clears setuid and setgid
    bits.
    """

    references = 0  # descriptors that point here
    seekable = True
    is_tty = False

    def __init__(
        self,
        filesystem: FileSystem,
        parts: Parts,
        node: File,
        *,
        readable: bool,
        writable: bool,
        append: bool = False,
        unprivileged: Credentials | None = None,
        view: "Watcher | None" = None,
    ) -> None:
        self.readable = readable
        self.writable = writable
        self.name = "/" + "/".join(parts)
        self.closed = False
        self._filesystem = filesystem
        self._parts = parts
        self._node = node
        self._append = append
        self._unprivileged = unprivileged
        self._view = view
        self._offset = 0

    @property
    def node(self) -> File:
        """The file, as it is now."""
        return self._own() if self.writable else self._node

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes from here on, all that are left when n is negative; empty at the end."""
        if not self.readable or self.closed:
            raise fail(errno.EBADF, self.name)
        content = self._node.content
        length = content.size - self._offset if n < 0 else n
        if length <= 0:
            return b""
        data = content.read_at(self._offset, length)
        self._offset += len(data)
        if self.opaque and self._view is not None:
            self._view.touch_opaque(self.opaque)
        return data

    def write(self, data: bytes) -> int:
        """Write all of `data` here; how many bytes that was."""
        if not self.writable or self.closed:
            raise fail(errno.EBADF, self.name)
        if not data:
            return 0
        node = self._own()
        start = node.content.size if self._append else self._offset
        end = start + len(data)
        if end > _LARGEST_BUFFER:
            raise fail(errno.EFBIG, self.name)
        buffer = self._buffer(node)
        if end > len(buffer) and self._filesystem.on_write is not None:
            self._filesystem.on_write(end - len(buffer))
        if start == len(buffer):
            buffer += data
        else:
            if start > len(buffer):
                buffer.extend(bytes(start - len(buffer)))
            buffer[start:end] = data
        self._offset = end
        self._changed(node)
        if self._view is not None and self._view.opaque:
            self.make_opaque(self._view.opaque)
        return len(data)

    @property
    def opaque(self) -> str:
        """Whose bytes these would be, if they are not known; else ""."""
        return origin_of(self._node)

    def make_opaque(self, origin: str) -> None:
        """What was written here came from something that nobody knows."""
        mark_opaque(self._own(), origin)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to `offset` from the start (0), from here (1) or from the end (2); the new place."""
        place = offset + (0, self._offset, self._node.content.size)[whence]
        if place < 0:
            raise fail(errno.EINVAL, self.name)
        self._offset = place
        return place

    def tell(self) -> int:
        """The offset of the next byte."""
        return self._offset

    def truncate(self, size: int | None = None) -> None:
        """Cut the file to `size` bytes (to here by default), or lengthen it with zeros."""
        size = self._offset if size is None else size
        if not self.writable or self.closed or size < 0:
            raise fail(errno.EINVAL, self.name)
        if size > _LARGEST_FILE:
            raise fail(errno.EFBIG, self.name)
        node = self._own()
        before = node.content.size
        if size > before:
            if self._filesystem.on_write is not None:
                self._filesystem.on_write((size - before) // _HOLE)
            content = node.content
            short = content.content if isinstance(content, PaddedContent) else content.frozen()
            node.content = PaddedContent(short, size)
        elif size == 0:
            node.content = EMPTY
        elif size < before:
            del self._buffer(node)[size:]
        self._changed(node)

    def stat(self) -> Stat:
        """The attributes of the open file."""
        return Stat(self._node, self.name)

    def close(self) -> None:
        """Nothing more is read or written through this description."""
        self.closed = True

    def _own(self) -> File:
        """The file as something to write into; after a snapshot that is a copy."""
        if self._node.owner is not self._filesystem.edit:
            self._node = self._filesystem.own_open_file(self._node, self._parts)
        return self._node

    def _buffer(self, node: File) -> bytearray:
        content = node.content
        if not isinstance(content, GrowingContent) or content.holder is not node:
            if content.size > _LARGEST_BUFFER:
                raise fail(errno.EFBIG, self.name)
            content = node.content = GrowingContent(node, content.read())
        return content.buffer

    def _changed(self, node: File) -> None:
        node.mtime = self._filesystem.clock()
        who = self._unprivileged
        if who is not None and node.mode & 0o6000:
            node.mode &= ~0o6000 if node.mode & 0o010 or not who.in_group(node.gid) else ~0o4000


class SpecialFile(Exception):  # noqa: N818  not an error: the caller knows what to do with a device or fifo
    """A device or fifo was opened: what it does is not the file system's business. `node` and `path` tell
    which.
    """

    def __init__(self, node: Node, path: str) -> None:
        super().__init__(path)
        self.node = node
        self.path = path
