"""Values of jq: their order, arithmetic, indexing and changing at a path."""

from __future__ import annotations

import math
from typing import Any

from minibuild.programs.text.jq_json import to_text
from minibuild.programs.text.memory import check_size

Json = Any
Path = tuple[Any, ...]
MOST_ELEMENTS = 50_000_000
SHOWN = 11


class JqError(Exception):
    """A value that was raised: `value` is what catch gets."""

    def __init__(self, value: Json) -> None:
        super().__init__(value)
        self.value = value


class JqBreak(Exception):  # noqa: N818  not an error: break
    """Leave the label."""

    def __init__(self, label: object) -> None:
        super().__init__()
        self.label = label


def kind(value: Json) -> str:
    """The name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def shown(value: Json) -> str:
    """A value as error messages quote it: cut when it is long."""
    text = to_text(value)
    raw = text.encode()
    return text if len(raw) <= SHOWN + 3 else raw[:SHOWN].decode("utf-8", "ignore") + "..."


def described(value: Json) -> str:
    """TYPE (VALUE)"""
    return f"{kind(value)} ({shown(value)})"


def truthy(value: Json) -> bool:
    """Everything is but null and false."""
    return value is not None and value is not False


ORDER = {"null": 0, "boolean": 1, "number": 3, "string": 4, "array": 5, "object": 6}


def sort_key(value: Json) -> Json:
    """A value that Python orders as jq orders this one."""
    name = kind(value)
    rank = ORDER[name]
    if name == "boolean":
        return (2 if value else 1,)
    if name == "number":
        return (rank, -math.inf if value != value else value)
    if name == "string":
        return (rank, value.encode("utf-8", "surrogatepass"))
    if name == "array":
        return (rank, [sort_key(one) for one in value])
    if name == "object":
        keys = sorted(value)
        return (
            rank,
            [key.encode("utf-8", "surrogatepass") for key in keys],
            [sort_key(value[key]) for key in keys],
        )
    return (rank,)


def equal(left: Json, right: Json) -> bool:
    """jq's ==: true is not 1."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    return bool(left == right)


def compare(operator: str, left: Json, right: Json) -> bool:
    """left operator right"""
    if operator == "==":
        return equal(left, right)
    if operator == "!=":
        return not equal(left, right)
    if isinstance(left, float) and left != left and kind(right) == "number":
        return operator in ("<", "<=")
    one, other = sort_key(left), sort_key(right)
    if operator == "<":
        return bool(one < other)
    if operator == "<=":
        return bool(one <= other)
    return bool(one > other) if operator == ">" else bool(one >= other)


def arithmetic(operator: str, left: Json, right: Json) -> Json:
    """left operator right for + - * / %. JqError."""
    function = {"+": add, "-": subtract, "*": multiply, "/": divide, "%": modulo}[operator]
    return function(left, right)


def _numbers(left: Json, right: Json) -> bool:
    return kind(left) == kind(right) == "number"


def add(left: Json, right: Json) -> Json:
    """Numbers, strings and arrays are joined, objects merged; null adds nothing."""
    if left is None:
        return right
    if right is None:
        return left
    one, other = kind(left), kind(right)
    if one == other:
        if one == "number":
            return left + right
        if one in ("string", "array"):
            check_size(len(left) + len(right))
            return left + right
        if one == "object":
            return {**left, **right}
    raise JqError(f"{described(left)} and {described(right)} cannot be added")


def subtract(left: Json, right: Json) -> Json:
    """Numbers; arrays without the elements of the other."""
    if _numbers(left, right):
        return left - right
    if isinstance(left, list) and isinstance(right, list):
        return [one for one in left if not any(equal(one, other) for other in right)]
    raise JqError(f"{described(left)} and {described(right)} cannot be subtracted")


def multiply(left: Json, right: Json) -> Json:
    """Numbers; a string so many times; objects merged all the way down."""
    if _numbers(left, right):
        return left * right
    names = {kind(left), kind(right)}
    if names == {"string", "number"}:
        text, count = (left, right) if isinstance(left, str) else (right, left)
        if count <= 0 or count != count:
            return None
        times = max(int(min(count, 1e9)), 1)
        if times * len(text) > MOST_ELEMENTS:
            raise JqError("Repeat string result too long")
        return text * times
    if names == {"object"}:
        return _merged(left, right)
    raise JqError(f"{described(left)} and {described(right)} cannot be multiplied")


