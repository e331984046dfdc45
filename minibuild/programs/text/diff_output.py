"""How diff shows changes: unified, normal, context, side by side, as an ed script or RCS's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from minibuild.programs.text.diff_compare import Flags

    Write = Callable[[bytes], object]

NO_NEWLINE = b"\n\\ No newline at end of file\n"


@dataclass(frozen=True, slots=True)
class Change:
    """Lines start..end of the left file (from 0, the end excluded) became start..end of the right one."""

    left_start: int
    left_end: int
    right_start: int
    right_end: int


def changes_of(removed: Flags, added: Flags) -> list[Change]:
    """The changes in order."""
    out: list[Change] = []
    x = y = 0
    while x < len(removed) or y < len(added):
        start_x, start_y = x, y
        while x < len(removed) and removed[x]:
            x += 1
        while y < len(added) and added[y]:
            y += 1
        if x > start_x or y > start_y:
            out.append(Change(start_x, x, start_y, y))
        x, y = x + 1, y + 1
    return out


def hunks_of(changes: Sequence[Change], context: int, *, busybox: bool) -> Iterator[list[Change]]:
    """Changes that are shown together: those with so little between them that their contexts meet."""
    group: list[Change] = []
    gap = 2 * context
    for change in changes:
        if group:
            last = group[-1]
            if busybox:
                apart = change.left_start > last.left_end + gap and change.right_start > last.right_end + gap
            else:
                apart = change.left_start - last.left_end > gap
            if apart:
                yield group
                group = []
        group.append(change)
    if group:
        yield group


class Printer:
    """Writes the changes between two lists of lines (each with its newline, the last one perhaps without).

    `expand`: tabs as blanks (-t); `tab`: a tab after the marks, so that tabs in the lines stay aligned (-T).
    """

    def __init__(
        self,
        write: Write,
        left: Sequence[bytes],
        right: Sequence[bytes],
        *,
        expand: bool = False,
        tab: bool = False,
    ) -> None:
        self.write, self.left, self.right = write, left, right
        self.expand, self.tab = expand, tab

    def _lines(self, mark: bytes, lines: Sequence[bytes]) -> None:
        if self.tab:
            mark = (mark if len(mark) == 1 else mark[:1]) + b"\t"
        for raw in lines:
            line = raw.expandtabs() if self.expand else raw
            self.write(mark + line if line.endswith(b"\n") else mark + line + NO_NEWLINE)

    def unified(self, hunks: Iterator[list[Change]], context: int, title: Callable[[int], bytes]) -> None:
        """-u: one block for each hunk; `title` gives what stands after its second @@."""
        for hunk in hunks:
            first, last = hunk[0], hunk[-1]
            start = max(first.left_start - context, 0)
            other = max(first.right_start - context, 0)
            end = min(last.left_end + context, len(self.left))
            other_end = min(last.right_end + context, len(self.right))
            head = b"@@ -%s +%s @@" % (_span(start, end), _span(other, other_end))
            self.write(head + title(start) + b"\n")
            at = start
            for change in hunk:
                self._lines(b" ", self.left[at : change.left_start])
                self._lines(b"-", self.left[change.left_start : change.left_end])
                self._lines(b"+", self.right[change.right_start : change.right_end])
                at = change.left_end
            self._lines(b" ", self.left[at:end])

    def normal(self, changes: Sequence[Change]) -> None:
        """The traditional form."""
        for change in changes:
            left, right = (
                _range(change.left_start, change.left_end),
                _range(change.right_start, change.right_end),
            )
            if change.left_start == change.left_end:
                self.write(b"%da%s\n" % (change.left_start, right))
            elif change.right_start == change.right_end:
                self.write(b"%sd%d\n" % (left, change.right_start))
            else:
                self.write(b"%sc%s\n" % (left, right))
            self._lines(b"< ", self.left[change.left_start : change.left_end])
            if change.left_start != change.left_end and change.right_start != change.right_end:
                self.write(b"---\n")
            self._lines(b"> ", self.right[change.right_start : change.right_end])

    def context(self, hunks: Iterator[list[Change]], context: int, title: Callable[[int], bytes]) -> None:
        """-c: both sides of each hunk after one another."""
        for hunk in hunks:
            first, last = hunk[0], hunk[-1]
            start, end = max(first.left_start - context, 0), min(last.left_end + context, len(self.left))
            other = max(first.right_start - context, 0)
            other_end = min(last.right_end + context, len(self.right))
            self.write(b"***************" + title(start) + b"\n")
            self.write(b"*** %s ****\n" % _context_range(start, end))
            if any(change.left_end > change.left_start for change in hunk):
                self._side(
                    self.left,
                    start,
                    end,
                    [(c.left_start, c.left_end, c.right_end > c.right_start) for c in hunk],
                    b"- ",
                )
            self.write(b"--- %s ----\n" % _context_range(other, other_end))
            if any(change.right_end > change.right_start for change in hunk):
                spans = [(c.right_start, c.right_end, c.left_end > c.left_start) for c in hunk]
                self._side(self.right, other, other_end, spans, b"+ ")

    def _side(
        self, lines: Sequence[bytes], start: int, end: int, spans: list[tuple[int, int, bool]], mark: bytes
    ) -> None:
        at = start
        for begin, stop, both in spans:
            self._lines(b"  ", lines[at:begin])
            self._lines(b"! " if both else mark, lines[begin:stop])
            at = stop
        self._lines(b"  ", lines[at:end])

    def ed(self, changes: Sequence[Change]) -> None:
        """-e: commands for ed, from the end to the beginning."""
        for change in reversed(changes):
            left = _range(change.left_start, change.left_end)
            new = self.right[change.right_start : change.right_end]
            if change.left_start == change.left_end:
                self.write(b"%da\n" % change.left_start)
            else:
                self.write(left + (b"c\n" if new else b"d\n"))
            for line in new:
                self.write(line if line.endswith(b"\n") else line + b"\n")
            if new:
                self.write(b".\n")

    def rcs(self, changes: Sequence[Change]) -> None:
        """-n: the form of RCS."""
        for change in changes:
            if change.left_end > change.left_start:
                self.write(b"d%d %d\n" % (change.left_start + 1, change.left_end - change.left_start))
            new = self.right[change.right_start : change.right_end]
            if new:
                self.write(b"a%d %d\n" % (change.left_end, len(new)))
                for line in new:
                    self.write(line)

    def side_by_side(self, changes: Sequence[Change], width: int, *, suppress: bool) -> None:
        """-y: both files in two columns."""
        half = _half(width)
        at = other = 0
        for change in [*changes, Change(len(self.left), len(self.left), len(self.right), len(self.right))]:
            while at < change.left_start:
                if not suppress:
                    self._row(self.left[at], b" ", self.right[other], half)
                at, other = at + 1, other + 1
            old = list(self.left[change.left_start : change.left_end])
            new = list(self.right[change.right_start : change.right_end])
            for place in range(max(len(old), len(new))):
                one = old[place] if place < len(old) else None
                two = new[place] if place < len(new) else None
                self._row(one, b">" if one is None else b"<" if two is None else b"|", two, half)
            at, other = change.left_end, change.right_end

    def _row(self, left: bytes | None, mark: bytes, right: bytes | None, half: tuple[int, int]) -> None:
        if left is not None and right is not None and mark == b"|":
            ends = (left.endswith(b"\n"), right.endswith(b"\n"))
            mark = {(False, True): b"\\", (True, False): b"/"}.get(ends, mark)
        width, second = half
        text = (left or b"").rstrip(b"\n").expandtabs()[:width]
        column = len(text)
        if mark != b" ":
            place = (width + second - 1) // 2
            text, column = text + _tabs(column, place) + mark, place + 1
        if right is not None and right.rstrip(b"\n"):
            text += _tabs(column, second) + right.rstrip(b"\n").expandtabs()[:width]
        elif right is not None and mark == b" " and text:
            text += _tabs(column, second) if right != b"\n" else b""
        self.write(text + b"\n")


def _half(width: int) -> tuple[int, int]:
    """The width of a column and where the second one begins, as GNU works it out from the whole width."""
    offset = (width // 2 + 5 + (width & 1)) // 8 * 8
    first = max(0, min(offset - 3, width - offset))
    return (first, offset if first else width)


def _tabs(column: int, target: int) -> bytes:
    """Tabs and blanks from one column to another."""
    out = b""
    while column // 8 < target // 8:
        out += b"\t"
        column = (column // 8 + 1) * 8
    return out + b" " * (target - column)


def _span(start: int, end: int) -> bytes:
    """START,COUNT of a unified hunk."""
    if end - start == 1:
        return b"%d" % end
    return b"%d,%d" % (start + (end > start), end - start)


def _range(start: int, end: int) -> bytes:
    return b"%d" % end if end - start <= 1 else b"%d,%d" % (start + 1, end)


def _context_range(start: int, end: int) -> bytes:
    return b"%d" % end if end - start <= 1 else b"%d,%d" % (start + 1, end)
