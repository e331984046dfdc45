"""What `network create` is asked for, checked as the engine checks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from minibuild.network.errors import NetworkError
from minibuild.network.records import BRIDGE_NAME, MTU, Pool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network, IPv6Network

_LONGEST_INTERFACE = 15
_LEAST_MTU, _MOST_MTU = 68, 65535


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """`network create`'s options, as they were written. `subnets`, `gateways` and `ranges` belong together by
    what contains what.
    """

    name: str
    driver: str = "bridge"
    subnets: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    auxiliary: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ipam_options: dict[str, str] = field(default_factory=dict)
    ipam_driver: str = "default"
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False


def requested_pools(options: NetworkOptions) -> list[Pool]:
    """The pools that the options describe, with gateways only where one was given. Raise `NetworkError`."""
    if (options.gateways or options.ranges) and not options.subnets:
        raise NetworkError("every ip-range or gateway must have a corresponding subnet")
    networks = [_subnet(text) for text in options.subnets]
    for index, one in enumerate(networks):
        if any(one.version == other.version and one.overlaps(other) for other in networks[:index]):
            raise NetworkError("multiple overlapping subnet configuration is not supported")
    for version in (4, 6):
        if sum(one.version == version for one in networks) > 1:
            raise NetworkError("bridge driver doesn't support multiple subnets")
    ranges = _assign(networks, options.ranges, "range")
    gateways = _assign(networks, options.gateways, "gateway")
    taken = _assign_auxiliary(networks, options.auxiliary)
    return [
        Pool(str(one), gateways.get(i, ""), ranges.get(i, ""), i in gateways, taken.get(i, {}))
        for i, one in enumerate(networks)
    ]


def _subnet(text: str) -> IPv4Network | IPv6Network:
    try:
        if "/" not in text:
            raise ValueError
        network = ip_network(text, strict=False)
    except ValueError:
        raise NetworkError(f"Invalid subnet {text} : invalid CIDR address: {text}") from None
    return network


def _assign(
    networks: Sequence[IPv4Network | IPv6Network], words: Sequence[str], what: str
) -> dict[int, str]:
    """The range or gateway of each subnet, by the subnet's position."""
    found: dict[int, str] = {}
    for word in words:
        try:
            part = ip_network(word, strict=False)
        except ValueError:
            raise NetworkError(f"invalid {what} {word}") from None
        for index, network in enumerate(networks):
            if part.version == network.version and part.subnet_of(network):  # type: ignore[arg-type]
                if index in found:
                    both = f"{what}s ({word}, {found[index]})"
                    raise NetworkError(f"cannot configure multiple {both} on the same subnet ({network})")
                found[index] = str(part) if what == "range" else str(ip_address(word))
                break
        else:
            raise NetworkError(f"no matching subnet for {what} {word}")
    return found


def _assign_auxiliary(
    networks: Sequence[IPv4Network | IPv6Network], given: dict[str, str]
) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for name, word in given.items():
        try:
            address = ip_address(word)
        except ValueError:
            raise NetworkError(f"invalid aux-address {word}") from None
        index = next((i for i, network in enumerate(networks) if address in network), None)
        if index is None:
            raise NetworkError(f"no matching subnet for aux-address {word}")
        found.setdefault(index, {})[name] = word
    return found


def check_bridge_options(options: dict[str, str]) -> None:
    """The driver's own options. Raise `NetworkError`."""
    name = options.get(BRIDGE_NAME, "")
    if len(name) > _LONGEST_INTERFACE or "/" in name or any(c.isspace() for c in name):
        raise NetworkError(f"invalid interface name {name!r}: at most {_LONGEST_INTERFACE} characters, no /")
    mtu = options.get(MTU, "")
    if mtu and not (mtu.isdecimal() and _LEAST_MTU <= int(mtu) <= _MOST_MTU):
        raise NetworkError(f"failed to parse {MTU} value {mtu!r}: a number from {_LEAST_MTU} to {_MOST_MTU}")
