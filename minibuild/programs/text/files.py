"""Output files of text programs: opened wherever a shell could open them, or replaced in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream

BUFFER = 4096


def open_writer(process: Process, path: str, *, append: bool = False) -> Stream:
    """A file, device or fifo to write to. OSError as open(2) gives it."""
    return process.open_stream(path, "a" if append else "w")


def replace_file(
    process: Process, path: str, data: bytes, *, suffix: str | None = None, pattern: bool = False
) -> None:
    """Give a file new contents by way of a new file that takes its mode and owner; keep the old one as
    path+suffix.

    `pattern`: a `*` in the suffix stands for the file's name, and a slash in it for another directory.
    """
    view = process.view
    status = view.stat(path)
    temporary = f"{path}.{process.pid:06d}"
    view.write_bytes(temporary, data, 0o600)
    view.chmod(temporary, status.mode)
    if (status.uid, status.gid) != (view.credentials.uid, view.credentials.gid) and view.credentials.uid == 0:
        view.chown(temporary, status.uid, status.gid)
        view.chmod(temporary, status.mode)
    if suffix:
        directory, slash, name = path.rpartition("/")
        kept = suffix.replace("*", name) if pattern and "*" in suffix else name + suffix
        view.rename(path, kept if pattern and "/" in kept else directory + slash + kept)
    view.rename(temporary, path)


class BufferedFile:
    """A file that is written through a buffer, as stdio does it."""

    __slots__ = ("_pieces", "_size", "stream")

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Take bytes; hand on what is more than the buffer holds."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size >= BUFFER:
            self.flush()

    def flush(self) -> None:
        """Hand everything on."""
        if self._size:
            self.stream.write(b"".join(self._pieces))
            self._pieces, self._size = [], 0
