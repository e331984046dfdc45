"""Pipelines, subshells, background commands: what runs in children of the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.pipes import Pipe
from minibuild.kernel.streams import Null
from minibuild.shell.compiler import compile_command
from minibuild.shell.jobs import Job, announce
from minibuild.shell.nodes import SimpleCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.nodes import Background, Pipeline, Subshell

    Run = Callable[[Shell], int]


def in_child(shell: Shell, run: Run, *, tested: bool = True) -> Callable[[Process], int]:
    """What a child process does: a copy of the shell that runs something to its end."""

    def body(process: Process) -> int:
        inner = shell.fork(process)
        if not tested:
            inner.tested = 0
        return inner.run_to_end(run)

    return body


def subshell(command: Subshell, dialect: Dialect, tail: bool) -> Run:
    """`( … )`."""
    if tail:
        return _tail_subshell(command, dialect)
    body = compile_command(command.body, dialect, tail=True)

    def run(shell: Shell) -> int:
        _turn(shell)
        process = shell.process
        child = process.fork()
        status = child.perform(in_child(shell, body))
        process.reap(child)
        announce(shell, child, status)
        return shell.check(status)

    return run


def _tail_subshell(command: Subshell, dialect: Dialect) -> Run:
    """The last thing that a process does needs no child, unless traps are set that a child would not have."""
    body = compile_command(command.body, dialect, tail=True)
    apart = subshell(command, dialect, False)

    def run(shell: Shell) -> int:
        traps = shell.traps
        if traps.actions or traps.debug is not None or shell.tested:
            return apart(shell)
        _turn(shell)
        shell.in_subshell += 1
        shell.variables.scopes = [scope.copy() for scope in shell.variables.scopes]
        return body(shell)

    return run


def _turn(shell: Shell) -> None:
    shell.process.tick()
    if shell.process.pending:
        shell.handle_signals()


def pipeline(command: Pipeline, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`a | b | c`: every element in a child, all at the same time."""
    runs = [compile_command(one, dialect, tail=True) for one in command.elements]
    lines = [one.line for one in command.elements if isinstance(one, SimpleCommand)] if dialect.bash else []

    def run(shell: Shell) -> int:
        _turn(shell)
        if shell.traps.debug is not None:
            for line in lines:
                shell.debug(line)
        children, status = _run_elements(shell, runs)
        process = shell.process
        statuses = [process.wait(child) for child in children] + [status]
        for child, ended in zip(children, statuses, strict=False):
            announce(shell, child, ended, quiet=True)
        if shell.options.pipefail:
            status = next((one for one in reversed(statuses) if one), 0)
        if shell.temporary:
            shell.close_temporary()
        shell.pipe_statuses = statuses
        return shell.check(status)

    return run


def _run_elements(shell: Shell, runs: list[Run]) -> tuple[list[Process], int]:
    """Start all elements but the last, which runs here; those, and its status."""
    process = shell.process
    scheduler = process.system.scheduler
    children: list[Process] = []
    before: Pipe | None = None
    for run in runs[:-1]:
        after = Pipe(scheduler)
        child = process.fork()
        if before is not None:
            child.descriptors.put(0, before.reader())
        child.descriptors.put(1, after.writer())
        child.start(in_child(shell, run))
        children.append(child)
        before = after
    assert before is not None
    if "lastpipe" in shell.options.shopt and shell.dialect.bash:
        return children, _run_here(shell, runs[-1], before)
    child = process.fork()
    child.descriptors.put(0, before.reader())
    scheduler.pause()  # the left comes first: what is short is written before its reader can end
    status = child.perform(in_child(shell, runs[-1]))
    process.reap(child)
    announce(shell, child, status)
    return children, status


def _run_here(shell: Shell, run: Run, pipe: Pipe) -> int:
    """bash's lastpipe: the last element runs in the shell itself."""
    from minibuild.shell.redirection import restore

    descriptors = shell.process.descriptors
    old = descriptors.get(0)
    if old is not None:
        old.references += 1
    descriptors.put(0, pipe.reader())
    try:
        return run(shell)
    finally:
        restore(shell.process, [(0, old)])


def background(command: Background, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`command &`: standard input is /dev/null."""
    body = compile_command(command.command, dialect, tail=True)
    text = command.text

    def run(shell: Shell) -> int:
        _turn(shell)
        process = shell.process
        child = process.fork()
        child.descriptors.put(0, Null())
        child.start(in_child(shell, body, tested=False))
        shell.last_background = child.pid
        shell.forget_ended()
        shell.jobs.append(Job(len(shell.jobs) + 1, child, text))
        shell.status = 0
        return 0

    return run
