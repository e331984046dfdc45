"""rpm2cpio: the archive within an RPM package (the lead, two headers, then a compressed cpio archive)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.archive.codecs import CodecError, detect, unpacked
from minibuild.programs.archive.inflow import inflow_of
from minibuild.programs.inputs import die, open_input
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

RPM2CPIO = Options("", usage="PACKAGE.rpm", help="Output a cpio archive of the rpm file", most=1)
_LEAD, _MAGIC = b"\xed\xab\xee\xdb", b"\x8e\xad\xe8"
_LARGEST_HEADER = 1 << 28


@program("rpm2cpio", options=RPM2CPIO)
def rpm2cpio(process: Process) -> int:
    """`rpm2cpio [PACKAGE.rpm]`"""
    _, operands = RPM2CPIO.parse(process)
    reader = open_input(process, operands[0] if operands else "-")
    if reader is None:
        return 1
    source = inflow_of(process, reader)
    lead = source.read(96)
    if process.view.opaque:
        process.stdout.write(lead)
        return 0
    if not lead.startswith(_LEAD):
        if is_busybox(process):
            die(process, "invalid RPM magic")
        die(process, "argument is not an RPM package")
    size = _pass_header(process, source)
    source.skip(-size % 8)  # the signatures fill up to eight bytes
    _pass_header(process, source)
    codec = detect(source.peek(6))
    archive = source if codec is None else unpacked(process, codec, source)
    try:
        while data := archive.read_some():
            process.stdout.write(data)
    except CodecError:
        die(process, "corrupted data")
    return 0


def _pass_header(process: Process, source: Inflow) -> int:
    """Pass over a header; its size."""
    head = source.read(16)
    if not head.startswith(_MAGIC) or len(head) < 16:
        die(
            process,
            "invalid RPM header magic" if is_busybox(process) else "error reading header from package",
        )
    entries, size = int.from_bytes(head[8:12], "big"), int.from_bytes(head[12:16], "big")
    if entries > 1 << 20 or size > _LARGEST_HEADER:
        die(process, "invalid RPM header magic")
    source.skip(16 * entries + size)
    return size
