"""tsort and look: an order out of pairs, lines with a beginning."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options
from minibuild.programs.registry import program
from minibuild.programs.text.reading import records

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

TSORT = Options(usage="[FILE]", help="Topological sort", most=1)
LOOK = Options(
    "abdft:",
    long={"alternative": "a", "alphanum": "d", "ignore-case": "f", "terminate=": "t"},
    usage="[options] <string> [<file>...]",
    help="Display lines beginning with a specified string.",
    least=1,
)


@program("tsort", options=TSORT)
def tsort(process: Process) -> int:
    """`tsort [FILE]`: each pair of words says what comes before what."""
    _, operands = TSORT.parse(process)
    name = operands[0] if operands else "-"
    try:
        words = process.open_reader(name).read().split()
    except OSError as error:
        die(process, f"{name}: {strerror(error)}")
    if len(words) % 2:
        die(process, f"{name}: input contains an odd number of tokens")
    followers: dict[bytes, list[bytes]] = {}
    waiting: dict[bytes, int] = {}
    for before, after in zip(words[::2], words[1::2], strict=True):
        for word in (before, after):
            followers.setdefault(word, [])
            waiting.setdefault(word, 0)
        if before != after:
            followers[before].append(after)
            waiting[after] += 1
    process.tick(1 + len(words) // 100)
    return _order(process, name, followers, waiting)


def _order(
    process: Process, name: str, followers: dict[bytes, list[bytes]], waiting: dict[bytes, int]
) -> int:
    status = 0
    ready = sorted(word for word, count in waiting.items() if not count)
    left = set(waiting)
    while left:
        if not ready:
            loop = _loop(followers, left)
            process.error(f"{name}: input contains a loop:")
            for word in loop:
                process.error(word.decode("utf-8", "surrogateescape"))
            status = 1
            # The loop is opened where it was found.
            followers[loop[-1]].remove(loop[0])
            waiting[loop[0]] -= 1
            ready = [loop[0]] if not waiting[loop[0]] else []
            continue
        word = ready.pop(0)
        left.discard(word)
        process.stdout.write(word + b"\n")
        for after in reversed(followers[word]):
            waiting[after] -= 1
            if not waiting[after]:
                ready.append(after)
    return status


def _loop(followers: dict[bytes, list[bytes]], left: set[bytes]) -> list[bytes]:
    """Words that follow one another in a circle."""
    path: list[bytes] = []
    word = min(left)
    before = {after: one for one in sorted(left, reverse=True) for after in followers[one] if after in left}
    while word not in path:
        path.append(word)
        word = before[word]
    circle = path[path.index(word) :]
    return [circle[0], *circle[:0:-1]]


@program("look", options=LOOK)
def look(process: Process) -> int:
    """`look [-df] [-t CHAR] TEXT [FILE]`"""
    opts, (text, *names) = LOOK.parse(process)
    name = names[0] if names else "/usr/share/dict/words"
    fold, dictionary = "f" in opts or not names, "d" in opts or not names
    try:
        lines = records(process.open_reader(name).read())
    except OSError as error:
        die(process, f"{name}: {strerror(error)}")
    prefix = encode(text)
    stop = opts.get("t")
    if stop is not None and encode(stop)[:1] in prefix:
        prefix = prefix[: prefix.index(encode(stop)[:1]) + 1]

    def key(line: bytes) -> bytes:
        if dictionary:
            line = bytes(byte for byte in line if chr(byte).isalnum() or byte == 32)
        return line.lower() if fold else line

    wanted = key(prefix)
    at = bisect_left(lines, wanted, key=key)
    found = False
    while at < len(lines) and key(lines[at]).startswith(wanted):
        process.stdout.write(lines[at] + b"\n")
        found, at = True, at + 1
    return 0 if found else 1
