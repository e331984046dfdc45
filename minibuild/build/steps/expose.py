"""EXPOSE: ports that the image's program listens on."""

import re

from minibuild.build.action import Action, Situation, nop
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand_list
from minibuild.dockerfile.nodes import Expose

_PORTS = re.compile(r"(\d+)(?:-(\d+))?\Z", re.ASCII)
_PROTOCOLS = ("tcp", "udp", "sctp")


def port_range(word: str) -> list[str]:
    """`8000-8002/udp` as `["8000/udp", "8001/udp", "8002/udp"]`; the protocol is tcp unless given.

    Raise `BuildError` for what is no port, an inverted range, a port above 65535 or an unknown protocol.
    """
    ports, slash, protocol = word.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    match = _PORTS.match(ports)
    if not match:
        raise BuildError(
            f"invalid containerPort: {ports}",
            subject=ports,
            hint="a port is a number or a range, such as 8080 or 8000-8010/udp",
        )
    if protocol not in _PROTOCOLS:
        raise BuildError(f"invalid proto: {protocol}", hint="protocols are tcp, udp and sctp")
    first = int(match[1])
    last = int(match[2] or match[1])
    if first > 65535 or last > 65535 or first > last:
        raise BuildError(
            f"invalid containerPort: {ports}",
            subject=ports,
            hint="ports go from 0 to 65535, a range from the lower to the higher",
        )
    return [f"{port}/{protocol}" for port in range(first, last + 1)]


def resolve(instruction: Expose, at: Situation) -> Action:
    """Ports add up over instructions and stages."""
    words = [word for port in instruction.ports for word in expand_list(at, port)]
    ports = {port for word in words for port in port_range(word)}
    text = " ".join(words)
    exposed = tuple(sorted(set(at.config.exposed_ports) | ports))
    return Action(nop(at.shell, f" EXPOSE {text}"), at.config._replace(exposed_ports=exposed))
