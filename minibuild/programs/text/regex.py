r"""POSIX regular expressions over bytes: leftmost-longest matches, with Python's `re` as the engine.

    pattern = compile_regex(rb"\(a\|ab\)c*")               # basic; extended=True for grep -E, awk
    match = pattern.search(data, start)                    # an re.Match or the like of it, or None
    pattern.found(data)                                    # only whether there is one

In the C locale one byte is one character. `.` and [^x] match a newline unless `lines` is set.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol

from minibuild.programs.text.regex_automaton import Automaton, TooComplexError
from minibuild.programs.text.regex_emit import INNER_PLACES, LINE_PLACES, PLACES, compiled
from minibuild.programs.text.regex_groups import BudgetError, match_between, search_longest
from minibuild.programs.text.regex_measure import has_word_places, loops, minimum, width
from minibuild.programs.text.regex_parse import Assertion, Choice, Node, Parser, RegexError, Sequence

__all__ = ["Match", "Regex", "RegexError", "compile_patterns", "compile_regex", "escape"]

# A subject this long is matched by the automaton when the pattern has loops that may meet: backtracking would
# take a
# power of the length.
LONG_SUBJECT = 5000


class Match(Protocol):
    """What there is to know of a match."""

    def span(self, group: int = 0, /) -> tuple[int, int]:
        """Begin and end of a group; (-1, -1) when it took no part."""

    def start(self, group: int = 0, /) -> int:
        """Where a group begins."""

    def end(self, group: int = 0, /) -> int:
        """Where a group ends."""

    def __getitem__(self, group: int, /) -> bytes | None:
        """What a group matched."""


class Regex:
    """A compiled pattern.

    `groups`: how many groups it has; `minimum`: no match is shorter; `simple`: `pattern` alone gives the
    exact answer in good time; `nested`: backtracking may never end; `bounded`: it is quick for subjects of
    any length; `fresh_words`: it looks at words.
    """

    __slots__ = (
        "_automaton", "_inner", "_node", "bounded", "fresh_words", "groups", "minimum", "nested", "pattern",
        "simple",
    )  # fmt: skip

    def __init__(self, node: Node, groups: int, *, lines: bool, multiline: bool) -> None:
        self._node, self.groups, self.minimum = node, groups, minimum(node)
        places = LINE_PLACES if lines or multiline else PLACES
        self.pattern: re.Pattern[bytes] = compiled(node, places, lines=lines)
        self.fresh_words = has_word_places(node)
        self._automaton: Automaton | None = None
        self._inner: re.Pattern[bytes] | None = None
        self.simple, self.nested, self.bounded = True, False, True
        if lines or multiline or width(node) is not None:
            return
        try:
            automaton = Automaton(node)
        except TooComplexError:
            return
        if not automaton.plain():
            count, depth = loops(node)
            self.nested, self.bounded = depth > 1, count < 3
            self._automaton = automaton
            self.simple = not automaton.exact and not self.nested

    def search(self, data: bytes, start: int = 0) -> Match | None:
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
            automaton = self._automaton
            assert automaton is not None
            return automaton.occurs(data, 0) if automaton.exact else self._search_slowly(data, 0) is not None
        return self.pattern.search(data) is not None

    def matches_whole(self, data: bytes) -> bool:
        """Does the pattern match all of `data`?"""
        if not self.simple and self._hard(data):
            assert self._automaton is not None
            return self._automaton.longest(data, 0) == len(data)
        return self.pattern.fullmatch(data) is not None

    def _hard(self, data: bytes) -> bool:
        return self.nested or (not self.bounded and len(data) > LONG_SUBJECT)

    def _search_slowly(self, data: bytes, start: int) -> Match | None:
        """The same for patterns that backtracking might never finish."""
        automaton = self._automaton
        assert automaton is not None
        if not automaton.exact:
            try:
                return search_longest(automaton, data, start)
            except BudgetError:
                raise RegexError("Regular expression too big") from None
        begin = automaton.first(data, start)
        return None if begin < 0 else match_between(automaton, data, begin, automaton.longest(data, begin))

    def _exactly(self, data: bytes, start: int, end: int) -> Match | None:
        """The match that is known to span start..end, with its groups."""
        if end == len(data):
            return self.pattern.fullmatch(data, start)
        if self._inner is None:
            self._inner = compiled(self._node, INNER_PLACES, lines=False)
        found = self._inner.fullmatch(data, start, end)
        if found is None and self._automaton is not None:
            return match_between(self._automaton, data, start, end)  # it looks at what follows: a word's end
        return found


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
    `multiline`: only the former (sed's flag M). `escapes`: a backslash quotes inside brackets (awk).
    `strict`: a misplaced operator of an extended pattern is an error (sed, awk), not an ordinary character
    (grep).
    """
    parser = Parser(source, extended=extended, ignore_case=ignore_case, escapes=escapes, strict=strict)
    try:
        return Regex(parser.parse(), parser.groups, lines=lines, multiline=multiline)
    except (RecursionError, OverflowError, re.error) as error:
        raise RegexError("Regular expression too big") from error


def compile_patterns(
    sources: tuple[bytes, ...], *, kind: str, ignore_case: bool = False, whole: str = "", lines: bool = False
) -> Regex:
    """One pattern that matches what any of grep's patterns does.

    `kind`: G (basic), E (extended) or F (literal). `whole`: "x" when a match must be a whole line, "w" when
    it must stand between bytes that are no part of a word.
    """
    branches: list[Node] = []
    groups = 0
    try:
        for source in sources:
            parser = Parser(source, extended=kind == "E", ignore_case=ignore_case)
            parser.groups = parser.base = groups
            branches.append(parser.literal() if kind == "F" else parser.parse())
            groups = parser.groups
        node = branches[0] if len(branches) == 1 else Choice(branches)
        if whole:
            first, last = ("^", "$") if whole == "x" else ("{", "}")
            node = Sequence([Assertion(first), node, Assertion(last)])
        return Regex(node, groups, lines=lines, multiline=False)
    except (RecursionError, OverflowError, re.error) as error:
        raise RegexError("Regular expression too big") from error


def escape(text: bytes, *, extended: bool = True) -> bytes:
    """A pattern that matches this text and nothing else."""
    special = b".[\\*^$" + (b"+?(){}|" if extended else b"")
    return b"".join(b"\\" + bytes((c,)) if c in special else bytes((c,)) for c in text)
