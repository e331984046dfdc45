"""Pattern matching (POSIX XCU 2.13): `*`, `?`, `[…]`, in time linear to text and pattern.

A pattern is a text in which a NUL, which no shell word can hold, makes the next character an ordinary one; so
does an
unquoted backslash that came out of an expansion. Between two `*` every piece of a pattern has a fixed length,
which is why
no backtracking is needed.
"""

from __future__ import annotations

import re

from minibuild.kernel.limits import LimitError
from minibuild.shell.bounds import CACHED, LONGEST_PATTERN

ESCAPE = "\0"
_SPECIAL = re.compile(r"[*?\[\]\\!^@+()|\-]")
_ACTIVE = re.compile(r"[*?\[]")
_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z",
    "space": " \\t\\n\\r\\f\\v", "blank": " \\t", "punct": "!-/:-@\\[-`{-~", "print": " -~", "graph": "!-~",
    "cntrl": "\\x00-\\x1f\\x7f", "xdigit": "0-9A-Fa-f", "word": "a-zA-Z0-9_",
}  # fmt: skip
_LIMIT = 500


def quote(text: str) -> str:
    """The pattern that matches `text` itself."""
    return _SPECIAL.sub("\0\\g<0>", text) if _SPECIAL.search(text) else text


def unquote(pattern: str) -> str:
    """The text of a pattern that matches nothing else."""
    return pattern.replace(ESCAPE, "") if ESCAPE in pattern else pattern


def may_match(text: str) -> bool:
    """Whether there may be something active in a pattern."""
    return _ACTIVE.search(text) is not None


class Piece:
    """What stands between two `*`: text, or something that matches `width` characters."""

    __slots__ = ("expression", "text", "width")

    def __init__(self, text: str | None, expression: str, width: int, flags: int) -> None:
        self.text = text
        self.width = width
        self.expression = None if text is not None else re.compile(expression, re.DOTALL | flags)

    def at(self, text: str, place: int) -> bool:
        """Does it match at `place`?"""
        if self.expression is None:
            assert self.text is not None
            return text.startswith(self.text, place)
        return self.expression.match(text, place) is not None

    def first(self, text: str, start: int, end: int) -> int:
        """The first place from `start` on where it matches and ends at `end` at the latest; -1 when there is
        none.
        """
        if self.expression is None:
            assert self.text is not None
            return text.find(self.text, start, end)
        match = self.expression.search(text, start, end)
        return -1 if match is None else match.start()

    def last(self, text: str, start: int, end: int) -> int:
        """The last such place."""
        if self.expression is None:
            assert self.text is not None
            return text.rfind(self.text, start, end)
        for place in range(end - self.width, start - 1, -1):
            if self.expression.match(text, place, end) is not None:
                return place
        return -1


