"""compress: adaptive LZW, as ncompress has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.codecs import COMPRESS, CodecError
from minibuild.programs.archive.compressing import Task, keep_attributes, new_name, open_source, transfer
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

OPTIONS = Options(
    "dfvcVrkb:C",
    usage="[-dfhvcVr] [-b maxbits] [--] [path ...]",
    help="  -d   decompress\n  -c   write on standard output\n  -f   overwrite\n  -v   say what is done",
    points_to_help=False,
)


@program("compress", options=OPTIONS)
def compress(process: Process) -> int:
    """`compress [-cdfv] [-b BITS] [FILE]...`"""
    opts, operands = OPTIONS.parse(process)
    bits = opts.text("b", "16")
    task = Task(
        COMPRESS,
        "decompress" if "d" in opts else "compress",
        stdout="c" in opts,
        force="f" in opts,
        verbose=opts.count("v"),
        level=min(max(int(bits), 9), 16) if bits.isdigit() else 16,
    )
    return max([_one(process, task, path) for path in operands or ["-"]])


def _one(process: Process, task: Task, path: str) -> int:
    view = process.view
    try:
        source = open_source(process, path)
        if path == "-" or task.stdout:
            out = Outflow(process, None)
            transfer(process, task, source, out)
            out.close()
            return 0
        name = new_name(task, path)
        if name is None or (not task.unpacking and path.endswith(".Z")):
            process.stderr.write(
                f"{path}: already has .Z suffix -- no change\n"
                if not task.unpacking
                else f"{path} - no .Z suffix\n"
            )
            return 1
        if view.lexists(name) and not task.force:
            process.stderr.write(f"{name} already exists.\n")
            return 1
        stat = view.stat(path)
        out = Outflow(process, process.open_stream(name, "w", 0o600))
        amounts = transfer(process, task, source, out)
        out.close()
    except OSError as error:
        process.stderr.write(f"{path}: {strerror(error)}\n")
        return 1
    except CodecError:
        process.stderr.write(f"{path}: not in compressed format\n")
        return 1
    if not task.unpacking and amounts.written >= amounts.read and not task.force:
        view.unlink(name)
        if task.verbose:
            process.stderr.write(f"{path}: -- no savings -- file unchanged\n")
        return 2
    keep_attributes(process, name, stat)
    view.unlink(path)
    return 0
