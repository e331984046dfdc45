"""What the programs of a container or of a host see of their network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.network.reachability import Answer
    from minibuild.network.rules import Table

NO_MAC = "00:00:00:00:00:00"


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface as `ip link` shows it.

    `kind` is loopback, physical, vlan, bridge, veth (the host's end of a pair) or eth (the container's).
    `addresses` have prefix lengths. `peer` is the other end's index and `peer_netns` the number of its
    namespace as seen from here. `carrier`: something is at the other end of the cable. `managed` tells of a
    bridge that the engine made it.
    """

    index: int
    name: str
    kind: str
    mac: str
    mtu: int
    addresses: tuple[str, ...] = ()
    master: str = ""
    carrier: bool = True
    managed: bool = False
    stp: bool = False
    parent: str = ""
    vlan: int = 0
    peer: int = 0
    peer_netns: int = 0
    peer_mac: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A route: `destination` is "" for the default one, which goes `via` a gateway; others are on the link.
    """

    destination: str
    device: str
    via: str = ""
    source: str = ""
    carrier: bool = True


LOOPBACK = Interface(1, "lo", "loopback", NO_MAC, 65536, ("127.0.0.1/8",))


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that somebody listens at; `program` is a name, `address` that of an interface, 0.0.0.0 for all.
    """

    protocol: str
    address: str
    port: int
    program: str


class NetworkView(Protocol):
    """A network namespace as its programs see it, as it is whenever it is asked."""

    @property
    def on_host(self) -> bool:
        """Whether it is the host's own."""

    @property
    def has_resolver(self) -> bool:
        """Whether the engine answers for the names of containers."""

    def interfaces(self) -> Sequence[Interface]:
        """The interfaces, by their indexes."""

    def routes(self) -> Sequence[Route]:
        """The main routing table: the default route first, then by destination."""

    def resolve(self, name: str) -> Sequence[str]:
        """The addresses that the engine's name server gives for a container's name, alias or short ID; none
        for other names.
        """

    def reach(self, address: str, source: str = "") -> Answer:
        """What becomes of a packet to an address, and of the answer to it. `source` is an interface to send
        from.
        """

    def neighbours(self) -> Sequence[tuple[str, str, str]]:
        """(address, interface, MAC) of those in the same segments."""

    def rules(self, table: str) -> Table:
        """The firewall's rules in the table `filter` or `nat`."""

    def listeners(self) -> Sequence[Listener]:
        """The ports at which the engine listens."""
