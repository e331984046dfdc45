"""jq's functions of arrays and objects."""

from __future__ import annotations

from typing import Any

from minibuild.programs.text.jq_values import (
    JqError,
    Path,
    add,
    delete_paths,
    described,
    elements,
    equal,
    get_path,
    index,
    kind,
    set_path,
    sort_key,
)
from minibuild.programs.text.memory import joined_text

Json = Any


def length_of(value: Json) -> Json:
    """length()"""
    name = kind(value)
    if name == "number":
        return abs(value)
    if name == "boolean":
        raise JqError(f"{described(value)} has no length")
    return 0.0 if value is None else float(len(value))


def utf8_length(value: Json) -> float:
    """utf8bytelength()"""
    if not isinstance(value, str):
        raise JqError(f"{described(value)} only strings have UTF-8 byte length")
    return float(len(value.encode("utf-8", "replace")))


def keys_of(value: Json, *, ordered: bool = True) -> Json:
    """keys and keys_unsorted()"""
    if isinstance(value, dict):
        return sorted(value, key=lambda key: key.encode("utf-8", "surrogatepass")) if ordered else list(value)
    if isinstance(value, list):
        return [float(at) for at in range(len(value))]
    raise JqError(f"{described(value)} has no keys")


def has_key(value: Json, key: Json) -> bool:
    """has()"""
    if isinstance(value, dict) and isinstance(key, str):
        return key in value
    if isinstance(value, list) and kind(key) == "number":
        return bool(0 <= key < len(value))
    raise JqError(
        f"Cannot check whether {kind(value)} has a {'string' if isinstance(key, str) else kind(key)} key"
    )


def contains_part(value: Json, part: Json) -> bool:
    """contains()"""
    if kind(value) != kind(part):
        raise JqError(f"{described(value)} and {described(part)} cannot have their containment checked")
    if isinstance(value, dict):
        return all(key in value and holds(value[key], one) for key, one in part.items())
    if isinstance(value, list):
        return all(any(holds(one, wanted) for one in value) for wanted in part)
    return part in value if isinstance(value, str) else equal(value, part)


def holds(value: Json, part: Json) -> bool:
    return kind(value) == kind(part) and contains_part(value, part)


def add_all(value: Json) -> Json:
    """add()"""
    total: Json = None
    items = [one for _, one in elements(value)]
    if items and all(isinstance(one, str) for one in items):
        return joined_text("", items)
    if items and all(isinstance(one, list) for one in items):
        return [inner for one in items for inner in one]
    for one in items:
        total = add(total, one)
    return total


def flattened(value: Json, depth: Json) -> Json:
    """flatten()"""
    if kind(depth) != "number" or depth < 0:
        raise JqError("flatten depth must not be negative")
    out: list[Json] = []
    for _, one in elements(value):
        if isinstance(one, list) and depth >= 1:
            out += flattened(one, depth - 1)
        else:
            out.append(one)
    return out


def sortable(value: Json) -> Json:
    """The input of the functions that sort."""
    if not isinstance(value, list):
        raise JqError(f"{described(value)} cannot be sorted, as it is not an array")
    return value


def ordered_pairs(value: Json) -> Json:
    """The pairs [keys, element] that the library makes; a stable order by keys."""
    return sorted(value, key=lambda pair: sort_key(pair[0]))


def sort_pairs(value: Json) -> Json:
    """The elements in the order of their keys."""
    return [pair[1] for pair in ordered_pairs(value)]


def group_pairs(value: Json) -> Json:
    """Elements with equal keys together."""
    groups: list[list[Json]] = []
    last: Json = None
    for keys, one in ordered_pairs(value):
        if groups and equal(keys, last):
            groups[-1].append(one)
        else:
            groups.append([one])
            last = keys
    return groups


def least_pair(value: Json) -> Json:
    """The element with the least key."""
    return min(value, key=lambda pair: sort_key(pair[0]))[1] if value else None


def greatest_pair(value: Json) -> Json:
    """The element with the greatest key, the last of them."""
    best = None
    for pair in value:
        if best is None or sort_key(pair[0]) >= sort_key(best[0]):
            best = pair
    return best[1] if best is not None else None


def reversed_value(value: Json) -> Json:
    """reverse()"""
    if value is None:
        return []
    if not isinstance(value, (list, str)):
        raise JqError(f"Cannot reverse {described(value)}")
    return value[::-1]


def places_of(value: Json, part: Json) -> Json:
    """indices()"""
    if value is None:
        return None
    if isinstance(value, str) and isinstance(part, str):
        found: list[float] = []
        at = value.find(part) if part else -1
        while at >= 0:
            found.append(float(at))
            at = value.find(part, at + 1)
        return found if part else None
    if isinstance(value, list) and not isinstance(part, list):
        return [float(at) for at, one in enumerate(value) if equal(one, part)]
    return index(value, part)


def value_at(value: Json, path: Json) -> Json:
    """getpath()"""
    if not isinstance(path, list):
        raise JqError("Path must be specified as an array")
    return get_path(value, tuple(path))


def with_value_at(value: Json, path: Json, new: Json) -> Json:
    """setpath()"""
    if not isinstance(path, list):
        raise JqError("Path must be specified as an array")
    return set_path(value, tuple(path), new)


def without_paths(value: Json, paths: Json) -> Json:
    """delpaths()"""
    if not isinstance(paths, list):
        raise JqError("Paths must be specified as an array")
    if not all(isinstance(path, list) for path in paths):
        raise JqError("Path must be specified as an array")
    chosen: list[Path] = [tuple(path) for path in paths]
    return delete_paths(value, chosen)
