"""The members of a layer tar, read from its headers alone; file contents stay where they are, in the blob.

Everything read here is hostile: names, sizes and records are checked, and nothing is taken into memory
because a header says so.
"""

import marshal
import sys
from typing import Any, BinaryIO

from minibuild.errors import MinibuildError
from minibuild.filesystem.content import (
    OPAQUE_ATTRIBUTE,
    BlobSource,
    Content,
    InlineContent,
    OpaqueContent,
    SliceContent,
)
from minibuild.filesystem.nodes import Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.tarheader import BLOCK, checksum_holds, number, pax_records

_KINDS = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",
    b"1": "hardlink",
    b"2": "link",
    b"3": "char",
    b"4": "block",
    b"5": "dir",
    b"6": "fifo",
}
_MAX_EXTENSION = 1 << 20
# Bytes of memory that the members of one archive may take: half a million with ordinary names.
_MOST_MEMORY = 256 << 20
_MEMBER = 220
_MAX_ID = 0xFFFFFFFF
_MAX_MAJOR, _MAX_MINOR = 0xFFF, 0xFFFFF
_LONGEST_NAME = 4094  # with a slash and the terminating zero, what a path may have
_LONGEST_PART = 255
# Seconds: what calendars and other file systems can show, from 1901 to the end of the year 9999.
_EARLIEST, _LATEST = -(1 << 31), 253_402_300_799
_EMPTY = InlineContent(b"")


class LayerError(MinibuildError):
    """A layer tar that is damaged or that tries to reach outside the root."""


class LayerEntry:
    """One member: a clean relative path, its `kind` (`file dir link hardlink char block fifo`) and
    attributes.

    `mtime` is in nanoseconds, `offset` and `size` say where a file's bytes are in the blob, `target` is what
    a link points to.
    """

    __slots__ = (
        "content",
        "gid",
        "kind",
        "major",
        "minor",
        "mode",
        "mtime",
        "offset",
        "path",
        "size",
        "target",
        "uid",
        "xattrs",
    )

    def __init__(
        self,
        path: str,
        kind: str,
        mode: int,
        uid: int,
        gid: int,
        mtime: int,
        size: int,
        offset: int,
        target: str,
        major: int,
        minor: int,
        xattrs: dict[str, bytes] | None,
        content: Content = _EMPTY,
    ) -> None:
        self.path = path
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.mtime = mtime
        self.size = size
        self.offset = offset
        self.target = target
        self.major = major
        self.minor = minor
        self.xattrs = xattrs
        self.content = content

    def node(self) -> Node:
        """A new node with these attributes; not for hard links."""
        common: dict[str, Any] = {
            "mode": self.mode,
            "uid": self.uid,
            "gid": self.gid,
            "mtime": self.mtime,
            "xattrs": self.xattrs,
        }
        if self.kind == "file":
            if self.xattrs and OPAQUE_ATTRIBUTE in self.xattrs:
                return _opaque(common)
            return File(content=self.content, **common)
        if self.kind == "dir":
            return Directory(**common)
        if self.kind == "link":
            return Symlink(target=self.target, **common)
        if self.kind == "fifo":
            return Fifo(**common)
        return Device(device=self.kind, major=self.major, minor=self.minor, **common)


def _opaque(attributes: dict[str, Any]) -> File:
    """A file of which a layer holds only the name and the reason."""
    xattrs = dict(attributes.pop("xattrs"))
    origin = xattrs.pop(OPAQUE_ATTRIBUTE).decode("utf-8", "surrogateescape")
    return File(content=OpaqueContent(origin), xattrs=xattrs or None, **attributes)


def read_layer(
    stream: BinaryIO, source: BlobSource | None, digest: str, *, clamp: bool = False
) -> list[LayerEntry]:
    """The members of the tar in `stream` (seekable, uncompressed), as slices of the blob `digest` of
    `source`.

    A name that is absolute or has `..` is an error, unless `clamp` asks to resolve it at the root. Raise
    `LayerError`.
    """
    return _Reader(stream, source, digest, clamp).read()


