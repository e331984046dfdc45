"""A parsed Dockerfile as bytes and back, without the grammar.

The bytes are `marshal` data of plain tuples behind a tag: fast to read, and they can hold no code. They are
only meant for the store of the program that wrote them; whatever does not fit is refused.
"""

from __future__ import annotations

import marshal
import sys
from typing import Any

from minibuild.dockerfile import nodes
from minibuild.dockerfile.records import Record
from minibuild.errors import MinibuildError

# A number for the shape of the tree, to be raised with every change of `nodes`; marshal's own format goes
# with Python's version.
FORMAT = f"dockerfile 1 python {sys.version_info[0]}.{sys.version_info[1]}"

_TAG = FORMAT.encode() + b"\n"
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
    return _TAG + marshal.dumps(_plain(dockerfile))


def load(data: bytes) -> nodes.Dockerfile:
    """The tree that `dump` was given. Raise `SerialiseError` for anything else."""
    if not data.startswith(_TAG):
        raise SerialiseError("this is no parsed Dockerfile of this version")
    try:
        tree = _typed(marshal.loads(memoryview(data)[len(_TAG) :]))
    except (ValueError, EOFError, TypeError, KeyError, IndexError, RecursionError) as problem:
        raise SerialiseError(f"a parsed Dockerfile is damaged: {problem}") from None
    if not isinstance(tree, nodes.Dockerfile) or not all(
        isinstance(i, nodes.Instruction) for i in tree.instructions
    ):
        raise SerialiseError("a parsed Dockerfile is damaged: it holds something else")
    return tree


def _plain(value: Any) -> Any:
    """Records become `(class name, values…)` in a list, which nothing else in a tree is."""
    if isinstance(value, Record):
        return [type(value).__name__, *(_plain(part) for part in value.values())]
    if isinstance(value, tuple):
        return tuple([_plain(part) for part in value])
    return dict(value) if isinstance(value, dict) else value


def _typed(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is tuple:
        return tuple([_typed(part) for part in value]) if value else value
    if kind is list:
        return _CLASSES[value[0]](*[_typed(part) for part in value[1:]])
    if value is None or kind is bool or kind is dict:
        return value
    raise TypeError(f"{kind.__name__} has no place in a tree")
