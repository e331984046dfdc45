"""What the operators of arithmetic expressions become: functions over the variables of a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from minibuild.shell.errors import DivisionByZero, ExpansionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST, MASK = (1 << 63) - 1, (1 << 64) - 1
_SIGN = 1 << 63


class Variables(Protocol):
    """What an expression needs of its shell."""

    def number(self, name: str, subscript: str | None) -> int:
        """The value of a variable (or of an element of an array) as a number."""

    def assign_number(self, name: str, subscript: str | None, value: int) -> int:
        """Assign a number; the number."""


def wrap(value: int) -> int:
    """The signed 64-bit number that a computation leaves."""
    return value if -_SIGN <= value < _SIGN else ((value + _SIGN) & MASK) - _SIGN


class Target(NamedTuple):
    """A variable, or an element of an array."""

    name: str
    subscript: str | None


def constant(number: int) -> Callable[[Variables], int]:
    return lambda _: number


def late(
    operator: str, a: Callable[[Variables], int], b: Callable[[Variables], int]
) -> Callable[[Variables], int]:
    """An operator whose right side is computed first."""

    def value(v: Variables) -> int:
        right = b(v)
        left = a(v)
        if operator == ",":
            return right
        return binary(operator, constant(left), constant(right))(v)

    return value


def second(
    first: Callable[[Variables], int], second: Callable[[Variables], int]
) -> Callable[[Variables], int]:
    def both(v: Variables) -> int:
        first(v)
        return second(v)

    return both


def variable(target: Target) -> Callable[[Variables], int]:
    name, subscript = target
    return lambda v: v.number(name, subscript)


def assign(target: Target, value: Callable[[Variables], int]) -> Callable[[Variables], int]:
    name, subscript = target
    return lambda v: v.assign_number(name, subscript, value(v))


def eager(
    operator: str, a: Callable[[Variables], int], b: Callable[[Variables], int]
) -> Callable[[Variables], int]:
    """`&&` and `||` where both sides are computed."""

    def value(v: Variables) -> int:
        left, right = a(v), b(v)
        return 1 if (left and right if operator == "&&" else left or right) else 0

    return value


def both_ways(
    parts: tuple[Callable[[Variables], int], Callable[[Variables], int], Callable[[Variables], int]],
    order: Sequence[int],
) -> Callable[[Variables], int]:
    """`?:` where all three parts are computed, in the given order."""

    def value(v: Variables) -> int:
        results = {at: parts[at](v) for at in order}
        return results[1] if results[0] else results[2]

    return value


def postfix(target: Target, step: int) -> Callable[[Variables], int]:
    name, subscript = target

    def count(v: Variables) -> int:
        before = v.number(name, subscript)
        v.assign_number(name, subscript, wrap(before + step))
        return before

    return count


def sign(operator: str, value: Callable[[Variables], int]) -> Callable[[Variables], int]:
    if operator == "-":
        return lambda v: wrap(-value(v))
    if operator == "!":
        return lambda v: 0 if value(v) else 1
    if operator == "~":
        return lambda v: ~value(v)
    return value


def _divide(a: int, b: int) -> int:
    if not b:
        raise DivisionByZero("divide by zero")
    quotient = abs(a) // abs(b)
    return wrap(quotient if (a < 0) == (b < 0) else -quotient)


def _remainder(a: int, b: int) -> int:
    if not b:
        raise DivisionByZero("divide by zero")
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def _raise(a: int, b: int) -> int:
    if b < 0:
        raise ExpansionError("exponent less than 0")
    return wrap(pow(a, b, 1 << 64)) if a >= 0 else wrap(pow(a & MASK, b, 1 << 64))


def binary(
    operator: str, a: Callable[[Variables], int], b: Callable[[Variables], int]
) -> Callable[[Variables], int]:
    if operator == "+":
        return lambda v: wrap(a(v) + b(v))
    if operator == "-":
        return lambda v: wrap(a(v) - b(v))
    if operator == "*":
        return lambda v: wrap(a(v) * b(v))
    if operator == "/":
        return lambda v: _divide(a(v), b(v))
    if operator == "%":
        return lambda v: _remainder(a(v), b(v))
    if operator == "**":
        return lambda v: _raise(a(v), b(v))
    if operator == "<<":
        return lambda v: wrap(a(v) << (b(v) & 63))
    if operator == ">>":
        return lambda v: a(v) >> (b(v) & 63)
    if operator == "&":
        return lambda v: a(v) & b(v)
    if operator == "|":
        return lambda v: a(v) | b(v)
    if operator == "^":
        return lambda v: a(v) ^ b(v)
    return _comparison(operator, a, b)


def _comparison(
    operator: str, a: Callable[[Variables], int], b: Callable[[Variables], int]
) -> Callable[[Variables], int]:
    if operator == "&&":
        return lambda v: 1 if a(v) and b(v) else 0
    if operator == "||":
        return lambda v: 1 if a(v) or b(v) else 0
    if operator == "==":
        return lambda v: 1 if a(v) == b(v) else 0
    if operator == "!=":
        return lambda v: 1 if a(v) != b(v) else 0
    if operator == "<":
        return lambda v: 1 if a(v) < b(v) else 0
    if operator == "<=":
        return lambda v: 1 if a(v) <= b(v) else 0
    if operator == ">":
        return lambda v: 1 if a(v) > b(v) else 0
    return lambda v: 1 if a(v) >= b(v) else 0
