"""The tree of a jq program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class JqSyntaxError(Exception):
    """A program that does not compile; the message is jq's."""


@dataclass(frozen=True, slots=True)
class Node:
    """Part of a program."""


@dataclass(frozen=True, slots=True)
class Identity(Node):
    """`.`"""


@dataclass(frozen=True, slots=True)
class RecurseDefault(Node):
    """`..`"""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant."""

    value: Any


@dataclass(frozen=True, slots=True)
class Format(Node):
    """@name: formats its input, or the interpolations of a string."""

    name: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A string with interpolations: pieces of text and filters, by turns as they come."""

    parts: tuple[str | Node, ...]
    format: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """target[key]"""

    target: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """target[start:stop]"""

    target: Node
    start: Node | None
    stop: Node | None


@dataclass(frozen=True, slots=True)
class Iterate(Node):
    """target[]"""

    target: Node


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    """left | right"""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comma(Node):
    """left, right"""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Operation(Node):
    """left operator right: arithmetic and comparison."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """left and right, left or right"""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Alternative(Node):
    """left // right"""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Update(Node):
    """left operator right: = |= += -= *= /= %= //="""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """-operand"""

    operand: Node


@dataclass(frozen=True, slots=True)
class ArrayOf(Node):
    """[items]; None: the empty array."""

    items: Node | None


@dataclass(frozen=True, slots=True)
class ObjectOf(Node):
    """{key: value, …}"""

    entries: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """$name"""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """name(arguments)"""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """if test then yes else no end"""

    test: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Try(Node):
    """try body catch handler; handler None: errors end it silently."""

    body: Node
    handler: Node | None


@dataclass(frozen=True, slots=True)
class Reduce(Node):
    """reduce source as pattern (start; update)"""

    source: Node
    pattern: Pattern
    start: Node
    update: Node


@dataclass(frozen=True, slots=True)
class Foreach(Node):
    """foreach source as pattern (start; update; extract)"""

    source: Node
    pattern: Pattern
    start: Node
    update: Node
    extract: Node | None


@dataclass(frozen=True, slots=True)
class Bind(Node):
    """source as patterns | body: patterns are tried one after the other (?//)."""

    source: Node
    patterns: tuple[Pattern, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Label(Node):
    """label $name | body"""

    name: str
    body: Node


@dataclass(frozen=True, slots=True)
class Break(Node):
    """break $name"""

    name: str


@dataclass(frozen=True, slots=True)
class Define(Node):
    """def name(parameters): body; rest"""

    function: Function
    rest: Node


@dataclass(frozen=True, slots=True)
class Function:
    """A function; parameters that begin with $ are values."""

    name: str
    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Pattern:
    """What `as` binds: a name, an array of patterns, or an object: key (a filter, or a variable's name) to
    pattern.
    """

    name: str = ""
    elements: tuple[Pattern, ...] | None = None
    entries: tuple[tuple[Node | str, Pattern | None], ...] | None = None

    def names(self) -> set[str]:
        """All variables that it binds."""
        found = {self.name} if self.name else set()
        for one in self.elements or ():
            found |= one.names()
        for key, one_or_none in self.entries or ():
            if isinstance(key, str):
                found.add(key)
            if one_or_none is not None:
                found |= one_or_none.names()
        return found
