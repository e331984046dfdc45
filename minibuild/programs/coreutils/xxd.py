"""xxd: a hex dump, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import blocks, encode, number, open_input, open_output
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

XXD = Options(
    "l:s:ac:g:piro:u",
    usage="[-pri] [-g N] [-c N] [-l LEN] [-s OFS] [-o OFS] [FILE]",
    help="Hex dump FILE (or stdin)\n\n\t-p\tShow only hex bytes, assumes -c30\n"
    "\t-i\tC include file style\n\t-r\tReverse",
    most=2,
)


@program("xxd", options=XXD)
def xxd(process: Process) -> int:
    """`xxd [-pri] [-g N] [-c N] [-l LEN] [-s OFS] [-o OFS] [FILE [OUTFILE]]`"""
    opts, paths = XXD.parse(process)
    path = paths[0] if paths else "-"
    reader = open_input(process, path, "{}")
    if reader is None:
        return 1
    emit: Callable[[bytes], object] = process.stdout.write
    if len(paths) > 1:
        emit = open_output(process, paths[1]).write
    plain = "p" in opts
    width = (
        number(process, opts.text("c", "30" if plain else "12" if "i" in opts else "16"), low=0) or 1 << 20
    )
    if "r" in opts:
        emit(reverse_plain(reader) if plain else reverse(reader))
        return 0
    skip = int(opts.text("s", "0"), 0)
    left = number(process, opts.text("l")) if "l" in opts else -1
    for _ in blocks(process, reader, most=skip):
        pass
    if "i" in opts:
        emit(c_source(reader.read(left), path, width))
        return 0
    group = number(process, opts.text("g", "2"))
    offset = skip + int(opts.text("o", "0"), 0)
    upper = "u" in opts
    while block := take(reader, width if left < 0 else min(width, left)):
        left -= len(block) if left > 0 else 0
        digits = block.hex().upper() if upper else block.hex()
        emit(encode(f"{digits}\n") if plain else row(offset, block, digits, width, group))
        offset += len(block)
        process.tick(3)
    return 0


def take(reader: Reader, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end."""
    data = b""
    while len(data) < size and (piece := reader.read_some(size - len(data))):
        data += piece
    return data


def row(offset: int, block: bytes, digits: str, width: int, group: int) -> bytes:
    """`00000000: 6865 6c6c 6f  hello`"""
    step = 2 * (group or width)
    words = " ".join(digits[at : at + step] for at in range(0, len(digits), step))
    groups = -(-width // (group or width))
    room = 2 * width + groups
    text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in block)
    return f"{offset:08x}: {words:<{room}} {text}\n".encode("latin-1")


def c_source(data: bytes, path: str, width: int) -> bytes:
    """An array of C."""
    items = [f"0x{byte:02x}" for byte in data]
    rows = [", ".join(items[at : at + width]) for at in range(0, len(items), width)]
    if path == "-":
        return encode("".join(f"  {text},\n" for text in rows))
    name = re.sub(r"[^A-Za-z0-9]", "_", path)
    body = "".join(f"  {text},\n" for text in rows)
    return encode(f"unsigned char {name}[] = {{\n{body}}};\nunsigned int {name}_len = {len(data)};\n")


def reverse_plain(reader: Reader) -> bytes:
    """Pairs of hex digits to bytes, over blanks and lines; another character is passed over, with a digit
    before it.
    """
    text = re.sub(rb"\s+", b"", reader.read())
    pieces = re.findall(rb"[0-9A-Fa-f]{2}|[0-9A-Fa-f]?[^0-9A-Fa-f]", text)
    pairs = [piece for piece in pieces if re.fullmatch(rb"[0-9A-Fa-f]{2}", piece)]
    return bytes.fromhex(b"".join(pairs).decode("ascii"))


def reverse(reader: Reader) -> bytes:
    """A dump to bytes: each line goes to its offset."""
    data = bytearray()
    for line in reader:
        match = re.match(rb"\s*([0-9A-Fa-f]+):((?: ?[0-9A-Fa-f]{2})*)", line)
        if match is None:
            continue
        offset, piece = int(match[1], 16), bytes.fromhex(match[2].decode("ascii"))
        data.extend(bytes(max(0, offset - len(data))))
        data[offset : offset + len(piece)] = piece
    return bytes(data)
