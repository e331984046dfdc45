"""ed: a line editor, with the commands that busybox's has; GNU's reads regular expressions where busybox's
reads words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.regex import RegexError, compile_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

ED = Options(
    "sp:E",
    long={"quiet": "s", "silent": "s", "prompt=": "p", "regexp-extended": "E"},
    usage="[-p PROMPT] [FILE]",
    help="Edit FILE line by line",
    most=1,
)
ADDRESS = re.compile(rb"\s*(\d+|\$|\.|'[a-z]|/(?:\\.|[^/\\])*/?)?((?:\s*[+-]\d*)*)")


class Refusal(Exception):  # noqa: N818  said, and the next command is read
    """A command that can't be done, in busybox's words."""


@program("ed", options=ED)
def ed(process: Process) -> int:
    """`ed [-s] [-p PROMPT] [FILE]`: commands are lines of standard input."""
    opts, paths = ED.parse(process)
    editor = Editor(process, opts.get("p") or "", quiet="s" in opts)
    if paths:
        editor.name = paths[0]
        editor.read_file(paths[0], 0)
        editor.changed = False
    editor.loop()
    return 0


class Editor:
    """The lines (without their ends), the current one (from 1), marks, the file's name."""

    def __init__(self, process: Process, prompt: str, *, quiet: bool) -> None:
        self.process, self.prompt, self.quiet = process, prompt, quiet
        self.lines: list[bytes] = []
        self.current = 0
        self.marks: dict[bytes, int] = {}
        self.name, self.pattern = "", b""
        self.changed = False

    def loop(self) -> None:
        """Read and do commands until q, or the end of the input."""
        while True:
            self.process.stdout.write(self.prompt)
            line = self.process.stdin.readline()
            self.process.tick()
            if not line:
                return
            try:
                if not self.command(line.rstrip(b"\n")):
                    return
            except (Refusal, RegexError) as refusal:
                self.process.error(str(refusal)) if is_busybox(self.process) else self.say(b"?")

    def say(self, text: bytes) -> None:
        """A line of output."""
        self.process.stdout.write(text + b"\n")

    # ---- addresses

    def address(self, text: bytes) -> tuple[int | None, bytes]:
        """The line that an address names (None when there is none), and the text after it."""
        match = ADDRESS.match(text)
        assert match is not None
        base, steps = match[1], match[2]
        if base is None and not steps.strip():
            return None, text[match.end() :]
        number: int = self.current if base is None or base == b"." else self.base(base)
        for step in re.findall(rb"[+-]\d*", steps):
            number += int(step) if len(step) > 1 else int(step + b"1")
        return number, text[match.end() :]

    def base(self, base: bytes) -> int:
        """The line of `$`, a number, a mark or a search."""
        if base == b"$":
            return len(self.lines)
        if base.isdigit():
            return int(base)
        if base[:1] == b"'":
            if base not in self.marks:
                raise Refusal("unknown mark")
            return self.marks[base]
        self.pattern = base.strip(b"/") or self.pattern
        find = self.finder(self.pattern)
        order: list[int] = [*range(self.current + 1, len(self.lines) + 1), *range(1, self.current + 1)]
        for number in order:
            if find(self.lines[number - 1]) is not None:
                return number
        raise Refusal(f'can\'t find string "{self.pattern.decode("utf-8", "replace")}"')

    def finder(self, pattern: bytes) -> Callable[[bytes], tuple[int, int] | None]:
        """Where a line has the pattern: a word for busybox, a regular expression for GNU's ed."""
        if is_busybox(self.process):

            def word(line: bytes) -> tuple[int, int] | None:
                at = line.find(pattern)
                return None if at < 0 else (at, at + len(pattern))

            return word
        compiled = compile_regex(pattern)

        def expression(line: bytes) -> tuple[int, int] | None:
            found = compiled.search(line)
            return None if found is None else (found.start(), found.end())

        return expression

    def chosen(self, first: int | None, last: int | None, action: str) -> range:
        """The lines of a command, the current one by default; refused when they are not there."""
        low = self.current if first is None else first
        high = low if last is None else last
        if not 1 <= low <= high <= len(self.lines):
            raise Refusal(f"bad line range for {action}")
        return range(low, high + 1)

    # ---- commands

    def command(self, line: bytes) -> bool:
        """Do one command; False when it ends the program."""
        first, rest = self.address(line)
        last: int | None = None
        if rest.lstrip()[:1] == b",":
            last, rest = self.address(rest.lstrip()[1:])
            first = 1 if first is None else first
            last = len(self.lines) if last is None else last
        rest = rest.strip()
        letter, argument = rest[:1].decode("latin-1"), rest[1:].strip()
        if letter in ("q", "Q"):
            return not self.may_quit(letter)
        handler = COMMANDS.get(letter)
        if handler is None:
            raise Refusal("unimplemented command")
        handler(self, first, last, argument)
        return True

    def may_quit(self, letter: str) -> bool:
        """q asks when something would be lost."""
        if letter == "Q" or not self.changed:
            return True
        if not is_busybox(self.process):
            self.changed = False
            self.say(b"?")
            return False
        self.process.stdout.write("Really quit? ")
        return self.process.stdin.readline()[:1] in (b"", b"y", b"Y")

    def read_file(self, name: str, after: int) -> None:
        """Put the lines of a file after a line, and say how many bytes they were."""
        try:
            data = self.process.view.read_bytes(name)
        except OSError as error:
            self.process.error(f"{name}: {strerror(error)}")
            return
        new = data.split(b"\n")
        if new[-1] == b"":
            new.pop()
        self.lines[after:after] = new
        self.current = after + len(new)
        self.changed = True
        if not self.quiet:
            self.say(b"%d" % len(data))

    def insert(self, after: int) -> None:
        """Lines of the input, up to a dot, after a line."""
        while (line := self.process.stdin.readline()) and line.rstrip(b"\n") != b".":
            self.lines.insert(after, line.rstrip(b"\n"))
            after += 1
            self.changed = True
        self.current = after


