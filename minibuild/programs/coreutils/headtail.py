"""head and tail: the beginning and the end of files."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.limits import LimitError
from minibuild.programs.inputs import BKM, blocks, encode, number, open_input, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader
    from minibuild.programs.options import Opts

WAITING = 10  # units of work that a look at files which do not grow counts
BYTES, LINES = "number of bytes", "number of lines"
LONG = {"lines=": "n", "bytes=": "c", "quiet": "q", "silent": "q", "verbose": "v", "zero-terminated": "z"}
HEAD = Options(
    "n:c:qvz",
    gnu_short="z",
    gnu_long="*",
    long=LONG,
    usage="[OPTIONS] [FILE]...",
    help="Print first 10 lines of FILEs (or stdin)\n\n\t-n N\tLines (-N: all but the last N)\n\t-c N\tBytes",
)
TAIL = Options(
    "n:c:s:fFqvz",
    gnu_short="z",
    long={**LONG, "follow=?": "f", "retry": "F", "pid=": "pid", "sleep-interval=": "s"},
    usage="[OPTIONS] [FILE]...",
    help="Print last 10 lines of FILEs (or stdin)\n\n\t-n [+]N\tLines (+N: from line N on)\n\t-c [+]N\tBytes",
    gnu_long="*",
)


@program("head", options=HEAD)
def head(process: Process) -> int:
    """`head [-n [-]N | -c [-]N | -N] [-qv] [FILE]...`"""
    opts, paths = HEAD.parse(process, [*obsolete(process.argv[1:])])
    by_bytes = opts.last("n", "c") == "c"
    text = opts.text("c" if by_bytes else "n", "10")
    most = text.startswith("-")
    count = number(process, text.removeprefix("-"), BKM, what=BYTES if by_bytes else LINES)

    def show(reader: Reader) -> None:
        if by_bytes:
            head_bytes(process, reader, count, most)
        else:
            head_lines(process, reader, count, most)

    status = 0
    titles = Titles(process, opts, paths)
    for path in paths or ["-"]:
        reader = open_input(process, path, "{}", "cannot open '{}' for reading")
        if reader is None:
            status = 1
            continue
        titles.show(path)
        try:
            show(reader)
        except IsADirectoryError:
            report(process, "{}: Input/output error", path, gnu="error reading '{}': Is a directory")
            status = 1
    return status


def obsolete(words: list[str]) -> list[str]:
    """`-5` is `-n 5`: the old form, understood as the first word only."""
    if words and len(words[0]) > 1 and words[0][0] == "-" and words[0][1].isdigit():
        digits = words[0][1:]
        rest = digits.lstrip("0123456789")
        if not rest or rest in BKM:
            return ["-n", digits, *words[1:]]
    return words


class Titles:
    """The `==> FILE <==` lines: for more than one file, with -v always, with -q never."""

    def __init__(self, process: Process, opts: Opts, paths: list[str]) -> None:
        mode = opts.last("q", "v")
        self.write = process.stdout.write
        self.wanted = mode == "v" or (len(paths) > 1 and mode != "q")
        self.first = True

    def show(self, path: str) -> None:
        """Announce a file."""
        if self.wanted:
            name = "standard input" if path == "-" else path
            self.write(b"%b==> %b <==\n" % (b"" if self.first else b"\n", encode(name)))
        self.first = False


def head_bytes(process: Process, reader: Reader, count: int, most: bool) -> None:
    """The first `count` bytes, or all but the last `count`."""
    if most:
        held = b""
        for block in blocks(process, reader):
            held += block
            if len(held) > count:
                process.stdout.write(held[: len(held) - count])
                held = held[len(held) - count :]
        return
    for block in blocks(process, reader, most=count):
        process.stdout.write(block)


def head_lines(process: Process, reader: Reader, count: int, most: bool) -> None:
    """The first `count` lines, or all but the last `count`. Reads no line more than it needs."""
    write = process.stdout.write
    if most:
        held: deque[bytes] = deque()
        for line in reader:
            held.append(line)
            if len(held) > count:
                write(held.popleft())
        return
    while count > 0 and (line := reader.readline()):
        write(line)
        count -= 1


@program("tail", options=TAIL)
def tail(process: Process) -> int:
    """`tail [-n [+]N | -c [+]N | -N] [-qvfF] [FILE]...`

    -f cannot wait for a file that nobody else writes: in a build it ends when nothing more can come.
    """
    words = process.argv[1:]
    if words and words[0][:1] == "+" and words[0][1:].isdigit():
        words = ["-n", *words]
    opts, paths = TAIL.parse(process, obsolete(words))
    by_bytes = opts.last("n", "c") == "c"
    text = opts.text("c" if by_bytes else "n", "10")
    from_start = text.startswith("+")
    count = number(process, text.lstrip("+-"), BKM, what=BYTES if by_bytes else LINES)
    status = 0
    titles = Titles(process, opts, paths)
    readers: list[tuple[str, Reader]] = []
    for path in paths or ["-"]:
        reader = open_input(process, path, gnu="cannot open '{}' for reading")
        if reader is None:
            status = 1
        else:
            readers.append((path, reader))
    if not readers:
        if is_busybox(process):
            process.error("no files")
        return 1
    for path, reader in readers:
        titles.show(path)
        try:
            show_tail(process, reader, count, by_bytes, from_start)
        except IsADirectoryError as error:
            message = "error reading '{}': Is a directory"
            report(process, f"read error: {strerror(error)}", path, gnu=message)
            status = 1
    if opts.any("f", "F"):
        follow(process, readers, titles)
    return status


def show_tail(process: Process, reader: Reader, count: int, by_bytes: bool, from_start: bool) -> None:
    """The last `count` lines or bytes, or everything from the `count`-th on (the first is 1, and 0 means 1).
    """
    write = process.stdout.write
    if from_start:
        skip = max(count - 1, 0)
        if by_bytes:
            for _ in blocks(process, reader, most=skip):
                pass
        else:
            while skip > 0 and reader.readline():
                skip -= 1
        for block in blocks(process, reader):
            write(block)
        return
    if by_bytes:
        write(last_bytes(process, reader, count))
        return
    write(last_lines(process, reader, count))


def last_bytes(process: Process, reader: Reader, count: int) -> bytes:
    """The last `count` bytes."""
    held: deque[bytes] = deque()
    size = 0
    for block in blocks(process, reader):
        held.append(block)
        size += len(block)
        while size - len(held[0]) >= count:
            size -= len(held.popleft())
            if not held:
                break
        check_memory(reader, size)
    return b"".join(held)[-count:] if count else b""


def check_memory(reader: Reader, size: int) -> None:
    """LimitError when a program would hold too much."""
    if size > reader.memory:
        limit = reader.memory >> 20
        raise LimitError(f"the command was ended: it would hold more than {limit} MiB in memory")


def last_lines(process: Process, reader: Reader, count: int) -> bytes:
    """The last `count` lines; no more blocks are held than hold them."""
    held: deque[tuple[bytes, int]] = deque()
    lines = size = 0
    for block in blocks(process, reader):
        found = block.count(b"\n")
        held.append((block, found))
        lines, size = lines + found, size + len(block)
        while lines - held[0][1] > count:
            dropped, fewer = held.popleft()
            lines, size = lines - fewer, size - len(dropped)
        check_memory(reader, size)
    data = b"".join([block for block, _ in held])
    start = len(data) - data.endswith(b"\n")
    for _ in range(count):
        start = data.rfind(b"\n", 0, start)
        if start < 0:
            break
    return data[start + 1 :] if count else b""


def follow(process: Process, readers: list[tuple[str, Reader]], titles: Titles) -> None:
    """Print what is appended, looking once a simulated second."""
    shown = readers[-1][0]
    while True:
        process.tick(WAITING)
        process.sleep(1)
        for path, reader in readers:
            for block in blocks(process, reader):
                if path != shown:
                    titles.show(path)
                    shown = path
                process.stdout.write(block)
