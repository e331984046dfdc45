"""What all compressors do with their operands: a file becomes another file, or goes to standard output."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.programs.archive.codecs import COMPRESS, GZIP, Codec, GzipCompressor, detect
from minibuild.programs.archive.inflow import Inflow, inflow_of
from minibuild.programs.archive.outflow import Outflow

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process

_GZIP_SUFFIXES = (".gz", "-gz", ".z", "-z", "_z", ".tgz", ".taz", ".Z")


@dataclass(frozen=True, slots=True)
class Task:
    """What the command line asks for. `action`: compress, decompress, test or list."""

    codec: Codec
    action: str
    stdout: bool = False
    force: bool = False
    keep: bool = False
    quiet: bool = False
    verbose: int = 0
    level: int = 0
    suffix: str = ""
    recursive: bool = False
    named: bool = True  # gzip: the header tells name and time
    restore_name: bool = False
    output: str = ""
    any_format: bool = False  # formats of the other compressors are read too

    @property
    def unpacking(self) -> bool:
        """Whether compressed bytes are read."""
        return self.action != "compress"


@dataclass(slots=True)
class Amounts:
    """How many bytes went in and out; of gzip's, the time in the header (seconds; 0: none) and what is no
    data.
    """

    read: int = 0
    written: int = 0
    mtime: int = 0
    overhead: int = 18

    def saved(self, *, unpacking: bool) -> float:
        """The part that compression saves, in percent, without header and checksum."""
        long, short = (self.written, self.read) if unpacking else (self.read, self.written)
        return 100.0 * (long - (short - self.overhead)) / long if long else 0.0


def new_name(task: Task, path: str) -> str | None:
    """The name of the file that comes out; None when the name has no suffix that tells it."""
    suffix = task.suffix or task.codec.suffix
    if not task.unpacking:
        return path + suffix
    if task.suffix and path.endswith(task.suffix):
        return path[: -len(task.suffix)]
    for ending, instead in task.codec.suffixes.items():
        stem = path[: -len(ending)]
        if path.endswith(ending) and stem and not stem.endswith("/"):
            return stem + instead
    return None


def has_suffix(task: Task, path: str) -> bool:
    """Whether the name already looks compressed."""
    if task.codec is GZIP:
        return path.endswith((task.suffix or ".gz", *_GZIP_SUFFIXES))
    return path.endswith((task.suffix or task.codec.suffix, *task.codec.suffixes))


def transfer(
    process: Process, task: Task, source: Inflow, out: Outflow, header: tuple[bytes, int] = (b"", 0)
) -> Amounts:
    """Compress or unpack everything. `header` is the name and time that gzip tells. CodecError, OSError.

    Bytes that nobody knows go through as they are: what comes out is as little known.
    """
    start = source.position
    amounts = Amounts()
    source.peek(1)
    if process.view.opaque:
        while data := source.read_some():
            out.write(data)
    elif task.unpacking:
        codec = task.codec
        head = source.peek(10)
        if head[:2] == b"\x1f\x8b":
            amounts.mtime = int.from_bytes(head[4:8], "little")
            if head[3] & 8:
                amounts.overhead += source.peek(512)[10:].find(b"\0") + 1
        if task.any_format or codec is GZIP:
            found = detect(head)
            codec = found if found and (task.any_format or found is COMPRESS) else codec
        for data in codec.unpack(source):
            process.tick()
            out.write(data)
    else:
        amounts.overhead += len(header[0]) + 1 if header[0] else 0
        engine = GzipCompressor(task.level, *header) if task.codec is GZIP else task.codec.pack(task.level)
        while data := source.read_some():
            out.write(engine.compress(data))
        out.write(engine.flush())
    amounts.read, amounts.written = source.position - start, out.written
    return amounts


def test(process: Process, task: Task, source: Inflow) -> Amounts:
    """Unpack without keeping anything. CodecError when it can't be."""
    return transfer(process, task, source, _Nowhere(process, None))


class _Nowhere(Outflow):
    """Counts only."""

    def write(self, data: bytes) -> None:
        self.written += len(data)

    def close(self) -> None:
        """Nothing to do."""


def open_source(process: Process, path: str) -> Inflow:
    """A file (`-`: standard input) for reading. OSError."""
    return inflow_of(process, process.open_reader(path))


def keep_attributes(process: Process, path: str, stat: Stat, *, owner: bool = True) -> None:
    """Give the new file the mode, the time and, as far as that is allowed, the owner of the old one."""
    view = process.view
    view.utime(path, stat.mtime)
    if owner:
        try:
            view.chown(path, stat.uid, stat.gid)
        except OSError:
            with contextlib.suppress(OSError):
                view.chown(path, -1, stat.gid)
    view.chmod(path, stat.mode & 0o777)
