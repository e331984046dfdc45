"""The terminal of the command line, lent to a container: lines are edited with history, as a shell on a
terminal does it.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from minibuild.container.streams import HostInput

if TYPE_CHECKING:
    from minibuild.kernel.scheduler import Scheduler

_LONGEST_PROMPT = 200


class Terminal:
    """What is written is shown at once, but for the unfinished last line: it may be a prompt, which belongs
    to the line that is edited behind it.
    """

    def __init__(self) -> None:
        self.tail = b""

    def write(self, _number: int, data: bytes) -> None:
        """Show bytes."""
        whole = self.tail + data
        at = max(whole.rfind(b"\n"), whole.rfind(b"\r")) + 1
        if len(whole) - at > _LONGEST_PROMPT:
            at = len(whole)
        self._show(whole[:at])
        self.tail = whole[at:]

    def flush(self) -> None:
        """Show what may be a prompt: nobody asks for a line."""
        self._show(self.tail)
        self.tail = b""

    def open_input(self, scheduler: Scheduler) -> TerminalInput:
        """The keyboard."""
        return TerminalInput(scheduler, self)

    def _show(self, data: bytes) -> None:
        if data:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()


class TerminalInput(HostInput):
    """Lines that somebody edits; each is read when a process of the container asks for it."""

    def __init__(self, scheduler: Scheduler, terminal: Terminal) -> None:
        super().__init__(scheduler, tty=True)
        self.terminal = terminal
        with suppress(ImportError):
            import readline  # gives `input` its history and keys

            readline.set_auto_history(True)

    def poll(self, timeout: float) -> bool:  # noqa: ARG002  a line takes as long as it takes
        """Let a line be edited."""
        if self.buffer or self.ended:
            return True
        prompt, self.terminal.tail = self.terminal.tail, b""
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            line = input(prompt.decode("utf-8", "replace"))
        except EOFError:
            self.terminal.write(1, b"\r\n")
            self.feed(b"")
            self.ended = False  # the end of one line of input: a terminal goes on after it
            self.at_end = True
        except KeyboardInterrupt:
            self.terminal.write(1, b"^C\r\n")
            self.feed(b"\n")
        else:
            self.feed(line.encode("utf-8", "surrogateescape") + b"\n")
        finally:
            signal.signal(signal.SIGINT, before)
        return True

    at_end = False

    def read(self, n: int = -1) -> bytes:
        """At most `n` bytes of a line."""
        if not self.buffer:
            self.poll(0)
            if self.at_end:
                self.at_end = False
                return b""
        end = len(self.buffer) if n < 0 else n
        data, self.buffer = self.buffer[:end], self.buffer[end:]
        return data
