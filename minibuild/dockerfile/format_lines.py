"""An instruction as it stands in its lines, and the lines that a new layout gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.lines import split_continuation
from minibuild.dockerfile.records import Record
from minibuild.dockerfile.spaces import UNICODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_STEP = "    "
# An instruction on one line is broken at its chain's operators when it is longer than this.
WIDTH = 100


class Break(Record):
    """A continuation: where it is in the joined text, and the comment and blank lines that follow it."""

    offset: int
    between: tuple[str, ...] = ()


class Source(Record):
    """The joined `text` of an instruction, its `breaks`, and how many lines it takes (no here-documents)."""

    text: str
    breaks: tuple[Break, ...]
    count: int


class Token(Record):
    """A part of an instruction's text that stays as it is: `text[start:end]`.

    `gap` is what separates it from the token before when both stand on one line; None means a blank if there
    is one. `level` is its indentation when it starts a line. `may_part` tells that a blank may stand before
    it even where there is none; `wants_break` that a long instruction is broken before it; `trails` that a
    break before it belongs behind it.
    """

    start: int
    end: int
    level: int = 0
    gap: str | None = None
    may_part: bool = False
    wants_break: bool = False
    trails: bool = False


def read_source(lines: Sequence[str], escape: str) -> Source:
    """The instruction that starts in the first of `lines` (without line ends)."""
    text, goes_on = split_continuation(lines[0].lstrip(UNICODE), escape)
    parts, length, count = [text], len(text), 1
    breaks: list[Break] = []
    between: list[str] = []
    while goes_on and count < len(lines):
        line = lines[count]
        count += 1
        bare = line.strip(UNICODE)
        if not bare or bare.startswith("#"):
            between.append(bare)
            continue
        breaks.append(Break(length, tuple(between)))
        between.clear()
        text, goes_on = split_continuation(line, escape)
        parts.append(text)
        length += len(text)
    if goes_on:
        breaks.append(Break(length, tuple(between)))
    return Source("".join(parts), tuple(breaks), count)


def lay_out(source: Source, tokens: Sequence[Token], escape: str) -> tuple[list[str], list[str]] | None:
    """(the lines of the instruction made of `tokens`, comments to come below it), or None when a break splits
    its keyword.

    Breaks between tokens stay, move behind the operator that they stand before, or are added where a token
    wants one; breaks within a token stay with every blank around them.
    """
    if source.breaks and source.breaks[0].offset < tokens[0].end:
        return None
    before, within, left_over = _sorted_breaks(source, tokens, escape)
    _trail(before, tokens)
    if source.breaks or _width(tokens) > WIDTH:
        for number, token in enumerate(tokens):
            if token.wants_break:
                before.setdefault(number, [])
    least = min((tokens[number].level for number in before), default=0)
    lines = [""]
    for number, token in enumerate(tokens):
        between = before.get(number)
        if between is not None:
            indent = _STEP * (token.level - least + 1) if _may_part(tokens, number) else ""
            lines[-1] += f" {escape}" if indent else escape
            lines += [indent + line if line else "" for line in _squeezed(between)]
            lines.append(indent)
        elif number:
            lines[-1] += _gap(tokens, number)
        first, *others = _kept(source.text, token, within.get(number, ()), escape)
        lines[-1] += first
        lines += others
    return lines, left_over


def _squeezed(lines: Sequence[str]) -> list[str]:
    """The lines with no more than one blank line, or lone continuation character, in a row."""
    kept: list[str] = []
    for line in lines:
        if line.startswith("#") or not kept or line != kept[-1]:
            kept.append(line)
    return kept


def _sorted_breaks(
    source: Source, tokens: Sequence[Token], escape: str
) -> tuple[dict[int, list[str]], dict[int, list[Break]], list[str]]:
    """(for the number of a token that starts a line the comment and blank lines above it, for the number of a
    token the breaks within it, the comments behind a continuation character that nothing follows).
    """
    before: dict[int, list[str]] = {}
    within: dict[int, list[Break]] = {}
    left_over: list[str] = []
    number = 0
    for point in source.breaks:
        while number < len(tokens) and tokens[number].end <= point.offset:
            number += 1
        if number == len(tokens):
            left_over += [line for line in point.between if line]
        elif tokens[number].start < point.offset:
            within.setdefault(number, []).append(point)
        elif number in before:
            # A line of nothing but the continuation character parts groups of lines as a blank one would.
            before[number] += [escape, *point.between]
        else:
            before[number] = list(point.between)
    return before, within, left_over


def _trail(before: dict[int, list[str]], tokens: Sequence[Token]) -> None:
    """Move the breaks in front of operators behind them."""
    for number, token in enumerate(tokens[:-1]):
        if token.trails and number in before:
            before[number + 1] = before.pop(number) + before.get(number + 1, [])


def _may_part(tokens: Sequence[Token], number: int) -> bool:
    """Whether blanks may stand before the token."""
    token = tokens[number]
    return token.may_part or token.gap is not None or tokens[number - 1].end < token.start


def _gap(tokens: Sequence[Token], number: int) -> str:
    """What separates the token from the one before on the same line."""
    token = tokens[number]
    if token.gap is not None:
        return token.gap
    return " " if tokens[number - 1].end < token.start else ""


def _width(tokens: Sequence[Token]) -> int:
    gaps = sum(len(_gap(tokens, number)) for number in range(1, len(tokens)))
    return gaps + sum(token.end - token.start for token in tokens)


def _kept(text: str, token: Token, breaks: Sequence[Break], escape: str) -> Iterator[str]:
    """The lines of one token, broken where it is broken in the source."""
    start = token.start
    for point in breaks:
        yield text[start : point.offset] + escape
        yield from _squeezed(point.between)
        start = point.offset
    yield text[start : token.end]
