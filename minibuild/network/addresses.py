"""Which addresses of a network are free: intervals in the database.

The lowest free address is the first of the first interval; taking it and giving it back each touch one or two
rows, however many addresses are taken.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from minibuild.network.errors import NetworkError

if TYPE_CHECKING:
    from minibuild.network.records import Network, Pool
    from minibuild.store import Store

_MOST = 1 << 62  # of the addresses of a wide IPv6 subnet only the first so many are given
_TABLE = "network_free WHERE network = ? AND family = ?"


def _text(pool: Pool, offset: int) -> str:
    return str(pool.network.network_address + offset)


def offset_of(pool: Pool, address: str) -> int:
    """An address as its distance from the subnet's first one. Raise `NetworkError` outside of the subnet."""
    value = ip_address(address)
    if value not in pool.network:
        raise NetworkError(f"Invalid address {address}: It does not belong to any of this network's subnets")
    return int(value) - int(pool.network.network_address)


class Addresses:
    """The free addresses of one network in one family."""

    def __init__(self, store: Store, network: str, pool: Pool) -> None:
        self.store = store
        self.pool = pool
        self.key = (network, pool.family)

    def prepare(self) -> None:
        """Make all addresses of the pool free, but the network's own and the broadcast address."""
        size = self.pool.network.num_addresses
        last = min(size - 2, _MOST)
        if last >= 1:
            self._put(1, last)

    def take(self, address: str = "", *, anywhere: bool = False) -> str:
        """Take that address, or the lowest free one of the range (`anywhere`: of the subnet).

        Raise `NetworkError` when it is taken, or none is free.
        """
        if address:
            offset = offset_of(self.pool, address)
            interval = self._around(offset)
            if interval is None:
                raise NetworkError("Address already in use")
        else:
            first, last = (0, _MOST) if anywhere else self._range()
            interval = self._around(first) or self._after(first)
            if interval is None or interval[0] > last:
                raise NetworkError("no available IPv4 addresses on this network's address pools")
            offset = max(first, interval[0])
        self._split(interval, offset)
        return _text(self.pool, offset)

    def give_back(self, address: str) -> None:
        """Make an address free again."""
        offset = offset_of(self.pool, address)
        if self._around(offset) is not None:
            return
        first = last = offset
        before = self._around(offset - 1)
        after = self._around(offset + 1)
        if before is not None:
            self._drop(before[0])
            first = before[0]
        if after is not None:
            self._drop(after[0])
            last = after[1]
        self._put(first, last)

    def free(self) -> int:
        """How many addresses of the whole subnet are free."""
        row = self.store.execute(f"SELECT sum(last - first + 1) FROM {_TABLE}", *self.key).fetchone()
        return int(row[0] or 0)

    def _range(self) -> tuple[int, int]:
        if not self.pool.ip_range:
            return 0, _MOST
        part = ip_network(self.pool.ip_range)
        first = int(part.network_address) - int(self.pool.network.network_address)
        return first, first + part.num_addresses - 1

    def _around(self, offset: int) -> tuple[int, int] | None:
        row = self.store.execute(
            f"SELECT first, last FROM {_TABLE} AND first <= ? ORDER BY first DESC LIMIT 1", *self.key, offset
        ).fetchone()
        return row if row is not None and row[1] >= offset else None

    def _after(self, offset: int) -> tuple[int, int] | None:
        row: tuple[int, int] | None = self.store.execute(
            f"SELECT first, last FROM {_TABLE} AND first > ? ORDER BY first LIMIT 1", *self.key, offset
        ).fetchone()
        return row

    def _split(self, interval: tuple[int, int], offset: int) -> None:
        first, last = interval
        self._drop(first)
        if first < offset:
            self._put(first, offset - 1)
        if offset < last:
            self._put(offset + 1, last)

    def _put(self, first: int, last: int) -> None:
        self.store.execute("INSERT INTO network_free VALUES (?, ?, ?, ?)", *self.key, first, last)

    def _drop(self, first: int) -> None:
        self.store.execute(f"DELETE FROM {_TABLE} AND first = ?", *self.key, first)


def addresses_of(store: Store, network: Network) -> list[Addresses]:
    """The free addresses of a network, one object a family."""
    return [Addresses(store, network.id, pool) for pool in network.spec.pools]
