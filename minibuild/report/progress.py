"""Who tells a build's progress: each renderer listens to the build's events, and only listens."""

from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from minibuild.build.events import Event
    from minibuild.errors import MinibuildError

KINDS = ("auto", "plain", "tty", "quiet", "json")


class Progress(Protocol):
    """A renderer: called with each event, then closed once, with the error when the build failed."""

    def __call__(self, event: "Event") -> None:
        """Take one event."""

    def close(self, error: "MinibuildError | None" = None) -> None:
        """The build is over: show what is still held back, and give the terminal back."""


def choose(kind: str, *, terminal: bool) -> str:
    """`auto` as the kind that fits: tty on a terminal, else plain."""
    if kind == "auto":
        return "tty" if terminal else "plain"
    return kind


def make_progress(kind: str, out: BinaryIO, err: BinaryIO, *, terminal: bool) -> Progress:
    """A renderer of that kind (not auto). Only `quiet` uses `err`; `terminal` tells whether `out` shows
    colours.
    """
    if kind == "json":
        from minibuild.report.progress_json import JsonProgress

        return JsonProgress(out)
    if kind == "quiet":
        from minibuild.report.progress_quiet import QuietProgress

        return QuietProgress(out, err)
    if kind == "tty" and terminal:
        from minibuild.report.progress_tty import TtyProgress

        return TtyProgress(out)
    from minibuild.report.progress_plain import PlainProgress

    return PlainProgress(out, colour=terminal)
