"""Fixes of commands in a RUN: a flag put in, a command renamed, one more appended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.lint.finding import Edit, Fix
from minibuild.lint.places import positions, without

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject
    from minibuild.lint.tracks import RunLine

# A command that ends otherwise would take what is appended for something else.
_UNCLEAR_END = re.compile(r"\|\||[;&|(){}#]\s*$|\bdone\b|\bfi\b|\besac\b|#|\\\s*$")


def inserted(subject: Subject, line: RunLine, command: Command, word: str, text: str) -> Fix | None:
    """`text` goes behind the first `word` of the command. None where it does not stand there as it is."""
    shift = _shift(line)
    if shift < 0 or command.offset < 0:
        return None
    script = line.script.text
    start = command.offset + len(command.name)
    found = re.compile(rf"(?<=\s){re.escape(word)}(?=\s|$)").search(script, start)
    if found is None or re.search(r"[;&|\n]", script[start : found.start()]):
        return None
    return _edited(subject, line, shift + found.end(), shift + found.end(), text, f"Add{text}")


def renamed(subject: Subject, line: RunLine, command: Command, name: str) -> Fix | None:
    """The command is called by another name."""
    shift = _shift(line)
    start = shift + command.offset
    if shift < 0 or command.offset < 0:
        return None
    return _edited(subject, line, start, start + len(command.name), name, f"Use {name}")


def appended(subject: Subject, line: RunLine, text: str) -> Fix | None:
    """One more command at the end of a plain list of commands. None where the end is not plain."""
    shift = _shift(line)
    script = line.script.text
    if shift < 0 or _UNCLEAR_END.search(script) or "\n" in script.rstrip("\n"):
        return None
    end = shift + len(script.rstrip())
    return _edited(subject, line, end, end, text, f"Add{text}")


def removed(subject: Subject, instruction: Instruction, summary: str, *, safe: bool = True) -> Fix:
    """The instruction goes, with all its lines."""
    return Fix(summary, (without(subject, instruction),), safe)


def replaced(
    subject: Subject, instruction: Instruction, span: tuple[int, int], text: str, *, safe: bool = True
) -> Fix | None:
    """`original[start:end]` becomes `text`; None where it goes over several lines."""
    start, end = span
    where = positions(subject, instruction)
    if not where.is_whole(start, end):
        return None
    return Fix(f"Write {text}", (Edit(*where.span(start, end), text),), safe)


def _shift(line: RunLine) -> int:
    """Where the script begins in the RUN's joined text; -1 when it stands elsewhere."""
    if line.run is not line.outer or line.run.heredocs or line.run.form != "shell":
        return -1
    return line.run.original.find(line.script.text)


def _edited(subject: Subject, line: RunLine, start: int, end: int, text: str, summary: str) -> Fix | None:
    where = positions(subject, line.run)
    if end > start and not where.is_whole(start, end):
        return None
    first = where.span(start, end)[0] if end > start else where.span(start - 1, start)[1]
    return Fix(summary, (Edit(first, first + end - start, text),))
