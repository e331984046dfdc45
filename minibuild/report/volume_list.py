"""`minibuild volume ls`: rows, filters, table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.errors import UsageError
from minibuild.report.listing import render_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from minibuild.volume.volumes import Volume

COLUMNS = {"Driver": "DRIVER", "Name": "VOLUME NAME"}
HEADERS = {"Mountpoint": "MOUNTPOINT", "Scope": "SCOPE", "Labels": "LABELS"}


def volume_list(
    volumes: Sequence[Volume], held: Mapping[str, int], filters: Sequence[str], form: str, *, quiet: bool
) -> str:
    """The list as text; `held` says how many containers hold each. Raise `UsageError`."""
    wanted = tests(filters, held)
    found = [volume for volume in volumes if all(test(volume) for test in wanted)]
    if quiet and not form:
        return "".join(volume.name + "\n" for volume in found)
    return render_list([_row(volume) for volume in found], form, COLUMNS, HEADERS)


def tests(filters: Sequence[str], held: Mapping[str, int]) -> list[Callable[[Volume], bool]]:
    """What the filters ask of a volume."""
    by_key: dict[str, list[Callable[[Volume], bool]]] = {}
    for text in filters:
        key, equals, value = text.partition("=")
        if not equals or key not in ("dangling", "driver", "label", "name"):
            raise UsageError(f"Invalid filter '{text}'", hint="known are dangling, driver, label, name")
        if key == "dangling" and value.lower() not in ("true", "false", "1", "0"):
            raise UsageError(f"Invalid filter 'dangling={value}'")
        by_key.setdefault(key, []).append(_test(key, value, held))
    return [_any(ones) for ones in by_key.values()]


def _any(alternatives: Sequence[Callable[[Volume], bool]]) -> Callable[[Volume], bool]:
    """Values of one filter are alternatives."""
    return lambda volume: any(one(volume) for one in alternatives)


def _test(key: str, value: str, held: Mapping[str, int]) -> Callable[[Volume], bool]:
    if key == "dangling":
        wanted = value.lower() in ("true", "1")
        return lambda volume: (volume.name not in held) is wanted
    if key == "driver":
        return lambda _: value == "local"
    if key == "name":
        return lambda volume: value in volume.name
    name, equals, text = value.partition("=")
    return lambda volume: (
        name in (volume.labels or {}) and (not equals or (volume.labels or {})[name] == text)
    )


def _row(volume: Volume) -> dict[str, Any]:
    labels = volume.labels or {}
    return {
        "Driver": "local",
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "Links": "N/A",
        "Mountpoint": volume.path,
        "Name": volume.name,
        "Scope": "local",
        "Size": "N/A",
        "Label": lambda name: labels.get(name, ""),
    }
