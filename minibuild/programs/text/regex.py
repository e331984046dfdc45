"""POSIX regular expressions over bytes: leftmost-longest matches, with Python's `re` as the engine.

    pattern = compile_regex(rb"\\(a\\|ab\\)c*")            # basic; extended=True for grep -E, awk
    match = pattern.search(data, start)                    # an re.Match, or None
    pattern.found(data)                                    # only whether there is one

In the C locale one byte is one character. `.` and [^x] match a newline unless `lines` is set.
"""

from __future__ import annotations

import re
from functools import lru_cache

from minibuild.programs.text.regex_automaton import Automaton, TooComplexError
from minibuild.programs.text.regex_parse import (
    ALL,
    NEWLINE,
    Assertion,
    Bytes,
    Choice,
    Group,
    Node,
    Parser,
    Reference,
    RegexError,
    Repeat,
    Sequence,
)

__all__ = ["Regex", "RegexError", "compile_regex", "escape"]

# A subject this long is matched by the automaton when the pattern has loops that may meet: backtracking would
# take a
# power of the length.
LONG_SUBJECT = 5000

PLACES = {
    "^": rb"\A",
    "$": rb"\Z",
    "`": rb"\A",
    "'": rb"\Z",
    "b": rb"\b",
    "B": rb"\B",
    "<": rb"\b(?=\w)",
    ">": rb"\b(?<=\w)",
}
LINE_PLACES = {**PLACES, "^": rb"(?m:^)", "$": rb"(?m:$)"}
# For a match that must end before the subject does: the end is no place in it.
INNER_PLACES = {**PLACES, "$": rb"(?!)", "'": rb"(?!)"}


class Regex:
    """A compiled pattern.

    `groups`: how many groups it has; `minimum`: no match is shorter; `simple`: `pattern` alone gives the
    exact answer; `fresh_words`: it looks at words.
    """

    __slots__ = (
        "_automaton", "_bounded", "_inner", "_node", "fresh_words", "groups", "minimum", "nested", "pattern",
        "simple",
    )  # fmt: skip

    def __init__(self, node: Node, groups: int, *, lines: bool, multiline: bool) -> None:
        self._node, self.groups, self.minimum = node, groups, _minimum(node)
        self.pattern: re.Pattern[bytes] = _compiled(
            node, LINE_PLACES if lines or multiline else PLACES, lines=lines
        )
        self.fresh_words = _has_word_places(node)
        self._automaton: Automaton | None = None
        self._inner: re.Pattern[bytes] | None = None
        self.simple, self.nested, self._bounded = True, False, True
        if lines or multiline or _width(node) is not None:
            return
        try:
            automaton = Automaton(node)
        except TooComplexError:
            return
        if not automaton.plain():
            loops = _loops(node)
            self.nested = loops[1] > 1
            self._bounded = loops[0] < 3
            self._automaton = automaton
            self.simple = False

    def search(self, data: bytes, start: int = 0) -> re.Match[bytes] | None:
        """The leftmost of the longest matches at or after `start`; `^` matches at 0 only."""
        if self.simple:
            return self.pattern.search(data, start)
        if self._hard(data):
            return self._search_slowly(data, start)
        match = self.pattern.search(data, start)
        if match is None or match.end() == len(data):
            return match
        assert self._automaton is not None
        end = self._automaton.longest(data, match.start())
        return match if end <= match.end() else self._exactly(data, match.start(), end)

    def found(self, data: bytes) -> bool:
        """Is there a match?"""
        if not self.simple and self._hard(data):
            assert self._automaton is not None
            return self._automaton.first(data, 0) >= 0
        return self.pattern.search(data) is not None

    def matches_whole(self, data: bytes) -> bool:
        """Does the pattern match all of `data`?"""
        if not self.simple and self._hard(data):
            assert self._automaton is not None
            return self._automaton.longest(data, 0) == len(data)
        return self.pattern.fullmatch(data) is not None

    def _hard(self, data: bytes) -> bool:
        return self.nested or (not self._bounded and len(data) > LONG_SUBJECT)

    def _search_slowly(self, data: bytes, start: int) -> re.Match[bytes] | None:
        """The same for patterns that backtracking might never finish."""
        assert self._automaton is not None
        begin = self._automaton.first(data, start)
        return None if begin < 0 else self._exactly(data, begin, self._automaton.longest(data, begin))

    def _exactly(self, data: bytes, start: int, end: int) -> re.Match[bytes] | None:
        """The match that is known to span start..end, with its groups."""
        if end == len(data):
            return self.pattern.fullmatch(data, start)
        if self._inner is None:
            self._inner = _compiled(self._node, INNER_PLACES, lines=False)
        return self._inner.fullmatch(data, start, end)


