"""A shell in a container that somebody looks around in: what it changes concerns nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from minibuild.filesystem import FileSystem
from minibuild.kernel.fidelity import FidelityError
from minibuild.kernel.limits import LimitError, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minibuild.container.execution import Container
    from minibuild.kernel.scheduler import Scheduler
    from minibuild.kernel.streams import Stream

# Somebody who thinks takes time; what runs away is still ended.
_LIMITS = Limits(work=20_000_000, output=1 << 32, seconds=24 * 3600.0)
_MOST_SHELLS = 50  # a shell that fails before it reads would fail for ever


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who talks to the shell: `write` takes 1 or 2 and bytes, `open_input` makes the standard input, `tell`
    takes what the engine itself has to say.
    """

    write: Callable[[int, bytes], object]
    open_input: Callable[[Scheduler], Stream]
    tell: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Seat:
    """As whom and where the visitor is, and the words of the shell."""

    shell: tuple[str, ...] = ("/bin/sh",)
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    directory: str = "/"


def visit(container: Container, seat: Seat, visitor: Visitor) -> None:
    """Let the visitor talk to a shell in a copy of the container until it ends. A command that can't be
    simulated, or does not end, is told, and another shell goes on. Raise `ContainerError` when there is no
    such user or directory.
    """
    copy = FileSystem(container.filesystem.snapshot(), clock=container.filesystem.clock)
    inside = replace(container, filesystem=copy, on_output=visitor.write, limits=_LIMITS)
    for _ in range(_MOST_SHELLS):
        asked = _Asked(visitor.open_input)
        try:
            execution = inside.attend(
                seat.shell,
                env=seat.environment,
                user=seat.user,
                cwd=seat.directory,
                open_input=asked.open_input,
            )
        except (FidelityError, LimitError) as error:
            visitor.tell(error.message)
            if not asked.read():
                return
            visitor.tell("a new shell goes on")
            continue
        except KeyboardInterrupt:  # of a command: at a prompt the terminal takes it
            if not asked.is_tty:
                raise
            visitor.tell("interrupted: a new shell goes on")
            continue
        if execution.problem:
            visitor.tell(f"no shell can be opened: {execution.problem}")
        return


class _Asked:
    """Whether there may be more to read than a shell that ended early has read."""

    def __init__(self, open_input: Callable[[Scheduler], Stream]) -> None:
        self._open = open_input
        self._stream: Stream | None = None
        self._offset = 0

    def open_input(self, scheduler: Scheduler) -> Stream:
        """The visitor's own."""
        self._stream = self._open(scheduler)
        self._offset = getattr(self._stream, "offset", 0)
        return self._stream

    def read(self) -> bool:
        """Whether there may be more commands, after some that ran."""
        return self.is_tty or getattr(self._stream, "offset", 0) > self._offset

    @property
    def is_tty(self) -> bool:
        """Whether it is a terminal that is read."""
        return self._stream is not None and self._stream.is_tty
