"""cut: parts of lines, by bytes or by fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, help_hint, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.reading import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

CUT = Options(
    "b:c:d:f:nszD",
    gnu_short="z",
    gnu_long="bytes characters delimiter fields only-delimited complement zero-terminated",
    long={
        "bytes=": "b",
        "characters=": "c",
        "delimiter=": "d",
        "fields=": "f",
        "only-delimited": "s",
        "output-delimiter=": "output-delimiter",
        "complement": "complement",
        "zero-terminated": "z",
    },
    usage="[OPTIONS] [FILE]...",
    help="""
Print selected fields from FILEs to stdout

	-b LIST	Output only bytes from LIST
	-c LIST	Output only characters from LIST
	-d CHAR	Field delimiter for input (default -f TAB, -F run of whitespace)
	-f LIST	Print only these fields (-d is single char)
	-s	Drop lines with no delimiter (else print them in full)
	-D	Don't sort/collate sections or match -fF lines without delimeter
	-n	Ignored
""",
)
Range = tuple[int, int]  # from 0, the end excluded
ENDLESS = 1 << 62


@program("cut", options=CUT)
def cut(process: Process) -> int:
    """`cut -b LIST | -c LIST | -f LIST [-d DELIM] [-s] [FILE...]`"""
    opts, operands = CUT.parse(process)
    busybox = is_busybox(process)
    kinds = [key for key in "bcf" if key in opts]
    if len(kinds) != 1:
        if kinds and busybox:
            CUT.fail(process)
        _fail(process, "expected a list of bytes, characters, or fields", kinds)
    by_fields = kinds == ["f"]
    if not by_fields and "d" in opts:
        _stop(process, "a delimiter may be specified only when operating on fields")
    if not by_fields and "s" in opts:
        problem = "suppressing non-delimited lines makes sense only when operating on fields"
        _stop(process, problem, problem.replace(" sense only", " sense\n\tonly"))
    ranges = _ranges(process, opts.text(kinds[0]), by_fields=by_fields)
    ranges = sorted(ranges) if busybox and by_fields else _merged(ranges)
    if "complement" in opts:
        ranges = _complement(ranges)
    chosen = _fields(process, opts, ranges) if by_fields else _bytes(opts, ranges)
    end = b"\0" if "z" in opts else b"\n"
    inputs = Inputs(process, operands)
    write = process.stdout.write
    if end == b"\0":
        for data in inputs.contents():
            for record in data.removesuffix(end).split(end):
                text = chosen(record)
                if text is not None:
                    write(text + end)
        return inputs.status
    for line in inputs.lines():
        text = chosen(line[:-1] if line[-1] == 10 else line)
        if text is not None:
            write(text + end)
    return inputs.status


def _stop(process: Process, message: str, gnu: str = "") -> None:
    if not is_busybox(process):
        message = (
            "an input delimiter may be specified only when operating on fields"
            if "a delimiter" in message
            else gnu
        )
        process.error(message)
        CUT.fail(process)
    die(process, message)


def _fail(process: Process, message: str, kinds: list[str]) -> None:
    if is_busybox(process):
        die(process, message)
    known = (
        "only one list may be specified"
        if kinds
        else "you must specify a list of bytes, characters, or fields"
    )
    die(process, f"{known}\n{help_hint(process)}")


def _ranges(process: Process, text: str, *, by_fields: bool) -> list[Range]:
    """N, N-, N-M and -M between commas."""
    out: list[Range] = []
    for item in text.replace(" ", ",").split(","):
        low, dash, high = item.partition("-")
        for part in (low, high):
            if part and not part.isdigit():
                _bad_number(process, part)
        if not item or (item == "-" and not is_busybox(process)):
            _bad_number(process, item)
        first = int(low or 1)
        last = int(high) if high else ENDLESS if dash else first
        # busybox takes 0 for 1, and of bytes N-M with M = N - 1 for N.
        if is_busybox(process) and last < first - 1:
            die(process, f"{last}<{first - 1}")
        if last < first and not is_busybox(process):
            die(process, f"invalid decreasing range\n{help_hint(process)}")
        if not first and not is_busybox(process):
            die(process, f"fields are numbered from 1\n{help_hint(process)}")
        start = max(first - 1, 0)
        out.append((start, last if first and by_fields else max(last, start + 1)))
    return out


def _bad_number(process: Process, part: str) -> None:
    if is_busybox(process):
        die(process, f"invalid number '{part}'")
    die(process, f"invalid field value '{part}'\n{help_hint(process)}")


def _merged(ranges: list[Range]) -> list[Range]:
    """In order, without overlaps; ranges that touch stay apart."""
    out: list[Range] = []
    for start, end in sorted(ranges):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def _complement(ranges: list[Range]) -> list[Range]:
    out: list[Range] = []
    at = 0
    for start, end in ranges:
        if start > at:
            out.append((at, start))
        at = end
    if at < ENDLESS:
        out.append((at, ENDLESS))
    return out


def _bytes(opts: Opts, ranges: list[Range]) -> Callable[[bytes], bytes | None]:
    joint = encode(opts.text("output-delimiter"))
    if len(ranges) == 1:
        start, end = ranges[0]
        return lambda line: line[start:end]
    return lambda line: joint.join(
        [line[start:end] for start, end in ranges if start < len(line) or not joint]
    )


def _fields(process: Process, opts: Opts, ranges: list[Range]) -> Callable[[bytes], bytes | None]:
    given = opts.get("d")
    delimiter = b"\t" if given is None else encode(given)
    if len(delimiter) != 1:
        if not is_busybox(process):
            die(process, f"the delimiter must be a single character\n{help_hint(process)}")
        delimiter = delimiter[:1] or b"\0"
    out_delimiter = encode(opts.text("output-delimiter")) if "output-delimiter" in opts else delimiter
    only_delimited = "s" in opts

    if is_busybox(process):
        return _busybox_fields(ranges, delimiter, out_delimiter, only_delimited=only_delimited)

    def run(line: bytes) -> bytes | None:
        fields = line.split(delimiter)
        if len(fields) == 1:
            return None if only_delimited else line
        chosen: list[bytes] = []
        for start, end in ranges:
            chosen += fields[start:end]
        return out_delimiter.join(chosen)

    return run


def _busybox_fields(
    ranges: list[Range], delimiter: bytes, joint: bytes, *, only_delimited: bool
) -> Callable[[bytes], bytes | None]:
    """The same as busybox goes over a line: a range beyond the last field gives an empty one."""

    def run(line: bytes) -> bytes | None:
        fields = line.split(delimiter)
        total = len(fields)
        if total == 1:
            return None if only_delimited and line else line
        at = 0
        chosen: list[bytes] = []
        for start, end in ranges:
            if at >= total or start >= total:
                chosen.append(b"")
                at = total
            elif end > at:
                chosen += fields[max(start, at) : end]
                at = end
        return joint.join(chosen)

    if len(ranges) == 1 and ranges[0][1] - ranges[0][0] == 1 and ranges[0][1] < 1000:
        place, most = ranges[0][0], ranges[0][1]

        def run_one(line: bytes) -> bytes | None:
            fields = line.split(delimiter, most)
            if len(fields) == 1:
                return None if only_delimited and line else line
            return fields[place] if place < len(fields) else b""

        return run_one
    return run
