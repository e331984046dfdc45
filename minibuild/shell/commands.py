"""Simple commands (POSIX XCU 2.9.1), function definitions, and redirections of compound commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.assignments import compile_assignments, declaration_word
from minibuild.shell.compiler import compile_command
from minibuild.shell.errors import ShellError
from minibuild.shell.execution import call_function, replace_shell, run_builtin, run_external
from minibuild.shell.expansion import compile_words
from minibuild.shell.nodes import Assignment, Function, Redirected, SimpleCommand, Word
from minibuild.shell.redirection import RedirectionError, Undo, apply, compile_redirections, restore
from minibuild.shell.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.assignments import Assign
    from minibuild.shell.compiler import Run
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.execution import Redirect
    from minibuild.shell.interpreter import Shell


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


def function(command: Function, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`name() body`: defining it runs nothing."""

    def run(shell: Shell) -> int:
        shell.functions[command.name] = FunctionValue(command)
        shell.variables.account(len(command.source))
        shell.status = 0
        return 0

    return run


def redirected(command: Redirected, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """A compound command whose redirections are undone after it."""
    body = compile_command(command.command, dialect)
    expand = compile_redirections(command.redirections, dialect)
    line = command.line

    def run(shell: Shell) -> int:
        shell.line = line
        undo: Undo = []
        try:
            try:
                apply(shell, shell.process, expand(shell), undo)
            except ShellError as error:
                shell.report(error)
                return shell.check(error.status)
            return body(shell)
        finally:
            restore(shell.process, undo)
            if shell.temporary:
                shell.close_temporary()

    return run


def simple(command: SimpleCommand, dialect: Dialect, tail: bool) -> Run:
    """Assignments, redirections and words: a function, a builtin or a program."""
    expand = _argv(command.words, dialect)
    assign = compile_assignments(command.assignments, dialect) if command.assignments else None
    redirect = compile_redirections(command.redirections, dialect) if command.redirections else None
    line = command.line
    if not command.words and redirect is None and assign is not None:
        return _assignment_only(assign, line)

    def run(shell: Shell) -> int:
        process = shell.process
        system = process.system
        system.work += 1  # process.tick(), without the call: most of what a loop does
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
        called = shell.functions.get(name)
        if called is not None:
            status = call_function(shell, called, argv, assign, redirect)
        else:
            builtin = shell.builtins.get(name)
            if builtin is not None:
                status = run_builtin(shell, builtin, argv, assign, redirect)
            elif tail and not shell.traps.active():
                return replace_shell(shell, argv, assign, redirect)
            else:
                status = run_external(shell, argv, assign, redirect)
        if shell.temporary:
            shell.close_temporary()
        shell.status = status
        shell.pipe_statuses = None
        if status and not shell.tested:
            shell.check(status)
        return status

    return run


def _argv(words: Sequence[Word | Assignment], dialect: Dialect) -> Callable[[Shell], list[str]]:
    plain = [word for word in words if isinstance(word, Word)]
    if len(plain) == len(words):
        return compile_words(plain, dialect)
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
        status = shell.substituted()
        shell.status = status
        shell.pipe_statuses = None
        if status and not shell.tested:
            shell.check(status)
        return status

    return run


def _no_command(shell: Shell, assign: Assign | None, redirect: Redirect | None) -> int:
    """Only assignments and redirections: the latter are done all the same, and undone."""
    undo: Undo = []
    done: list[tuple[str, str]] = []
    try:
        if redirect is not None:
            apply(shell, shell.process, redirect(shell), undo)
        if assign is not None:
            done = assign(shell, None)
    except RedirectionError as error:
        shell.report(error)
        return shell.check(error.status)
    finally:
        restore(shell.process, undo)
        if shell.temporary:
            shell.close_temporary()
    if shell.options.xtrace:
        trace(shell, done, [])
    return shell.check(shell.substituted())
