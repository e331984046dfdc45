"""Putting containers on networks and taking them off: addresses, veth pairs, ports."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.network.addresses import Addresses
from minibuild.network.devices import Devices
from minibuild.network.errors import NetworkError, NoSuchNetworkError
from minibuild.network.identity import SHORT, address_mac, new_id, random_mac, veth_name
from minibuild.network.ports import Ports
from minibuild.network.records import Endpoint, Wish

if TYPE_CHECKING:
    from minibuild.network.records import ContainerEndpoints, Network, Sandbox
    from minibuild.network.shelf import Shelf

_UNCONFIGURED = (
    "user specified IP address is supported only when connecting to networks with user configured subnets"
)
_TRIES = 3


def check_options(wanted: ContainerEndpoints) -> None:
    """Whether the options of a new container go together with its network. Raise `NetworkError`."""
    if wanted.network_name:
        return
    for what, given in (
        ("hostname and the network mode", wanted.hostname not in ("", wanted.container[:SHORT])),
        ("dns and the network mode", wanted.dns or wanted.dns_search or wanted.dns_options),
        ("custom host-to-IP mapping and the network mode", wanted.hosts),
        ("mac-address and the network mode", wanted.wish.mac),
        ("port publishing and the container type network mode", wanted.ports or wanted.publish_all),
    ):
        if given:
            raise NetworkError(f"conflicting options: {what}")


def endpoint_of(shelf: Shelf, sandbox: Sandbox, name: str, wish: Wish) -> Endpoint:
    """A container's endpoint on the network that `name` means, without an address. The network need not
    exist; it is looked for again at the start.
    """
    try:
        network = shelf.find_network(name)
    except NoSuchNetworkError:
        return Endpoint(sandbox.container, name, "", wish=wish)
    return Endpoint(sandbox.container, network.name, "", wish=wish)


def start(shelf: Shelf, sandbox: Sandbox) -> None:
    """Give a container its interfaces. Raise `NetworkError`: then nothing may be kept of it."""
    shelf.set_running(sandbox.container, shelf.next_netns())
    if not sandbox.spec.network_name:
        return
    first = sandbox.spec.network_name
    endpoints = shelf.endpoints(sandbox.container)
    endpoints.sort(key=lambda endpoint: endpoint.name != first)
    published = False
    for endpoint in endpoints:
        network = _network_of(shelf, endpoint)
        running = activate(shelf, endpoint, network)
        if network.driver == "bridge" and not published and not network.spec.internal:
            Ports(shelf.store, shelf.host).publish(sandbox, running, network)
            published = True


def _network_of(shelf: Shelf, endpoint: Endpoint) -> Network:
    """The network of an endpoint: once a container has started, another network of the same name is not its
    own.
    """
    if not endpoint.network:
        return shelf.find_network(endpoint.name)
    network = shelf.network(endpoint.network)
    if network is None:
        raise NoSuchNetworkError(endpoint.network)
    return network


def activate(shelf: Shelf, endpoint: Endpoint, network: Network) -> Endpoint:
    """Put a running container on a network: address, MAC, veth pair. Raise `NetworkError`."""
    check_wish(network, endpoint.wish)
    if network.driver != "bridge":
        running = replace(endpoint, network=network.id, active=True, id=new_id())
        shelf.put_endpoint(running)
        return running
    found = {4: "", 6: ""}
    for pool in network.spec.pools:
        wanted = endpoint.wish.ip if pool.family == 4 else endpoint.wish.ip6
        if wanted and ipaddress.ip_address(wanted) not in pool.network:
            continue  # of several subnets another one has it
        if found[pool.family]:
            continue
        try:
            found[pool.family] = Addresses(shelf.store, network.id, pool).take(wanted)
        except NetworkError as error:
            if not error.message.startswith("no available"):
                raise
            raise NetworkError(
                f"{error.message}: {network.name} ({network.id})",
                hint="stop or remove a container of that network, or make one with a wider --subnet",
            ) from None
    mac = endpoint.wish.mac or (address_mac(found[4]) if found[4] else random_mac())
    number = Devices(shelf.store, shelf.host).numbers(2)
    running = replace(
        endpoint,
        network=network.id,
        active=True,
        id=new_id(),
        address=found[4],
        address6=found[6],
        mac=mac,
        interface=shelf.next_interface(endpoint.container),
        number=number,
        veth=_free_veth(shelf),
        veth_mac=random_mac(),
    )
    shelf.put_endpoint(running)
    return running


def deactivate(shelf: Shelf, endpoint: Endpoint) -> Endpoint:
    """Take a container off a network: its address is free again, its veth pair is gone."""
    network = shelf.network(endpoint.network)
    if network is not None:
        for address in (endpoint.address, endpoint.address6):
            for pool in network.spec.pools:
                if address and ipaddress.ip_address(address) in pool.network:
                    Addresses(shelf.store, network.id, pool).give_back(address)
    idle = Endpoint(endpoint.container, endpoint.name, endpoint.network, wish=endpoint.wish)
    shelf.put_endpoint(idle)
    return idle


def stop(shelf: Shelf, sandbox: Sandbox) -> None:
    """Give back all that a running container has."""
    for endpoint in shelf.endpoints(sandbox.container):
        if endpoint.active:
            deactivate(shelf, endpoint)
    Ports(shelf.store, shelf.host).withdraw(sandbox.container)
    shelf.set_running(sandbox.container, None)


def check_wish(network: Network, wish: Wish) -> None:
    """Whether a container may ask for these addresses on a network. Raise `NetworkError`."""
    if wish.aliases and network.predefined:
        raise NetworkError("network-scoped alias is supported only for containers in user defined networks")
    for text in filter(None, (wish.ip, wish.ip6)):
        if network.predefined:
            raise NetworkError("user specified IP address is supported on user defined networks only")
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise NetworkError(f"invalid IP address: {text}") from None
        configured = [pool for pool in network.spec.pools if pool.family == address.version]
        if not configured or not network.spec.configured:
            raise NetworkError(_UNCONFIGURED)
        if not any(address in pool.network for pool in configured):
            raise NetworkError(f"Invalid address {text}: It does not belong to any of this network's subnets")


def _free_veth(shelf: Shelf) -> str:
    """A veth name that the host doesn't have yet."""
    sql = "SELECT 1 FROM network_endpoints WHERE host = ? AND veth = ?"
    for _ in range(_TRIES):
        name = veth_name()
        if shelf.store.execute(sql, shelf.host, name).fetchone() is None:
            return name
    raise NetworkError("failed to generate an unused name for a veth interface")
