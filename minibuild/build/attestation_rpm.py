"""The packages in a database of rpm (4.16 and later, SQLite), from the headers that it keeps of each.

The database comes out of an image and may be made to harm: SQLite reads it in memory, may do nothing but read
the one table, and is stopped when it takes too long; a header is never trusted further than it reaches.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

SQLITE = b"SQLite format 3\0"
_TABLE = "Packages"
_MOST_STEPS = 20_000  # of SQLite's machine, in thousands
_LARGEST_HEADER = 32 << 20
# Where a database says that it has a write-ahead log; one in memory can't, so it is told that there is none.
_VERSIONS = slice(18, 20)

# A header (rpm, docs/manual/format_header.md): two counts, an entry for each tag, then the data.
_COUNTS = struct.Struct(">II")
_ENTRY = struct.Struct(">IIII")  # tag, type, offset into the data, count
_MOST_ENTRIES = 0xFFFF
_INT32, _STRING = 4, 6
_NAME, _VERSION, _RELEASE, _EPOCH = 1000, 1001, 1002, 1003
_VENDOR, _LICENSE, _ARCHITECTURE, _SOURCE = 1011, 1014, 1022, 1044
_WANTED = frozenset((_NAME, _VERSION, _RELEASE, _EPOCH, _VENDOR, _LICENSE, _ARCHITECTURE, _SOURCE))
_KEY = "gpg-pubkey"  # how rpm keeps a signing key: as a package that has no files


class RpmPackage(NamedTuple):
    """One package as its header tells; `epoch` is 0 where there is none, `source` the source package's
    file.
    """

    name: str
    version: str
    release: str
    epoch: int = 0
    architecture: str = ""
    license: str = ""
    source: str = ""
    vendor: str = ""


def read_database(data: bytes) -> list[RpmPackage] | None:
    """The packages of a database, but for keys; None when it can't be read, in whole or in part."""
    if not data.startswith(SQLITE) or not hasattr(sqlite3.Connection, "deserialize"):
        return None
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            headers = [read_header(blob) for blob in _blobs(connection, data)]
    except (sqlite3.Error, ValueError, OverflowError, MemoryError):
        return None
    return [header for header in headers if header.name != _KEY]


def _blobs(connection: sqlite3.Connection, data: bytes) -> Iterator[bytes]:
    """Every header of the database. Raise `ValueError` for what no header is, `sqlite3.Error`."""
    image = bytearray(data)
    image[_VERSIONS] = b"\1\1"
    connection.deserialize(bytes(image))
    for setting in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        connection.execute(f"PRAGMA {setting}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_HEADER)
    connection.set_authorizer(_may)
    steps = iter(range(_MOST_STEPS))
    connection.set_progress_handler(lambda: next(steps, None) is None, 1000)
    room = len(data)  # several rows may claim the same pages
    for (blob,) in connection.execute(f"SELECT blob FROM {_TABLE}"):
        if not isinstance(blob, bytes) or len(blob) > room:
            raise ValueError("a row is no header")
        room -= len(blob)
        yield blob


def _may(action: int, table: str | None, *_: object) -> int:
    """Nothing but to read the table itself: it may be a view that does anything."""
    reads = action == sqlite3.SQLITE_SELECT or (action == sqlite3.SQLITE_READ and table == _TABLE)
    return sqlite3.SQLITE_OK if reads else sqlite3.SQLITE_DENY


def read_header(blob: bytes) -> RpmPackage:
    """The package that a header describes. Raise `ValueError` when it is damaged."""
    try:
        entries, size = _COUNTS.unpack_from(blob)
        start = _COUNTS.size + entries * _ENTRY.size
        if entries > _MOST_ENTRIES or len(blob) != start + size:
            raise ValueError("the header's counts don't fit its size")
        found: dict[int, str | int] = {}
        for tag, kind, offset, count in _ENTRY.iter_unpack(blob[_COUNTS.size : start]):
            if tag in _WANTED and count == 1 and kind in (_INT32, _STRING):
                found[tag] = _value(blob, start + offset, kind)
    except struct.error as error:
        raise ValueError(str(error)) from None
    texts = {tag: value for tag, value in found.items() if isinstance(value, str)}
    if not texts.get(_NAME) or not texts.get(_VERSION):
        raise ValueError("the header has no name or version")
    epoch = found.get(_EPOCH)
    return RpmPackage(
        *(texts[_NAME], texts[_VERSION], texts.get(_RELEASE, "")),
        epoch if isinstance(epoch, int) else 0,
        *(texts.get(tag, "") for tag in (_ARCHITECTURE, _LICENSE, _SOURCE, _VENDOR)),
    )


def _value(blob: bytes, place: int, kind: int) -> str | int:
    if kind == _INT32:
        return int.from_bytes(blob[place : place + 4], "big")
    end = blob.find(b"\0", place)
    if end < 0:
        raise ValueError("a text of the header has no end")
    return blob[place:end].decode("utf-8", "replace")
