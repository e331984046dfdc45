"""What is to be said of a container that is not hidden behind its host (SPEC M5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.network.devices import Devices
from minibuild.network.wiring import switch_ports
from minibuild.network.world import Node, load_world

if TYPE_CHECKING:
    from minibuild.network.devices import Device
    from minibuild.network.records import Sandbox
    from minibuild.network.shelf import Shelf


def exposure_warnings(shelf: Shelf, sandbox: Sandbox) -> tuple[str, ...]:
    """Warnings for a container that just started: it is on a physical network, its address is another's,
    too.
    """
    devices = Devices(shelf.store, shelf.host).all()
    warnings: list[str] = []
    for endpoint in shelf.endpoints(sandbox.container):
        network = shelf.network(endpoint.network)
        if network is None or not endpoint.veth or not network.spec.adopted:
            continue
        bridge = network.spec.bridge
        cables = [one for one in devices if one.spec.master == bridge]
        if not cables:
            continue
        through = ", ".join(_cable(shelf, one, devices) for one in cables)
        warnings.append(
            f"{sandbox.name} is on the physical network, by {bridge} and {through}: every machine there"
            " reaches all its ports, and its security is up to you"
        )
        node = Node("container", shelf.host, endpoint.interface, sandbox.container)
        warnings += _duplicates(shelf, node, endpoint.address)
    return tuple(warnings)


def _cable(shelf: Shelf, device: Device, devices: list[Device]) -> str:
    parent = next((one for one in devices if one.name == device.spec.parent), device)
    port = switch_ports(shelf.store).get(parent.spec.port)
    vlan = device.spec.vlan or (port.untagged if port is not None else 0)
    return f"{device.name} (VLAN {vlan} of {port.switch})" if port is not None and vlan else device.name


def _duplicates(shelf: Shelf, node: Node, address: str) -> list[str]:
    world = load_world(shelf.store, shelf.host)
    near = world.paths(node)
    others = [one for _, one in world.owners.get(address, ()) if one != node and one in near]
    return [
        f"{world.label(node)} and {world.label(other)} have the same address {address} in one segment: give"
        " each engine a range of its own with --fixed-cidr"
        for other in others
    ]
