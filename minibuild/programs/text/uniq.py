"""uniq: leave out, count or pick repeated lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader
    from minibuild.programs.options import Opts

UNIQ = Options(
    "cdDf:is:uw:z",
    gnu_short="D",
    gnu_long="*",
    long={
        "count": "c",
        "repeated": "d",
        "all-repeated=?": "D",
        "group=?": "group",
        "skip-fields=": "f",
        "ignore-case": "i",
        "skip-chars=": "s",
        "unique": "u",
        "check-chars=": "w",
        "zero-terminated": "z",
    },
    usage="[-cduiz] [-f,s,w N] [FILE [OUTFILE]]",
    help="""
Discard duplicate lines

	-c	Prefix lines by the number of occurrences
	-d	Only print duplicate lines
	-u	Only print unique lines
	-i	Ignore case
	-z	NUL terminated output
	-f N	Skip first N fields
	-s N	Skip first N chars (after any skipped fields)
	-w N	Compare N characters in line
""",
    most=2,
)
FIELD = re.compile(rb"[ \t]*[^ \t]*")


@program("uniq", options=UNIQ)
def uniq(process: Process) -> int:
    """`uniq [-cdu] [-f N] [-s N] [-w N] [INPUT [OUTPUT]]`"""
    opts, operands = UNIQ.parse(process)
    fields, characters = (
        number(process, opts.get("f", "0") or "0"),
        number(process, opts.get("s", "0") or "0"),
    )
    width = opts.get("w")
    compared = _part(fields, characters, None if width is None else number(process, width), fold="i" in opts)
    name = operands[0] if operands else "-"
    end = b"\0" if "z" in opts else b"\n"
    try:
        groups = _groups(process, process.open_reader(name), compared, end)
        if len(operands) > 1 and operands[1] != "-":
            write = process.open_stream(operands[1], "w").write
        else:
            write = process.stdout.write  # type: ignore[assignment]
        show_once, show_repeated = "d" not in opts and "D" not in opts, "u" not in opts
        head = b"%7d " if "c" in opts else b""
        before, after, between = _separators(process, opts)
        pieces: list[bytes] = []
        seen = False
        for group in groups:
            if "group" not in opts and not (show_repeated if len(group) > 1 else show_once):
                continue
            shown = group if opts.any("D", "group") else group[:1]
            if before or (between and seen):
                pieces.append(end)
            seen = True
            pieces += [(head % len(group) if head else b"") + line + end for line in shown]
            if len(pieces) > 2000:
                write(b"".join(pieces))
                pieces.clear()
        if after and seen:
            pieces.append(end)
        write(b"".join(pieces))
    except OSError as error:
        die(process, f"{error.filename or name}: {strerror(error)}")
    return 0


def _separators(process: Process, opts: Opts) -> tuple[bool, bool, bool]:
    """Is there an empty line before each group, after the last one, between two?"""
    if "group" in opts:
        if opts.any("c", "d", "D", "u"):
            process.error("--group is mutually exclusive with -c/-d/-D/-u")
            UNIQ.fail(process)
        kind = opts.get("group") or "separate"
    else:
        kind = (opts.get("D") if "D" in opts else None) or "none"
    if kind not in ("none", "prepend", "append", "separate", "both"):
        process.error(f"invalid argument '{kind}' for '--{'group' if 'group' in opts else 'all-repeated'}'")
        UNIQ.fail(process)
    return kind in ("prepend", "both"), kind in ("append", "both"), kind in ("separate", "append")


def _part(fields: int, characters: int, width: int | None, *, fold: bool) -> Callable[[bytes], bytes] | None:
    """What of a line is compared; None: all of it."""
    if not fields and not characters and width is None and not fold:
        return None

    def cut(line: bytes) -> bytes:
        at = 0
        for _ in range(fields):
            match = FIELD.match(line, at)
            assert match is not None
            at = match.end()
        line = line[at + characters :]
        line = line if width is None else line[:width]
        return line.lower() if fold else line

    return cut


def _groups(
    process: Process, reader: Reader, compared: Callable[[bytes], bytes] | None, end: bytes
) -> Iterator[list[bytes]]:
    """Lines that follow one another and are equal."""
    group: list[bytes] = []
    last: bytes | None = None
    newline = b"\n" if end == b"\n" or is_busybox(process) else b"\0"
    lines = iter(reader) if newline == b"\n" else iter(reader.read().split(b"\0"))
    for count, raw in enumerate(lines):
        if not count % 500:
            process.tick()
        line = raw.removesuffix(newline)
        part = line if compared is None else compared(line)
        if part == last:
            group.append(line)
            continue
        if group:
            yield group
        group, last = [line], part
    if group and not (end == b"\0" and group == [b""]):
        yield group
