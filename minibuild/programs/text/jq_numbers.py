"""jq's functions of numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minibuild.programs.text.jq_values import JqError, described, kind

if TYPE_CHECKING:
    from collections.abc import Callable

Json = Any


def number_of(value: Json) -> float:
    """The value, which must be a number."""
    if kind(value) != "number":
        raise JqError(f"{described(value)} number required")
    return float(value)


def numeric(name: str, function: Callable[[float], float]) -> Callable[[Json], Json]:
    def run(value: Json) -> Json:
        if kind(value) != "number":
            raise JqError(f"{described(value)} number required")
        try:
            return float(function(value))
        except ValueError:
            return math.nan
        except OverflowError:
            return value if math.isinf(value) else math.inf

    run.__name__ = name
    return run


def binary(function: Callable[[float, float], float]) -> Callable[[Json, Json, Json], Json]:
    def run(_value: Json, left: Json, right: Json) -> Json:
        for one in (left, right):
            if kind(one) != "number":
                raise JqError(f"{described(one)} number required")
        try:
            return float(function(left, right))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return run


def is_normal(value: Json) -> bool:
    if kind(value) != "number":
        raise JqError(f"{described(value)} number required")
    return bool(math.isfinite(value) and abs(value) >= 2.2250738585072014e-308)


def _rounded(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value)


MATH: dict[str, Callable[[float], float]] = {
    "floor": math.floor, "ceil": math.ceil, "round": _rounded, "trunc": math.trunc, "rint": round,
    "nearbyint": round, "sqrt": math.sqrt, "exp": math.exp, "exp2": lambda x: 2.0**x,
    "exp10": lambda x: 10.0**x, "expm1": math.expm1, "log": lambda x: math.log(x) if x else -math.inf,
    "log2": lambda x: math.log2(x) if x else -math.inf,
    "log10": lambda x: math.log10(x) if x else -math.inf, "log1p": math.log1p, "fabs": abs,
    "cbrt": math.cbrt, "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin,
    "acos": math.acos, "atan": math.atan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh, "gamma": math.lgamma,
    "lgamma": math.lgamma, "tgamma": math.gamma,
    "significand": lambda x: x / 2.0 ** math.floor(math.log2(abs(x))) if x else 0.0,
    "logb": lambda x: float(math.floor(math.log2(abs(x)))) if x else -math.inf,
}  # fmt: skip
BINARY: dict[str, Callable[[float, float], float]] = {
    "pow": math.pow, "atan2": math.atan2, "fmod": math.fmod, "fmin": min, "fmax": max,
    "copysign": math.copysign, "hypot": math.hypot, "ldexp": lambda x, n: math.ldexp(x, int(n)),
    "scalb": lambda x, n: x * 2.0**n, "scalbln": lambda x, n: x * 2.0**n, "drem": math.remainder,
    "nextafter": math.nextafter,
}  # fmt: skip
