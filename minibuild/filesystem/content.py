"""Contents of files: bytes in memory, a slice of a layer blob, a host file, or unknown; read lazily."""

import errno
import os
from collections.abc import Iterator
from typing import BinaryIO, Protocol

CHUNK = 1 << 20


class FileChangedError(OSError):
    """A file of the context changed while it was being read."""


class BlobSource(Protocol):
    """Whatever can open a blob by its digest."""

    def open_blob(self, digest: str) -> BinaryIO:
        """A readable, seekable stream of the blob's bytes."""


class Content(Protocol):
    """The bytes of a file."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def read(self) -> bytes:
        """All bytes."""

    def read_at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on; empty at the end."""

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """All bytes, in pieces of at most `size`."""

    def frozen(self) -> "Content":
        """The same bytes as a content that never changes; may be itself."""


class InlineContent:
    """Bytes in memory."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self) -> bytes:
        return self.data

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        for offset in range(0, len(self.data), size):
            yield self.data[offset : offset + size]

    def frozen(self) -> "Content":
        return self


class GrowingContent:
    """Bytes that are changed in place, so that appending is not quadratic; only through `holder`, the file
    whose content they are.

    They stay in this form after the file is closed: a file is often appended to line by line, opened anew for
    each. Whoever keeps the content of a file of a living tree keeps `frozen()`.
    """

    __slots__ = ("buffer", "holder")

    def __init__(self, holder: object, data: bytes = b"") -> None:
        self.holder = holder
        self.buffer = bytearray(data)

    @property
    def size(self) -> int:
        return len(self.buffer)

    def read(self) -> bytes:
        return bytes(self.buffer)

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(memoryview(self.buffer)[offset : offset + length])

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        for offset in range(0, len(self.buffer), size):
            yield self.read_at(offset, size)

    def frozen(self) -> "Content":
        return InlineContent(bytes(self.buffer))


class PaddedContent:
    """`content` followed by zeros up to `size`: what truncate(2) makes of a short file, without memory for
    the hole.
    """

    __slots__ = ("_size", "content")

    def __init__(self, content: Content, size: int) -> None:
        self.content = content
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read(self) -> bytes:
        return self.read_at(0, self._size)

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self._size - offset))
        return self.content.read_at(offset, length).ljust(length, b"\0")

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        yield from self.content.chunks(size)
        left = self._size - self.content.size
        zeros = bytes(min(size, left))
        while left > 0:
            yield zeros[:left]
            left -= size

    def frozen(self) -> "Content":
        return self


class SliceContent:
    """`size` bytes at `offset` of the blob `digest`; reading one file of a large layer reads that file only.
    """

    __slots__ = ("_size", "digest", "offset", "source")

    def __init__(self, source: BlobSource, digest: str, offset: int, size: int) -> None:
        self.source = source
        self.digest = digest
        self.offset = offset
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read(self) -> bytes:
        return self.read_at(0, self._size)

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self._size - offset))
        if not length:
            return b""
        with self.source.open_blob(self.digest) as blob:
            blob.seek(self.offset + offset)
            data = blob.read(length)
        if len(data) != length:
            raise OSError(errno.EIO, f"blob {self.digest} is shorter than it was")
        return data

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        with self.source.open_blob(self.digest) as blob:
            blob.seek(self.offset)
            left = self._size
            while left:
                data = blob.read(min(size, left))
                if not data:
                    raise OSError(errno.EIO, f"blob {self.digest} is shorter than it was")
                left -= len(data)
                yield data

    def frozen(self) -> "Content":
        return self


class HostContent:
    """A file of the host, read when it is asked for. `size` is what it was when it was found."""

    __slots__ = ("_size", "path")

    def __init__(self, path: str, size: int) -> None:
        self.path = path
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read(self) -> bytes:
        return b"".join(self.chunks())

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self._size - offset))
        with open(self.path, "rb") as file:
            file.seek(offset)
            data = file.read(length)
            if len(data) < length or os.fstat(file.fileno()).st_size != self._size:
                raise FileChangedError(errno.EIO, "the file changed while it was read", self.path)
        return data

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        with open(self.path, "rb", buffering=0) as file:
            left = self._size
            while left:
                data = file.read(min(size, left))
                if not data:
                    break
                left -= len(data)
                yield data
            # The file must be neither shorter nor longer than the tar header that was written for it says.
            if left or os.fstat(file.fileno()).st_size != self._size:
                raise FileChangedError(errno.EIO, "the file changed while it was read", self.path)

    def frozen(self) -> "Content":
        return self


class OpaqueContent:
    """Bytes that nobody knows; `origin` says whose they would be, such as "content of https://example.org/x".
    """

    __slots__ = ("origin",)

    def __init__(self, origin: str) -> None:
        self.origin = origin

    @property
    def size(self) -> int:
        return 0

    def read(self) -> bytes:
        return b""

    def read_at(self, offset: int, length: int) -> bytes:  # noqa: ARG002  as all contents have it
        return b""

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:  # noqa: ARG002
        return iter(())

    def frozen(self) -> "Content":
        return self
