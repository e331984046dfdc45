"""ascii: the table of ASCII, in eight columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

NAMES = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS HT NL VT FF CR SO SI"
    " DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)


@program("ascii")
def ascii_(process: Process) -> int:
    """`ascii`"""
    names = {**dict(enumerate(NAMES.split())), 127: "DEL"}
    heads = [
        "Dec Hex   ",
        "Dec Hex   ",
        "Dec Hex ",
        "Dec Hex ",
        "Dec Hex ",
        "Dec Hex  ",
        "Dec Hex  ",
        "Dec Hex",
    ]
    lines = [" ".join(heads)]
    for row in range(16):
        cells = []
        for column in range(8):
            code = column * 16 + row
            width = (3, 3, 1, 1, 1, 2, 2, 1)[column]
            cells.append(f"{code:3d} {code:02x} {names.get(code, chr(code)):<{width}}")
        lines.append(" ".join(cells).rstrip())
    process.stdout.write("\n".join(lines) + "\n")
    return 0
