"""Patterns with many wildcards, matched in time that grows with the path's length and the pattern's alone.

A backtracking regular expression may need time that is exponential in the number of wildcards: whoever wrote
the pattern could stop a build with one line.
"""

from __future__ import annotations

import re

# What a pattern is made of besides pieces that match one character each: `*`, `**` before something, `**` at
# the end.
STAR, STARS, REST = "[^/]*", "(?:.*/)?", ".*"
WILD = frozenset((STAR, STARS, REST))


class Automaton:
    """The regular expression that the pieces make together, followed as a set of states: bits of a number.

    Bit n says that n characters of the pattern are matched. Raise `re.error` for a piece that is no regular
    expression.
    """

    def __init__(self, pieces: list[str]) -> None:
        self._characters: list[re.Pattern[str]] = []
        self._accepting: dict[str, int] = {}
        self._star = self._stars = self._rest = 0  # the states in which wildcards may pass characters
        for piece in _with_classes(pieces):
            here = 1 << len(self._characters)
            if piece == STAR:
                self._star |= here
            elif piece == STARS:
                self._stars |= here
            elif piece == REST:
                self._rest |= here
            else:
                self._characters.append(re.compile(piece, re.DOTALL))

    def matches(self, path: str) -> bool:
        """Whether all of `path` matches."""
        states, inside = 1, 0  # `inside`: states whose `**` began, and may go on after a slash
        for char in path:
            inside |= states & self._stars
            following = (states & self._accepted(char)) << 1
            if char == "/":
                following |= inside
            else:
                following |= states & self._star
            if char == "\n":  # as `.` has it
                inside = 0
            else:
                following |= states & self._rest
            states = following
            if not states | inside:
                return False
        return bool(states >> len(self._characters))

    def _accepted(self, char: str) -> int:
        """The states that the character leads on from."""
        known = self._accepting.get(char)
        if known is None:
            known = sum(1 << n for n, pattern in enumerate(self._characters) if pattern.match(char))
            self._accepting[char] = known
        return known


def _with_classes(pieces: list[str]) -> list[str]:
    """The pieces with those of a character class, `[`, …, `]`, put together."""
    joined: list[str] = []
    open_ = False
    for piece in pieces:
        if not open_:
            joined.append(piece)
            open_ = piece == "["
            continue
        is_first = joined[-1] in ("[", "[^")
        joined[-1] += {STAR: "*", STARS: "*", REST: "*", "[^/]": "?"}.get(piece, piece)
        open_ = piece != "]" or is_first
    return joined
