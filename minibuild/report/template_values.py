"""The values that templates and JSON show: documents as a Go program holds them.

A dict is a struct: a field that it does not have is an error. A `Map` is a map: a key that it does not
have is empty. A `Nil` is an absent list, map or pointer. Everything else is a str, int, float, bool,
list, None or a callable (a method).
"""

import json
from typing import Any, Literal


class Map(dict[str, Any]):
    """A map from keys that nobody knows beforehand, such as labels; `zero` is what a missing key gives."""

    zero: Any = ""


class Nil:
    """An absent value. JSON has null for it, or leaves its key out when it is `omitted`."""

    __slots__ = ("kind", "omitted")

    def __init__(self, kind: Literal["list", "map", "pointer"], *, omitted: bool = False) -> None:
        self.kind = kind
        self.omitted = omitted

    def __bool__(self) -> bool:
        return False


class Unset(str):
    """An empty text, which JSON leaves out."""

    __slots__ = ()


def to_plain(value: Any) -> Any:
    """The value as the JSON library wants it; a map's keys are sorted, a struct's stand in their order."""
    if isinstance(value, Nil):
        return None
    if isinstance(value, Map):
        return {key: to_plain(value[key]) for key in sorted(value)}
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items() if not _is_left_out(item)}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def _is_left_out(item: Any) -> bool:
    return callable(item) or isinstance(item, Unset) or (isinstance(item, Nil) and item.omitted)


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON as docker writes it: compact, or indented; text that is not UTF-8 gets replacement characters."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(to_plain(value), ensure_ascii=False, indent=indent, separators=separators)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def to_text(value: Any, *, top: bool = True) -> str:
    """The value as Go's `%v` prints it; `top` tells that nothing is around it."""
    if value is None:
        return "<no value>" if top else "<nil>"
    if isinstance(value, Nil):
        return {"list": "[]", "map": "map[]", "pointer": "<nil>"}[value.kind]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e21 else f"{value:e}"
    if isinstance(value, Map):
        return "map[" + " ".join(f"{key}:{to_text(value[key], top=False)}" for key in sorted(value)) + "]"
    if isinstance(value, dict):
        return "{" + " ".join(to_text(item, top=False) for item in value.values() if not callable(item)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + " ".join(to_text(item, top=False) for item in value) + "]"
    return str(value)


def is_true(value: Any) -> bool:
    """Whether Go's templates take the value for true: not zero, not empty."""
    return bool(value)
