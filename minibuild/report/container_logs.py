"""`minibuild logs`: what a container wrote, line by line."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from minibuild.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SECOND = 1_000_000_000
_SPAN = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?\Z")


class Line(NamedTuple):
    """A piece of output up to its newline (which the last one may lack): time in ns, 1 or 2, bytes."""

    time: int
    stream: int
    data: bytes


def lines(chunks: Iterable[tuple[int, int, bytes]]) -> Iterator[Line]:
    """What was written in pieces (time in ns, 1 or 2, bytes), as lines in the order of their ends."""
    open_lines: dict[int, tuple[int, bytes]] = {}
    for time, stream, data in chunks:
        start, begun = open_lines.pop(stream, (time, b""))
        whole = (begun + data).split(b"\n")
        for piece in whole[:-1]:
            yield Line(start, stream, piece + b"\n")
            start = time
        if whole[-1]:
            open_lines[stream] = (start, whole[-1])
    for stream, (time, data) in sorted(open_lines.items()):
        yield Line(time, stream, data)


def selected(found: Iterable[Line], *, tail: str = "all", since: int = 0, until: int = 0) -> list[Line]:
    """The last `tail` lines of those between two times (ns, 0 for none). Raise `UsageError`."""
    inside = (line for line in found if line.time >= since and (not until or line.time <= until))
    if tail in ("all", "") or tail.startswith("-"):
        return list(inside)
    if not tail.isdigit():
        raise UsageError(f"invalid value for --tail: {tail}: a number or `all` is expected")
    return list(deque(inside, int(tail)))


def stamp(line: Line) -> bytes:
    """A line with its time, to the nanosecond, before it."""
    whole, rest = divmod(line.time, _SECOND)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}Z ".encode() + line.data


def moment(text: str, now: int) -> int:
    """A time as `--since` and `--until` take it, in ns: RFC 3339, seconds since 1970, or how long ago
    (`10m`, `1h30m`); 0 for "". Raise `UsageError`.
    """
    if not text:
        return 0
    try:
        return int(float(text) * _SECOND)
    except ValueError:
        pass
    match = _SPAN.match(text)
    if match and any(match.groups()):
        hours, minutes, seconds = (float(part or 0) for part in match.groups())
        return now - int((hours * 3600 + minutes * 60 + seconds) * _SECOND)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"invalid value for a time: {text!r}", hint="such as 10m, 2026-01-02T03:04:05Z"
        ) from None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * _SECOND)
