"""factor: numbers as products of primes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, quoted
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process

FACTOR = Options("", usage="[NUMBER]...", help="Print prime factors")


@program("factor", options=FACTOR)
def factor(process: Process) -> int:
    """`factor [NUMBER]...`; without operands the numbers are words of standard input."""
    _, operands = FACTOR.parse(process)
    status = 0
    for word in operands or [word for line in process.stdin for word in decode(line).split()]:
        text = word.lstrip().removeprefix("+")
        if not (text.isascii() and text.isdigit()) or int(text) >= 1 << 64:
            if is_busybox(process):
                FACTOR.fail(process)
            process.error(f"{quoted(word)} is not a valid positive integer")
            status = 1
            continue
        process.stdout.write(f"{int(text)}:{''.join(f' {prime}' for prime in primes(process, int(text)))}\n")
    return status


def primes(process: Process, number: int) -> Iterator[int]:
    """The prime factors of a number, from small to large."""
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            yield divisor
            number //= divisor
        divisor += 1 if divisor == 2 else 2
        if not divisor & 0xFFF:
            process.tick()
    if number > 1:
        yield number
