"""YAML and TOML as values that know their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import yaml


class ConfigurationError(MinibuildError):
    """A configuration file that can't be read or understood: which key, which line, what was expected."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar's text (`kind` "text", "number", "flag" for true and false, "none" for nothing), the values of
    a "list", or those of a "table" by key; with the line (from 1, 0 unknown) and column where it stands.
    """

    kind: str
    content: str | Sequence[Value] | Mapping[str, Value]
    line: int = 0
    column: int = 0

    @property
    def text(self) -> str:
        """A scalar's text, "" for the others."""
        return self.content if isinstance(self.content, str) else ""

    @property
    def table(self) -> Mapping[str, Value]:
        """A table's values, none for the others."""
        return self.content if self.kind == "table" else {}  # type: ignore[return-value]

    @property
    def items(self) -> Sequence[Value]:
        """A list's values, none for the others."""
        return self.content if self.kind == "list" else ()  # type: ignore[return-value]


def read_yaml(text: str) -> Value:
    """The document in `text`; an empty one is an empty table. Raise `ConfigurationError`."""
    import yaml  # only where there is such a file

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = _from_yaml(node) if node is not None else Value("none", "")
        return Value("table", {}, 1, 1) if value.kind == "none" else value
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ConfigurationError(f"this is no YAML: {error.problem}", line=line, column=column) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigurationError(f"this is no YAML: {error}") from None
    except RecursionError:
        raise ConfigurationError("this is nested too deeply") from None


def _from_yaml(node: yaml.Node) -> Value:
    import yaml

    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, yaml.ScalarNode):
        kind = "text"
        if node.style is None and node.value.lower() in ("true", "false"):
            kind = "flag"
        elif node.style is None and node.value in ("", "~", "null"):
            kind = "none"
        return Value(kind, node.value, line, column)
    if isinstance(node, yaml.SequenceNode):
        return Value("list", tuple(_from_yaml(one) for one in node.value), line, column)
    table = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ConfigurationError("a key is a word", line=key.start_mark.line + 1)
        table[key.value] = _placed(_from_yaml(value), key)
    return Value("table", table, line, column)


def _placed(value: Value, key: yaml.Node) -> Value:
    """A table's value, at the place of its key: that is where a reader looks."""
    return Value(value.kind, value.content, key.start_mark.line + 1, key.start_mark.column + 1)


def read_toml(text: str, *path: str) -> Value | None:
    """The table of that path (`tool`, `minibuild`, `lint`) in `text`, None when there is none.

    Raise `ConfigurationError`.
    """
    import tomllib  # only where there is such a file

    try:
        document: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"at line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (0, 0)
        said = re.sub(r" \(at .*\)", "", str(error))
        raise ConfigurationError(f"this is no TOML: {said}", line=line, column=column) from None
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    if document is None:
        return None
    return _from_toml(document, text.split("\n"), 0)


def _from_toml(value: Any, lines: Sequence[str], line: int) -> Value:
    if isinstance(value, dict):
        table = {key: _from_toml(one, lines, _key_line(key, lines)) for key, one in value.items()}
        return Value("table", table, line, 1)
    if isinstance(value, list):
        return Value("list", tuple(_from_toml(one, lines, line) for one in value), line, 1)
    if isinstance(value, bool):
        return Value("flag", str(value).lower(), line, 1)
    return Value("text" if isinstance(value, str) else "number", str(value), line, 1)


def _key_line(key: str, lines: Sequence[str]) -> int:
    """The line that assigns the key, as far as it can be told: tomllib doesn't say."""
    pattern = re.compile(rf"\s*(?:\[.*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\])")
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 0)
