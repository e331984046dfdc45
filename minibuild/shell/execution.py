"""Running what a command line names: a function, a builtin, a program."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.kernel.execution import DEFAULT_PATH, run_command
from minibuild.shell.bounds import FORKED
from minibuild.shell.errors import ExpansionError, ShellError, ShellExit
from minibuild.shell.jobs import announce
from minibuild.shell.redirection import RedirectionError, apply, restore
from minibuild.shell.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process
    from minibuild.shell.assignments import Assign
    from minibuild.shell.builtins import Builtin
    from minibuild.shell.commands import FunctionValue
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.redirection import Action, Undo
    from minibuild.shell.variables import Saved

    Redirect = Callable[[Shell], list[Action]]


def _restore(shell: Shell, saved: dict[str, Saved]) -> None:
    for name, one in saved.items():
        shell.variables.restore(name, one)


def call_function(
    shell: Shell, function: FunctionValue, argv: list[str], assign: Assign | None, redirect: Redirect | None
) -> int:
    """Call a function; assignments before it last as long as it does."""
    undo: Undo = []
    saved: dict[str, Saved] = {}
    try:
        if redirect is not None:
            try:
                apply(shell, shell.process, redirect(shell), undo)
            except RedirectionError as error:
                shell.report(error)
                return error.status
        done = assign(shell, saved) if assign is not None else []
        if shell.options.xtrace:
            trace(shell, done, argv, undo)
        return shell.call(function, argv)
    finally:
        _restore(shell, saved)
        if undo:
            restore(shell.process, undo)


def run_builtin(
    shell: Shell, builtin: Builtin, argv: list[str], assign: Assign | None, redirect: Redirect | None
) -> int:
    """Run a builtin in the shell's own process."""
    if assign is None and redirect is None:
        if shell.options.xtrace:
            trace(shell, [], argv)
        return _call_builtin(shell, builtin, argv)
    undo: Undo = []
    saved: dict[str, Saved] = {}
    keep = False
    try:
        if redirect is not None:
            try:
                apply(shell, shell.process, redirect(shell), undo)
            except RedirectionError as error:
                shell.report(error)
                if builtin.special and not shell.dialect.bash:
                    raise ShellExit(error.status) from None
                return error.status
        stays = builtin.special and not shell.dialect.bash
        done = assign(shell, None if stays else saved) if assign is not None else []
        if shell.options.xtrace:
            trace(shell, done, argv, undo)
        keep = builtin.keeps_redirections and len(argv) == 1
        status = _call_builtin(shell, builtin, argv)
        keep = keep or shell.keep_redirections
        shell.keep_redirections = False
        return status
    finally:
        _restore(shell, saved)
        if undo and keep:
            for _, stream in undo:
                if stream is not None:
                    stream.references -= 1
                    if stream.references <= 0:
                        stream.close()
        elif undo:
            restore(shell.process, undo)


def _call_builtin(shell: Shell, builtin: Builtin, argv: list[str]) -> int:
    before = shell.command_name
    shell.command_name = argv[0]
    try:
        return builtin.run(shell, argv)
    except ExpansionError:
        raise
    except ShellError as error:
        shell.report(error)
        if builtin.special and not shell.dialect.bash:
            raise
        return error.status
    finally:
        shell.command_name = before


def run_external(shell: Shell, argv: list[str], assign: Assign | None, redirect: Redirect | None) -> int:
    """Run a program in a child process."""
    process = shell.process
    try:
        actions = redirect(shell) if redirect is not None else []
    except RedirectionError as error:
        shell.report(error)
        return error.status
    if assign is None:
        environment, path = shell.variables.environment(), shell.values.get("PATH")
        done = []
    else:
        saved: dict[str, Saved] = {}
        try:
            done = assign(shell, saved)
            environment, path = shell.variables.environment(), shell.values.get("PATH")
        finally:
            _restore(shell, saved)
    if shell.options.xtrace:
        trace(shell, done, argv)
    process.tick(FORKED)
    child = process.fork()
    child.env = environment

    def body(own: Process) -> int:
        try:
            apply(shell, own, actions, None)
        except ShellError as error:
            shell.report(error)
            return error.status
        return execute_as(shell, own, argv, path)

    status = child.perform(body)
    process.reap(child)
    if child.doom:
        announce(shell, child, status)
    return status


def replace_shell(shell: Shell, argv: list[str], assign: Assign | None, redirect: Redirect | None) -> int:
    """Let a program take the place of the shell: the last thing that it does."""
    process = shell.process
    try:
        actions = redirect(shell) if redirect is not None else []
        done = assign(shell, {}) if assign is not None else []
        if shell.options.xtrace:
            trace(shell, done, argv)  # where standard error is before the redirections
        apply(shell, process, actions, None)
    except RedirectionError as error:
        shell.report(error)
        return shell.check(error.status)
    process.handlers.clear()
    process.pending.clear()
    process.env = shell.variables.environment()
    return execute_as(shell, process, argv, shell.values.get("PATH"))


def execute_as(
    shell: Shell,
    process: Process,
    argv: Sequence[str],
    path: object,
    problem: list[OSError] | None = None,
) -> int:
    """Let a process go on as a program, found through `path`; its status, 126 or 127 after a message if that
    can't be.
    """
    exported = process.env.get("PATH")
    try:
        if path != exported and "/" not in argv[0]:
            return _found_by(process, argv, path if isinstance(path, str) else DEFAULT_PATH)
        return run_command(process, argv)
    except OSError as error:
        if problem is not None:
            problem.append(error)
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        text = shell.words.not_found(argv[0]) if missing else shell.words.not_executable(argv[0], error)
        prefix = shell.words.prefix(shell.arg0, shell.command_name, shell.shown_line())
        process.stderr.write(f"{prefix}{text}\n")
        return 127 if missing else 126


def _found_by(process: Process, argv: Sequence[str], path: str) -> int:
    """Run a command that a PATH finds which the program itself does not get."""
    own = process.env.pop("PATH", None)
    process.env["PATH"] = path
    from minibuild.kernel.execution import find_executable

    found = find_executable(process, argv[0])
    if own is None:
        del process.env["PATH"]
    else:
        process.env["PATH"] = own
    return run_command(process, [found, *argv[1:]])