@lru_cache(maxsize=500)
def compile_regex(
    source: bytes,
    *,
    extended: bool = False,
    ignore_case: bool = False,
    lines: bool = False,
    multiline: bool = False,
    escapes: bool = False,
    strict: bool = False,
) -> Regex:
    """Compile a pattern; RegexError (glibc's message) when it is wrong.

    `lines`: `^` and `$` match around newlines, which nothing else matches (for text of many lines at once).
    `multiline`: only the former (sed's flag M).
    `escapes`: a backslash quotes inside brackets (awk). `strict`: a misplaced operator of an extended pattern
    is an error (sed, awk), not an ordinary character (grep).
    """
    parser = Parser(source, extended=extended, ignore_case=ignore_case, escapes=escapes, strict=strict)
    try:
        node = parser.parse()
        return Regex(node, parser.groups, lines=lines, multiline=multiline)
    except (RecursionError, OverflowError, re.error) as error:
        raise RegexError("Regular expression too big") from error


def escape(text: bytes, *, extended: bool = True) -> bytes:
    """A pattern that matches this text and nothing else."""
    special = b".[\\*^$" + (b"+?(){}|" if extended else b"")
    return b"".join(b"\\" + bytes((c,)) if c in special else bytes((c,)) for c in text)


def _compiled(node: Node, places: dict[str, bytes], *, lines: bool) -> re.Pattern[bytes]:
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
        branches = sorted(node.branches, key=lambda branch: _minimum(branch) == 0)
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


def _width(node: Node) -> int | None:
    """The length that every match of the part has; None when it varies."""
    if isinstance(node, Bytes):
        return 1
    if isinstance(node, Sequence):
        widths = [_width(part) for part in node.parts]
        return None if None in widths else sum(width for width in widths if width is not None)
    if isinstance(node, Choice):
        options = {_width(branch) for branch in node.branches}
        return options.pop() if len(options) == 1 else None
    if isinstance(node, Group):
        return _width(node.part)
    if isinstance(node, Repeat):
        inner = _width(node.part)
        return inner * node.low if inner is not None and node.low == node.high else None
    return 0 if isinstance(node, Assertion) else None


def _minimum(node: Node) -> int:
    """A lower bound of the length of a match; 0 when the part may be empty."""
    if isinstance(node, Bytes):
        return 1
    if isinstance(node, Sequence):
        return sum(_minimum(part) for part in node.parts)
    if isinstance(node, Choice):
        return min(_minimum(branch) for branch in node.branches)
    if isinstance(node, Group):
        return _minimum(node.part)
    if isinstance(node, Repeat):
        return node.low * _minimum(node.part)
    return 0


def _loops(node: Node) -> tuple[int, int]:
    """How many endless repetitions there are, and how deep repetitions of varying parts are nested."""
    if isinstance(node, (Sequence, Choice)):
        parts = [_loops(part) for part in (node.parts if isinstance(node, Sequence) else node.branches)]
        return sum(count for count, _ in parts), max((depth for _, depth in parts), default=0)
    if isinstance(node, Group):
        return _loops(node.part)
    if isinstance(node, Repeat):
        count, depth = _loops(node.part)
        varying = _width(node.part) is None or isinstance(_inside(node.part), Choice)
        many = node.high is None or node.high > 1
        return count + (node.high is None), max(depth, 1) + 1 if many and varying else max(depth, 1)
    return 0, 0


def _inside(node: Node) -> Node:
    while isinstance(node, Group):
        node = node.part
    return node


def _has_word_places(node: Node) -> bool:
    """Does the pattern look at words (\\b \\< \\>)?"""
    if isinstance(node, Assertion):
        return node.kind in "bB<>"
    if isinstance(node, Sequence):
        return any(map(_has_word_places, node.parts))
    if isinstance(node, Choice):
        return any(map(_has_word_places, node.branches))
    return isinstance(node, (Group, Repeat)) and _has_word_places(node.part)
