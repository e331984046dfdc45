"""The archive that is being written: to a file or standard output, perhaps through a compressor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import close_output

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream
    from minibuild.programs.archive.codecs import Compressor

_HELD = 1 << 16


def count_written(process: Process, size: int) -> None:
    """Count bytes that become a file's content at once, without being written piece by piece. LimitError."""
    count = process.view.filesystem.on_write
    if count is not None:
        count(size)


class Outflow:
    """Gathers small writes. `stream` None is standard output."""

    def __init__(self, process: Process, stream: Stream | None, compressor: Compressor | None = None) -> None:
        self.process, self.stream, self.compressor = process, stream, compressor
        self.written = 0
        self._pieces: list[bytes] = []
        self._held = 0

    def write(self, data: bytes) -> None:
        """Take bytes. OSError as write(2) gives it."""
        self.written += len(data)
        if len(data) >= _HELD:
            self._hand_on()
            self.process.tick()
            self._out(data if self.compressor is None else self.compressor.compress(data))
            return
        self._pieces.append(data)
        self._held += len(data)
        if self._held >= _HELD:
            self._hand_on()

    def close(self) -> None:
        """Write what is left, and be done."""
        self._hand_on()
        if self.compressor is not None:
            self._out(self.compressor.flush())
        if self.stream is None:
            self.process.flush()
        else:
            close_output(self.stream)

    def _hand_on(self) -> None:
        if not self._pieces:
            return
        self.process.tick()
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        self._out(data if self.compressor is None else self.compressor.compress(data))

    def _out(self, data: bytes) -> None:
        if not data:
            return
        if self.stream is None:
            self.process.stdout.write(data)
        else:
            self.stream.write(data)
