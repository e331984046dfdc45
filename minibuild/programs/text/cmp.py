"""cmp: where two files differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.gnu_names import is_utf8
from minibuild.programs.inputs import BKM, die, encode, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

CMP = Options(
    "bi:ln:s",
    gnu_short="bi",
    long={
        "print-bytes": "b",
        "ignore-initial=": "i",
        "verbose": "l",
        "bytes=": "n",
        "quiet": "s",
        "silent": "s",
    },
    usage="[-ls] [-n NUM] FILE1 [FILE2]",
    help="""
Compare FILE1 with FILE2 (or stdin)

	-l	Write the byte numbers (decimal) and values (octal)
		for all differing bytes
	-s	Quiet
	-n NUM	Compare at most NUM bytes
""",
    failure=1,
    gnu_failure=2,
    least=1,
    most=4,
)


@program("cmp", options=CMP)
def cmp(process: Process) -> int:
    """`cmp [-bls] [-n COUNT] [-i SKIP[:SKIP]] FILE1 [FILE2 [SKIP1 [SKIP2]]]`"""
    opts, operands = CMP.parse(process)
    names = [operands[0], operands[1] if len(operands) > 1 else "-"]
    quiet = "s" in opts
    skips = [number(process, text, BKM) for text in [*operands[2:], "0", "0"][:2]]
    initial = opts.get("i")
    if initial is not None:
        first, _, second = initial.partition(":")
        skips = [number(process, first, BKM), number(process, second or first, BKM)]
    limit = opts.get("n")
    contents: list[bytes] = []
    for name, skip in zip(names, skips, strict=True):
        try:
            data = process.open_reader(name).read()
        except OSError as error:
            if quiet:
                return 2
            die(process, f"{name}: {strerror(error)}", 2)
        contents.append(data[skip:] if limit is None else data[skip : skip + number(process, limit, BKM)])
    process.tick(1 + len(contents[0]) // 10_000)
    return _compare(process, opts, names, contents)


def _compare(process: Process, opts: Opts, names: list[str], contents: list[bytes]) -> int:
    """Tell the first difference, or all of them; the exit status."""
    left, right = contents
    if left == right:
        return 0
    if "s" in opts:
        return 1
    busybox = is_busybox(process)
    common = min(len(left), len(right))
    first = (
        next((at for at in range(common) if left[at] != right[at]), common)
        if left[:common] != right[:common]
        else common
    )
    if first < common and "l" not in opts:
        line = left.count(b"\n", 0, first) + 1
        word = "byte" if "b" in opts or (not busybox and is_utf8(process)) else "char"
        text = f"{names[0]} {names[1]} differ: {word} {first + 1}, line {line}"
        if "b" in opts:
            text += f" is {left[first]:3o} {_shown(left[first])} {right[first]:3o} {_shown(right[first])}"
        process.stdout.write(text + "\n")
        return 1
    if "l" in opts:
        width = len(str(max(len(left), len(right)))) if not busybox else 1
        for at in range(first, common):
            if left[at] != right[at]:
                one, other = left[at], right[at]
                row = f"{at + 1:{width}d} {one:3o} {other:3o}"
                if "b" in opts:
                    row = f"{at + 1:{width}d} {one:3o} {_shown(one):4} {other:3o} {_shown(other)}"
                process.stdout.write(row + "\n")
    if len(left) != len(right):
        short = 0 if len(left) < len(right) else 1
        process.flush()
        process.stderr.write(
            _end_of_file(names[short], contents[short], verbose="l" in opts, busybox=busybox)
        )
    return 1


def _end_of_file(name: str, data: bytes, *, verbose: bool, busybox: bool) -> bytes:
    text = encode(f"cmp: EOF on {name}")
    if busybox:
        return text + b"\n"
    if not data:
        return text + b" which is empty\n"
    text += b" after byte %d" % len(data)
    if not verbose:
        lines = data.count(b"\n")
        text += b", line %d" % lines if data.endswith(b"\n") else b", in line %d" % (lines + 1)
    return text + b"\n"


def _shown(byte: int) -> str:
    """A byte as `cat -v` writes it."""
    head = ""
    if byte >= 128:
        head, byte = "M-", byte - 128
    if byte < 32 or byte == 127:
        return f"{head}^{chr(byte ^ 64)}"
    return head + chr(byte)
