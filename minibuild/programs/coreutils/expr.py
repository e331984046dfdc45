"""expr: one expression, one word an argument."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from minibuild.programs.inputs import decode, die, encode, is_unknown, quoted
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

EXPR = Options("+", usage="EXPRESSION", help="Print the value of EXPRESSION", gnu_failure=2)
Value = int | str
LEVELS: list[tuple[str, ...]] = [
    ("|",),
    ("&",),
    ("=", "==", "!=", "<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "/", "%"),
]


@program("expr", options=EXPR)
def expr(process: Process) -> int:
    """`expr EXPRESSION`: 0 for a true value, 1 for null or zero, 2 for a wrong expression."""
    words = process.argv[1:]
    if not words:
        if not is_busybox(process):
            EXPR.fail_operands(process, words)
        die(process, "too few arguments", 2)
    reader = Expression(process, words)
    value = reader.level(0)
    if reader.at < len(words):
        die(process, "syntax error", 2, f"syntax error: unexpected argument {quoted(words[reader.at])}")
    process.stdout.write(encode(str(value)) + b"\n")
    return 1 if is_null(value, is_busybox(process)) else 0


def is_null(value: Value, busybox: bool) -> bool:
    """Empty or zero; of strings only "0" is zero for busybox, "-00" too for GNU's."""
    if isinstance(value, int):
        return value == 0
    return value in ("", "0") or (not busybox and as_integer(value) == 0)


def as_integer(value: Value) -> int | None:
    """The integer that a value is, or None."""
    if isinstance(value, int):
        return value
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdigit() else None


def wrapped(value: int) -> int:
    """64 bits, as C has them."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


class Expression:
    """Reads words from left to right; each level of precedence is one turn of `level`."""

    def __init__(self, process: Process, words: list[str]) -> None:
        self.process, self.words, self.at = process, words, 0
        self.busybox = is_busybox(process)

    def next(self) -> str | None:
        """The word at hand, or None at the end."""
        return self.words[self.at] if self.at < len(self.words) else None

    def level(self, depth: int) -> Value:
        """Operators of one precedence, from the left."""
        if depth == len(LEVELS):
            return self.match()
        left = self.level(depth + 1)
        while (symbol := self.next()) in LEVELS[depth]:
            self.at += 1
            right = self.level(depth + 1)
            left = self.apply(symbol or "", left, right)
        return left

    def apply(self, symbol: str, left: Value, right: Value) -> Value:
        """One operator on two values."""
        if symbol == "|":
            return right if is_null(left, self.busybox) else left
        if symbol == "&":
            return 0 if is_null(left, self.busybox) or is_null(right, self.busybox) else left
        a, b = self.integer(left), self.integer(right)
        if symbol in LEVELS[2]:
            x, y = (a, b) if a is not None and b is not None else (str(left), str(right))
            return int(COMPARE[symbol](x, y))
        if a is None or b is None:
            die(self.process, "non-numeric argument", 2, "non-integer argument")
        if symbol in "/%" and b == 0:
            die(self.process, "division by zero", 2)
        if symbol in "/%":
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return wrapped(quotient if symbol == "/" else a - quotient * b)
        return wrapped(a + b if symbol == "+" else a - b if symbol == "-" else a * b)

    def integer(self, value: Value) -> int | None:
        """The integer that a value is, or None; one that nobody knows is taken for 1."""
        if isinstance(value, str) and is_unknown(self.process, value):
            return 1
        return as_integer(value)

    def match(self) -> Value:
        """STRING : REGEX"""
        left = self.word()
        while self.next() == ":":
            self.at += 1
            left = self.matched(str(left), str(self.word()))
        return left

    def word(self) -> Value:
        """A value, a group, or one of the named functions."""
        word = self.next()
        if word is None:
            last = quoted(self.words[-1])
            die(self.process, "syntax error", 2, f"syntax error: missing argument after {last}")
        self.at += 1
        if word == "(":
            value = self.level(0)
            if self.next() != ")":
                die(self.process, "syntax error", 2)
            self.at += 1
            return value
        if word == "quote":
            following = self.next()
            if following is None:
                die(self.process, "syntax error", 2)
            self.at += 1
            return following
        if word in ("length", "match", "index", "substr") and self.next() is not None:
            return self.function(word)
        if word in ("length", "match", "index", "substr") and not self.busybox:
            die(self.process, "", 2, f"syntax error: missing argument after {quoted(word)}")
        if word == "length" or word == ")":
            die(self.process, "syntax error", 2)
        return word

    def function(self, name: str) -> Value:
        """length STRING, match STRING REGEX, index STRING CHARS, substr STRING POS LENGTH"""
        first = str(self.word())
        if name == "length":
            return len(encode(first))
        second = self.word()
        if name == "match":
            return self.matched(first, str(second))
        if name == "index":
            return min((first.index(letter) + 1 for letter in str(second) if letter in first), default=0)
        start, count = as_integer(second), as_integer(self.word())
        if start is None or count is None or start < 1 or count < 1:
            return ""
        return first[start - 1 : start - 1 + count]

    def matched(self, text: str, pattern: str) -> Value:
        """What the first group matched at the start, or how many characters did."""
        # Imported here: most expressions have no regular expression.
        from minibuild.programs.text.regex import compile_regex

        found = compile_regex(encode(pattern)).search(encode(text))
        inside = found is not None and found.start() == 0
        if "\\(" in pattern:
            return decode(found[1] or b"") if found is not None and inside else ""
        return len(found[0] or b"") if found is not None and inside else 0


# Both operands are of one type.
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
