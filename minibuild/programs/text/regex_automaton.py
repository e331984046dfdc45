"""The automaton of a pattern: does Python's backtracking give the right answer, and where does the longest
match end?

Python's `re` takes the first branch that fits and may need exponential time; POSIX wants the longest match.
A pattern is *plain* when at most one way leads on after each byte: then both agree. For the others the lazily
built deterministic automaton gives the end of the longest match, in one pass over the bytes.
"""

from __future__ import annotations

from minibuild.programs.text.regex_parse import (
    WORD,
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

# Kinds of states. LOOP: the head of an endless repetition; PLACE: goes on where its assertion holds; OPEN and
# CLOSE: a group's ends; AGAIN: what a group matched.
BYTE, SPLIT, LOOP, PLACE, OPEN, CLOSE, AGAIN, ACCEPT = range(8)
# What is on one side of a place: nothing, a byte of a word, another byte.
NOTHING, INSIDE, OUTSIDE = range(3)
SIDES = bytes(INSIDE if WORD >> byte & 1 else OUTSIDE for byte in range(256))


class TooComplexError(Exception):
    """No automaton of reasonable size exists."""


def holds(assertion: str, before: int, after: int) -> bool:
    """Does an assertion hold between these sides?"""
    if assertion in "^`":
        return before == NOTHING
    if assertion in "$'":
        return after == NOTHING
    if assertion == "{":
        return before != INSIDE
    if assertion == "}":
        return after != INSIDE
    if assertion == "<":
        return before != INSIDE and after == INSIDE
    if assertion == ">":
        return before == INSIDE and after != INSIDE
    boundary = (before == INSIDE) != (after == INSIDE)
    return boundary if assertion == "b" else not boundary


class Automaton:
    """A nondeterministic automaton (Thompson's construction), and the deterministic one that grows from it.

    State 0 accepts. `arguments` holds a BYTE's set, a PLACE's assertion, a group's number. `exact` is False
    when it has back-references, which no deterministic automaton follows.
    """

    def __init__(self, node: Node) -> None:
        self.kinds: list[int] = []
        self.masks: list[int] = []
        self.places: list[str] = []
        self.next: list[list[int]] = []
        self.exact = True
        self._state(ACCEPT)
        self.start = self._build(node, 0)
        self.tables: dict[tuple[frozenset[int], int, bool], _State] = {}

    def _state(self, kind: int, argument: int = 0, *following: int, place: str = "") -> int:
        if len(self.kinds) >= STATE_LIMIT:
            raise TooComplexError
        self.kinds.append(kind)
        self.masks.append(argument)
        self.places.append(place)
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
            inner = self._build(node.part, self._state(CLOSE, node.number, after))
            return self._state(OPEN, node.number, inner)
        if isinstance(node, Repeat):
            return self._build_repeat(node, after)
        if isinstance(node, Reference):
            self.exact = False
            return self._state(AGAIN, node.number, after)
        assert isinstance(node, Assertion)
        return self._state(PLACE, 0, after, place=node.kind)

    def _build_repeat(self, node: Repeat, after: int) -> int:
        if node.high is None:
            loop = self._state(LOOP)
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
        if not self.exact:
            return False
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

    def closure(self, states: frozenset[int], before: int, after: int) -> set[int]:
        """All states that are reached without a byte, at a place with these sides."""
        seen, stack = set[int](), list(states)
        while stack:
            state = stack.pop()
            if state not in seen:
                seen.add(state)
                kind = self.kinds[state]
                if kind != BYTE and (kind != PLACE or holds(self.places[state], before, after)):
                    stack.extend(self.next[state])
        return seen

    def longest(self, data: bytes, start: int) -> int:
        """Where the longest match that begins at `start` ends; -1 without one."""
        state = self._begin(data, start, anywhere=False)
        best = -1
        for at in range(start, len(data)):
            accepts, following = state.step(data[at])
            if accepts:
                best = at
            if following is None:
                return best
            state = following
        return len(data) if state.accepts_at_end() else best

    def occurs(self, data: bytes, start: int) -> bool:
        """Does a match begin anywhere at or after `start`?"""
        state = self._begin(data, start, anywhere=True)
        for at in range(start, len(data)):
            accepts, following = state.step(data[at])
            if accepts:
                return True
            if following is None:
                return False
            state = following
        return state.accepts_at_end()

    def first(self, data: bytes, start: int) -> int:
        """The leftmost place at or after `start` where a match begins; -1 without one.

        One pass in which each state knows the leftmost place that leads to it.
        """
        if not self.occurs(data, start):
            return -1
        best, total = len(data) + 1, len(data)
        begins: dict[int, int] = {}
        for at in range(start, total + 1):
            if best > total:
                begins.setdefault(self.start, at)
            before = SIDES[data[at - 1]] if at else NOTHING
            after = SIDES[data[at]] if at < total else NOTHING
            reached: dict[int, int] = {}
            for state, begin in sorted(begins.items(), key=lambda item: item[1]):
                for one in self.closure(frozenset((state,)), before, after):
                    reached.setdefault(one, begin)
            best = min(best, reached.get(0, best))
            begins = {}
            for state, begin in reached.items():
                if (
                    begin < best
                    and self.kinds[state] == BYTE
                    and at < total
                    and self.masks[state] >> data[at] & 1
                ):
                    following = self.next[state][0]
                    begins[following] = min(begin, begins.get(following, begin))
            if best <= total and not begins:
                break
        return best

    def _begin(self, data: bytes, start: int, *, anywhere: bool) -> _State:
        before = SIDES[data[start - 1]] if start else NOTHING
        return self.table(frozenset((self.start,)), before, anywhere)

    def table(self, states: frozenset[int], before: int, anywhere: bool) -> _State:
        """The deterministic state of a set; made once (the cache is emptied when it grows too large)."""
        key = (states, before, anywhere)
        found = self.tables.get(key)
        if found is None:
            if len(self.tables) > CACHE_LIMIT:
                self.tables.clear()
            found = self.tables[key] = _State(self, states, before, anywhere)
        return found


class _State:
    """One state of the deterministic automaton: states at a place of which only the left side is known.

    `anywhere`: a match may also begin at any later place.
    """

    __slots__ = ("anywhere", "automaton", "before", "row", "states")

    def __init__(self, automaton: Automaton, states: frozenset[int], before: int, anywhere: bool) -> None:
        self.automaton, self.states, self.before, self.anywhere = automaton, states, before, anywhere
        self.row: dict[int, tuple[bool, _State | None]] = {}

    def step(self, byte: int) -> tuple[bool, _State | None]:
        """Is there a match that ends before this byte? And the state after it; None when nothing can match
        any more.
        """
        try:
            return self.row[byte]
        except KeyError:
            automaton = self.automaton
            kinds, masks = automaton.kinds, automaton.masks
            reached = automaton.closure(self.states, self.before, SIDES[byte])
            targets = {automaton.next[s][0] for s in reached if kinds[s] == BYTE and masks[s] >> byte & 1}
            if self.anywhere:
                targets.add(automaton.start)
            following = None
            if targets:
                following = automaton.table(frozenset(targets), SIDES[byte], self.anywhere)
            self.row[byte] = (0 in reached, following)
            return self.row[byte]

    def accepts_at_end(self) -> bool:
        """Is there a match that ends with the subject?"""
        return 0 in self.automaton.closure(self.states, self.before, NOTHING)
