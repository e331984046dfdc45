"""How programs go through their input files, line by line or as a whole, and say which they can't read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import report

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader


class Inputs:
    """The operands of a program, opened one after another. `status` is 1 when one of them could not be read.
    """

    def __init__(self, process: Process, names: Sequence[str], message: str = "{}") -> None:
        self.process, self.names, self.message = process, names or ["-"], message
        self.status = 0

    def readers(self) -> Iterator[tuple[str, Reader]]:
        """Each file that can be opened. An error while it is read is told as well, and the next one comes."""
        for name in self.names:
            try:
                yield name, self.process.open_reader(name)
            except OSError as error:
                self.failed(name, error)

    def lines(self) -> Iterator[bytes]:
        """The lines of all files, with their newlines."""
        for name, reader in self.readers():
            try:
                for count, line in enumerate(reader):
                    if not count % 500:
                        self.process.tick()
                    yield line
            except OSError as error:
                self.failed(name, error)

    def contents(self) -> Iterator[bytes]:
        """The whole content of each file."""
        for name, reader in self.readers():
            try:
                data = reader.read()
            except OSError as error:
                self.failed(name, error)
                continue
            self.process.tick(1 + len(data) // 10_000)
            yield data

    def failed(self, name: str, error: OSError) -> None:
        """Say why a file can't be read."""
        report(self.process, self.message, name, error)
        self.status = 1


def records(data: bytes, delimiter: bytes = b"\n") -> list[bytes]:
    """The lines of a text, without their ends."""
    lines = data.split(delimiter)
    if not lines[-1]:
        lines.pop()
    return lines
