"""The switches of the topology that is up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.store import Store


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """A port of a switch: frames without a tag belong to VLAN `untagged` (0: there are none), others to one
    of `tagged`. `link` is another switch's port (`sw2/1`) at the other end of its cable.
    """

    switch: str
    number: int
    untagged: int = 0
    tagged: frozenset[int] = frozenset()
    link: str = ""

    @property
    def name(self) -> str:
        """`sw1/3`"""
        return f"{self.switch}/{self.number}"

    @property
    def vlans(self) -> frozenset[int]:
        """All VLANs whose frames pass."""
        return self.tagged | {self.untagged} if self.untagged else self.tagged


def topology_document(store: Store) -> dict[str, Any] | None:
    """What is kept of the topology that is up; None when there is none."""
    row = store.execute("SELECT document FROM network_topology").fetchone()
    return None if row is None else json.loads(row[0])


def switch_ports(store: Store) -> dict[str, SwitchPort]:
    """The ports of all switches, by their names."""
    document = topology_document(store) or {}
    ports = [
        SwitchPort(one["switch"], one["number"], one["untagged"], frozenset(one["tagged"]), one["link"])
        for one in document.get("ports", ())
    ]
    return {port.name: port for port in ports}
