"""The builtin functions of jq that are written in Python."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from minibuild.programs.text.jq_collections import (
    add_all,
    contains_part,
    flattened,
    greatest_pair,
    group_pairs,
    has_key,
    keys_of,
    least_pair,
    length_of,
    places_of,
    reversed_value,
    sort_pairs,
    sortable,
    utf8_length,
    value_at,
    with_value_at,
    without_paths,
)
from minibuild.programs.text.jq_formats import format_text, plain_text
from minibuild.programs.text.jq_json import JsonError, parse_one, to_text
from minibuild.programs.text.jq_numbers import BINARY, MATH, binary, is_normal, number_of, numeric
from minibuild.programs.text.jq_regex import captured, matches
from minibuild.programs.text.jq_values import (
    JqError,
    described,
    kind,
    shown,
    split_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.programs.text.jq_evaluate import Interpreter, Native
    from minibuild.programs.text.jq_nodes import Node
    from minibuild.programs.text.jq_scope import Place, Scope

Json = Any


def of_values(function: Callable[..., Json]) -> Native:
    """A native out of a function of the input and the values of the arguments: once for each combination."""

    def native(
        interpreter: Interpreter, arguments: tuple[Node, ...], value: Json, scope: Scope
    ) -> Iterator[Json]:
        if not arguments:
            yield function(value)
            return

        def combine(place: int, chosen: tuple[Json, ...]) -> Iterator[Json]:
            if place < 0:
                yield function(value, *chosen)
                return
            for one in interpreter.run(arguments[place], value, scope):
                yield from combine(place - 1, (one, *chosen))

        yield from combine(len(arguments) - 1, ())

    return native


# ---- control


def _empty(
    _interpreter: Interpreter, _arguments: tuple[Node, ...], _value: Json, _scope: Scope
) -> Iterator[Json]:
    return iter(())


def _error(
    _interpreter: Interpreter, _arguments: tuple[Node, ...], value: Json, _scope: Scope
) -> Iterator[Json]:
    if value is not None:  # an error without a value is the end of the outputs
        raise JqError(value)
    return iter(())


def _no_module(value: Json) -> Json:
    raise JqError(f"{shown(value)} is not a module")


def _not(value: Json) -> bool:
    return value is None or value is False


def _path(interpreter: Interpreter, arguments: tuple[Node, ...], value: Json, scope: Scope) -> Iterator[Json]:
    for path, _ in interpreter.paths(arguments[0], ((), value), scope):
        yield list(path)


def _range(
    interpreter: Interpreter, arguments: tuple[Node, ...], value: Json, scope: Scope
) -> Iterator[Json]:
    for start in interpreter.run(arguments[0], value, scope):
        for stop in interpreter.run(arguments[1], value, scope):
            for step in interpreter.run(arguments[2], value, scope):
                if not all(kind(one) == "number" for one in (start, stop, step)):
                    raise JqError("Range bounds must be numeric")
                count, at = 0, start
                while (step > 0 and at < stop) or (step < 0 and at > stop) or (not step and at < stop):
                    interpreter.tick()
                    yield at
                    count += 1
                    at = start + count * step


def _recurse(
    interpreter: Interpreter, arguments: tuple[Node, ...], value: Json, scope: Scope
) -> Iterator[Json]:
    yield value
    for one in interpreter.run(arguments[0], value, scope):
        interpreter.tick()
        yield from _recurse(interpreter, arguments, one, scope)


def _recurse_paths(
    interpreter: Interpreter, arguments: tuple[Node, ...], place: Place, scope: Scope
) -> Iterator[Place]:
    yield place
    for one in interpreter.paths(arguments[0], place, scope):
        interpreter.tick()
        yield from _recurse_paths(interpreter, arguments, one, scope)


def _no_paths(
    _interpreter: Interpreter, _arguments: tuple[Node, ...], _place: Place, _scope: Scope
) -> Iterator[Place]:
    return iter(())


def _error_paths(
    _interpreter: Interpreter, _arguments: tuple[Node, ...], place: Place, _scope: Scope
) -> Iterator[Place]:
    raise JqError(place[1])


def _getpath_paths(
    interpreter: Interpreter, arguments: tuple[Node, ...], place: Place, scope: Scope
) -> Iterator[Place]:
    for path in interpreter.run(arguments[0], place[1], scope):
        yield (*place[0], *path), value_at(place[1], path)


# ---- strings and numbers


def _tonumber(value: Json) -> Json:
    if kind(value) == "number":
        return value
    if isinstance(value, str):
        try:
            found = parse_one(value)
        except JsonError as error:
            raise JqError(f"{error} (while parsing '{value}')") from None
        if kind(found) == "number":
            return found
    raise JqError(f"{described(value)} cannot be parsed as a number")


def _fromjson(value: Json) -> Json:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} only strings can be parsed")
    try:
        return parse_one(value)
    except JsonError as error:
        raise JqError(f"{error} (while parsing '{value}')") from None


def _starts(value: Json, part: Json) -> bool:
    if not isinstance(value, str) or not isinstance(part, str):
        raise JqError("startswith() requires string inputs")
    return value.startswith(part)


def _ends(value: Json, part: Json) -> bool:
    if not isinstance(value, str) or not isinstance(part, str):
        raise JqError("endswith() requires string inputs")
    return value.endswith(part)


def _split(value: Json, separator: Json) -> Json:
    if not isinstance(value, str) or not isinstance(separator, str):
        raise JqError("split input and separator must be strings")
    return split_text(value, separator)


def _explode(value: Json) -> Json:
    if not isinstance(value, str):
        raise JqError("explode input must be a string")
    return [float(ord(char)) for char in value]


def _implode(value: Json) -> Json:
    if not isinstance(value, list):
        raise JqError("implode input must be an array")
    codes = [int(one) if kind(one) == "number" else -1 for one in value]
    if any(not 0 <= code < 0x110000 for code in codes):
        raise JqError("Unicode codepoint must be numeric")
    return "".join("\ufffd" if 0xD800 <= code < 0xE000 else chr(code) for code in codes)


def _trim(value: Json, strip: Callable[[str], str]) -> Json:
    if not isinstance(value, str):
        raise JqError(f"{described(value)} cannot be trimmed")
    return strip(value)


PLAIN: dict[tuple[str, int], Callable[..., Json]] = {
    ("not", 0): _not,
    ("length", 0): length_of,
    ("utf8bytelength", 0): utf8_length,
    ("keys", 0): keys_of,
    ("keys_unsorted", 0): lambda value: keys_of(value, ordered=False),
    ("has", 1): has_key,
    ("contains", 1): contains_part,
    ("add", 0): add_all,
    ("flatten", 1): flattened,
    ("_sortable", 0): sortable,
    ("_sort_pairs", 0): sort_pairs,
    ("_group_pairs", 0): group_pairs,
    ("_least_pair", 0): least_pair,
    ("_greatest_pair", 0): greatest_pair,
    ("reverse", 0): reversed_value,
    ("indices", 1): places_of,
    ("_indices", 1): places_of,
    ("getpath", 1): value_at,
    ("setpath", 2): with_value_at,
    ("delpaths", 1): without_paths,
    ("type", 0): kind,
    ("tostring", 0): plain_text,
    ("tonumber", 0): _tonumber,
    ("tojson", 0): to_text,
    ("fromjson", 0): _fromjson,
    ("startswith", 1): _starts,
    ("endswith", 1): _ends,
    ("split", 1): _split,
    ("explode", 0): _explode,
    ("implode", 0): _implode,
    ("trim", 0): lambda value: _trim(value, str.strip),
    ("ltrim", 0): lambda value: _trim(value, str.lstrip),
    ("rtrim", 0): lambda value: _trim(value, str.rstrip),
    ("format", 1): lambda value, name: format_text(name, value),
    ("_match", 3): lambda value, source, flags, test: matches(value, source, flags, only_test=test),
    ("_captures", 0): captured,
    ("infinite", 0): lambda _value: math.inf,
    ("nan", 0): lambda _value: math.nan,
    ("isinfinite", 0): lambda value: math.isinf(number_of(value)),
    ("isnan", 0): lambda value: math.isnan(number_of(value)),
    ("isnormal", 0): is_normal,
    ("modulemeta", 0): _no_module,
    ("get_search_list", 0): lambda _value: [],
}


def natives() -> dict[tuple[str, int], Native]:
    """All natives that need nothing from outside."""
    table = {key: of_values(function) for key, function in PLAIN.items()}
    table |= {(name, 0): of_values(numeric(name, function)) for name, function in MATH.items()}
    table |= {(name, 2): of_values(binary(function)) for name, function in BINARY.items()}
    table |= {
        ("empty", 0): _empty,
        ("error", 0): _error,
        ("path", 1): _path,
        ("range", 3): _range,
        ("recurse", 1): _recurse,
    }
    return table


PATH_NATIVES: dict[
    tuple[str, int], Callable[[Interpreter, tuple[Node, ...], Place, Scope], Iterator[Place]]
] = {
    ("empty", 0): _no_paths,
    ("error", 0): _error_paths,
    ("getpath", 1): _getpath_paths,
    ("recurse", 1): _recurse_paths,
}
