"""ifconfig and route: interfaces and routes in their older form, as busybox and net-tools print them."""

from __future__ import annotations

from ipaddress import IPv4Interface, ip_interface, ip_network
from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.network.links import queue_length
from minibuild.programs.network.space import network_of
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.view import Interface, Route

IFCONFIG = Options("+as", usage="[-a] [INTERFACE]", help="Show network interfaces")
ROUTE = Options("+neA:", usage="[-ne]", help="Show the kernel's routing table")
_COUNTERS = """\
          RX packets:0 errors:0 dropped:0 overruns:0 frame:0
          TX packets:0 errors:0 dropped:0 overruns:0 carrier:0
          collisions:0 txqueuelen:{length} 
          RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)

"""  # noqa: W291  the program's own blank
_LONG_COUNTERS = """\
        RX packets 0  bytes 0 (0.0 B)
        RX errors 0  dropped 0  overruns 0  frame 0
        TX packets 0  bytes 0 (0.0 B)
        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

"""


@program("ifconfig", options=IFCONFIG)
def ifconfig(process: Process) -> int:
    """`ifconfig [-a] [INTERFACE]`; nothing may be changed."""
    _, words = IFCONFIG.parse(process)
    if len(words) > 1:
        die(process, "SIOCSIFADDR: Operation not permitted", 1, "SIOCSIFADDR: Operation not permitted")
    found = sorted(network_of(process).interfaces(), key=lambda one: one.name)
    if words:
        found = [one for one in found if one.name == words[0]]
        if not found:
            what = "error fetching interface information: Device not found"
            die(process, f"{words[0]}: {what}", 1, f"{words[0]}: {what}")
    show = _busybox if is_busybox(process) else _net_tools
    process.stdout.write("".join(show(one) for one in found))
    return 0


def _first(interface: Interface) -> IPv4Interface | None:
    for text in interface.addresses:
        own = ip_interface(text)
        if isinstance(own, IPv4Interface):
            return own
    return None


def _busybox(interface: Interface) -> str:
    loopback = interface.kind == "loopback"
    kind = "Local Loopback  " if loopback else f"Ethernet  HWaddr {interface.mac.upper()}  "
    text = f"{interface.name:<9} Link encap:{kind}\n"
    own = _first(interface)
    if own is not None:
        broadcast = "" if loopback else f"  Bcast:{own.network.broadcast_address}"
        text += f"          inet addr:{own.ip}{broadcast}  Mask:{own.netmask}\n"
    running = "RUNNING " if interface.carrier else ""
    flags = "LOOPBACK RUNNING" if loopback else f"BROADCAST {running}MULTICAST"
    text += f"          UP {flags}  MTU:{interface.mtu}  Metric:1\n"
    return text + _COUNTERS.format(length=queue_length(interface))


def _net_tools(interface: Interface) -> str:
    loopback = interface.kind == "loopback"
    flags = "73<UP,LOOPBACK,RUNNING>" if loopback else (
        "4163<UP,BROADCAST,RUNNING,MULTICAST>" if interface.carrier else "4099<UP,BROADCAST,MULTICAST>"
    )  # fmt: skip
    text = f"{interface.name}: flags={flags}  mtu {interface.mtu}\n"
    own = _first(interface)
    if own is not None:
        broadcast = "" if loopback else f"  broadcast {own.network.broadcast_address}"
        text += f"        inet {own.ip}  netmask {own.netmask}{broadcast}\n"
    length = queue_length(interface)
    kind = "loop" if loopback else f"ether {interface.mac}"
    what = "Local Loopback" if loopback else "Ethernet"
    return text + f"        {kind}  txqueuelen {length}  ({what})\n" + _LONG_COUNTERS


@program("route", options=ROUTE)
def route(process: Process) -> int:
    """`route [-n]`"""
    _, words = ROUTE.parse(process)
    if words:
        die(process, "SIOCADDRT: Operation not permitted", 1, "SIOCADDRT: Operation not permitted")
    process.stdout.write(routing_table(process, netstat=False))
    return 0


def routing_table(process: Process, *, netstat: bool) -> str:
    """The text of `route -n`, or of `netstat -rn`."""
    last = "  MSS Window  irtt Iface" if netstat else " Metric Ref    Use Iface"
    lines = [
        "Kernel IP routing table\n",
        f"Destination     Gateway         Genmask         Flags{last}\n",
    ]
    lines += [_route_row(one, netstat=netstat) for one in network_of(process).routes()]
    return "".join(lines)


def _route_row(one: Route, *, netstat: bool) -> str:
    subnet = ip_network(one.destination or "0.0.0.0/0")
    flags = "UG" if one.via else "U"
    numbers = "    0 0          0" if netstat else " 0      0        0"
    gateway = one.via or "0.0.0.0"
    where = f"{subnet.network_address!s:<15} {gateway:<15} {subnet.netmask!s:<15}"
    return f"{where} {flags:<5}{numbers} {one.device}\n"
