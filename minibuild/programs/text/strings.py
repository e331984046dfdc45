"""strings: printable text in binary files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import encode, number
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

STRINGS = Options(
    "afn:ot:0123456789",
    gnu_short="0123456789",
    long={"all": "a", "bytes=": "n", "radix=": "t", "print-file-name": "f"},
    usage="[-fo] [-t o|d|x] [-n LEN] [FILE]...",
    help="""
Display printable strings in a binary file

	-f		Precede strings with filenames
	-o		Precede strings with octal offsets
	-t o|d|x	Precede strings with offsets in base 8/10/16
	-n LEN		At least LEN characters form a string (default 4)
""",
)
LAYOUTS = {"o": "%7o ", "d": "%7d ", "x": "%7x "}


@program("strings", options=STRINGS)
def strings(process: Process) -> int:
    """`strings [-f] [-o | -t RADIX] [-n LENGTH] [FILE...]`"""
    opts, operands = STRINGS.parse(process)
    digits = "".join(key for key, _ in opts.given if key.isdigit())
    least = number(process, opts.get("n") or digits or "4", low=1)
    radix = "o" if "o" in opts else opts.get("t")
    if radix is not None and radix not in LAYOUTS:
        STRINGS.fail(process)
    pattern = re.compile(rb"[\t -~]{%d,}" % min(least, 1 << 20))
    inputs = Inputs(process, operands)
    for name, reader in inputs.readers():
        head = encode(f"{'{standard input}' if name == '-' else name}: ") if "f" in opts else b""
        try:
            data = reader.read()
        except OSError as error:
            inputs.failed(name, error)
            continue
        process.tick(1 + len(data) // 10_000)
        for match in pattern.finditer(data):
            place = (LAYOUTS[radix] % match.start()).encode() if radix is not None else b""
            process.stdout.write(head + place + match[0] + b"\n")
    return inputs.status
