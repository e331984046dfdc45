"""Which subnet a network gets that names none, and which subnets collide."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING

from minibuild.network.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERLAP = "Pool overlaps with other one on this address space"
_SOURCES = (  # (block, prefix length of the pools that it is cut into)
    ("172.17.0.0/16", 16),
    ("172.18.0.0/16", 16),
    ("172.19.0.0/16", 16),
    ("172.20.0.0/14", 16),
    ("172.24.0.0/14", 16),
    ("172.28.0.0/14", 16),
    ("192.168.0.0/16", 20),
)
Subnet = IPv4Network | IPv6Network


def predefined_pools() -> list[IPv4Network]:
    """The pools in the order in which they are given: 172.17.0.0/16 to 172.31.0.0/16, 192.168.0.0/20, …"""
    return [pool for block, prefix in _SOURCES for pool in IPv4Network(block).subnets(new_prefix=prefix)]


def overlaps(subnet: Subnet, taken: Iterable[Subnet]) -> bool:
    """Whether a subnet shares an address with one of the others."""
    return any(
        subnet.overlaps(other) for other in taken if other.version == subnet.version
    )


def next_pool(start: int, taken: Iterable[str]) -> tuple[str, int]:
    """(the first free pool from number `start` on, going round; the number after it).

    `taken` are the subnets of other networks and of the host's own interfaces.
    """
    pools = predefined_pools()
    used = [ip_network(subnet) for subnet in taken]
    for step in range(len(pools)):
        number = (start + step) % len(pools)
        if not overlaps(pools[number], used):
            return str(pools[number]), (number + 1) % len(pools)
    raise NetworkError(
        "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the"
        " network",
        hint="give one with --subnet, or remove networks that nothing uses: minibuild network prune",
    )
