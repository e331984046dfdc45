"""Whether a packet arrives, and whether its answer does: routing, firewalls, segments; with the way it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from minibuild.network.filtering import forward_refusal, masquerades, may_talk, no_talk
from minibuild.network.world import Node, Station, World, load_world, vlans_of

if TYPE_CHECKING:
    from minibuild.network.view import Route
    from minibuild.store import Store

FIRST_TTL = 64
_MOST_HOPS = 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a packet and of the answer to it.

    `reachable` tells that the answer came back, `reason` why not; `sent` is False when there was no route, so
    that nothing left. `station` is who got the packet, None if nobody; `nodes` is what it passed through.
    `ttl` is what the answer has left of 64. `warnings` name addresses that several have.
    """

    reachable: bool
    reason: str = ""
    sent: bool = True
    station: Station | None = None
    nodes: tuple[Node, ...] = ()
    ttl: int = FIRST_TTL
    warnings: tuple[str, ...] = ()


@dataclass
class _Trip:
    """A packet on its way."""

    at: Station
    destination: str
    source: str = ""
    established: bool = False
    incoming: str = ""
    forwards: int = 0
    nodes: list[Node] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _LostError(Exception):
    """A packet went nowhere."""

    def __init__(self, reason: str, *, sent: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.sent = reason, sent


def reach_address(store: Store, origin: tuple[str, str], address: str, interface: str = "") -> Answer:
    """Send to an address from a station (host, container or ""), perhaps from one of its interfaces."""
    start = Station(*origin)
    return answer(load_world(store, start.host), start, address, interface)


def answer(world: World, start: Station, address: str, interface: str = "") -> Answer:
    """Send a packet to an address, and the answer back to where it came from."""
    trip = _Trip(start, address)
    try:
        _travel(world, trip, interface)
    except _LostError as lost:
        return Answer(False, lost.reason, lost.sent, None, tuple(trip.nodes), warnings=tuple(trip.warnings))
    there, ttl = trip.at, FIRST_TTL - trip.forwards
    found = (there, tuple(trip.nodes), ttl)
    if there == start or not trip.source:
        return Answer(True, "", True, *found, warnings=tuple(trip.warnings))
    back = _Trip(there, trip.source, established=True)
    try:
        _travel(world, back, "")
    except _LostError as lost:
        why = f"the answer does not come back: {lost.reason}"
        return Answer(False, why, True, *found, warnings=tuple(trip.warnings))
    owners = {station for station, _ in world.owners.get(trip.source, ())}
    if back.at == start or back.at not in owners or back.at.container == "":
        return Answer(True, "", True, *found, warnings=tuple(trip.warnings))
    why = (
        f"the answer goes to {world.station_label(back.at)}: it has the address {trip.source}, too"
    )
    return Answer(False, why, True, *found, warnings=tuple(trip.warnings))


def _travel(world: World, trip: _Trip, interface: str) -> None:
    """Move a packet until it arrives; raise `_LostError` when it doesn't."""
    for _ in range(_MOST_HOPS):
        local = _local(world, trip)
        if local is not None:
            if not trip.nodes or (trip.nodes[-1] != local and local.container == ""):
                trip.nodes.append(local)
            return
        if ip_address(trip.destination).is_loopback:
            return
        route = _route(world, trip, interface)
        interface = ""
        _forward(world, trip, route)
        _cross(world, trip, route)
    raise _LostError("the packet goes round in circles")


def _local(world: World, trip: _Trip) -> Node | None:
    for station, node in world.owners.get(trip.destination, ()):
        if station == trip.at:
            return node
    return None


def _route(world: World, trip: _Trip, interface: str) -> Route:
    """The most specific route; from a chosen interface, one that leaves by it."""
    target = ip_address(trip.destination)
    best: Route | None = None
    length = -1
    for route in world.routes(trip.at):
        if interface and route.device != interface:
            continue
        subnet = ip_network(route.destination or ("0.0.0.0/0" if target.version == 4 else "::/0"))
        if target in subnet and subnet.prefixlen > length:
            best, length = route, subnet.prefixlen
    if best is None:
        where = f" by {interface}" if interface else ""
        raise _LostError(
            f"{world.station_label(trip.at)} has no route to {trip.destination}{where}", sent=False
        )
    return best


def _forward(world: World, trip: _Trip, route: Route) -> None:
    """The sender's own packet gets its address here; that of another one must pass the firewall."""
    station = trip.at
    if not trip.incoming:
        trip.source = trip.source or route.source or _address_of(world, station, route.device)
        return
    if station.container or not world.specs[station.host].engine:
        raise _LostError(f"{world.station_label(station)} does not forward packets of others")
    bridges = world.bridges[station.host]
    if not trip.established:
        refusal = forward_refusal(bridges, trip.incoming, route.device)
        if refusal:
            raise _LostError(f"{refusal}, on host {station.host}" if station.host else refusal)
    trip.forwards += 1
    origin = bridges.get(trip.incoming)
    if route.device != trip.incoming and not trip.established and masquerades(origin):
        trip.source = route.source or _address_of(world, station, route.device)


def _address_of(world: World, station: Station, device: str) -> str:
    node = world.node(station, device)
    for address, owners in world.owners.items():
        if (station, node) in owners:
            return address
    return ""


def _cross(world: World, trip: _Trip, route: Route) -> None:
    """Pass the segment behind an interface to whoever has the next address."""
    start = world.node(trip.at, route.device)
    if start is None:
        raise _LostError(f"{trip.destination} is not reached by {route.device}")
    wanted = route.via or trip.destination
    before = world.paths(start)
    others = [(station, node) for station, node in world.owners.get(wanted, ()) if station != trip.at]
    near = [(station, node) for station, node in others if node in before]
    if not near:
        raise _LostError(_nobody(world, start, before, wanted, [node for _, node in others]))
    near.sort(key=lambda owner: len(_way(before, owner[1])))
    station, node = near[0]
    if len({owner for owner, _ in near}) > 1:
        names = " and ".join(world.label(owner) for _, owner in near)
        trip.warnings.append(f"{names} have the same address {wanted}")
    way = _way(before, node)
    _check_bridge(world, trip, way)
    trip.nodes += way if not trip.nodes or trip.nodes[-1] != way[0] else way[1:]
    trip.at, trip.incoming = station, node.name


def _check_bridge(world: World, trip: _Trip, way: list[Node]) -> None:
    """Containers on one bridge of a host don't talk where that is turned off."""
    if len(way) != 3 or way[0].kind != "container" or way[2].kind != "container" or trip.established:
        return
    network = world.bridges[way[1].host].get(way[1].name)
    if network is not None and not may_talk(network):
        raise _LostError(no_talk(network))


def _way(before: dict[Node, Node | None], node: Node) -> list[Node]:
    way = [node]
    previous = before[node]
    while previous is not None:
        way.append(previous)
        previous = before[previous]
    return way[::-1]


def _nobody(
    world: World, start: Node, before: dict[Node, Node | None], wanted: str, others: list[Node]
) -> str:
    """Why nobody answers for an address: it is in another segment, or nowhere."""
    here = vlans_of(before)
    where = " and ".join(f"VLAN {vlan} of {switch}" for switch, vlan in here)
    mine = f"{world.label(start)} is in {where}" if where else f"{world.label(start)} is in no VLAN"
    for node in others:
        there = vlans_of(world.paths(node))
        theirs = " and ".join(f"VLAN {vlan} of {switch}" for switch, vlan in there)
        if theirs and theirs != where:
            return f"{mine}, but {wanted} ({world.label(node)}) is in {theirs}"
        if not theirs and where:
            return f"{mine}, but {wanted} ({world.label(node)}) is in none"
    if where:
        return f"nobody in {where} has the address {wanted}"
    bridges = [world.label(node) for node in before if node.kind == "bridge"]
    return f"nobody at {bridges[0] if bridges else world.label(start)} has the address {wanted}"
