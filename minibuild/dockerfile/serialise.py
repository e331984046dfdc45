"""A parsed Dockerfile as bytes and back, without the grammar.

The bytes are JSON behind a tag. They are only meant for the store of the program that wrote them; whatever
does not fit is refused, and no bytes can make more of themselves than they are.
"""

from __future__ import annotations

from typing import Any

from minibuild.dockerfile import nodes
from minibuild.dockerfile.records import Record
from minibuild.errors import MinibuildError

# To be raised with every change of `nodes`: it keeps trees of other versions apart.
FORMAT = "dockerfile 1"

_TAG = FORMAT.encode() + b"\n"
_MAPPING = "mapping"
_RECORDS: tuple[type[Record], ...] = (
    nodes.Dockerfile,
    nodes.Heredoc,
    nodes.Mount,
    nodes.Device,
    *nodes.INSTRUCTIONS.values(),
)
_CLASSES = {cls.__name__: cls for cls in _RECORDS}


class SerialiseError(MinibuildError):
    """The bytes are no Dockerfile that `dump` wrote, or another version wrote them."""


def dump(dockerfile: nodes.Dockerfile) -> bytes:
    """The bytes from which `load` makes an equal tree."""
    from json import dumps  # loaded here, so that the nodes can be imported without it

    return _TAG + dumps(_plain(dockerfile), separators=(",", ":")).encode()


def load(data: bytes) -> nodes.Dockerfile:
    """The tree that `dump` was given. Raise `SerialiseError` for anything else."""
    from json import loads

    if not data.startswith(_TAG):
        raise SerialiseError("this is no parsed Dockerfile of this version")
    try:
        tree = _typed(loads(data[len(_TAG) :]))
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise SerialiseError(f"a parsed Dockerfile is damaged: {problem}") from None
    if not isinstance(tree, nodes.Dockerfile) or not all(
        isinstance(i, nodes.Instruction) for i in tree.instructions
    ):
        raise SerialiseError("a parsed Dockerfile is damaged: it holds something else")
    return tree


def _plain(value: Any) -> Any:
    """Records become `{class name: [values…]}`, mappings likewise lists of pairs, tuples lists."""
    if isinstance(value, Record):
        return {type(value).__name__: [_plain(part) for part in value.values()]}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return {_MAPPING: list(value.items())} if isinstance(value, dict) else value


def _typed(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is list:
        return tuple([_typed(part) for part in value])
    if kind is dict:
        ((name, values),) = value.items()
        return dict(values) if name == _MAPPING else _CLASSES[name](*[_typed(part) for part in values])
    if value is None or kind is bool:
        return value
    raise TypeError(f"{kind.__name__} has no place in a tree")
