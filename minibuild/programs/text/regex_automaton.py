"""The automaton of a pattern: is Python's backtracking exact and linear for it, and where does the longest
match end?

Python's `re` takes the first branch that fits and may need exponential time; POSIX wants the longest match. A
pattern is *plain* when at most one way leads on after each byte: then both agree. For the others the lazily
built deterministic automaton gives the end of the longest match, in one pass over the bytes.
"""

from __future__ import annotations

from minibuild.programs.text.regex_parse import (
    Assertion,
    Bytes,
    Choice,
    Group,
    Node,
    Reference,
    Repeat,
    Sequence,
)

STATE_LIMIT = 3000
CACHE_LIMIT = 2000

BYTE, SPLIT, BEGIN, END, ACCEPT = range(5)


class TooComplexError(Exception):
    """No automaton of reasonable size exists: back-references, word boundaries, huge repetitions."""


class Automaton:
    """A nondeterministic automaton (Thompson's construction) and the deterministic one that grows from it."""

    def __init__(self, node: Node) -> None:
        self.kinds: list[int] = []
        self.masks: list[int] = []
        self.next: list[list[int]] = []
        accept = self._state(ACCEPT)
        self.start = self._build(node, accept)
        self.tables: dict[frozenset[int], _State] = {}

    def _state(self, kind: int, mask: int = 0, *following: int) -> int:
        if len(self.kinds) >= STATE_LIMIT:
            raise TooComplexError
        self.kinds.append(kind)
        self.masks.append(mask)
        self.next.append(list(following))
        return len(self.kinds) - 1

    def _build(self, node: Node, after: int) -> int:
        """The first state of a machine for `node` that goes on to `after`."""
        if isinstance(node, Bytes):
            return self._state(BYTE, node.mask, after)
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                after = self._build(part, after)
            return after
        if isinstance(node, Choice):
            return self._state(SPLIT, 0, *[self._build(branch, after) for branch in node.branches])
        if isinstance(node, Group):
            return self._build(node.part, after)
        if isinstance(node, Repeat):
            return self._build_repeat(node, after)
        if isinstance(node, Assertion) and node.kind in "^`":
            return self._state(BEGIN, 0, after)
        if isinstance(node, Assertion) and node.kind in "$'":
            return self._state(END, 0, after)
        assert isinstance(node, (Assertion, Reference))
        raise TooComplexError

    def _build_repeat(self, node: Repeat, after: int) -> int:
        if node.high is None:
            loop = self._state(SPLIT, 0)
            self.next[loop] = [self._build(node.part, loop), after]
            entry = loop
        else:
            entry = after
            for _ in range(node.high - node.low):
                entry = self._state(SPLIT, 0, self._build(node.part, entry), after)
        for _ in range(node.low):
            entry = self._build(node.part, entry)
        return entry

    def plain(self) -> bool:
        """Does each byte leave at most one way on? (Glushkov's determinism, with no empty loops.)"""
        sources = [self.start, *(self.next[i][0] for i, kind in enumerate(self.kinds) if kind == BYTE)]
        for source in set(sources):
            seen, stack, taken = set[int](), [source], 0
            while stack:
                state = stack.pop()
                if state in seen:
                    return False
                seen.add(state)
                if self.kinds[state] == BYTE:
                    if self.masks[state] & taken:
                        return False
                    taken |= self.masks[state]
                else:
                    stack.extend(self.next[state])
        return True

    def closure(self, states: list[int], *, begin: bool, end: bool) -> frozenset[int]:
        """All states that are reached without a byte; `begin`, `end`: the place is the subject's beginning or
        end.
        """
        seen, stack = set[int](), list(states)
        while stack:
            state = stack.pop()
            if state in seen:
                continue
            seen.add(state)
            kind = self.kinds[state]
            if kind == SPLIT or (kind == BEGIN and begin) or (kind == END and end):
                stack.extend(self.next[state])
        return frozenset(seen)

    def longest(self, data: bytes, start: int) -> int:
        """Where the longest match that begins at `start` ends; -1 without one."""
        state = self.table(self.closure([self.start], begin=start == 0, end=False))
        best = -1
        for at in range(start, len(data)):
            if state.accepts:
                best = at
            step = state.step(data[at])
            if step is None:
                return best
            state = step
        final = self.closure(list(state.states), begin=start == len(data) == 0, end=True)
        return len(data) if 0 in final else best

    def first(self, data: bytes, start: int) -> int:
        """The leftmost place at or after `start` where a match begins; -1 without one."""
        if not self._occurs(data, start):
            return -1
        return next((at for at in range(start, len(data) + 1) if self.longest(data, at) >= 0), -1)

    def _occurs(self, data: bytes, start: int) -> bool:
        """Does a match begin anywhere at or after `start`? One pass: each place adds the first states again.
        """
        fresh = self.closure([self.start], begin=False, end=False)
        states = self.closure([self.start], begin=start == 0, end=False)
        seen: dict[tuple[frozenset[int], int], frozenset[int]] = {}
        for at in range(start, len(data)):
            if 0 in states:
                return True
            key = (states, data[at])
            following = seen.get(key)
            if following is None:
                step = self.table(states).step(data[at])
                following = fresh if step is None else step.states | fresh
                if len(seen) < CACHE_LIMIT:
                    seen[key] = following
            states = following
        return 0 in self.closure(list(states), begin=len(data) == 0, end=True)

    def table(self, states: frozenset[int]) -> _State:
        """The deterministic state of a set; made once (the cache is emptied when it grows too large)."""
        found = self.tables.get(states)
        if found is None:
            if len(self.tables) > CACHE_LIMIT:
                self.tables.clear()
            found = self.tables[states] = _State(self, states)
        return found


class _State:
    """One state of the deterministic automaton: a row of 256 following states, filled when asked for."""

    __slots__ = ("accepts", "automaton", "row", "states")

    def __init__(self, automaton: Automaton, states: frozenset[int]) -> None:
        self.automaton, self.states = automaton, states
        self.accepts = 0 in states
        self.row: dict[int, _State | None] = {}

    def step(self, byte: int) -> _State | None:
        """The state after a byte; None when nothing can match any more."""
        try:
            return self.row[byte]
        except KeyError:
            automaton = self.automaton
            targets = [
                automaton.next[s][0]
                for s in self.states
                if automaton.kinds[s] == BYTE and automaton.masks[s] >> byte & 1
            ]
            found = None
            if targets:
                found = automaton.table(automaton.closure(targets, begin=False, end=False))
            self.row[byte] = found
            return found
