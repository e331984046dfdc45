"""A file that find has come to, and what its tests may ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.gnu_names import marked
from minibuild.programs.options import is_busybox

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream

    Test = Callable[["Visit"], bool]


class Visit:
    """One file: its path as find names it, how deep below the starting point `start` it is, its attributes.

    `prune` is set by a test to keep find from going below.
    """

    __slots__ = ("depth", "link", "path", "prune", "start", "stat")

    def __init__(self, path: str, start: str, depth: int, stat: Stat, link: Stat) -> None:
        self.path, self.start, self.depth = path, start, depth
        self.stat = stat  # as -L, -H and -P ask for
        self.link = link  # the file's own, be it a link
        self.prune = False

    @property
    def name(self) -> str:
        """The last component, without slashes; "/" for the root."""
        path = self.path.rstrip("/")
        return path.rpartition("/")[2] if path else self.path[:1] if self.path != "//" else "/"


class Quit(Exception):  # noqa: N818  it is no error
    """find is to end now."""


class Search:
    """One run of find: what is shared by the walk, the tests and the actions."""

    def __init__(self, process: Process) -> None:
        self.process, self.view = process, process.view
        self.busybox = is_busybox(process)
        self.now = process.system.clock.now()
        self.status = 0
        self.follow = "P"  # or H, L
        self.depth_first = self.one_device = self.day_start = False
        self.least, self.most = 0, -1
        self.acts = False  # an action was given: nothing is printed on its own
        self.changes = False  # an action may change the tree
        self.dialect = "emacs"
        self.at_end: list[Callable[[], None]] = []
        self.files: dict[str, Stream] = {}

    def error(self, path: str, error: OSError) -> None:
        """Report what could not be done with a file; find goes on."""
        shown = path if self.busybox else marked(self.process, path)
        self.process.error(f"{shown}: {strerror(error)}")
        self.status = 1

    def write(self, path: str | None, data: bytes) -> None:
        """Write to standard output, or to a file that is emptied first."""
        if path is None:
            self.process.stdout.write(data)
        else:
            self.files[path].write(data)
