"""Running processes of a container until the first one ends, or until nothing more happens for now."""

from __future__ import annotations

import errno
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from minibuild.container.errors import StartError
from minibuild.container.records import Listed
from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import run_command
from minibuild.kernel.fidelity import FidelityError
from minibuild.kernel.limits import LimitError
from minibuild.kernel.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.container.box import Box
    from minibuild.filesystem import Snapshot
    from minibuild.kernel.streams import Stream
    from minibuild.kernel.system import System

_RECURSION = 8_000
_FORCED = (9, 19)


class AtRest(Exception):  # noqa: N818  not an error: nothing more happens for now
    """Every process waits; `wake` is when the first one goes on by itself (ns since 1970), None for never."""

    def __init__(self, wake: int | None) -> None:
        super().__init__(wake)
        self.wake = wake


class Idle(Protocol):
    """Asked what to do when every process waits."""

    def __call__(self, wake: int | None, /) -> bool:
        """Wake somebody or let time pass (True), leave that to the scheduler (False), or raise `AtRest`."""


@dataclass(slots=True)
class Outcome:
    """How far a run came. `ended` tells that its first process did, at `time`; else the container is at rest
    until `wake`. `service` says why it is taken to go on as a service, if it is.
    """

    time: int
    snapshot: Snapshot
    volatile: Snapshot
    ended: bool = False
    exit_code: int = 0
    wake: int | None = None
    problem: StartError | None = None
    processes: tuple[Listed, ...] = ()
    fidelity: str = "exact"
    reasons: tuple[str, ...] = ()
    service: str = ""


@dataclass(slots=True)
class Plumbing:
    """The three streams of a process."""

    stdin: Stream
    stdout: Stream
    stderr: Stream

    def connect(self, process: Process) -> None:
        """Let the process have them."""
        process.descriptors.put(0, self.stdin)
        process.descriptors.put(1, self.stdout)
        process.descriptors.put(2, self.stderr)


class Neighbour(Process):
    """A process of the container that is at rest while another command runs: it is seen, and signals to it
    are noted in `received` as (pid, number).
    """

    received: list[tuple[int, int]]

    def receive(self, signal: int) -> None:
        """Note a signal; the process takes it when the container is followed again."""
        self.received.append((self.pid, signal))


def simulate(box: Box, system: System, process: Process, idle: Idle, *, serve: bool) -> Outcome:
    """Let the container's first process run. With `serve` a program that nobody knows is taken to be a
    service that goes on. Raise `FidelityError` or `LimitError` without it.
    """
    problem: list[StartError] = []

    def body(first: Process) -> int:
        try:
            return run_command(first, first.argv)
        except OSError as error:
            problem.append(start_error(list(process.argv), error))
            return problem[0].status

    system.scheduler.on_idle = idle
    rest: Outcome | None = None
    try:
        with deep_recursion():
            system.scheduler.run(lambda: process.perform(body))
    except AtRest as at:
        rest = _resting(box, system, at.wake)
    except FidelityError as error:
        if not serve:
            raise
        rest = _resting(box, system, None)
        rest.service, rest.fidelity = error.message, error.level.label
        rest.reasons = (*rest.reasons, error.message)
    except LimitError as error:
        if not serve:
            raise
        rest = _resting(box, system, None)
        rest.service = f"it is taken to be busy: {error.message}"
    if rest is not None:
        rest.processes = rest.processes or (
            Listed(1, 0, process.view.credentials.uid, tuple(process.argv), system.machine.now),
        )
        box.closed = True
        return rest
    outcome = _resting(box, system, None)
    outcome.ended, outcome.exit_code = True, process.status or 0
    outcome.problem = problem[0] if problem else None
    return outcome


def run_beside(system: System, process: Process, idle: Idle) -> tuple[int, StartError | None]:
    """Run one more command in a container: its status, and why it could not be started."""
    problem: list[StartError] = []

    def body(first: Process) -> int:
        try:
            return run_command(first, first.argv)
        except OSError as error:
            problem.append(start_error(list(process.argv), error))
            return 126

    system.scheduler.on_idle = idle
    with deep_recursion():
        system.scheduler.run(lambda: process.perform(body))
    return process.status or 0, problem[0] if problem else None


def start_error(argv: list[str], error: OSError) -> StartError:
    """Why a command could not be executed, in the engine's words."""
    name = argv[0] if argv else ""
    missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
    if missing and "/" not in name:
        why = "executable file not found in $PATH"
    else:
        why = f"{'stat ' + name + ': ' if missing else ''}{strerror(error).lower()}"
    return StartError(f'exec: "{name}": {why}', 127 if missing else 126)


def send(system: System, pid: int, signal: int) -> None:
    """A signal from outside: the first process can't hide from KILL and STOP then."""
    process = system.processes.get(pid)
    if process is None or process.status is not None:
        return
    if signal in _FORCED and process.pid == 1:
        process.doom = process.doom or signal
        if process.task is not None:
            system.scheduler.rouse(process.task)
        return
    process.receive(signal)


def interrupt(system: System, signal: int, pid: int, *, tty: bool) -> None:
    """A signal of the user's: for a process or, on a terminal, for all that are on it."""
    if not tty:
        send(system, pid, signal)
        return
    for process in list(system.processes.values()):
        if process.status is None and process.pid >= pid:
            process.receive(signal)


def listed(system: System) -> tuple[Listed, ...]:
    """The processes that live."""
    living = [one for _, one in sorted(system.processes.items()) if one.status is None]
    return tuple(
        Listed(
            one.pid,
            one.parent.pid if one.parent is not None else 0,
            one.view.credentials.uid,
            tuple(one.argv),
            system.machine.now,
        )
        for one in living
    )


def add_neighbours(system: System, box: Box, processes: Sequence[Listed]) -> list[tuple[int, int]]:
    """Let a machine show the processes of a container at rest; what signals they get."""
    received: list[tuple[int, int]] = []
    known: dict[int, Process] = {}
    for one in processes:
        view = box.filesystem.view()
        neighbour = Neighbour(system, argv=one.argv, env={}, view=view, parent=known.get(one.parent))
        neighbour.received = received
        system.processes.pop(neighbour.pid)
        neighbour.pid = one.pid
        neighbour.view.credentials = neighbour.view.credentials._replace(uid=one.uid)
        system.processes[one.pid] = known[one.pid] = neighbour
    if processes:
        system.start_pids(max(one.pid for one in processes))
    return received


def _resting(box: Box, system: System, wake: int | None) -> Outcome:
    return Outcome(
        time=system.clock.now(),
        snapshot=box.last if box.last is not None else box.filesystem.snapshot(),
        volatile=box.last_volatile if box.last_volatile is not None else box.volatile.snapshot(),
        wake=wake,
        processes=box.processes,
        fidelity=system.fidelity.level.label,
        reasons=tuple(system.fidelity.reasons),
    )


def rest(box: Box, system: System, wake: int | None) -> AtRest:
    """Keep how everything is now, before the processes are taken apart."""
    box.last, box.last_volatile = box.filesystem.snapshot(), box.volatile.snapshot()
    box.processes = listed(system)
    box.closed = True
    return AtRest(wake)


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Room for honest scripts that recurse."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
