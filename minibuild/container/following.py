"""Following a container's first process: by repeating its run up to now, or live.

A container has no process of the host behind it. Its run is repeated from its beginning, deterministically,
with what came from outside at its times (`Event`) and with what the host answered (`Recorder`), until nothing
more happens before now. What it wrote, and did to volumes, before the last time that somebody looked is not
done twice.
"""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.container.box import Box, Surroundings
from minibuild.container.errors import ContainerError, NoSuchContainerError
from minibuild.container.rootfs import keep_changes
from minibuild.container.simulation import Outcome, Plumbing, interrupt, listed, rest, send, simulate
from minibuild.container.streams import Held, Output
from minibuild.filesystem import apply_layer
from minibuild.kernel.streams import Source
from minibuild.store.layers import layer_entries
from minibuild.volume.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from minibuild.container.engine import Engine
    from minibuild.container.records import Event, Record, State
    from minibuild.container.streams import HostInput

_POLL = 0.1
_MARGIN = 1_000_000  # ns
_TICK = 0.5

Written = list[tuple[int, int, bytes]]


class Run:
    """One run of a container's first process, from its beginning. `written` is what it wrote: (time, 1 or 2,
    bytes); `recorder` is None for a run that will not be repeated.
    """

    def __init__(self, engine: Engine, record: Record, recorder: Recorder | None) -> None:
        self.engine, self.record, self.recorder = engine, record, recorder
        spec, state = record.spec, record.state
        diff_ids = engine.store.image(spec.image).diff_ids
        self.box = Box(engine.store, record, diff_ids, state.base)
        around = Surroundings(
            recorder.access if recorder is not None else engine.open_access,
            engine.volumes.path,
            engine.network.etc,
            engine.network.equip,
        )
        self.system = self.box.start(around, now=state.started, seed=f"{record.id}:{state.run}")
        self.written: Written = []
        self.on_output: Callable[[int, bytes], object] | None = None
        config = spec.config
        self.process = self.box.process(self.system, spec.argv, config.env, config.user, config.working_dir)

    def connect(self, stdin: Held | None) -> None:
        """Give the first process its streams; without an input it finds the end of one."""
        limit, tty = self.system.limits.output, self.record.spec.tty
        first = stdin if stdin is not None else Source(b"")
        outputs = [Output(self._taker(number), limit, tty=tty) for number in (1, 2)]
        if tty:
            outputs[1].take = outputs[0].take
        Plumbing(first, *outputs).connect(self.process)

    def apply(self, event: Event) -> None:
        """Let something from outside happen."""
        if event.kind == "files":
            apply_layer(self.box.filesystem, layer_entries(self.engine.store, event.data))
        elif event.kind == "volatile":
            apply_layer(self.box.volatile, layer_entries(self.engine.store, event.data))
        elif event.kind == "signal":
            pid, _, signal = event.data.partition(" ")
            send(self.system, int(pid), int(signal))
        elif event.kind == "kill":
            pid, _, signal = event.data.partition(" ")
            target = self.system.processes.get(int(pid))
            if target is not None and target.status is None:
                target.receive(int(signal))
        elif event.kind == "input":
            stream = self.process.descriptors.get(0)
            if isinstance(stream, Held):
                stream.feed(event.data.encode("utf-8", "surrogateescape"))

    def rest(self, wake: int | None) -> Exception:
        """What ends the run here."""
        if self.recorder is not None:
            self.recorder.closed = True
        return rest(self.box, self.system, wake)

    def finish(self) -> None:
        """Let go of everything."""
        if self.recorder is not None:
            self.recorder.closed = True
        self.box.close()

    def _taker(self, number: int) -> Callable[[bytes], object]:
        def take(data: bytes) -> None:
            if self.box.closed:
                return
            self.written.append((self.system.clock.now(), number, data))
            if self.on_output is not None:
                self.on_output(number, data)

        return take


class UpTo:
    """Idle until a moment: what came from outside happens at its time."""

    def __init__(self, run: Run, events: Iterable[Event], horizon: int) -> None:
        self.run, self.horizon = run, horizon
        self.events = deque(events)

    def __call__(self, wake: int | None) -> bool:
        clock = self.run.system.clock
        if self.events and (wake is None or self.events[0].time <= wake):
            event = self.events.popleft()
            clock.advance_to(event.time)
            self.run.apply(event)
            return True
        if wake is None or wake > self.horizon:
            raise self.run.rest(wake)
        return False


