"""What /sys/class/net tells of interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.network.view import Interface


def interface_files(interfaces: Iterable[Interface]) -> dict[str, str]:
    """Paths below /sys → texts."""
    files: dict[str, str] = {}
    for one in interfaces:
        loopback = one.kind == "loopback"
        facts = {
            "address": one.mac,
            "broadcast": one.mac if loopback else "ff:ff:ff:ff:ff:ff",
            "carrier": str(int(one.carrier)),
            "ifindex": str(one.index),
            "iflink": str(one.peer or one.index),
            "mtu": str(one.mtu),
            "operstate": "unknown" if loopback else "up" if one.carrier else "down",
        }
        files |= {f"/class/net/{one.name}/{name}": f"{text}\n" for name, text in facts.items()}
    return files