class _Reader:
    def __init__(self, stream: BinaryIO, source: BlobSource | None, digest: str, clamp: bool) -> None:
        self.stream = stream
        self.source = source
        self.digest = digest
        self.clamp = clamp
        self.end = stream.seek(0, 2)
        self.position = stream.seek(0)
        self.memory = 0

    def read(self) -> list[LayerEntry]:
        entries: list[LayerEntry] = []
        extended: dict[str, bytes] = {}
        while True:
            block = self.stream.read(BLOCK)
            self.position += len(block)
            if not block or not block.strip(b"\0"):
                if extended:
                    raise LayerError("the archive ends after an extension header")
                return entries
            if len(block) < BLOCK:
                raise LayerError("the archive is cut off in the middle of a header")
            if not checksum_holds(block):
                raise LayerError(f"bad checksum of the header at byte {self.position - BLOCK}")
            flag = block[156:157]
            if flag in (b"x", b"g", b"L", b"K"):
                data = self._extension(block)
                if flag == b"x":
                    extended.update(self._records(data))
                elif flag in (b"L", b"K"):
                    extended["path" if flag == b"L" else "linkpath"] = data.split(b"\0", 1)[0]
                continue
            entry = self._entry(block, flag, extended)
            extended = {}
            if entry is not None:
                entries.append(entry)

    def _extension(self, block: bytes) -> bytes:
        size = self._number(block[124:136], "size")
        if size > _MAX_EXTENSION:
            raise LayerError("an extension header is larger than 1 MiB")
        data = self.stream.read(size)
        if len(data) < size:
            raise LayerError("the archive is cut off in the middle of a header")
        self._charge(size)
        self._skip(size)
        return data

    def _charge(self, size: int) -> None:
        self.memory += size
        if self.memory > _MOST_MEMORY:
            raise LayerError(
                f"the names and attributes of its members take more than {_MOST_MEMORY >> 20} MiB of memory"
            )

    def _records(self, data: bytes) -> dict[str, bytes]:
        try:
            return pax_records(data)
        except ValueError:
            raise LayerError("a pax header is malformed") from None

    def _number(self, field: bytes, what: str) -> int:
        try:
            return number(field)
        except ValueError:
            raise LayerError(f"a header's {what} is not a number") from None

    def _skip(self, size: int) -> None:
        self.position += size + -size % BLOCK
        if self.position - (-size % BLOCK) > self.end:
            raise LayerError("the archive is shorter than a header in it says")
        self.stream.seek(self.position)

    def _entry(self, block: bytes, flag: bytes, extended: dict[str, bytes]) -> LayerEntry | None:
        name = extended.get("path")
        if name is None:
            name = block[:100].split(b"\0", 1)[0]
            prefix = (
                block[345:500].split(b"\0", 1)[0]
                if block[257:262] == b"ustar" and block[262:263] != b" "
                else b""
            )
            if prefix:
                name = prefix + b"/" + name
        linked = extended.get("linkpath")
        if linked is None:
            linked = block[157:257].split(b"\0", 1)[0]
        kind = _KINDS.get(flag)
        if kind == "file" and name.endswith(b"/"):
            kind = "dir"
        size = self._extended_number(extended, "size", block[124:136])
        offset = self.position
        stored = size if kind == "file" or kind is None else 0
        self._skip(stored)
        if kind is None:
            if flag == b"S":
                raise LayerError("sparse members are not supported")
            return None  # a vendor's own kind of member: the standard says to pass over it
        if any(key.startswith("GNU.sparse.") for key in extended):
            raise LayerError("sparse members are not supported")
        path = self._clean(name)
        target = self._target(linked, kind, path)
        self._charge(_MEMBER + sys.getsizeof(path) + sys.getsizeof(target))
        content = (
            SliceContent(self.source, self.digest, offset, size)
            if kind == "file" and size and self.source
            else _EMPTY
        )
        return LayerEntry(
            path,
            kind,
            self._number(block[100:108], "mode") & 0o7777,
            min(self._extended_number(extended, "uid", block[108:116]), _MAX_ID),
            min(self._extended_number(extended, "gid", block[116:124]), _MAX_ID),
            self._mtime(extended, block),
            stored,
            offset,
            target,
            self._device(block[329:337], kind, _MAX_MAJOR),
            self._device(block[337:345], kind, _MAX_MINOR),
            _xattrs(extended),
            content,
        )

    def _extended_number(self, extended: dict[str, bytes], key: str, field: bytes) -> int:
        value = extended.get(key)
        if value is None:
            return self._number(field, key)
        if not value.isdigit() or len(value) > 19:
            raise LayerError(f"a pax header's {key} is not a number")
        return int(value)

    def _mtime(self, extended: dict[str, bytes], block: bytes) -> int:
        value = extended.get("mtime")
        try:
            if value is None:
                return min(number(block[136:148]), _LATEST) * 1_000_000_000
            whole, _, fraction = value.decode("ascii").partition(".")
            seconds = min(max(int(whole), _EARLIEST), _LATEST)
            return seconds * 1_000_000_000 + int(fraction[:9].ljust(9, "0") or 0)
        except ValueError:
            return 0

    def _device(self, field: bytes, kind: str, most: int) -> int:
        value = self._number(field, "device") if kind in ("char", "block") else 0
        if value > most:
            raise LayerError(f"a device has the number {value}, no system has more than {most}")
        return value

    def _target(self, linked: bytes, kind: str, path: str) -> str:
        if kind == "hardlink":
            return self._clean(linked)
        if kind == "link" and (not 0 < len(linked) <= _LONGEST_NAME or b"\0" in linked):
            raise LayerError(f"symbolic link {path!r} has no target that a link can have")
        return linked.decode("utf-8", "surrogateescape")

    def _clean(self, name: bytes) -> str:
        if len(name) > _LONGEST_NAME:
            raise LayerError(f"a member's name is longer than {_LONGEST_NAME} bytes")
        text = name.decode("utf-8", "surrogateescape")
        if b"\0" in name or (len(name) > _LONGEST_PART and max(map(len, name.split(b"/"))) > _LONGEST_PART):
            raise LayerError(f"member {text[:40]!r}… has a name that no file can have")
        parts: list[str] = []
        if text.startswith("/") and not self.clamp:
            raise LayerError(f"member {text!r} has an absolute name")
        for part in text.split("/"):
            if part in ("", "."):
                continue
            if part == "..":
                if not self.clamp:
                    raise LayerError(f"member {text!r} reaches outside the root")
                if parts:
                    parts.pop()
            else:
                parts.append(part)
        return "/".join(parts)


