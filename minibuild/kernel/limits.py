"""What ends a runaway command: limits on work, output, memory, processes and nesting."""

from __future__ import annotations

from dataclasses import dataclass

from minibuild.errors import MinibuildError

WORK_NS = 2_000  # simulated time that one unit of work takes
FORK_NS = 500_000  # and that a new process takes


@dataclass(frozen=True, slots=True)
class Limits:
    """`work` counts units (a shell command, a block of data, a turn of an inner loop); `output` and `memory`
    are bytes.
    """

    work: int = 1_500_000
    output: int = 32 << 20
    memory: int = 96 << 20
    files: int = 256 << 20
    processes: int = 500
    seconds: float = 60.0


class LimitError(MinibuildError):
    """A command asked for more than the limits allow."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(
            message, hint=hint or "a command that never ends, or never stops writing, can't be simulated"
        )
