"""printf of awk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.text.awk_mathematics import integer
from minibuild.programs.text.awk_nodes import AwkError
from minibuild.programs.text.awk_values import UNSET, Value, looks_numeric, to_number
from minibuild.programs.text.memory import joined

if TYPE_CHECKING:
    from minibuild.programs.text.awk_machine import Machine

DIRECTIVE = re.compile(rb"%([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?[hlLqjzt]*([a-zA-Z%]?)", re.DOTALL)
WIDEST = 1 << 20


def format_values(machine: Machine, pattern: bytes, values: list[Value]) -> bytes:
    """The text that printf makes of a format and values; what is missing is empty."""
    out: list[bytes] = []
    at, used = 0, 0
    busybox = machine.dialect.busybox

    def take() -> Value:
        nonlocal used
        used += 1
        if used > len(values) and not busybox:
            raise AwkError(
                f"not enough arguments passed to printf({pattern.decode('utf-8', 'surrogateescape')!r})"
            )
        return values[used - 1] if used <= len(values) else UNSET

    while (place := pattern.find(b"%", at)) >= 0:
        out.append(pattern[at:place])
        match = DIRECTIVE.match(pattern, place)
        assert match is not None
        flags, width, precision, letter = match.groups()
        at = match.end()
        if letter == b"%":
            out.append(b"%" if match[0] == b"%%" else match[0])
            continue
        if letter not in b"diouxXeEfFgGaAcs" or not letter:
            if busybox:
                raise AwkError("Invalid format specifier")
            out.append(match[0])
            continue
        if b"*" in (width, precision) and busybox:
            raise AwkError("%*x formats are not supported")
        if width == b"*":
            number = integer(to_number(take()))
            flags, width = (flags + b"-", b"%d" % -number) if number < 0 else (flags, b"%d" % number)
        if precision == b"*":
            precision = b"%d" % max(integer(to_number(take())), 0)
        if int(width or b"0") > WIDEST or int(precision or b"0") > WIDEST:
            raise AwkError("Out of memory")
        head = b"%" + flags + width + (b"" if precision is None else b"." + precision)
        out.append(_one(machine, head, letter, take()))
    out.append(pattern[at:])
    return joined(b"", out)


def _one(machine: Machine, head: bytes, letter: bytes, value: Value) -> bytes:
    """One directive: `head` is all of it but the letter."""
    if letter == b"s":
        return (head + b"s") % machine.to_text(value)
    if letter == b"c":
        return _padded(head, _character(value))
    number = to_number(value)
    if letter in b"diouxX":
        return _integer(machine, head, letter, number)
    if number != number or number in (float("inf"), float("-inf")):
        return _padded(head, _word(number))
    return (head + letter) % number


def _padded(head: bytes, text: bytes) -> bytes:
    """Text in the width that a directive asks for; zeros and precisions are for numbers."""
    flags = head[1:].partition(b".")[0]
    digits = flags.lstrip(b"-+ #0")
    return ((b"%-" if b"-" in flags else b"%") + digits + b"s") % text


def _word(number: float) -> bytes:
    """What stands for a number that is none."""
    return b"nan" if number != number else b"inf" if number > 0 else b"-inf"


def _character(value: Value) -> bytes:
    """What %c prints: the first byte of a string, the byte of a number."""
    if looks_numeric(value) and (value.__class__ is float or value):
        return bytes((integer(to_number(value)) & 255,))
    assert isinstance(value, bytes)
    return value[:1] or b"\0"


def _integer(machine: Machine, head: bytes, letter: bytes, number: float) -> bytes:
    """The integer directives: busybox has ints of 32 bits, the others of 64."""
    if number != number or number in (float("inf"), float("-inf")):
        if not machine.dialect.busybox:
            return _padded(head, _word(number))
        whole = -(1 << 31)
    else:
        whole = int(number)
    if machine.dialect.busybox and not -(1 << 31) <= whole < 1 << 31:
        whole = -(1 << 31)
    if letter in b"di":
        return (head + b"d") % whole
    if whole < 0:
        whole += 1 << (32 if machine.dialect.busybox else 64)
    if letter == b"o" and b"#" in head:
        return (head.replace(b"#", b"") + b"s") % (b"0%o" % whole)
    return (head + (b"d" if letter == b"u" else letter)) % whole
