"""Compressed streams: how each format is known, unpacked and made; nothing is held whole."""

from __future__ import annotations

import bz2
import lzma
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from minibuild.programs.archive.inflow import Inflow, inflow_from
from minibuild.programs.archive.lzw import pack_lzw, unpack_lzw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.kernel.process import Process

_PIECE = 1 << 20
_BITE = 1 << 14
_MEMORY = 256 << 20  # what a decoder may take, whatever the stream asks for


class CodecError(Exception):
    """A stream that can't be unpacked. `what`: empty magic end checksum length format garbage."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Compressor(Protocol):
    """An object of the usual kind: `compress` may hold bytes back until `flush`."""

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes; what is ready."""

    def flush(self) -> bytes:
        """Whatever is left."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format. `suffixes`: ending → what takes its place; the first is what compressing adds."""

    name: str
    magic: bytes
    suffixes: dict[str, str]
    unpack: Callable[[Inflow], Iterator[bytes]]
    pack: Callable[[int], Compressor]
    level: int
    program: str

    @property
    def suffix(self) -> str:
        """What compressing adds to a name."""
        return next(iter(self.suffixes))


class GzipCompressor:
    """gzip(1)'s container (RFC 1952). `name` and `mtime` (seconds) are what the header says of the file."""

    def __init__(self, level: int, name: bytes = b"", mtime: int = 0) -> None:
        extra = {9: 2, 1: 4}.get(level, 0)
        self._header = (
            b"\x1f\x8b\x08" + bytes([8 if name else 0]) + mtime.to_bytes(4, "little") + bytes([extra, 3])
        )
        if name:
            self._header += name + b"\0"
        self._engine = zlib.compressobj(level, zlib.DEFLATED, -15)
        self._sum, self._size = 0, 0

    def compress(self, data: bytes, /) -> bytes:
        """Take bytes; what is ready."""
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)
        out, self._header = self._header + self._engine.compress(data), b""
        return out

    def flush(self) -> bytes:
        """The rest of the stream, with checksum and size."""
        tail = self._sum.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little")
        return self._header + self._engine.flush() + tail


def _gunzip(source: Inflow) -> Iterator[bytes]:
    from isal import isal_zlib

    failure: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # its stub is wrong
    first = True
    while True:
        if source.peek(2) != b"\x1f\x8b":
            return _after_the_end(source, first)
        first = False
        _gzip_header(source)
        engine, total, checksum = isal_zlib.decompressobj(wbits=-15), 0, 0
        while not engine.eof:
            data = engine.unconsumed_tail or source.read_some()
            if not data:
                raise CodecError("end")
            try:
                out = engine.decompress(data, _PIECE)
            except failure:
                raise CodecError("format") from None
            checksum = isal_zlib.crc32(out, checksum)
            total += len(out)
            yield out
        source.unread(engine.unused_data)
        tail = source.read(8)
        if len(tail) < 8:
            raise CodecError("end")
        if int.from_bytes(tail[:4], "little") != checksum:
            raise CodecError("checksum")
        if int.from_bytes(tail[4:], "little") != total & 0xFFFFFFFF:
            raise CodecError("length")


def _gzip_header(source: Inflow) -> None:
    """Pass over the header of a member (RFC 1952, 2.3)."""
    head = source.read(10)
    if len(head) < 10:
        raise CodecError("end")
    if head[2] != 8:
        raise CodecError("format")
    flags = head[3]
    if flags & 4:
        source.skip(int.from_bytes(source.read(2), "little"))
    for bit in (8, 16):
        if flags & bit:
            while (byte := source.read(1)) != b"\0":
                if not byte:
                    raise CodecError("end")
    if flags & 2:
        source.skip(2)


def _after_the_end(source: Inflow, first: bool) -> None:
    """What follows the last stream may be zeros; anything else is garbage."""
    head = source.peek(1 << 12)
    if first:
        raise CodecError("magic" if head else "empty")
    if head.strip(b"\0"):
        raise CodecError("garbage")


