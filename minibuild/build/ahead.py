"""Stages built ahead of their turn by other processes, while this one builds the stages before them.

A build goes through its stages in order. When a RUN is not found in the cache, processes forked from this
one take independent stages from the other end; each stage belongs to whoever claims it first. What a process
made comes back whole (events, records, image) and is told when the stage's turn comes, so that a build says
and makes the same whoever built what. A stage that fails elsewhere is built here once more, which tells the
failure in its place.
"""

import os
import pickle
import select
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build import events
from minibuild.build.images import StageImage
from minibuild.build.request import StepRecord
from minibuild.build.scope import Scope

if TYPE_CHECKING:
    from io import BufferedReader

_MOST = 3  # processes beside this one
_PR_SET_PDEATHSIG = 1


class Made(NamedTuple):
    """A stage that was built: what it told, its steps, its image, the variables at its end, and the images
    that it used, by name and platform.
    """

    number: int
    told: tuple[events.Event, ...]
    steps: tuple[StepRecord, ...]
    image: StageImage
    scope: Scope
    images: dict[tuple[str, str], StageImage]


def processes() -> int:
    """How many processes may build beside this one."""
    if not hasattr(os, "fork"):
        return 0
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable - 1, _MOST)


class Ahead:
    """Processes that build some of `stages` (numbers that need nothing unbuilt), the last ones first.

    `build` builds one of them in the forked process; what it raises gives the stage back.
    """

    def __init__(self, stages: Sequence[int], build: Callable[[int], Made]) -> None:
        self._claims = {number: _Claim() for number in stages}
        self._made: dict[int, Made | None] = {}
        self._workers: dict[int, BufferedReader] = {}
        for _ in range(min(processes(), len(stages))):
            self._start(sorted(stages, reverse=True), build)

    def take(self, number: int) -> Made | None:
        """The stage as another process made it; None when this one is to build it."""
        claim = self._claims.get(number)
        if claim is None or claim.won():
            return None
        while number not in self._made and self._workers:
            self._receive()
        return self._made.pop(number, None)

    def close(self) -> None:
        """End the processes. What they kept of a stage under way stays in the store's cache."""
        for pid, reader in self._workers.items():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            reader.close()
        self._workers.clear()
        for claim in self._claims.values():
            claim.close()
        self._claims.clear()

    def _start(self, stages: Sequence[int], build: Callable[[int], Made]) -> None:
        parent = os.getpid()
        receiving, sending = os.pipe()
        pid = os.fork()
        if pid:
            os.close(sending)
            self._workers[pid] = os.fdopen(receiving, "rb")
            return
        # From here on in the new process, which must leave by `_exit`: what the old one has open, or is to do
        # at its end, is not its business.
        try:
            _end_with_parent()
            os.close(receiving)
            with os.fdopen(sending, "wb") as writer:
                for number in stages:
                    if os.getppid() == parent and self._claims[number].won():
                        made = _attempt(build, number)
                        pickle.dump((number, made), writer)
                        writer.flush()
        finally:
            os._exit(0)

    def _receive(self) -> None:
        """Take the next stage from any process; one that has ended is forgotten."""
        readable, _, _ = select.select(list(self._workers.values()), [], [])
        for pid, reader in [(p, r) for p, r in self._workers.items() if r in readable]:
            try:
                number, made = pickle.load(reader)
                self._made[number] = made
            except (EOFError, OSError, pickle.UnpicklingError):
                os.waitpid(pid, 0)
                reader.close()
                del self._workers[pid]


class _Claim:
    """A stage that one of several processes gets: whoever reads the only byte of a pipe first."""

    def __init__(self) -> None:
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.write(writing, b"!")
        self._writing = writing  # kept open: the end of the pipe must not look like its byte

    def won(self) -> bool:
        """Whether it is this process that gets the stage; nobody does a second time."""
        try:
            return bool(os.read(self._reading, 1))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._writing)


def _end_with_parent() -> None:
    """Let the kernel end this process when the one that forked it is killed (prctl(2), Linux only)."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _attempt(build: Callable[[int], Made], number: int) -> Made | None:
    try:
        return build(number)
    except BaseException:  # told when the stage is built once more, in its turn
        return None


def independent(stages: Iterable[tuple[int, Iterable[int]]], built: Iterable[int]) -> list[int]:
    """The numbers of the stages, of (number, needs), all of whose needs are built."""
    ready = set(built)
    return [number for number, needs in stages if ready.issuperset(needs)]
