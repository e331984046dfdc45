"""The live part of the terminal's progress: running steps with their times and last output, bars for long
work.
"""

import io
import time
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from minibuild.report.units import human_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.report.progress_tty import ActiveStep

_FRAMES = "|/-\\"
_REFRESH = 8  # times a second


class LiveView:
    """Draws `steps` and work in progress at the bottom of the terminal `stream` until it is stopped."""

    def __init__(self, stream: BinaryIO, width: int, *, colour: bool) -> None:
        self.steps: Mapping[int, ActiveStep] = {}
        self._work: dict[str, tuple[int, int]] = {}
        terminal = cast("IO[str]", _Terminal(stream))
        self._console = Console(
            file=terminal, width=width, force_terminal=True, no_color=not colour, highlight=False
        )
        self._live = Live(
            get_renderable=self._render, console=self._console, refresh_per_second=_REFRESH, transient=True
        )
        self._live.start()

    def work(self, what: str, done: int, total: int) -> None:
        """Long work outside the steps: bytes done of `total` (0: unknown); it is taken away when it is
        done.
        """
        if total and done >= total:
            self._work.pop(what, None)
        else:
            self._work[what] = (done, total)

    def print(self, line: str) -> None:
        """A line above the live part; it may have colours."""
        self._live.refresh()  # what it tells of may run no more
        self._console.print(Text.from_ansi(line), overflow="ellipsis", no_wrap=True)

    def stop(self) -> None:
        """Take the live part away."""
        self._live.stop()

    def _render(self) -> RenderableType:
        rows: list[RenderableType] = []
        now = time.monotonic()
        frame = _FRAMES[int(now * 4) % len(_FRAMES)]
        for step in list(self.steps.values()):
            line = Table.grid(expand=True)
            line.add_column(overflow="ellipsis", no_wrap=True, ratio=1)
            line.add_column(justify="right")
            line.add_row(Text(f" {frame}> {step.label}"), Text(f"{now - step.started:.1f}s"))
            rows.append(line)
            rows += [
                Text("    | " + said, style="dim", overflow="ellipsis", no_wrap=True) for said in step.tail()
            ]
        rows += [_bar(what, done, total) for what, (done, total) in list(self._work.items())]
        return Group(*rows)


def _bar(what: str, done: int, total: int) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=total or None, completed=done, width=40, pulse=not total)
    counted = human_size(done) + (f" / {human_size(total)}" if total else "")
    line.add_row(Text(f"    {what}"), bar, Text(counted))
    return line


class _Terminal(io.TextIOBase):
    """Text for a stream of bytes, which stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(text.encode("utf-8", "replace"))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()
