"""Reading from a stream just as far as asked: what follows belongs to somebody else."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import fail
from minibuild.kernel.pipes import PipeReader
from minibuild.kernel.streams import Device, Source
from minibuild.shell.bounds import check_size

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream

_BLOCK = 512


def read_line(stream: Stream | None, delimiter: bytes = b"\n", process: Process | None = None) -> bytes:
    """Up to and with the next `delimiter` (one byte); what there is at the end. OSError as of read(2)."""
    if stream is None or not stream.readable:
        raise fail(errno.EBADF)
    if isinstance(stream, PipeReader):
        return _read_from_pipe(stream, delimiter)
    if isinstance(stream, Source):
        end = stream.data.find(delimiter, stream.offset)
        return stream.read(-1 if end < 0 else end + 1 - stream.offset)
    found = bytearray()
    seek = getattr(stream, "seek", None) if stream.seekable else None
    size = _BLOCK if seek is not None or (isinstance(stream, Device) and stream.forgetful) else 1
    while block := stream.read(size):
        check_size(len(found))
        if process is not None and not len(found) & 0xF:
            process.tick()
        end = block.find(delimiter)
        found += block if end < 0 else block[: end + 1]
        if end < 0:
            continue
        if seek is not None:
            seek(end + 1 - len(block), 1)
        break
    return bytes(found)


def _read_from_pipe(stream: PipeReader, delimiter: bytes) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while stream.read_ready():
        end = stream.pipe.buffer.find(delimiter)
        pieces.append(stream.read(end + 1 if end >= 0 else -1))
        if end >= 0:
            break
        size += len(pieces[-1])
        check_size(size)
    return b"".join(pieces)
