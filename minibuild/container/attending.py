"""Commands that somebody attends: a container's first process in the foreground, and `exec`."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from minibuild.container.box import Box, Surroundings
from minibuild.container.errors import ContainerError, StartError
from minibuild.container.following import Live, Run, owner, save
from minibuild.container.lifecycle import after_end, begin_live, bring_forward, failed
from minibuild.container.locking import locked
from minibuild.container.records import Event, Record
from minibuild.container.rootfs import keep_changes
from minibuild.container.simulation import AtRest, Plumbing, add_neighbours, interrupt, run_beside, simulate
from minibuild.container.streams import Held, HostInput, Output
from minibuild.kernel.fidelity import FidelityError
from minibuild.kernel.streams import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from minibuild.container.engine import Engine
    from minibuild.kernel.scheduler import Scheduler
    from minibuild.kernel.system import System

# So many interrupts within so many seconds end the command, whatever the container does.
_PATIENCE, _HASTE = 3, 2.0


@dataclass(frozen=True, slots=True)
class Console:
    """Where an attended command reads and writes: `write` takes 1 or 2 and bytes; `open_input` makes its
    standard input, None for the end of one.
    """

    write: Callable[[int, bytes], object]
    open_input: Callable[[Scheduler], HostInput] | None = None
    advise: Callable[[str], object] = lambda _path: None


@dataclass(frozen=True, slots=True)
class Command:
    """A command for `exec`; what is empty is the container's own. A `detached` one is followed until it waits
    for something.
    """

    argv: tuple[str, ...]
    env: tuple[str, ...] = ()
    user: str = ""
    directory: str = ""
    tty: bool = False
    detached: bool = False


def run_attended(engine: Engine, record: Record, console: Console) -> int:
    """Start a container and follow its first process to its end; the exit status. Raise `StartError` when
    that can't be started.
    """
    with locked(engine.store.root, record.id):
        record = begin_live(engine, record, owner())
        try:
            run = Run(engine, record, None)
        except StartError as error:
            failed(engine, record, error)
            raise
        stdin = None
        if console.open_input is not None and record.spec.open_stdin:
            stdin = console.open_input(run.system.scheduler)
        run.connect(stdin)
        run.on_output = console.write
        live = Live(run, stdin)
        try:
            with _interrupts(live.signals):
                outcome = simulate(run.box, run.system, run.process, live, serve=False)
        except FidelityError as error:
            _abandon(engine, record)
            error.hint = (
                "run it with -d: a program that nobody knows is then taken for a service that stays up; or"
                " take its success for granted with --fidelity assume"
            )
            raise
        except BaseException:
            _abandon(engine, record)
            raise
        finally:
            run.finish()
        for path in dict.fromkeys(run.box.busy):
            console.advise(path)
        record = engine.shelf.current(record)
        if outcome.problem is not None:
            failed(engine, record, outcome.problem)
            raise outcome.problem
        if record.spec.auto_remove:
            # Nobody will ever look at its files again.
            outcome.snapshot, outcome.volatile = run.box.before, run.box.volatile_before
        state = record.state
        record = save(engine, replace(record, state=replace(state, outputs=live.told)), run, outcome)
    after_end(engine, record)
    return outcome.exit_code


def _abandon(engine: Engine, record: Record) -> None:
    """The command ended without the container's end: so does the container."""
    record = engine.shelf.current(record)
    with engine.store.transaction():
        engine.network.stop(record)
        state = replace(
            record.state,
            status="exited",
            exit_code=137,
            owner=0,
            wake=None,
            finished=engine.now(),
            processes=(),
        )
        record = engine.shelf.update(record, state)
    after_end(engine, record)


class Beside:
    """Idle of a command that runs beside a container at rest: the wall clock, or the end of looking at a
    detached one.
    """

    def __init__(
        self, engine: Engine, system: System, stdin: HostInput | None, *, detached: bool = False
    ) -> None:
        self.engine, self.system, self.stdin, self.detached = engine, system, stdin, detached
        self.signals: list[int] = []
        self.target = 0

    def __call__(self, wake: int | None) -> bool:
        system = self.system
        if self.detached:
            raise AtRest(wake)
        while True:
            while self.signals:
                interrupt(
                    system, self.signals.pop(0), self.target, tty=self.stdin is not None and self.stdin.is_tty
                )
            now = self.engine.now()
            system.clock.advance_to(now)
            if system.scheduler.ready:
                return True
            if wake is not None and wake <= now:
                return False
            pause = 0.1 if wake is None else min(0.1, (wake - now) / 1e9)
            if self.stdin is not None and self.stdin.waiting:
                self.stdin.poll(pause)
            elif wake is None and not self.stdin:
                return False  # the scheduler knows what to say of a command that waits for nobody
            else:
                time.sleep(pause)


