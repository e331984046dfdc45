"""nslookup: what the engine's name server says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.network.space import nameservers, network_of
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

NSLOOKUP = Options("", usage="HOST [DNS_SERVER]", help="Query DNS about HOST", least=1, most=2)


@program("nslookup", options=NSLOOKUP)
def nslookup(process: Process) -> int:
    """`nslookup NAME`: 0 found, 1 unknown."""
    _, (name, *servers) = NSLOOKUP.parse(process)
    network = network_of(process)
    server = (servers or nameservers(process) or ["127.0.0.1"])[0]
    if server != "127.0.0.11" or not network.has_resolver:
        process.stdout.write(";; connection timed out; no servers could be reached\n\n")
        return 1
    port = f"{server}:53" if is_busybox(process) else f"{server}#53"
    process.stdout.write(f"Server:\t\t{server}\nAddress:\t{port}\n\n")
    found = network.resolve(name)
    if not found:
        process.stdout.write(f"** server can't find {name}: NXDOMAIN\n\n")
        return 1
    process.stdout.write("Non-authoritative answer:\n")
    for address in found:
        process.stdout.write(f"Name:\t{name}\nAddress: {address}\n")
    process.stdout.write("\n")
    return 0
