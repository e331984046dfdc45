"""envsubst: variables of the environment put into a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

ENVSUBST = Options(
    "vV",
    long={"variables": "v", "version": "V"},
    usage="[OPTION] [SHELL-FORMAT]",
    help="Substitutes the values of environment variables.",
    most=1,
)
VARIABLE = re.compile(rb"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


@program("envsubst", options=ENVSUBST)
def envsubst(process: Process) -> int:
    """`envsubst [-v] [SHELL-FORMAT]`: $NAME and ${NAME}, only those that the format names when there is one.
    """
    opts, operands = ENVSUBST.parse(process)
    wanted = None
    if operands:
        wanted = [match[1] or match[2] for match in VARIABLE.finditer(encode(operands[0]))]
    if "v" in opts:
        process.stdout.write(b"".join(name + b"\n" for name in wanted or []))
        return 0

    def value(match: re.Match[bytes]) -> bytes:
        name = match[1] or match[2]
        if wanted is not None and name not in wanted:
            return match[0]
        return encode(process.env.get(decode(name), ""))

    for line in process.stdin:
        process.stdout.write(VARIABLE.sub(value, line))
    return 0
