"""Ignore files: which paths of a context a build does not see.

The rules are those of moby's pattern matcher as BuildKit walks with it. Patterns apply in order and the last
one that matches decides; `!` takes back. A pattern that matched a directory counts for everything below it.
`*` and `?` stay within one path component, `**` stands for any number of them.
"""

from __future__ import annotations

import posixpath
import re
import warnings
from typing import TYPE_CHECKING

from minibuild.dockerfile.spaces import UNICODE
from minibuild.dockerfile.wildcards import REST, STAR, STARS, WILD, Automaton
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Callable

# Directories whose result is remembered; a walk needs one a level.
_REMEMBERED = 4096
_PLAIN_IN_REGEX = ".+()|{}$"
# Regular expressions try the ways to divide a path between wildcards: with more of them, too many.
_FEW_WILD = 2
_SHORT = 100


class IgnoreError(MinibuildError):
    """A pattern that can't be read, with its line."""


class _Pattern:
    """One line: `text` without `!`, whether it takes back, and the test for a path."""

    __slots__ = ("components", "matches", "takes_back", "text")

    def __init__(self, text: str, takes_back: bool) -> None:
        self.text = text
        self.takes_back = takes_back
        self.matches = _matcher(text)
        self.components = text.split("/")

    def may_match_below(self, directory: list[str]) -> bool:
        """Whether the pattern may match a path below the directory, not being matched by it already."""
        for number, component in enumerate(self.components):
            if "**" in component:
                return True
            if number == len(directory):
                return True
            if not _matcher(component)(directory[number]):
                return False
        return False


class IgnoreFile:
    """The patterns of one ignore file. Paths are relative, with `/` between components."""

    def __init__(self, patterns: tuple[tuple[str, bool], ...]) -> None:
        self._patterns = tuple(_Pattern(text, takes_back) for text, takes_back in patterns)
        self._takes_back = any(pattern.takes_back for pattern in self._patterns)
        self._known: dict[str, tuple[bool, ...]] = {}

    @staticmethod
    def parse(text: str) -> IgnoreFile:
        """Read the text of an ignore file.

        Raise `IgnoreError` for a pattern with an open bracket or a lone `!`.
        """
        patterns = []
        for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
            if line.startswith("#"):
                continue
            bare = line.strip(UNICODE)
            takes_back = bare.startswith("!")
            pattern = bare[1:].strip(UNICODE) if takes_back else bare
            if not bare:
                continue
            problem = _problem("" if takes_back and pattern == "/" else pattern)
            if problem:
                raise IgnoreError(
                    f"bad pattern {bare}: {problem}",
                    hint="a backslash makes a special character plain: \\[",
                    line=number,
                    column=1,
                    source=line.rstrip("\r"),
                )
            patterns.append((_clean(pattern), takes_back))
        return IgnoreFile(tuple(patterns))

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns, cleaned, with their `!`."""
        return tuple("!" + p.text if p.takes_back else p.text for p in self._patterns)

    def excludes(self, path: str, is_dir: bool = False) -> bool:
        """Whether the build does not see `path`. A directory's result is kept for what is below it."""
        path = path.strip("/")
        if not path or path == ".":
            return False
        parent, _, _ = path.rpartition("/")
        above = self._results(parent) if parent else ()
        excluded, _ = self._decide(path, above, remember=is_dir)
        return excluded

    def may_reinclude_below(self, directory: str) -> bool:
        """Whether something below the excluded `directory` may be seen again: if not, nobody needs to walk
        it.
        """
        if not self._takes_back:
            return False
        directory = directory.strip("/")
        results = self._results(directory)
        components = directory.split("/")
        # Only what comes after the last pattern that excludes the directory can take anything back.
        last = max(
            (
                n
                for n, (p, hit) in enumerate(zip(self._patterns, results, strict=True))
                if hit and not p.takes_back
            ),
            default=-1,
        )
        return any(p.takes_back and p.may_match_below(components) for p in self._patterns[last + 1 :])

    def _results(self, directory: str) -> tuple[bool, ...]:
        """For each pattern whether it matched the directory or one above it, as far as it was asked."""
        known = self._known.get(directory)
        if known is not None:
            return known
        results: tuple[bool, ...] = ()
        position = 0
        while position >= 0:
            position = directory.find("/", position + 1)
            here = directory if position < 0 else directory[:position]
            before = self._known.get(here)
            results = before if before is not None else self._decide(here, results, remember=True)[1]
        return results

    def _decide(self, path: str, above: tuple[bool, ...], *, remember: bool) -> tuple[bool, tuple[bool, ...]]:
        """(whether `path` is excluded, which patterns matched it or what is above it).

        A pattern that could not change the result is not asked, and then counts as unmatched for what is
        below, too.
        """
        excluded = False
        results: list[bool] = []
        for number, pattern in enumerate(self._patterns):
            hit = bool(above) and above[number]
            if not hit and pattern.takes_back == excluded:
                hit = pattern.matches(path)
            if hit:
                excluded = not pattern.takes_back
                if not remember and excluded and not self._takes_back:
                    return True, ()
            results.append(hit)
        if remember:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[path] = tuple(results)
        return excluded, tuple(results)


