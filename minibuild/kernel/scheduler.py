"""Tasks that take turns: a task runs until it has to wait for something, then another one does.

One greenlet per task and one hub that picks the next. The order is always the same, so the same script gives
the same output.
"""

from __future__ import annotations

import heapq
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from greenlet import getcurrent, greenlet

from minibuild.kernel.limits import LimitError
from minibuild.kernel.signals import ProcessKilled

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.clock import Clock
    from minibuild.kernel.process import Process


class Task:
    """A line of execution. `processes` are those that run in it, the innermost (the one that has the turn)
    last.
    """

    __slots__ = ("greenlet", "processes", "queued")

    def __init__(self, body: Callable[[], object], hub: greenlet) -> None:
        self.greenlet = greenlet(body, hub)
        self.processes: list[Process] = []
        self.queued = False


class Scheduler:
    """Runs tasks until the first one is done."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ready: deque[Task] = deque()
        self.sleepers: list[tuple[int, int, Task]] = []
        self.current: Task | None = None
        self.tasks: set[Task] = set()
        # Asked when every task waits, with the time at which the first sleeper wakes (None: nobody sleeps).
        # It may wake a task or let time pass and answer True; False leaves the rest to the scheduler.
        self.on_idle: Callable[[int | None], bool] | None = None
        self._hub: greenlet = getcurrent()
        self._count = 0

    def start(self, body: Callable[[], object]) -> Task:
        """A new task; it gets its first turn when the current one waits."""
        task = Task(lambda: self._live(task, body), self._hub)
        self.tasks.add(task)
        self._enqueue(task)
        return task

    def run(self, body: Callable[[], object]) -> None:
        """Run `body` as the first task until it ends; tasks that are left then are ended too."""
        self._hub = getcurrent()
        first = self.start(body)
        try:
            while first in self.tasks:
                self._turn()
        finally:
            self._end_all()

    def wait(self, waiting: list[Task]) -> None:
        """Let others run until somebody wakes `waiting`. May return early: look again at what was waited
        for.
        """
        task = self.current
        assert task is not None
        waiting.append(task)
        self._hub.switch()
        if task in waiting:
            waiting.remove(task)
        self.check()

    def wake(self, waiting: list[Task]) -> None:
        """Everybody in `waiting` gets a turn."""
        for task in waiting:
            self._enqueue(task)
        waiting.clear()

    def rouse(self, task: Task) -> None:
        """Give a task a turn, whatever it waits for: a signal came."""
        if task is not self.current:
            self._enqueue(task)

    def sleep_until(self, moment: int) -> None:
        """Wait until the simulated time is `moment`; a signal ends it early."""
        task = self.current
        assert task is not None
        self._count += 1
        heapq.heappush(self.sleepers, (moment, self._count, task))
        self._hub.switch()
        self.check()

    def pause(self) -> None:
        """Let the others have a turn; the current task stays ready."""
        task = self.current
        assert task is not None
        if self.ready or self.sleepers:
            self._enqueue(task)
            self._hub.switch()
            self.check()

    def check(self) -> None:
        """Raise ProcessKilled when a signal has ended the process that has the turn."""
        task = self.current
        if task is not None and task.processes:
            process = task.processes[-1]
            if process.doom:
                raise ProcessKilled(process.doom)

    # ---- the hub

    def _live(self, task: Task, body: Callable[[], object]) -> None:
        try:
            body()
        finally:
            self.tasks.discard(task)

    def _enqueue(self, task: Task) -> None:
        if not task.queued:
            task.queued = True
            self.ready.append(task)

    def _turn(self) -> None:
        self._wake_sleepers()
        while not self.ready:
            self._pass_time()
        task = self.ready.popleft()
        task.queued = False
        self.current = task
        task.greenlet.switch()
        self.current = None

    def _wake_sleepers(self) -> None:
        while self.sleepers and self.sleepers[0][0] <= self.clock.now():
            self._enqueue(heapq.heappop(self.sleepers)[2])

    def _pass_time(self) -> None:
        if self.on_idle is not None and self.on_idle(self.sleepers[0][0] if self.sleepers else None):
            self._wake_sleepers()
            return
        if not self.sleepers:
            raise LimitError(
                "the command was ended: every process waits for another one",
                hint="a pipe or fifo that nobody writes to, or a `wait` for a process that never ends",
            )
        moment, _, task = heapq.heappop(self.sleepers)
        self.clock.advance_to(moment)
        self._enqueue(task)

    def _end_all(self) -> None:
        """End what is left, as the kernel does when the first process is gone."""
        for _ in range(3):
            for task in list(self.tasks):
                self.current = task
                for process in task.processes:
                    process.doom = process.doom or 9
                if task.greenlet.dead or not task.greenlet:
                    self.tasks.discard(task)  # it never had a turn
                    continue
                with suppress(Exception):  # it is being ended: what it says about that is of no interest
                    task.greenlet.throw(ProcessKilled(9))
            if not self.tasks:
                break
        self.tasks.clear()
        self.ready.clear()
        self.sleepers.clear()
        self.current = None
