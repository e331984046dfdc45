"""The simulated build of a linted Dockerfile, for the rules that look at what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.build.bases import is_partial
from minibuild.build.building import build
from minibuild.build.request import BuildRequest
from minibuild.errors import MinibuildError
from minibuild.filesystem import FileSystem, Snapshot, changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.build.request import StepRecord
    from minibuild.filesystem import Change
    from minibuild.image.config import ContainerConfig
    from minibuild.store import Store


@dataclass(frozen=True, slots=True)
class SimulatedStep:
    """One instruction of the last stage: its line, its text and what it changed in the file system."""

    line: int
    text: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What the simulated build made.

    `failure` is the error that ended it, None when it came to its end. `config` is what containers get,
    `base` the last stage's first file system, `root` its last one. `is_partial` tells that not all files are
    known: the base comes from the catalogue or something unknown ran. `is_assumed` is the latter.
    """

    failure: MinibuildError | None = None
    config: ContainerConfig | None = None
    steps: tuple[SimulatedStep, ...] = ()
    base: Snapshot | None = None
    root: Snapshot | None = None
    is_partial: bool = False
    is_assumed: bool = False

    @property
    def files(self) -> FileSystem:
        """The image's files."""
        return FileSystem(self.root)

    def is_made_here(self, path: str) -> bool:
        """Whether the Dockerfile's own instructions wrote something below the directory that holds `path`."""
        directory = path.rpartition("/")[0].strip("/")
        prefix = f"{directory}/" if directory else ""
        return any(change.path.startswith(prefix) for step in self.steps for change in step.changes)

    def line_of(self, keyword: str) -> int:
        """The line of the last instruction of that keyword in the last stage, 0 without one."""
        return next((s.line for s in reversed(self.steps) if s.text.upper().startswith(keyword + " ")), 0)


def simulate(path: str, text: str, context: Path | None, store: Store) -> Simulation:
    """Build the Dockerfile as far as `assume` allows; nothing unknown ends it, only what is wrong.

    The images of its steps stay in the store's cache, so that the next time costs little.
    """
    request = BuildRequest(
        context, dockerfile=Path(path), text=text, dialect="docker", fidelity="assume", explain=False
    )
    try:
        result = build(request, store, lambda _: None)
    except MinibuildError as error:
        return Simulation(failure=error)
    if not result.image:
        return Simulation()  # nothing but `FROM scratch`
    stage = result.steps[-1].stage
    records = [record for record in result.steps if record.stage == stage]
    config = store.image(result.image)
    bases = store.image(records[0].image).diff_ids if records[0].image else ()
    return Simulation(
        config=config.config,
        steps=tuple(_steps(records, store)),
        base=store.layer_filesystem(bases),
        root=store.layer_filesystem(config.diff_ids),
        is_partial=is_partial(result.image, store),
        is_assumed=any(record.fidelity == "assumed" for record in result.steps),
    )


def _steps(records: list[StepRecord], store: Store) -> Iterator[SimulatedStep]:
    before = store.layer_filesystem(store.image(records[0].image).diff_ids if records[0].image else ())
    for record in records[1:]:
        after = store.layer_filesystem(store.image(record.image).diff_ids) if record.layer else before
        yield SimulatedStep(record.line, record.instruction, tuple(changes(before, after)))
        before = after
