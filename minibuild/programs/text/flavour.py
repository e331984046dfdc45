"""Whose program a file is: busybox's applet, or the GNU program of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.kernel.process import Process


def is_gnu(process: Process) -> bool:
    """Was the process started from a file of its own, as GNU's programs have it, and not from busybox's?"""
    file = process.executable.rpartition("/")[2]
    return bool(file) and not file.startswith("busybox")
