"""Broadcast domains of a planned topology: loops in them, and addresses that would meet there."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING

from minibuild.network.errors import TopologyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ipaddress import IPv4Network, IPv6Network

    from minibuild.network.planned import Plan, PlannedDevice, PlannedHost

Node = tuple[str, str, str]  # kind, host or switch, interface or VLAN


@dataclass
class _Groups:
    """Nodes that belong together (union-find)."""

    parents: dict[Node, Node] = field(default_factory=dict)

    def root(self, node: Node) -> Node:
        while self.parents.setdefault(node, node) != node:
            node = self.parents[node]
        return node

    def join(self, one: Node, other: Node) -> bool:
        """Whether they were apart before."""
        first, second = self.root(one), self.root(other)
        self.parents[first] = second
        return first != second


def check_segments(plan: Plan) -> None:
    """Refuse loops that nothing breaks; note addresses that meet. Raise `TopologyError`."""
    loops, segments = _Groups(), _Groups()
    for one, other, breaks in _cables(plan):
        segments.join(one, other)
        if not breaks and not loops.join(one, other):
            raise TopologyError(
                f"a loop: {_label(one)} and {_label(other)} are connected twice",
                hint="bridge_stp on breaks loops through a bridge of a host",
            )
    _check_addresses(plan, segments)
    _check_ranges(plan, segments)


def _cables(plan: Plan) -> Iterator[tuple[Node, Node, bool]]:
    """(one end, the other, whether a spanning tree breaks loops there)."""
    for host in plan.hosts:
        for device in host.devices.values():
            node = (device.kind, host.name, device.name)
            if device.master:
                yield node, ("bridge", host.name, device.master), host.devices[device.master].stp
            for vlan, switch in _vlans(plan, host, device):
                yield node, ("switch", switch, str(vlan)), False
    for port in plan.ports.values():
        other = plan.ports.get(port.link)
        if other is not None and port.name < other.name:
            for vlan in sorted(port.vlans & other.vlans):
                yield ("switch", port.switch, str(vlan)), ("switch", other.switch, str(vlan)), False


def _vlans(plan: Plan, host: PlannedHost, device: PlannedDevice) -> list[tuple[int, str]]:
    if device.kind == "vlan":
        port = plan.ports.get(host.devices[device.parent].port)
        return [(device.vlan, port.switch)] if port is not None else []
    port = plan.ports.get(device.port)
    return [(port.untagged, port.switch)] if port is not None and port.untagged else []


def _label(node: Node) -> str:
    kind, owner, name = node
    return f"VLAN {name} of {owner}" if kind == "switch" else f"{owner}/{name}"


def _check_addresses(plan: Plan, segments: _Groups) -> None:
    seen: dict[tuple[Node, str], str] = {}
    for host in plan.hosts:
        for device in host.devices.values():
            root = segments.root((device.kind, host.name, device.name))
            for text in device.addresses:
                address, label = str(ip_interface(text).ip), f"{host.name}/{device.name}"
                other = seen.setdefault((root, address), label)
                if other != label:
                    both = f"{other} and {label}"
                    plan.warnings.append(f"{both} have the same address {address} in one segment")


def _check_ranges(plan: Plan, segments: _Groups) -> None:
    """Engines that give addresses of one range in one segment will give some of them twice."""
    found: list[tuple[str, Node, IPv4Network | IPv6Network]] = []
    for host in plan.hosts:
        if host.engine is None or not host.engine.bridge:
            continue
        root = segments.root(("bridge", host.name, host.engine.bridge))
        own = ip_interface(host.devices[host.engine.bridge].addresses[0]).network
        given = ip_network(host.engine.fixed_cidr) if host.engine.fixed_cidr else own
        for other, there, others in found:
            if there == root and others.version == given.version and others.overlaps(given):
                plan.warnings.append(
                    f"the engines of {other} and {host.name} give containers addresses of the same range"
                    f" ({others} and {given}) in one segment: give each a --fixed-cidr of its own"
                )
        found.append((host.name, root, given))
