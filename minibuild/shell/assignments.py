"""Assignments: before a command, as a command, and as arguments of `export`, `local` and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.bounds import LONGEST_TEXT, check_text
from minibuild.shell.nodes import ArrayLiteral, Assignment
from minibuild.shell.texts import compile_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.variables import Saved

    # With a dictionary the assignments are exported, and what the variables were is put there.
    Assign = Callable[[Shell, "dict[str, Saved] | None"], list[tuple[str, str]]]
    One = Callable[[Shell], tuple[str, str]]


def compile_assignments(assignments: Sequence[Assignment], dialect: Dialect) -> Assign:
    """The function that does some assignments in order and returns the names and values."""
    functions = [(one.name, _compile(one, dialect)) for one in assignments]

    def assign(shell: Shell, saved: dict[str, Saved] | None) -> list[tuple[str, str]]:
        if saved is None:
            return [function(shell) for _, function in functions]
        variables = shell.variables
        done = []
        for name, function in functions:
            if name not in saved:
                saved[name] = variables.save(name)
            done.append(function(shell))
            variables.exported.add(name)
        return done

    return assign


def _compile(assignment: Assignment, dialect: Dialect) -> One:
    name, value = assignment.name, assignment.value
    if isinstance(value, ArrayLiteral) or assignment.subscript is not None or assignment.append:
        from minibuild.shell.arrays import compile_array_assignment  # only bash has them

        return compile_array_assignment(assignment, dialect)
    text = compile_text(value, dialect, tilde="assignment")

    def assign(shell: Shell) -> tuple[str, str]:
        result = text(shell)
        if len(result) > LONGEST_TEXT:
            check_text(result, f"the value of {name}")
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
