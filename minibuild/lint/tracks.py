"""The instructions of a Dockerfile as rules go through them: its own, and those that ONBUILD holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from minibuild.dockerfile.nodes import From, Instruction, Onbuild, Run
from minibuild.lint.image_names import alias, split_image
from minibuild.lint.places import spot, whole
from minibuild.lint.scripts import Script, script_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.finding import Place
    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject

Kind = TypeVar("Kind", bound=Instruction)


class Line(NamedTuple):
    """One instruction and the one of the file that it stands in: itself, or its ONBUILD."""

    instruction: Instruction
    outer: Instruction

    @property
    def is_own(self) -> bool:
        """Whether it stands in the file itself."""
        return self.instruction is self.outer


class RunLine(NamedTuple):
    """A RUN with its script."""

    run: Run
    outer: Instruction
    script: Script

    def place(self, subject: Subject, command: Command | None = None) -> Place:
        """Where it stands, or where one of its commands does."""
        if command is None or self.run is not self.outer or not command.name:
            return whole(subject, self.outer)
        shift = self.run.original.find(self.script.text)
        if shift < 0 or command.offset < 0:
            return whole(subject, self.outer)
        start = shift + command.offset
        return spot(subject, self.run, start, start + len(command.name))


def tracks(subject: Subject) -> tuple[list[Line], list[Line]]:
    """The file's instructions, and those inside its ONBUILDs."""
    own = [Line(one, one) for one in subject.dockerfile.instructions]
    held = [
        Line(one.inner, one)
        for one in subject.dockerfile.instructions
        if isinstance(one, Onbuild) and one.inner is not None
    ]
    return own, held


def runs(subject: Subject, *, held: bool = True) -> Iterator[RunLine]:
    """All RUNs, also (`held`) those inside ONBUILD."""
    for line in (one for track in tracks(subject)[: 1 + held] for one in track):
        if isinstance(line.instruction, Run):
            yield RunLine(line.instruction, line.outer, script_of(line.instruction))


def kept_runs(subject: Subject) -> Iterator[RunLine]:
    """The RUNs whose layers are in the image: of the last stage, and of stages that others are built on."""
    for track in tracks(subject):
        froms = [line.instruction for line in track if isinstance(line.instruction, From)]
        repositories = {split_image(one.image).repository for one in froms}
        kept = True
        for line in track:
            if isinstance(line.instruction, From):
                stage = line.instruction
                kept = _same(stage, froms[-1]) or alias(stage) in repositories
            elif isinstance(line.instruction, Run) and kept:
                yield RunLine(line.instruction, line.outer, script_of(line.instruction))


def _same(stage: From, other: From) -> bool:
    """Whether two stages begin alike; hadolint tells them apart by no more than this."""
    ours, theirs = ((one.image, one.platform, alias(one)) for one in (stage, other))
    return ours == theirs


def of_kind(subject: Subject, kind: type[Kind], *, held: bool = False) -> Iterator[tuple[Kind, Instruction]]:
    """(instruction, the one it stands in) of all instructions of a class, also (`held`) inside ONBUILD."""
    for line in (one for track in tracks(subject)[: 1 + held] for one in track):
        if isinstance(line.instruction, kind):
            yield line.instruction, line.outer
