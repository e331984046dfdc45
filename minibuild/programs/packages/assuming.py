"""Going on where nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


def assume(process: Process, reason: str, hint: str = "") -> int:
    """Take for granted that the command line succeeds, with unknown results: its exit status.

    Raise FidelityError when the run may not assume that.
    """
    process.system.fidelity.note(Fidelity.ASSUMED, reason, hint)
    unknown = process.system.lookup("?")
    return unknown(process) if unknown is not None else 0
