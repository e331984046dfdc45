"""Decimal numbers of any length with a scale, as bc and dc compute with them. Source: POSIX bc."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

DIGITS = "0123456789ABCDEF"
LONGEST = 200_000  # digits of a result: more is a mistake, and would take very long


class ArithmeticProblem(Exception):  # noqa: N818  what is wrong with an operation, in the program's words
    """An operation that has no result."""


class Number(NamedTuple):
    """`value` divided by ten to the power of `scale`."""

    value: int
    scale: int = 0

    def __bool__(self) -> bool:
        return self.value != 0

    def at(self, scale: int) -> int:
        """The value with another scale, digits beyond it cut off."""
        if scale >= self.scale:
            return int(self.value * 10 ** (scale - self.scale))
        return quotient(self.value, 10 ** (self.scale - scale))

    @property
    def whole(self) -> int:
        """The integer part."""
        return self.at(0)


ZERO, ONE = Number(0), Number(1)


def quotient(a: int, b: int) -> int:
    """Division that cuts off, as C has it."""
    result = abs(a) // abs(b)
    return result if (a < 0) == (b < 0) else -result


def add(a: Number, b: Number) -> Number:
    """a + b"""
    scale = max(a.scale, b.scale)
    return Number(a.at(scale) + b.at(scale), scale)


def subtract(a: Number, b: Number) -> Number:
    """a - b"""
    return add(a, Number(-b.value, b.scale))


def compare(a: Number, b: Number) -> int:
    """Negative, zero or positive, as a is less than, equal to or greater than b."""
    return subtract(a, b).value


def multiply(a: Number, b: Number, scale: int) -> Number:
    """a * b"""
    full = Number(a.value * b.value, a.scale + b.scale)
    wanted = min(full.scale, max(scale, a.scale, b.scale))
    return Number(full.at(wanted), wanted)


def divide(a: Number, b: Number, scale: int) -> Number:
    """a / b with `scale` digits after the point."""
    if not b:
        raise ArithmeticProblem("divide by zero")
    return Number(quotient(a.value * 10 ** (scale + b.scale), b.value * 10**a.scale), scale)


def remainder(a: Number, b: Number, scale: int) -> Number:
    """a % b: what is left of a after a / b, itself with `scale` digits."""
    whole = divide(a, b, scale)
    wanted = max(scale + b.scale, a.scale)
    product = Number(whole.value * b.value, whole.scale + b.scale)
    return Number(subtract(a, product).at(wanted), wanted)


def power(a: Number, exponent: Number, scale: int) -> Number:
    """a ^ exponent, which is an integer."""
    if exponent.value % 10**exponent.scale:
        raise ArithmeticProblem("not an integer")
    count = exponent.whole
    if len(str(abs(a.value))) * abs(count) > LONGEST:
        raise ArithmeticProblem("number is too long")
    full = Number(a.value ** abs(count), a.scale * abs(count))
    if count < 0:
        return divide(ONE, full, scale)
    wanted = min(full.scale, max(scale, a.scale))
    return Number(full.at(wanted), wanted)


def square_root(a: Number, scale: int) -> Number:
    """The square root with `scale` digits, or as many as a has."""
    if a.value < 0:
        raise ArithmeticProblem("negative number")
    wanted = max(scale, a.scale)
    return Number(isqrt(a.at(2 * wanted)), wanted)


def length(a: Number) -> int:
    """How many digits the number has."""
    return len(str(abs(a.value))) if a.value else max(1, a.scale)


def read(text: str, base: int) -> Number:
    """The number of some digits (upper-case letters above 9) in a base; a single digit may be larger than the
    base has.
    """
    whole, _, fraction = text.partition(".")
    digits = [DIGITS.index(digit) for digit in whole + fraction]
    if len(digits) > 1:
        digits = [min(digit, base - 1) for digit in digits]
    value = 0
    for digit in digits:
        value = value * base + digit
    if not fraction:
        return Number(value)
    return Number(quotient(value * 10 ** len(fraction), base ** len(fraction)), len(fraction))


def show(number: Number, base: int) -> str:
    """The digits of a number in a base: no zero before the point; above base 16 each digit is a decimal
    group.
    """
    sign = "-" if number.value < 0 else ""
    size = abs(number.value)
    unit = 10**number.scale
    whole, rest = divmod(size, unit)
    fraction: list[int] = []
    if number.scale:
        reached = 1
        while reached < unit:
            reached *= base
            digit, rest = divmod(rest * base, unit)
            fraction.append(digit)
    if base == 10:
        text = str(whole) if whole or not number.scale else ""
        tail = f"{size % unit:0{number.scale}d}" if number.scale else ""
        return sign + text + (f".{tail}" if tail else "") if size else "0"
    digits: list[int] = []
    while whole:
        whole, digit = divmod(whole, base)
        digits.append(digit)
    digits.reverse()
    if base <= 16:
        text = "".join(DIGITS[digit] for digit in digits) or ("" if fraction else "0")
        return sign + text + ("." + "".join(DIGITS[digit] for digit in fraction) if fraction else "")
    width = len(str(base - 1))
    groups = "".join(f" {digit:0{width}d}" for digit in digits or [0])
    return sign + groups + (" ." + "".join(f" {digit:0{width}d}" for digit in fraction) if fraction else "")


def wrapped(text: str, width: int) -> str:
    """Lines of less than `width` characters, each but the last with a backslash at its end."""
    if width < 3 or len(text) < width:
        return text
    step = width - 2
    return "\\\n".join(text[at : at + step] for at in range(0, len(text), step))
