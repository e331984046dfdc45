"""paste: lines of several files side by side, or of one file in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.reading import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

PASTE = Options(
    "d:sz",
    gnu_short="z",
    long={"delimiters=": "d", "serial": "s", "zero-terminated": "z"},
    usage="[-d LIST] [-s] [FILE]...",
    help="""
Paste lines from each input file together using TAB

	-d LIST	Use delimiters from LIST, not TAB
	-s      Serial: one file at a time
""",
)
ESCAPES = {110: b"\n", 116: b"\t", 92: b"\\", 48: b"", 98: b"\b", 102: b"\f", 114: b"\r", 118: b"\v"}


@program("paste", options=PASTE)
def paste(process: Process) -> int:
    """`paste [-d LIST] [-s] [FILE...]`"""
    opts, operands = PASTE.parse(process)
    busybox = is_busybox(process)
    marks = _delimiters(encode(opts.text("d", "\t")))
    if not marks and busybox:
        die(process, "-d '' is not supported")
    marks = marks or [b""]
    end = b"\0" if "z" in opts else b"\n"
    names = operands or ["-"]
    write = process.stdout.write
    try:
        if "s" in opts:
            for name in names:
                lines = records(process.open_reader(name).read(), end)
                if lines or not busybox:
                    write(_row(lines, marks) + end)
            return 0
        if busybox:
            _paste_as_busybox(process, names, marks)
            return 0
        for row in _rows(process, names, end):
            write(_row(row, marks) + end)
    except OSError as error:
        process.error(f"{error.filename or '-'}: {strerror(error)}")
        return 1
    return 0


def _paste_as_busybox(process: Process, names: list[str], marks: list[bytes]) -> None:
    """A file that has ended leaves nothing in a row, not even the newline after the last one."""
    write = process.stdout.write
    sources: list[Reader | None] = [process.open_reader(name) for name in names]
    while any(source is not None for source in sources):
        process.tick()
        mark = 0
        for place, source in enumerate(sources):
            line = b"" if source is None else source.readline()
            if not line:
                sources[place] = None
                continue
            last = place == len(sources) - 1
            write(line.removesuffix(b"\n") + (b"\n" if last else marks[mark % len(marks)]))
            mark += 1


def _rows(process: Process, names: list[str], end: bytes) -> Iterator[list[bytes]]:
    """One line of each file at a time; `-` may be named several times and gives the next line each time."""
    if "-" in names and names.count("-") == len(names):
        lines = records(process.stdin.read(), end)
        for at in range(0, len(lines), len(names)):
            process.tick()
            row = lines[at : at + len(names)]
            yield row + [b""] * (len(names) - len(row))
        return
    standard = iter(records(process.stdin.read(), end)) if "-" in names else iter(())
    sources = [
        standard if name == "-" else iter(records(process.open_reader(name).read(), end)) for name in names
    ]
    while True:
        process.tick()
        row_or_none = [next(source, None) for source in sources]
        if all(line is None for line in row_or_none):
            return
        yield [line or b"" for line in row_or_none]


def _row(fields: list[bytes], marks: list[bytes]) -> bytes:
    """Fields with the delimiters between them, by turns."""
    if len(marks) == 1:
        return marks[0].join(fields)
    out: list[bytes] = []
    for place, field in enumerate(fields):
        out.append(field)
        out.append(marks[place % len(marks)])
    return b"".join(out[:-1])


def _delimiters(text: bytes) -> list[bytes]:
    out: list[bytes] = []
    at = 0
    while at < len(text):
        if text[at] == 92 and at + 1 < len(text):
            out.append(ESCAPES.get(text[at + 1], text[at + 1 : at + 2]))
            at += 2
        else:
            out.append(text[at : at + 1])
            at += 1
    return out
