"""Progress that says nothing but the image's ID; a build that fails says what its last steps said."""

import io
from typing import TYPE_CHECKING, BinaryIO

from minibuild.build import events
from minibuild.report.progress_plain import PlainProgress

if TYPE_CHECKING:
    from minibuild.errors import MinibuildError

_KEPT = 64 << 10  # bytes of output that a failed build shows


class QuietProgress:
    """Writes the image ID to `out`; to `err` nothing unless the build fails."""

    def __init__(self, out: BinaryIO, err: BinaryIO) -> None:
        self._out = out
        self._err = err
        self._said = io.BytesIO()
        self._plain = PlainProgress(self._said)

    def __call__(self, event: events.Event) -> None:
        """Remember what would be shown if the build failed here; print the ID at the end."""
        if isinstance(event, events.BuildFinished):
            self._out.write(event.image.encode() + b"\n")
            self._out.flush()
            return
        self._plain(event)
        if self._said.tell() > 2 * _KEPT:
            self._forget()

    def close(self, error: "MinibuildError | None" = None) -> None:
        """Print what was held back when the build failed."""
        if error is not None:
            self._plain.close()
            self._err.write(self._said.getvalue()[-_KEPT:])
            self._err.flush()

    def _forget(self) -> None:
        kept = self._said.getvalue()[-_KEPT:]
        self._said.seek(0)
        self._said.truncate()
        self._said.write(kept)
