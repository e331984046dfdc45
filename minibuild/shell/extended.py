"""bash's extended patterns: `?(a|b)` `*(a|b)` `+(a|b)` `@(a|b)` `!(a|b)`, and its options for globbing.

Matching goes by sets of places, so that no pattern takes more than polynomial time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.globbing import Globbing
from minibuild.shell.octets import narrow
from minibuild.shell.pattern import ESCAPE, Pattern, bracket_expression, compile_pattern, may_match

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Ends = Callable[[str, int], set[int]]  # the places where a match that begins at a place may end

_KINDS = "?*+@!"


def has_groups(pattern: str) -> bool:
    """Whether there is an active `@(` or the like in a pattern."""
    at = pattern.find("(")
    while at > 0:
        if pattern[at - 1] in _KINDS and pattern[at - 2 : at - 1] not in (ESCAPE, "\\"):
            return True
        at = pattern.find("(", at + 1)
    return False


def compile_bash_pattern(pattern: str, shopt: Collection[str], *, extended: bool | None = None) -> Pattern:
    """The compiled pattern; extended ones are known with `extglob`, or when `extended` says so."""
    ignore_case = "nocasematch" in shopt
    if (("extglob" in shopt) if extended is None else extended) and has_groups(pattern):
        return GroupPattern(pattern, ignore_case=ignore_case)
    return compile_pattern(pattern, ignore_case=ignore_case)


class GroupPattern(Pattern):
    """A pattern with groups."""

    __slots__ = ("_ends",)

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        super().__init__([])
        self._ends = _Reader(pattern, re.IGNORECASE if ignore_case else 0).alternatives("")[0]

    @property
    def literal(self) -> str | None:
        """There is always more than one text that it matches."""
        return None

    def matches(self, text: str) -> bool:
        """Does it match the whole text?"""
        return len(text) in self._ends(text, 0)

    def prefix(self, text: str, longest: bool, start: int = 0) -> int:
        """Where the longest or shortest match that begins at `start` ends; -1 when there is none."""
        ends = self._ends(text, start)
        return -1 if not ends else max(ends) if longest else min(ends)

    def suffix(self, text: str, longest: bool) -> int:
        """Where the longest or shortest match that reaches to the end begins; -1 when there is none."""
        places = range(len(text) + 1) if longest else range(len(text), -1, -1)
        return next((place for place in places if len(text) in self._ends(text, place)), -1)

    def search(self, text: str, start: int) -> tuple[int, int] | None:
        """The leftmost match from `start` on, and the longest one there."""
        for place in range(start, len(text) + 1):
            ends = self._ends(text, place)
            if ends:
                return place, max(ends)
        return None


class _Reader:
    """Reads a pattern into functions."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags, self.at = pattern, flags, 0

    def alternatives(self, closing: str) -> list[Ends]:
        """Sequences up to `closing`, separated by `|` within a group."""
        found: list[Ends] = []
        sequence: list[Ends] = []
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if closing and char in "|)":
                self.at += 1
                found.append(_sequence(sequence))
                sequence = []
                if char == ")":
                    return found
                continue
            sequence.append(self.item())
        return [*found, _sequence(sequence)]

    def item(self) -> Ends:
        pattern, at = self.pattern, self.at
        char = pattern[at]
        if char in _KINDS and pattern[at + 1 : at + 2] == "(" and self._closed(at + 2):
            self.at += 2
            return _group(char, self.alternatives(")"))
        self.at += 1
        if char == "*":
            return lambda text, start: set(range(start, len(text) + 1))
        if char == "?":
            return lambda text, start: {start + 1} if start < len(text) else set()
        if char == "[" and (bracket := bracket_expression(pattern, self.at, True)) is not None:
            expression, self.at = bracket
            return self._one(expression)
        if char in (ESCAPE, "\\") and self.at < len(pattern):
            char = pattern[self.at]
            self.at += 1
        if self.flags:
            return self._one(re.escape(char))
        return lambda text, start: {start + 1} if text.startswith(char, start) else set()

    def _one(self, expression: str) -> Ends:
        compiled = re.compile(expression, re.DOTALL | self.flags)
        return lambda text, start: {start + 1} if compiled.match(text, start) else set()

    def _closed(self, at: int) -> bool:
        """Whether the group whose inside begins at `at` is closed."""
        depth = 1
        while at < len(self.pattern):
            char = self.pattern[at]
            if char in (ESCAPE, "\\"):
                at += 1
            elif char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if not depth:
                    return True
            at += 1
        return False


def _sequence(items: list[Ends]) -> Ends:
    def ends(text: str, start: int) -> set[int]:
        places = {start}
        for item in items:
            places = set().union(*(item(text, place) for place in places))
            if not places:
                break
        return places

    return ends


def _group(kind: str, alternatives: list[Ends]) -> Ends:
    def once(text: str, start: int) -> set[int]:
        return set().union(*(alternative(text, start) for alternative in alternatives))

    def often(text: str, start: int) -> set[int]:
        found = {start} if kind == "*" else set()
        ahead = once(text, start)
        while ahead:
            found |= ahead
            ahead = set().union(*(once(text, place) for place in ahead)) - found
        return found

    if kind == "@":
        return once
    if kind == "?":
        return lambda text, start: {start} | once(text, start)
    if kind == "!":
        return lambda text, start: set(range(start, len(text) + 1)) - once(text, start)
    return often


class BashGlobbing(Globbing):
    """Pathname expansion with bash's options."""

    __slots__ = ("extended",)

    def __init__(self, shopt: Collection[str]) -> None:
        super().__init__(
            dots="dotglob" in shopt, recursive="globstar" in shopt, ignore_case="nocaseglob" in shopt
        )
        self.extended = "extglob" in shopt

    def compile(self, component: str) -> Callable[[str], bool] | None:
        """The match of one component."""
        if not (self.extended and has_groups(component)):
            return super().compile(component)
        pattern = GroupPattern(narrow(component), ignore_case=self.ignore_case)
        return lambda name: (self.dots or not name.startswith(".")) and pattern.matches(name)

    def is_active(self, field: str) -> bool:
        """Whether there is anything to match in a field."""
        return (may_match(field) or (self.extended and has_groups(field))) and super().is_active(field)
