"""The network of a container that nobody keeps records of, such as that of a RUN instruction."""

from __future__ import annotations

from minibuild.network.reachability import Answer
from minibuild.network.rules import Table, no_rules
from minibuild.network.view import LOOPBACK, Interface, Listener, Route

_GATEWAY = "172.17.0.1"
_ETH0 = Interface(2, "eth0", "eth", "02:42:ac:11:00:02", 1500, ("172.17.0.2/16",), peer=3)


class UsualNetwork:
    """lo, and if `connected` eth0 as the first container of a fresh host has it."""

    on_host = False
    has_resolver = False

    def __init__(self, *, connected: bool) -> None:
        self.connected = connected

    def interfaces(self) -> list[Interface]:
        """The interfaces, by their indexes."""
        return [LOOPBACK, _ETH0] if self.connected else [LOOPBACK]

    def routes(self) -> list[Route]:
        """The main routing table."""
        own = Route("172.17.0.0/16", "eth0", "", "172.17.0.2")
        return [Route("", "eth0", _GATEWAY), own] if self.connected else []

    def resolve(self, name: str) -> list[str]:  # noqa: ARG002  the protocol's
        """No names."""
        return []

    def reach(self, address: str, source: str = "") -> Answer:  # noqa: ARG002  the protocol's
        """Itself and its gateway answer."""
        own = {one.partition("/")[0] for interface in self.interfaces() for one in interface.addresses}
        if address in own or address.startswith("127.") or (self.connected and address == _GATEWAY):
            return Answer(True)
        return Answer(False, "nobody is outside of a simulated container", self.connected)

    def neighbours(self) -> list[tuple[str, str, str]]:
        """Nobody."""
        return []

    def rules(self, table: str) -> Table:
        """No rules."""
        return no_rules(table)

    def listeners(self) -> list[Listener]:
        """None."""
        return []
