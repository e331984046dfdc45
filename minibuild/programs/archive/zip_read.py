"""Zip archives within the simulated file system, read through the standard library."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream

_PIECE = 1 << 18
_METHODS = {0: "Stored", 8: "Defl", 12: "BZip2", 14: "LZMA"}
_UT = 0x5455  # the extra field that has times in UTC


class ZipDamageError(Exception):
    """A member that can't be unpacked; `what`: crc, method, password or data."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class _Seekable(io.RawIOBase):
    """An open file of the container as a file object."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        place: int = self.stream.seek(offset, whence)  # type: ignore[attr-defined]  # only seekable ones come here
        return place

    def tell(self) -> int:
        return self.seek(0, 1)

    def read(self, n: int | None = -1) -> bytes:
        return self.stream.read(-1 if n is None else n)


def open_zip(process: Process, path: str) -> zipfile.ZipFile:
    """The archive at a path (`-`: standard input). OSError when it can't be opened, BadZipFile when it is
    none.
    """
    if path == "-":
        file: io.BytesIO | _Seekable = io.BytesIO(process.stdin.read())
    else:
        stream = process.open_stream(path, "r")
        file = _Seekable(stream) if stream.seekable else io.BytesIO(process.open_reader(path).read())
        file.read(1)  # a directory opens, but can't be read; and what nobody knows is noticed
        file.seek(0)
    try:
        return zipfile.ZipFile(file)
    except (ValueError, IndexError, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise zipfile.BadZipFile(str(error)) from None


def pieces(process: Process, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member. ZipDamageError."""
    if member.flag_bits & 1:
        raise ZipDamageError("password")
    try:
        with archive.open(member) as file:
            while data := file.read(_PIECE):
                process.tick()
                yield data
    except NotImplementedError:
        raise ZipDamageError("method") from None
    except zipfile.BadZipFile as error:
        raise ZipDamageError("crc" if "CRC" in str(error) else "data") from None
    except (zlib.error, EOFError, OSError, ValueError, RuntimeError):
        raise ZipDamageError("data") from None


def mode_of(member: zipfile.ZipInfo) -> int | None:
    """The file mode with its type that a Unix zip has stored; None when it was made elsewhere."""
    return (member.external_attr >> 16) or None if member.create_system == 3 else None


def is_link(member: zipfile.ZipInfo) -> bool:
    """Whether it is a symbolic link, whose target is its content."""
    mode = mode_of(member)
    return mode is not None and stat.S_ISLNK(mode)


def method_name(member: zipfile.ZipInfo) -> str:
    """How `unzip -v` calls the compression."""
    name = _METHODS.get(member.compress_type, "Unk")
    if member.compress_type != 8:
        return name
    return f"{name}:{'NXFS'[member.flag_bits >> 1 & 3]}"


def mtime_of(member: zipfile.ZipInfo) -> int:
    """The time of the last change in nanoseconds: from the field in UTC, else the clock time taken as UTC."""
    from minibuild.programs.system.timezone import days

    extra, at = member.extra, 0
    while at + 4 <= len(extra):
        kind, size = (
            int.from_bytes(extra[at : at + 2], "little"),
            int.from_bytes(extra[at + 2 : at + 4], "little"),
        )
        if kind == _UT and size >= 5 and extra[at + 4] & 1:
            return int.from_bytes(extra[at + 5 : at + 9], "little", signed=True) * 10**9
        at += 4 + size
    year, month, day, hour, minute, second = member.date_time
    if not (1 <= month <= 12 and 1 <= day <= 31):
        year, month, day = 1980, 1, 1
    return (days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 10**9
