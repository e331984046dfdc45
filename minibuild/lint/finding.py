"""The nouns of linting: levels, places, edits, fixes, remarks and findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad a finding is, in hadolint's words; a higher number is worse. IGNORE: never shown."""

    IGNORE = 0
    STYLE = 1
    INFO = 2
    WARNING = 3
    ERROR = 4

    @property
    def word(self) -> str:
        """`error`, as it is written in configurations and formats."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a remark points: line and column count from 1; `end_line` 0 and `end_column` 0 when unknown.

    The end column is the first one after the marked text. Columns count characters, not bytes.
    """

    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from offset `start` up to `end` of the file's text become `replacement`."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that are applied together or not at all; they don't overlap and are sorted by `start`.

    A safe fix leaves the image that the build makes as it is, or changes it only as the rule says; others are
    applied on demand (`--unsafe-fixes`).
    """

    summary: str
    edits: tuple[Edit, ...]
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule says of one place. `message` is the rule's summary where it is empty."""

    place: Place
    message: str = ""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with the rule's code, its level after configuration, and the file's path as it was given.

    `source` is the line's text, without its end.
    """

    path: str
    code: str
    level: Level
    place: Place
    message: str
    source: str = ""
    fix: Fix | None = None
