"""What an ELF file says of itself: the libraries it needs. Source: the ELF-64 object file format."""

from __future__ import annotations

import struct

DYNAMIC, STRING_TABLE, NEEDED, LOAD = 2, 5, 1, 1


def needed_libraries(data: bytes) -> list[str]:
    """The DT_NEEDED names of a little-endian 64-bit file, in order; [] for a static one, or one that is
    damaged.
    """
    try:
        return _needed(data)
    except (struct.error, ValueError, IndexError):
        return []


def _needed(data: bytes) -> list[str]:
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQQQ", data, offset + at * size) for at in range(count)]
    dynamic = next((segment for segment in segments if segment[0] == DYNAMIC), None)
    if dynamic is None:
        return []
    pairs = [struct.unpack_from("<qQ", data, dynamic[2] + at) for at in range(0, dynamic[5] - 15, 16)]
    address = next(value for tag, value in pairs if tag == STRING_TABLE)
    strings = next(
        address - segment[3] + segment[2]
        for segment in segments
        if segment[0] == LOAD and segment[3] <= address < segment[3] + segment[6]
    )
    names = []
    for tag, value in pairs:
        if tag == NEEDED:
            end = data.index(b"\0", strings + value)
            names.append(data[strings + value : end].decode("utf-8", "surrogateescape"))
    return names
