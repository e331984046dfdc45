"""GNU find's -printf: a format becomes a list of functions, so that each file costs little."""

from __future__ import annotations

import errno
import re
from functools import partial
from typing import TYPE_CHECKING

from minibuild.programs.coreutils.modes import KIND_LETTERS, mode_string
from minibuild.programs.inputs import encode
from minibuild.programs.system.dates import format_time
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.status import Stat
    from minibuild.programs.findutils.visit import Search, Visit

_DIRECTIVE = re.compile(r"%([-0+ #]*)(\d*)(?:\.(\d+))?(.?)", re.DOTALL)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_TYPES = {"file": "f", "dir": "d", "link": "l", "char": "c", "block": "b", "fifo": "p", "socket": "s"}
SECOND = 10**9


class Format:
    """A compiled format. `stop` says that output ends with it (`\\c`)."""

    def __init__(self, search: Search, text: str) -> None:
        self.search = search
        self.names = Names(search.process)
        self.pieces: list[str | Callable[[Visit], str]] = []
        self.stop = False
        self._compile(text)

    def __call__(self, visit: Visit) -> bytes:
        """What is written of a file."""
        return encode("".join(piece if isinstance(piece, str) else piece(visit) for piece in self.pieces))

    def _compile(self, text: str) -> None:
        at = 0
        while at < len(text) and not self.stop:
            letter = text[at]
            if letter == "\\":
                at = self._escape(text, at + 1)
            elif letter == "%":
                at = self._directive(text, at)
            else:
                end = at
                while end < len(text) and text[end] not in "\\%":
                    end += 1
                self.pieces.append(text[at:end])
                at = end

    def _escape(self, text: str, at: int) -> int:
        letter = text[at : at + 1]
        if letter and letter in "01234567":
            digits = re.match(r"[0-7]{1,3}", text[at:])
            assert digits is not None
            self.pieces.append(chr(int(digits.group(), 8) & 255))
            return at + digits.end()
        if letter == "c":
            self.stop = True
            return at + 1
        if letter in _ESCAPES and letter:
            self.pieces.append(_ESCAPES[letter])
        else:
            if letter:
                self.search.process.error(f"warning: unrecognized escape `\\{letter}'")
            self.pieces.append("\\" + letter)
        return at + 1

    def _directive(self, text: str, at: int) -> int:
        match = _DIRECTIVE.match(text, at)
        assert match is not None
        flags, width, precision, letter = match.groups()
        end = match.end()
        if not letter:
            self.search.process.error("error: % at end of format string")
            return end
        if letter == "%":
            self.pieces.append("%")
            return end
        if letter in "ATCB":
            value = self._time(text[end : end + 1])
            end += 1
        elif letter in "act":
            value = self._time("")
        else:
            found = _VALUES.get(letter)
            if found is None:
                self.search.process.error(f"warning: unrecognized format directive `%{letter}'")
                self.pieces.append(match.group())
                return end
            value = partial(found, self)
        if not (flags or width or precision):
            self.pieces.append(value)
            return end
        self.pieces.append(_padded(value, flags, int(width or 0), precision))
        return end

    def _time(self, letter: str) -> Callable[[Visit], str]:
        process = self.search.process

        def value(visit: Visit) -> str:
            moment = visit.stat.mtime
            fraction = f"{moment % SECOND:09d}0"
            if letter == "@":
                return f"{moment // SECOND}.{fraction}"
            if letter == "S":
                return f"{format_time(process, '%S', moment)}.{fraction}"
            if letter == "+":
                return f"{format_time(process, '%Y-%m-%d+%H:%M:%S', moment)}.{fraction}"
            if letter in ("T", "X", "r"):
                return f"{format_time(process, '%H:%M:%S', moment)}.{fraction}"
            if letter:
                return format_time(process, "%" + letter, moment)
            return f"{format_time(process, '%a %b %e %H:%M:%S', moment)}.{fraction} " + format_time(
                process, "%Y", moment
            )

        return value


def _directory(visit: Visit) -> str:
    path = visit.path.rstrip("/") if visit.path.strip("/") else visit.path
    head, slash, _ = path.rpartition("/")
    return head if slash else "."


def _kind(stat: Stat) -> str:
    return _TYPES.get(stat.kind, "U")


def _target_kind(form: Format, visit: Visit) -> str:
    """The kind of what a link leads to: N for nothing, L for a loop."""
    if visit.link.kind != "link":
        return _kind(visit.link)
    try:
        return _kind(form.search.view.stat(visit.path))
    except OSError as error:
        return "L" if error.errno == errno.ELOOP else "N"


def _sparseness(visit: Visit) -> str:
    return f"{blocks(visit.stat) * 4096 / visit.stat.size:g}" if visit.stat.size else "1"


_VALUES: dict[str, Callable[[Format, Visit], str]] = {
    "p": lambda _, visit: visit.path,
    "f": lambda _, visit: visit.name,
    "h": lambda _, visit: _directory(visit),
    "P": lambda _, visit: visit.path[len(visit.start) :].lstrip("/"),
    "H": lambda _, visit: visit.start,
    "y": lambda _, visit: _kind(visit.stat),
    "Y": _target_kind,
    "s": lambda _, visit: str(visit.stat.size),
    "m": lambda _, visit: f"{visit.stat.mode:o}",
    "M": lambda _, visit: mode_string(visit.stat.kind, visit.stat.mode),
    "u": lambda form, visit: form.names.user(visit.stat.uid) or str(visit.stat.uid),
    "U": lambda _, visit: str(visit.stat.uid),
    "g": lambda form, visit: form.names.group(visit.stat.gid) or str(visit.stat.gid),
    "G": lambda _, visit: str(visit.stat.gid),
    "n": lambda _, visit: str(visit.stat.nlink),
    "i": lambda _, visit: str(visit.stat.ino),
    "d": lambda _, visit: str(visit.depth),
    "l": lambda _, visit: visit.stat.target or "",
    "k": lambda _, visit: str(blocks(visit.stat) * 4),
    "b": lambda _, visit: str(blocks(visit.stat) * 8),
    "F": lambda _, _visit: "overlay",
    "D": lambda _, _visit: "1",
    "S": lambda _, visit: _sparseness(visit),
    "Z": lambda _, _visit: "",
}  # fmt: skip


def blocks(stat: Stat) -> int:
    """How many blocks of 4 KiB a file takes; short links take none."""
    return -(-stat.size // 4096) if stat.kind in ("file", "dir") else 0


def _padded(
    value: Callable[[Visit], str], flags: str, width: int, precision: str | None
) -> Callable[[Visit], str]:
    def padded(visit: Visit) -> str:
        text = value(visit)
        if precision is not None and not text.isdigit():
            text = text[: int(precision)]
        if "-" in flags:
            return text.ljust(width)
        return text.rjust(width)

    return padded


def listing(names: Names, stat: Stat) -> bytes:
    """The line of -ls, up to the time."""
    mode = KIND_LETTERS.get(stat.kind, "?") + mode_string(stat.kind, stat.mode)[1:]
    size = str(stat.size) if stat.device is None else f"{stat.device[0]}, {stat.device[1]:>3}"
    return encode(
        f"{stat.ino:>9} {blocks(stat) * 4:>6} {mode} {stat.nlink:>3} {names.user(stat.uid) or stat.uid:<8}"
        f" {names.group(stat.gid) or stat.gid:<8} {size:>8} "
    )
