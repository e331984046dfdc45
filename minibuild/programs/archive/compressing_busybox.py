"""The compressors of busybox: one way for all formats, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.codecs import BZIP2, GZIP, LZMA, XZ, Codec, CodecError
from minibuild.programs.archive.compressing import Task, new_name, open_source, test, transfer
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.options import Options

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_SUFFIXES = {
    "gzip": {".gz": "", ".tgz": ".tar", ".Z": ""},
    "bzip2": {".bz2": "", ".tbz": ".tar", ".tbz2": ".tar"},
}
_COMMON = "\n\t-c\tWrite to stdout\n\t-f\tForce\n\t-k\tKeep input files\n\t-t\tTest integrity"
_LONG = {"stdout": "c", "to-stdout": "c", "force": "f", "verbose": "v", "decompress": "d", "uncompress": "d",
         "test": "t", "quiet": "q", "fast": "1", "best": "9", "no-name": "n", "keep": "k"}  # fmt: skip
GZIP_OPTIONS = Options(
    "cfkvdtqn123456789",
    long=_LONG,
    usage="[-cfkdt123456789] [FILE]...",
    help=f"Compress FILEs (or stdin)\n\n\t-1..9\tCompression level\n\t-d\tDecompress{_COMMON}",
)
BZIP2_OPTIONS = Options(
    "cfkvdtqsz123456789",
    long=_LONG,
    usage="[-cfkdt123456789] [FILE]...",
    help=f"Compress FILEs (or stdin) with bzip2 algorithm\n\n\t-1..9\tCompression level\n"
    f"\t-d\tDecompress{_COMMON}",
)
XZ_OPTIONS = Options(
    "cfkvdtqT:",
    long=_LONG,
    usage="-d [-cfk] [FILE]...",
    help=f"Decompress FILEs (or stdin)\n\n\t-d\tDecompress{_COMMON}",
)
UNPACK_OPTIONS = Options(
    "cfkvdtqn", long=_LONG, usage="[-cfkt] [FILE]...", help=f"Decompress FILEs (or stdin)\n{_COMMON}"
)
CAT_OPTIONS = Options("cfkvdtqn", long=_LONG, usage="[FILE]...", help="Decompress to stdout")
_ALONE = {"gzip": GZIP_OPTIONS, "bzip2": BZIP2_OPTIONS, "xz": XZ_OPTIONS, "lzma": XZ_OPTIONS}


def run(process: Process, codec: Codec, role: str) -> int:
    """`role`: "" for the compressor, "un" for its inverse, "cat" for what writes to standard output."""
    options = {"un": UNPACK_OPTIONS, "cat": CAT_OPTIONS}.get(role) or _ALONE.get(codec.name, UNPACK_OPTIONS)
    opts, operands = options.parse(process)
    unpacking = role != "" or opts.any("d", "t")
    if not unpacking and codec in (XZ, LZMA):
        options.fail(process)
    level = opts.last(*"123456789")
    task = Task(
        codec,
        "test" if "t" in opts else "decompress" if unpacking else "compress",
        stdout=role == "cat" or "c" in opts,
        force="f" in opts,
        keep="k" in opts,
        verbose=opts.count("v"),
        level=int(level) if level else codec.level,
        any_format=role == "cat" and codec is GZIP,
    )
    status = 0
    for path in operands or ["-"]:
        status = max(status, _one(process, task, path))
    return status


def _one(process: Process, task: Task, path: str) -> int:
    """Compress or unpack one file."""
    if path != "-":
        try:
            process.view.stat(path)
        except OSError as error:
            return _failed(process, f"{path}: {strerror(error)}")
    try:
        source = open_source(process, path)
    except OSError as error:
        return _failed(process, f"can't open '{path}': {strerror(error)}")
    if task.action == "test":
        try:
            test(process, task, source)
        except CodecError as error:
            return _bad(process, task, error)
        return 0
    if path == "-" or task.stdout:
        out = Outflow(process, None)
        try:
            transfer(process, task, source, out)
        except CodecError as error:
            return _bad(process, task, error, out)
        except OSError as error:
            return _failed(process, f"read error: {strerror(error)}")
        out.close()
        return 0
    return _replace(process, task, path)


def _replace(process: Process, task: Task, path: str) -> int:
    """Put the result beside the file, which then goes."""
    view = process.view
    name = _new_name(task, path)
    if name is None:
        return _failed(process, f"{path}: unknown suffix - ignored")
    if task.force and view.lexists(name):
        view.unlink(name)
    try:
        stream = process.open_stream(name, "x", view.stat(path).mode)
    except OSError as error:
        return _failed(process, f"can't open '{name}': {strerror(error)}")
    out = Outflow(process, stream)
    try:
        amounts = transfer(process, task, open_source(process, path), out)
        out.close()
    except CodecError as error:
        view.unlink(name)
        return _bad(process, task, error)
    except OSError as error:
        view.unlink(name)
        return _failed(process, f"read error: {strerror(error)}")
    if task.codec is GZIP and amounts.mtime and task.unpacking:
        view.utime(name, amounts.mtime * 10**9)
    if task.keep:
        return 0
    try:
        view.unlink(path)
    except OSError as error:
        return _failed(process, f"can't remove file '{path}': {strerror(error)}")
    if task.verbose:
        # As busybox counts it: of what unpacking read, or bzip2 made; gzip never tells how much it made.
        counted = 0 if task.codec is GZIP and not task.unpacking else amounts.written
        share = (100 - (100 * amounts.read // counted if counted else 0)) & 0xFFFFFFFF
        process.stderr.write(f"{path}: {share}% - replaced with {name}\n")
    return 0


def _new_name(task: Task, path: str) -> str | None:
    endings = _SUFFIXES.get(task.codec.name)
    if not task.unpacking or endings is None:
        return new_name(task, path)
    for ending, instead in endings.items():
        if path.endswith(ending) and len(path) > len(ending):
            return path[: -len(ending)] + instead
    return None


def _bad(process: Process, task: Task, error: CodecError, out: Outflow | None = None) -> int:
    """Say what is wrong with the stream; what came before the damage has gone out."""
    if out is not None:
        out.close()
    codec, what = task.codec, error.what
    if what == "garbage" or (codec is XZ and what in ("magic", "empty")):
        return 0
    if codec is BZIP2:
        words = {"magic": "invalid magic", "empty": "invalid magic", "format": "CRC error"}.get(
            what, "bunzip error -3"
        )
    elif codec is LZMA:
        words = {"end": "unexpected EOF", "format": "corrupted data"}.get(what, "bad lzma header")
    elif codec is XZ:
        words = "corrupted data"
    elif task.any_format:
        unknown = "no gzip/bzip2/xz magic"
        words = {"magic": unknown, "empty": "short read", "end": "short read"}.get(what, "crc error")
    else:
        known = {"magic": "invalid magic", "empty": "invalid magic", "end": "unexpected end of file"}
        words = known.get(what, "crc error")
    return _failed(process, words)


def _failed(process: Process, words: str) -> int:
    process.error(words)
    return 1
