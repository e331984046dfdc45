"""Simulated time: it passes when somebody sleeps or works, not when somebody waits."""

from __future__ import annotations


class Clock:
    """Nanoseconds since 1970. `sleep` in a build moves it and takes no time."""

    __slots__ = ("_now",)

    def __init__(self, start: int) -> None:
        self._now = start

    def now(self) -> int:
        """The time in nanoseconds."""
        return self._now

    def advance(self, nanoseconds: int) -> None:
        """Let time pass."""
        self._now += nanoseconds

    def advance_to(self, moment: int) -> None:
        """Let time pass until `moment`, if that is not over yet."""
        self._now = max(self._now, moment)
