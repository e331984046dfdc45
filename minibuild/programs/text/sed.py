"""sed: the stream editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.commands import command_output
from minibuild.programs.text.files import BufferedFile, open_writer, replace_file
from minibuild.programs.text.sed_commands import compile_script
from minibuild.programs.text.sed_machine import END_CYCLE, RESTART, Machine, Output
from minibuild.programs.text.sed_nodes import Command, SedError
from minibuild.programs.text.sed_parse import ScriptParser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts
    from minibuild.programs.text.regex import Regex

SED = Options(
    "i::nrEe:f:szul:",
    gnu_short="lsuz",
    gnu_long="separate null-data line-length posix debug sandbox follow-symlinks unbuffered",
    long={
        "in-place=?": "i",
        "quiet": "n",
        "silent": "n",
        "regexp-extended": "r",
        "expression=": "e",
        "file=": "f",
        "separate": "s",
        "null-data": "z",
        "line-length=": "l",
        "posix": "posix",
        "debug": "debug",
        "sandbox": "sandbox",
        "follow-symlinks": "follow",
        "unbuffered": "u",
        "version": "version",
    },
    usage="[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...",
    help="""
	-e CMD	Add CMD to sed commands to be executed
	-f FILE	Add FILE contents to sed commands to be executed
	-i[SFX]	Edit files in-place (otherwise write to stdout)
		Optionally back files up, appending SFX
	-n	Suppress automatic printing of pattern space
	-r,-E	Use extended regex syntax

