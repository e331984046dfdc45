"""open(2) for everything that is not simply a regular file: directories, devices, fifos, `/dev/fd`."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem import Device, Fifo, SpecialFile
from minibuild.filesystem.errors import fail
from minibuild.kernel.pipes import PipeBoth
from minibuild.kernel.streams import DirectoryStream

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream

_OWN = {"/dev/stdin": "0", "/dev/stdout": "1", "/dev/stderr": "2"}
_DIRECTORIES = ("/dev/fd/", "/proc/self/fd/")


def open_stream(process: Process, path: str, mode: str, permissions: int = 0o666) -> Stream:
    """An open stream that no descriptor points to yet. OSError as open(2) gives it."""
    number = _descriptor(path)
    if number is not None:
        stream = process.descriptors.get(number)
        if stream is None:
            raise fail(errno.ENOENT, path)
        return stream
    try:
        return process.view.open(path, mode, permissions)
    except IsADirectoryError:
        if mode != "r":
            raise
        return DirectoryStream()
    except SpecialFile as special:
        linked = _descriptor(special.path)
        if linked is not None and special.path != path:
            return open_stream(process, special.path, mode, permissions)  # a link led to /proc/self/fd
        if isinstance(special.node, Fifo):
            return _open_fifo(process, special, mode)
        if isinstance(special.node, Device) and special.node.device == "char":
            device = process.system.device(special.node.major, special.node.minor)
            if device is not None:
                return device
        raise fail(errno.ENXIO, path) from None


def _descriptor(path: str) -> int | None:
    """The number that `/dev/fd/N` and its kin name, or None."""
    if not path.startswith(("/dev/", "/proc/")):
        return None
    text = _OWN.get(path)
    if text is None:
        for directory in _DIRECTORIES:
            if path.startswith(directory):
                text = path[len(directory) :]
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


def _open_fifo(process: Process, special: SpecialFile, mode: str) -> Stream:
    """An end of a named pipe; waits for the other end, as open(2) does."""
    pipe = process.system.fifo(special.node, special.path)
    scheduler = process.system.scheduler
    process.flush()
    if mode == "r":
        reader = pipe.reader()
        while not pipe.writers and not pipe.buffer:
            scheduler.wait(pipe.waiting)
        return reader
    if mode in ("rw", "r+"):
        return PipeBoth(pipe)
    writer = pipe.writer()
    while not pipe.readers:
        scheduler.wait(pipe.waiting)
    return writer
