"""What the keys of a configuration mean; those of hadolint, spelt as there or with hyphens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.lint.configuration import LABEL_TYPES, LEVELS, THRESHOLDS, Options
from minibuild.lint.configuration_values import ConfigurationError
from minibuild.lint.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from minibuild.lint.configuration_values import Value

_SPELLINGS = {"trustedRegistries": "trusted-registries", "labels": "label-schema"}


def options_of(value: Value) -> tuple[Options, list[ConfigurationError]]:
    """(what the table says, a complaint about each key that has no meaning). Raise `ConfigurationError`."""
    if value.kind != "table":
        raise _expected("a table of keys", "the file", value)
    fields: dict[str, Any] = {}
    unknown = []
    for key, one in value.table.items():
        name = _SPELLINGS.get(key, key)
        reader = _READERS.get(name)
        if reader is None:
            unknown.append(_unknown(key, one))
        elif one.kind != "none":
            field = {"label-schema": "labels"}.get(name, name.replace("-", "_"))
            fields[field] = reader(key, one)
    return Options(**fields), unknown


def _unknown(key: str, value: Value) -> ConfigurationError:
    from difflib import get_close_matches  # only for a key that is wrong

    close = get_close_matches(key, _READERS, 1, 0.6)
    hint = f"did you mean {close[0]}?" if close else "the keys are " + ", ".join(sorted(_READERS))
    return ConfigurationError(f"unknown key {key!r}", hint=hint, line=value.line, column=value.column)


def _expected(what: str, key: str, value: Value) -> ConfigurationError:
    given = {"table": "a table", "list": "a list", "none": "nothing"}.get(value.kind, repr(value.text))
    return ConfigurationError(
        f"{key} is {what}, not {given}", line=value.line, column=value.column if value.line else 0
    )


def _words(key: str, value: Value) -> tuple[str, ...]:
    if value.kind != "list":
        raise _expected("a list of words", key, value)
    for one in value.items:
        if one.kind not in ("text", "flag", "number"):
            raise _expected("a word", f"each entry of {key}", one)
    return tuple(one.text for one in value.items)


def _flag(key: str, value: Value) -> bool:
    if value.kind != "flag":
        raise _expected("true or false", key, value)
    return value.text.lower() == "true"


def _one_of(words: Sequence[str]) -> Callable[[str, Value], str]:
    def read(key: str, value: Value) -> str:
        if value.text not in words:
            raise _expected("one of " + ", ".join(words), key, value)
        return value.text

    return read


def _override(key: str, value: Value) -> Mapping[str, tuple[str, ...]]:
    if value.kind != "table":
        raise _expected("a table with lists of codes under " + ", ".join(LEVELS), key, value)
    for level, one in value.table.items():
        if level not in LEVELS:
            raise _expected("under one of " + ", ".join(LEVELS), f"what {key} lists", _named(level, one))
    return {level: _words(f"{key}.{level}", one) for level, one in value.table.items() if one.kind != "none"}


def _labels(key: str, value: Value) -> Mapping[str, str]:
    if value.kind != "table":
        raise _expected("a table of labels and their types", key, value)
    read = _one_of(LABEL_TYPES)
    return {name: read(f"the type of {name} in {key}", one) for name, one in value.table.items()}


def _named(word: str, value: Value) -> Value:
    return type(value)("text", word, value.line, value.column)


_READERS: Mapping[str, Callable[[str, Value], Any]] = {
    "ignored": _words,
    "override": _override,
    "trusted-registries": _words,
    "label-schema": _labels,
    "strict-labels": _flag,
    "disable-ignore-pragma": _flag,
    "failure-threshold": _one_of(THRESHOLDS),
    "no-fail": _flag,
    "no-color": _flag,
    "verbose": _flag,
    "format": _one_of(tuple(FORMATS)),
}
