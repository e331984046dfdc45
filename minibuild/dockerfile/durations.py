"""Durations as Go writes them: `1m30s`, `1.5h`, `500ms`."""

from __future__ import annotations

import re

from minibuild.dockerfile.errors import FaultError

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_TERM = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_LARGEST = 2**63 - 1
_HINT = "a duration is numbers with units, such as 30s, 1m30s or 500ms"


def parse_duration(text: str) -> int:
    """Nanoseconds. Raise `FaultError` for what Go's `time.ParseDuration` refuses."""
    rest = text[1:] if text[:1] in ("+", "-") else text
    if rest == "0":
        return 0
    if not rest:
        raise _invalid(text)
    total = 0
    position = 0
    while position < len(rest):
        match = _TERM.match(rest, position)
        assert match is not None  # the expression matches the empty text
        whole, part, unit = match.groups()
        if not whole and not part:
            raise _invalid(text)
        if not unit:
            raise FaultError(f'time: missing unit in duration "{text}"', hint=_HINT)
        if unit not in _UNITS:
            raise FaultError(f'time: unknown unit "{unit}" in duration "{text}"', hint=_HINT)
        # A value has at most 20 digits before it overflows; more would only cost time.
        if len(whole.lstrip("0")) > 20:
            raise _invalid(text)
        total += int(whole or "0") * _UNITS[unit]
        fraction = (part or "")[:18]
        total += int(fraction or "0") * _UNITS[unit] // 10 ** len(fraction)
        position = match.end()
    negative = text[:1] == "-"
    if total > _LARGEST + negative:
        raise _invalid(text)
    return -total if negative else total


def _invalid(text: str) -> FaultError:
    return FaultError(f'time: invalid duration "{text}"', hint=_HINT)
