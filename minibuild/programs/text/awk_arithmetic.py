"""Arithmetic and comparison of awk where Python's differs."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from minibuild.programs.text.awk_nodes import AwkError
from minibuild.programs.text.awk_values import BLANK, UNSET, Input, Value, parse_decimal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from minibuild.programs.text.awk_values import Dialect

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}


def looks_posix(value: Value) -> bool:
    """Does a value compare as a number, as POSIX has it: an empty field does not."""
    if value.__class__ is float or value is UNSET:
        return True
    if not isinstance(value, Input) or not value:
        return False
    end = parse_decimal(value)[1]
    return end > 0 and not value[end:].strip(BLANK)


def power(base: float, exponent: float) -> float:
    """base ^ exponent, as pow(3) gives it."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        return math.inf if base == 0 else math.nan


def divide(left: float, right: float, dialect: Dialect) -> float:
    """left / right; by zero mawk gives what IEEE 754 does, the others end."""
    if right:
        return left / right
    _by_zero(dialect)
    return math.nan if not left or left != left else math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float, dialect: Dialect) -> float:
    """left % right, with the sign of the left, as fmod(3) gives it."""
    if right:
        try:
            return math.fmod(left, right)
        except ValueError:
            return math.nan
    _by_zero(dialect)
    return math.nan


def _by_zero(dialect: Dialect) -> None:
    if dialect.busybox:
        raise AwkError("Division by zero")
    if dialect.gawk:
        raise AwkError("fatal: division by zero attempted")


ARITHMETIC: dict[str, Callable[[float, float, Dialect], float]] = {"/": divide, "%": remainder}
