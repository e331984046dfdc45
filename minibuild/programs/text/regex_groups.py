"""Matching with groups by backtracking over the automaton, with what bounds its time.

Without back-references no pair of state and place is tried twice, so the time is that of a product; with them
a budget ends the search. Only patterns that Python's `re` might never finish come here.
"""

from __future__ import annotations

from minibuild.programs.text.regex_automaton import (
    ACCEPT,
    AGAIN,
    BYTE,
    CLOSE,
    LOOP,
    NOTHING,
    OPEN,
    PLACE,
    SIDES,
    Automaton,
    holds,
)

BUDGET = 2_000_000  # steps


class Found:
    """A match, with the part of `re.Match` that is used of it."""

    __slots__ = ("_data", "_spans")

    def __init__(self, data: bytes, spans: dict[int, tuple[int, int]]) -> None:
        self._data, self._spans = data, spans

    def span(self, group: int = 0) -> tuple[int, int]:
        """Begin and end of a group; (-1, -1) when it took no part."""
        return self._spans.get(group, (-1, -1))

    def start(self, group: int = 0) -> int:
        """Where a group begins."""
        return self.span(group)[0]

    def end(self, group: int = 0) -> int:
        """Where a group ends."""
        return self.span(group)[1]

    def __getitem__(self, group: int) -> bytes | None:
        start, end = self.span(group)
        return None if start < 0 else self._data[start:end]


class BudgetError(Exception):
    """The search was given up."""


def match_between(automaton: Automaton, data: bytes, start: int, end: int) -> Found | None:
    """The match of exactly data[start:end], with the groups that come first in the pattern's order."""
    for spans in _Walk(automaton, data).walk(start):
        if spans[0][1] == end:
            return Found(data, spans)
    return None


def search_longest(automaton: Automaton, data: bytes, start: int) -> Found | None:
    """The leftmost and then longest match of a pattern with back-references. BudgetError when that takes too
    long.
    """
    walk = _Walk(automaton, data)
    for begin in range(start, len(data) + 1):
        best = max(walk.walk(begin), key=lambda spans: spans[0][1], default=None)
        if best is not None:
            return Found(data, best)
    return None


class _Walk:
    def __init__(self, automaton: Automaton, data: bytes) -> None:
        self.automaton, self.data, self.budget = automaton, data, BUDGET

    def walk(self, start: int) -> list[dict[int, tuple[int, int]]]:
        """Every end of a match that begins at `start`, each with the groups of its first way."""
        automaton, data = self.automaton, self.data
        kinds, arguments, following = automaton.kinds, automaton.masks, automaton.next
        ends: dict[int, dict[int, tuple[int, int]]] = {}
        seen = set[tuple[int, int]]()
        stack: list[tuple[int, int, dict[int, tuple[int, int]]]] = [(automaton.start, start, {})]
        while stack:
            state, at, groups = stack.pop()
            self.budget -= 1
            if self.budget < 0:
                raise BudgetError
            if automaton.exact:
                if (state, at) in seen:
                    continue
                seen.add((state, at))
            kind = kinds[state]
            if kind == ACCEPT:
                spans = {number: span for number, span in groups.items() if number > 0 and span[1] >= 0}
                ends.setdefault(at, {**spans, 0: (start, at)})
                continue
            if kind == BYTE:
                if at < len(data) and arguments[state] >> data[at] & 1:
                    stack.append((following[state][0], at + 1, groups))
                continue
            if kind == AGAIN:
                begin, end = groups.get(arguments[state], (-1, -1))
                if end < 0 or not data.startswith(data[begin:end], at):
                    continue
                at += end - begin
            elif kind == OPEN:
                groups = {**groups, arguments[state]: (at, -1)}
            elif kind == CLOSE:
                groups = {**groups, arguments[state]: (groups[arguments[state]][0], at)}
            elif kind == PLACE:
                before = SIDES[data[at - 1]] if at else NOTHING
                after = SIDES[data[at]] if at < len(data) else NOTHING
                if not holds(automaton.places[state], before, after):
                    continue
            elif kind == LOOP and not automaton.exact:
                if groups.get(~state) == (at, at):
                    continue  # an empty turn leads nowhere new
                groups = {**groups, ~state: (at, at)}
            stack.extend((one, at, groups) for one in reversed(following[state]))
        return list(ends.values())
