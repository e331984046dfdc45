"""Small programs that only read and write streams: true, false, yes, tee, seq, printenv, wc."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import (
    blocks,
    close_output,
    encode,
    is_unknown,
    open_input,
    open_output,
    quoted,
    report,
)
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

TEE = Options(
    "aip",
    gnu_short="p",
    long={"append": "a", "ignore-interrupts": "i", "output-error=?": "p"},
    usage="[-ai] [FILE]...",
    help="Copy stdin to each FILE, and also to stdout",
    gnu_long="*",
)
SEQ = Options(
    "+ws:f:",
    gnu_short="f",
    long={"equal-width": "w", "separator=": "s", "format=": "f"},
    usage="[-w] [-s SEP] [FIRST [INC]] LAST",
    help="Print numbers from FIRST to LAST, in steps of INC.\nFIRST, INC default to 1.",
    least=1,
    most=3,
    gnu_long="*",
)
PRINTENV = Options(
    "+0",
    long={"null": "0"},
    usage="[VARIABLE]...",
    help="Print environment VARIABLEs",
    gnu_long="*",
)
WC = Options(
    "clwLm",
    long={"bytes": "c", "chars": "m", "lines": "l", "words": "w", "max-line-length": "L"},
    usage="[-cmlwL] [FILE]...",
    help="Count lines, words, and bytes for FILEs (or stdin)",
    gnu_long="*",
)
# What a word of wc is made of: printable ASCII; other bytes neither make a word nor end one. \r and \f end a
# line's width.
UNPRINTABLE = bytes(byte for byte in range(256) if not (32 <= byte < 127 or 9 <= byte <= 13))
BREAKS = bytes(10 if byte in (12, 13) else byte for byte in range(256))
CONTINUATION = bytes(range(0x80, 0xC0))


@program("true", ":")
def true(process: Process) -> int:  # noqa: ARG001  every program takes its process
    """Succeed."""
    return 0


@program("false")
def false(process: Process) -> int:  # noqa: ARG001
    """Fail."""
    return 1


@program("yes")
def yes(process: Process) -> int:
    """`yes [STRING]...`: the line, again and again, until nobody reads it."""
    line = encode(" ".join(process.argv[1:]) or "y") + b"\n"
    block = line * max(1, 8192 // len(line))
    while True:
        process.stdout.write(block)
        process.tick(1 + (len(block) >> 12))


@program("tee", options=TEE)
def tee(process: Process) -> int:
    """`tee [-ai] [FILE]...`"""
    opts, paths = TEE.parse(process)
    status = 0
    outputs = []
    for path in paths:
        try:
            outputs.append(open_output(process, path, "a" if "a" in opts else "w"))
        except OSError as error:
            report(process, "{}", path, error)
            status = 1
    for block in blocks(process, process.stdin):
        process.stdout.write(block)
        for output in outputs:
            output.write(block)
    for output in outputs:
        close_output(output)
    return status


@program("seq", options=SEQ)
def seq(process: Process) -> int:
    """`seq [-w] [-s SEP] [FIRST [INC]] LAST`, in double precision as the C programs do."""
    words = process.argv[1:]
    # A negative first number is no option.
    first_number = next((at for at, word in enumerate(words) if re.match(r"[-+]?\.?\d", word)), None)
    if first_number is not None and words[first_number][0] == "-":
        words = [*words[:first_number], "--", *words[first_number:]]
    opts, operands = SEQ.parse(process, words)
    try:
        numbers = [1.0 if is_unknown(process, word) else float(word) for word in operands]
    except ValueError:
        if not is_busybox(process):
            wrong = next(word for word in operands if not is_number(word))
            process.error(f"invalid floating point argument: {quoted(wrong)}")
        SEQ.fail(process)
    first = numbers[0] if len(numbers) > 1 else 1.0
    step = numbers[1] if len(numbers) > 2 else 1.0
    # As many digits after the point as the longest of FIRST and INC has; LAST does not count.
    places = max([len(word.partition(".")[2]) for word in operands[:-1]], default=0)
    width = max(len(word.partition(".")[0]) for word in operands) + (places + 1 if places else 0)
    form = opts.get("f") or f"%0{width if 'w' in opts else 0}.{places}f"
    separator = opts.text("s", "\n")
    write, value, index, last = process.stdout.write, first, 0, numbers[-1]
    while value <= last if step >= 0 else value >= last:
        write(form % value if index == 0 else separator + form % value)
        index += 1
        value = first + index * step
        if not index & 3:
            process.tick()
    if index:
        write("\n")
    return 0


def is_number(text: str) -> bool:
    """Whether C's strtod would take it."""
    try:
        float(text)
    except ValueError:
        return False
    return True


