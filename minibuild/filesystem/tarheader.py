"""Tar headers: POSIX ustar, with pax records and GNU long names where ustar does not reach.

Written headers are deterministic: the same attributes give the same bytes.
"""

from minibuild.filesystem.nodes import Node

BLOCK = 512
_OCTAL_IDS = 0o7777777
_OCTAL_SIZE = 0o77777777777
_MAGIC = b"ustar\x0000"


def padding(size: int) -> bytes:
    """The zeros that fill the last block of `size` bytes."""
    return bytes(-size % BLOCK)


def header(
    name: str,
    node: Node,
    typeflag: bytes,
    *,
    size: int = 0,
    target: str = "",
    device: tuple[int, int] = (0, 0),
) -> bytes:
    """All header blocks of one member, extension headers first. Times are whole seconds."""
    raw_name, raw_target = _encode(name), _encode(target)
    mtime = max(0, node.mtime // 1_000_000_000)
    records: dict[str, bytes] = {}
    out = b""
    for key, raw, long_type in (("path", raw_name, b"L"), ("linkpath", raw_target, b"K")):
        if len(raw) <= 100 and (raw.isascii() or not _is_utf8(raw)):
            continue
        if _is_utf8(raw):
            records[key] = raw
        else:
            out += _gnu_long(raw, long_type)
    for key, value, limit in (
        ("uid", node.uid, _OCTAL_IDS),
        ("gid", node.gid, _OCTAL_IDS),
        ("size", size, _OCTAL_SIZE),
    ):
        if value > limit:
            records[key] = b"%d" % value
    for attribute, content in sorted((node.xattrs or {}).items()):
        records["SCHILY.xattr." + attribute] = content
    if mtime > _OCTAL_SIZE:
        records["mtime"] = b"%d" % mtime
    if records:
        data = b"".join(_pax_record(_encode(key), value) for key, value in sorted(records.items()))
        out += _block(b"PaxHeaders.0/x", 0o644, 0, 0, len(data), 0, b"x", b"") + data + padding(len(data))
    return out + _block(
        raw_name[:100],
        node.mode,
        min(node.uid, _OCTAL_IDS),
        min(node.gid, _OCTAL_IDS),
        min(size, _OCTAL_SIZE),
        min(mtime, _OCTAL_SIZE),
        typeflag,
        raw_target[:100],
        device,
    )


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _gnu_long(raw: bytes, typeflag: bytes) -> bytes:
    data = raw + b"\0"
    return _block(b"././@LongLink", 0, 0, 0, len(data), 0, typeflag, b"") + data + padding(len(data))


def _pax_record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    size = len(body) + len(str(len(body)))
    size = len(body) + len(str(size))
    return b"%d" % size + body


def _block(
    name: bytes,
    mode: int,
    uid: int,
    gid: int,
    size: int,
    mtime: int,
    typeflag: bytes,
    target: bytes,
    device: tuple[int, int] = (0, 0),
) -> bytes:
    numbers = b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (mode & 0o7777, uid, gid, size, mtime)
    before = name.ljust(100, b"\0") + numbers
    after = typeflag + target.ljust(100, b"\0") + _MAGIC + bytes(64) + b"%07o\0%07o\0" % device
    block = before + b"        " + after
    return (before + b"%06o\0 " % sum(block) + after).ljust(BLOCK, b"\0")


def number(field: bytes) -> int:
    """A numeric header field: octal digits, or base 256 when the first bit is set; ValueError otherwise."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big", signed=False) & ((1 << (8 * len(field) - 1)) - 1)
        if field[0] & 0x40:
            raise ValueError("negative number")
        return value
    digits = field.split(b"\0", 1)[0].strip()
    if not digits:
        return 0
    if not digits.isdigit():  # int() would take signs and underscores
        raise ValueError("not a number")
    return int(digits, 8)


def checksum_holds(block: bytes) -> bool:
    """Whether the header's checksum is right."""
    try:
        stored = number(block[148:156])
    except ValueError:
        return False
    return stored == sum(block) - sum(block[148:156]) + 8 * 32


def pax_records(data: bytes) -> dict[str, bytes]:
    """The records of a pax header; ValueError when they are malformed."""
    records: dict[str, bytes] = {}
    position = 0
    while position < len(data) and data[position]:
        blank = data.index(b" ", position)
        digits = data[position:blank]
        if not digits.isdigit() or len(digits) > 9:
            raise ValueError("bad pax record")
        length = int(digits)
        record = data[blank + 1 : position + length]
        if length < 5 or not record.endswith(b"\n") or position + length > len(data):
            raise ValueError("bad pax record")
        key, equals, value = record[:-1].partition(b"=")
        if not equals or b"\0" in key:
            raise ValueError("bad pax record")
        records[key.decode("utf-8", "surrogateescape")] = value
        position += length
    return records
