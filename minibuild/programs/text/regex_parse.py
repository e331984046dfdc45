"""POSIX basic and extended regular expressions (with GNU's extensions) → a small tree over sets of bytes.

A set of bytes is an int with bit b set when byte b belongs to it: union, complement and intersection are one
operation.
"""

from __future__ import annotations

ALL = (1 << 256) - 1
NEWLINE = 1 << 10
REPEAT_LIMIT = 32767
DEPTH_LIMIT = 200
MISPLACED = "Invalid preceding regular expression"


class RegexError(Exception):
    """A pattern that is no regular expression; the message is glibc's."""


class Node:
    """Part of a pattern."""

    __slots__ = ()


class Bytes(Node):
    """One byte out of a set."""

    __slots__ = ("mask",)

    def __init__(self, mask: int) -> None:
        self.mask = mask


class Sequence(Node):
    """Parts one after the other; no parts: the empty string."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts


class Choice(Node):
    """One of several branches."""

    __slots__ = ("branches",)

    def __init__(self, branches: list[Node]) -> None:
        self.branches = branches


class Repeat(Node):
    """A part low to high times; high None: without end."""

    __slots__ = ("high", "low", "part")

    def __init__(self, part: Node, low: int, high: int | None) -> None:
        self.part, self.low, self.high = part, low, high


class Group(Node):
    """A part that back-references and substitutions name by its number."""

    __slots__ = ("number", "part")

    def __init__(self, part: Node, number: int) -> None:
        self.part, self.number = part, number


class Assertion(Node):
    """A place: one of ^ $ b B < > ` ', or { and } for a place that no word ends or begins at."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


class Reference(Node):
    """What a group matched, again."""

    __slots__ = ("number",)

    def __init__(self, number: int) -> None:
        self.number = number


def mask_of(data: bytes) -> int:
    """The set of these bytes."""
    mask = 0
    for byte in data:
        mask |= 1 << byte
    return mask


def _span(first: int, last: int) -> int:
    return ((1 << (last - first + 1)) - 1) << first


LOWER, UPPER, DIGIT = _span(97, 122), _span(65, 90), _span(48, 57)
ALPHA, ALNUM = LOWER | UPPER, LOWER | UPPER | DIGIT
WORD = ALNUM | 1 << 95
SPACE = mask_of(b" \t\n\v\f\r")
CLASSES = {
    b"alpha": ALPHA,
    b"digit": DIGIT,
    b"alnum": ALNUM,
    b"upper": UPPER,
    b"lower": LOWER,
    b"space": SPACE,
    b"blank": mask_of(b" \t"),
    b"punct": _span(33, 126) & ~ALNUM,
    b"print": _span(32, 126),
    b"graph": _span(33, 126),
    b"cntrl": _span(0, 31) | 1 << 127,
    b"xdigit": DIGIT | _span(65, 70) | _span(97, 102),
}
ESCAPED_SETS = {119: WORD, 87: ALL & ~WORD, 115: SPACE, 83: ALL & ~SPACE}  # \w \W \s \S
ESCAPED_PLACES = {98: "b", 66: "B", 60: "<", 62: ">", 96: "`", 39: "'"}


def fold(mask: int) -> int:
    """The set with both cases of its ASCII letters."""
    return mask | (mask & LOWER) >> 32 | (mask & UPPER) << 32


