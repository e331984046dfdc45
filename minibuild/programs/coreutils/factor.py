"""factor: numbers as products of primes."""

from __future__ import annotations

from itertools import count
from math import gcd
from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode, quoted
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

SMALL = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
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


def primes(process: Process, number: int) -> list[int]:
    """The prime factors of a number, from small to large."""
    found: list[int] = []
    for divisor in SMALL if number else ():
        while number % divisor == 0:
            found.append(divisor)
            number //= divisor
    ahead = [number] if number > 1 else []
    while ahead:
        part = ahead.pop()
        process.tick()
        if is_prime(part):
            found.append(part)
        else:
            divisor = proper_divisor(process, part)
            ahead += [divisor, part // divisor]
    return sorted(found)


def is_prime(number: int) -> bool:
    """Miller's test, with the bases that decide it for all numbers below 2**64."""
    if number in SMALL:
        return True
    odd, twos = number - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    for base in SMALL:
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def proper_divisor(process: Process, number: int) -> int:
    """A divisor of a number that is not prime (Pollard's rho)."""
    for step in count(1):
        slow = fast = 2
        while True:
            process.tick()
            slow = (slow * slow + step) % number
            fast = (fast * fast + step) % number
            fast = (fast * fast + step) % number
            common = gcd(slow - fast, number)
            if common == number:
                break
            if common > 1:
                return common
    raise AssertionError
