"""Traps: what a shell does when a signal comes, or when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

EXIT = 0


def _noted(_signal: int) -> None:
    """The process keeps the signal until the shell asks."""


class Traps:
    """`actions`: signal → text to run, "" to ignore it; 0 is EXIT. `error` is bash's ERR, `debug` DEBUG,
    `returned` RETURN.
    """

    __slots__ = ("actions", "busy", "debug", "error", "inherited", "process", "returned")

    def __init__(self, process: Process) -> None:
        self.process = process
        self.actions: dict[int, str] = {}
        self.error: str | None = None
        self.busy: set[str] = set()  # the pseudo-signals whose actions run: they don't interrupt themselves
        self.debug: str | None = None
        self.returned: str | None = None
        self.inherited: dict[int, str] | None = None

    def fork(self, process: Process) -> Self:
        """What a subshell has: ignored signals stay ignored."""
        new = type(self)(process)
        new.actions = {signal: action for signal, action in self.actions.items() if not action and signal}
        return new

    def entering(self, *, traced: bool) -> tuple[str | None, str | None]:
        """A function begins: unless functions are `traced` it has neither DEBUG nor RETURN. What was set."""
        before = self.debug, self.returned
        if not traced:
            self.debug = self.returned = None
        return before

    def leaving(self, before: tuple[str | None, str | None]) -> None:
        """The function is over: what there was is there again; what was not stays as the function set it."""
        debug, returned = before
        self.debug = self.debug if debug is None else debug
        self.returned = self.returned if returned is None else returned

    def show_as(self, outer: Traps) -> None:
        """In `$(trap)` the traps of the shell around are listed, until one is set."""
        self.inherited = outer.shown().copy()

    def shown(self) -> dict[int, str]:
        """What `trap` lists."""
        return self.actions if self.inherited is None else self.inherited

    def set(self, signal: int, action: str | None) -> None:
        """Set the action for a signal; None for the default one."""
        self.inherited = None
        process = self.process
        process.handlers.pop(signal, None)
        process.ignored.discard(signal)
        if action is None:
            self.actions.pop(signal, None)
            return
        self.actions[signal] = action
        if signal == EXIT:
            return
        if action:
            process.handlers[signal] = _noted
        else:
            process.ignored.add(signal)

    def take_exit(self) -> str:
        """The EXIT trap, which runs once."""
        self.inherited = None
        return self.actions.pop(EXIT, "")

    def active(self) -> bool:
        """Whether there is anything left to do when the shell ends or gets a signal."""
        return any(self.actions.values())