class Pattern:
    """A compiled pattern: `pieces` with a `*` between each two of them."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    @property
    def literal(self) -> str | None:
        """The only text that it matches, None when there may be others."""
        return self.pieces[0].text if len(self.pieces) == 1 else None

    def matches(self, text: str) -> bool:
        """Does it match the whole text?"""
        pieces = self.pieces
        first, last = pieces[0], pieces[-1]
        if len(pieces) == 1:
            return len(text) == first.width and first.at(text, 0)
        end = len(text) - last.width
        if end < first.width or not first.at(text, 0) or not last.at(text, end):
            return False
        return self._forward(text, first.width, end) >= 0

    def prefix(self, text: str, longest: bool, start: int = 0) -> int:
        """Where the longest or shortest match that begins at `start` ends; -1 when there is none."""
        pieces = self.pieces
        if not pieces[0].at(text, start):
            return -1
        place = start + pieces[0].width
        if len(pieces) == 1:
            return place
        place = self._forward(text, place, len(text))
        if place < 0:
            return -1
        last = pieces[-1]
        found = last.last(text, place, len(text)) if longest else last.first(text, place, len(text))
        return -1 if found < 0 else found + last.width

    def suffix(self, text: str, longest: bool) -> int:
        """Where the longest or shortest match that reaches to the end begins; -1 when there is none."""
        pieces = self.pieces
        place = len(text) - pieces[-1].width
        if place < 0 or not pieces[-1].at(text, place):
            return -1
        if len(pieces) == 1:
            return place
        for piece in reversed(pieces[1:-1]):
            place = piece.last(text, 0, place)
            if place < 0:
                return -1
        first = pieces[0]
        return first.first(text, 0, place) if longest else first.last(text, 0, place)

    def search(self, text: str, start: int) -> tuple[int, int] | None:
        """The leftmost match from `start` on, and the longest one there."""
        first = self.pieces[0]
        while True:
            place = first.first(text, start, len(text))
            if place < 0:
                return None
            end = self.prefix(text, True, place)
            if end >= 0:
                return place, end
            if len(self.pieces) > 1:
                return None  # what follows the first piece is nowhere further on
            start = place + 1

    def _forward(self, text: str, place: int, end: int) -> int:
        """The earliest end of the pieces between the first and the last one."""
        for piece in self.pieces[1:-1]:
            place = piece.first(text, place, end)
            if place < 0:
                return -1
            place += piece.width
        return place if place <= end else -1


_compiled: dict[tuple[str, bool, bool], Pattern] = {}


def compile_pattern(pattern: str, *, caret: bool = True, ignore_case: bool = False) -> Pattern:
    """The compiled pattern; `caret` tells whether `[^a]` is `[!a]`."""
    key = (pattern, caret, ignore_case)
    found = _compiled.get(key)
    if found is None:
        if len(pattern) > LONGEST_PATTERN:
            raise LimitError(f"the command was ended: a pattern is longer than {LONGEST_PATTERN >> 20} MiB")
        found = Pattern(_pieces(pattern, caret, re.IGNORECASE if ignore_case else 0))
        if len(pattern) <= CACHED:
            if len(_compiled) > _LIMIT:
                _compiled.clear()
            _compiled[key] = found
    return found


def _pieces(pattern: str, caret: bool, flags: int) -> list[Piece]:
    pieces: list[Piece] = []
    texts: list[str] = []
    expressions: list[str] = []
    literal = not flags
    at, size = 0, len(pattern)
    while at < size:
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append(Piece("".join(texts) if literal else None, "".join(expressions), len(texts), flags))
            texts, expressions, literal = [], [], not flags
            continue
        if char == "?":
            expression, literal = ".", False
        elif char == "[" and (bracket := bracket_expression(pattern, at, caret)) is not None:
            expression, at = bracket
            literal = False
        else:
            if char in (ESCAPE, "\\") and at < size:
                char = pattern[at]
                at += 1
            expression = re.escape(char)
        texts.append(char)
        expressions.append(expression)
    pieces.append(Piece("".join(texts) if literal else None, "".join(expressions), len(texts), flags))
    return pieces


def bracket_expression(pattern: str, at: int, caret: bool) -> tuple[str, int] | None:
    """The regular expression of the bracket expression after `[`, and the index after it; None when it is not
    closed.
    """
    negated = pattern[at : at + 1] == "!" or (caret and pattern[at : at + 1] == "^")
    at += negated
    items: list[str] = []
    first = True
    while at < len(pattern):
        char = pattern[at]
        if char == "]" and not first:
            inner = "".join(items)
            if not inner:
                return (".", at + 1) if negated else ("(?!)", at + 1)
            return f"[{'^' if negated else ''}{inner}]", at + 1
        first = False
        if char == "[" and pattern[at + 1 : at + 2] in (":", ".", "=") and pattern[at + 1 : at + 2]:
            item, at = _class(pattern, at)
            items.append(item)
            continue
        low, at = _member(pattern, at)
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("]", ""):
            high, at = _member(pattern, at + 1)
            if low <= high:
                items.append(f"{_in_class(low)}-{_in_class(high)}")
        else:
            items.append(_in_class(low))
    return None


def _member(pattern: str, at: int) -> tuple[str, int]:
    if pattern[at] in (ESCAPE, "\\") and at + 1 < len(pattern):
        at += 1
    return pattern[at], at + 1


def _class(pattern: str, at: int) -> tuple[str, int]:
    kind = pattern[at + 1]
    end = pattern.find(kind + "]", at + 2)
    if end < 0:
        return "\\[", at + 1
    name = unquote(pattern[at + 2 : end])
    if kind == ":":
        return _CLASSES.get(name, ""), end + 2
    return _in_class(name[:1]) if name else "", end + 2


def _in_class(char: str) -> str:
    return "\\" + char if char in "\\]^-[&~|" else char
