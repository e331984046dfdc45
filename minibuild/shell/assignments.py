"""Assignments: before a command, as a command, and as arguments of `export`, `local` and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.expansion import compile_text
from minibuild.shell.nodes import ArrayLiteral, Assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Assign = Callable[[Shell, bool], list[tuple[str, str]]]
    One = Callable[[Shell, bool], tuple[str, str]]


def compile_assignments(assignments: Sequence[Assignment], dialect: Dialect) -> Assign:
    """The function that does some assignments in order and returns names and values; with False it only returns them."""
    functions = [_compile(one, dialect) for one in assignments]
    if len(functions) == 1:
        only = functions[0]
        return lambda shell, really: [only(shell, really)]
    return lambda shell, really: [function(shell, really) for function in functions]


def _compile(assignment: Assignment, dialect: Dialect) -> One:
    name, value = assignment.name, assignment.value
    if isinstance(value, ArrayLiteral) or assignment.subscript is not None or assignment.append:
        from minibuild.shell.arrays import compile_array_assignment  # only bash has them

        return compile_array_assignment(assignment, dialect)
    text = compile_text(value, dialect, tilde="assignment")

    def assign(shell: Shell, really: bool) -> tuple[str, str]:
        result = text(shell)
        if really:
            shell.variables.set(name, result)
        return name, result

    return assign


def declaration_word(assignment: Assignment, dialect: Dialect) -> Callable[[Shell], list[str]]:
    """An assignment that is an argument of a declaration builtin: `name=value` as one field."""
    if isinstance(assignment.value, ArrayLiteral) or assignment.subscript is not None:
        from minibuild.shell.arrays import array_argument

        return array_argument(assignment, dialect)
    text = compile_text(assignment.value, dialect, tilde="assignment")
    name = assignment.name + ("+=" if assignment.append else "=")
    return lambda shell: [name + text(shell)]
