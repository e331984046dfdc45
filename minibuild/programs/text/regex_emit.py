"""The tree of a pattern → Python's `re`."""

from __future__ import annotations

import re
from functools import lru_cache

from minibuild.programs.text.regex_measure import minimum
from minibuild.programs.text.regex_parse import (
    ALL,
    NEWLINE,
    Assertion,
    Bytes,
    Choice,
    Group,
    Node,
    Reference,
    Repeat,
    Sequence,
)

PLACES = {
    "^": rb"\A",
    "$": rb"\Z",
    "`": rb"\A",
    "'": rb"\Z",
    "b": rb"\b",
    "B": rb"\B",
    "<": rb"\b(?=\w)",
    ">": rb"\b(?<=\w)",
    "{": rb"(?<!\w)",
    "}": rb"(?!\w)",
}
LINE_PLACES = {**PLACES, "^": rb"(?m:^)", "$": rb"(?m:$)"}
# For a match that must end before the subject does: the end is no place in it.
INNER_PLACES = {**PLACES, "$": rb"(?!)", "'": rb"(?!)"}


def compiled(node: Node, places: dict[str, bytes], *, lines: bool) -> re.Pattern[bytes]:
    """The compiled pattern. `places`: how assertions are written; `lines`: nothing else matches a newline."""
    return re.compile(_emit(node, places, lines), 0 if lines else re.DOTALL)


def _emit(node: Node, places: dict[str, bytes], lines: bool) -> bytes:
    """The tree as Python writes it."""
    if isinstance(node, Bytes):
        return _emit_set(node.mask, lines)
    if isinstance(node, Sequence):
        return b"".join(
            b"(?:" + _emit(part, places, lines) + b")"
            if isinstance(part, Choice)
            else _emit(part, places, lines)
            for part in node.parts
        )
    if isinstance(node, Choice):
        # The empty branch last: then a deterministic pattern's first match is its longest.
        branches = sorted(node.branches, key=lambda branch: minimum(branch) == 0)
        return b"(?:" + b"|".join(_emit(branch, places, lines) for branch in branches) + b")"
    if isinstance(node, Group):
        return b"(" + _emit(node.part, places, lines) + b")"
    if isinstance(node, Repeat):
        return _emit_repeat(node, places, lines)
    if isinstance(node, Reference):
        return b"(?:\\%d)" % node.number
    assert isinstance(node, Assertion)
    return places[node.kind]


def _emit_repeat(node: Repeat, places: dict[str, bytes], lines: bool) -> bytes:
    inner = _emit(node.part, places, lines)
    if not isinstance(node.part, (Bytes, Group)):
        inner = b"(?:" + inner + b")"
    bounds = (node.low, node.high)
    if bounds == (0, None):
        return inner + b"*"
    if bounds == (1, None):
        return inner + b"+"
    if bounds == (0, 1):
        return inner + b"?"
    return inner + b"{%d,%s}" % (node.low, b"" if node.high is None else b"%d" % node.high)


@lru_cache(maxsize=1000)
def _emit_set(mask: int, lines: bool) -> bytes:
    if lines:
        if mask == ALL or mask == ALL & ~NEWLINE:
            return b"."
        mask &= ~NEWLINE
    if mask == ALL:
        return b"."
    if mask == 0:
        return b"(?!)"
    if mask & (mask - 1) == 0:
        return re.escape(bytes((mask.bit_length() - 1,)))
    ranges: list[bytes] = []
    byte = 0
    while byte < 256:
        if mask >> byte & 1:
            last = byte
            while last < 255 and mask >> (last + 1) & 1:
                last += 1
            ranges.append(b"\\x%02x-\\x%02x" % (byte, last) if last > byte else b"\\x%02x" % byte)
            byte = last
        byte += 1
    return b"[" + b"".join(ranges) + b"]"
