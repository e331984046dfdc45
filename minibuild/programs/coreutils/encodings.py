"""base64 and base32."""

from __future__ import annotations

import base64 as codec
import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import blocks, die, number, open_input
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

BASE64 = Options(
    "diw:",
    long={"decode": "d", "ignore-garbage": "i", "wrap=": "w"},
    usage="[-d] [-w COL] [FILE]",
    help="Encode or decode FILE to standard output\n\n\t-d\tDecode data\n"
    "\t-w COL\tWrap lines at COL (default 76)",
    most=1,
    gnu_long="*",
)
FOREIGN = {4: re.compile(rb"[^A-Za-z0-9+/=]+"), 8: re.compile(rb"[^A-Z2-7=]+")}


@program("base64", "base32", options=BASE64)
def base64(process: Process) -> int:
    """`base64 [-d] [-w COL] [FILE]`"""
    opts, paths = BASE64.parse(process)
    thirty_two = program_name(process) == "base32"
    width = number(process, opts.text("w", "76"))
    reader = open_input(process, paths[0] if paths else "-", "{}")
    if reader is None:
        return 1
    if "d" in opts:
        strict = not is_busybox(process) and "i" not in opts
        return decode(process, reader, 8 if thirty_two else 4, strict=strict)
    return encode(process, reader, 5 if thirty_two else 3, width)


def encode(process: Process, reader: Reader, group: int, width: int) -> int:
    """Encode groups of 3 (or 5) bytes, in lines of `width` characters; 0: one endless line without a newline.
    """
    encoder = codec.b32encode if group == 5 else codec.b64encode
    pending = line = b""
    while True:
        block = reader.read_some(1 << 16)
        pending += block
        whole = len(pending) - len(pending) % group if block else len(pending)
        text = line + encoder(pending[:whole])
        pending = pending[whole:]
        if width:
            full = len(text) - len(text) % width
            rows = [text[at : at + width] for at in range(0, full, width)]
            process.stdout.write(b"".join([row + b"\n" for row in rows]))
            line = text[full:]
        else:
            process.stdout.write(text)
        if not block:
            break
        process.tick(1 + (len(block) >> 11))
    process.stdout.write(line + b"\n" if line else b"")
    return 0


def decode(process: Process, reader: Reader, group: int, *, strict: bool) -> int:
    """Decode groups of 4 (or 8) characters; others than these and line ends are passed over, or, when
    `strict`, an error.

    A group without its end is an error, too.
    """
    decoder = codec.b32decode if group == 8 else codec.b64decode
    pending, wrong = b"", False
    for block in blocks(process, reader):
        if strict:
            foreign = FOREIGN[group].search(block.replace(b"\n", b"").replace(b"\r", b""))
            wrong = foreign is not None
            block = block.replace(b"\n", b"")[: foreign.start()] if foreign else block
        pending += FOREIGN[group].sub(b"", block)
        whole = len(pending) - len(pending) % group
        # Padding ends one of several texts that were joined.
        for piece in re.findall(rb"[^=]+=*", pending[:whole]):
            process.stdout.write(decoder(piece + b"=" * (-len(piece) % group)))
        pending = pending[whole:]
        if wrong:
            break
    if pending.strip(b"=") or wrong:
        rest = pending.strip(b"=")
        if strict and len(rest) % group > 1 and group == 4:
            process.stdout.write(decoder(rest + b"=" * (-len(rest) % group)))
        die(process, "truncated input", gnu="invalid input")
    return 0
