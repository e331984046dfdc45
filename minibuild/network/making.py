"""Making a network: its pools, its gateway, its bridge on the host."""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING

from minibuild.network.addresses import Addresses
from minibuild.network.creation import check_bridge_options, requested_pools
from minibuild.network.devices import DeviceSpec
from minibuild.network.errors import NetworkError
from minibuild.network.identity import SHORT, bridge_mac, new_id
from minibuild.network.pools import OVERLAP, next_pool, overlaps
from minibuild.network.records import BRIDGE_NAME, Network, NetworkSpec, Pool

if TYPE_CHECKING:
    from minibuild.network.creation import NetworkOptions
    from minibuild.network.devices import Devices
    from minibuild.network.hosts import HostSpec
    from minibuild.network.shelf import Shelf
    from minibuild.store import Store

_NO_IPV6_POOL = (
    "could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the"
    " network"
)


def make_network(shelf: Shelf, devices: Devices, host: HostSpec, options: NetworkOptions) -> Network:
    """Make the network that the options describe. Raise `NetworkError`: then nothing may be kept of it."""
    networks = shelf.networks()
    _check(networks, options)
    id_ = new_id()
    bridge = options.options.get(BRIDGE_NAME) or f"br-{id_[:SHORT]}"
    requested = requested_pools(options)
    pools = [
        _opened(shelf.store, id_, pool, shown=not options.subnets or pool.shown)
        for pool in _with_automatic(shelf, devices, host, networks, requested, options.ipv6)
    ]
    spec = NetworkSpec(
        pools=tuple(pools),
        options=options.options,
        labels=options.labels,
        ipam_options=options.ipam_options,
        ipam_driver=options.ipam_driver,
        internal=options.internal,
        attachable=options.attachable,
        ipv6=options.ipv6,
        bridge=bridge,
        adopted=devices.find(bridge) is not None,
        configured=bool(options.subnets),
    )
    network = Network(id_, shelf.host, options.name, time.time_ns(), "bridge", spec)
    _raise_bridge(devices, network)
    shelf.add_network(network)
    return network


def _check(networks: list[Network], options: NetworkOptions) -> None:
    if options.name in ("host", "none", "default", "bridge", "container"):
        raise NetworkError(f"operation is not permitted on predefined {options.name} network")
    if options.driver in ("host", "null"):
        raise NetworkError(f'only one instance of "{options.driver}" network is allowed')
    if options.driver != "bridge":
        raise NetworkError(f'plugin "{options.driver}" not found')
    if options.ipam_driver != "default":
        raise NetworkError(f'plugin "{options.ipam_driver}" not found')
    if not options.name.strip() or ":" in options.name:
        raise NetworkError(f"invalid network name: {options.name!r}")
    check_bridge_options(options.options)
    bridge = options.options.get(BRIDGE_NAME)
    for other in networks:
        if other.name == options.name:
            raise NetworkError(f"network with name {options.name} already exists")
        if bridge and other.spec.bridge == bridge:
            raise NetworkError(
                f"cannot create network {options.name} ({bridge}): conflicts with network {other.id}"
                f" ({bridge}): networks have same bridge name"
            )


def _with_automatic(
    shelf: Shelf,
    devices: Devices,
    host: HostSpec,
    networks: list[Network],
    requested: list[Pool],
    ipv6: bool,
) -> list[Pool]:
    """The requested pools, and one of the predefined where no IPv4 subnet was asked for."""
    taken = [pool.subnet for network in networks for pool in network.spec.pools]
    others = [ip_network(subnet) for subnet in taken]
    if any(overlaps(pool.network, others) for pool in requested):
        raise NetworkError(OVERLAP)
    if ipv6 != any(pool.family == 6 for pool in requested):
        if ipv6:
            raise NetworkError(_NO_IPV6_POOL, hint="give one: --ipv6 --subnet fd00:1::/64")
        raise NetworkError("an IPv6 subnet is given, but IPv6 is not enabled", hint="add --ipv6")
    if any(pool.family == 4 for pool in requested):
        return requested
    sql = "SELECT next_pool FROM network_hosts WHERE name = ?"
    start = shelf.store.execute(sql, shelf.host).fetchone()[0]
    subnet, number = next_pool(start, [*taken, *_subnets_of_host(devices), *host.nameservers])
    shelf.store.execute("UPDATE network_hosts SET next_pool = ? WHERE name = ?", number, shelf.host)
    return [Pool(subnet), *requested]


def _subnets_of_host(devices: Devices) -> list[str]:
    return [
        str(ip_interface(address).network)
        for device in devices.all()
        if device.kind != "loopback"
        for address in device.spec.addresses
    ]


def _opened(store: Store, network: str, pool: Pool, *, shown: bool) -> Pool:
    """The pool with its gateway. All its addresses are free then but the gateway and those set aside."""
    addresses = Addresses(store, network, pool)
    addresses.prepare()
    try:
        gateway = addresses.take(pool.gateway)
    except NetworkError as error:
        reason = error.message if pool.gateway else "No available addresses on this pool"
        raise NetworkError(f"failed to allocate gateway ({pool.gateway}): {reason}") from None
    for name, address in pool.auxiliary.items():
        try:
            addresses.take(address)
        except NetworkError as error:
            what = f"failed to allocate secondary ip address ({name}:{address})"
            raise NetworkError(f"{what}: {error.message}") from None
    # A gateway that nobody asked for, in a subnet that somebody did, is used but not shown.
    return replace(pool, gateway=gateway, shown=shown)


def _raise_bridge(devices: Devices, network: Network) -> None:
    """Make the network's bridge on the host; one that is there is used, with the gateway's address added."""
    name = network.spec.bridge
    wanted = tuple(f"{pool.gateway}/{pool.prefix}" for pool in network.spec.pools)
    device = devices.find(name)
    if device is None:
        devices.add(name, "bridge", bridge_mac(), DeviceSpec(wanted, mtu=network.mtu, managed=True))
    elif device.kind != "bridge":
        raise NetworkError(f"the host's interface {name} is no bridge")
    else:
        missing = tuple(address for address in wanted if address not in device.spec.addresses)
        devices.change(name, replace(device.spec, addresses=device.spec.addresses + missing))