def _clean(pattern: str) -> str:
    """The pattern as a relative path without `.`, `..` and doubled slashes."""
    if not pattern:
        return "."
    cleaned = posixpath.normpath(pattern)
    cleaned = "/" + cleaned.lstrip("/") if cleaned.startswith("/") else cleaned
    return cleaned[1:] if len(cleaned) > 1 and cleaned[0] == "/" else cleaned


def _problem(pattern: str) -> str:
    """What is wrong with the pattern's syntax, "" when nothing is."""
    if not pattern:
        return "there is nothing behind the !"
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char == "\\":
            if position == len(pattern):
                return "nothing follows the backslash"
            position += 1
        elif char == "[":
            end = _bracket_end(pattern, position)
            if end < 0:
                return "a bracket is not closed"
            position = end
    return ""


_RANGE = re.compile(r"(?:\\.|[^\\\]-])(?:-(?:\\.|[^\\\]-]))?", re.DOTALL)


def _bracket_end(pattern: str, position: int) -> int:
    """Where the bracket expression ends whose inside starts at `position`; -1 when it is malformed."""
    if pattern.startswith("^", position):
        position += 1
    start = position
    while match := _RANGE.match(pattern, position):
        position = match.end()
    return position + 1 if position > start and pattern.startswith("]", position) else -1


def _matcher(pattern: str) -> Callable[[str], bool]:
    """The test whether a path matches."""
    if not any(char in pattern for char in "*?[]\\"):
        return pattern.__eq__
    head, tail = pattern[:-2], pattern[2:]
    if pattern == "**":  # every path but the empty one
        return bool
    if pattern.endswith("**") and not any(char in head for char in "*?[]\\"):
        return lambda path: path.startswith(head)
    if pattern.startswith("**") and not any(char in tail for char in "*?[]\\"):
        whole = tail[1:] if tail.startswith("/") else None
        return lambda path: path.endswith(tail) or path == whole
    pieces = _pieces(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # brackets within brackets are meant as they stand
            expression = re.compile("".join(pieces) + r"\Z")
            wild = sum(piece in WILD for piece in pieces)
            if wild <= _FEW_WILD:
                return lambda path: expression.match(path) is not None
            automaton = Automaton(pieces)
    except re.error:
        # BuildKit's regular expressions refuse it as well; it then matches nothing.
        return lambda _: False
    if wild > _FEW_WILD + 1:
        return automaton.matches
    return lambda path: expression.match(path) is not None if len(path) < _SHORT else automaton.matches(path)


def _pieces(pattern: str) -> list[str]:
    """The pattern as a regular expression: wildcards and single characters."""
    out = []
    position = 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        if char == "*" and pattern.startswith("*", position):
            position += 1
            if pattern.startswith("/", position):
                position += 1
            out.append(STARS if position < len(pattern) else REST)
        elif char == "*":
            out.append(STAR)
        elif char == "?":
            out.append("[^/]")
        elif char == "\\":
            out.append(re.escape(pattern[position : position + 1]) or "\\\\")
            position += 1
        else:
            out.append("\\" + char if char in _PLAIN_IN_REGEX else char)
    return out
