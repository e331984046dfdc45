"""The Dockerfile language: text to syntax tree, word expansion, ignore files.

    >>> from minibuild.dockerfile import parse
    >>> dockerfile = parse("FROM alpine:3.20 AS base\\nENV NAME=world\\nRUN echo $NAME\\n")
    >>> [instruction.keyword for instruction in dockerfile.instructions]
    ['FROM', 'ENV', 'RUN']
    >>> dockerfile.stages[0].name, dockerfile.instructions[1].pairs
    ('base', (('NAME', 'world'),))

`parse` raises `DockerfileError`, which names the line and the column and says what to do. What belongs to a
build (values of variables, files, images) is not here. The names below are loaded when they are first used: a
parsed file that was kept (`load`) needs neither the grammar nor Lark.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.dockerfile.document import to_document as to_document
    from minibuild.dockerfile.document import to_json as to_json
    from minibuild.dockerfile.document import to_tree as to_tree
    from minibuild.dockerfile.errors import DockerfileError as DockerfileError
    from minibuild.dockerfile.expand import ExpandError as ExpandError
    from minibuild.dockerfile.expand import expand_raw as expand_raw
    from minibuild.dockerfile.expand import expand_traced as expand_traced
    from minibuild.dockerfile.expand import expand_word as expand_word
    from minibuild.dockerfile.expand import expand_words as expand_words
    from minibuild.dockerfile.format import format_dockerfile as format_dockerfile
    from minibuild.dockerfile.ignore import IgnoreFile as IgnoreFile
    from minibuild.dockerfile.nodes import Dockerfile as Dockerfile
    from minibuild.dockerfile.nodes import Instruction as Instruction
    from minibuild.dockerfile.nodes import Stage as Stage
    from minibuild.dockerfile.parser import parse as parse
    from minibuild.dockerfile.serialise import dump as dump
    from minibuild.dockerfile.serialise import load as load

_MODULES = {
    "Dockerfile": "nodes",
    "DockerfileError": "errors",
    "ExpandError": "expand",
    "IgnoreFile": "ignore",
    "Instruction": "nodes",
    "Stage": "nodes",
    "dump": "serialise",
    "expand_raw": "expand",
    "expand_traced": "expand",
    "expand_word": "expand",
    "expand_words": "expand",
    "format_dockerfile": "format",
    "load": "serialise",
    "parse": "parser",
    "to_document": "document",
    "to_json": "document",
    "to_tree": "document",
}


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_MODULES)
