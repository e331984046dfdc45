"""A process: arguments, environment, rights, descriptors; its children, its signals and its end."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.content import OPAQUE_MARK
from minibuild.filesystem.errors import fail, strerror
from minibuild.kernel.descriptors import Descriptors
from minibuild.kernel.execution import execute, find_executable, run_command
from minibuild.kernel.fidelity import Fidelity
from minibuild.kernel.limits import FORK_NS, LimitError
from minibuild.kernel.opening import open_stream
from minibuild.kernel.signals import CHLD, CONT, HARMLESS, ProcessExit, ProcessKilled
from minibuild.kernel.streams import ErrorWriter, Reader, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from minibuild.filesystem.view import View
    from minibuild.kernel.scheduler import Task
    from minibuild.kernel.streams import Stream
    from minibuild.kernel.system import System

# Programs whose failure is an answer: whether there is such a file.
_ANSWERS = frozenset({"test", "[", "ls", "stat", "which", "readlink", "realpath", "find", "cmp", "diff"})

__all__ = ["Process", "ProcessExit", "ProcessKilled"]


class Process:
    """One process. `status` is its wait status (0-255; 128 + n when signal n ended it), None while it runs.

    `view` are its system calls on files, with its rights, directory and umask. `executable` is the canonical
    path of the file that it executes ("" before the first exec).
    """

    def __init__(
        self,
        system: System,
        *,
        argv: Sequence[str],
        env: Mapping[str, str],
        view: View,
        parent: Process | None = None,
    ) -> None:
        self.system = system
        self.pid = system.new_pid()
        self.parent = parent
        self.argv = list(argv)
        self.env = dict(env)
        self.view = view
        self.executable = ""
        # A shell's status is that of its commands, which answer for themselves.
        self.assumable = False
        # Why the failure that was seen last may be none in reality, and when that was, in units of work.
        self.doubt = ("", 0)
        self.descriptors = Descriptors()
        self.ignored: set[int] = set()
        self.handlers: dict[int, Callable[[int], None]] = {}
        self.pending: list[int] = []
        self.doom = 0
        self.status: int | None = None
        self.task: Task | None = None
        self.children: dict[int, Process] = {}
        self.waiting: list[Task] = []
        self._stdin: Reader | None = None
        self._stdout: Writer | None = None
        self._stderr: Writer | None = None
        system.processes[self.pid] = self

    # ---- streams

    @property
    def stdin(self) -> Reader:
        """Standard input, buffered."""
        if self._stdin is None:
            self._stdin = Reader(self.descriptors.get(0), self)
        return self._stdin

    @property
    def stdout(self) -> Writer:
        """Standard output, buffered until it is flushed, full, or the process ends."""
        if self._stdout is None:
            self._stdout = Writer(self, 1)
        return self._stdout

    @property
    def opened_stdout(self) -> Writer | None:
        """Standard output, if anything was written there."""
        return self._stdout

    @property
    def stderr(self) -> Writer:
        """Standard error, not buffered."""
        if self._stderr is None:
            self._stderr = ErrorWriter(self)
        return self._stderr

    def error(self, message: str) -> None:
        """Say `NAME: message` on standard error."""
        name = self.argv[0].rpartition("/")[2].removeprefix("-") if self.argv else ""
        self.stderr.write(f"{name}: {message}\n")

    def flush(self) -> None:
        """Hand on what standard output holds."""
        if self._stdout is not None:
            self._stdout.flush()

    def open_reader(self, path: str) -> Reader:
        """A file for reading; `-` is standard input. OSError as open(2) gives it."""
        if path == "-":
            return self.stdin
        return Reader(self.open_stream(path, "r"), self)

    def open_stream(self, path: str, mode: str, permissions: int = 0o666) -> Stream:
        """A regular file, device, fifo or descriptor (`/dev/fd/3`); modes as `View.open` has them."""
        return open_stream(self, path, mode, permissions)

    # ---- time and limits

    def tick(self, work: int = 1) -> None:
        """Count work: every program that may run long calls this in its loop."""
        system = self.system
        system.work += work
        if system.work >= system.next_check:
            system.check()

    def sleep(self, seconds: float) -> None:
        """Let simulated time pass; a signal may end it early. Takes no real time."""
        self.flush()
        clock = self.system.clock
        until = clock.now() + int(seconds * 1_000_000_000)
        while clock.now() < until and not self.pending:
            self.system.scheduler.sleep_until(until)

    # ---- children

    def fork(self) -> Process:
        """A child with copies of everything; give it something to do with `perform`, `start` or `call`."""
        self.flush()
        self.system.clock.advance(FORK_NS)
        child = Process(self.system, argv=self.argv, env=self.env, view=self.view.copy(), parent=self)
        child.executable = self.executable
        child.descriptors = self.descriptors.fork()
        child.ignored = set(self.ignored)
        self.children[child.pid] = child
        return child

    def perform(self, body: Callable[[Process], int]) -> int:
        """Let this process do `body` in the current task, to its end; its wait status."""
        task = self.system.scheduler.current
        assert task is not None
        self.task = task
        task.processes.append(self)
        try:
            status = self._live(body)
        finally:
            task.processes.pop()
            self._close()
        self._end(status)
        if status and self.parent is not None and self.doubt[1] == self.system.work:
            self.parent.doubt = self.doubt
        if (
            self.parent is not None
            and self.parent.doom
            and task.processes
            and task.processes[-1] is self.parent
        ):
            raise ProcessKilled(self.parent.doom)
        return status

    def start(self, body: Callable[[Process], int]) -> None:
        """Let this process do `body` side by side with the others."""
        self.task = self.system.scheduler.start(lambda: self.perform(body))

    def wait(self, child: Process) -> int:
        """Wait for a child; its wait status."""
        self.flush()
        while child.status is None:
            self.system.scheduler.wait(child.waiting)
        self.reap(child)
        return child.status

    def reap(self, child: Process) -> None:
        """Forget a child that has ended."""
        self.children.pop(child.pid, None)
        self.system.processes.pop(child.pid, None)

    def execute(self, argv: Sequence[str], path: str | None = None) -> int:
        """execve(2): this process goes on as another program, to its end; the exit status.

        `path` is the file (found through PATH by default). OSError (ENOENT, EACCES, ENOEXEC, …) when it
        can't be executed.
        """
        if path is None:
            path = find_executable(self, argv[0])
        self.argv = list(argv)
        return execute(self, path)

    def call(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        view: View | None = None,
        streams: Mapping[int, Stream] | None = None,
    ) -> int:
        """Run a command as a child and wait for it: its wait status. OSError when it can't be executed.

        `streams` replace descriptors of the child. A file without `#!` that is no program is run by /bin/sh,
        as execvp(3) has it.
        """
        child = self.fork()
        if env is not None:
            child.env = dict(env)
        if view is not None:
            child.view = view
        for number, stream in (streams or {}).items():
            child.descriptors.put(number, stream)
        problem: list[OSError] = []

        def body(process: Process) -> int:
            try:
                return run_command(process, argv)
            except OSError as error:
                problem.append(error)
                return 126 if error.errno == errno.EACCES else 127

        status = child.perform(body)
        self.reap(child)
        if problem:
            raise problem[0]
        return status

    # ---- signals

    def kill(self, pid: int, signal: int) -> None:
        """kill(2): send a signal to a process (0 only asks whether it is there). OSError ESRCH or EPERM."""
        target = self.system.processes.get(abs(pid)) if pid else self
        if target is None or target.status is not None:
            raise fail(errno.ESRCH)
        who = self.view.credentials.uid
        if who and who != target.view.credentials.uid:
            raise fail(errno.EPERM)
        if signal:
            target.receive(signal)
            self.system.scheduler.check()

    def receive(self, signal: int) -> None:
        """Take a signal: by its handler, not at all, or by ending. The first process has no default to end
        by.
        """
        if signal in self.handlers and signal not in (9, 19):
            self.pending.append(signal)
        elif (
            self.pid == 1 or (signal in self.ignored and signal != 9) or signal in HARMLESS or signal == CONT
        ):
            return
        else:
            self.doom = self.doom or signal
        if self.task is not None:
            self.system.scheduler.rouse(self.task)

    # ---- the end

    def _live(self, body: Callable[[Process], int]) -> int:
        try:
            status = body(self) & 255
        except ProcessExit as ended:
            status = ended.status
        except ProcessKilled as killed:
            self._discard()
            return 128 + killed.signal
        except RecursionError:
            raise LimitError("the command was ended: it is nested too deeply (the recursion limit)") from None
        if self.view.opaque or (status and self.system.filesystem.doubting):
            status = self._assume(status)
        try:
            self.flush()
        except ProcessKilled as killed:
            return 128 + killed.signal
        except OSError as error:
            self._discard()
            if self.descriptors.get(2) is not None:
                self.error(f"write error: {strerror(error)}")
            return status or 1
        return status

    def _assume(self, status: int) -> int:
        """What becomes of a process that read what nobody knows, or looked for what may be there.

        It is taken to have succeeded, and its output to be as little known.
        """
        origin = self.view.opaque or self._doubtful()
        if not origin or (not self.view.opaque and not self.assumable):
            return status
        output = self.descriptors.get(1)
        if output is not None and output.writable:
            output.make_opaque(origin)
        name = self.argv[0].rpartition("/")[2] if self.argv else ""
        if not self.view.opaque and name in _ANSWERS and self.parent is not None:
            self.doubt = (f"{origin} is not known", self.system.work)
        elif status and self.assumable:
            self.system.fidelity.note(Fidelity.ASSUMED, f"{name} is taken to succeed: {origin} is not known")
            return 0
        return status

    def _doubtful(self) -> str:
        """Why a failure may be none in reality, or ""."""
        if self.view.missing:
            return f"whether the image has {self.view.missing}"
        unknown = next((word for word in self.argv if OPAQUE_MARK in word), "")
        return f"what `{unknown}` stands for" if unknown else ""

    def _discard(self) -> None:
        if self._stdout is not None:
            self._stdout.discard()

    def _close(self) -> None:
        if self._stdin is not None:
            self._stdin.give_back()
        self.descriptors.close_all()

    def _end(self, status: int) -> None:
        self.status = status
        self.system.scheduler.wake(self.waiting)
        for child in self.children.values():
            child.parent = None
        parent = self.parent
        if parent is None or parent.status is not None:
            self.system.processes.pop(self.pid, None)
        elif CHLD in parent.handlers:
            parent.receive(CHLD)
