"""ss and netstat: the ports of the host that the engine listens at for its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.network.space import network_of
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.view import Listener

SS = Options(
    "ltuanp46HreismoxwO",
    long={
        "all": "a",
        "listening": "l",
        "no-header": "H",
        "numeric": "n",
        "processes": "p",
        "tcp": "t",
        "udp": "u",
    },
    usage="[OPTIONS]",
    help="Show sockets",
)
NETSTAT = Options("ltuanpwxreWi", usage="[-ltunap]", help="Display networking information")
_BACKLOG = 4096


def _wanted(process: Process, *, tcp: bool, udp: bool, listening: bool) -> list[Listener]:
    if not listening:
        return []
    both = tcp == udp
    found = network_of(process).listeners()
    return [one for one in found if both or (tcp if one.protocol == "tcp" else udp)]


@program("ss", options=SS)
def ss(process: Process) -> int:
    """`ss -ltn`: what listens; there are no connections."""
    opts, _ = SS.parse(process)
    tcp, udp = "t" in opts, "u" in opts
    found = _wanted(process, tcp=tcp, udp=udp, listening=opts.any("l", "a"))
    kind = tcp == udp
    columns = ("State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process")
    rows = [] if "H" in opts else [_ss_row("Netid" if kind else "", *columns)]
    for one in found:
        tcp = one.protocol == "tcp"
        queues = ("LISTEN", "0", str(_BACKLOG)) if tcp else ("UNCONN", "0", "0")
        who = f'users:(("{one.program}",pid=1,fd=4))' if "p" in opts else ""
        ends = (f"{one.address}:{one.port}", "0.0.0.0:*")
        rows.append(_ss_row(one.protocol if kind else "", *queues, *ends, who))
    process.stdout.write("".join(row + "\n" for row in rows))
    return 0


def _ss_row(netid: str, *cells: str) -> str:
    state, received, sent, local, peer, who = cells
    address, _, port = local.rpartition(":")
    there, _, there_port = peer.rpartition(":")
    first = f"{netid:<6}" if netid else ""
    ends = f"{address:>15}:{port:<7} {there:>15}:{there_port:<5}"
    return f"{first}{state:<8} {received:<7} {sent:<7} {ends} {who}"


@program("netstat", options=NETSTAT)
def netstat(process: Process) -> int:
    """`netstat -ltn`: what listens; there are no connections. `netstat -r` is `route`."""
    opts, _ = NETSTAT.parse(process)
    if "r" in opts:
        from minibuild.programs.network.ifconfig import routing_table

        process.stdout.write(routing_table(process, netstat=True))
        return 0
    tcp, udp = "t" in opts, "u" in opts
    title = "w/o servers" if not opts.any("a", "l") else "only servers"
    if "a" in opts:
        title = "servers and established"
    who = " PID/Program name    " if "p" in opts else ""
    columns = "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
    out = [f"Active Internet connections ({title})\n", f"{columns}{who}\n"]
    for one in _wanted(process, tcp=tcp, udp=udp, listening=opts.any("l", "a")):
        who = f" 1/{one.program}" if "p" in opts else ""
        state = "LISTEN" if one.protocol == "tcp" else ""
        local = f"{one.address}:{one.port}"
        out.append(f"{one.protocol:<5} {0:>6} {0:>6} {local:<23} {'0.0.0.0:*':<23} {state:<11}{who}\n")
    process.stdout.write("".join(out))
    return 0
