"""BuildKit's checks of how keywords and stages are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Copy, From, Run
from minibuild.lint.finding import Fix, Level, Remark
from minibuild.lint.places import replacing, spot
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.subject import Subject

_AS = re.compile(r"[\t\v\f\r ](?P<as>[aA][sS])[\t\v\f\r ]+(?P<name>\S+)\s*\Z")
_USE = re.compile(r"(?:--|,)from=(?P<name>[^,\s]+)")
_RESERVED = frozenset({"scratch", "context"})


@rule(
    "StageNameCasing",
    Level.WARNING,
    "A stage's name has upper-case letters.",
    why="BuildKit compares stage names without case: two spellings of one name only look like two stages.",
    example=Example("FROM alpine:3.20 AS Build", "FROM alpine:3.20 AS build"),
)
def stage_name_casing(subject: Subject) -> Iterator[Remark]:
    """`AS Build`."""
    named = [(instruction, match) for instruction, match in _named(subject) if not match["name"].islower()]
    uses = _uses(subject) if named else {}
    for instruction, match in named:
        name = match["name"]
        if name != name.lower():
            start, end = match.span("name")
            yield Remark(
                spot(subject, instruction, start, end),
                f"Write the stage's name {name} in lower case: {name.lower()}",
                _renamed(subject, name, [(instruction, start, end), *uses.get(name, ())]),
            )


def _uses(subject: Subject) -> dict[str, list[tuple[Instruction, int, int]]]:
    """Where a stage may be named after its beginning: (instruction, start, end) by name."""
    found: dict[str, list[tuple[Instruction, int, int]]] = {}
    for instruction in subject.dockerfile.instructions:
        text = instruction.original
        if isinstance(instruction, From):
            at = text.find(instruction.image, len(instruction.written))
            found.setdefault(instruction.image, []).append((instruction, at, at + len(instruction.image)))
        elif isinstance(instruction, Copy | Run) and "from=" in text:
            for match in _USE.finditer(text):
                found.setdefault(match["name"], []).append((instruction, *match.span("name")))
    return found


def _renamed(subject: Subject, name: str, places: Sequence[tuple[Instruction, int, int]]) -> Fix | None:
    """The fix that writes the name in lower case in all places."""
    edits = [replacing(subject, one, start, end, name.lower()) for one, start, end in places]
    kept = sorted((edit for edit in edits if edit is not None), key=lambda edit: edit.start)
    return Fix(f"Write {name.lower()}", tuple(kept)) if len(kept) == len(edits) else None


@rule(
    "FromAsCasing",
    Level.WARNING,
    "The AS of a FROM is cased otherwise than its FROM.",
    why="Keywords of one instruction that are written in one way are easier to read.",
    example=Example("FROM alpine:3.20 as build", "FROM alpine:3.20 AS build"),
)
def from_as_casing(subject: Subject) -> Iterator[Remark]:
    """`FROM … as`, `from … AS`."""
    for instruction, match in _named(subject):
        written, word = instruction.written, match["as"]
        if written not in (written.lower(), written.upper()):
            continue  # ConsistentInstructionCasing tells of it
        wanted = word.lower() if written == written.lower() else word.upper()
        if word != wanted:
            start, end = match.span("as")
            yield Remark(
                spot(subject, instruction, start, end),
                f"{word} is cased otherwise than {written}: write {wanted}",
                _rewritten(subject, instruction, start, end, wanted),
            )


@rule(
    "ConsistentInstructionCasing",
    Level.WARNING,
    "A keyword is cased otherwise than most keywords of the file.",
    why="BuildKit takes any case; a file that mixes them is harder to read and to search.",
    example=Example("FROM alpine:3.20\nrun make", "FROM alpine:3.20\nRUN make"),
)
def consistent_instruction_casing(subject: Subject) -> Iterator[Remark]:
    """Keywords in another case than the majority's; upper case where both are as many."""
    stages = subject.dockerfile.stages
    instructions = [one for stage in stages for one in (stage.from_, *stage.instructions)]
    lower = sum(one.written == one.written.lower() for one in instructions)
    upper = sum(one.written == one.written.upper() for one in instructions)
    for instruction in instructions:
        written = instruction.written
        wanted = written.lower() if lower > upper else written.upper()
        if written != wanted:
            case = "lower" if lower > upper else "upper"
            start = len(instruction.original) - len(instruction.original.lstrip())
            end = start + len(written)
            yield Remark(
                spot(subject, instruction, start, end),
                f"Most keywords of this file are in {case} case: write {wanted} for {written}",
                _rewritten(subject, instruction, start, end, wanted),
            )


@rule(
    "DuplicateStageName",
    Level.WARNING,
    "Two stages have the same name.",
    why="`--from` and `--target` then mean the one that comes first or last, depending on where they stand.",
    example=Example(
        "FROM alpine:3.20 AS build\nFROM debian:12 AS build",
        "FROM alpine:3.20 AS tools\nFROM debian:12 AS build",
    ),
)
def duplicate_stage_name(subject: Subject) -> Iterator[Remark]:
    """Names that an earlier stage has, whatever their case."""
    seen: dict[str, int] = {}
    for instruction, match in _named(subject):
        name = instruction.name
        if name in seen:
            yield Remark(
                spot(subject, instruction, *match.span("name")),
                f"The stage in line {seen[name]} is called {name}, too: give each a name of its own",
            )
        seen.setdefault(name, instruction.start_line)


@rule(
    "ReservedStageName",
    Level.WARNING,
    "A stage is called scratch or context.",
    why="`FROM scratch` is the empty image and `context` the build context: a stage of that name is never "
    "what a reader expects.",
    example=Example("FROM alpine:3.20 AS scratch", "FROM alpine:3.20 AS tools"),
)
def reserved_stage_name(subject: Subject) -> Iterator[Remark]:
    """Names that mean something else."""
    for instruction, match in _named(subject):
        if instruction.name in _RESERVED:
            yield Remark(
                spot(subject, instruction, *match.span("name")),
                f"The name {instruction.name} has a meaning of its own: call the stage otherwise",
            )


def _named(subject: Subject) -> Iterator[tuple[From, re.Match[str]]]:
    """The FROMs with a name, and where AS and name stand in their text."""
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From) and instruction.name:
            match = _AS.search(instruction.original)
            if match is not None:
                yield instruction, match


def _rewritten(
    subject: Subject, instruction: Instruction, start: int, end: int, word: str
) -> Fix | None:
    edit = replacing(subject, instruction, start, end, word)
    return Fix(f"Write {word}", (edit,)) if edit else None
