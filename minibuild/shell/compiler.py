"""From tree to functions: a visible table of nodes, and where each is compiled.

A compiled command is a function over a shell that runs it and gives its status.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from minibuild.shell import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Run = Callable[[Shell], int]
    Compile = Callable[..., Run]

_PLACES: dict[type, str] = {
    nodes.SimpleCommand: "commands.simple",
    nodes.Redirected: "commands.redirected",
    nodes.Function: "commands.function",
    nodes.Sequence: "control.sequence",
    nodes.Group: "control.group",
    nodes.AndOr: "control.and_or",
    nodes.Not: "control.negation",
    nodes.If: "control.conditional",
    nodes.While: "control.loop",
    nodes.For: "control.for_loop",
    nodes.Case: "control.case",
    nodes.Pipeline: "pipelines.pipeline",
    nodes.Subshell: "pipelines.subshell",
    nodes.Background: "pipelines.background",
    nodes.ArithmeticCommand: "bash_commands.arithmetic_command",
    nodes.ArithmeticFor: "bash_commands.arithmetic_for",
    nodes.Condition: "bash_commands.condition",
    nodes.Timed: "bash_commands.timed",
}
_compilers: dict[type, Compile] = {}
# Before these bash runs the DEBUG trap; of a `for` before each turn.
_DEBUGGED = (nodes.SimpleCommand, nodes.ArithmeticCommand, nodes.Condition, nodes.Case)


def compile_command(command: nodes.Command, dialect: Dialect, *, tail: bool = False) -> Run:
    """The function that runs a command.

    `tail`: nothing comes after it in this process, which a program may therefore take over.
    """
    kind = type(command)
    compiler = _compilers.get(kind)
    if compiler is None:
        module, _, name = _PLACES[kind].partition(".")
        compiler = _compilers[kind] = getattr(import_module(f"minibuild.shell.{module}"), name)
    run = compiler(command, dialect, tail)
    return _debugged(run, command.line) if dialect.bash and isinstance(command, _DEBUGGED) else run


def _debugged(run: Run, line: int) -> Run:
    def debugged(shell: Shell) -> int:
        if shell.traps.debug is not None:
            shell.debug(line)
        return run(shell)

    return debugged


def compile_commands(commands: Sequence[nodes.Command], dialect: Dialect, *, tail: bool = False) -> Run:
    """Complete commands one after the other."""
    if not commands:
        return nothing
    if len(commands) == 1:
        return compile_command(commands[0], dialect, tail=tail)
    return compile_command(nodes.Sequence(tuple(commands)), dialect, tail=tail)


def nothing(shell: Shell) -> int:
    """No command at all."""
    shell.status = 0
    return 0
