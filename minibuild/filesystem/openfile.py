"""Open file descriptions of regular files."""

import errno

from minibuild.filesystem.content import GrowingContent
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import File
from minibuild.filesystem.status import Stat
from minibuild.filesystem.tree import FileSystem, Parts


class OpenFile:
    """A regular file that is open: it stays usable when its name is removed or changed.

    `append` writes always go to the end. Reading beyond the end gives nothing, writing beyond it fills with zeros.
    """

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
    ) -> None:
        self.readable = readable
        self.writable = writable
        self.name = "/" + "/".join(parts)
        self.closed = False
        self._filesystem = filesystem
        self._parts = parts
        self._node = node
        self._append = append
        self._offset = 0

    @property
    def node(self) -> File:
        """The file, as it is now."""
        return self._node

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes from here on, all that are left when n is negative; empty at the end."""
        if not self.readable:
            raise fail(errno.EBADF, self.name)
        content = self._node.content
        length = content.size - self._offset if n < 0 else n
        if length <= 0:
            return b""
        data = content.read_at(self._offset, length)
        self._offset += len(data)
        return data

    def write(self, data: bytes) -> int:
        """Write all of `data` here; how many bytes that was."""
        if not self.writable:
            raise fail(errno.EBADF, self.name)
        if not data:
            return 0
        buffer = self._buffer()
        if self._append:
            self._offset = len(buffer)
        end = self._offset + len(data)
        if self._offset == len(buffer):
            buffer += data
        else:
            if self._offset > len(buffer):
                buffer.extend(bytes(self._offset - len(buffer)))
            buffer[self._offset : end] = data
        self._offset = end
        self._node.mtime = self._filesystem.clock()
        return len(data)

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
        if not self.writable:
            raise fail(errno.EINVAL, self.name)
        buffer = self._buffer()
        size = self._offset if size is None else size
        if size < len(buffer):
            del buffer[size:]
        else:
            buffer.extend(bytes(size - len(buffer)))
        self._node.mtime = self._filesystem.clock()

    def stat(self) -> Stat:
        """The attributes of the open file."""
        return Stat(self._node, self.name)

    def close(self) -> None:
        """Nothing more is written: the bytes become a content that never changes."""
        if self.closed:
            return
        self.closed = True
        if self.writable and isinstance(self._node.content, GrowingContent) and self._node.owner is self._filesystem.edit:
            self._node.content = self._node.content.frozen()

    def _buffer(self) -> bytearray:
        """The file's bytes as something to write into; a file that a snapshot shares is copied first."""
        node = self._node
        if node.owner is not self._filesystem.edit:
            copy = node.copy(self._filesystem.edit)
            if self._filesystem.find(self._parts) is node:
                self._filesystem.own_directory(self._parts[:-1]).entries[self._parts[-1]] = copy
            node = self._node = copy
        content = node.content
        if not isinstance(content, GrowingContent):
            content = node.content = GrowingContent(content.read())
        return content.buffer
