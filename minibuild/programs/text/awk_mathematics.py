"""The mathematics of awk: what its functions make of numbers out of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Simple = Callable[[float], float]

SMALLEST = -(1 << 63)
WORD = (1 << 53) - 1  # the bits that a double holds exactly


def _logarithm(number: float) -> float:
    return math.log(number) if number > 0 else -math.inf if number == 0 else math.nan


def _exponential(number: float) -> float:
    try:
        return math.exp(number)
    except OverflowError:
        return math.inf


def _whole(number: float) -> float:
    return float(math.trunc(number)) if math.isfinite(number) else number


def _circular(function: Simple) -> Simple:
    return lambda number: function(number) if math.isfinite(number) else math.nan


def integer(number: float) -> int:
    """The number without its fraction, as C's conversion to a long gives it on x86: the smallest one for what
    does not fit.
    """
    return int(number) if SMALLEST <= number < -SMALLEST else SMALLEST


NUMERIC: dict[str, Simple] = {
    "int": _whole,
    "sqrt": lambda number: math.sqrt(number) if number >= 0 else math.nan,
    "exp": _exponential,
    "log": _logarithm,
    "sin": _circular(math.sin),
    "cos": _circular(math.cos),
    "compl": lambda number: float(~integer(number) & WORD),
}
BITWISE: dict[str, Callable[[int, int], int]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "lshift": lambda a, b: a << min(max(b, 0), 64),
    "rshift": lambda a, b: a >> max(b, 0),
}