def bracket(source: bytes, at: int, *, escapes: bool = False) -> tuple[int, bool, int]:
    """Read a bracket expression whose `[` is before `at`: its set, whether it is negated, the place after
    `]`.

    `escapes`: a backslash quotes the next byte, as awk has it. RegexError when it does not end or is wrong.
    """
    unmatched = "Unmatched [, [^, [:, [., or [="
    negated = source[at : at + 1] == b"^"
    at += negated
    mask, first, total = 0, True, len(source)
    while True:
        if at >= total:
            raise RegexError(unmatched)
        byte = source[at]
        if byte == 93 and not first:
            return mask, negated, at + 1
        first = False
        if source[at : at + 2] == b"[:":
            end = source.find(b":]", at + 2)
            if end < 0:
                raise RegexError(unmatched)
            name = source[at + 2 : end]
            if name not in CLASSES:
                raise RegexError("Invalid character class name")
            mask |= CLASSES[name]
            at = end + 2
            continue
        low, at = _element(source, at, escapes, unmatched)
        if source[at : at + 1] == b"-" and source[at + 1 : at + 2] not in (b"]", b""):
            high, at = _element(source, at + 1, escapes, unmatched)
            if high < low:
                raise RegexError("Invalid range end")
            mask |= _span(low, high)
        else:
            mask |= 1 << low


def _element(source: bytes, at: int, escapes: bool, unmatched: str) -> tuple[int, int]:
    """One end of a range inside brackets: a byte, [.x.] or [=x=]; the byte and the place after it."""
    opening = source[at : at + 2]
    if opening in (b"[.", b"[="):
        end = source.find(opening[1:] + b"]", at + 2)
        if end < 0:
            raise RegexError(unmatched)
        if end - at != 3:
            raise RegexError("Invalid collation character")
        return source[at + 2], end + 2
    if escapes and source[at] == 92 and at + 1 < len(source):
        return source[at + 1], at + 2
    return source[at], at + 1


