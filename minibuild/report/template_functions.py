"""The functions that templates may call: Go's own, and those that docker adds."""

import re
from collections.abc import Callable
from typing import Any

from minibuild.errors import MinibuildError
from minibuild.report.template_values import Map, Nil, is_true, to_json, to_text


class TemplateError(MinibuildError):
    """A template that asks the document for what it does not have."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(f"template error: {problem}", hint=hint)


_VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])")
_WIDEST = 10_000


def _length(value: Any) -> int:
    if isinstance(value, (str, list, tuple, dict)):
        return len(value.encode("utf-8", "surrogateescape")) if isinstance(value, str) else len(value)
    if isinstance(value, Nil) and value.kind != "pointer":
        return 0
    raise TemplateError(f"len of {to_text(value)}, which has no length")


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        value = _item(value, key)
    return value


def _item(value: Any, key: Any) -> Any:
    if isinstance(value, Nil):
        if value.kind == "map":
            return ""
        raise TemplateError("index of an empty list" if value.kind == "list" else "index of nil")
    if isinstance(value, Map):
        return value.get(key, value.zero)
    if isinstance(value, dict):
        raise TemplateError(f"can't index a structure with {to_text(key)}: write .{to_text(key)}")
    if isinstance(value, (list, tuple, str)):
        if isinstance(key, bool) or not isinstance(key, int):
            raise TemplateError(f"cannot index a list with {to_text(key)}")
        if not 0 <= key < len(value):
            raise TemplateError(f"index out of range: {key}")
        return ord(value[key]) if isinstance(value, str) else value[key]
    raise TemplateError(f"can't index {to_text(value)}")


def _slice(value: Any, *bounds: Any) -> Any:
    if not isinstance(value, (str, list, tuple)) or len(bounds) > 2:
        raise TemplateError("slice wants a string or list and at most two bounds")
    start = bounds[0] if bounds else 0
    end = bounds[1] if len(bounds) > 1 else len(value)
    if not all(isinstance(bound, int) for bound in bounds) or not 0 <= start <= end <= len(value):
        raise TemplateError("slice bounds out of range")
    return value[start:end]


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise TemplateError("eq: missing argument for comparison")
    return any(type(first) is type(other) and first == other for other in others)


def _ordered(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def function(left: Any, right: Any) -> bool:
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (left, right))
        if not numbers and not (isinstance(left, str) and isinstance(right, str)):
            raise TemplateError(f"{name}: incompatible types for comparison")
        return compare(left, right)

    return function


def _printf(form: Any, *values: Any) -> str:
    if not isinstance(form, str):
        raise TemplateError("printf wants a format")
    rest = list(values)

    def filled(verb: re.Match[str]) -> str:
        if verb[4] == "%":
            return "%"
        if not rest:
            return f"%!{verb[4]}(MISSING)"
        return _formatted(verb, rest.pop(0))

    text = _VERB.sub(filled, form)
    return text + ("" if not rest else "%!(EXTRA " + ", ".join(map(to_text, rest)) + ")")


def _formatted(verb: re.Match[str], value: Any) -> str:
    flags, letter = verb[1], verb[4]
    precision = None if verb[3] is None else min(int(verb[3]), _WIDEST)
    text = _converted(letter, value, precision)
    if text is None:
        return f"%!{letter}({to_text(value)})"
    if "+" in flags and letter in "dfeg" and not text.startswith("-"):
        text = "+" + text
    width = min(int(verb[2] or 0), _WIDEST)
    if "-" in flags:
        return text.ljust(width)
    return text.zfill(width) if "0" in flags and letter != "s" else text.rjust(width)


def _converted(letter: str, value: Any, precision: int | None) -> str | None:
    """The value by a verb of Go's fmt package; None where the verb does not fit."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if letter in "sv":
        text = to_text(value, top=False)
        return text if precision is None or not isinstance(value, str) else text[:precision]
    if letter == "q" and isinstance(value, str):
        return to_json(value)
    if letter == "t" and isinstance(value, bool):
        return to_text(value)
    if letter in "dxXob" and whole:
        return format(value, letter)
    if letter in "xX" and isinstance(value, str):
        digits = value.encode("utf-8", "surrogateescape").hex()
        return digits if letter == "x" else digits.upper()
    if letter == "c" and whole and 0 <= value < 0x110000:
        return chr(value)
    if letter in "feEgG" and number:
        if precision is None and letter in "gG":
            return to_text(float(value))
        return format(value, f".{6 if precision is None else precision}{letter}")
    return None


def _text(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        if not isinstance(value, str):
            raise TemplateError(f"a string was expected, not {to_text(value)}")
        return function(value)

    return checked


def _split(text: Any, separator: Any) -> list[str]:
    if not isinstance(text, str) or not isinstance(separator, str):
        raise TemplateError("split wants a string and a separator")
    return text.split(separator) if separator else list(text)


def _join(parts: Any, separator: Any) -> str:
    if isinstance(parts, Nil):
        return ""
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        raise TemplateError("join wants a list of strings and a separator")
    return str(separator).join(parts)


def _pad(text: Any, before: Any, after: Any) -> str:
    return " " * min(int(before), _WIDEST) + str(text) + " " * min(int(after), _WIDEST) if text else ""


def _truncate(text: Any, width: Any) -> str:
    return str(text)[: int(width)]


def _title(text: str) -> str:
    return re.sub(r"(?<!\w)\w", lambda letter: letter[0].upper(), text)


def _print(*values: Any) -> str:
    """Blanks stand between operands when neither is a string."""
    text = ""
    for i, value in enumerate(values):
        if i and not isinstance(value, str) and not isinstance(values[i - 1], str):
            text += " "
        text += to_text(value, top=False)
    return text


def _and(*values: Any) -> Any:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), values[-1])


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": _and,
    "or": _or,
    "not": lambda value: not is_true(value),
    "eq": _equal,
    "ne": lambda left, right: not _equal(left, right),
    "lt": _ordered("lt", lambda a, b: bool(a < b)),
    "le": _ordered("le", lambda a, b: bool(a <= b)),
    "gt": _ordered("gt", lambda a, b: bool(a > b)),
    "ge": _ordered("ge", lambda a, b: bool(a >= b)),
    "index": _index,
    "slice": _slice,
    "len": _length,
    "json": to_json,
    "print": _print,
    "println": lambda *values: " ".join(to_text(value, top=False) for value in values) + "\n",
    "printf": _printf,
    "upper": _text(str.upper),
    "lower": _text(str.lower),
    "title": _text(_title),
    "split": _split,
    "join": _join,
    "pad": _pad,
    "truncate": _truncate,
}
