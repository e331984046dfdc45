"""Places of findings, and edits, by offsets in an instruction's joined text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.sourcemap import text_map
from minibuild.lint.finding import Edit, Place

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction
    from minibuild.dockerfile.sourcemap import InstructionMap
    from minibuild.lint.subject import Subject


def positions(subject: Subject, instruction: Instruction) -> InstructionMap:
    """Where the characters of the instruction's `original` stand in the file."""
    return text_map(subject.text, subject.dockerfile.escape).of(instruction)


def spot(subject: Subject, instruction: Instruction, start: int, end: int) -> Place:
    """The place of `original[start:end]`, if that begins in the instruction's first line; else that line's.

    hadolint and BuildKit tell the line in which an instruction begins, whatever is wrong with it.
    """
    where = positions(subject, instruction)
    line, column = where.place(start)
    if line != instruction.start_line:
        return whole(subject, instruction)
    last, end_column = where.place(max(end - 1, start))
    return Place(line, column, last, end_column + 1)


def whole(subject: Subject, instruction: Instruction) -> Place:
    """The first line of the instruction."""
    line = instruction.start_line
    text = subject.lines[line - 1].removeprefix("\ufeff").rstrip()
    return Place(line, instruction.column, line, max(len(text) + 1, instruction.column + 1))


def replacing(
    subject: Subject, instruction: Instruction, start: int, end: int, replacement: str
) -> Edit | None:
    """The edit that puts `replacement` in the place of `original[start:end]`, None where a comment stands
    between its lines.
    """
    first, last = positions(subject, instruction).span(start, end)
    lines = subject.text[first:last].split("\n")[1:]
    if any(line.lstrip().startswith("#") for line in lines):
        return None
    return Edit(first, last, replacement)


def without(subject: Subject, instruction: Instruction) -> Edit:
    """The edit that removes the instruction with all its lines."""
    lines = text_map(subject.text, subject.dockerfile.escape)
    start = lines.line_start(instruction.start_line)
    return Edit(start, lines.line_start(instruction.end_line + 1), "")
