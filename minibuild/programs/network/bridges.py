"""brctl, bridge and ethtool: the bridges of a host, their ports, and the pairs that the ports belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from minibuild.kernel.process import ProcessExit
from minibuild.programs.inputs import die
from minibuild.programs.network.links import bridge_id, flags, shown_name
from minibuild.programs.network.space import find_interface, network_of
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.view import Interface

BRCTL = Options("+", usage="COMMAND [BRIDGE [ARGS]]", help="Show ethernet bridges: show, showmacs", least=1)
BRIDGE = Options("+jdso", usage="link|fdb|vlan [show] [dev DEVICE]", help="Show the ports of bridges")
ETHTOOL = Options("+S:i:k:", usage="[-S|-i] DEVICE", help="Show an interface's statistics and settings")
_HEADER = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n"
_NO_DEVICE = 96
_NO_STATISTICS = 94
_CHANGING = ("addbr", "delbr", "addif", "delif", "stp", "setfd", "sethello", "setmaxage", "setpathcost")
_DRIVERS = {
    "veth": "veth",
    "eth": "veth",
    "bridge": "bridge",
    "vlan": "802.1Q VLAN Support",
    "physical": "virtio_net",
}


@program("brctl", options=BRCTL)
def brctl(process: Process) -> int:
    """`brctl show [BRIDGE...]`, `brctl showmacs BRIDGE`"""
    _, (command, *names) = BRCTL.parse(process)
    if command in _CHANGING:
        process.stderr.write(f"can't {command}: Operation not permitted\n")
        return 1
    bridges = {one.name: one for one in network_of(process).interfaces() if one.kind == "bridge"}
    if command == "show":
        return _show(process, bridges, names)
    if command == "showmacs" and names:
        if names[0] not in bridges:
            die(process, f"read of forward table failed: No such device: {names[0]}")
        return _show_macs(process, names[0])
    process.stderr.write(f"never heard of command [{command}]\n")
    return 1


def _ports(process: Process, bridge: str) -> list[Interface]:
    found = [one for one in network_of(process).interfaces() if one.master == bridge]
    return sorted(found, key=lambda one: one.name)


def _show(process: Process, bridges: dict[str, Interface], names: list[str]) -> int:
    status = 0
    out = [_HEADER]
    for name in names or sorted(bridges):
        bridge = bridges.get(name)
        if bridge is None:
            process.stderr.write(f"bridge {name} does not exist!\n")
            status = 1
            continue
        ports = [one.name for one in _ports(process, name)]
        stp = "yes" if bridge.stp else "no"
        out.append(f"{name}\t\t{bridge_id(bridge)}\t{stp}\t\t{ports[0] if ports else ''}\n")
        out += [f"\t\t\t\t\t\t\t{port}\n" for port in ports[1:]]
    process.stdout.write("".join(out))
    return status


def _show_macs(process: Process, bridge: str) -> int:
    out = ["port no\tmac addr\t\tis local?\tageing timer\n"]
    for number, port in enumerate(_ports(process, bridge), 1):
        out.append(f"  {number}\t{port.mac}\tyes\t\t   0.00\n")
        if port.peer_mac:
            out.append(f"  {number}\t{port.peer_mac}\tno\t\t   0.00\n")
    process.stdout.write("".join(out))
    return 0


@program("bridge", options=BRIDGE)
def bridge(process: Process) -> int:
    """`bridge link [show] [dev DEVICE]`, `bridge fdb`"""
    _, words = BRIDGE.parse(process)
    if not words:
        BRIDGE.fail(process)
    what, device = words[0], words[-1] if "dev" in words[:-1] else ""
    ports = [one for one in network_of(process).interfaces() if one.master and device in ("", one.name)]
    if "link".startswith(what):
        lines = [
            f"{one.index}: {shown_name(one)}: <{flags(one)}> mtu {one.mtu} master {one.master}"
            f" state {'forwarding' if one.carrier else 'disabled'} priority 32 cost 2 \n"
            for one in ports
        ]
    elif "fdb".startswith(what):
        lines = [f"{one.mac} dev {one.name} master {one.master} permanent\n" for one in ports]
    else:
        _end(process, f'Object "{what}" is unknown, try "bridge help".', 255)
    process.stdout.write("".join(lines))
    return 0


@program("ethtool", options=ETHTOOL)
def ethtool(process: Process) -> int:
    """`ethtool -S DEVICE` shows the index of a pair's other end, `-i` the driver."""
    opts, words = ETHTOOL.parse(process)
    name = opts.text("S") or opts.text("i") or opts.text("k") or (words[0] if words else "")
    if not name:
        ETHTOOL.fail(process)
    interface = find_interface(process, name)
    if "S" in opts:
        if interface is None:
            _end(process, "Cannot get stats strings information: No such device", _NO_DEVICE)
        if not interface.peer:
            _end(process, "no stats available", _NO_STATISTICS)
        process.stdout.write(f"NIC statistics:\n     peer_ifindex: {interface.peer}\n")
        return 0
    if interface is None:
        what = "driver information" if "i" in opts else "device settings"
        _end(process, f"Cannot get {what}: No such device", 75)
    if "i" in opts:
        driver = _DRIVERS.get(interface.kind, "")
        if not driver:
            _end(process, "Cannot get driver information: Operation not supported", 71)
        process.stdout.write(f"driver: {driver}\nversion: 1.0\nfirmware-version: \nbus-info: \n")
        return 0
    speed = "" if interface.kind == "loopback" else "\tSpeed: 10000Mb/s\n\tDuplex: Full\n"
    linked = "yes" if interface.carrier else "no"
    process.stdout.write(f"Settings for {name}:\n{speed}\tLink detected: {linked}\n")
    return 0


def _end(process: Process, message: str, status: int) -> NoReturn:
    process.stderr.write(message + "\n")
    raise ProcessExit(status)
