"""Random names: IDs, veth interfaces, MAC addresses."""

from __future__ import annotations

import os
from ipaddress import IPv4Address

SHORT = 12


def new_id() -> str:
    """64 random hex digits, the first 12 of which are not all decimal: they would read as a number."""
    while True:
        candidate = os.urandom(32).hex()
        if not candidate[:SHORT].isdecimal():
            return candidate


def veth_name() -> str:
    """A name for the host's end of a veth pair: `veth` and 7 random hex digits."""
    return "veth" + os.urandom(4).hex()[:7]


def address_mac(address: str) -> str:
    """The MAC address of an interface with that IPv4 address: 02:42 and its four bytes."""
    return "02:42:" + IPv4Address(address).packed.hex(":")


def bridge_mac() -> str:
    """The MAC address of a bridge that the engine makes."""
    return "02:42:" + os.urandom(4).hex(":")


def random_mac() -> str:
    """A random, locally administered MAC address for one station."""
    first, *rest = os.urandom(6)
    return bytes([first & 0xFC | 0x02, *rest]).hex(":")


def nic_mac(host: str, name: str) -> str:
    """The MAC address of a physical interface: always the same for the same place."""
    import hashlib  # only when a host is made

    return "00:16:3e:" + hashlib.sha256(f"{host}/{name}".encode()).digest()[:3].hex(":")
