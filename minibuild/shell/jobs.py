"""Background jobs, and what the shell says of children that signals end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.signals import INT, PIPE, WORDS

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.shell.interpreter import Shell


class Job:
    """A background command."""

    __slots__ = ("number", "process", "text")

    def ended(self) -> bool:
        """Whether it is over."""
        return self.process.status is not None

    def __init__(self, number: int, process: Process, text: str) -> None:
        self.number, self.process, self.text = number, process, text

    @property
    def state(self) -> str:
        """What `jobs` says of it."""
        status = self.process.status
        if status is None:
            return "Running"
        if self.process.doom and status == 128 + self.process.doom:
            return WORDS.get(self.process.doom, f"Signal {self.process.doom}")
        return "Done" if status == 0 else f"Done({status})"


def announce(shell: Shell, child: Process, status: int, *, quiet: bool = False) -> None:
    """Tell that a signal ended a child, as the shells do on standard error."""
    signal = child.doom
    if not signal or status != 128 + signal or signal in (INT, PIPE) or quiet or shell.in_subshell:
        return
    word = WORDS.get(signal, f"Signal {signal}")
    if shell.dialect.bash:
        return
    shell.process.stderr.write(f"{word}\n")
