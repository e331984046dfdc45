"""A Compose file as plain values, with the place of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from minibuild.compose.errors import ComposeError
from minibuild.compose.interpolation import interpolate

if TYPE_CHECKING:
    from collections.abc import Mapping

_LARGEST = 1 << 20
_MOST_VALUES = 100_000  # aliases of aliases can be far more than they look
_DEEPEST = 60
Where = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """What a file says: `content`, where each value stands (path in the content → line and column), its lines
    and what should be told about it.
    """

    path: str
    content: Any = None
    places: dict[Where, tuple[int, int]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def place(self, where: Where) -> tuple[int, int]:
        """The line and column of a value, or of the nearest one around it."""
        known: Where = ()
        for word in where:
            if (*known, word) in self.places:
                known = (*known, word)
        return self.places.get(known, (0, 0))

    def error(self, message: str, where: Where, hint: str = "") -> ComposeError:
        """An error about the value at `where`."""
        line, column = self.place(where)
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return ComposeError(message, hint=hint, path=self.path, line=line, column=column, source=source)

    def warn(self, message: str, where: Where) -> None:
        """Note something about the value at `where`."""
        self.warnings.append(f"{self.path}:{self.place(where)[0]}: {message}")


def read_document(path: str, variables: Mapping[str, str]) -> Document:
    """Read a Compose file, variables replaced. Raise `ComposeError` with the place of what is wrong."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise ComposeError(f"can't read {path}: {error.strerror}") from None
    if len(data) > _LARGEST:
        raise ComposeError(f"{path} is larger than a Compose file can be ({_LARGEST >> 20} MiB)")
    document = Document(path, lines=data.decode("utf-8", "replace").splitlines())
    try:
        loader = yaml.SafeLoader(data)
        node = loader.get_single_node()
        if node is not None:
            document.content = _Reader(document, loader, variables).value(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        raise ComposeError(error.problem or "this is no YAML", path=path, line=line, column=column) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ComposeError(f"this is no YAML: {str(error).splitlines()[0]}", path=path) from None
    if not isinstance(document.content, dict):
        raise ComposeError("a Compose file is a mapping with `services`", path=path)
    return document


class _Reader:
    def __init__(self, document: Document, loader: yaml.SafeLoader, variables: Mapping[str, str]) -> None:
        self.document = document
        self.loader = loader
        self.variables = variables
        self.left = _MOST_VALUES
        self.flat: set[int] = set()  # nodes whose merged keys are in place: an alias brings them again

    def value(self, node: yaml.Node, where: Where) -> Any:
        self.document.places.setdefault(where, (node.start_mark.line + 1, node.start_mark.column + 1))
        self.left -= 1
        if self.left < 0 or len(where) > _DEEPEST:
            raise self.document.error("too many values, or too deep", where)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*where, index)) for index, child in enumerate(node.value)]
        return self.scalar(node, where)

    def mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        if id(node) not in self.flat:
            self.flat.add(id(node))
            self._check_keys(node, where)
            self.loader.flatten_mapping(node)
        found: dict[str, Any] = {}
        for key, child in node.value:  # what is merged in stands first, so that a key of its own goes over it
            inner = (*where, key.value)
            self.document.places[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
            found[key.value] = self.value(child, inner)
        return found

    def _check_keys(self, node: yaml.MappingNode, where: Where) -> None:
        own: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.document.error("a key must be plain", where)
            if key.value in own and key.value != "<<":
                inner = (*where, key.value)
                self.document.places[inner] = (key.start_mark.line + 1, key.start_mark.column + 1)
                raise self.document.error(f"mapping key {key.value!r} stands twice", inner)
            own.add(key.value)

    def scalar(self, node: Any, where: Where) -> Any:
        """YAML 1.2's scalars, as Compose takes them: `no` and `22:22` are texts."""
        text: str = node.value
        tag = node.tag.rpartition(":")[2]
        if tag == "null":
            return None
        if tag == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if tag in ("int", "float") and ":" not in text:
            return self.loader.construct_object(node)
        if "$" not in text:
            return text

        def missing(name: str) -> None:
            self.document.warn(f'the "{name}" variable is not set: it is taken to be blank', where)

        try:
            return interpolate(text, self.variables, missing)
        except ComposeError as error:
            raise self.document.error(error.message, where, error.hint) from None
