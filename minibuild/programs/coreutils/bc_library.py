"""The functions of `bc -l`: sine, cosine, arctangent, logarithm, exponential and Bessel's."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING

from minibuild.programs.coreutils.decimals import ArithmeticProblem, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 2_000  # digits


def compute(name: str, arguments: list[Number], scale: int) -> Number:
    """The value with `scale` digits, cut off."""
    if scale > MOST:
        raise ArithmeticProblem("scale is too large")
    values = [Decimal(argument.value).scaleb(-argument.scale) for argument in arguments]
    size = max((abs(value.adjusted()) for value in values), default=0)
    context = Context(prec=scale + 2 * size + 30)
    if name == "l":
        if values[0] <= 0:
            raise ArithmeticProblem("negative number")
        result = context.ln(values[0])
    elif name == "e":
        if values[0] > 100_000:
            raise ArithmeticProblem("number is too long")
        context.prec += int(abs(values[0])) // 2
        result = context.exp(values[0])
    elif name == "a":
        result = arctangent(values[0], context)
    elif name == "j":
        order = int(values[0])
        result = add_up(bessel(order, values[-1], context), context)
    else:
        result = add_up(circular(values[0], 1 if name == "s" else 0, context), context)
    return Number(int(result.scaleb(scale, context)), scale)


def add_up(terms: Iterator[Decimal], context: Context) -> Decimal:
    """The sum of a series, up to the first term that does not count."""
    total = Decimal(0)
    for term in terms:
        new = context.add(total, term)
        if new == total and term.adjusted() < -context.prec // 2:
            break
        total = new
    return total


def circular(x: Decimal, start: int, context: Context) -> Iterator[Decimal]:
    """The terms of sine (start 1) or cosine (start 0)."""
    term = x if start else Decimal(1)
    square = context.minus(context.multiply(x, x))
    count = start
    while True:
        yield term
        term = context.divide(context.multiply(term, square), Decimal((count + 1) * (count + 2)))
        count += 2


def arctangent(x: Decimal, context: Context) -> Decimal:
    """By halving the angle until the series converges quickly."""
    doublings = 0
    while abs(x) > Decimal("0.1"):
        root = context.sqrt(context.add(Decimal(1), context.multiply(x, x)))
        x = context.divide(x, context.add(Decimal(1), root))
        doublings += 1

    def terms() -> Iterator[Decimal]:
        power, square, divisor = x, context.minus(context.multiply(x, x)), 1
        while True:
            yield context.divide(power, Decimal(divisor))
            power, divisor = context.multiply(power, square), divisor + 2

    return context.multiply(add_up(terms(), context), Decimal(2**doublings))


def bessel(order: int, x: Decimal, context: Context) -> Iterator[Decimal]:
    """The terms of Bessel's function of an integer order."""
    half = context.divide(x, Decimal(2))
    term = Decimal(1)
    for at in range(1, abs(order) + 1):
        term = context.divide(context.multiply(term, half), Decimal(at))
    if order < 0 and order % 2:
        term = -term
    square, count = context.minus(context.multiply(half, half)), 1
    while True:
        yield term
        term = context.divide(context.multiply(term, square), Decimal(count * (count + abs(order))))
        count += 1