class Parser:
    """Recursive descent over the bytes of a pattern."""

    def __init__(
        self,
        source: bytes,
        *,
        extended: bool,
        ignore_case: bool = False,
        escapes: bool = False,
        strict: bool = False,
    ) -> None:
        self.source, self.at, self.strict = source, 0, strict
        self.extended, self.ignore_case, self.escapes = extended, ignore_case, escapes
        self.groups, self.closed, self.depth = 0, set[int](), 0
        # Back-references count from here: the number of groups in patterns before this one.
        self.base = 0

    def parse(self) -> Node:
        """The whole pattern."""
        node = self._choice()
        if self.at < len(self.source):
            raise RegexError("Unmatched ) or \\)")
        return node

    def literal(self) -> Node:
        """The whole source as text without operators."""
        return Sequence([self._literal(byte) for byte in self.source])

    def _looking(self, token: bytes) -> bool:
        """Is the operator next (written with a backslash in basic expressions)?"""
        return self.source.startswith(token if self.extended else b"\\" + token, self.at)

    def _skip(self, token: bytes) -> bool:
        if not self._looking(token):
            return False
        self.at += len(token) if self.extended else len(token) + 1
        return True

    def _choice(self) -> Node:
        branches = [self._branch()]
        while self._skip(b"|"):
            branches.append(self._branch())
        return branches[0] if len(branches) == 1 else Choice(branches)

    def _branch(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and not self._looking(b"|"):
            if self._looking(b")") and (self.depth or not self.extended):
                break
            atom = self._atom(not parts or (isinstance(parts[-1], Assertion) and len(parts) == 1))
            parts.append(self._quantified(atom))
        return parts[0] if len(parts) == 1 else Sequence(parts)

    def _atom(self, at_start: bool) -> Node:
        source, at = self.source, self.at
        byte = source[at]
        self.at += 1
        if byte == 92:
            if self.strict and not self.extended and at_start and source[at + 1 : at + 2] == b"{":
                raise RegexError(MISPLACED)
            return self._escape()
        if byte == 91:
            mask, negated, self.at = bracket(source, self.at, escapes=self.escapes)
            mask = fold(mask) if self.ignore_case else mask
            return Bytes(ALL & ~mask if negated else mask)
        if byte == 46:
            return Bytes(ALL)
        if byte == 94 and (self.extended or (at_start and self._anchor_place(at))):
            return Assertion("^")
        if byte == 36 and (self.extended or self._ends_branch()):
            return Assertion("$")
        if byte == 40 and self.extended:
            return self._group()
        if byte in b"*+?{" and self.extended and at_start and (byte != 123 or self.strict):
            if self.strict:
                raise RegexError(MISPLACED)
            # Nothing to repeat: glibc's grep matches the empty string.
            return Sequence([])
        return self._literal(byte)

    def _anchor_place(self, at: int) -> bool:
        return at == 0 or self.source[at - 2 : at] in (b"\\(", b"\\|")

    def _ends_branch(self) -> bool:
        return self.at >= len(self.source) or self.source[self.at : self.at + 2] in (b"\\)", b"\\|")

    def _literal(self, byte: int) -> Bytes:
        return Bytes(fold(1 << byte) if self.ignore_case else 1 << byte)

    def _group(self) -> Node:
        self.groups += 1
        number = self.groups
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise RegexError("Regular expression too big")
        inner = self._choice()
        if not self._skip(b")"):
            raise RegexError("Unmatched ( or \\(")
        self.depth -= 1
        self.closed.add(number)
        return Group(inner, number)

    def _escape(self) -> Node:
        if self.at >= len(self.source):
            raise RegexError("Trailing backslash")
        byte = self.source[self.at]
        self.at += 1
        if byte == 40 and not self.extended:
            return self._group()
        if byte in ESCAPED_SETS:
            return Bytes(ESCAPED_SETS[byte])
        if byte in ESCAPED_PLACES:
            return Assertion(ESCAPED_PLACES[byte])
        if 49 <= byte <= 57:
            number = self.base + byte - 48
            if number not in self.closed:
                raise RegexError("Invalid back reference")
            return Reference(number)
        return self._literal(byte)

    def _quantified(self, atom: Node) -> Node:
        """The atom with the repetition operators after it."""
        anchor = isinstance(atom, Assertion) and atom.kind == "^"
        if (
            self.strict
            and self.extended
            and anchor
            and self.source[self.at : self.at + 1] in (b"*", b"+", b"?", b"{")
        ):
            raise RegexError(MISPLACED)
        while self.at < len(self.source) and not (anchor and not self.extended):
            if self.source[self.at] == 42:
                self.at += 1
                atom = _repeat(atom, 0, None)
            elif self._skip(b"+"):
                atom = _repeat(atom, 1, None)
            elif self._skip(b"?"):
                atom = _repeat(atom, 0, 1)
            elif self._looking(b"{"):
                bounds = self._interval()
                if bounds is None:
                    break
                atom = _repeat(atom, *bounds)
            else:
                break
            # glibc wants one operator an atom in basic expressions.
            if (
                self.strict
                and not self.extended
                and (self.source[self.at : self.at + 1] == b"*" or self._looking(b"{"))
            ):
                raise RegexError(MISPLACED)
        return atom

    def _interval(self) -> tuple[int, int | None] | None:
        """{m}, {m,}, {m,n} or {,n} at this place; None: the brace is an ordinary character (extended only).
        """
        start = self.at + (1 if self.extended else 2)
        end = self.source.find(b"}" if self.extended else b"\\}", start)
        low, comma, high = self.source[start : max(end, 0)].partition(b",")
        valid = (not low or low.isdigit()) and (not high or high.isdigit()) and (low or comma)
        if end < 0 or not valid:
            if self.extended and not self.strict:
                return None
            raise RegexError("Unmatched \\{" if end < 0 else "Invalid content of \\{\\}")
        self.at = end + (1 if self.extended else 2)
        least = int(low or b"0")
        most = None if comma and not high else int(high or low)
        if most is not None and most < least:
            raise RegexError("Invalid content of \\{\\}")
        if max(least, most or 0) > REPEAT_LIMIT:
            raise RegexError("Regular expression too big")
        return least, most


def _repeat(part: Node, low: int, high: int | None) -> Node:
    """Repeat, with what says the same twice (a**) said once."""
    if isinstance(part, Assertion):
        return part
    if isinstance(part, Repeat) and part.high is None and part.low <= 1 and (high is None or high == 1):
        return Repeat(part.part, min(part.low, low), None)
    return Repeat(part, low, high)
