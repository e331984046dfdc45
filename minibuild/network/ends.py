"""Whether one named end reaches another: `A/web` to `B/em1`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from minibuild.network.errors import NetworkError
from minibuild.network.hosts import host_spec
from minibuild.network.namespace import host_interfaces
from minibuild.network.reachability import Answer, answer
from minibuild.network.shelf import Shelf
from minibuild.network.world import Station, load_world

if TYPE_CHECKING:
    from minibuild.network.world import World
    from minibuild.store import Store


class UnknownEndError(NetworkError):
    """An end of a question that is not there: exit status 2, since 1 says that it is not reached."""

    exit_code = 2


class End(NamedTuple):
    """A container or an interface of a host. `addresses` are what it is reached by, without prefix lengths;
    `problem` says why it has none. `interface` is what it sends from ("": by its routes).
    """

    name: str
    station: Station
    addresses: tuple[str, ...]
    interface: str = ""
    problem: str = ""


class Reach(NamedTuple):
    """The answer for two ends; `world` knows the names of what was passed."""

    source: End
    target: End
    answer: Answer
    world: World


def find_end(store: Store, text: str) -> End:
    """The end that `HOST/CONTAINER` or `HOST/INTERFACE` means; without a host it is the store's own. Raise
    `UnknownEndError`.
    """
    host, slash, name = text.partition("/")
    if not slash:
        host, name = "", text
    try:
        host_spec(store, host)
    except NetworkError as error:
        raise UnknownEndError(f"{text}: {error.message}", hint=error.hint) from None
    shelf = Shelf(store, host)
    sandbox = shelf.find_sandbox(name)
    if sandbox is not None:
        return _container_end(shelf, text, sandbox.container)
    interfaces = {one.name: one for one in host_interfaces(store, host) if one.kind != "veth"}
    interface = interfaces.get(name)
    if interface is None:
        known = ", ".join([*interfaces, *sorted(one.name for one in shelf.sandboxes())])
        where = f"host {host}" if host else "the host"
        raise UnknownEndError(f"{text}: {where} has no container or interface {name}", hint=f"it has {known}")
    shown = interfaces.get(interface.master, interface)  # a port of a bridge has none of its own
    addresses = tuple(one.partition("/")[0] for one in shown.addresses)
    problem = "" if addresses else f"{text} has no address"
    return End(text, Station(host), addresses, shown.name, problem)


def _container_end(shelf: Shelf, text: str, container: str) -> End:
    sandbox = shelf.sandbox(container)
    for _ in range(64):
        if sandbox is None or sandbox.spec.network_name:
            break
        sandbox = shelf.find_sandbox(sandbox.spec.mode.partition(":")[2])
    if sandbox is None or not sandbox.running:
        return End(text, Station(shelf.host, container), (), "", f"{text} is not running")
    if sandbox.spec.network_name == "host":
        interfaces = host_interfaces(shelf.store, shelf.host)
        found = [one for part in interfaces if part.kind in ("bridge", "physical") for one in part.addresses]
        return End(text, Station(shelf.host), tuple(one.partition("/")[0] for one in found))
    active = [one.address for one in shelf.endpoints(sandbox.container) if one.active and one.address]
    problem = "" if active else f"{text} is on no network"
    return End(text, Station(shelf.host, sandbox.container), tuple(active), "", problem)


def reach_end(store: Store, source: str, target: str) -> Reach:
    """Whether `source` gets an answer from `target`, and what the packet passed. Raise `UnknownEndError`."""
    first, second = find_end(store, source), find_end(store, target)
    world = load_world(store, first.station.host)
    problem = first.problem or second.problem
    if not problem and bool(first.station.host) != bool(second.station.host):
        problem = "the store's own host is connected with none of the topology"
    if problem:
        return Reach(first, second, Answer(False, problem, False), world)
    best: Answer | None = None
    for address in second.addresses:
        found = answer(world, first.station, address, first.interface)
        found = _checked(world, first, second, address, found)
        if found.reachable:
            return Reach(first, second, found, world)
        best = best or found
    assert best is not None
    return Reach(first, second, best, world)


def _checked(world: World, first: End, second: End, address: str, found: Answer) -> Answer:
    """An answer of somebody else than was meant is none."""
    if found.station is None or found.station == second.station:
        return found
    who = world.station_label(found.station)
    if found.station == first.station:
        who += " itself"
    reason = f"{who} answers, not {second.name}: both have the address {address}"
    both = f"{first.name if found.station == first.station else who} and {second.name}"
    warning = f"{both} have the same address {address}"
    return replace(found, reachable=False, reason=reason, warnings=(*found.warnings, warning))
