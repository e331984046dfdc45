"""Whether all names of a jq program are defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.jq_library import library
from minibuild.programs.text.jq_nodes import (
    Bind,
    Break,
    Call,
    Define,
    Foreach,
    JqSyntaxError,
    Label,
    Node,
    Pattern,
    Reduce,
    Variable,
)

if TYPE_CHECKING:
    from minibuild.programs.text.jq_evaluate import Interpreter
    from minibuild.programs.text.jq_scope import Scope


def check(node: Node, interpreter: Interpreter, scope: Scope, source: str) -> None:
    """Refuse names that are not defined. JqSyntaxError."""
    _Checker(interpreter, source).visit(node, set(scope.variables), set(scope.functions), set(scope.labels))


class _Checker:
    def __init__(self, interpreter: Interpreter, source: str) -> None:
        self.interpreter, self.source = interpreter, source

    def _missing(self, name: str) -> JqSyntaxError:
        return JqSyntaxError(f"{name} is not defined at <top-level>, line 1:\n{self.source}")

    def visit(
        self, node: object, variables: set[str], functions: set[tuple[str, int]], labels: set[str]
    ) -> None:
        """Go over the tree with the names that are known there."""
        if isinstance(node, tuple):
            for one in node:
                self.visit(one, variables, functions, labels)
            return
        if isinstance(node, Variable) and node.name not in variables and node.name != "ENV":
            raise self._missing(f"${node.name}")
        if isinstance(node, Break) and node.name not in labels:
            raise self._missing(f"$*label-{node.name}")
        if isinstance(node, Call):
            key = (node.name, len(node.arguments))
            if key not in functions and key not in self.interpreter.natives and key not in library():
                raise self._missing(f"{node.name}/{len(node.arguments)}")
        if isinstance(node, Label):
            labels = labels | {node.name}
        if isinstance(node, Define):
            function = node.function
            functions = functions | {(function.name, len(function.parameters))}
            inner = functions | {(name.lstrip("$"), 0) for name in function.parameters}
            names = variables | {name[1:] for name in function.parameters if name.startswith("$")}
            self.visit(function.body, names, inner, labels)
            self.visit(node.rest, variables, functions, labels)
            return
        if isinstance(node, Bind):
            self.visit(node.source, variables, functions, labels)
            bound = variables | {name for pattern in node.patterns for name in pattern.names()}
            self.visit(node.patterns, bound, functions, labels)
            self.visit(node.body, bound, functions, labels)
            return
        if isinstance(node, (Reduce, Foreach)):
            self.visit(node.source, variables, functions, labels)
            self.visit(node.start, variables, functions, labels)
            variables = variables | node.pattern.names()
        if isinstance(node, (Node, Pattern)):
            for name in node.__slots__:
                if not (isinstance(node, (Reduce, Foreach)) and name in ("source", "start")):
                    self.visit(getattr(node, name), variables, functions, labels)
