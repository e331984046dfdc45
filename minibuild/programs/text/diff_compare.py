"""Which lines of two files differ.

The result is two lists of flags: line i was removed, line j was added. Of several shortest answers GNU's and
busybox's programs choose different ones, so each has its own way here: the two-sided search of Myers for GNU,
candidates of longest common subsequences (Hunt and McIlroy) for busybox.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Flags = list[bool]
LARGE = 1 << 60
LEAST_TRIES = 256


def compare_as_gnu(
    left: Sequence[bytes], right: Sequence[bytes], tick: Callable[[int], None], *, horizon: int
) -> tuple[Flags, Flags]:
    """What GNU's diff takes for removed and added.

    Equal beginnings and ends of the files are left out, but for `horizon` lines of each.
    """
    begin = 0
    while begin < min(len(left), len(right)) and left[begin] == right[begin]:
        begin += 1
    alike = 0
    while alike < min(len(left), len(right)) - begin and left[-1 - alike] == right[-1 - alike]:
        alike += 1
    begin, alike = max(begin - horizon, 0), max(alike - horizon, 0)
    middle_left, middle_right = left[begin : len(left) - alike], right[begin : len(right) - alike]
    removed, added = _changed(middle_left, middle_right, tick)
    head, tail = [False] * begin, [False] * alike
    return head + removed + tail, head + added + tail


def _changed(
    left: Sequence[bytes], right: Sequence[bytes], tick: Callable[[int], None]
) -> tuple[Flags, Flags]:
    removed, added = [False] * len(left), [False] * len(right)
    in_left, in_right = set(left), set(right)
    # Lines that the other file does not have are changes in any case; they are not searched for.
    kept_left = [at for at, line in enumerate(left) if line in in_right]
    kept_right = [at for at, line in enumerate(right) if line in in_left]
    for at in set(range(len(left))).difference(kept_left):
        removed[at] = True
    for at in set(range(len(right))).difference(kept_right):
        added[at] = True
    search = _Myers([left[at] for at in kept_left], [right[at] for at in kept_right], tick)
    search.run()
    for place in search.removed:
        removed[kept_left[place]] = True
    for place in search.added:
        added[kept_right[place]] = True
    _shift(left, removed, added)
    _shift(right, added, removed)
    return removed, added


class _Myers:
    """The shortest edit script, found from both ends at once, in parts."""

    def __init__(self, left: list[bytes], right: list[bytes], tick: Callable[[int], None]) -> None:
        self.left, self.right, self.tick = left, right, tick
        self.removed: list[int] = []
        self.added: list[int] = []
        self.forward: dict[int, int] = {}
        self.backward: dict[int, int] = {}

    def run(self) -> None:
        """Fill `removed` and `added`."""
        parts = [(0, len(self.left), 0, len(self.right))]
        while parts:
            x, x_end, y, y_end = parts.pop()
            while x < x_end and y < y_end and self.left[x] == self.right[y]:
                x, y = x + 1, y + 1
            while x < x_end and y < y_end and self.left[x_end - 1] == self.right[y_end - 1]:
                x_end, y_end = x_end - 1, y_end - 1
            if x == x_end:
                self.added.extend(range(y, y_end))
            elif y == y_end:
                self.removed.extend(range(x, x_end))
            else:
                x_mid, y_mid = self._middle(x, x_end, y, y_end)
                parts.append((x_mid, x_end, y_mid, y_end))
                parts.append((x, x_mid, y, y_mid))

    def _middle(self, x_start: int, x_end: int, y_start: int, y_end: int) -> tuple[int, int]:
        """A point that a shortest path goes through."""
        left, right, forward, backward = self.left, self.right, self.forward, self.backward
        lowest, highest = x_start - y_end, x_end - y_start
        low = high = x_start - y_start
        back_low = back_high = x_end - y_end
        odd = (low - back_low) % 2 == 1
        forward[low], backward[back_low] = x_start, x_end
        while True:
            low, high = _widen(forward, low, high, lowest, highest, -1)
            for diagonal in range(high, low - 1, -2):
                before, after = forward[diagonal - 1], forward[diagonal + 1]
                x = after if before < after else before + 1
                y = x - diagonal
                while x < x_end and y < y_end and left[x] == right[y]:
                    x, y = x + 1, y + 1
                forward[diagonal] = x
                if odd and back_low <= diagonal <= back_high and backward[diagonal] <= x:
                    return x, y
            back_low, back_high = _widen(backward, back_low, back_high, lowest, highest, LARGE)
            for diagonal in range(back_high, back_low - 1, -2):
                before, after = backward[diagonal - 1], backward[diagonal + 1]
                x = before if before < after else after - 1
                y = x - diagonal
                while x_start < x and y_start < y and left[x - 1] == right[y - 1]:
                    x, y = x - 1, y - 1
                backward[diagonal] = x
                if not odd and low <= diagonal <= high and x <= forward[diagonal]:
                    return x, y
            self.tick(1 + (high - low) // 50)


def _widen(
    reached: dict[int, int], low: int, high: int, lowest: int, highest: int, nothing: int
) -> tuple[int, int]:
    """One diagonal more on each side, as far as there are any."""
    if low > lowest:
        low -= 1
        reached[low - 1] = nothing
    else:
        low += 1
    if high < highest:
        high += 1
        reached[high + 1] = nothing
    else:
        high -= 1
    return low, high


def _shift(lines: Sequence[bytes], changed: Flags, other: Flags) -> None:
    """Move runs of changes as far down as their lines allow, unless they would meet a run of the other file
    above.
    """
    runs = _Runs(lines, changed, other)
    while runs.find():
        runs.settle()


class _Runs:
    """A walk over the runs of changes of one file, with the place in the other one beside it."""

    def __init__(self, lines: Sequence[bytes], changed: Flags, other: Flags) -> None:
        self.lines, self.total = lines, len(lines)
        self.changed, self.other = changed, other
        changed.append(False)
        other.append(False)
        self.start = self.end = self.beside = 0

    def find(self) -> bool:
        """The next run; False (and the flags as they were) when there is none."""
        while self.end < self.total and not self.changed[self.end]:
            self._next_beside()
            self.end += 1
        if self.end == self.total:
            self.changed.pop()
            self.other.pop()
            return False
        self.start = self.end
        while self.changed[self.end]:
            self.end += 1
        while self.other[self.beside]:
            self.beside += 1
        return True

    def _next_beside(self) -> None:
        """One unchanged line further in the other file."""
        while self.other[self.beside]:
            self.beside += 1
        self.beside += 1

    def _up(self) -> None:
        """Move the run up by a line."""
        self.start -= 1
        self.changed[self.start] = True
        self.end -= 1
        self.changed[self.end] = False

    def _back_beside(self) -> None:
        """One unchanged line back in the other file."""
        self.beside -= 1
        while self.beside >= 0 and self.other[self.beside]:
            self.beside -= 1

    def settle(self) -> None:
        """Move the run to its place."""
        lines, changed, other = self.lines, self.changed, self.other
        while True:
            length = self.end - self.start
            while self.start and lines[self.start - 1] == lines[self.end - 1]:
                self._up()
                while self.start and changed[self.start - 1]:
                    self.start -= 1
                self._back_beside()
            meeting = self.end if self.beside > 0 and other[self.beside - 1] else self.total
            meeting = self._down(meeting)
            if length == self.end - self.start:
                break
        while meeting < self.end:
            self._up()
            self._back_beside()

    def _down(self, meeting: int) -> int:
        """Move the run down as far as it goes; the last place where it meets one of the other file."""
        lines, changed, other = self.lines, self.changed, self.other
        while self.end != self.total and lines[self.start] == lines[self.end]:
            changed[self.start], changed[self.end] = False, True
            self.start += 1
            self.end += 1
            while changed[self.end]:
                self.end += 1
            self.beside += 1
            if other[self.beside]:
                meeting = self.end
                while other[self.beside]:
                    self.beside += 1
        return meeting


def compare_as_busybox(
    left: Sequence[bytes], right: Sequence[bytes], tick: Callable[[int], None], *, minimal: bool
) -> tuple[Flags, Flags]:
    """What busybox's diff takes for removed and added. `minimal`: it tries every candidate."""
    removed, added = [True] * len(left), [True] * len(right)
    begin = 0
    while begin < min(len(left), len(right)) and left[begin] == right[begin]:
        removed[begin] = added[begin] = False
        begin += 1
    end, other_end = len(left), len(right)
    while end > begin and other_end > begin and left[end - 1] == right[other_end - 1]:
        end, other_end = end - 1, other_end - 1
        removed[end] = added[other_end] = False
    places: dict[bytes, list[int]] = {}
    for at in range(begin, other_end):
        places.setdefault(right[at], []).append(at)
    tries = LARGE if minimal else max(LEAST_TRIES, int((end - begin) ** 0.5))
    for x, y in _common(left[begin:end], begin, places, tries, tick):
        removed[x] = added[y] = False
    return removed, added


