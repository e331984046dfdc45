"""What the network programs share: the process's network namespace, and the addresses of names."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.network.view import Interface, NetworkView

_REASON = "the network that is shown is a usual container's"


def network_of(process: Process) -> NetworkView:
    """The network namespace of the process. Where nobody keeps one, as in a build, it is a usual container's:
    modelled.
    """
    system = process.system
    if system.namespace is not None:
        return system.namespace
    from minibuild.network.usual import UsualNetwork  # only builds

    system.fidelity.note(Fidelity.MODELLED, _REASON)
    return UsualNetwork(connected=system.machine.network)


def find_interface(process: Process, name: str) -> Interface | None:
    """The interface of that name."""
    return next((one for one in network_of(process).interfaces() if one.name == name), None)


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def addresses_of(process: Process, name: str) -> list[str]:
    """The addresses of a name: itself if it is one, by /etc/hosts, then by the engine's name server if
    /etc/resolv.conf names that.
    """
    if is_address(name):
        return [name]
    found = [row[0] for row in host_lines(process) if name in row[1:]]
    if found:
        return sorted(found, key=lambda address: ":" in address)
    network = network_of(process)
    if network.has_resolver and nameservers(process) == ["127.0.0.11"]:
        return list(network.resolve(name))
    return []


def host_lines(process: Process) -> list[list[str]]:
    """The words of the lines of /etc/hosts."""
    return _words(process, "/etc/hosts")


def nameservers(process: Process) -> list[str]:
    """The name servers that /etc/resolv.conf names."""
    return [row[1] for row in _words(process, "/etc/resolv.conf") if row[0] == "nameserver" and len(row) > 1]


def _words(process: Process, path: str) -> list[list[str]]:
    try:
        text = decode(process.view.read_bytes(path))
    except OSError:
        return []
    rows = (line.partition("#")[0].split() for line in text.split("\n"))
    return [row for row in rows if row]
