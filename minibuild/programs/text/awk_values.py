"""Values of awk: numbers are floats, strings are bytes, and text of the input is an Input: a number if it
looks like one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Value = float | bytes

PREFIX = re.compile(
    rb"[ \t\n\r\f\v]*(?:([+-]?0[xX][0-9a-fA-F]+)|([+-]?0[0-7]+(?![0-9.eE]))|"
    rb"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|([+-]?(?:inf(?:inity)?|nan)))",
    re.IGNORECASE,
)
DECIMAL = re.compile(rb"[ \t\n\r\f\v]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
BLANK = b" \t\n\r\f\v"


class Input(bytes):
    """Text that came from outside: fields, ARGV, ENVIRON, getline. It compares as a number when it looks like
    one.
    """

    __slots__ = ()


# A variable that was never set: the empty string and the number 0.
UNSET = Input(b"")


class Array(dict[bytes, Value]):
    """An array; asking for an element makes it."""

    __slots__ = ()

    def __missing__(self, key: bytes) -> Value:
        self[key] = UNSET
        return UNSET


@dataclass(frozen=True, slots=True)
class Dialect:
    """Whose awk it is: busybox's, mawk or gawk, where they differ."""

    name: str

    @property
    def busybox(self) -> bool:
        """Is it busybox's?"""
        return self.name == "busybox"

    @property
    def largest(self) -> float:
        """Up to here whole numbers are written with all their digits."""
        return {"busybox": 9.2e18, "mawk": 2147483648.0}.get(self.name, 1e300)

    @property
    def gawk(self) -> bool:
        """Is it GNU's?"""
        return self.name == "gawk"


def parse_number(text: bytes) -> tuple[float, int]:
    """The number at the beginning of a text, as busybox's strtod reads it, and where it ends (0: there is
    none).
    """
    match = PREFIX.match(text)
    if match is None:
        return 0.0, 0
    hexadecimal, octal, decimal, word = match.groups()
    if decimal is not None:
        return float(decimal), match.end()
    if hexadecimal is not None:
        return float(int(hexadecimal, 16)), match.end()
    if octal is not None:
        return float(int(octal, 8)), match.end()
    return float(word), match.end()


def parse_decimal(text: bytes) -> tuple[float, int]:
    """The same as POSIX has it: decimal only."""
    match = DECIMAL.match(text)
    return (0.0, 0) if match is None else (float(match[1]), match.end())


def constant(text: bytes) -> float:
    """The value of a number in a program: decimal, hexadecimal or octal."""
    return parse_number(text)[0]


def to_number(value: Value) -> float:
    """A value as a number."""
    if isinstance(value, float):
        return value
    try:
        # What float() takes awk takes too, but for octal numbers, words, underscores and digits of other
        # scripts.
        if value[:1] != b"0" and b"_" not in value and not value[-1:].isalpha():
            return float(value)
    except ValueError:
        pass
    return parse_number(value)[0]


def looks_numeric(value: Value) -> bool:
    """Does a value compare as a number: one, or text of the input that is one and nothing else?"""
    if value.__class__ is float:
        return True
    if not isinstance(value, Input):
        return False
    if not value:
        return True  # busybox takes an empty field for 0
    return not value[parse_number(value)[1] :].strip(BLANK) and bool(value.strip(BLANK))


def truth(value: Value) -> bool:
    """Is the value true: a number other than 0, a string that is not empty?"""
    if isinstance(value, float):
        return value != 0.0
    if value.__class__ is Input and value and looks_numeric(value):
        return to_number(value) != 0.0
    return bool(value)


def format_number(number: float, pattern: bytes, largest: float = 9.2e18) -> bytes:
    """A number as text: whole ones up to `largest` exactly, others by CONVFMT or OFMT."""
    if -largest < number < largest and number == int(number):
        return b"%d" % int(number)
    if number != number:
        return b"nan"
    if number in (float("inf"), float("-inf")):
        return b"inf" if number > 0 else b"-inf"
    if pattern == b"%.6g":
        return b"%.6g" % number
    try:
        return pattern % (int(number) if pattern[-1:] in b"diouxX" else number)
    except (TypeError, ValueError):
        return b"%.6g" % number
