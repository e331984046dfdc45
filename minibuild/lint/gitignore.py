"""`.gitignore` files: which paths of a work tree git does not look at (gitignore's manual page)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from minibuild.dockerfile.wildcards import REST, STAR, STARS, Automaton

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 1 << 20


class _Rule(NamedTuple):
    """One line: the directory of its file ("" or `a/b/`), what it matches below, and two marks."""

    directory: str
    pattern: Automaton
    takes_back: bool
    directories_only: bool


class GitIgnore:
    """The rules of all ignore files from the top down to one directory; the last that matches decides."""

    def __init__(self, rules: tuple[_Rule, ...] = ()) -> None:
        self._rules = rules

    def below(self, directory: str, file: Path) -> GitIgnore:
        """These rules and those of `file`, which lies in `directory` ("" or ending in a slash)."""
        if not file.is_file():
            return self
        try:
            with file.open("rb") as stream:
                text = stream.read(_LARGEST).decode("utf-8", "surrogateescape")
        except OSError:
            return self
        rules = [rule for line in text.splitlines() if (rule := _rule(directory, line)) is not None]
        return GitIgnore((*self._rules, *rules))

    def excludes(self, path: str, is_directory: bool) -> bool:
        """Whether the path is left out, none of the directories above it being so."""
        for rule in reversed(self._rules):
            if rule.directories_only and not is_directory:
                continue
            if path.startswith(rule.directory) and rule.pattern.matches(path[len(rule.directory) :]):
                return not rule.takes_back
        return False


def _rule(directory: str, line: str) -> _Rule | None:
    text = re.sub(r"(?<!\\) +\Z", "", line)
    if not text or text.startswith("#"):
        return None
    takes_back = text.startswith("!")
    text = text[1:] if takes_back else text
    directories_only = text.endswith("/")
    text = text.rstrip("/") if directories_only else text
    pieces = _pieces(text.removeprefix("/"))
    try:
        pattern = Automaton(pieces if "/" in text else [STARS, *pieces])
    except re.error:
        return None
    return _Rule(directory, pattern, takes_back, directories_only)


def _pieces(text: str) -> list[str]:
    """The pattern as wildcards and regular expressions for one character each."""
    out = []
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "*":
            stars = len(text) - position - len(text[position:].lstrip("*")) + 1
            before = text[position - 2 : position - 1] if position > 1 else "/"
            position += stars - 1
            after = text[position : position + 1]
            is_whole = stars > 1 and before == "/"
            if is_whole and after == "/":
                out.append(STARS)
                position += 1
            else:
                out.append(REST if is_whole and not after else STAR)
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and (end := text.find("]", position + 1)) > 0:
            inside = text[position:end].replace("\\", "\\\\").replace("[", "\\[")
            out.append("[" + ("^" + inside[1:] if inside.startswith("!") else inside) + "]")
            position = end + 1
        elif char == "\\" and position < len(text):
            out.append(re.escape(text[position]))
            position += 1
        else:
            out.append(re.escape(char))
    return out
