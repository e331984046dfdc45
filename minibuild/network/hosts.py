"""Simulated hosts: what each is told about itself, and how one comes to its interfaces."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from minibuild.network.addresses import Addresses
from minibuild.network.devices import Devices, DeviceSpec
from minibuild.network.errors import NetworkError, NoSuchHostError, kept_document
from minibuild.network.identity import bridge_mac, new_id, nic_mac
from minibuild.network.records import (
    BRIDGE_NAME,
    DEFAULT_BRIDGE,
    HOST_BINDING,
    ICC,
    MASQUERADE,
    MTU,
    NetworkSpec,
    Pool,
)
from minibuild.store.errors import NoSpaceError

if TYPE_CHECKING:
    from minibuild.store import Store

LOOPBACK_MTU = 65536
_DOCKER0 = "172.17.0.1/16"
_LAST_SHARED_NIC = "eth0"


@dataclass(frozen=True, slots=True)
class HostSpec:
    """A host beside its interfaces: the default route (`gateway` by `gateway_device`), name servers.

    `engine` tells that it runs containers; `bridge` is the interface that the engine was told to use ("": it
    makes docker0), `fixed_cidr` the range that its containers get, `dns` their name servers, `bip` docker0's
    address, `icc` whether containers of the default bridge may talk to each other.
    """

    gateway: str = ""
    gateway_device: str = ""
    nameservers: tuple[str, ...] = ()
    engine: bool = True
    bridge: str = ""
    fixed_cidr: str = ""
    dns: tuple[str, ...] = ()
    bip: str = ""
    mtu: int = 1500
    icc: bool = True
    masquerade: bool = True

    def to_json(self) -> str:
        """The text that the database keeps."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> HostSpec:
        """The inverse of `to_json`."""
        document = kept_document(text, "a host")
        for key in ("nameservers", "dns"):
            document[key] = tuple(document[key])
        return HostSpec(**document)


OWN = HostSpec("172.31.175.253", _LAST_SHARED_NIC, ("192.168.65.5",))


def host_spec(store: Store, host: str) -> HostSpec:
    """What is known of a host. The store's own is made when it is missing; raise `NoSuchHostError` for
    others.
    """
    row = store.execute("SELECT spec FROM network_hosts WHERE name = ?", host).fetchone()
    if row is None:
        if host:
            raise no_such_host(store, host)
        if store.read_only:
            return OWN  # what was never made can't be now; nobody can have put anything on it
        try:
            with store.transaction():
                make_own_host(store)
        except NoSpaceError:  # what is there can still be looked at
            return OWN
        row = store.execute("SELECT spec FROM network_hosts WHERE name = ?", host).fetchone()
    return HostSpec.from_json(row[0])


def no_such_host(store: Store, host: str) -> NoSuchHostError:
    """The error for a host that no topology has."""
    rows = store.execute("SELECT name FROM network_hosts WHERE name <> '' ORDER BY name").fetchall()
    known = ", ".join(name for (name,) in rows)
    hint = f"the topology that is up has {known}" if known else "minibuild topology up FILE makes hosts"
    return NoSuchHostError(f"there is no host {host}", hint=hint)


def make_own_host(store: Store) -> None:
    """The host that a store has from the start: lo, eth0 and docker0."""
    if not add_host(store, "", OWN):
        return
    devices = Devices(store, "")
    devices.add("eth0", "physical", nic_mac("", "eth0"), DeviceSpec(("172.31.165.194/20",)))
    start_engine(store, "", OWN)


def add_host(store: Store, host: str, spec: HostSpec) -> bool:
    """A host with lo alone; False when it is there."""
    added = store.execute("INSERT OR IGNORE INTO network_hosts VALUES (?, ?, 1, 0)", host, spec.to_json())
    if not added.rowcount:
        return False
    lo = DeviceSpec(("127.0.0.1/8",), mtu=LOOPBACK_MTU)
    Devices(store, host).add("lo", "loopback", "00:00:00:00:00:00", lo)
    return True


def start_engine(store: Store, host: str, spec: HostSpec) -> None:
    """The three networks that a host has from the start, and docker0 unless it was told to use a bridge of
    the user's.
    """
    devices = Devices(store, host)
    name = spec.bridge or "docker0"
    if not spec.bridge:
        docker0 = DeviceSpec((spec.bip or _DOCKER0,), mtu=spec.mtu, managed=True)
        devices.add(name, "bridge", bridge_mac(), docker0)
    device = devices.find(name)
    if device is None or device.kind != "bridge" or not device.spec.addresses:
        what = "there is no such bridge" if device is None or device.kind != "bridge" else "it has no address"
        raise NetworkError(f"host {host}: the engine can't use -b={name}: {what}")
    pool = _default_pool(device.spec.addresses[0], spec.fixed_cidr, host)
    options = {
        DEFAULT_BRIDGE: "true",
        ICC: str(spec.icc).lower(),
        MASQUERADE: str(spec.masquerade).lower(),
        HOST_BINDING: "0.0.0.0",
        BRIDGE_NAME: name,
        MTU: str(spec.mtu),
    }
    bridge = NetworkSpec((pool,), options, bridge=name, adopted=bool(spec.bridge))
    id_ = _add_network(store, host, "bridge", "bridge", bridge)
    addresses = Addresses(store, id_, pool)
    addresses.prepare()
    addresses.take(pool.gateway)
    _add_network(store, host, "host", "host", NetworkSpec())
    _add_network(store, host, "none", "null", NetworkSpec())
    store.execute("UPDATE network_hosts SET next_pool = 0 WHERE name = ?", host)


def _default_pool(address: str, fixed_cidr: str, host: str) -> Pool:
    from ipaddress import ip_interface, ip_network

    own = ip_interface(address)
    if fixed_cidr:
        part = ip_network(fixed_cidr)
        if part.version != 4 or not part.subnet_of(own.network):  # type: ignore[arg-type]
            raise NetworkError(
                f"host {host}: --fixed-cidr={fixed_cidr} is not in the bridge's network {own.network}"
            )
    return Pool(str(own.network), str(own.ip), fixed_cidr)


def _add_network(store: Store, host: str, name: str, driver: str, spec: NetworkSpec) -> str:
    id_ = new_id()
    values = (id_, host, name, time.time_ns(), driver, spec.to_json())
    store.execute("INSERT INTO networks VALUES (?, ?, ?, ?, ?, ?)", *values)
    return id_
