"""diff: what differs between files and directories."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import decode, encode, number
from minibuild.programs.options import is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time
from minibuild.programs.text.diff_compare import compare_as_busybox, compare_as_gnu
from minibuild.programs.text.diff_options import DIFF
from minibuild.programs.text.diff_output import Change, Printer, changes_of, hunks_of
from minibuild.programs.text.regex import compile_regex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process

SPACES = re.compile(rb"[ \t\r\f\v]+")


@program("diff", options=DIFF)
def diff(process: Process) -> int:
    """`diff [-u | -c | -y | -e | -n | -q] [-r] [-N] [-b -w -B -i -I RE] FILE1 FILE2`"""
    opts, operands = DIFF.parse(process)
    run = _Diff(process, opts.given)
    return run.operands(*operands)


class _Diff:
    """One run. `status`: 0 alike, 1 different, 2 trouble."""

    def __init__(self, process: Process, given: Sequence[tuple[str, str | None]]) -> None:
        self.process, self.busybox = process, is_busybox(process)
        self.keys = {key for key, _ in given}
        self.values = {key: value for key, value in given if value is not None}
        self.given = given
        self.status = 0
        self.names = ("", "")
        self.labels = [value for key, value in given if key == "L" and value is not None]
        self.excluded = [value for key, value in given if key == "x" and value is not None]
        self.ignored = [
            compile_regex(encode(value)) for key, value in given if key == "I" and value is not None
        ]
        self.form, self.lines = self._form()
        self.recursive, self.new = "r" in self.keys, "N" in self.keys

    def _form(self) -> tuple[str, int]:
        """The output form and the lines of context."""
        form, context = ("u" if self.busybox else "normal"), 3
        forms = {"u": "u", "U": "u", "unified": "u", "c": "c", "C": "c", "context": "c"}
        digits = ""
        for key, value in self.given:
            if key in forms:
                form = forms[key]
                if value is not None:
                    context = number(self.process, value)
            elif key in ("y", "e", "n", "normal"):
                form = key
            elif key.isdigit():
                digits += key
        return form, int(digits) if digits else context

    # ---- files and directories

    def operands(self, left: str, right: str) -> int:
        """Compare what the operands name; the exit status."""
        self.names = (left, right)
        kinds = [self._kind(left), self._kind(right)]
        if "" in kinds:
            return self._missing([left, right], kinds)
        if kinds[0] == "dir" != kinds[1]:
            left = f"{left.rstrip('/')}/{right.rpartition('/')[2]}"
        elif kinds[1] == "dir" != kinds[0]:
            right = f"{right.rstrip('/')}/{left.rpartition('/')[2]}"
        elif kinds[0] == "dir":
            if left == right:
                return 0
            self._directories(left, right)
            return self.status
        for name in (left, right):
            if not self._kind(name):
                self._complain(name, "No such file or directory")
                return 1 if self.busybox else 2
        self._files(left, right)
        return self.status

    def _missing(self, names: list[str], kinds: list[str]) -> int:
        """An operand that does not exist; with -N the other one is all there is."""
        if self.new and kinds != ["", ""]:
            self._files(*names)
            return self.status
        for name, kind in zip(names, kinds, strict=True):
            if not kind:
                self._complain(name, "No such file or directory")
                if self.busybox:
                    break
        return 2

    def _kind(self, name: str) -> str:
        if name == "-" or name.startswith("/dev/fd/"):
            return "file"
        try:
            return "dir" if self.process.view.stat(name).kind == "dir" else "file"
        except OSError:
            return ""

    def _complain(self, name: str, reason: str) -> None:
        self.process.flush()
        self.process.error(f"can't stat '{name}': {reason}" if self.busybox else f"{name}: {reason}")
        self.status = 2

    def _say(self, text: str) -> None:
        self.process.stdout.write(text + "\n")

    def _directories(self, left: str, right: str) -> None:
        """Compare two directories, name by name."""
        view = self.process.view
        names = sorted(set(view.listdir(left)) | set(view.listdir(right)), key=encode)
        start = self.values.get("S")
        for name in names:
            self.process.tick()
            if any(fnmatch.fnmatchcase(name, glob) for glob in self.excluded) or (start and name < start):
                continue
            one, two = f"{left.rstrip('/')}/{name}", f"{right.rstrip('/')}/{name}"
            kinds = [self._kind(one), self._kind(two)]
            if "" in kinds and not self._present(kinds):
                self._say(f"Only in {right if not kinds[0] else left}: {name}")
                self.status = max(self.status, 1)
            elif kinds == ["dir", "dir"]:
                if self.recursive:
                    self._directories(one, two)
                else:
                    self._say(f"Common subdirectories: {one} and {two}")
            elif "dir" in kinds and "" not in kinds:
                words = ["directory" if kind == "dir" else "regular file" for kind in kinds]
                self._say(f"File {one} is a {words[0]} while file {two} is a {words[1]}")
                self.status = max(self.status, 1)
            elif "dir" in kinds:
                self._only_directory(one, two)
            else:
                self._files(one, two, below=True)

    def _present(self, kinds: list[str]) -> bool:
        """Is a file that the other side lacks compared with nothing?"""
        return self.new or ("P" in self.keys and not kinds[0])

    def _only_directory(self, left: str, right: str) -> None:
        """-N: everything in a directory that the other side lacks is new or gone."""
        side = left if self._kind(left) else right
        if not self.recursive:
            return
        for name in sorted(self.process.view.listdir(side), key=encode):
            one, two = f"{left}/{name}", f"{right}/{name}"
            if "dir" in (self._kind(one), self._kind(two)):
                self._only_directory(one, two)
            else:
                self._files(one, two, below=True)

    # ---- two files

    def _read(self, name: str) -> bytes | None:
        """The content; an absent file is empty with -N. None after a complaint."""
        if name != "-" and not self._kind(name):
            return b""
        try:
            data: bytes = self.process.open_reader(name).read()
        except OSError as error:
            self._complain(name, strerror(error))
            return None
        return data

    def _files(self, left: str, right: str, *, below: bool = False) -> None:
        """Compare two files and show what differs."""
        one, two = self._read(left), self._read(right)
        if one is None or two is None:
            return
        self.process.tick(1 + (len(one) + len(two)) // 10_000)
        if one == two:
            if self.form == "y":
                self._print(left, right, [_whole_lines(one), _whole_lines(two)], [])
            if "s" in self.keys and not (self.busybox and left == right):
                self._say(f"Files {left} and {right} are identical")
            return
        if "a" not in self.keys and (b"\0" in one[:32768] or b"\0" in two[:32768]):
            word = "Files" if self.busybox or "q" in self.keys else "Binary files"
            self._say(f"{word} {left} and {right} differ")
            self.status = max(self.status, 1)
            return
        lines = [_whole_lines(data) for data in (one, two)]
        changes = self._changes(*lines)
        if not changes:
            if self.form == "y":
                self._print(left, right, lines, changes, below=below)
            return
        self.status = max(self.status, 1)
        if "q" in self.keys:
            self._say(f"Files {left} and {right} differ")
            return
        if below and not self.busybox:
            words = [word for word in self.process.argv[1:] if word not in self.names]
            self._say(" ".join(["diff", *map(_quoted, words), left, right]))
        self._print(left, right, lines, changes, below=below)

    def _changes(self, left: list[bytes], right: list[bytes]) -> list[Change]:
        """The changes that count."""
        one, two = [self._fold(line) for line in left], [self._fold(line) for line in right]
        if self.busybox:
            flags = compare_as_busybox(one, two, self.process.tick, minimal="d" in self.keys)
        else:
            horizon = self.lines if self.form in "uc" else 0
            flags = compare_as_gnu(one, two, self.process.tick, horizon=horizon)
        changes = changes_of(*flags)
        if ("B" in self.keys and not self.busybox) or self.ignored:
            changes = self._relevant(changes, left, right)
        return changes

    def _relevant(self, changes: list[Change], left: list[bytes], right: list[bytes]) -> list[Change]:
        """Without changes that are all blank (-B) or all match (-I); if any other is left, GNU shows its
        neighbours too.
        """

        def trivial(line: bytes) -> bool:
            text = line.rstrip(b"\n")
            return ("B" in self.keys and not text.strip()) or any(regex.found(text) for regex in self.ignored)

        return [
            change
            for change in changes
            if not all(
                trivial(line)
                for line in [
                    *left[change.left_start : change.left_end],
                    *right[change.right_start : change.right_end],
                ]
            )
        ]

    def _fold(self, line: bytes) -> bytes:
        """A line as it is compared."""
        keys = self.keys
        if "strip-trailing-cr" in keys and line.endswith(b"\r\n"):
            line = line[:-2] + b"\n"
        if "i" in keys:
            line = line.lower()
        if "w" in keys:
            return SPACES.sub(b"", line).rstrip(b"\n") + b"\n"
        if "b" in keys:
            return SPACES.sub(b" ", line.rstrip()) + b"\n"
        if "Z" in keys:
            return line.rstrip() + b"\n"
        if "E" in keys:
            return line.expandtabs()
        return line

    def _print(
        self, left: str, right: str, lines: list[list[bytes]], changes: list[Change], *, below: bool = False
    ) -> None:
        printer = Printer(self.process.stdout.write, *lines, expand="t" in self.keys, tab="T" in self.keys)
        hunks = hunks_of(changes, self.lines, busybox=self.busybox)
        if self.form == "u":
            if "B" in self.keys and self.busybox:
                kept = [hunk for hunk in hunks if not _blank(hunk, lines)]
                if not kept:
                    self.status = 0
                    return
                hunks = iter(kept)
            self._header("---", left, 0, below=below)
            self._header("+++", right, 1, below=below)
            printer.unified(hunks, self.lines, self._title(lines[0]))
        elif self.form == "c":
            self._header("***", left, 0, below=below)
            self._header("---", right, 1, below=below)
            printer.context(hunks, self.lines, self._title(lines[0]))
        elif self.form == "y":
            width = number(self.process, self.values.get("W", "130"), low=1)
            printer.side_by_side(changes, width, suppress="suppress-common-lines" in self.keys)
        elif self.form == "e":
            printer.ed(changes)
            for name, text in ((left, lines[0]), (right, lines[1])):
                if text and not text[-1].endswith(b"\n"):
                    self.process.error(f"{name}: No newline at end of file\n")
        elif self.form == "n":
            printer.rcs(changes)
        else:
            printer.normal(changes)

    def _title(self, lines: list[bytes]) -> Callable[[int], bytes]:
        """What stands at the head of a hunk: with -p the function that it is in."""
        regex = compile_regex(encode(self.values["F"])) if "F" in self.values else None
        if "p" in self.keys:
            regex = compile_regex(rb"^[[:alpha:]$_]")
        if regex is None:
            return lambda _start: b""
        pattern = regex

        def title(start: int) -> bytes:
            for at in range(start - 1, -1, -1):
                if pattern.found(lines[at].rstrip(b"\n")):
                    return b" " + lines[at].rstrip()[:40]
            return b""

        return title

    def _header(self, mark: str, name: str, side: int, *, below: bool) -> None:
        label = self.labels[side] if side < len(self.labels) else None
        if label is None:
            label = name
            if self.busybox:
                if below and not self._kind(name):
                    label = "/dev/null"
            else:
                label = f"{name}\t{self._time(name)}"
        self.process.stdout.write(encode(f"{mark} {label}\n"))

    def _time(self, name: str) -> str:
        if name == "-" or name.startswith("/dev/fd/"):
            moment = self.process.system.clock.now()
        else:
            moment = self.process.view.stat(name).mtime if self._kind(name) else 0
        return format_time(self.process, "%Y-%m-%d %H:%M:%S.%N %z", int(moment), gnu=True)


def _whole_lines(data: bytes) -> list[bytes]:
    """Lines with their newlines; only a newline ends one."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _blank(hunk: list[Change], lines: list[list[bytes]]) -> bool:
    """Are all lines of a hunk empty?"""
    return all(
        line == b"\n"
        for change in hunk
        for line in [
            *lines[0][change.left_start : change.left_end],
            *lines[1][change.right_start : change.right_end],
        ]
    )


def _quoted(word: str) -> str:
    """A word as GNU's diff repeats it in its headings."""
    return (
        word
        if re.fullmatch(r"[\w@%+=:,./-]+", word)
        else "'" + decode(encode(word)).replace("'", "'\\''") + "'"
    )
