"""The container of one step: what an instruction modifies and the engine commits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from minibuild.build import events
from minibuild.build.opaque import why_opaque

if TYPE_CHECKING:
    from minibuild.build.images import StageImage
    from minibuild.build.output import OutputLog
    from minibuild.build.secrets import Secrets
    from minibuild.build.workshop import Workshop
    from minibuild.filesystem import FileSystem, Node, Snapshot

_LEVELS = ("exact", "modelled", "assumed")


class StepContainer:
    """A container made from the image committed last.

    Its file system is made when it is first asked for: a step that sets metadata never reads one.
    """

    def __init__(self, workshop: Workshop, image: StageImage, step: int, seed: str) -> None:
        self.workshop = workshop
        self.image = image
        self.step = step
        # A name that follows from what runs, so that the same build prints the same text under
        # SOURCE_DATE_EPOCH.
        self.id = hashlib.sha256(f"{workshop.nonce}:{image.id}:{seed}".encode()).hexdigest()
        self._base: Snapshot | None = None
        self._filesystem: FileSystem | None = None
        self._level = 0
        self._reasons: list[str] = []
        self.secrets: Secrets | None = None  # what must not be kept
        self._log: OutputLog | None = None

    @property
    def base(self) -> Snapshot:
        """The image's file system, as it was when the container was created."""
        if self._base is None:
            self._base = self.workshop.snapshot(self.image)
        return self._base

    @property
    def filesystem(self) -> FileSystem:
        """The container's own, writable file system."""
        if self._filesystem is None:
            from minibuild.filesystem import FileSystem  # a step that is found in the cache needs none

            self._filesystem = FileSystem(self.base, clock=self.workshop.clock.now)
        return self._filesystem

    def commit(self) -> str | None:
        """Keep what changed as a layer of the store; its diff ID, None when nothing changed."""
        store, clock = self.workshop.store, self.workshop.clock
        snapshot = self.filesystem.snapshot()
        if self.secrets is not None:
            from minibuild.filesystem import changes  # few steps have secrets

            self.secrets.hide_in_files(changes(self.base, snapshot))
        return store.put_layer(self.image.config.diff_ids, self.base, snapshot, clock.fixed)

    @property
    def touched(self) -> bool:
        """Whether anything asked for the file system, so that something may have changed."""
        return self._filesystem is not None

    @property
    def fidelity(self) -> tuple[str, tuple[str, ...]]:
        """How the step's effect came to be (`exact`, `modelled` or `assumed`) and why it is not exact."""
        return _LEVELS[self._level], tuple(self._reasons)

    def note(self, level: str, reasons: tuple[str, ...]) -> None:
        """Record that part of the effect is only `modelled` or `assumed`."""
        if self.secrets is not None:
            reasons = tuple(map(self.secrets.hide, reasons))
        self._level = max(self._level, _LEVELS.index(level))
        self._reasons.extend(reason for reason in reasons if reason not in self._reasons)

    def note_opaque(self, node: Node) -> None:
        """Record that a node was used of which only the name is known, if it is one."""
        why = why_opaque(node)
        if why:
            self.note("assumed", (why,))

    def output(self, descriptor: int, data: bytes) -> None:
        """Take what the step's processes write: descriptor 1 or 2, and bytes."""
        if self._log is None:
            from minibuild.build.output import OutputLog  # a step that is found in the cache writes nothing

            self._log = OutputLog()
        self._log.add(descriptor, data)
        self.workshop.emit(events.StepOutput(self.step, descriptor, data))

    def keep_output(self, key: str) -> None:
        """Remember what was written, so that the step of that cache key can be shown again."""
        if self._log is not None:
            hide = self.secrets.hide if self.secrets is not None else None
            self._log.keep(self.workshop.store, key, self.id, hide)