def repeat(engine: Engine, record: Record, horizon: int) -> Record:
    """Follow a running container up to `horizon` (in its own time); the record as it is then, saved. The
    caller holds the container's lock.
    """
    recorder = Recorder(engine.shelf.answers(record))
    run = Run(engine, record, recorder)
    run.connect(Held(run.system.scheduler, tty=record.spec.tty) if record.spec.open_stdin else None)
    events = engine.shelf.events(record)
    try:
        outcome = simulate(run.box, run.system, run.process, UpTo(run, events, horizon), serve=True)
    finally:
        run.finish()
    return save(engine, record, run, outcome)


def save(engine: Engine, record: Record, run: Run, outcome: Outcome) -> Record:
    """Keep how far a run came."""
    state, store = record.state, engine.store
    layer = keep_changes(store, run.box.before, outcome.snapshot)
    volatile = keep_changes(store, run.box.volatile_before, outcome.volatile)
    fresh = run.written[state.outputs :]
    state = replace(
        state,
        layers=(*state.base, *((layer,) if layer else ())),
        volatile=(volatile,) if volatile else (),
        outputs=state.outputs + len(fresh),
        wake=outcome.wake,
        owner=0,
        processes=outcome.processes,
        service=outcome.service,
        fidelity=outcome.fidelity,
        reasons=outcome.reasons,
    )
    with store.transaction():
        engine.shelf.add_logs(record, ((when + state.shift, *what) for when, *what in fresh))  # type: ignore[misc]
        answers = run.recorder.fresh() if run.recorder is not None else None
        if answers is not None:
            engine.shelf.add_answers(record, answers)
        if outcome.ended:
            state = ended(engine, record, state, outcome)
        return engine.shelf.update(record, state)


def ended(engine: Engine, record: Record, state: State, outcome: Outcome) -> State:
    """The state of a container whose first process has ended."""
    engine.network.stop(record)
    problem = outcome.problem
    return replace(
        state,
        status="exited",
        exit_code=outcome.exit_code,
        error=problem.message if problem is not None else "",
        finished=min(outcome.time + state.shift, max(engine.now(), state.started)),
        wake=None,
        volatile=(),
        processes=(),
        paused=0,
        health=None if state.health is None else {**state.health, "Status": "unhealthy"},
    )


class Live:
    """Idle with the wall clock: wait until something happens, and keep the store told meanwhile."""

    def __init__(self, run: Run, stdin: HostInput | None) -> None:
        self.run, self.stdin = run, stdin
        self.signals: list[int] = []
        self.seen = 0
        self.told = len(run.written)
        self._layers = run.box.before
        self._next = 0.0

    def __call__(self, wake: int | None) -> bool:
        run, scheduler = self.run, self.run.system.scheduler
        while True:
            self.tell()
            while self.signals:
                interrupt(run.system, self.signals.pop(0), 1, tty=run.record.spec.tty)
            now = self.run.engine.now()
            run.system.clock.advance_to(now)
            if scheduler.ready:
                return True
            if wake is not None and wake <= now + _MARGIN:
                return False
            pause = _POLL if wake is None else min(_POLL, (wake - now) / 1e9)
            if self.stdin is not None and self.stdin.waiting:
                self.stdin.poll(pause)
            else:
                time.sleep(pause)

    def tell(self) -> None:
        """Let the store know what happened, now and then, and hear what came for the container."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _TICK
        run, engine = self.run, self.run.engine
        for event in engine.shelf.events(run.record)[self.seen :]:
            self.seen += 1
            run.apply(event)
        try:
            record = engine.shelf.current(run.record)
        except NoSuchContainerError:  # removed by force: there is nothing to go on for
            send(run.system, 1, 9)
            return
        snapshot = run.box.filesystem.snapshot()
        layer = keep_changes(engine.store, self._layers, snapshot)
        processes = listed(run.system)
        same = tuple(one.pid for one in processes) == tuple(one.pid for one in record.state.processes)
        if layer is None and self.told == len(run.written) and same:
            return
        self._layers = snapshot
        fresh = run.written[self.told :]
        state = replace(
            record.state,
            layers=(*record.state.layers, *((layer,) if layer else ())),
            outputs=len(run.written),
            processes=processes,
        )
        try:
            with engine.store.transaction():
                engine.shelf.add_logs(record, fresh)
                run.record = engine.shelf.update(record, state)
            self.told = len(run.written)
        except ContainerError:
            return  # changed at the same time: told the next time


def owner() -> int:
    """The number that says that this process follows a container."""
    return os.getpid()
