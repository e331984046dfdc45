"""The firewall of an engine's host: what keeps networks apart and leads ports to containers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from minibuild.network.filtering import masquerades, may_talk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.network.records import Network, Publication
    from minibuild.network.shelf import Shelf

BUILTIN = {
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
}
ISOLATION = ("DOCKER-ISOLATION-STAGE-1", "DOCKER-ISOLATION-STAGE-2")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. A leading `!` in an interface or address negates it; `state`, `local` and `port` are what the
    modules conntrack, addrtype and the protocol's own look for; `to` is where DNAT leads.
    """

    chain: str
    target: str
    source: str = ""
    destination: str = ""
    incoming: str = ""
    outgoing: str = ""
    protocol: str = ""
    port: int = 0
    state: str = ""
    local: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its built-in chains with their policies, further chains, and all rules in order."""

    name: str
    policies: dict[str, str]
    chains: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


def no_rules(table: str) -> Table:
    """The table as it is without an engine."""
    return Table(table, dict.fromkeys(BUILTIN[table], "ACCEPT"))


def engine_rules(table: str, shelf: Shelf, published: Sequence[Publication]) -> Table:
    """The table of a host with an engine. Later networks stand before earlier ones."""
    networks = [network for network in shelf.networks() if network.driver == "bridge"]
    networks.sort(key=lambda network: (network.is_default, -network.created))
    ports = _led_ports(shelf, networks, published)
    return _nat(networks, ports) if table == "nat" else _filter(networks, ports)


def _led_ports(
    shelf: Shelf, networks: Sequence[Network], published: Sequence[Publication]
) -> list[tuple[Publication, str, str]]:
    """(published port, the container's address, its bridge)."""
    bridges = {network.id: network.spec.bridge for network in networks}
    found = []
    for one in published:
        ends = [end for end in shelf.endpoints(one.container) if end.active and end.network in bridges]
        if ends:
            found.append((one, ends[0].address, bridges[ends[0].network]))
    return found


def _filter(networks: Sequence[Network], ports: Sequence[tuple[Publication, str, str]]) -> Table:
    rules = [Rule("FORWARD", "DOCKER-USER"), Rule("FORWARD", ISOLATION[0])]
    for network in networks:
        bridge = network.spec.bridge
        rules += [
            Rule("FORWARD", "ACCEPT", outgoing=bridge, state="RELATED,ESTABLISHED"),
            Rule("FORWARD", "DOCKER", outgoing=bridge),
            Rule("FORWARD", "ACCEPT", incoming=bridge, outgoing="!" + bridge),
            Rule("FORWARD", "ACCEPT" if may_talk(network) else "DROP", incoming=bridge, outgoing=bridge),
        ]
        if network.spec.internal:
            del rules[-4:-1]
    for one, address, bridge in ports:
        rule = Rule("DOCKER", "ACCEPT", destination=f"{address}/32", incoming="!" + bridge, outgoing=bridge)
        rules.append(replace(rule, protocol=one.protocol, port=one.target))
    rules += _isolation(networks)
    rules.append(Rule("DOCKER-USER", "RETURN"))
    policies = {"INPUT": "ACCEPT", "FORWARD": "DROP", "OUTPUT": "ACCEPT"}
    return Table("filter", policies, ("DOCKER", *ISOLATION, "DOCKER-USER"), tuple(rules))


def _isolation(networks: Sequence[Network]) -> list[Rule]:
    first, second = ISOLATION
    rules = []
    for network in networks:
        bridge, pool = network.spec.bridge, network.pool()
        if network.spec.internal and pool is not None:
            rules += [
                Rule(first, "DROP", source="!" + pool.subnet, outgoing=bridge),
                Rule(first, "DROP", destination="!" + pool.subnet, incoming=bridge),
            ]
        else:
            rules.append(Rule(first, second, incoming=bridge, outgoing="!" + bridge))
    rules.append(Rule(first, "RETURN"))
    rules += [Rule(second, "DROP", outgoing=one.spec.bridge) for one in networks if not one.spec.internal]
    return [*rules, Rule(second, "RETURN")]


def _nat(networks: Sequence[Network], ports: Sequence[tuple[Publication, str, str]]) -> Table:
    rules = [
        Rule("PREROUTING", "DOCKER", local=True),
        Rule("OUTPUT", "DOCKER", destination="!127.0.0.0/8", local=True),
    ]
    outward = [network for network in networks if masquerades(network)]
    for network in outward:
        pool = network.pool()
        if pool is not None:
            bridge = "!" + network.spec.bridge
            rules.append(Rule("POSTROUTING", "MASQUERADE", source=pool.subnet, outgoing=bridge))
    for one, address, _ in ports:
        own = f"{address}/32"
        rule = Rule("POSTROUTING", "MASQUERADE", source=own, destination=own, protocol=one.protocol)
        rules.append(replace(rule, port=one.target))
    rules += [Rule("DOCKER", "RETURN", incoming=network.spec.bridge) for network in outward]
    for one, address, bridge in ports:
        where = "" if one.address == "0.0.0.0" else f"{one.address}/32"
        rule = Rule("DOCKER", "DNAT", destination=where, incoming="!" + bridge, protocol=one.protocol)
        rules.append(replace(rule, port=one.port, to=f"{address}:{one.target}"))
    policies = dict.fromkeys(BUILTIN["nat"], "ACCEPT")
    return Table("nat", policies, ("DOCKER",), tuple(rules))
