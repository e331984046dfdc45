"""A topology that was read and is not up yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.network.daemon_options import DaemonOptions
    from minibuild.network.devices import Kind
    from minibuild.network.wiring import SwitchPort


@dataclass
class PlannedDevice:
    """An interface that a host will have; fields as those of `DeviceSpec`."""

    name: str
    kind: Kind
    addresses: tuple[str, ...] = ()
    master: str = ""
    parent: str = ""
    vlan: int = 0
    port: str = ""
    stp: bool = False
    mtu: int = 1500


@dataclass
class PlannedHost:
    """A host that will be: interfaces in the order of their numbers, `engine` None without one."""

    name: str
    devices: dict[str, PlannedDevice] = field(default_factory=dict)
    engine: DaemonOptions | None = None
    gateway: str = ""
    gateway_device: str = ""
    nameservers: tuple[str, ...] = ()


@dataclass
class Plan:
    """A topology that is sound; `warnings` say what is not wise."""

    ports: dict[str, SwitchPort] = field(default_factory=dict)
    hosts: list[PlannedHost] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