def execute(engine: Engine, record: Record, command: Command, console: Console) -> int:
    """`docker exec`: run a command in a running container; its exit status. Raise `StartError` when it can't
    be started, `ContainerError` when the container does not run.
    """
    state = record.state
    if state.status == "paused":
        raise ContainerError(f"Container {record.name} is paused, unpause the container before exec")
    if not state.is_running:
        raise ContainerError(f"Container {record.id} is not running")
    store, spec = engine.store, record.spec
    box = Box(store, record, store.image(spec.image).diff_ids, state.layers)
    around = Surroundings(engine.open_access, engine.volumes.path, engine.network.etc, engine.network.equip)
    system = box.start(
        around, now=engine.now() - state.shift, seed=f"{record.id}:{engine.now()}", volatile=state.volatile
    )
    before = box.filesystem.snapshot()
    received = add_neighbours(system, box, state.processes)
    config = spec.config
    env = (*config.env, *command.env)
    process = box.process(
        system, command.argv, env, command.user or config.user, command.directory or config.working_dir
    )
    stdin = console.open_input(system.scheduler) if console.open_input is not None else None
    first: Source | Held = stdin if stdin is not None else Source(b"")
    limit = system.limits.output
    outputs = [
        Output(lambda data, number=number: console.write(number, data), limit, tty=command.tty)  # type: ignore[misc]
        for number in ((1, 1) if command.tty else (1, 2))
    ]
    Plumbing(first, *outputs).connect(process)
    idle = Beside(engine, system, stdin, detached=command.detached)
    idle.target = process.pid
    try:
        with _interrupts(idle.signals):
            status, problem = run_beside(system, process, idle)
    except AtRest:  # what a detached command does after its first wait is not followed
        status, problem = 0, None
    finally:
        snapshot, volatile = box.filesystem.snapshot(), box.volatile.snapshot()
        box.close()
        layer = keep_changes(store, before, snapshot)
        memory = keep_changes(store, box.volatile_before, volatile)
        _take_over(engine, record, layer, memory, received)
    for path in dict.fromkeys(box.busy):
        console.advise(path)
    if problem is not None:
        raise problem
    return status


def _take_over(
    engine: Engine, record: Record, layer: str | None, memory: str | None, signals: Sequence[tuple[int, int]]
) -> None:
    """Let the container have what a command beside it did."""
    if layer is None and memory is None and not signals:
        return
    wait = 0.0 if record.state.owner else 30.0
    with locked(engine.store.root, record.id, wait=wait), engine.store.transaction():
        record = engine.shelf.current(record)
        now = engine.now() - record.state.shift
        if layer is not None:
            engine.shelf.add_event(record, Event(now, "files", layer))
        if memory is not None:
            engine.shelf.add_event(record, Event(now, "volatile", memory))
        for pid, number in signals:
            engine.shelf.add_event(record, Event(now, "kill", f"{pid} {number}"))
        if not record.state.owner:
            state = record.state
            layers = (*state.layers, *((layer,) if layer else ()))
            volatile = (*state.volatile, *((memory,) if memory else ()))
            record = engine.shelf.update(record, replace(state, layers=layers, volatile=volatile))
    if signals and not record.state.owner:
        bring_forward(engine, record, force=True)


def put_files(engine: Engine, record: Record, layer: str) -> None:
    """Let a container have a change set that was made on its files: `cp` does it."""
    if record.state.is_running:
        _take_over(engine, record, layer, None, ())
        return
    with engine.store.transaction():
        record = engine.shelf.current(record)
        state = replace(record.state, layers=(*record.state.layers, layer))
        engine.shelf.update(record, state)


@contextmanager
def _interrupts(signals: list[int]) -> Iterator[None]:
    """Hand Ctrl-C and SIGTERM on to the container; the third one in vain ends the command."""
    times: list[float] = []

    def take(number: int, _frame: object) -> None:
        times.append(time.monotonic())
        if len(times) >= _PATIENCE and times[-1] - times[-_PATIENCE] < _HASTE:
            raise KeyboardInterrupt
        signals.append(number)

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            before[number] = signal.signal(number, take)
        except ValueError:  # not the main thread
            break
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
