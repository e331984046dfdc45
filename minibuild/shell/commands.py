"""Simple commands (POSIX XCU 2.9.1), and the compilation of a tree to functions over the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell import control, pipelines
from minibuild.shell.assignments import compile_assignments, declaration_word
from minibuild.shell.errors import ShellError
from minibuild.shell.execution import call_function, replace_shell, run_builtin, run_external, trace
from minibuild.shell.expansion import compile_words
from minibuild.shell.nodes import (
    AndOr,
    Assignment,
    Background,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Not,
    Pipeline,
    Redirected,
    Sequence,
    SimpleCommand,
    Subshell,
    While,
    Word,
)
from minibuild.shell.redirection import apply, compile_redirections, restore

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence as Seq

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    from minibuild.shell.assignments import Assign

    Run = Callable[[Shell], int]


class FunctionValue:
    """A function: its tree, compiled when it is called first."""

    __slots__ = ("_compiled", "node")

    def __init__(self, node: Function) -> None:
        self.node = node
        self._compiled: Run | None = None

    def run(self, dialect: Dialect) -> Run:
        """The compiled body."""
        if self._compiled is None:
            self._compiled = compile_command(self.node.body, dialect)
        return self._compiled


def compile_commands(commands: Seq[Command], dialect: Dialect, *, tail: bool = False) -> Run:
    """Complete commands one after the other."""
    if not commands:
        return nothing
    if len(commands) == 1:
        return compile_command(commands[0], dialect, tail=tail)
    return control.sequence(Sequence(tuple(commands)), dialect, tail)


def nothing(shell: Shell) -> int:
    """No command at all."""
    shell.status = 0
    return 0


def compile_command(command: Command, dialect: Dialect, *, tail: bool = False) -> Run:
    """The function that runs a command and gives its status.

    `tail`: nothing comes after it in this process, which a program may therefore take over.
    """
    return _COMPILERS[type(command)](command, dialect, tail)


def _redirected(command: Redirected, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    body = compile_command(command.command, dialect)
    expand = compile_redirections(command.redirections, dialect)
    line = command.line

    def run(shell: Shell) -> int:
        shell.line = line
        undo: list[tuple[int, object]] = []
        try:
            try:
                apply(shell, shell.process, expand(shell), undo)  # type: ignore[arg-type]
            except ShellError as error:
                shell.report(error)
                return shell.check(error.status)
            return body(shell)
        finally:
            restore(shell.process, undo)  # type: ignore[arg-type]
            if shell.temporary:
                shell.close_temporary()

    return run


def _function(command: Function, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    def run(shell: Shell) -> int:
        shell.functions[command.name] = FunctionValue(command)
        shell.status = 0
        return 0

    return run


# ---- simple commands


def _simple(command: SimpleCommand, dialect: Dialect, tail: bool) -> Run:
    expand = _argv(command.words, dialect)
    assign = compile_assignments(command.assignments, dialect) if command.assignments else None
    redirect = compile_redirections(command.redirections, dialect) if command.redirections else None
    line = command.line
    if not command.words and redirect is None and assign is not None:
        return _assignment_only(assign, line)

    def run(shell: Shell) -> int:
        process = shell.process
        system = process.system
        system.work += 1
        if system.work >= system.next_check:
            system.check()
        if process.pending:
            shell.handle_signals()
        shell.line = line
        shell.substitution_status = None
        argv = expand(shell)
        if not argv:
            return _no_command(shell, assign, redirect)
        name = argv[0]
        function = shell.functions.get(name)
        if function is not None:
            status = call_function(shell, function, argv, assign, redirect)
        else:
            builtin = shell.find_builtin(name, dialect)
            if builtin is not None:
                status = run_builtin(shell, builtin, argv, assign, redirect)
            elif tail and not shell.traps.active():
                return replace_shell(shell, argv, assign, redirect)
            else:
                status = run_external(shell, argv, assign, redirect)
        if shell.temporary:
            shell.close_temporary()
        shell.status = status
        shell.pipe_statuses = []
        if status and not shell.tested:
            shell.check(status)
        return status

    return run


def _argv(words: Seq[Word | Assignment], dialect: Dialect) -> Callable[[Shell], list[str]]:
    if not any(isinstance(word, Assignment) for word in words):
        return compile_words(words, dialect)  # type: ignore[arg-type]
    functions = [
        declaration_word(word, dialect) if isinstance(word, Assignment) else compile_words([word], dialect)
        for word in words
    ]
    return lambda shell: [field for function in functions for field in function(shell)]


def _assignment_only(assign: Assign, line: int) -> Run:
    def run(shell: Shell) -> int:
        process = shell.process
        system = process.system
        system.work += 1
        if system.work >= system.next_check:
            system.check()
        if process.pending:
            shell.handle_signals()
        shell.line = line
        shell.substitution_status = None
        done = assign(shell, None)
        if shell.options.xtrace:
            trace(shell, done, [])
        status = shell.substitution_status or 0
        shell.status = status
        if status and not shell.tested:
            shell.check(status)
        return status

    return run


def _no_command(shell: Shell, assign: object, redirect: object) -> int:
    """Only assignments and redirections: these are done in a place of their own, and undone."""
    undo: list[tuple[int, object]] = []
    try:
        if redirect is not None:
            apply(shell, shell.process, redirect(shell), undo)  # type: ignore[operator, arg-type]
        done = assign(shell, None) if assign is not None else []  # type: ignore[operator]
    except ShellError as error:
        from minibuild.shell.redirection import RedirectionError

        if not isinstance(error, RedirectionError):
            raise
        shell.report(error)
        return shell.check(error.status)
    finally:
        restore(shell.process, undo)  # type: ignore[arg-type]
        if shell.temporary:
            shell.close_temporary()
    if shell.options.xtrace:
        trace(shell, done, [])
    return shell.check(shell.substitution_status or 0)


_COMPILERS: dict[type, Callable[..., Run]] = {
    SimpleCommand: _simple,
    Redirected: _redirected,
    Function: _function,
    Sequence: control.sequence,
    Group: control.group,
    AndOr: control.and_or,
    Not: control.negation,
    If: control.conditional,
    While: control.loop,
    For: control.for_loop,
    Case: control.case,
    Pipeline: pipelines.pipeline,
    Subshell: pipelines.subshell,
    Background: pipelines.background,
    **control.BASH,
}
