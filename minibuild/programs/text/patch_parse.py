"""Patches as text → hunks: the unified, the context and the normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

UNIFIED = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
NORMAL = re.compile(rb"(\d+)(?:,(\d+))?([acd])(\d+)(?:,(\d+))?\s*$")
CONTEXT_OLD = re.compile(rb"\*\*\* (\d+)(?:,(\d+))? \*\*\*\*")
CONTEXT_NEW = re.compile(rb"--- (\d+)(?:,(\d+))? ----")
NO_NEWLINE = b"\\ No newline"


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines with a mark in front (space, minus, plus) and without newlines; the first one's number in both
    files.

    `open_old`, `open_new`: the last line of that side has no newline. `cut`: before which line that was said,
    if not at the end.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[bytes, ...]
    open_old: bool = False
    open_new: bool = False
    cut: int | None = None

    def side(self, mark: bytes) -> list[bytes]:
        """The lines of the old (b"-") or the new (b"+") file."""
        return [line[1:] for line in self.lines if line[:1] in (b" ", mark)]

    def reversed(self) -> Hunk:
        """The hunk that undoes this one."""
        swap = {b"-": b"+", b"+": b"-"}
        turned = [swap.get(line[:1], b" ") + line[1:] for line in self.lines]
        ordered: list[bytes] = []
        added: list[bytes] = []
        for line in [*turned, b" "]:
            if line[:1] == b"+":
                added.append(line)
            elif line[:1] == b"-":
                ordered.append(line)
            else:
                ordered += added
                added = []
                ordered.append(line)
        return replace(
            self,
            old_start=self.new_start,
            old_count=self.new_count,
            new_start=self.old_start,
            new_count=self.old_count,
            lines=tuple(ordered[:-1]),
            open_old=self.open_new,
            open_new=self.open_old,
        )


@dataclass(slots=True)
class FilePatch:
    """The changes of one file. `old`, `new`: its names ("" when none is given); `line`: where it begins in
    the patch.
    """

    old: str = ""
    new: str = ""
    index: str = ""
    hunks: list[Hunk] = field(default_factory=list)
    line: int = 0
    headers: tuple[bytes, ...] = ()
    old_epoch: bool = False
    new_epoch: bool = False
    new_mode: int | None = None


class PatchError(Exception):
    """A patch that makes no sense; `line` is where."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Parser:
    """One pass over the lines of a patch; what is no part of one is passed over."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        if self.lines and not self.lines[-1]:
            self.lines.pop()
        self.at = 0
        self.current: FilePatch | None = None
        self.files: list[FilePatch] = []
        self.headers: list[bytes] = []
        self.index = ""
        self.mode: int | None = None
        # Where the last hunk ended.
        self.after = 0

    def parse(self) -> list[FilePatch]:
        """All files of the patch. PatchError."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else b""
            if (line.startswith(b"--- ") and following.startswith(b"+++ ")) or (
                line.startswith(b"*** ") and following.startswith(b"--- ") and not CONTEXT_OLD.match(line)
            ):
                self._begin(line[4:], following[4:])
            elif not self._hunk(line):
                self._header(line)
        return self.files

    def _hunk(self, line: bytes) -> bool:
        """Read a hunk, if the line begins one."""
        if (match := UNIFIED.match(line)) and self.current is not None:
            self._unified(match)
        elif line.startswith(b"***************") and self.current is not None:
            self._context()
        elif match := NORMAL.match(line):
            self._normal(match)
        else:
            return False
        self.after = self.at
        return True

    def _header(self, line: bytes) -> None:
        if line.startswith(b"Index:"):
            self.index = line[6:].strip().decode("utf-8", "surrogateescape")
            self.current = None
        elif line.startswith(b"diff "):
            self.index, self.mode, self.current = "", None, None
        elif line.startswith((b"new mode ", b"new file mode ")):
            word = line.split()[-1]
            self.mode = int(word, 8) & 0o777 if word.isdigit() else None
        self.at += 1

    def _begin(self, old: bytes, new: bytes) -> None:
        self.current = FilePatch(
            old=_name(old),
            new=_name(new),
            index=self.index,
            line=self.at + 1,
            headers=tuple(self.lines[self.after : self.at + 2]),
            old_epoch=_is_epoch(old),
            new_epoch=_is_epoch(new),
            new_mode=self.mode,
        )
        self.files.append(self.current)
        self.at += 2

    def _unified(self, match: re.Match[bytes]) -> None:
        assert self.current is not None
        old_start, new_start = int(match[1]), int(match[3])
        old_left, new_left = int(match[2] or 1), int(match[4] or 1)
        counts = old_left, new_left
        lines: list[bytes] = []
        open_old = open_new = False
        cut: int | None = None
        self.at += 1
        while old_left > 0 or new_left > 0:
            if self.at >= len(self.lines):
                if old_left == new_left <= 3 and lines:
                    break  # trailing context that was cut off
                raise PatchError("unexpected end of file in patch", self.at)
            line = self.lines[self.at] or b" "
            mark = line[:1]
            if mark not in b" -+" and not line.startswith(NO_NEWLINE):
                if mark != b"\t":
                    raise PatchError("malformed patch", self.at + 1)
                line, mark = b" " + line, b" "
            self.at += 1
            if line.startswith(NO_NEWLINE):
                open_old, open_new = open_old or lines[-1][:1] != b"+", open_new or lines[-1][:1] != b"-"
                cut = len(lines)
                continue
            lines.append(line)
            old_left -= mark != b"+"
            new_left -= mark != b"-"
        if self.at < len(self.lines) and self.lines[self.at].startswith(NO_NEWLINE):
            open_old, open_new = open_old or lines[-1][:1] != b"+", open_new or lines[-1][:1] != b"-"
            self.at += 1
        self.current.hunks.append(
            Hunk(old_start, counts[0], new_start, counts[1], tuple(lines), open_old, open_new, cut)
        )

    def _normal(self, match: re.Match[bytes]) -> None:
        if self.current is None:
            self.current = FilePatch(index=self.index, line=self.at + 1)
            self.files.append(self.current)
        start, stop, kind, new_start, new_stop = match.groups()
        self.at += 1
        old, open_old = self._marked(b"< ")
        if self.at < len(self.lines) and self.lines[self.at] == b"---" and kind == b"c":
            self.at += 1
        new, open_new = self._marked(b"> ")
        del stop, new_stop
        lines = [b"-" + line for line in old] + [b"+" + line for line in new]
        self.current.hunks.append(
            Hunk(int(start), len(old), int(new_start), len(new), tuple(lines), open_old, open_new)
        )

    def _marked(self, mark: bytes) -> tuple[list[bytes], bool]:
        out: list[bytes] = []
        while self.at < len(self.lines) and self.lines[self.at].startswith(mark):
            out.append(self.lines[self.at][2:])
            self.at += 1
        if out and self.at < len(self.lines) and self.lines[self.at].startswith(NO_NEWLINE):
            self.at += 1
            return out, True
        return out, False

    def _context(self) -> None:
        """A hunk of a context diff: both sides one after the other, woven together again."""
        assert self.current is not None
        self.at += 1
        old_match = CONTEXT_OLD.match(self.lines[self.at]) if self.at < len(self.lines) else None
        if old_match is None:
            raise PatchError("malformed patch", self.at + 1)
        self.at += 1
        old, open_old = self._side(CONTEXT_NEW)
        new_match = CONTEXT_NEW.match(self.lines[self.at]) if self.at < len(self.lines) else None
        if new_match is None:
            raise PatchError("malformed patch", self.at + 1)
        self.at += 1
        new, open_new = self._side(None)
        if not old:
            old = [line for line in new if line[:1] == b" "]
            open_old = open_new and new[-1][:1] == b" "
        if not new:
            new = [line for line in old if line[:1] == b" "]
            open_new = open_old and old[-1][:1] == b" "
        lines = _woven(old, new)
        counts = [sum(line[:1] != mark for line in lines) for mark in (b"+", b"-")]
        starts = [int(match[1]) for match in (old_match, new_match)]
        self.current.hunks.append(
            Hunk(starts[0], counts[0], starts[1], counts[1], tuple(lines), open_old, open_new)
        )

    def _side(self, end: re.Pattern[bytes] | None) -> tuple[list[bytes], bool]:
        """One side of a context hunk; whether its last line has no newline."""
        out: list[bytes] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if (end is not None and end.match(line)) or line[:2] not in (b"  ", b"! ", b"- ", b"+ "):
                break
            out.append(line[:1] + line[2:])
            self.at += 1
        if out and self.at < len(self.lines) and self.lines[self.at].startswith(NO_NEWLINE):
            self.at += 1
            return out, True
        return out, False


def _woven(old: list[bytes], new: list[bytes]) -> list[bytes]:
    """The two sides of a context hunk as one list with - and +."""
    out: list[bytes] = []
    at = to = 0
    while at < len(old) or to < len(new):
        while at < len(old) and old[at][:1] in (b"-", b"!"):
            out.append(b"-" + old[at][1:])
            at += 1
        while to < len(new) and new[to][:1] in (b"+", b"!"):
            out.append(b"+" + new[to][1:])
            to += 1
        if at < len(old):
            out.append(old[at])
        elif to < len(new):
            out.append(new[to])
        at, to = at + 1, to + 1
    return out


def _name(text: bytes) -> str:
    """The file name in a heading: what stands before a tab, or before a date."""
    name = text.partition(b"\t")[0]
    if b"\t" not in text:
        name = re.split(rb" +(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2} )", name)[0]
    return name.strip().decode("utf-8", "surrogateescape")


def _is_epoch(text: bytes) -> bool:
    """Does the heading say that the file did not exist: a date at the beginning of 1970?"""
    date = text.partition(b"\t")[2]
    return text.strip() == b"/dev/null" or date.startswith((b"1970-01-01 ", b"1969-12-31 "))
