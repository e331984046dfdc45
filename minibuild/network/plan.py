"""A topology as it will be: every host's interfaces and engine, checked against each other."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.network.daemon_options import read_daemon_options
from minibuild.network.errors import TopologyError
from minibuild.network.planned import Plan, PlannedDevice, PlannedHost
from minibuild.network.segments import check_segments
from minibuild.network.stanzas import read_interfaces
from minibuild.network.topology_file import check_vlan
from minibuild.network.wiring import SwitchPort

if TYPE_CHECKING:
    from minibuild.network.stanzas import Stanza
    from minibuild.network.topology_file import Host, Port, Topology

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,14}")
_MOST_PORTS = 4096
_VLAN = re.compile(r"(.+)\.(\d{1,4})")


def make_plan(topology: Topology) -> Plan:
    """Check a topology and work out what its hosts have. Raise `TopologyError`, which names what is wrong."""
    plan = Plan()
    for name, switch in topology.switches.items():
        if not _NAME.fullmatch(name):
            raise TopologyError(f"switch {name!r}: a name has letters, digits, _, . and -")
        for number, port in switch.ports.items():
            if not 1 <= number <= _MOST_PORTS:
                raise TopologyError(f"port {name}/{number}: ports are numbered from 1 to {_MOST_PORTS}")
            plan.ports[f"{name}/{number}"] = _port(name, number, port)
    _check_links(plan)
    taken: dict[str, str] = {}
    for name, host in topology.hosts.items():
        if not _NAME.fullmatch(name):
            raise TopologyError(f"host {name!r}: a name has letters, digits, _, . and -")
        planned = PlannedHost(name)
        _add_nics(plan, planned, host, taken)
        _configure(plan, planned, host)
        _add_engine(plan, planned, host)
        plan.hosts.append(planned)
    check_segments(plan)
    return plan


def _port(switch: str, number: int, port: Port) -> SwitchPort:
    where = f"port {switch}/{number}"
    if bool(port.vlan) == bool(port.trunk):
        raise TopologyError(f"{where}: a port has either a vlan or a trunk")
    if port.native and not port.trunk:
        raise TopologyError(f"{where}: native is for trunks")
    for vlan in filter(None, (port.vlan, port.native, *port.trunk)):
        check_vlan(vlan, where)
    tagged = frozenset(port.trunk) - {port.native}
    return SwitchPort(switch, number, port.vlan or port.native, tagged, port.link)


def _check_links(plan: Plan) -> None:
    for port in plan.ports.values():
        if not port.link:
            continue
        other = plan.ports.get(port.link)
        if other is None:
            raise TopologyError(f"port {port.name}: link: there is no port {port.link}")
        if other.link and other.link != port.name:
            raise TopologyError(f"port {port.name}: link: {port.link} is linked with {other.link}")
        if other.switch == port.switch:
            raise TopologyError(f"port {port.name}: link: {port.link} is a port of the same switch: a loop")
        plan.ports[other.name] = replace(other, link=port.name)


def _add_nics(plan: Plan, planned: PlannedHost, host: Host, taken: dict[str, str]) -> None:
    for name, port in host.nics.items():
        where = f"host {planned.name}: {name}"
        if not _INTERFACE.fullmatch(name) or name in ("lo", "docker0"):
            raise TopologyError(f"{where} is no name for a NIC")
        if port:
            switch = port.partition("/")[0]
            if not any(one.switch == switch for one in plan.ports.values()):
                raise TopologyError(f"{where}: {port}: there is no switch {switch}")
            if port not in plan.ports:
                raise TopologyError(f"{where}: {port}: switch {switch} has no such port")
            if plan.ports[port].link:
                raise TopologyError(f"{where}: port {port} is linked with {plan.ports[port].link}")
            if port in taken:
                raise TopologyError(f"{where}: port {port} has a cable already: that of {taken[port]}")
            taken[port] = f"{planned.name}/{name}"
        planned.devices[name] = PlannedDevice(name, "physical", port=port)


def _configure(plan: Plan, planned: PlannedHost, host: Host) -> None:
    """Bring up what /etc/network/interfaces says."""
    stanzas = read_interfaces(host.interfaces, f"host {planned.name}: interfaces")
    for stanza in stanzas:
        if stanza.name == "lo":
            continue
        if not stanza.auto:
            what = f"host {planned.name}: {stanza.name} is not `auto`: it does not come up"
            plan.warnings.append(what)
            continue
        device = _device(plan, planned, stanza)
        device.addresses = stanza.addresses
        device.mtu = _mtu(stanza, planned.name)
        planned.nameservers += tuple(one for one in stanza.nameservers if one not in planned.nameservers)
        if stanza.method == "dhcp":
            plan.warnings.append(f"host {planned.name}: {stanza.name}: nobody answers DHCP here: no address")
        if stanza.gateway and not planned.gateway:
            planned.gateway, planned.gateway_device = stanza.gateway, stanza.name


def _mtu(stanza: Stanza, host: str) -> int:
    text = stanza.options.get("mtu", "1500")
    if not text.isdecimal() or not 68 <= int(text) <= 65535:
        raise TopologyError(f"host {host}: {stanza.name}: mtu {text} can't be used")
    return int(text)


def _device(plan: Plan, planned: PlannedHost, stanza: Stanza) -> PlannedDevice:
    """The device that a stanza is about, made when it is a bridge or a VLAN."""
    name, where = stanza.name, f"host {planned.name}: {stanza.name}"
    ports = stanza.bridge_ports
    if ports is not None:
        if name in planned.devices or not _INTERFACE.fullmatch(name):
            raise TopologyError(f"{where} is no name for a bridge, or is taken")
        members = [_member(plan, planned, port, where) for port in ports]
        stp = stanza.options.get("bridge_stp", "off") in ("on", "yes")
        for member in members:
            member.master = name
        planned.devices[name] = PlannedDevice(name, "bridge", stp=stp)
        return planned.devices[name]
    raw = stanza.options.get("vlan-raw-device", "")
    if name not in planned.devices and (raw or _VLAN.fullmatch(name)):
        number = name.removeprefix("vlan") if raw and "." not in name else name.rpartition(".")[2]
        if not number.isdecimal():
            raise TopologyError(f"{where}: the VLAN's number is missing")
        return _vlan(plan, planned, name, raw or name.rpartition(".")[0], int(number))
    if name not in planned.devices:
        known = ", ".join(planned.devices) or "none"
        raise TopologyError(f"{where}: there is no such interface", hint=f"the host has {known}")
    return planned.devices[name]


def _member(plan: Plan, planned: PlannedHost, port: str, where: str) -> PlannedDevice:
    """The device that becomes a port of a bridge."""
    match = _VLAN.fullmatch(port)
    device = planned.devices.get(port)
    if device is None and match is not None and match.group(1) in planned.devices:
        device = _vlan(plan, planned, port, match.group(1), int(match.group(2)))
    if device is None or device.kind == "bridge":
        known = ", ".join(one for one, device in planned.devices.items() if device.kind != "bridge") or "none"
        raise TopologyError(f"{where}: bridge_ports: there is no {port}", hint=f"the host has {known}")
    if device.master:
        raise TopologyError(f"{where}: bridge_ports: {port} is a port of {device.master}")
    return device


def _vlan(plan: Plan, planned: PlannedHost, name: str, parent: str, number: int) -> PlannedDevice:
    where = f"host {planned.name}: {name}"
    nic = planned.devices.get(parent)
    if nic is None or nic.kind != "physical":
        raise TopologyError(f"{where}: there is no NIC {parent}")
    check_vlan(number, where)
    port = plan.ports.get(nic.port)
    if port is not None and number not in port.tagged:
        raise TopologyError(f"{where}: port {port.name} does not carry VLAN {number} with a tag")
    planned.devices[name] = PlannedDevice(name, "vlan", parent=parent, vlan=number)
    return planned.devices[name]


def _add_engine(plan: Plan, planned: PlannedHost, host: Host) -> None:
    if host.docker is None:
        return
    where = f"host {planned.name}: docker"
    options = read_daemon_options(host.docker, where)
    plan.warnings += [f"{where}: the option --{name} is not simulated" for name in options.others]
    if options.bridge in ("", "none"):
        planned.engine = replace(options, bridge="")
        return
    device = planned.devices.get(options.bridge)
    if device is None or device.kind != "bridge":
        bridges = ", ".join(one.name for one in planned.devices.values() if one.kind == "bridge") or "none"
        what = f"{where}: -b={options.bridge}: there is no such bridge"
        raise TopologyError(what, hint=f"the host has {bridges}")
    if not device.addresses:
        raise TopologyError(f"{where}: -b={options.bridge}: the bridge has no address")
    planned.engine = options
