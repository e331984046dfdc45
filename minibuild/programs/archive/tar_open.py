"""The archive that tar reads: opened, unpacked when it is compressed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.codecs import Codec, detect
from minibuild.programs.archive.compression import (
    OPTION_OF,
    Child,
    asked_codec,
    program_is_there,
    refuse_program,
)
from minibuild.programs.archive.inflow import Inflow, inflow_from, inflow_of
from minibuild.programs.inputs import die
from minibuild.programs.options import is_busybox

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.archive.tar_options import CommandLine

NOT_RECOVERABLE = "Error is not recoverable: exiting now"
_MAGIC = 6


class Archive:
    """An archive that is open for reading. `child` is the decompressor beside it, or None.

    `opaque`: nobody knows what is in it.
    """

    __slots__ = ("child", "opaque", "source")

    def __init__(self, source: Inflow, child: Child | None, opaque: bool) -> None:
        self.source, self.child, self.opaque = source, child, opaque


def open_archive(process: Process, line: CommandLine, opened: Callable[[], None]) -> Archive:
    """Open the archive of the command line. What is wrong is said and ends the process.

    `opened` is called before anything is read: what fails there fails, whatever may be in the archive.
    """
    busybox = is_busybox(process)
    try:
        source = inflow_of(process, process.open_reader(line.archive))
        opened()
        codec = asked_codec(process, line)
        if codec is not None and not busybox:
            _need_program(process, codec)
        head = source.peek(_MAGIC)
    except OSError as error:
        if busybox:
            die(process, f"can't open '{line.archive}': {strerror(error)}")
        process.error(f"{line.archive}: Cannot open: {strerror(error)}")
        die(process, NOT_RECOVERABLE, 2)
    if process.view.opaque:
        return Archive(source, None, True)
    if codec is None:
        codec = _found_codec(process, head, seekable=line.archive != "-" or _seekable(process, busybox))
        if codec is not None and not busybox:
            _need_program(process, codec)
    if codec is None:
        return Archive(source, None, False)
    child = Child(process, codec, busybox=busybox)
    return Archive(inflow_from(process, child.pieces(source)), child, False)


def _need_program(process: Process, codec: Codec) -> None:
    """GNU's tar has other programs unpack; without one it can't go on."""
    if not program_is_there(process, codec):
        refuse_program(process, codec)
        end_after_child(process, 2)


def end_after_child(process: Process, status: int) -> NoReturn:
    """GNU tar's end when its compressor has failed."""
    process.error(f"Child returned status {status}")
    die(process, NOT_RECOVERABLE, 2)


def _seekable(process: Process, busybox: bool) -> bool:
    """Of standard input GNU's tar wants to be told; busybox looks if it can go back."""
    stream = process.descriptors.get(0)
    return busybox and stream is not None and stream.seekable


def _found_codec(process: Process, head: bytes, *, seekable: bool) -> Codec | None:
    """What the first bytes tell, where tar looks at them."""
    codec = detect(head)
    if codec is None:
        return None
    if is_busybox(process):
        return codec if seekable else None
    if not seekable:
        process.error(f"Archive is compressed. Use {OPTION_OF[codec.name]} option")
        die(process, NOT_RECOVERABLE, 2)
    return codec
