"""One simulated machine: what the processes of a container share."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from minibuild.kernel.clock import Clock
from minibuild.kernel.fidelity import Fidelity, Ledger
from minibuild.kernel.limits import WORK_NS, LimitError, Limits
from minibuild.kernel.scheduler import Scheduler
from minibuild.kernel.streams import Full, Null, Randomness, Zero

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minibuild.filesystem import FileSystem, Node
    from minibuild.kernel.pipes import Pipe
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream
    from minibuild.network.view import NetworkView

CHECK_EVERY = 2_000  # units of work between two looks at limits and at the other tasks


class Program(Protocol):
    """A program: a function over its process that gives the exit status."""

    def __call__(self, process: Process, /) -> int:
        """Run it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What is said of a machine before it runs.

    `lookup` finds a program by its name. `partial` says that the image's list of files is not complete, so
    that a missing program may be there in reality. `fixtures` maps URLs to host files that stand for
    downloads. `dialect` (ash, dash or bash) is what every shell speaks; "" leaves it to the shell's own file.
    `directory_blocks` are the blocks of 512 bytes that a directory takes on its disk.
    """

    lookup: Callable[[str], Program | None]
    now: int = 0
    seed: str = ""
    limit: Fidelity = Fidelity.MODELLED
    partial: bool = False
    hostname: str = "buildkitsandbox"
    network: bool = True
    fixtures: Mapping[str, str] = field(default_factory=dict)
    dialect: str = ""
    directory_blocks: int = 0
    limits: Limits = field(default_factory=Limits)


class System:
    """The running machine: file system, clock, randomness, processes and the account of its fidelity."""

    def __init__(self, filesystem: FileSystem, machine: Machine) -> None:
        self.filesystem = filesystem
        self.machine = machine
        self.lookup = machine.lookup
        self.limits = machine.limits
        self.clock = Clock(machine.now)
        self.scheduler = Scheduler(self.clock)
        self.random = random.Random(machine.seed)
        self.fidelity = Ledger(machine.limit)
        filesystem.on_opaque = self._touched
        filesystem.on_write = self._written
        filesystem.doubting = machine.limit is Fidelity.ASSUMED
        filesystem.partial = machine.partial and filesystem.doubting
        self.hostname = machine.hostname
        self.partial = machine.partial
        self.fixtures = machine.fixtures
        self.namespace: NetworkView | None = None  # the network of a container; a build's is a usual one
        self.processes: dict[int, Process] = {}
        self.fifos: dict[str, Pipe] = {}
        self.work = self.written = 0
        self.next_check = CHECK_EVERY
        self._last_pid = 0
        self._deadline = time.monotonic() + self.limits.seconds

    def new_pid(self) -> int:
        """The next process id; LimitError when there are too many processes."""
        if len(self.processes) >= self.limits.processes:
            raise LimitError(
                f"the command was ended: it has more than {self.limits.processes} processes at once",
                hint="a fork bomb, or children that are never waited for",
            )
        self._last_pid += 1
        return self._last_pid

    def start_pids(self, last: int) -> None:
        """Go on counting processes after `last`."""
        self._last_pid = max(self._last_pid, last)

    def _written(self, size: int) -> None:
        self.written += size
        if self.written > self.limits.files:
            raise LimitError(
                f"the command was ended: it wrote more than {self.limits.files >> 20} MiB into files"
            )

    def _touched(self, origin: str) -> None:
        self.fidelity.note(Fidelity.ASSUMED, f"{origin} is not known")

    def check(self) -> None:
        """Look at the limits, let time pass for the work done, give others a turn."""
        done = self.work - (self.next_check - CHECK_EVERY)
        self.next_check = self.work + CHECK_EVERY
        self.clock.advance(done * WORK_NS)
        if self.work > self.limits.work:
            raise LimitError(
                f"the command was ended: it did more than {self.limits.work} units of work (the time limit)"
            )
        if time.monotonic() > self._deadline:
            raise LimitError(
                f"the command was ended: it ran longer than {self.limits.seconds:g} seconds (the time limit)"
            )
        if self.scheduler.current is not None:
            self.scheduler.pause()
            self.scheduler.check()

    def device(self, major: int, minor: int) -> Stream | None:
        """The character device of that number; None when the machine has none."""
        if major != 1:
            return None
        if minor in (8, 9):
            return Randomness(self.random)
        kind = {3: Null, 5: Zero, 7: Full}.get(minor)
        return None if kind is None else kind()

    def fifo(self, node: Node, path: str) -> Pipe:
        """The pipe behind a named pipe."""
        from minibuild.kernel.pipes import Pipe  # few machines ever open a fifo

        key = f"{node.ino}:{path}"
        pipe = self.fifos.get(key)
        if pipe is None:
            pipe = self.fifos[key] = Pipe(self.scheduler)
        return pipe
