"""The interfaces of simulated hosts that stay: lo, physical ones, VLANs and bridges. veth pairs are not here:
they belong to the containers' endpoints.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from minibuild.network.errors import kept_document

if TYPE_CHECKING:
    from minibuild.store import Store

Kind = Literal["loopback", "physical", "vlan", "bridge"]


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """Addresses with their prefix lengths, the bridge it is a port of (`master`), largest packet in bytes.

    `managed`: the engine made it. `parent` and `vlan` are those of a VLAN interface, `port` is the switch
    port (`sw1/3`) of a physical one.
    """

    addresses: tuple[str, ...] = ()
    master: str = ""
    mtu: int = 1500
    managed: bool = False
    stp: bool = False
    parent: str = ""
    vlan: int = 0
    port: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """An interface of a host; `number` is its index there."""

    host: str
    name: str
    number: int
    kind: Kind
    mac: str
    spec: DeviceSpec = field(default_factory=DeviceSpec)


class Devices:
    """The lasting interfaces of one host, and the counter of its interface numbers."""

    def __init__(self, store: Store, host: str) -> None:
        self.store = store
        self.host = host

    def all(self) -> list[Device]:
        """Every interface, by its number."""
        rows = self.store.execute(
            "SELECT host, name, number, kind, mac, spec FROM network_devices WHERE host = ? ORDER BY number",
            self.host,
        )
        return [_device(row) for row in rows.fetchall()]

    def find(self, name: str) -> Device | None:
        """The interface of that name."""
        row = self.store.execute(
            "SELECT host, name, number, kind, mac, spec FROM network_devices WHERE host = ? AND name = ?",
            self.host,
            name,
        ).fetchone()
        return None if row is None else _device(row)

    def add(self, name: str, kind: Kind, mac: str, spec: DeviceSpec) -> Device:
        """Make an interface, under the next number."""
        device = Device(self.host, name, self.numbers(1), kind, mac, spec)
        self.store.execute(
            "INSERT INTO network_devices VALUES (?, ?, ?, ?, ?, ?)",
            self.host,
            name,
            device.number,
            kind,
            mac,
            json.dumps(asdict(spec), separators=(",", ":")),
        )
        return device

    def change(self, name: str, spec: DeviceSpec) -> None:
        """Give an interface other properties."""
        text = json.dumps(asdict(spec), separators=(",", ":"))
        sql = "UPDATE network_devices SET spec = ? WHERE host = ? AND name = ?"
        self.store.execute(sql, text, self.host, name)

    def remove(self, name: str) -> None:
        """End an interface."""
        self.store.execute("DELETE FROM network_devices WHERE host = ? AND name = ?", self.host, name)

    def numbers(self, count: int) -> int:
        """Take that many interface numbers, which are never given again; the first of them."""
        row = self.store.execute(
            "UPDATE network_hosts SET next_index = next_index + ? WHERE name = ? RETURNING next_index",
            count,
            self.host,
        ).fetchone()
        return int(row[0]) - count


def _device(row: tuple[str, str, int, Kind, str, str]) -> Device:
    document = kept_document(row[5], "a network device")
    document["addresses"] = tuple(document["addresses"])
    return Device(*row[:5], DeviceSpec(**document))
