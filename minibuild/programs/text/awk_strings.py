"""substr, sub, gsub and gensub of awk."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from minibuild.programs.text.memory import check_size, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.regex import Match, Regex

AMPERSAND = re.compile(rb"(\\*)(&)")
REFERENCE = re.compile(rb"(\\+)([0-9])|(\\*)(&)")


def substring(text: bytes, start: float, length: float | None, *, clamp: bool) -> bytes:
    """substr(): from the place `start` (1 is the first).

    busybox (`clamp`) cuts numbers to whole ones and moves a start before the text to its beginning; POSIX
    rounds, and a place before the text counts as part of the length.
    """
    if start != start or (length is not None and length != length):
        return b""
    if clamp:
        first = int(min(max(start - 1 if start >= 1 else math.trunc(start) - 1, 0), len(text)))
        count = len(text) if length is None else int(min(max(length, 0), len(text)))
        return text[first : first + count]
    begin = _rounded(start)
    end = math.inf if length is None else begin + _rounded(length)
    first, last = int(min(max(begin, 1), len(text) + 1)), int(min(max(end, 1), len(text) + 1))
    return text[first - 1 : last - 1]


def _rounded(number: float) -> float:
    return float(round(number)) if math.isfinite(number) else number


def substitute(
    regex: Regex, replacement: bytes, text: bytes, which: int, *, groups: bool = False, adjacent: bool = False
) -> tuple[bytes, int]:
    """Replace the match number `which`, or all (0): the new text and how many were replaced.

    `groups`: backslash and digit stand for what a group matched (gensub). `adjacent`: an empty match may
    follow another one at once (busybox).
    """
    expand = _expander(replacement, groups)
    out: list[bytes] = []
    size = place = at = count = seen = 0
    last = -1
    whole, base = text, 0
    while at <= len(whole) and (match := regex.search(text, at - base)) is not None:
        start, end = match.start() + base, match.end() + base
        if start == end == last and not adjacent:
            at = end + 1
            continue
        seen += 1
        if not which or seen == which:
            out += (whole[place:start], expand(match))
            size += len(out[-1])
            check_size(size)
            place, count = end, count + 1
            if which:
                break
        last = end
        at = end + (start == end)
        if adjacent and regex.fresh_words:
            text, base = whole[at:], at  # busybox looks at the rest alone, which begins a word anew
    if not count:
        return whole, 0
    out.append(whole[place:])
    return joined(b"", out), count


def _expander(replacement: bytes, groups: bool) -> Callable[[Match], bytes]:
    """What takes the place of a match. Two backslashes before & are one, one makes it an ordinary character.
    """
    if b"&" not in replacement and not (groups and b"\\" in replacement):
        return lambda _match: replacement
    parts: list[bytes | int] = []
    at = 0
    for found in (REFERENCE if groups else AMPERSAND).finditer(replacement):
        slashes = found[1] or (found[3] if groups else b"") or b""
        mark = found[2] or (found[4] if groups else b"") or b""
        parts.append(replacement[at : found.start()])
        at = found.end()
        parts.append(b"\\" * (len(slashes) // 2))
        if mark == b"&":
            parts.append(mark if len(slashes) % 2 else 0)
        else:
            parts.append(int(mark) if len(slashes) % 2 else mark)
    parts.append(replacement[at:])

    def expand(match: Match) -> bytes:
        return b"".join([part if isinstance(part, bytes) else _group(match, part) for part in parts])

    return expand


def _group(match: Match, number: int) -> bytes:
    try:
        return match[number] or b""
    except IndexError:
        return b""