def _xattrs(extended: dict[str, bytes]) -> dict[str, bytes] | None:
    prefix = "SCHILY.xattr."
    return {key[len(prefix) :]: value for key, value in extended.items() if key.startswith(prefix)} or None


_ROWS = 10_000


def dump_entries(entries: list[LayerEntry]) -> bytes:
    """A compact form of the entries, without contents, that `load_entries` reads back quickly.

    It is made part by part: rows for all of half a million members would double the memory that they take.
    """
    parts = [entries[start : start + _ROWS] for start in range(0, len(entries), _ROWS)]
    return marshal.dumps([marshal.dumps([_row(entry) for entry in part]) for part in parts])


def _row(e: LayerEntry) -> tuple[Any, ...]:
    attributes = (e.path, e.kind, e.mode, e.uid, e.gid, e.mtime)
    return (*attributes, e.size, e.offset, e.target, e.major, e.minor, e.xattrs)


def load_entries(data: bytes, source: BlobSource, digest: str) -> list[LayerEntry]:
    """The entries that `dump_entries` wrote, as slices of the blob `digest`; only for data of our own store.
    """
    entries = []
    for part in marshal.loads(data):
        for row in marshal.loads(part):
            entry = LayerEntry(*row)
            if entry.size and entry.kind == "file":
                entry.content = SliceContent(source, digest, entry.offset, entry.size)
            entries.append(entry)
    return entries
