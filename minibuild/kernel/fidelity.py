"""How true to the reference a simulated run is: a level, the reasons for it, and a limit that it may not
pass.
"""

from __future__ import annotations

import enum

from minibuild.errors import MinibuildError

_HINTS = (
    "replace it by something that is known, give its result as a fixture, or build with --fidelity assume"
    " to take its success for granted"
)


class Fidelity(enum.IntEnum):
    """EXACT: as the reference does it. MODELLED: played from a catalogue. ASSUMED: something unknown was
    taken for granted.
    """

    EXACT = 0
    MODELLED = 1
    ASSUMED = 2

    @property
    def label(self) -> str:
        """The word that people see."""
        return self.name.lower()


# What `--fidelity` may say, and how far that goes.
LIMITS = {"exact": Fidelity.EXACT, "modelled": Fidelity.MODELLED, "assume": Fidelity.ASSUMED}


class FidelityError(MinibuildError):
    """Something is not known well enough for the limit that was set. `level` is what going on would make of
    the step.
    """

    def __init__(self, message: str, level: Fidelity, hint: str = "") -> None:
        super().__init__(message, hint=hint or _HINTS)
        self.level = level


class Ledger:
    """What a run has stood on so far."""

    __slots__ = ("level", "limit", "reasons")

    def __init__(self, limit: Fidelity = Fidelity.MODELLED) -> None:
        self.limit = limit
        self.level = Fidelity.EXACT
        self.reasons: list[str] = []

    def note(self, level: Fidelity, reason: str, hint: str = "") -> None:
        """Record that the run is only as true as `level`, because of `reason`; FidelityError when that is
        past the limit.
        """
        if level > self.limit:
            raise FidelityError(reason, level, hint)
        if level > self.level:
            self.level = level
        if level is not Fidelity.EXACT and reason not in self.reasons:
            self.reasons.append(reason)