class _Engine(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


def _unpack_with(engine: Callable[[], _Engine], magics: tuple[bytes, ...], source: Inflow) -> Iterator[bytes]:
    """Streams one after another, as bz2 and lzma of the standard library unpack them."""
    first = True
    while True:
        if not source.peek(len(magics[0])).startswith(magics):
            return _after_the_end(source, first)
        first, decoder = False, engine()
        while not decoder.eof:
            data = source.read_some() if decoder.needs_input else b""
            if decoder.needs_input and not data:
                raise CodecError("end")
            try:
                yield decoder.decompress(data, _PIECE)
            except (OSError, ValueError, lzma.LZMAError):
                raise CodecError("format") from None
        source.unread(decoder.unused_data)


def _bunzip2(source: Inflow) -> Iterator[bytes]:
    return _unpack_with(bz2.BZ2Decompressor, (b"BZh",), source)


def _unxz(source: Inflow) -> Iterator[bytes]:
    return _unpack_with(
        lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY), (b"\xfd7zXZ\0",), source
    )


def _unlzma(source: Inflow) -> Iterator[bytes]:
    head = source.peek(13)
    if len(head) < 13 or head[0] >= 225:
        raise CodecError("magic" if head else "empty")
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)
    while not decoder.eof:
        data = source.read_some() if decoder.needs_input else b""
        if decoder.needs_input and not data:
            # With an end marker instead of a size the stream ends where its file does.
            raise CodecError("end")
        try:
            yield decoder.decompress(data, _PIECE)
        except lzma.LZMAError:
            raise CodecError("format") from None
    if decoder.unused_data.strip(b"\0"):
        raise CodecError("garbage")


def _unzstd(source: Inflow) -> Iterator[bytes]:
    import zstandard

    first = True
    while True:
        head = source.peek(4)
        if head[1:] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50:  # a frame to be passed over
            source.skip(4)
            source.skip(int.from_bytes(source.read(4), "little"))
            first = False
            continue
        if head != b"\x28\xb5\x2f\xfd":
            return _after_the_end(source, first)
        first = False
        decoder = zstandard.ZstdDecompressor(max_window_size=_MEMORY).decompressobj()
        ended = False
        while not ended:
            data = source.read_some()
            if not data:
                raise CodecError("end")
            for at in range(0, len(data), _BITE):  # each bite may be a thousand times as long
                try:
                    yield decoder.decompress(data[at : at + _BITE])
                except zstandard.ZstdError:
                    raise CodecError("format") from None
                ended = decoder.eof
                if ended:
                    source.unread(decoder.unused_data + data[at + _BITE :])
                    break


def _zstd(level: int) -> Compressor:
    import zstandard

    made: Compressor = zstandard.ZstdCompressor(level=level, write_checksum=True).compressobj()
    return made


def _xz(level: int) -> Compressor:
    return lzma.LZMACompressor(lzma.FORMAT_XZ, preset=level)


def _lzma(level: int) -> Compressor:
    return lzma.LZMACompressor(lzma.FORMAT_ALONE, preset=level)


GZIP = Codec("gzip", b"\x1f\x8b", {".gz": "", ".tgz": ".tar", ".taz": ".tar", ".z": "", ".Z": "", "-gz": ""},
_gunzip,
             GzipCompressor, 6, "gzip")  # fmt: skip
BZIP2 = Codec("bzip2", b"BZh", {".bz2": "", ".bz": "", ".tbz2": ".tar", ".tbz": ".tar"}, _bunzip2,
              bz2.BZ2Compressor, 9, "bzip2")  # fmt: skip
XZ = Codec("xz", b"\xfd7zXZ\0", {".xz": "", ".txz": ".tar"}, _unxz, _xz, 6, "xz")
LZMA = Codec("lzma", b"\x5d\0\0", {".lzma": "", ".tlz": ".tar"}, _unlzma, _lzma, 6, "lzma")
ZSTD = Codec("zstd", b"\x28\xb5\x2f\xfd", {".zst": "", ".tzst": ".tar"}, _unzstd, _zstd, 3, "zstd")
COMPRESS = Codec("compress", b"\x1f\x9d", {".Z": ""}, unpack_lzw, pack_lzw, 16, "compress")
CODECS = {codec.name: codec for codec in (GZIP, BZIP2, XZ, LZMA, ZSTD, COMPRESS)}


def detect(head: bytes) -> Codec | None:
    """The format that a stream with this beginning has; None for none of them."""
    return next((codec for codec in CODECS.values() if head.startswith(codec.magic)), None)


def unpacked(process: Process, codec: Codec, source: Inflow) -> Inflow:
    """The bytes within a compressed stream. Reading raises `CodecError`."""
    return inflow_from(process, codec.unpack(source))