def _common(
    lines: Sequence[bytes], begin: int, places: dict[bytes, list[int]], most: int, tick: Callable[[int], None]
) -> list[tuple[int, int]]:
    """A longest common subsequence, as pairs of lines. Of each length the candidate that ends first is kept.
    """
    candidates: list[tuple[int, int, int]] = [(-1, -1, 0)]  # line here, line there, number of the one before
    ends = [0]  # the candidate of each length
    places_there = [-1]
    for x, line in enumerate(lines):
        tick(1)
        found = places.get(line)
        if not found:
            continue
        before, last_length, tries = ends[0], 0, 0
        for y in found:
            if tries >= most:
                break
            if y <= candidates[before][1]:
                continue
            length = bisect_left(places_there, y)
            if length != last_length + 1:
                before = ends[length - 1]
            if length < len(ends):
                if places_there[length] <= y:
                    continue
                replaced = ends[length]
                candidates.append((x, y, before))
                ends[length], places_there[length] = len(candidates) - 1, y
                before, last_length, tries = replaced, length, tries + 1
            else:
                candidates.append((x, y, before))
                ends.append(len(candidates) - 1)
                places_there.append(y)
                break
    out: list[tuple[int, int]] = []
    at = ends[-1]
    while at:
        x, y, at = candidates[at]
        out.append((x + begin, y))
    return out
