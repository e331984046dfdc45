"""The topology that is up: making its hosts, and ending them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minibuild.network.devices import Devices, DeviceSpec
from minibuild.network.hosts import HostSpec, add_host, start_engine
from minibuild.network.identity import nic_mac, random_mac

if TYPE_CHECKING:
    from minibuild.network.planned import Plan, PlannedHost
    from minibuild.store import Store

_TABLES = (
    "network_endpoints",
    "network_sandboxes",
    "network_ports",
    "network_port_cursors",
    "network_devices",
)


def topology_hosts(store: Store) -> list[str]:
    """The hosts of the topology that is up, in its order; [] when none is."""
    row = store.execute("SELECT document FROM network_topology").fetchone()
    return [] if row is None else list(json.loads(row[0])["hosts"])


def raise_topology(store: Store, plan: Plan) -> None:
    """Make the hosts of a plan, in the place of those that were there."""
    with store.transaction():
        end_topology(store)
        for host in plan.hosts:
            _raise_host(store, host)
        ports = [
            {
                "switch": port.switch,
                "number": port.number,
                "untagged": port.untagged,
                "tagged": sorted(port.tagged),
                "link": port.link,
            }
            for port in plan.ports.values()
        ]
        document = {"ports": ports, "hosts": [host.name for host in plan.hosts]}
        store.execute("INSERT INTO network_topology VALUES (1, ?)", json.dumps(document))


def end_topology(store: Store) -> None:
    """Forget all hosts but the store's own, with their networks. Their containers are somebody else's."""
    with store.transaction():
        for table in _TABLES:
            store.execute(f"DELETE FROM {table} WHERE host <> ''")
        store.execute("DELETE FROM network_free WHERE network IN (SELECT id FROM networks WHERE host <> '')")
        store.execute("DELETE FROM networks WHERE host <> ''")
        store.execute("DELETE FROM network_hosts WHERE name <> ''")
        store.execute("DELETE FROM network_topology")


def _raise_host(store: Store, host: PlannedHost) -> None:
    engine = host.engine
    spec = HostSpec(host.gateway, host.gateway_device, host.nameservers, engine=engine is not None)
    if engine is not None:
        spec = HostSpec(
            host.gateway,
            host.gateway_device,
            host.nameservers,
            True,
            engine.bridge,
            engine.fixed_cidr,
            engine.dns,
            engine.bip,
            engine.mtu,
            engine.icc,
            engine.masquerade,
        )
    add_host(store, host.name, spec)
    devices = Devices(store, host.name)
    for device in host.devices.values():
        # A bridge shows its own address only as long as it has no port; a VLAN has that of its NIC.
        place = device.parent or device.name
        mac = random_mac() if device.kind == "bridge" else nic_mac(host.name, place)
        devices.add(
            device.name,
            device.kind,
            mac,
            DeviceSpec(
                device.addresses,
                device.master,
                device.mtu,
                stp=device.stp,
                parent=device.parent,
                vlan=device.vlan,
                port=device.port,
            ),
        )
    if engine is not None:
        start_engine(store, host.name, spec)
