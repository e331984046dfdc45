"""Streams of foreign bytes: slices of an archive, digests on the way, decompression within bounds.

Nothing here holds a whole layer in memory, and nothing trusts a stream's own word about its size.
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from minibuild.image.errors import ImageError

CHUNK = 1 << 20
_PIECE = 1 << 16
_GZIP, _ZSTD, _BZIP2, _XZ = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ\x00"
# A larger window would let a few bytes ask for gigabytes of memory; `zstd --ultra -22` needs this much.
ZSTD_WINDOW = 1 << 27
# The same for xz, whose highest level needs 65 MiB.
_XZ_MEMORY = 1 << 27
# Beyond the slack, no honest layer is this many times larger than its compressed form.
_RATIO = 200
_SLACK = 4 << 30


class Budget:
    """How many more bytes may be unpacked, all streams together."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    def spend(self, size: int) -> None:
        """Take `size` bytes; ImageError when there are not so many left."""
        self.left -= size
        if self.left < 0:
            raise ImageError(
                f"unpacked it takes more than {self.limit:,} bytes, which is more than is allowed here",
                hint="free some disk space, or use a store on a larger disk",
            )


class Slice(io.RawIOBase):
    """`size` bytes of `file` from `offset` on. Slices of one file may be read in turns, in one thread."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file = file
        self._offset = offset
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)[: max(0, self._size - self._position)]
        self._file.seek(self._offset + self._position)
        count = cast("io.BufferedReader", self._file).readinto(view)
        self._position += count
        return count


class Hashed(io.RawIOBase):
    """Passes a stream's bytes on and takes their digest and size."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def drain(self) -> None:
        """Read what the decompressor left: the digest is that of all bytes."""
        while self.read(CHUNK):
            pass

    @property
    def digest(self) -> str:
        """The digest of what was read so far."""
        return "sha256:" + self._hash.hexdigest()


def compression(start: bytes) -> str:
    """`gzip`, `zstd`, `bzip2`, `xz` or `none`, by a stream's first bytes."""
    for name, magic in (("gzip", _GZIP), ("zstd", _ZSTD), ("bzip2", _BZIP2), ("xz", _XZ)):
        if start.startswith(magic):
            return name
    return "none"


class XzReader(io.RawIOBase):
    """The bytes of one or several xz streams. `ImageError` for one that asks for too much memory,
    `lzma.LZMAError` for a damaged one.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decompressor = self._new()

    def _new(self) -> Any:
        import lzma  # loaded only for the kind of stream that needs it

        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        while True:
            data = b""
            if self._decompressor.eof:
                data = self._next_stream()
                if not data:
                    return 0
                self._decompressor = self._new()
            elif self._decompressor.needs_input:
                data = self._stream.read(_PIECE)
                if not data:
                    raise EOFError("it ends too early")
            out = self._decompress(data, len(view))
            if out:
                view[: len(out)] = out
                return len(out)

    def _decompress(self, data: bytes, most: int) -> bytes:
        import lzma

        try:
            return cast("bytes", self._decompressor.decompress(data, most))
        except lzma.LZMAError as error:
            if "Memory" in str(error):
                raise ImageError(f"it can't be unpacked as xz in {_XZ_MEMORY >> 20} MiB of memory") from None
            raise

    def _next_stream(self) -> bytes:
        """What follows the end of a stream and its padding."""
        data: bytes = self._decompressor.unused_data.lstrip(b"\0")
        while not data and (more := self._stream.read(_PIECE)):
            data = more.lstrip(b"\0")
        return data


def expands_too_much(size: int, total: int) -> bool:
    """Whether no honest archive of `size` bytes unpacks to `total` bytes."""
    return total > _SLACK and total > size * _RATIO


def unpacked(source: Hashed, what: str, budget: Budget) -> Iterator[bytes]:
    """The bytes of a stream that may be compressed, in pieces. Raise `ImageError`; `what` names it."""
    buffered = io.BufferedReader(source, CHUNK)
    kind = compression(buffered.peek(6))
    total = 0
    try:
        stream = _decompressor(kind, cast("BinaryIO", buffered))
        while data := stream.read(CHUNK):
            total += len(data)
            budget.spend(len(data))
            if kind != "none" and expands_too_much(source.size, total):
                raise ImageError(f"{what} expands to more than {_RATIO} times its size")
            yield data
    except _errors(kind) as error:
        raise ImageError(f"{what} can't be unpacked as {kind}: {str(error) or 'it ends too early'}") from None


def _decompressor(kind: str, stream: BinaryIO) -> BinaryIO:
    # Each library is loaded only for the kind of stream that needs it.
    if kind == "gzip":
        from isal import igzip

        return cast("BinaryIO", igzip.open(stream, "rb"))  # type: ignore[no-untyped-call]
    if kind == "zstd":
        import zstandard

        decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
        return cast("BinaryIO", decompressor.stream_reader(stream, read_across_frames=True, closefd=False))
    if kind == "bzip2":
        import bz2

        return cast("BinaryIO", bz2.BZ2File(stream))
    if kind == "xz":
        return cast("BinaryIO", XzReader(stream))
    return stream


def _errors(kind: str) -> tuple[type[Exception], ...]:
    common = (OSError, EOFError, ValueError, zlib.error)
    if kind == "gzip":
        from isal.igzip_lib import IsalError

        return (*common, cast("type[Exception]", IsalError))
    if kind == "zstd":
        import zstandard

        return (*common, zstandard.ZstdError)
    if kind == "xz":
        import lzma

        return (*common, lzma.LZMAError)
    return common