def _append(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    editor.insert(last if last is not None else editor.current if first is None else first)


def _insert(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    line = last if last is not None else editor.current if first is None else first
    editor.insert(max(line - 1, 0))


def _delete(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    lines = editor.chosen(first, last, "delete")
    del editor.lines[lines.start - 1 : lines.stop - 1]
    editor.current = min(lines.start, len(editor.lines))
    editor.changed = True


def _change(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    lines = editor.chosen(first, last, "delete")
    del editor.lines[lines.start - 1 : lines.stop - 1]
    editor.changed = True
    editor.insert(lines.start - 1)


def _print(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    for number in editor.chosen(first, last, "print"):
        editor.say(editor.lines[number - 1])
        editor.current = number


def _list(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    for number in editor.chosen(first, last, "print"):
        text = editor.lines[number - 1].decode("latin-1")
        editor.say(b"".join(_visible(letter) for letter in text) + b"$")
        editor.current = number


def _visible(letter: str) -> bytes:
    code = ord(letter)
    if code >= 128:
        return b"M-" + _visible(chr(code - 128))
    return b"^" + bytes([code ^ 64]) if code < 32 or code == 127 else bytes([code])


def _number(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    line = last if last is not None else len(editor.lines) if first is None else first
    editor.say(b"%d" % line)


def _step(editor: Editor, first: int | None, last: int | None, _: bytes) -> None:
    line = last if last is not None else editor.current + 1 if first is None else first
    if not 1 <= line <= len(editor.lines):
        raise Refusal(f"line number {line} does not exist")
    editor.current = line
    editor.say(editor.lines[line - 1])


def _mark(editor: Editor, first: int | None, _: int | None, argument: bytes) -> None:
    editor.marks[b"'" + argument[:1]] = editor.current if first is None else first


def _name(editor: Editor, _: int | None, __: int | None, argument: bytes) -> None:
    if argument:
        editor.name = argument.decode("utf-8", "surrogateescape")
    elif editor.name:
        editor.say(encode(f'"{editor.name}"' if is_busybox(editor.process) else editor.name))
    else:
        raise Refusal("No file name")


def _read(editor: Editor, first: int | None, last: int | None, argument: bytes) -> None:
    name = argument.decode("utf-8", "surrogateescape") or editor.name
    if not name:
        raise Refusal("No file name")
    line = last if last is not None else len(editor.lines) if first is None else first
    editor.read_file(name, line)


def _write(editor: Editor, first: int | None, last: int | None, argument: bytes) -> None:
    name = argument.decode("utf-8", "surrogateescape") or editor.name
    if not name:
        raise Refusal("No file name specified")
    low = 1 if first is None else first
    high = len(editor.lines) if first is None else low if last is None else last
    data = b"".join(line + b"\n" for line in editor.lines[low - 1 : high])
    try:
        editor.process.view.write_bytes(name, data)
    except OSError as error:
        raise Refusal(f"{name}: {strerror(error)}") from None
    if not editor.quiet:
        editor.say(b"%d" % len(data))
    if first is None:
        editor.changed = False


def _substitute(editor: Editor, first: int | None, last: int | None, argument: bytes) -> None:
    delimiter = argument[:1]
    pieces = re.split(rb"(?<!\\)" + re.escape(delimiter), argument[1:]) if delimiter else []
    if len(pieces) < 2:
        raise Refusal("bad substitution")
    old, new, flags = pieces[0], pieces[1], b"".join(pieces[2:])
    editor.pattern = old or editor.pattern
    find = editor.finder(editor.pattern)
    done = 0
    for number in editor.chosen(first, last, "substitute"):
        line, out, at = editor.lines[number - 1], b"", 0
        while (found := find(line[at:])) is not None:
            start, end = at + found[0], at + found[1]
            matched = line[start:end]
            text = new if is_busybox(editor.process) else re.sub(rb"(?<!\\)&", lambda _, m=matched: m, new)
            out += line[at:start] + text
            at, done = end, done + 1
            if b"g" not in flags or start == end:
                break
        if out or at:
            editor.lines[number - 1] = out + line[at:]
            editor.current, editor.changed = number, True
    if not done:
        raise Refusal(f'no substitutions found for "{editor.pattern.decode("utf-8", "replace")}"')
    if b"p" in flags:
        editor.say(editor.lines[editor.current - 1])


COMMANDS: dict[str, Callable[[Editor, int | None, int | None, bytes], None]] = {
    "a": _append, "c": _change, "d": _delete, "f": _name, "i": _insert, "k": _mark, "l": _list, "p": _print,
    "r": _read, "s": _substitute, "w": _write, "=": _number, "": _step,
}  # fmt: skip
