"""`minibuild topology show`: switches, hosts, bridges and containers as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minibuild.network.devices import Devices
from minibuild.network.hosts import HostSpec, host_spec
from minibuild.network.shelf import Shelf
from minibuild.network.topology import topology_hosts
from minibuild.network.wiring import SwitchPort, switch_ports

if TYPE_CHECKING:
    from minibuild.network.devices import Device
    from minibuild.store import Store


@dataclass(frozen=True, slots=True)
class ShownContainer:
    """A running container on a bridge."""

    name: str
    interface: str
    address: str
    veth: str


@dataclass(frozen=True, slots=True)
class ShownHost:
    """A host: its interfaces but lo, and the containers by their bridges."""

    name: str
    spec: HostSpec
    devices: tuple[Device, ...]
    containers: dict[str, list[ShownContainer]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownTopology:
    """What is drawn. `cables` maps `sw1/3` to `A/em1`."""

    hosts: tuple[ShownHost, ...]
    ports: tuple[SwitchPort, ...]
    cables: dict[str, str]


def shown_topology(store: Store) -> ShownTopology:
    """The topology that is up, with the containers that run."""
    hosts = tuple(_host(store, name) for name in topology_hosts(store))
    cables = {
        device.spec.port: f"{host.name}/{device.name}"
        for host in hosts
        for device in host.devices
        if device.spec.port
    }
    return ShownTopology(hosts, tuple(switch_ports(store).values()), cables)


def _host(store: Store, name: str) -> ShownHost:
    shelf = Shelf(store, name)
    bridges = {network.id: network.spec.bridge for network in shelf.networks()}
    names = {sandbox.container: sandbox.name for sandbox in shelf.sandboxes(running=True)}
    containers: dict[str, list[ShownContainer]] = {}
    for one in shelf.all_active():
        if one.veth:
            shown = ShownContainer(names.get(one.container, ""), one.interface, one.address, one.veth)
            containers.setdefault(bridges.get(one.network, ""), []).append(shown)
    devices = tuple(one for one in Devices(store, name).all() if one.kind != "loopback")
    return ShownHost(name, host_spec(store, name), devices, containers)


def port_text(port: SwitchPort) -> str:
    """`VLAN 101`, or `trunk 101 102`."""
    if not port.tagged:
        return f"VLAN {port.untagged}"
    native = f", VLAN {port.untagged} without a tag" if port.untagged else ""
    return "trunk " + " ".join(str(vlan) for vlan in sorted(port.tagged)) + native


def engine_text(spec: HostSpec) -> str:
    """What runs containers on a host."""
    if not spec.engine:
        return "plain machine"
    if not spec.bridge:
        return "engine"
    return f"engine -b={spec.bridge}" + (f" --fixed-cidr={spec.fixed_cidr}" if spec.fixed_cidr else "")


def topology_text(topology: ShownTopology) -> str:
    """The drawing: every switch with its ports, every host with its interfaces and containers."""
    lines: list[str] = []
    for switch in dict.fromkeys(port.switch for port in topology.ports):
        ports = [port for port in topology.ports if port.switch == switch]
        lines += _tree(f"switch {switch}", [(_port_line(topology, port), []) for port in ports])
    for host in topology.hosts:
        lines += _tree(f"host {host.name}  {engine_text(host.spec)}", _branches(host))
    return "".join(line + "\n" for line in lines)


def _port_line(topology: ShownTopology, port: SwitchPort) -> str:
    there = topology.cables.get(port.name) or port.link or "nothing"
    return f"{port.number:<3} {port_text(port):<16} {there}"


_Branch = tuple[str, list[str]]


def _tree(head: str, branches: list[_Branch]) -> list[str]:
    lines = [head]
    for position, (text, leaves) in enumerate(branches):
        last = position == len(branches) - 1
        lines.append(("└─ " if last else "├─ ") + text)
        for place, leaf in enumerate(leaves):
            corner = "└─ " if place == len(leaves) - 1 else "├─ "
            lines.append(("   " if last else "│  ") + corner + leaf)
    return [*lines, ""]


def _branches(host: ShownHost) -> list[_Branch]:
    found = []
    for device in host.devices:
        if device.spec.master:
            continue
        leaves = [_device_line(host, one) for one in host.devices if one.spec.master == device.name]
        leaves += [
            f"{one.name:<10} container, {one.interface} {one.address}, {one.veth}"
            for one in host.containers.get(device.name, ())
        ]
        found.append((_device_line(host, device), leaves))
    return found


def _device_line(host: ShownHost, device: Device) -> str:
    kind = {"bridge": "bridge", "physical": "NIC", "vlan": f"VLAN {device.spec.vlan} on {device.spec.parent}"}
    words = [f"{device.name:<10} {kind[device.kind]}", *device.spec.addresses]
    if device.spec.port:
        words.append(device.spec.port)
    if host.spec.gateway and host.spec.gateway_device == device.name:
        words.append(f"gateway {host.spec.gateway}")
    return ", ".join(words)
