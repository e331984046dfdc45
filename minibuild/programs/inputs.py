"""What programs do alike with their operands: open an input, or say why not; read a number, or refuse it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.content import OPAQUE_MARK
from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.kernel.process import ProcessExit
from minibuild.programs.options import is_busybox, program_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader, Stream

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
_SPECIAL = re.compile(r"""[\s!"$&'()*;<=>?\[\\^`{|}]|[^ -~\x80-\U0010ffff]""")
# Suffixes of numbers, as busybox's tables of the same names: sizes of head and tail, of dd and truncate,
# plain kilobytes.
BKM = {"b": 512, "k": 1 << 10, "K": 1 << 10, "m": 1 << 20, "M": 1 << 20}
SIZES = {
    "c": 1, "w": 2, "b": 512, "kB": 1000, "kD": 1000, "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10,
    "MB": 10**6, "MD": 10**6, "M": 1 << 20, "m": 1 << 20, "MiB": 1 << 20,
    "GB": 10**9, "GD": 10**9, "G": 1 << 30, "g": 1 << 30, "GiB": 1 << 30,
    "T": 1 << 40, "TB": 10**12, "P": 1 << 50, "E": 1 << 60,
}  # fmt: skip


def report(
    process: Process, message: str, path: str, error: OSError | None = None, gnu: str | None = None
) -> None:
    """Say `NAME: message: reason` of a file, as busybox words it, or as GNU's program does.

    `message` holds `{}` or `'{}'` for the path. GNU's wording is `gnu`, else the same with "cannot" for
    "can't"; its names are quoted so that a shell could read them: always in place of `'{}'`, where needed in
    place of `{}`.
    """
    if is_busybox(process):
        text = message.replace("{}", path)
    else:
        text = gnu or message.replace("can't", "cannot")
        text = text.replace("'{}'", quoted(path)) if "'{}'" in text else text.replace("{}", shell_name(path))
    process.error(f"{text}: {strerror(error)}" if error is not None else text)


def quoted(name: str) -> str:
    """A name in quotes, as GNU's messages have it."""
    if not name.isprintable():
        pieces = re.split(r"([^ -~\x80-\U0010ffff]+)", name)
        text = "".join(
            "$'" + "".join(_ESCAPES.get(c, f"\\{ord(c):03o}") for c in piece) + "'"
            if at % 2
            else f"'{piece}'"
            for at, piece in enumerate(pieces)
        )
        return text.removesuffix("''") if len(pieces) > 1 else text
    if "'" not in name:
        return f"'{name}'"
    return f'"{name}"' if not set(name) & set('"$`\\!') else "'" + name.replace("'", "'\\''") + "'"


def shell_name(name: str) -> str:
    """A name as it is, in quotes only where a shell would need them."""
    return name if name and not _SPECIAL.search(name) and name[0] not in "#~" else quoted(name)


def open_input(
    process: Process, path: str, message: str = "can't open '{}'", gnu: str | None = None
) -> Reader | None:
    """A reader of the file (`-`: standard input), or None after "NAME: can't open 'x': reason"; see `report`.
    """
    try:
        return process.open_reader(path)
    except OSError as error:
        report(process, message, path, error, gnu)
        return None


def open_output(process: Process, path: str, mode: str = "w", permissions: int = 0o666) -> Stream:
    """The file or device for writing; modes as `View.open` has them. OSError as open(2) gives it."""
    return process.open_stream(path, mode, permissions)


def blocks(process: Process, reader: Reader, size: int = 1 << 16, most: int = -1) -> Iterator[bytes]:
    """Everything of a reader, at most `most` bytes unless that is negative, block by block; counted as work.
    """
    while most and (block := reader.read_some(size if most < 0 else min(size, most))):
        process.tick(1 + (len(block) >> 12))
        if most > 0:
            most -= len(block)
        yield block


def close_output(stream: Stream) -> None:
    """Done with what `open_output` gave; what a descriptor points to stays open."""
    if not stream.references:
        stream.close()


def die(process: Process, message: str, status: int = 1, gnu: str | None = None) -> NoReturn:
    """Report and leave the program; `gnu` is how GNU's program words it."""
    process.error(message if gnu is None or is_busybox(process) else gnu)
    raise ProcessExit(status)


def confirm(process: Process, question: str) -> bool:
    """Ask on stderr, read a line of stdin: does it begin with y?"""
    process.stderr.write(f"{program_name(process)}: {question}")
    return process.stdin.readline()[:1] in (b"y", b"Y")


def is_unknown(process: Process, text: str) -> bool:
    """Does a word come from something that nobody knows? Then whatever is done with it is assumed."""
    if OPAQUE_MARK not in text:
        return False
    process.system.fidelity.note(
        Fidelity.ASSUMED, f"a word that {program_name(process)} is given is not known"
    )
    return True


def number(
    process: Process,
    text: str,
    suffixes: Mapping[str, int] | None = None,
    *,
    low: int = 0,
    high: int = (1 << 64) - 1,
    what: str = "number",
) -> int:
    """A decimal number in low..high, perhaps with a suffix; the program ends with "invalid number" otherwise.

    `what` is what GNU's program calls it. A word that nobody knows is taken for the smallest number there is.
    """
    if is_unknown(process, text):
        return max(low, 1)
    digits = text.removeprefix("-") if low < 0 else text
    tail = digits.lstrip("0123456789")
    factor = 1 if not tail else (suffixes or {}).get(tail, 0)
    body = digits[: len(digits) - len(tail)]
    gnu = f"invalid {what}: {quoted(text)}"
    if not body or not factor or not body.isascii():
        die(process, f"invalid number '{text}'", 1, gnu)
    value = int(body) * factor * (-1 if digits is not text and len(digits) < len(text) else 1)
    if not low <= value <= high:
        die(process, f"number {text} is not in {low}..{high} range", 1, gnu)
    return value


def encode(text: str) -> bytes:
    """The bytes of a simulated word: UTF-8, bytes that are none of it as surrogates."""
    return text.encode("utf-8", "surrogateescape")


def decode(data: bytes) -> str:
    """The inverse of encode."""
    return data.decode("utf-8", "surrogateescape")
