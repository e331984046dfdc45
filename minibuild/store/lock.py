"""Who has the store open: so that `prune` knows whether it is alone.

Each process holds a shared lock on the file `lock`; the kernel lets go of it when the process ends, however
it ends. Where such locks don't exist (Windows, some network file systems) nobody ever counts as alone, and
`prune` spares all that is recent.
"""

import os
from contextlib import suppress
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

NAME = "lock"


class Lock:
    """A shared hold on the store in the directory `root`."""

    def __init__(self, root: str, *, read_only: bool) -> None:
        self._descriptor = -1
        with suppress(OSError):
            flags = os.O_RDONLY if read_only else os.O_RDWR | os.O_CREAT
            self._descriptor = os.open(os.path.join(root, NAME), flags | getattr(os, "O_CLOEXEC", 0), 0o644)  # noqa: PTH118
            if fcntl is not None:
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)  # waits for the end of a `prune` that is alone

    def alone(self) -> bool:
        """Try to keep all others out, until `share`; whether nobody else has the store open."""
        if fcntl is None or self._descriptor < 0:
            return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.share()  # a failed conversion may have lost the shared lock
            return False
        return True

    def share(self) -> None:
        """Let others in again."""
        if fcntl is not None and self._descriptor >= 0:
            with suppress(OSError):
                fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
