"""`minibuild network ls`: rows, filters, table."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.errors import UsageError
from minibuild.report.listing import render_list

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from minibuild.network.records import Network

COLUMNS = {"ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE"}
HEADERS = {"IPv6": "IPV6", "Internal": "INTERNAL", "Labels": "LABELS", "CreatedAt": "CREATED AT"}
_SHORT = 12
_SECOND = 1_000_000_000
_KNOWN = ("dangling", "driver", "id", "label", "name", "scope", "type")


class Shape(NamedTuple):
    """How networks are shown: `form` as `--format`, IDs only, IDs in full."""

    form: str = ""
    quiet: bool = False
    full: bool = False


def network_list(
    networks: Sequence[Network], unused: Collection[str], filters: Sequence[str], shape: Shape
) -> str:
    """The list as text; `unused` are the IDs of networks that no container wants. Raise `UsageError`."""
    wanted = tests(filters, unused)
    rows = [_row(network, shape.full) for network in networks if all(test(network) for test in wanted)]
    if shape.quiet and not shape.form:
        return "".join(f"{row['ID']}\n" for row in rows)
    return render_list(rows, shape.form, COLUMNS, HEADERS)


def _row(network: Network, full: bool) -> dict[str, Any]:
    created = datetime.fromtimestamp(network.created // _SECOND, UTC)
    stamp = f"{created:%Y-%m-%d %H:%M:%S}.{network.created % _SECOND:09d}".rstrip("0")
    labels = network.spec.labels
    return {
        "ID": network.id if full else network.id[:_SHORT],
        "Name": network.name,
        "Driver": network.driver,
        "Scope": "local",
        "IPv6": str(network.spec.ipv6).lower(),
        "Internal": str(network.spec.internal).lower(),
        "Labels": ",".join(f"{key}={labels[key]}" for key in sorted(labels)),
        "CreatedAt": f"{stamp} +0000 UTC",
        "Label": lambda key: labels.get(key, ""),
    }


def tests(filters: Sequence[str], unused: Collection[str]) -> list[Callable[[Network], bool]]:
    """What the filters ask of a network: values of one key are alternatives, of `label` all must hold."""
    by_key: dict[str, list[Callable[[Network], bool]]] = {}
    for text in filters:
        key, equals, value = text.partition("=")
        if not equals or key not in _KNOWN:
            raise UsageError(f"Invalid filter '{text}'", hint="known are " + ", ".join(_KNOWN))
        by_key.setdefault(key, []).append(_test(key, value, unused))
    labels = by_key.pop("label", [])
    return [*labels, *(_any(ones) for ones in by_key.values())]


def _any(alternatives: Sequence[Callable[[Network], bool]]) -> Callable[[Network], bool]:
    return lambda network: any(test(network) for test in alternatives)


def _test(key: str, value: str, unused: Collection[str]) -> Callable[[Network], bool]:
    if key == "dangling":
        if value.lower() not in ("true", "false", "1", "0"):
            raise UsageError(f"Invalid filter 'dangling={value}'")
        wanted = value.lower() in ("true", "1")
        return lambda network: (network.id in unused) is wanted
    if key == "type":
        if value not in ("builtin", "custom"):
            raise UsageError(f"Invalid filter: 'type'='{value}'", hint="known are builtin, custom")
        return lambda network: network.predefined is (value == "builtin")
    if key == "label":
        name, equals, text = value.partition("=")
        return lambda network: (
            name in network.spec.labels and (not equals or network.spec.labels[name] == text)
        )
    if key in ("id", "name"):
        try:
            pattern = re.compile(value)
        except re.error:
            raise UsageError(f"Invalid filter '{key}={value}'") from None
        return lambda network: bool(pattern.search(network.id if key == "id" else network.name))
    return lambda network: value == {"driver": network.driver, "scope": "local"}[key]
