"""What a sed script is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.programs.text.regex import Regex
    from minibuild.programs.text.sed_machine import Output


class SedError(Exception):
    """A script that sed does not accept: busybox's message; GNU's, with its exit status and the place in the
    script.

    `place` None: it is said of no place.
    """

    def __init__(self, message: str, gnu: str = "", *, status: int = 1, place: int | None = None) -> None:
        super().__init__(message)
        self.gnu, self.status, self.place = gnu or message, status, place

    def text(self, gnu: bool) -> str:
        """The message in the words of GNU or busybox."""
        if not gnu:
            return str(self)
        return self.gnu if self.place is None else f"-e expression #1, char {self.place}: {self.gnu}"


class Address:
    """A line ("line"), the last line ("last"), every `step` lines from `line` ("step"), the lines that match
    ("match").

    As a second address also "plus", so many lines after the first, or "multiple", up to a multiple of `line`;
    as a first one "every" or "never". `regex` None with kind "match": the regular expression used last.
    """

    __slots__ = ("kind", "line", "regex", "step")

    def __init__(self, kind: str, line: int = 0, step: int = 0, regex: Regex | None = None) -> None:
        self.kind, self.line, self.step, self.regex = kind, line, step, regex


class Substitution:
    """The arguments of `s`: which match (`every`: from that one on), what to print and where to (`output`
    once it is open).
    """

    __slots__ = ("every", "execute", "file", "output", "parts", "printing", "regex", "which")

    def __init__(self, regex: Regex | None, parts: list[bytes | int | str]) -> None:
        self.regex = regex
        # Literal text, the number of a group, or a change of case ("U" "L" "E" "u" "l").
        self.parts = parts
        self.output: Output | None = None
        self.which, self.every, self.printing, self.execute, self.file = 1, False, False, False, b""


class Command:
    """One command with its addresses; `partner`: where its block ends, or the label's place (-1: there is
    none).
    """

    __slots__ = ("first", "invert", "name", "number", "output", "partner", "second", "substitution", "text")

    def __init__(self, name: str, first: Address | None, second: Address | None, invert: bool) -> None:
        self.name, self.first, self.second, self.invert = name, first, second, invert
        self.text, self.number, self.partner = b"", -1, -1
        self.substitution: Substitution | None = None
        self.output: Output | None = None
