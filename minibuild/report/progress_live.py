"""The live part of the terminal's progress: running steps with their times and last output, bars for long
work.
"""

import io
import time
from typing import TYPE_CHECKING, BinaryIO

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
        text = io.TextIOWrapper(_Unclosed(stream), encoding="utf-8", errors="replace", write_through=True)
        self._console = Console(
            file=text, width=width, force_terminal=True, no_color=not colour, highlight=False
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
            for said in step.tail():
                rows.append(Text(f"    | {said}", style="dim", overflow="ellipsis", no_wrap=True))
        rows += [_bar(what, done, total) for what, (done, total) in list(self._work.items())]
        return Group(*rows)


def _bar(what: str, done: int, total: int) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=total or None, completed=done, width=40, pulse=not total)
    counted = human_size(done) + (f" / {human_size(total)}" if total else "")
    line.add_row(Text(f"    {what}"), bar, Text(counted))
    return line


class _Unclosed(io.RawIOBase):
    """Hands bytes on to a stream that stays open when this one is closed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._stream.write(data)
        self._stream.flush()
        return len(data)
