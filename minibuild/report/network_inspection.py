"""`minibuild network inspect`: a network with the containers on it, with docker's keys."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from minibuild.report.template_values import Map, Nil, Unset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.network.records import Endpoint, Network, Pool

_SECOND = 1_000_000_000


def network_document(network: Network, members: Iterable[tuple[Endpoint, str]]) -> dict[str, Any]:
    """The network's document; `members` are (endpoint, container's name)."""
    spec = network.spec
    options = Nil("map") if spec.ipam_options is None else Map(spec.ipam_options)
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": _moment(network.created),
        "Scope": "local",
        "Driver": network.driver,
        "EnableIPv6": spec.ipv6,
        "IPAM": {
            "Driver": spec.ipam_driver,
            "Options": options,
            "Config": [_pool(pool) for pool in spec.pools],
        },
        "Internal": spec.internal,
        "Attachable": spec.attachable,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": Map({one.container: _member(network, one, name) for one, name in members}),
        "Options": Map(spec.options),
        "Labels": Map(spec.labels),
    }


def _moment(created: int) -> str:
    seconds, rest = divmod(created, _SECOND)
    moment = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}"
    return moment.rstrip("0").rstrip(".") + "Z"


def _pool(pool: Pool) -> dict[str, Any]:
    return {
        "Subnet": pool.subnet,
        "IPRange": pool.ip_range or Unset(),
        "Gateway": pool.gateway if pool.shown else Unset(),
        "AuxiliaryAddresses": Map(pool.auxiliary) if pool.auxiliary else Nil("map", omitted=True),
    }


def _member(network: Network, endpoint: Endpoint, name: str) -> dict[str, str]:
    return {
        "Name": name,
        "EndpointID": endpoint.id,
        "MacAddress": endpoint.mac,
        "IPv4Address": _with_prefix(network, endpoint.address),
        "IPv6Address": _with_prefix(network, endpoint.address6),
    }


def _with_prefix(network: Network, address: str) -> str:
    if not address:
        return ""
    value = ip_address(address)
    pool = next((one for one in network.spec.pools if value in one.network), None)
    return f"{address}/{pool.prefix}" if pool is not None else address
