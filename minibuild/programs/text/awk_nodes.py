"""The tree of an awk program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class AwkError(Exception):
    """A program that awk does not accept or cannot go on with; `line` 0: where it runs, not where it is
    written.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Node:
    """Part of a program."""

    __slots__ = ()


class Number(Node):
    """A numeric constant."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = value


class String(Node):
    """A string constant."""

    __slots__ = ("value",)

    def __init__(self, value: bytes) -> None:
        self.value = value


class Pattern(Node):
    """/regular expression/."""

    __slots__ = ("source",)

    def __init__(self, source: bytes) -> None:
        self.source = source


class Name(Node):
    """A variable, or an array where one is meant."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Field(Node):
    """$expression."""

    __slots__ = ("number",)

    def __init__(self, number: Node) -> None:
        self.number = number


class Element(Node):
    """array[subscripts]."""

    __slots__ = ("array", "subscripts")

    def __init__(self, array: str, subscripts: list[Node]) -> None:
        self.array, self.subscripts = array, subscripts


class Group(Node):
    """(a, b): the left side of `in`, or the arguments of print."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node]) -> None:
        self.items = items


class Assign(Node):
    """target = value; `operator` "" or the arithmetic one before the equals sign."""

    __slots__ = ("operator", "target", "value")

    def __init__(self, operator: str, target: Node, value: Node) -> None:
        self.operator, self.target, self.value = operator, target, value


class Step(Node):
    """++x, x--: `delta` 1 or -1, `before`: the operator stands in front."""

    __slots__ = ("before", "delta", "target")

    def __init__(self, target: Node, delta: int, before: bool) -> None:
        self.target, self.delta, self.before = target, delta, before


class Binary(Node):
    """left operator right: + - * / % ^, " " (concatenation), < <= == != > >=, ~ !~, && ||."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Node, right: Node) -> None:
        self.operator, self.left, self.right = operator, left, right


class Unary(Node):
    """- + or ! before an expression."""

    __slots__ = ("operand", "operator")

    def __init__(self, operator: str, operand: Node) -> None:
        self.operator, self.operand = operator, operand


class Conditional(Node):
    """test ? yes : no."""

    __slots__ = ("no", "test", "yes")

    def __init__(self, test: Node, yes: Node, no: Node) -> None:
        self.test, self.yes, self.no = test, yes, no


class Membership(Node):
    """subscripts in array."""

    __slots__ = ("array", "subscripts")

    def __init__(self, subscripts: list[Node], array: str) -> None:
        self.subscripts, self.array = subscripts, array


class Call(Node):
    """A function of the program or (builtin) of awk."""

    __slots__ = ("arguments", "builtin", "line", "name")

    def __init__(self, name: str, arguments: list[Node], line: int, *, builtin: bool) -> None:
        self.name, self.arguments, self.line, self.builtin = name, arguments, line, builtin


class Getline(Node):
    """getline [target] from the input ("" ), a file ("<") or a command ("|")."""

    __slots__ = ("kind", "source", "target")

    def __init__(self, kind: str, target: Node | None, source: Node | None) -> None:
        self.kind, self.target, self.source = kind, target, source


class Print(Node):
    """print or printf, perhaps to a file (">", ">>") or a command ("|")."""

    __slots__ = ("arguments", "destination", "formatted", "redirection")

    def __init__(
        self, arguments: list[Node], formatted: bool, redirection: str, destination: Node | None
    ) -> None:
        self.arguments, self.formatted = arguments, formatted
        self.redirection, self.destination = redirection, destination


class Evaluate(Node):
    """An expression as a statement."""

    __slots__ = ("expression",)

    def __init__(self, expression: Node) -> None:
        self.expression = expression


class Block(Node):
    """Statements in order."""

    __slots__ = ("statements",)

    def __init__(self, statements: list[Node]) -> None:
        self.statements = statements


class If(Node):
    """if (test) yes else no."""

    __slots__ = ("no", "test", "yes")

    def __init__(self, test: Node, yes: Node, no: Node | None) -> None:
        self.test, self.yes, self.no = test, yes, no


class Loop(Node):
    """while (`test_first`), do and for loops; a test of None is true."""

    __slots__ = ("body", "start", "step", "test", "test_first")

    def __init__(
        self,
        test: Node | None,
        body: Node,
        *,
        test_first: bool = True,
        start: Node | None = None,
        step: Node | None = None,
    ) -> None:
        self.test, self.body, self.test_first, self.start, self.step = test, body, test_first, start, step


class ForIn(Node):
    """for (name in array) body."""

    __slots__ = ("array", "body", "target")

    def __init__(self, target: Node, array: str, body: Node) -> None:
        self.target, self.array, self.body = target, array, body


class Jump(Node):
    """break, continue, next, nextfile; exit and return with a value."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Node | None = None) -> None:
        self.kind, self.value = kind, value


class Delete(Node):
    """delete array or delete array[subscripts]."""

    __slots__ = ("array", "subscripts")

    def __init__(self, array: str, subscripts: list[Node] | None) -> None:
        self.array, self.subscripts = array, subscripts


class Rule(Node):
    """pattern { action }: `start` "BEGIN", "END" or an expression or None; `stop` the second of a range."""

    __slots__ = ("body", "start", "stop")

    def __init__(self, start: Node | str | None, stop: Node | None, body: Block | None) -> None:
        self.start, self.stop, self.body = start, stop, body


class Function(Node):
    """function name(parameters) { body }."""

    __slots__ = ("body", "name", "parameters")

    def __init__(self, name: str, parameters: list[str], body: Block) -> None:
        self.name, self.parameters, self.body = name, parameters, body


class Program(Node):
    """A whole program."""

    __slots__ = ("functions", "rules")

    def __init__(self, rules: list[Rule], functions: dict[str, Function]) -> None:
        self.rules, self.functions = rules, functions


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    names: tuple[str, ...] = tuple(node.__slots__)
    for name in names:
        value = getattr(node, name)
        if isinstance(value, Node):
            yield from walk(value)
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, Node):
                    yield from walk(one)