def _merged(left: dict[str, Json], right: dict[str, Json]) -> dict[str, Json]:
    out = dict(left)
    for key, value in right.items():
        old = out.get(key)
        out[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return out


def divide(left: Json, right: Json) -> Json:
    """Numbers; a string split at another."""
    if _numbers(left, right):
        if right == 0:
            raise JqError(
                f"{described(left)} and {described(right)} cannot be divided because the divisor is zero"
            )
        return left / right
    if isinstance(left, str) and isinstance(right, str):
        return split_text(left, right)
    raise JqError(f"{described(left)} and {described(right)} cannot be divided")


def split_text(text: str, separator: str) -> list[str]:
    """The pieces of a string."""
    if not text:
        return []
    return list(text) if not separator else text.split(separator)


def modulo(left: Json, right: Json) -> Json:
    """Whole numbers, with the sign of the left."""
    if not _numbers(left, right):
        raise JqError(f"{described(left)} and {described(right)} cannot be divided")
    if left != left or right != right:
        return math.nan
    one, other = _whole(left), abs(_whole(right))
    if not other:
        raise JqError(
            f"{described(left)} and {described(right)} cannot be divided (remainder)"
            " because the divisor is zero"
        )
    return float(math.copysign(abs(one) % other, one)) if one else 0.0


def _whole(number: float) -> int:
    return int(max(min(number, 9.2e18), -9.2e18))


# ---- looking at a place


def index(value: Json, key: Json) -> Json:
    """value[key]. JqError."""
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    name = kind(key)
    if isinstance(value, list) and name == "number":
        if key != math.floor(key) if math.isfinite(key) else True:
            return None
        place = int(key)
        return value[place] if -len(value) <= place < len(value) else None
    if isinstance(key, dict) and (value is None or isinstance(value, (list, str))):
        if not key.keys() & {"start", "end"}:
            raise JqError("Start and end indices of an array slice must be numbers")
        return slice_of(value, key.get("start"), key.get("end"))
    if value is None and name in ("string", "number", "null"):
        return None
    if isinstance(value, list) and isinstance(key, list):
        size = len(key)
        return [float(at) for at in range(len(value)) if size and equal(value[at : at + size], key)]
    if isinstance(key, str):
        raise JqError(f'Cannot index {kind(value)} with string "{key}"')
    raise JqError(f"Cannot index {kind(value)} with {name}")


def bounds(size: int, start: Json, stop: Json) -> tuple[int, int]:
    """The places that a slice means."""
    for one in (start, stop):
        if one is not None and kind(one) != "number":
            raise JqError("Start and end indices of an array slice must be numbers")
    first = 0.0 if start is None else float(start)
    last = float(size) if stop is None else float(stop)
    first, last = (one + size if one < 0 else one for one in (first, last))
    begin = math.floor(min(max(first, 0.0), size))
    end = math.ceil(min(max(last, 0.0), size))
    return begin, max(begin, end)


def slice_of(value: Json, start: Json, stop: Json) -> Json:
    """value[start:stop]. JqError."""
    if value is None:
        return None
    if not isinstance(value, (list, str)):
        raise JqError(f"Cannot index {kind(value)} with object")
    begin, end = bounds(len(value), start, stop)
    return value[begin:end]


def elements(value: Json) -> list[tuple[Json, Json]]:
    """Keys and values of an array or object. JqError."""
    if isinstance(value, list):
        return [(float(at), one) for at, one in enumerate(value)]
    if isinstance(value, dict):
        return list(value.items())
    raise JqError(f"Cannot iterate over {described(value)}")


# ---- changing a place


def get_path(value: Json, path: Path) -> Json:
    """What is at a path; null where nothing is."""
    for key in path:
        if value is None:
            return None
        value = index(value, key)
    return value


def set_path(value: Json, path: Path, new: Json) -> Json:
    """The value with something else at a path."""
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(key, dict):
        return _set_slice(value, key, rest, new)
    inner = set_path(index(value, key), rest, new)
    if isinstance(key, str):
        return {**(value or {}), key: inner}
    out = list(value or ())
    place = math.floor(key)
    if place < 0:
        place += len(out)
        if place < 0:
            raise JqError("Out of bounds negative array index")
    if place > MOST_ELEMENTS:
        raise JqError("Array index too large")
    out.extend([None] * (place + 1 - len(out)))
    out[place] = inner
    return out


def _set_slice(value: Json, key: dict[str, Json], rest: Path, new: Json) -> Json:
    if value is not None and not isinstance(value, list):
        raise JqError(f"Cannot update field at object index of {kind(value)}")
    items = value or []
    begin, end = bounds(len(items), key.get("start"), key.get("end"))
    inner = set_path(items[begin:end] if value is not None else None, rest, new)
    if not isinstance(inner, list):
        raise JqError("A slice of an array can only be assigned another array")
    return items[:begin] + inner + items[end:]


def delete_paths(value: Json, paths: list[Path]) -> Json:
    """The value without what is at the paths."""
    for path in sorted(paths, key=lambda one: sort_key(list(one)), reverse=True):
        value = _delete_path(value, path)
    return value


def _delete_path(value: Json, path: Path) -> Json:
    if not path:
        return None
    key, rest = path[0], path[1:]
    if value is None:
        return None
    if rest:
        inner = index(value, key)
        return value if inner is None else set_path(value, (key,), _delete_path(inner, rest))
    if isinstance(value, dict) and isinstance(key, str):
        return {name: one for name, one in value.items() if name != key}
    if isinstance(value, list) and isinstance(key, dict):
        begin, end = bounds(len(value), key.get("start"), key.get("end"))
        return value[:begin] + value[end:]
    if isinstance(value, list) and kind(key) == "number":
        place = math.floor(key)
        place += len(value) if place < 0 else 0
        return value[:place] + value[place + 1 :] if 0 <= place < len(value) else value
    if isinstance(key, str):
        raise JqError(f"Cannot delete field at object index of {kind(value)}")
    raise JqError(f"Cannot delete field at array index of {kind(value)}")
