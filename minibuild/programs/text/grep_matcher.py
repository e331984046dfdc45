"""Patterns of grep → what finds them: in a block of whole lines at once where that is safe, else line by
line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from minibuild.programs.text.regex import LONG_SUBJECT, RegexError, compile_patterns
from minibuild.programs.text.regex_perl import perl_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.programs.text.regex import Regex

Span = tuple[int, int]


class Matcher(Protocol):
    """Finds lines that match, and what matches in them."""

    def lines(self, block: bytes) -> Iterator[Span]:
        """Where the matching lines of a block of lines are, in order; each with its delimiter."""

    def block_parts(self, block: bytes) -> tuple[int, list[bytes]] | None:
        """How many matches there are in a block, and those that are not empty, each with a newline.

        None where that must be asked line by line.
        """

    def parts(self, line: bytes) -> Iterator[Span]:
        """Where the matches in a line without its delimiter are: the leftmost and longest ones, none of them
        empty.
        """


def compile_matcher(
    patterns: list[bytes], kind: str, *, ignore_case: bool, whole: str, delimiter: bytes, once: bool
) -> Matcher:
    """The matcher for any of the patterns. `kind` is G, E, F or P; `whole` is "x" (lines), "w" (words) or
    empty.

    `once`: only the first match of a literal in a line counts (busybox). RegexError when a pattern is wrong.
    """
    if not patterns:
        return _Nothing()
    if kind == "F" and whole == "x" and not ignore_case:
        return _Lines(frozenset(patterns), delimiter)
    if kind == "P":
        return _perl(patterns, ignore_case=ignore_case, whole=whole, delimiter=delimiter)
    regex = compile_patterns(tuple(patterns), kind=kind, ignore_case=ignore_case, whole=whole)
    fast = None
    if delimiter == b"\n" and not regex.nested:
        fast = compile_patterns(
            tuple(patterns), kind=kind, ignore_case=ignore_case, whole=whole, lines=True
        ).pattern
    return _Expressions(regex, fast, delimiter, once=once and kind == "F")


class _OneByOne:
    def block_parts(self, block: bytes) -> None:  # noqa: ARG002
        return None


class _Nothing(_OneByOne):
    """No pattern at all: nothing matches."""

    def lines(self, block: bytes) -> Iterator[Span]:  # noqa: ARG002
        return iter(())

    def parts(self, line: bytes) -> Iterator[Span]:  # noqa: ARG002
        return iter(())


class _Lines(_OneByOne):
    """Whole lines out of a set."""

    def __init__(self, wanted: frozenset[bytes], delimiter: bytes) -> None:
        self.wanted, self.delimiter = wanted, delimiter

    def lines(self, block: bytes) -> Iterator[Span]:
        start = 0
        for line in block.split(self.delimiter):
            end = start + len(line) + 1
            if line in self.wanted and start < len(block):
                yield start, min(end, len(block))
            start = end

    def parts(self, line: bytes) -> Iterator[Span]:
        if line and line in self.wanted:
            yield 0, len(line)


class _Expressions:
    """POSIX expressions. `fast` finds them in many lines at once."""

    def __init__(self, regex: Regex, fast: re.Pattern[bytes] | None, delimiter: bytes, *, once: bool) -> None:
        self.regex, self.fast, self.delimiter, self.once = regex, fast, delimiter, once

    def lines(self, block: bytes) -> Iterator[Span]:
        if self.fast is not None and (self.regex.bounded or _longest_line(block) < LONG_SUBJECT):
            return _lines_at_once(self.fast, block)
        return _lines_one_by_one(self.regex.found, block, self.delimiter)

    def block_parts(self, block: bytes) -> tuple[int, list[bytes]] | None:
        if self.fast is None or not self.regex.simple or self.once or self.regex.fresh_words:
            return None
        found = [match[0] for match in self.fast.finditer(block)]
        return len(found), [part + b"\n" for part in found if part]

    def parts(self, line: bytes) -> Iterator[Span]:
        at = 0
        while at <= len(line) and (match := self.regex.search(line, at)) is not None:
            start, end = match.span()
            if end > start:
                yield start, end
                if self.once:
                    return
            at = end + (end == start)


class _Perl(_OneByOne):
    """Perl's expressions, as Python has them. `keep`: \\K was used, the match is shown from there on."""

    def __init__(self, pattern: re.Pattern[bytes], keep: bool, delimiter: bytes) -> None:
        self.pattern, self.keep, self.delimiter = pattern, keep, delimiter

    def lines(self, block: bytes) -> Iterator[Span]:
        return _lines_one_by_one(lambda line: self.pattern.search(line) is not None, block, self.delimiter)

    def parts(self, line: bytes) -> Iterator[Span]:
        for match in self.pattern.finditer(line):
            start = match.end("keep") if self.keep else match.start()
            if match.end() > start:
                yield start, match.end()


def _perl(patterns: list[bytes], *, ignore_case: bool, whole: str, delimiter: bytes) -> _Perl:
    if len(patterns) > 1:
        raise RegexError("the -P option only supports a single pattern")
    source, keep = perl_source(patterns[0])
    if whole:
        source = rb"\A(?:" + source + rb")\Z" if whole == "x" else rb"(?<!\w)(?:" + source + rb")(?!\w)"
    try:
        pattern = re.compile(source, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(str(error)) from None
    return _Perl(pattern, keep, delimiter)


def _lines_at_once(pattern: re.Pattern[bytes], block: bytes) -> Iterator[Span]:
    """The lines of a block in which a pattern that never matches a newline is found."""
    search, find, rfind, total = pattern.search, block.find, block.rfind, len(block)
    at = 0
    while at < total and (match := search(block, at)) is not None:
        place = match.start()
        if place == total and block[-1:] == b"\n":
            return  # after the last newline there is no line
        start = rfind(b"\n", at, place) + 1 or at
        end = find(b"\n", place) + 1 or total
        yield start, end
        at = end


def _longest_line(block: bytes) -> int:
    return max(map(len, block.split(b"\n")))


def _lines_one_by_one(found: object, block: bytes, delimiter: bytes) -> Iterator[Span]:
    assert callable(found)
    start, total = 0, len(block)
    while start < total:
        end = block.find(delimiter, start)
        end = total if end < 0 else end
        if found(block[start:end]):
            yield start, min(end + 1, total)
        start = end + 1
