"""The shell itself: its state, how it runs scripts, functions and traps.

shell = Shell(process, dialect="ash", name="/bin/sh", args=["a", "b"])
status = shell.run("echo $1")          # runs the script, then the EXIT trap; the exit status
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from minibuild.kernel.fidelity import Fidelity
from minibuild.shell.bash_syntax import Parser
from minibuild.shell.bounds import EVALUATED, FORKED, PARSED
from minibuild.shell.builtins import table
from minibuild.shell.compiler import compile_command
from minibuild.shell.dialect import Dialect, dialect_of
from minibuild.shell.errors import (
    DiscardedError,
    LoopControl,
    NoExecution,
    ReturnFrom,
    ShellError,
    ShellExit,
    ShellSyntaxError,
)
from minibuild.shell.messages import messages_of
from minibuild.shell.options import Options
from minibuild.shell.regex import python_regex
from minibuild.shell.services import Services
from minibuild.shell.startup import import_environment
from minibuild.shell.traps import Traps
from minibuild.shell.variables import Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process
    from minibuild.shell.commands import FunctionValue
    from minibuild.shell.compiler import Run
    from minibuild.shell.jobs import Job
    from minibuild.shell.services import Regex

_MOST_JOBS, _MOST_ENDED = 50, 500
OPAQUE_WORD = re.compile(r"opaque-[0-9a-f]{8}")  # see `minibuild.filesystem.content.opaque_word`


class Shell(Services):
    """A running shell. `process` is its own process; a subshell is a `fork` of it in a child process.

    `status` is `$?`. `tested` counts the conditions that are being decided: `set -e` is of no effect in them.
    `loops` counts
    loops around, `functions` are compiled when they are called first.
    """

    def __init__(
        self,
        process: Process,
        *,
        dialect: str | Dialect = "ash",
        name: str = "sh",
        args: Sequence[str] = (),
        regex: Regex = python_regex,
    ) -> None:
        self.regex = regex
        self.process = process
        self.dialect = dialect_of(dialect) if isinstance(dialect, str) else dialect
        self.name = name
        self.arg0 = name
        self.args = list(args)
        self.pid: int = process.pid
        self.options = Options()
        self.words = messages_of(self.dialect)
        self.variables = Variables(self.dialect)
        self.functions: dict[str, FunctionValue] = {}
        self.aliases: dict[str, str] = {}
        self.traps = Traps(process)
        self.jobs: list[Job] = []
        self.outer_jobs: list[Job] = []  # those of the shell around, which `jobs` in a subshell lists
        self.directory = process.view.cwd
        self.hashed: set[str] = set()
        self.status = 0
        self.tested = 0
        self.loops = 0
        self.calls: list[str] = []  # names of the functions that run, the innermost last
        self.line = 0
        self.command_name = ""
        self.substitution_status: int | None = None
        self.last_background: int | None = None
        self.pipe_statuses: list[int] | None = None  # those of the last command, when it was a pipeline
        self.temporary: list[int] = []  # descriptors of process substitutions, closed after their command
        self.directories: list[str] = []  # bash: what pushd keeps
        self.keep_redirections = False
        self.login = False
        self.limits: dict[str, str] = {}
        self.ended_jobs: dict[int, Job] = {}
        self.lines_from_zero = False
        self.option_place = (1, 0)  # getopts: the word that comes next, and the place within it
        self.in_subshell = 0
        self.started = [process.system.clock.now()]  # bash: what SECONDS counts from
        self.sourced = 0
        self.builtins = table(self.dialect)
        import_environment(self)
        self.values = self.variables.values

    def fork(self, process: Process) -> Self:
        """The same shell in a child process."""
        process.tick(FORKED)
        new = type(self).__new__(type(self))
        new.__dict__.update(self.__dict__)
        new.process = process
        new.args = self.args
        new.options = self.options.copy()
        new.variables = self.variables.fork()
        new.values = new.variables.values
        new.functions = self.functions.copy()
        new.aliases = self.aliases.copy()
        new.traps = self.traps.fork(process)
        new.jobs, new.outer_jobs = [], self.jobs
        new.hashed = self.hashed.copy()
        new.calls = self.calls.copy()
        new.temporary = []
        new.directories = self.directories.copy()
        new.in_subshell = self.in_subshell + 1
        new.bind_variables()
        return new

    # ---- scripts

    def run(self, script: str, *, line: int = 1) -> int:
        """Run a script and the EXIT trap; the exit status."""
        parser = self.parser(script, line=line)
        return self.run_to_end(lambda shell: shell.run_parser(parser, tail=True, main=True))

    def parser(self, text: str, *, line: int = 1, more: Callable[[], str] | None = None) -> Parser:
        """A parser of this shell's dialect with its aliases."""
        parser = Parser(
            text,
            self.dialect,
            more=more,
            aliases=self.aliases,
            extended_patterns=(lambda: "extglob" in self.options.shopt) if self.dialect.bash else None,
        )
        parser.line, parser.work = line, self.process.tick
        return parser

    def run_parser(self, parser: Parser, *, tail: bool = False, main: bool = False) -> int:
        """Run the commands of a script one after the other, each as soon as it is read; the last status.

        With `tail` the last command may take the place of the shell. `main` says that this is the script
        itself, no text that it evaluates. ShellError when a syntax error is found.
        """
        status = 0
        while True:
            try:
                command = parser.next_command()
            except ShellSyntaxError as error:
                self.syntax_error(error)
            if command is None:
                return status
            self.process.tick(PARSED)
            if self.options.noexec:
                continue
            last = tail and parser.finished()
            try:
                status = compile_command(command, self.dialect, tail=last)(self)
            except NoExecution:
                status = 0
            except DiscardedError as error:
                if not main:
                    raise
                self.report(error)
                self.status = status = error.status

    def syntax_error(self, error: ShellSyntaxError) -> None:
        """Say what is wrong with a script, and end what runs it."""
        self.line = error.line if self.dialect.name != "ash" else self.line
        raise ShellError(self.words.syntax(error)) from None

    def run_text(self, text: str, *, line: int = 1) -> int:
        """Run a text as part of this script, as `eval` does."""
        self.process.tick(EVALUATED)
        self.status = 0 if not text.strip() else self.status
        return self.run_parser(self.parser(text, line=line))

    def run_to_end(self, run: Run) -> int:
        """Run something and then the EXIT trap; the exit status. What ends the shell ends here."""
        status = self.guarded(run)
        if self.process.pending:
            status = self.guarded(_signals_after(status))
        if status and self.assumed():
            status = 0
            output = self.process.descriptors.get(1)
            if output is not None and output.writable:
                output.make_opaque(self.process.doubt[0])
        action = self.traps.take_exit()
        if action:
            self.status = status
            self.tested = 0
            ended = self.guarded(lambda shell: shell.run_text(action) and 0, keep=True)
            if ended is not None:
                status = ended
        return status

    def guarded(self, run: Run, *, keep: bool = False) -> int:
        """The status that something ends with, however it ends; with `keep` None stands for a normal end."""
        try:
            status = run(self)
        except ShellExit as ended:
            return ended.status
        except ReturnFrom as ended:
            return ended.status
        except LoopControl:
            return 0
        except ShellError as error:
            self.report(error)
            return 1 if self.in_subshell and self.dialect.bash else error.status
        return None if keep else status  # type: ignore[return-value]

    # ---- functions

    def call(self, function: FunctionValue, argv: Sequence[str]) -> int:
        """Call a function with the arguments after its name."""
        args, loops, place, line = self.args, self.loops, self.option_place, self.line
        self.args, self.loops = list(argv[1:]), 0
        if not self.dialect.bash:
            self.option_place = (1, 0)
        self.calls.append(argv[0])
        self.variables.enter()
        traps = self.traps.entering(traced=self.options.get("functrace")) if self.dialect.bash else None
        try:
            try:
                self.debug(function.node.line)
                status = function.run(self.dialect)(self)
            except ReturnFrom as ended:
                status = ended.status
            self.returning()
        finally:
            if traps is not None:
                self.traps.leaving(traps)
                self.line = line
            self.variables.leave()
            self.calls.pop()
            self.args, self.loops = args, loops
            if not self.dialect.bash:
                self.option_place = place
        return status

    # ---- what happens between commands

    def substituted(self) -> int:
        """The status of the last command substitution of a command; 0 when it has none."""
        return self.substitution_status or 0

    def check(self, status: int) -> int:
        """A command ended with `status`: with `set -e` a failure ends the shell, unless it decides a
        condition.
        """
        self.status = status
        if status and not self.tested and (self.options.errexit or self.traps.error is not None):
            self.failed(status)
        return status

    def failed(self, status: int) -> None:
        """A command failed where nobody asked."""
        action = self.traps.error
        if action and (not self.calls or self.options.get("errtrace")):
            self.run_trap(action, self.line if self.dialect.bash else 1)
        if self.options.errexit and not self.assumed():
            raise ShellExit(status)

    def doubt_test(self, words: Sequence[str]) -> None:
        """Remember why a test may have another outcome in reality."""
        system = self.process.system
        if not system.filesystem.doubting:
            return
        missing = self.process.view.missing
        if missing:
            self.process.doubt = (f"whether the image has {missing} is not known", system.work)
        elif any(OPAQUE_WORD.search(word) for word in words):
            self.process.doubt = (f"whether `{' '.join(words)}` holds is not known", system.work)

    def assumed(self, within: int = 0) -> bool:
        """Whether the command that failed is a test that may as well have succeeded: then it is taken to
        have.

        `within` says how many units of work ago the test may have been.
        """
        reason, moment = self.process.doubt
        if not reason or self.process.system.work - moment > within:
            return False
        self.process.system.fidelity.note(Fidelity.ASSUMED, reason)
        return True

    def handle_signals(self) -> None:
        """Run the traps of the signals that came."""
        pending = self.process.pending
        while pending:
            signal = pending.pop(0)
            action = self.traps.actions.get(signal)
            if action:
                self.run_trap(action)

    def debug(self, line: int) -> None:
        """Run bash's DEBUG trap before the command of that line."""
        self._pseudo_trap("DEBUG", self.traps.debug, line)

    def returning(self) -> None:
        """Run bash's RETURN trap: a function or a sourced file is over."""
        self._pseudo_trap("RETURN", self.traps.returned, self.line)

    def _pseudo_trap(self, signal: str, action: str | None, line: int) -> None:
        busy = self.traps.busy
        if not action or signal in busy:
            return
        busy.add(signal)
        try:
            self.run_trap(action, line)
        finally:
            busy.discard(signal)

    def run_trap(self, action: str, line: int = 1) -> None:
        """Run a trap's action; the status stays what it was. `line`: what its first line counts as."""
        status, tested, loops = self.status, self.tested, self.loops
        self.tested = 0
        try:
            self.run_text(action, line=line)
        finally:
            self.tested, self.loops = tested, loops
        self.status = status

    def forget_ended(self) -> None:
        """Let go of background commands that are over; `wait` may still ask for the status of some."""
        if len(self.jobs) < _MOST_JOBS:
            return
        self.process.system.scheduler.pause()  # they get a turn
        for job in [job for job in self.jobs if job.ended()]:
            self.process.reap(job.process)
            self.jobs.remove(job)
            self.ended_jobs[job.process.pid] = job
        while len(self.ended_jobs) > _MOST_ENDED:
            del self.ended_jobs[next(iter(self.ended_jobs))]

    def close_temporary(self) -> None:
        """Close the descriptors of process substitutions."""
        for number in self.temporary:
            self.process.descriptors.close(number)
        self.temporary.clear()


def _signals_after(status: int) -> Run:
    """What is left to do at the end: the traps of signals that came with the last command."""

    def run(shell: Shell) -> int:
        shell.status = status
        shell.handle_signals()
        return status

    return run