@program("printenv", options=PRINTENV)
def printenv(process: Process) -> int:
    """`printenv [VARIABLE]...`: 1 when one of them is not set."""
    opts, names = PRINTENV.parse(process)
    end = "\0" if "0" in opts else "\n"
    if not names:
        for name, value in process.env.items():
            process.stdout.write(f"{name}={value}{end}")
        return 0
    status = 0
    for name in names:
        if name in process.env:
            process.stdout.write(process.env[name] + end)
        else:
            status = 1
    return status


@program("wc", options=WC)
def wc(process: Process) -> int:
    """`wc [-cmlwL] [FILE]...`: columns in the order lines, words, characters, bytes, longest line."""
    opts, paths = WC.parse(process)
    chosen = [at for at, key in enumerate("lwmcL") if key in opts] or [0, 1, 3]
    status, sums = 0, [0] * 5

    width = column_width(process, chosen, paths)

    def show(counts: list[int], title: str) -> None:
        text = " ".join(f"{counts[at]:{width}d}" for at in chosen)
        process.stdout.write(encode(f"{text} {title}" if title else text) + b"\n")

    for path in paths or ["-"]:
        reader = open_input(process, path, "{}")
        if reader is None:
            status = 1
            continue
        counts = [0] * 5
        try:
            counts = count(process, reader, bool(set(chosen) - {0, 3}))
        except IsADirectoryError as error:
            report(process, "{}", path, error)
            status = 1
        show(counts, path if paths else "")
        sums = [max(a, b) if at == 4 else a + b for at, (a, b) in enumerate(zip(sums, counts, strict=True))]
    if len(paths) > 1:
        show(sums, "total")
    return status


def column_width(process: Process, chosen: list[int], paths: list[str]) -> int:
    """How wide busybox's columns are, or GNU's, which go by the sizes of the files."""
    if len(chosen) == 1 and len(paths) < 2:
        return 1
    if is_busybox(process):
        return 9
    total = 0
    for path in paths or ["-"]:
        try:
            stat = process.view.stat(path) if path != "-" else None
        except OSError:
            continue
        if stat is None or stat.kind != "file":
            return 7
        total += stat.size
    return len(str(total))


def count(process: Process, reader: Reader, full: bool) -> list[int]:
    """Lines, words, characters, bytes and the longest line of a stream; only lines and bytes unless `full`.
    """
    lines = words = characters = size = longest = 0
    in_word, pending = False, b""
    for block in blocks(process, reader, 1 << 18):
        size += len(block)
        lines += block.count(b"\n")
        if not full:
            continue
        # Continuation bytes of UTF-8 are no characters of their own.
        characters += len(block.translate(None, CONTINUATION))
        printable = block.translate(BREAKS, UNPRINTABLE)
        if printable:
            pieces = len(printable.split())
            words += pieces - (in_word and printable[0] not in b"\t\n\v ")
            in_word = printable[-1] not in b"\t\n\v "
        *rows, pending = (pending + printable.replace(b"\v", b"")).split(b"\n")
        longest = max([longest, *(len(row.expandtabs(8)) for row in rows)])
    return [lines, words, characters, size, max(longest, len(pending.expandtabs(8)))]