If no -e or -f, the first non-option argument is the sed command string.
Remaining arguments are input files (stdin if none).
""",
)


@program("sed", options=SED)
def sed(process: Process) -> int:
    """Edit lines by a script."""
    opts, operands = SED.parse(process)
    if "version" in opts:
        name = "sed (GNU sed) 4.9" if not is_busybox(process) else "This is not GNU sed version 4.0"
        process.stdout.write(name + "\n")
        return 0
    given = [(key, value or "") for key, value in opts.given if key in ("e", "f")]
    if is_busybox(process):
        given.sort(key=lambda one: one[0])  # busybox takes every -e before the first -f
    parts = [_script_part(process, key, value) for key, value in given]
    if not parts:
        if not operands:
            SED.fail(process)
        parts.append(encode(operands.pop(0)))
    script = b"\n".join(parts)
    quiet = "n" in opts or (script.startswith(b"#n\n") or script == b"#n")
    gnu = not is_busybox(process)
    try:
        parser = ScriptParser(script, extended=opts.any("r", "E"), gnu=gnu)
        return _Editor(process, parser.parse(), opts, quiet, parser.previous).run(operands or ["-"])
    except SedError as error:
        die(process, error.text(gnu), error.status)


def _script_part(process: Process, key: str, value: str) -> bytes:
    """The text of one -e or -f."""
    if key == "e":
        return encode(value)
    try:
        text: bytes = process.open_reader(value).read()
    except OSError as error:
        die(process, f"{value}: {strerror(error)}")
    return text.removesuffix(b"\n")


class _Editor:
    """One run of sed over its files."""

    def __init__(
        self, process: Process, commands: list[Command], opts: Opts, quiet: bool, previous: Regex | None
    ) -> None:
        self.process, self.commands, self.opts, self.status = process, commands, opts, 0
        self.gnu = not is_busybox(process)
        self.separator = b"\0" if "z" in opts else b"\n"
        machine = Machine(Output(process.stdout, self.separator), quiet=quiet, gnu=self.gnu)
        machine.read_text, machine.shell, machine.regex = self._read_text, self._shell, previous
        machine.width = _width(opts.get("l"))
        self.machine = machine
        self.buffers: list[BufferedFile] = []
        self._open_files()
        self._compile()

    def _compile(self) -> None:
        """Fresh state of all addresses, as every file edited in place wants it."""
        self.steps = compile_script(self.commands, self.gnu)

    def _open_files(self) -> None:
        """Open what `w` and `s///w` write to: GNU once for each name, busybox once for each command."""
        shared: dict[bytes, Output] = {b"/dev/stdout": self.machine.out} if self.gnu else {}
        for command in self.commands:
            made = command.substitution
            name = command.text if command.name in "wW" else made.file if made is not None else b""
            if not name:
                continue
            output = shared.get(name) or self._open(name)
            if self.gnu:
                shared[name] = output
            if made is not None:
                made.output = output
            else:
                command.output = output

    def _open(self, name: bytes) -> Output:
        if name == b"/dev/stderr":
            return Output(self.process.stderr, self.separator)
        if self.gnu:
            return Output(open_writer(self.process, decode(name)), self.separator)
        stdout = self.process.descriptors.get(1) if name == b"/dev/stdout" else None
        buffered = BufferedFile(stdout or open_writer(self.process, decode(name)))
        self.buffers.append(buffered)
        return Output(buffered, self.separator)

    def _read_text(self, name: bytes) -> bytes:
        try:
            return self.process.open_reader(decode(name)).read()
        except OSError:
            return b""

    def _shell(self, command: bytes) -> bytes:
        """What a command prints."""
        return command_output(self.process, command)

    def run(self, names: list[str]) -> int:
        """Edit all files; the exit status."""
        machine = self.machine
        if "i" not in self.opts and "s" not in self.opts:
            machine.begin(self._lines(names))
            self._cycle()
        else:
            for name in names:
                if machine.quitting:
                    break
                machine.number = 0
                if "i" in self.opts:
                    self._edit(name)
                else:
                    machine.begin(self._lines([name]))
                    self._cycle()
        for buffered in reversed(self.buffers):  # stdio empties the file first that was opened last
            buffered.flush()
        return machine.status or self.status

    def _edit(self, name: str) -> None:
        """Edit one file in place."""
        machine, parts = self.machine, list[bytes]()
        try:
            regular = self.process.view.stat(name).kind == "file"
        except OSError as error:
            self._missing(name, error)
            return
        if not regular:
            self.process.error(f"couldn't edit {name}: not a regular file")
            self.status = 4 if self.gnu else 1
            return
        machine.begin(self._lines([name]))
        self._compile()
        machine.out = Output(_Parts(parts), self.separator)
        self._cycle()
        try:
            replace_file(self.process, name, b"".join(parts), suffix=self.opts.get("i"), pattern=self.gnu)
        except OSError as error:
            if not self.gnu:
                raise
            die(self.process, f"cannot rename {error.filename or name}: {strerror(error)}", 4)
        machine.out = Output(self.process.stdout, self.separator)

    def _missing(self, name: str, error: OSError) -> None:
        verb = "can't read " if self.gnu else ""
        self.process.error(f"{verb}{name}: {strerror(error)}")
        self.status = 2 if self.gnu else 1

    def _lines(self, names: list[str]) -> Iterator[tuple[bytes, bytes]]:
        """(line, what ended it) of all files; for busybox NUL ends a line too."""
        process, newline = self.process, self.separator
        for name in names:
            self.machine.next_name = encode(name)
            try:
                reader = process.open_reader(name)
            except OSError as error:
                self._missing(name, error)
                continue
            try:
                if newline == b"\0":
                    chunks = reader.read().split(b"\0")
                    yield from ((chunk, newline) for chunk in chunks[:-1])
                    if chunks[-1]:
                        yield chunks[-1], b""
                    continue
                for line in reader:
                    if b"\0" in line and not self.gnu:
                        yield from _split_nul(line)
                    elif line[-1] == 10:
                        yield line[:-1], newline
                    else:
                        yield line, b""
            except IsADirectoryError as error:
                if self.gnu:
                    die(process, f"read error on {name}: {strerror(error)}", 4)

    def _cycle(self) -> None:
        """Run the script for every line of the current input."""
        machine, steps, tick = self.machine, self.steps, self.process.tick
        total, quiet, out = len(steps), machine.quiet, machine.out
        restart = False
        while restart or machine.advance():
            if not restart:
                machine.substituted = False
            at, outcome = 0, END_CYCLE
            tick()
            while at < total:
                test, action, otherwise = steps[at]
                if test is not None and not test(machine):
                    if otherwise < 0:
                        raise SedError("unterminated {")
                    at = otherwise
                    continue
                result = action(machine)
                if result is None:
                    at += 1
                elif result < 0:
                    outcome = result
                    break
                else:
                    at = result
                    tick(1 + (len(machine.space) >> 8))  # a loop may let the text grow and grow
            if outcome == END_CYCLE and not quiet:
                out.put(machine.space, machine.end)
            restart = outcome == RESTART
            if machine.appended:
                machine.flush()
            if machine.quitting:
                break


class _Parts:
    """A sink that keeps what is written."""

    __slots__ = ("write",)

    def __init__(self, parts: list[bytes]) -> None:
        self.write = parts.append


def _width(text: str | None) -> int:
    """The value of -l: where `l` folds; 1 and 0 mean never."""
    return int(text) if text is not None and text.isdigit() else 70


def _split_nul(line: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The pieces of a line that holds NUL bytes."""
    *pieces, last = line.split(b"\0")
    for piece in pieces:
        yield piece, b"\0"
    if last.endswith(b"\n"):
        yield last[:-1], b"\n"
    elif last:
        yield last, b""
