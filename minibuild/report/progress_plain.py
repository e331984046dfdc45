"""Progress as docker's classic builder prints it, line by line."""

from typing import TYPE_CHECKING, BinaryIO

from minibuild.build import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.errors import MinibuildError

_RED, _RESET = b"\x1b[91m", b"\x1b[0m"
_STDERR = 2


class PlainProgress:
    """Writes the classic lines to `stream`; standard error is red when there is `colour`.

    One step is shown at a time: lines of steps that run beside it wait until it is committed, so that the
    lines of a step stay together.
    """

    def __init__(self, stream: BinaryIO, *, colour: bool = False) -> None:
        self._stream = stream
        self._colour = colour
        self._path = "Dockerfile"
        self._shown: int | None = None
        self._waiting: dict[int, list[bytes]] = {}
        self._committed: set[int] = set()
        self._open_line: set[int] = set()  # steps whose last output had no newline
        self._handlers: dict[type, Callable[..., None]] = {
            events.BuildStarted: self._started,
            events.StepStarted: self._step,
            events.StepCached: self._cached,
            events.StepExplained: self._explained,
            events.ContainerStarted: self._running,
            events.StepOutput: self._output,
            events.ContainerRemoved: self._removed,
            events.StepCommitted: self._commit,
            events.Warned: self._warned,
            events.BuildFinished: self._finished,
        }

    def __call__(self, event: events.Event) -> None:
        """Print what the event means; events without a line of their own are passed over."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def close(self, error: "MinibuildError | None" = None) -> None:  # noqa: ARG002  others tell it
        """Print what steps that never ended have said."""
        if self._shown is not None:
            self._end_line(self._shown)
        self._shown = None
        for step in sorted(self._waiting):
            self._show(step)
            if step in self._open_line:
                self._stream.write(b"\n")
        self._stream.flush()

    def _started(self, event: events.BuildStarted) -> None:
        self._path = event.path

    def _step(self, event: events.StepStarted) -> None:
        self._line(event.step, f"Step {event.step}/{event.total} : {event.text}")

    def _cached(self, event: events.StepCached) -> None:
        self._line(event.step, " ---> Using cache")

    def _explained(self, event: events.StepExplained) -> None:
        from minibuild.report.reasons import because  # only for builds that are to explain themselves

        first, *rest = because(event.reasons)
        self._line(event.step, f" ---> {first}")
        for line in rest:
            self._line(event.step, f"      {line}")

    def _running(self, event: events.ContainerStarted) -> None:
        self._line(event.step, f" ---> Running in {event.container[:12]}")

    def _removed(self, event: events.ContainerRemoved) -> None:
        self._line(event.step, f"Removing intermediate container {event.container[:12]}")

    def _output(self, event: events.StepOutput) -> None:
        data = event.data
        if not data:
            return
        if data.endswith(b"\n"):
            self._open_line.discard(event.step)
        else:
            self._open_line.add(event.step)
        if self._colour and event.descriptor == _STDERR:
            data = _RED + data + _RESET
        self._write(event.step, data)

    def _commit(self, event: events.StepCommitted) -> None:
        self._line(event.step, " ---> " + short_id(event.image))
        if event.fidelity != "exact":
            self._line(event.step, " ---> " + fidelity_text(event.fidelity, event.reasons))
        self._committed.add(event.step)
        if event.step == self._shown:
            self._shown = None
            self._next()

    def _warned(self, event: events.Warned) -> None:
        place = f"{self._path}:{event.line}: " if event.line else ""
        if self._shown is not None:
            self._end_line(self._shown)
        self._stream.write(_encoded(f"warning: {place}{event.message}\n"))
        self._stream.flush()

    def _finished(self, event: events.BuildFinished) -> None:
        lines = [f"Successfully built {short_id(event.image)}"]
        lines += [f"Successfully tagged {name}" for name in event.names]
        self._stream.write(_encoded("".join(line + "\n" for line in lines)))
        self._stream.flush()

    def _line(self, step: int, text: str) -> None:
        self._end_line(step)
        self._write(step, _encoded(text + "\n"))

    def _end_line(self, step: int) -> None:
        """Output that did not end with a newline must not run into the next line."""
        if step in self._open_line:
            self._open_line.discard(step)
            self._write(step, b"\n")

    def _write(self, step: int, data: bytes) -> None:
        if self._shown is None:
            self._shown = step
        if step == self._shown:
            self._stream.write(data)
            self._stream.flush()
        else:
            self._waiting.setdefault(step, []).append(data)

    def _next(self) -> None:
        """Show the steps that ended meanwhile, then the first of those that still run."""
        for step in sorted(self._waiting):
            if step in self._committed:
                self._show(step)
        if self._waiting:
            step = min(self._waiting)
            self._show(step)
            self._shown = step

    def _show(self, step: int) -> None:
        self._stream.write(b"".join(self._waiting.pop(step)))
        self._stream.flush()


def short_id(image: str) -> str:
    """The first twelve digits of an image ID, as lists show it; "" for the empty image."""
    return image.removeprefix("sha256:")[:12]


def fidelity_text(fidelity: str, reasons: tuple[str, ...]) -> str:
    """How faithful a step was, and why it was not exact, on one line."""
    why = "; ".join(" ".join(reason.split()) for reason in reasons)
    return f"{fidelity}: {why}" if why else fidelity


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
