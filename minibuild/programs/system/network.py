"""ip and ifconfig: the network of a container, as far as a build can look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import die
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

IP = Options(
    "+46oshfrbd",
    long={"family=": "f", "brief": "b", "json": "j", "color": "c", "oneline": "o"},
    usage="[OPTIONS] address|route|link|neigh|rule [ARGS]",
    help="Show the container's network",
)
IFCONFIG = Options("+as", usage="[-a] [INTERFACE]", help="Show the container's network interfaces")
REASON = "the network that is shown is a usual container's"
LOOPBACK = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
"""
LOOPBACK_ADDRESS = """\
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
"""
ETHERNET = """\
2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff
"""
ETHERNET_ADDRESS = """\
    inet 172.17.0.2/16 brd 172.17.255.255 scope global eth0
       valid_lft forever preferred_lft forever
"""
ROUTES = "default via 172.17.0.1 dev eth0\n172.17.0.0/16 dev eth0 scope link  src 172.17.0.2\n"
INTERFACES = {
    "eth0": """\
eth0      Link encap:Ethernet  HWaddr 02:42:AC:11:00:02
          inet addr:172.17.0.2  Bcast:172.17.255.255  Mask:255.255.0.0
          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1

""",
    "lo": """\
lo        Link encap:Local Loopback
          inet addr:127.0.0.1  Mask:255.0.0.0
          UP LOOPBACK RUNNING  MTU:65536  Metric:1

""",
}


@program("ip", options=IP, fidelity=Fidelity.MODELLED, reason=REASON)
def ip(process: Process) -> int:
    """`ip address|link|route [show]`; a container may not change its network."""
    _, words = IP.parse(process)
    if not words:
        IP.fail(process)
    what, *rest = words
    if rest[:1] and rest[0] not in ("show", "list", "ls", "dev", "s", "l", "sh"):
        die(process, "RTNETLINK answers: Operation not permitted", 2)
    connected = process.system.machine.network
    if "address".startswith(what):
        text = LOOPBACK + LOOPBACK_ADDRESS + (ETHERNET + ETHERNET_ADDRESS if connected else "")
    elif "link".startswith(what):
        text = LOOPBACK + (ETHERNET if connected else "")
    elif "route".startswith(what):
        text = ROUTES if connected else ""
    else:
        text = ""
    process.stdout.write(text)
    return 0


@program("ifconfig", options=IFCONFIG, fidelity=Fidelity.MODELLED, reason=REASON)
def ifconfig(process: Process) -> int:
    """`ifconfig [-a] [INTERFACE]`"""
    _, words = IFCONFIG.parse(process)
    if len(words) > 1:
        die(process, "SIOCSIFADDR: Operation not permitted")
    names = [name for name in INTERFACES if name == "lo" or process.system.machine.network]
    if words and words[0] not in names:
        die(process, f"{words[0]}: error fetching interface information: Device not found")
    process.stdout.write("".join(INTERFACES[name] for name in names if not words or name == words[0]))
    return 0
