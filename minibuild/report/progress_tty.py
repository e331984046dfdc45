"""Progress on a terminal: a line for each finished step, and below them what runs now.

The live part needs rich, which takes longer to import than a fully cached build takes; so it begins with
the first container.
"""

import os
import shutil
import time
from typing import TYPE_CHECKING, BinaryIO

from minibuild.build import events
from minibuild.report.progress_plain import fidelity_text, short_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.errors import MinibuildError
    from minibuild.report.progress_live import LiveView

_TAIL = 6  # lines of output below a running step
_FAILED_TAIL = 40  # lines of output that a failed step leaves behind
_LINE_LIMIT = 2000
_BLUE, _YELLOW, _RED, _RESET = "\x1b[34m", "\x1b[33m", "\x1b[31m", "\x1b[0m"


class ActiveStep:
    """A step that runs: its label, when it began, the last lines that it wrote."""

    __slots__ = ("_part", "label", "lines", "reasons", "started")

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.lines: list[str] = []
        self.reasons: list[str] = []  # why it is not in the cache
        self._part = ""

    def write(self, data: bytes) -> None:
        """Take output; what could move the cursor is left out."""
        *whole, self._part = (self._part + data.decode("utf-8", "replace")).split("\n")
        self._part = self._part[-_LINE_LIMIT:]
        self.lines += [shown_text(line) for line in whole[-_FAILED_TAIL:]]
        del self.lines[:-_FAILED_TAIL]

    def tail(self, count: int = _TAIL) -> list[str]:
        """The last lines, the one that is not ended too."""
        part = [shown_text(self._part)] if self._part.strip() else []
        return (self.lines + part)[-count:]


class TtyProgress:
    """Shows a build on the terminal `stream`, `width` characters wide (by default as wide as it is)."""

    def __init__(self, stream: BinaryIO, width: int | None = None) -> None:
        self._stream = stream
        self._width = width or shutil.get_terminal_size().columns
        self._colour = not os.environ.get("NO_COLOR")
        self._path = "Dockerfile"
        self._live: LiveView | None = None
        self._steps: dict[int, ActiveStep] = {}
        self._handlers: dict[type, Callable[..., None]] = {
            events.BuildStarted: self._started,
            events.StepStarted: self._step,
            events.StepExplained: self._explained,
            events.ContainerStarted: self._running,
            events.StepOutput: self._output,
            events.StepCommitted: self._finished,
            events.Progressed: self._progressed,
            events.Warned: self._warned,
            events.BuildFinished: self._summary,
        }

    def __call__(self, event: events.Event) -> None:
        """Show the event."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def close(self, error: "MinibuildError | None" = None) -> None:
        """Take the live part away; a failed step leaves its line and what it wrote."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        if error is not None:
            for step in self._steps.values():
                self._print(f" => ERROR {step.label}", _RED)
                for line in step.tail(_FAILED_TAIL):
                    self._print(f"    | {line}", "")
        self._steps.clear()

    def _started(self, event: events.BuildStarted) -> None:
        self._path = event.path

    def _step(self, event: events.StepStarted) -> None:
        self._steps[event.step] = ActiveStep(f"[{event.step}/{event.total}] {event.text}")

    def _explained(self, event: events.StepExplained) -> None:
        from minibuild.report.reasons import because  # only for builds that are to explain themselves

        self._steps[event.step].reasons = because(event.reasons)

    def _running(self, _: events.ContainerStarted) -> None:
        self._view().steps = self._steps

    def _output(self, event: events.StepOutput) -> None:
        self._steps[event.step].write(event.data)

    def _progressed(self, event: events.Progressed) -> None:
        self._view().work(event.what, event.done, event.total)

    def _warned(self, event: events.Warned) -> None:
        place = f"{self._path}:{event.line}: " if event.line else ""
        self._print(f"warning: {place}{event.message}", _YELLOW)

    def _finished(self, event: events.StepCommitted) -> None:
        step = self._steps.pop(event.step)
        label = step.label
        state = "CACHED " if event.cached else ""
        duration = f"{event.seconds:.1f}s"
        room = self._width - len(duration) - 1
        line = shown_text(f" => {state}{label}")
        line = line if len(line) < room else line[: room - 2] + "…"
        self._print(line.ljust(room) + duration, _BLUE)
        for reason in step.reasons:
            self._print(f"    {reason}", "")
        if event.fidelity != "exact":
            self._print("    " + fidelity_text(event.fidelity, event.reasons), _YELLOW)

    def _summary(self, event: events.BuildFinished) -> None:
        named = f" {', '.join(event.names)}" if event.names else ""
        self._print(f"Built {short_id(event.image)}{named} in {event.seconds:.1f} s ({event.fidelity})", "")

    def _print(self, line: str, colour: str) -> None:
        line = shown_text(line)
        if self._colour and colour:
            line = colour + line + _RESET
        if self._live is not None:
            self._live.print(line)
            return
        self._stream.write(line.encode("utf-8", "replace") + b"\n")
        self._stream.flush()

    def _view(self) -> "LiveView":
        if self._live is None:
            from minibuild.report.progress_live import LiveView  # see the module's own words

            self._live = LiveView(self._stream, self._width, colour=self._colour)
        return self._live


def shown_text(text: str) -> str:
    """The text without what would move a terminal's cursor or change its colours."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "" for c in _without_escapes(text))


def _without_escapes(text: str) -> str:
    if "\x1b" not in text:
        return text
    import re  # hardly any output has escapes

    return re.sub(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", "", text)
