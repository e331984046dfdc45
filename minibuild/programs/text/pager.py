"""less, more and pg, which only copy here, and editors, which need a terminal that there is none of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.options import Options, program_name
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

PAGER = Options("EFIMmNSRXeGK~fqsn", usage="[FILE]...", help="View FILE (or stdin) one screenful at a time")


@program("less", "more", "pg", options=PAGER)
def page(process: Process) -> int:
    """`less [FILE...]`: without a terminal all of it is copied."""
    _, operands = PAGER.parse(process)
    inputs = Inputs(process, operands, "can't open '{}'")
    for data in inputs.contents():
        process.stdout.write(data)
    return inputs.status


@program("vi", "vim", "nano", "emacs", "joe", "mcedit")
def edit(process: Process) -> int:
    """An editor for people: it asks for a terminal."""
    if program_name(process) == "vi":
        die(process, "can't get terminal attributes: Not a tty")
    die(process, "standard input is not a terminal")
