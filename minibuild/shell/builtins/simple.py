"""`:`, true, false, let, caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.arithmetic import compile_expression
from minibuild.shell.errors import ShellError

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def colon(shell: Shell, argv: list[str]) -> int:  # noqa: ARG001
    """Nothing, successfully."""
    return 0


def false(shell: Shell, argv: list[str]) -> int:  # noqa: ARG001
    """Nothing, in vain."""
    return 1


def let(shell: Shell, argv: list[str]) -> int:
    """`let expression...`: 1 when the last one is 0."""
    if len(argv) < 2:
        raise ShellError("expression expected", 1 if shell.dialect.bash else 2)
    value = 0
    for text in argv[1:]:
        value = compile_expression(text, shell.dialect)(shell.variables)
    return 0 if value else 1


def caller(shell: Shell, argv: list[str]) -> int:  # noqa: ARG001
    """`caller`: the line and file that called the function."""
    if not shell.calls:
        return 1
    return shell.write(f"{shell.line} {shell.name}\n")
