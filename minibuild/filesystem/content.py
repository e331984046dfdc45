"""Contents of files: bytes in memory, a slice of a layer blob, a host file, or unknown; read lazily."""

import errno
import os
import zlib
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
    """A file of the host, read when it is asked for. `size` is what it was when it was found.

    `mtime` (nanoseconds) is the time of its last change then, or None when that does not matter: a file that
    is not any more what it was is a `FileChangedError`.
    """

    __slots__ = ("_size", "mtime", "path")

    def __init__(self, path: str, size: int, mtime: int | None = None) -> None:
        self.path = path
        self._size = size
        self.mtime = mtime

    @property
    def size(self) -> int:
        return self._size

    def read(self) -> bytes:
        with open(self.path, "rb", buffering=0) as file:
            data = file.read(self._size + 1) or b""
            while 0 < len(data) < self._size:
                more = file.read(self._size - len(data) + 1)
                if not more:
                    break
                data += more
            self._check(file.fileno(), len(data))
        return data

    def read_at(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self._size - offset))
        with open(self.path, "rb") as file:
            file.seek(offset)
            data = file.read(length)
            self._check(file.fileno(), self._size if len(data) == length else -1)
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
            self._check(file.fileno(), self._size - left)

    def _check(self, descriptor: int, found: int) -> None:
        """The file must be neither shorter nor longer than the tar header that was written for it says."""
        status = os.fstat(descriptor)
        if found != self._size or status.st_size != found or self.mtime not in (None, status.st_mtime_ns):
            raise FileChangedError(errno.EIO, "the file changed while it was read", self.path)

    def frozen(self) -> "Content":
        return self


# Marks a file or directory of which only the name is known; the value says why, in UTF-8.
OPAQUE_ATTRIBUTE = "user.minibuild.opaque"


class OpaqueContent:
    """Bytes that nobody knows; `origin` says whose they would be, such as "content of https://example.org/x".

    What is read instead is a word that stands for them, the same for the same origin.
    """

    __slots__ = ("_mark", "origin")

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._mark = opaque_word(origin).encode() + b"\n"

    @property
    def size(self) -> int:
        return len(self._mark)

    def read(self) -> bytes:
        return self._mark

    def read_at(self, offset: int, length: int) -> bytes:
        return self._mark[offset : offset + length]

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:  # noqa: ARG002  as all contents have it
        yield self._mark

    def frozen(self) -> "Content":
        return self


OPAQUE_MARK = "opaque-"


def opaque_word(origin: str) -> str:
    """The word that stands for unknown text, such as `opaque-1a2b3c4d`."""
    return f"{OPAQUE_MARK}{zlib.crc32(origin.encode('utf-8', 'surrogateescape')):08x}"
