"""Files and commands that an awk program reads from and writes to, each open until it is closed by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.pipes import Pipe
from minibuild.kernel.signals import PIPE, ProcessKilled
from minibuild.kernel.streams import Reader
from minibuild.programs.inputs import decode, die
from minibuild.programs.text.awk_fields import dynamic_regex
from minibuild.programs.text.commands import run_shell, shell_body

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream, Writer

BUFFER = 4096


class RecordReader:
    """Records out of a file, parted by RS. `terminator` is what ended the last one."""

    def __init__(self, reader: Reader, process: Process) -> None:
        self.reader, self.process = reader, process
        self.buffer = b""
        self.at = 0
        self.terminator = b""
        self.child: Process | None = None

    def next(self, separator: bytes) -> bytes | None:
        """The next record; None at the end."""
        if separator == b"\n" and not self.buffer:
            line = self.reader.readline()
            if not line:
                return None
            if line[-1] == 10:
                self.terminator = b"\n"
                return line[:-1]
            self.terminator = b""
            return line
        if not separator:
            return self._paragraph()
        return self._next_by(separator)

    def _next_by(self, separator: bytes) -> bytes | None:
        regex = dynamic_regex(separator) if len(separator) > 1 else None
        ended = False
        while True:
            if regex is None:
                start = self.buffer.find(separator, self.at)
                end = start + 1
            else:
                match = regex.search(self.buffer, self.at)
                start, end = match.span() if match is not None else (-1, -1)
            if start >= 0 and end > start and (regex is None or end < len(self.buffer) or ended):
                return self._cut(start, end)
            if ended:
                break
            ended = not self._more()
        if self.at >= len(self.buffer):
            self.buffer, self.at = b"", 0
            return None
        return self._cut(len(self.buffer), len(self.buffer))

    def _paragraph(self) -> bytes | None:
        """Up to one or more empty lines; newlines before it are passed over."""
        while not self._pass_newlines():
            if not self._more():
                return None
        start = self.buffer.find(b"\n\n", self.at)
        while start < 0:
            if not self._more():
                end = len(self.buffer)
                return self._cut(end - self.buffer.endswith(b"\n"), end)
            start = self.buffer.find(b"\n\n", self.at)
        record = self._cut(start, start + 2)
        while not self._pass_newlines() and self._more():
            pass  # an empty paragraph at the end is no record
        return record

    def _pass_newlines(self) -> bool:
        """Pass newlines; does something else follow?"""
        while self.buffer.startswith(b"\n", self.at):
            self.at += 1
        return self.at < len(self.buffer)

    def _more(self) -> bool:
        piece = self.reader.read_some()
        self.process.tick()
        self.buffer = self.buffer[self.at :] + piece
        self.at = 0
        return bool(piece)

    def _cut(self, start: int, end: int) -> bytes:
        record, self.terminator = self.buffer[self.at : start], self.buffer[start:end]
        self.at = end
        if self.at > 1 << 16 or self.at == len(self.buffer):
            self.buffer, self.at = self.buffer[self.at :], 0
        return record

    def close(self) -> int:
        """Close it; the wait status of a command."""
        self.reader.close()
        if self.child is None:
            return 0
        return self.process.wait(self.child)


class Output:
    """A file or a command that is written to."""

    def __init__(self, stream: Stream, process: Process, child: Process | None = None) -> None:
        self.stream, self.process, self.child = stream, process, child
        self.pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write, through a buffer."""
        self.pieces.append(data)
        self.size += len(data)
        if self.size >= BUFFER:
            self.flush()

    def flush(self) -> None:
        """Hand everything on. A command that reads no more ends awk by SIGPIPE."""
        if not self.size:
            return
        data = b"".join(self.pieces)
        self.pieces, self.size = [], 0
        try:
            self.stream.write(data)
        except BrokenPipeError:
            if PIPE in self.process.ignored:
                raise
            raise ProcessKilled(PIPE) from None

    def close(self) -> int:
        """Close it; the wait status of a command."""
        self.flush()
        if not self.stream.references:
            self.stream.close()
        if self.child is None:
            return 0
        return self.process.wait(self.child)


class Streams:
    """All that is open, by name."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.inputs: dict[bytes, RecordReader | None] = {}
        self.outputs: dict[bytes, Output | Writer] = {}
        self.standard: dict[bytes, Writer] = {}

    def reader(self, name: bytes, *, command: bool) -> RecordReader | None:
        """The file or command to read from, opened when it is not yet; None when it can't be."""
        if name in self.inputs:
            return self.inputs[name]
        found: RecordReader | None
        if command:
            found = self._command_reader(name)
        else:
            try:
                stdin = name == b"/dev/stdin"
                reader = self.process.stdin if stdin else self.process.open_reader(decode(name))
                found = RecordReader(reader, self.process)
            except OSError:
                return None
        self.inputs[name] = found
        return found

    def _command_reader(self, command: bytes) -> RecordReader:
        self.flush()
        pipe = Pipe(self.process.system.scheduler)
        reader = pipe.reader()
        child = self.process.fork()
        child.descriptors.put(1, pipe.writer())
        child.start(lambda process: shell_body(process, command))
        made = RecordReader(Reader(reader, self.process), self.process)
        made.child = child
        return made

    def writer(self, name: bytes, kind: str) -> Output | Writer:
        """Where print writes to: kind is ">", ">>" or "|". A file that can't be opened ends awk."""
        found = self.outputs.get(name)
        if found is not None:
            return found
        if kind == "|":
            found = self._command_writer(name)
        elif name == b"/dev/stdout":
            found = self.process.stdout
        elif name == b"/dev/stderr":
            found = self.process.stderr
        else:
            try:
                found = Output(
                    self.process.open_stream(decode(name), "a" if kind == ">>" else "w"), self.process
                )
            except OSError as error:
                die(self.process, f"can't open '{decode(name)}': {strerror(error)}")
        self.outputs[name] = found
        return found

    def _command_writer(self, command: bytes) -> Output:
        self.flush()
        pipe = Pipe(self.process.system.scheduler)
        writer = pipe.writer()
        child = self.process.fork()
        child.descriptors.put(0, pipe.reader())
        child.start(lambda process: shell_body(process, command))
        return Output(writer, self.process, child)

    def run(self, command: bytes) -> int:
        """system(): the wait status."""
        self.flush()
        return run_shell(self.process, command)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self.process.flush()
        for output in self.outputs.values():
            output.flush()

    def close(self, name: bytes) -> int | None:
        """close(): the wait status of a command, 0 of a file; None when nothing of that name is open."""
        status = None
        output = self.outputs.pop(name, None)
        if output is not None:
            output.flush()
            status = output.close() if isinstance(output, Output) else 0
        reader = self.inputs.pop(name, None)
        if reader is not None:
            status = reader.close()
        return status

    def close_all(self) -> None:
        """What the end of the program does."""
        for name in [*self.outputs, *self.inputs]:
            self.close(name)

    def abandon(self) -> None:
        """Let go of everything without waiting: awk was ended."""
        for output in self.outputs.values():
            if isinstance(output, Output) and not output.stream.references:
                output.stream.close()
        for reader in self.inputs.values():
            if reader is not None:
                reader.reader.close()
