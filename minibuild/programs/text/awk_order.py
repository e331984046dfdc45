"""The order in which busybox's awk walks over an array: that of its hash table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIZES = (61, 251, 1021, 4093, 16381, 65521)
_CROWDED = 8


def hash_order(keys: Iterable[bytes]) -> list[bytes]:
    """The keys (in the order in which they were added) as the table holds them."""
    sizes = list(_SIZES)
    size = sizes.pop(0)
    table: dict[int, list[bytes]] = {}
    for count, key in enumerate(keys, 1):
        if count > _CROWDED * size and sizes:
            old = _walk(table)
            size = sizes.pop(0)
            table = {}
            for one in old:
                table.setdefault(_hash(one) % size, []).append(one)
        table.setdefault(_hash(key) % size, []).append(key)
    return _walk(table)


def _walk(table: dict[int, list[bytes]]) -> list[bytes]:
    """Bucket by bucket, what was added last first."""
    return [key for index in sorted(table) for key in reversed(table[index])]


def _hash(key: bytes) -> int:
    value = 0
    for byte in key:
        value = (byte + 63 * value) & 0xFFFFFFFF
    return value
