"""Writing tar headers in the formats that tar programs write: GNU's (busybox's too), ustar, pax and v7."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.tarheader import BLOCK, padding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.programs.archive.member import Member

FORMATS = ("gnu", "oldgnu", "ustar", "pax", "posix", "v7")  # as GNU's --format names them; "busybox" besides
_FLAGS = {
    "file": b"0",
    "hardlink": b"1",
    "link": b"2",
    "char": b"3",
    "block": b"4",
    "dir": b"5",
    "fifo": b"6",
}
_GNU, _USTAR = b"ustar  \0", b"ustar\x0000"


class UnfitError(Exception):
    """A member that the format has no place for; `what` names the field."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def member_header(member: Member, style: str = "gnu", records: Mapping[str, bytes] | None = None) -> bytes:
    """All header blocks of a member. `records` are further pax records, which only pax can hold."""
    name, target = _raw(member.name), _raw(member.target)
    if style in ("pax", "posix"):
        return _pax(member, name, target, records or {})
    if style in ("ustar", "v7"):
        prefix, short = (b"", name) if style == "v7" else _split(name)
        if len(short) > 100:
            raise UnfitError("name")
        if len(target) > 100:
            raise UnfitError("link name")
        return _block(member, short, target, style, prefix)
    most = 100 if style == "gnu" else 99  # the others keep a place for the final NUL
    out = _long(target, b"K", style) if len(target) > most else b""
    if len(name) > most:
        out += _long(name, b"L", style)
    return out + _block(member, name[: 99 if style == "oldgnu" else 100], target[:100], style)


def _pax(member: Member, name: bytes, target: bytes, records: Mapping[str, bytes]) -> bytes:
    found = dict(records)
    prefix, short = _split(name)
    if len(short) > 100 or not name.isascii():
        found["path"] = name
        prefix, short = b"", name[:100]
    if len(target) > 100 or not target.isascii():
        found["linkpath"] = target
    for key, amount, digits in (("uid", member.uid, 7), ("gid", member.gid, 7), ("size", member.size, 11)):
        if amount >= 8**digits:
            found[key] = b"%d" % amount
    for key, text in (("uname", member.user), ("gname", member.group)):
        if not text.isascii() or len(text) > 31:
            found[key] = _raw(text)
    for attribute, value in member.xattrs.items():
        found["SCHILY.xattr." + attribute] = value
    out = b""
    if found:
        data = b"".join(_record(key, value) for key, value in found.items())
        parent, _, last = name.rstrip(b"/").rpartition(b"/")
        extension = (parent or b".") + b"/PaxHeaders/" + last
        out = _special(
            extension[:100], b"x", len(data), _USTAR + bytes(64) + b"0000000\0" * 2, member.mtime // 10**9
        )
        out += data + padding(len(data))
    return out + _block(member, short, target[:100], "ustar", prefix)


def _record(key: str, value: bytes) -> bytes:
    body = b" " + _raw(key) + b"=" + value + b"\n"
    size = len(body) + len(str(len(body)))
    size = len(body) + len(str(size))
    return b"%d" % size + body


def _long(raw: bytes, flag: bytes, style: str) -> bytes:
    """GNU's member that holds a long name for the next one."""
    data = raw + b"\0"
    owner, mode = (b"", 0) if style == "busybox" else (b"root", 0o644)
    out = _special(b"././@LongLink", flag, len(data), _GNU + owner.ljust(32, b"\0") * 2, mode=mode)
    return out + data + padding(len(data))


def _special(name: bytes, flag: bytes, size: int, rest: bytes, mtime: int = 0, mode: int = 0o644) -> bytes:
    numbers = b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (mode, 0, 0, size, max(0, mtime))
    return _sealed(name, numbers, flag, b"", rest)


def _block(member: Member, name: bytes, target: bytes, style: str, prefix: bytes = b"") -> bytes:
    numbers = b"".join(
        (
            b"%07o\0" % (member.mode & 0o7777),
            _number(member.uid, 8, style),
            _number(member.gid, 8, style),
            _number(member.size, 12, style),
            _number(member.mtime // 10**9, 12, style),
        )
    )
    if style == "v7":
        flag = b"\0" if member.kind == "file" else _FLAGS[member.kind]
        return _sealed(name, numbers, flag, target, bytes(72) + b"0000000\0" * 2)
    device = b"%07o\0%07o\0" % (member.major, member.minor)
    if member.kind not in ("char", "block") and style != "ustar":
        device = bytes(16)
    names = b"".join(_raw(text)[:31].ljust(32, b"\0") for text in (member.user, member.group))
    magic = _USTAR if style == "ustar" else _GNU
    return _sealed(name, numbers, _FLAGS[member.kind], target, magic + names + device + prefix)


def _sealed(name: bytes, numbers: bytes, flag: bytes, target: bytes, rest: bytes) -> bytes:
    """The block, with its checksum."""
    before = name.ljust(100, b"\0") + numbers
    after = flag + target.ljust(100, b"\0") + rest
    total = sum(before) + sum(after) + 8 * 32
    return (before + b"%06o\0 " % total + after).ljust(BLOCK, b"\0")


def _number(value: int, width: int, style: str) -> bytes:
    """Octal digits; in GNU's format base 256 for what does not fit, elsewhere the largest that does (pax says
    it).
    """
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    if style == "busybox" and 0 <= value < 8**width:
        return b"%0*o" % (width, value)
    if style in ("gnu", "oldgnu", "busybox"):
        raw = (value & ((1 << (8 * width - 1)) - 1)).to_bytes(width, "big")
        return bytes([raw[0] | 0x80 if value >= 0 else 0xFF]) + raw[1:]
    return b"%0*o\0" % (width - 1, 0 if value < 0 else 8 ** (width - 1) - 1)


def _split(name: bytes) -> tuple[bytes, bytes]:
    """(prefix, name) as ustar has them, when a long name can be split at a slash."""
    if len(name) <= 100:
        return b"", name
    at = name.rfind(b"/", 0, 156)
    while at > 0:
        if len(name) - at - 1 <= 100 and at + 1 < len(name):
            return name[:at], name[at + 1 :]
        at = -1
    return b"", name


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
