"""Who is connected with whom by cables: containers, bridges, interfaces and the VLANs of switches.

The nodes of a graph are what frames pass through; frames reach everything that is connected. Addresses sit on
some of the nodes.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from minibuild.network.devices import Devices
from minibuild.network.hosts import HostSpec
from minibuild.network.namespace import Namespace, host_interfaces
from minibuild.network.shelf import Shelf
from minibuild.network.wiring import switch_ports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.network.records import Network
    from minibuild.network.view import Route
    from minibuild.store import Store


class Station(NamedTuple):
    """A network namespace: that of a container (its ID), or of a host ("")."""

    host: str
    container: str = ""


class Node(NamedTuple):
    """Something that frames pass through: an interface of a station, or a VLAN of a switch.

    `kind` is container, bridge, physical, vlan or switch; a switch's name stands in `host`, its VLAN in
    `name`.
    """

    kind: str
    host: str
    name: str
    container: str = ""


@dataclass
class World:
    """All hosts that could be connected, at this moment."""

    store: Store
    neighbours: dict[Node, list[Node]] = field(default_factory=dict)
    owners: dict[str, list[tuple[Station, Node]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    bridges: dict[str, dict[str, Network]] = field(default_factory=dict)
    specs: dict[str, HostSpec] = field(default_factory=dict)

    def join(self, one: Node, other: Node) -> None:
        """Connect two nodes."""
        self.neighbours.setdefault(one, []).append(other)
        self.neighbours.setdefault(other, []).append(one)

    def place(self, address: str, station: Station, node: Node) -> None:
        """Note that a station has an address (with or without a prefix length) at a node."""
        self.owners.setdefault(address.partition("/")[0], []).append((station, node))

    def routes(self, station: Station) -> list[Route]:
        """The routing table of a station."""
        return Namespace(self.store, station.host, station.container).routes()

    def node(self, station: Station, interface: str) -> Node | None:
        """The node of a station's interface; None for lo and for what is not there."""
        if station.container:
            return Node("container", station.host, interface, station.container)
        for kind in ("bridge", "physical", "vlan"):
            node = Node(kind, station.host, interface)
            if node in self.neighbours:
                return node
        return None

    def paths(self, start: Node) -> dict[Node, Node | None]:
        """Everything that frames from a node reach, nearest first: each with the node before it."""
        before: dict[Node, Node | None] = {start: None}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for other in self.neighbours.get(node, ()):
                if other not in before:
                    before[other] = node
                    queue.append(other)
        return before

    def label(self, node: Node) -> str:
        """What people call a node: `A/br0`, `A/web`, `sw1`."""
        if node.kind == "switch":
            return node.host
        name = self.names.get(node.container, node.container[:12]) if node.container else node.name
        return f"{node.host}/{name}" if node.host else name

    def station_label(self, station: Station) -> str:
        """What people call a station: `A/web`, or the host's name."""
        name = self.names.get(station.container, station.container[:12])
        if not station.container:
            return station.host or "the host"
        return f"{station.host}/{name}" if station.host else name


def load_world(store: Store, host: str) -> World:
    """The hosts of the topology that is up; the store's own host is connected with none of them."""
    world = World(store)
    rows = store.execute("SELECT name, spec FROM network_hosts ORDER BY name").fetchall()
    for name, spec in rows:
        if bool(name) == bool(host):
            world.specs[name] = HostSpec.from_json(spec)
            _add_host(world, name)
    if host:
        _add_switches(world)
    return world


def _add_host(world: World, host: str) -> None:
    shelf = Shelf(world.store, host)
    networks = shelf.networks()
    by_id = {network.id: network for network in networks}
    world.bridges[host] = {one.spec.bridge: one for one in networks if one.driver == "bridge"}
    here = Station(host)
    interfaces = host_interfaces(world.store, host)
    kinds = {one.name: one.kind for one in interfaces}
    for interface in interfaces:
        if interface.kind not in ("bridge", "physical", "vlan"):
            continue
        node = Node(interface.kind, host, interface.name)
        world.neighbours.setdefault(node, [])
        if interface.master:
            world.join(node, Node("bridge", host, interface.master))
        for address in interface.addresses:
            world.place(address, here, node)
    rows = world.store.execute("SELECT container, name FROM network_sandboxes WHERE host = ?", host)
    world.names.update(rows.fetchall())
    for endpoint in shelf.all_active():
        network = by_id.get(endpoint.network)
        if network is None or kinds.get(network.spec.bridge) != "bridge":
            continue
        node = Node("container", host, endpoint.interface, endpoint.container)
        world.join(node, Node("bridge", host, network.spec.bridge))
        for address in filter(None, (endpoint.address, endpoint.address6)):
            world.place(address, Station(host, endpoint.container), node)


def _add_switches(world: World) -> None:
    """Join interfaces with the VLANs of the ports that they are plugged into, and switches with each
    other.
    """
    ports = switch_ports(world.store)
    for host in world.specs:
        devices = Devices(world.store, host).all()
        plugs = {device.name: ports.get(device.spec.port) for device in devices if device.spec.port}
        for device in devices:
            port = plugs.get(device.spec.parent if device.kind == "vlan" else device.name)
            vlan = device.spec.vlan if device.kind == "vlan" else port.untagged if port is not None else 0
            tagged = device.kind == "vlan"
            if port is not None and vlan and (not tagged or vlan in port.tagged):
                world.join(Node(device.kind, host, device.name), Node("switch", port.switch, str(vlan)))
    for port in ports.values():
        other = ports.get(port.link)
        if other is None or (other.switch, other.number) < (port.switch, port.number):
            continue
        for vlan in sorted(port.vlans & other.vlans):
            world.join(Node("switch", port.switch, str(vlan)), Node("switch", other.switch, str(vlan)))


def vlans_of(nodes: Iterable[Node]) -> list[tuple[str, str]]:
    """The (switch, VLAN) pairs among nodes, sorted."""
    return sorted({(node.host, node.name) for node in nodes if node.kind == "switch"})
