"""ed: the line editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.process import ProcessExit
from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.text.commands import command_output, run_shell
from minibuild.programs.text.ed_buffer import Addresses, EdError
from minibuild.programs.text.ed_commands import LineCommands
from minibuild.programs.text.reading import records

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

ED = Options(
    "Eglp:rsv",
    long={
        "extended-regexp": "E",
        "traditional": "g",
        "loose-exit-status": "l",
        "prompt=": "p",
        "restricted": "r",
        "quiet": "s",
        "silent": "s",
        "verbose": "v",
    },
    usage="[-p PROMPT] [FILE]",
    help="Edit FILE line by line",
    most=1,
)


@program("ed", "red", options=ED)
def ed(process: Process) -> int:
    """`ed [-s] [-E] [-p PROMPT] [FILE]`: commands from standard input."""
    opts, operands = ED.parse(process)
    editor = _Editor(process, quiet="s" in opts, extended=opts.any("E", "r"), verbose="v" in opts)
    editor.prompt = editor.wanted_prompt = opts.text("p")
    if operands:
        editor.name = operands[0]
        editor.load(operands[0])
    while True:
        process.tick()
        if editor.prompt:
            process.stdout.write(editor.prompt)
        line = process.stdin.readline()
        if not line:
            editor.end_of_input()
            break
        editor.perform(line.removesuffix(b"\n"))
    return editor.status if "l" not in opts else 0


class _Editor(LineCommands):
    """One session. `status` is 1 once something has failed."""

    def __init__(self, process: Process, *, quiet: bool, extended: bool, verbose: bool) -> None:
        super().__init__(process, extended=extended)
        self.quiet, self.verbose = quiet, verbose
        self.name = self.problem = self.command = ""
        self.status = 0
        self.warned = False
        self.prompt = self.wanted_prompt = ""

    def load(self, name: str) -> None:
        """Read the file to be edited."""
        try:
            lines = self._file_lines(name)
        except OSError as error:
            self.process.flush()
            self.process.stderr.write(f"{name}: {strerror(error)}\n")
            self.problem = "Cannot open input file"
            return
        self.buffer.lines = lines
        self.buffer.current = len(lines)
        self.buffer.modified = False

    def _file_lines(self, name: str) -> list[bytes]:
        if name.startswith("!"):
            data = command_output(self.process, encode(name[1:]))
        else:
            data = self.process.open_reader(name).read()
        lines = records(data)
        if not self.quiet:
            if data and not data.endswith(b"\n"):
                self.process.flush()
                self.process.stderr.write("Newline appended\n")
            self.write(f"{sum(len(line) + 1 for line in lines)}\n")
        return lines

    def end_of_input(self) -> None:
        """The input has ended: as if `q` was said."""
        if self.buffer.modified and not self.warned:
            self.fail("Warning: buffer modified")
            self.status = 2

    def fail(self, message: str) -> None:
        """Answer with a question mark."""
        self.problem, self.status = message, 1
        self.write("?\n" + (f"{message}\n" if self.verbose else ""))

    def perform(self, line: bytes) -> None:
        """Do one command line."""
        try:
            self.execute(line)
        except EdError as error:
            self.fail(str(error))
        except OSError as error:
            self.process.flush()
            self.process.stderr.write(f"{error.filename or self.name}: {strerror(error)}\n")
            self.fail("Cannot open input file" if error.filename else strerror(error))

    def execute(self, line: bytes) -> None:
        """Do one command. EdError."""
        addresses = Addresses(self.buffer, line)
        given = addresses.read()
        addresses.skip_blanks()
        name = addresses.peek().decode("latin-1")
        addresses.at += 1
        rest = line[addresses.at :]
        if name not in ("q", "e"):
            self.warned = False
        if not name:
            self.print_next(given)
            return
        HANDLERS.get(name, _unknown)(self, given, rest)

    # ---- files and the shell

    def do_w(self, given: list[int], rest: bytes, mode: str = "w") -> None:
        quits = rest[:1] in (b"q", b"Q")
        name = self._named(rest[1:] if quits else rest)
        first, last = self.span(given, 1, self.buffer.last()) if self.buffer.lines else (1, 0)
        data = b"".join(line + b"\n" for line in self.buffer.lines[first - 1 : last])
        target = name or self.name
        if not target:
            raise EdError("No current filename")
        if target.startswith("!"):
            self._pipe(target[1:], data)
        else:
            self.process.open_stream(target, mode).write(data)
            self.name = self.name or target
        if not self.quiet:
            self.write(f"{len(data)}\n")
        if (first, last) == (1, self.buffer.last()) or not self.buffer.lines:
            self.buffer.modified = False
        if quits:
            raise ProcessExit(self.status)

    def _pipe(self, command: str, data: bytes) -> None:
        from minibuild.kernel.streams import Source  # few sessions write to commands

        run_shell(self.process, encode(command), {0: Source(data)})

    def do_append_file(self, given: list[int], rest: bytes) -> None:
        self.do_w(given, rest, "a")

    def do_r(self, given: list[int], rest: bytes) -> None:
        name = self._named(rest) or self.name
        if not name:
            raise EdError("No current filename")
        after = self.place(given, self.buffer.last())
        self.buffer.remember()
        self.buffer.insert(after, self._file_lines(name))
        self.name = self.name or name

    def do_e(self, _given: list[int], rest: bytes) -> None:
        if self.buffer.modified and not self.warned:
            self.warned = True
            raise EdError("Warning: buffer modified")
        self.do_edit(_given, rest)

    def do_edit(self, _given: list[int], rest: bytes) -> None:
        name = self._named(rest) or self.name
        self.name = name
        self.buffer.remember()
        self.buffer.marks.clear()
        self.problem = ""
        self.load(name)
        if self.problem:
            raise EdError(self.problem)

    def _named(self, rest: bytes) -> str:
        """The file name after a command, which a blank parts from it."""
        if rest and rest[:1] not in b" \t":
            raise EdError("Unexpected command suffix")
        return decode(rest).strip()

    def do_f(self, _given: list[int], rest: bytes) -> None:
        self.name = self._named(rest) or self.name
        if not self.name:
            raise EdError("No current filename")
        self.write(self.name + "\n")

    def do_q(self, _given: list[int], rest: bytes) -> None:
        self.suffix(rest)
        if self.buffer.modified and not self.warned:
            self.warned = True
            raise EdError("Warning: buffer modified")
        raise ProcessExit(self.status)

    def do_quit(self, _given: list[int], rest: bytes) -> None:
        self.suffix(rest)
        raise ProcessExit(self.status)

    def do_shell(self, _given: list[int], rest: bytes) -> None:
        self.process.flush()
        run_shell(self.process, rest.replace(b"%", encode(self.name)))
        if not self.quiet:
            self.write("!\n")

    def do_h(self, _given: list[int], _rest: bytes) -> None:
        if self.problem:
            self.write(self.problem + "\n")

    def do_help_always(self, _given: list[int], _rest: bytes) -> None:
        self.verbose = not self.verbose
        if self.verbose and self.problem:
            self.write(self.problem + "\n")

    def do_prompt(self, _given: list[int], rest: bytes) -> None:
        self.suffix(rest)
        self.prompt = "" if self.prompt else self.wanted_prompt or "*"

    def do_nothing(self, _given: list[int], _rest: bytes) -> None:
        """A comment: nothing to do."""


def _unknown(_editor: _Editor, _given: list[int], _rest: bytes) -> None:
    raise EdError("Unknown command")


HANDLERS: dict[str, Callable[..., None]] = {
    "p": _Editor.do_p,
    "n": _Editor.do_n,
    "l": _Editor.do_l,
    "=": _Editor.do_equals,
    "a": _Editor.do_a,
    "i": _Editor.do_i,
    "c": _Editor.do_c,
    "d": _Editor.do_d,
    "j": _Editor.do_j,
    "m": _Editor.do_m,
    "t": _Editor.do_t,
    "k": _Editor.do_k,
    "u": _Editor.do_u,
    "s": _Editor.do_s,
    "g": _Editor.do_g,
    "v": _Editor.do_v,
    "w": _Editor.do_w,
    "W": _Editor.do_append_file,
    "r": _Editor.do_r,
    "e": _Editor.do_e,
    "E": _Editor.do_edit,
    "f": _Editor.do_f,
    "q": _Editor.do_q,
    "Q": _Editor.do_quit,
    "!": _Editor.do_shell,
    "h": _Editor.do_h,
    "H": _Editor.do_help_always,
    "P": _Editor.do_prompt,
    "z": _Editor.do_scroll,
    "#": _Editor.do_nothing,
}
