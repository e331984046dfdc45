"""Comments in a Dockerfile that tell the linter to be silent: `# hadolint ignore=…` and its relatives.

`# hadolint ignore=CODES` counts for the instruction on the very next line, as in hadolint; a comment or a
blank line between the two makes it count for nothing. `# minibuild: ignore=CODES` counts for the next
instruction, wherever it begins. With `global` before `ignore` either counts for the whole file. What stands
among the continuation lines of an instruction is no pragma.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.dockerfile.sourcemap import text_map
from minibuild.dockerfile.spaces import UNICODE
from minibuild.lint.finding import Edit, Fix
from minibuild.lint.rule import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.finding import Finding
    from minibuild.lint.subject import Subject

_PRAGMA = re.compile(
    r"[ \t]*(?P<tool>hadolint[ \t]|minibuild:)[ \t]*(?P<everywhere>global[ \t]+)?ignore[ \t]*=[ \t]*"
    r"(?P<codes>[A-Za-z0-9_]+(?:[ \t]*,[ \t]*[A-Za-z0-9_]+)*)[ \t]*(?:#.*)?\Z"
)
_SHELL = re.compile(r"[ \t]*hadolint[ \t]+shell[ \t]*=[ \t]*(?P<shell>\S+)[ \t]*\Z")
_HADOLINTS = re.compile("[DLSC0-9]+")
_EVERYWHERE = 1 << 60
_CODE = re.compile(r"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Pragma:
    """Codes that are ignored from line `first` to line `last` (0: nowhere), told at `line`; `columns` says
    where each code stands.
    """

    line: int
    codes: tuple[str, ...]
    columns: tuple[int, ...]
    first: int
    last: int

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is to be left out."""
        return finding.code in self.codes and self.first <= finding.place.line <= self.last


class Silence:
    """The pragmas of a file, to be asked about many findings."""

    def __init__(self, pragmas: Iterable[Pragma]) -> None:
        self._everywhere: list[Pragma] = []
        self._by_start: dict[int, list[Pragma]] = {}
        for pragma in pragmas:
            local = self._by_start.setdefault(pragma.first, [])
            (self._everywhere if pragma.last == _EVERYWHERE else local).append(pragma)
        self._starts = sorted(self._by_start)

    def covering(self, finding: Finding) -> list[Pragma]:
        """The pragmas that leave the finding out."""
        number = bisect_right(self._starts, finding.place.line)
        local = self._by_start[self._starts[number - 1]] if number else []
        return [pragma for pragma in (*self._everywhere, *local) if pragma.covers(finding)]


def removal(subject: Subject, pragma: Pragma, number: int) -> Fix:
    """The fix that takes one code out of a pragma, or the whole line for the only one."""
    lines = text_map(subject.text, subject.dockerfile.escape)
    start, end = lines.line_start(pragma.line), lines.line_start(pragma.line + 1)
    if len(pragma.codes) > 1:
        columns, code = pragma.columns, pragma.codes[number]
        first = columns[number] if number == 0 else columns[number - 1] + len(pragma.codes[number - 1])
        last = columns[1] if number == 0 else columns[number] + len(code)
        start, end = start + first - 1, start + last - 1
    return Fix(f"Remove {pragma.codes[number]}", (Edit(start, end, ""),))


def read_pragmas(subject: Subject) -> list[Pragma]:
    """The pragmas of the file, in the order of their lines."""
    if "ignore" not in subject.text:
        return []
    starts = {instruction.start_line: instruction for instruction in subject.dockerfile.instructions}
    lines = list(starts)
    found = []
    for line, text in _comments(subject):
        match = _PRAGMA.match(text.removeprefix("#"))
        if match is None:
            continue
        shift = len(subject.lines[line - 1].rstrip("\r")) - len(text) + 2
        codes = [(code[0], code.start()) for code in _CODE.finditer(match["codes"])]
        first, last = _reach(match, line, starts, lines)
        if match["tool"] != "minibuild:" and not all(_is_read(code) for code, _ in codes):
            first, last = 0, 0
        at = match.start("codes") + shift
        found.append(
            Pragma(line, tuple(c for c, _ in codes), tuple(at + start for _, start in codes), first, last)
        )
    return found


def shell_pragmas(subject: Subject) -> dict[int, str]:
    """`# hadolint shell=SHELL` by the lines in which they stand: the shell of the RUNs that follow."""
    if "shell" not in subject.text:
        return {}
    found = ((line, _SHELL.match(text.removeprefix("#"))) for line, text in _comments(subject))
    return {line: match["shell"] for line, match in found if match is not None}


def _reach(
    match: re.Match[str], line: int, starts: dict[int, Instruction], lines: Sequence[int]
) -> tuple[int, int]:
    """The lines that a pragma in `line` counts for; `lines` are those of `starts`, sorted."""
    if match["everywhere"]:
        return 1, _EVERYWHERE
    if match["tool"] == "minibuild:":
        number = bisect_right(lines, line)
        following = starts[lines[number]] if number < len(lines) else None
    else:
        following = starts.get(line + 1)
    return (following.start_line, following.end_line) if following else (0, 0)


def _is_read(code: str) -> bool:
    """Whether hadolint, which knows no other letters in codes, or we read the code: with another one in it
    hadolint takes the whole pragma for a comment.
    """
    return _HADOLINTS.fullmatch(code) is not None or code in all_rules()


def _comments(subject: Subject) -> Iterator[tuple[int, str]]:
    """(line, text without indentation) of every comment between instructions."""
    within = {
        line
        for instruction in subject.dockerfile.instructions
        for line in range(instruction.start_line, instruction.end_line + 1)
    }
    for number, raw in enumerate(subject.lines, 1):
        text = raw.rstrip("\r").lstrip(UNICODE + "\ufeff")
        if text.startswith("#") and number not in within:
            yield number, text
