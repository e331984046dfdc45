"""date and uptime: the simulated clock, shown and set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode as to_text
from minibuild.programs.inputs import die, encode, open_input, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

DATE = Options(
    "d:s:ur:RI::D:f:",
    gnu_short="f",
    long={
        "date=": "d",
        "set=": "s",
        "utc": "u",
        "universal": "u",
        "reference=": "r",
        "rfc-2822": "R",
        "rfc-email": "R",
        "iso-8601=?": "I",
        "rfc-3339=": "rfc3339",
        "file=": "f",
        "debug": "debug",
    },
    usage="[OPTIONS] [+FMT] [[-s] TIME]",
    help="Display time (using +FMT), or set time\n\n\t-u\t\tWork in UTC (don't convert to local time)\n"
    "\t[-s] TIME\tSet time to TIME\n\t-d TIME\t\tDisplay TIME, not 'now'\n"
    "\t-D FMT\t\tFMT (strptime format) for -s/-d TIME conversion\n"
    "\t-r FILE\t\tDisplay last modification time of FILE\n\t-R\t\tOutput RFC-2822 date\n"
    "\t-I[SPEC]\tOutput ISO-8601 date\n"
    "\t\t\tSPEC=date (default), hours, minutes, seconds or ns",
)
UPTIME = Options(
    "sp",
    long={"pretty": "p", "since": "s"},
    usage="",
    help="Display the time since the last boot",
    gnu_long="*",
)
ISO = {
    "date": "%Y-%m-%d",
    "hours": "%Y-%m-%dT%H%:z",
    "minutes": "%Y-%m-%dT%H:%M%:z",
    "seconds": "%Y-%m-%dT%H:%M:%S%:z",
    "ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
}
RFC_3339 = {"date": "%Y-%m-%d", "seconds": "%Y-%m-%d %H:%M:%S%:z", "ns": "%Y-%m-%d %H:%M:%S.%N%:z"}
BOOT_SECONDS = 100  # how long the simulated machine has been up


@program("date", options=DATE)
def date(process: Process) -> int:
    """`date [-uRI] [-d TIME | -r FILE] [+FMT]`; setting the time needs a capability that containers lack."""
    opts, operands = DATE.parse(process)
    form = output_form(process, opts, operands)
    utc, gnu = "u" in opts, opts.any("I", "rfc3339")

    def show(moment: int) -> None:
        process.stdout.write(encode(format_time(process, form, moment, utc=utc, gnu=gnu)) + b"\n")

    if "f" in opts:
        return from_file(process, opts.text("f"), show, utc)
    moment = process.system.clock.now()
    if "r" in opts:
        try:
            moment = process.view.stat(opts.text("r")).mtime
        except OSError as error:
            report(process, "can't stat '{}'", opts.text("r"), error, "{}")
            return 1
    text = opts.get("d") if "d" in opts else opts.get("s") or (operands[0] if operands else None)
    if text is not None:
        moment = read_moment(process, text, opts.get("D"), utc)
    if "s" in opts or operands:
        report(process, "can't set date: Operation not permitted", "")
        show(moment)
        return 1
    show(moment)
    return 0


def output_form(process: Process, opts: Opts, operands: list[str]) -> str:
    """The format of the output; a `+FMT` operand is taken out of `operands`."""
    plus = [word for word in operands if word.startswith("+")]
    if len(plus) > 1 or len(operands) > len(plus) + 1:
        if not is_busybox(process):
            process.error(f"extra operand {quoted(operands[1])}")
        DATE.fail(process)
    for word in plus:
        operands.remove(word)
        return word[1:]
    key = opts.last("R", "I", "rfc3339")
    if key == "R":
        return "%a, %d %b %Y %H:%M:%S %z"
    if key:
        table, word = (ISO, opts.text("I", "date")) if key == "I" else (RFC_3339, opts.text("rfc3339"))
        found = [name for name in table if word and name.startswith(word)]
        if not found:
            if not is_busybox(process):
                process.error(
                    f"invalid argument {quoted(word)} for '--{'iso-8601' if key == 'I' else 'rfc-3339'}'"
                )
            DATE.fail(process)
        return table[found[0]]
    return "%a %b %e %H:%M:%S %Z %Y"


def read_moment(process: Process, text: str, form: str | None, utc: bool) -> int:
    """The moment of a date string, in nanoseconds; the program ends when it is none."""
    if form is not None:
        text = rearranged(text, form)
    moment = parse_date(text, process, utc=utc)
    if moment is None:
        die(process, f"invalid date '{text}'", 1, f"invalid date {quoted(text)}")
    return moment


FIELDS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "e": r"\s*(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "s": r"(?P<s>\d+)",
    "b": r"(?P<b>[A-Za-z]{3})[a-z]*",
    "a": r"[A-Za-z]+",
    "Z": r"\S+",
    "n": r"\s+",
    "%": "%",
}
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def rearranged(text: str, form: str) -> str:
    """A date in the strptime format `form`, as `YYYY-MM-DD hh:mm:ss`; the text itself when it does not fit.
    """
    form = (
        form.replace("%T", "%H:%M:%S")
        .replace("%D", "%m/%d/%y")
        .replace("%F", "%Y-%m-%d")
        .replace("%R", "%H:%M")
    )
    pieces = re.split(r"%([A-Za-z%])", form)
    pattern = "".join(
        FIELDS.get(piece, "") if at % 2 else re.escape(piece) for at, piece in enumerate(pieces)
    )
    try:
        match = re.match(pattern.replace("\\ ", r"\s*"), text)
    except re.error:
        return text
    if match is None:
        return text
    found = match.groupdict()
    if found.get("s"):
        return f"@{found['s']}"
    month = found.get("m") or "1"
    if found.get("b"):
        name = found["b"].lower()
        month = str(MONTHS.index(name) + 1) if name in MONTHS else "1"
    short = found.get("y")
    year = found.get("Y") or (f"{20 if int(short) < 69 else 19}{short}" if short else "1970")
    clock = ":".join((found.get(key) or "0").zfill(2) for key in "HMS")
    return f"{year}-{month.zfill(2)}-{(found.get('d') or '1').zfill(2)} {clock}"


def from_file(process: Process, path: str, show: Callable[[int], None], utc: bool) -> int:
    """`date -f FILE`: one date string a line."""
    reader = open_input(process, path, "{}")
    if reader is None:
        return 1
    for line in reader:
        show(read_moment(process, to_text(line.rstrip(b"\n")), None, utc))
    return 0


@program("uptime", options=UPTIME)
def uptime(process: Process) -> int:
    """`uptime`: the simulated machine was started just before the container."""
    opts, _ = UPTIME.parse(process)
    now = process.system.clock.now()
    if "p" in opts:
        process.stdout.write("up 1 minute\n")
    elif "s" in opts:
        boot = now - BOOT_SECONDS * 10**9
        process.stdout.write(format_time(process, "%Y-%m-%d %H:%M:%S", boot) + "\n")
    else:
        clock = format_time(process, "%H:%M:%S", now)
        process.stdout.write(f" {clock} up 1 min,  0 users,  load average: 0.00, 0.00, 0.00\n")
    return 0
