"""ps, top, pidof, pgrep, pkill, killall, fuser: the processes of the container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.signals import signal_number
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.users.names import Names, user_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

PS = Options(
    "aAdefFglLno:OpTuUwWxZ",
    long={
        "no-headers": "h",
        "no-heading": "h",
        "sort=": "sort",
        "forest": "f",
        "pid=": "pid",
        "format=": "o",
    },
    usage="[-o COL1,COL2=HEADER] [-T]",
    help="Show list of processes",
    gnu_long="*",
)
TOP = Options(
    "+bn:d:mH", usage="[-bmH] [-n COUNT] [-d SECONDS]", help="Show a view of process activity in real time."
)
PIDOF = Options(
    "so:", usage="[-s] [-o PID] [NAME]...", help="List PIDs of all processes with names that match NAMEs"
)
PGREP = Options(
    "flanovxs:P:u:U:cd:ie",
    long={"full": "f", "list-name": "l", "list-full": "a", "newest": "n", "oldest": "o", "inverse": "v",
          "exact": "x", "parent=": "P", "euid=": "u", "count": "c", "delimiter=": "d", "signal=": "signal"},
    usage="[-flanovx] [-s SID] [-P PPID] [PATTERN]",
    help="Display process(es) selected by regex PATTERN",
    failure=2,
)  # fmt: skip
KILLALL = Options(
    "lqo:es:vwir",
    long={
        "list": "l",
        "quiet": "q",
        "signal=": "s",
        "verbose": "v",
        "wait": "w",
        "exact": "e",
        "regexp": "r",
    },
    usage="[-lq] [-SIG] NAME...",
    help="Send a signal (default: TERM) to given processes",
)
FUSER = Options("+mk46s", usage="[-msk46] FILE or PORT/PROTO", help="Find processes which use FILEs or PORTs")


def listed(process: Process) -> list[Process]:
    """All processes that live, by their number; those that were just started have begun."""
    process.system.scheduler.pause()
    return [other for _, other in sorted(process.system.processes.items()) if other.status is None]


def command_name(process: Process) -> str:
    """The short name, as the kernel keeps it (15 characters)."""
    name = process.argv[0].rpartition("/")[2] if process.argv else ""
    return name.removeprefix("-")[:15]


def command_line(process: Process) -> str:
    """The whole command line."""
    return " ".join(process.argv)


Column = tuple[str, int, "Callable[[Process, Names], str]"]


def parent_pid(process: Process) -> int:
    """The parent's number; 0 when there is none."""
    return process.parent.pid if process.parent is not None else 0


def user_name(process: Process, names: Names) -> str:
    """Whose process it is."""
    uid = process.view.credentials.uid
    return names.user(uid) or str(uid)


COLUMNS: dict[str, Column] = {
    "pid": ("PID", 5, lambda p, names: str(p.pid)),  # noqa: ARG005
    "ppid": ("PPID", 5, lambda p, names: str(parent_pid(p))),  # noqa: ARG005
    "user": ("USER", -8, user_name),
    "uid": ("UID", 5, lambda p, names: str(p.view.credentials.uid)),  # noqa: ARG005
    "group": (
        "GROUP",
        -8,
        lambda p, names: names.group(p.view.credentials.gid) or str(p.view.credentials.gid),
    ),
    "comm": ("COMMAND", -16, lambda p, names: command_name(p)),  # noqa: ARG005
    "args": ("COMMAND", -27, lambda p, names: command_line(p)),  # noqa: ARG005
    "stat": ("STAT", -4, lambda p, names: "S"),  # noqa: ARG005
    "tty": ("TT", -6, lambda p, names: "?"),  # noqa: ARG005
    "time": ("TIME", 5, lambda p, names: "0:00"),  # noqa: ARG005
    "etime": ("ELAPSED", 7, lambda p, names: "0:00"),  # noqa: ARG005
    "vsz": ("VSZ", 5, lambda p, names: "4300"),  # noqa: ARG005
    "rss": ("RSS", 4, lambda p, names: "1500"),  # noqa: ARG005
    "nice": ("NI", 5, lambda p, names: "0"),  # noqa: ARG005
    "pgid": ("PGID", 5, lambda p, names: str(p.pid)),  # noqa: ARG005
    "pcpu": ("%CPU", 4, lambda p, names: "0.0"),  # noqa: ARG005
    "pmem": ("%MEM", 4, lambda p, names: "0.1"),  # noqa: ARG005
}
ALIASES = {
    "cmd": "args", "command": "args", "ruser": "user", "ni": "nice", "tt": "tty", "%cpu": "pcpu",
    "%mem": "pmem", "s": "stat", "state": "stat", "ucmd": "comm", "euser": "user", "rgroup": "group",
    "euid": "uid",
}  # fmt: skip


@program("ps", options=PS)
def ps(process: Process) -> int:
    """`ps [-o COL1,COL2=HEADER]`, `ps -ef`, `ps aux`"""
    words = process.argv[1:]
    if words and not words[0].startswith("-") and not words[0].isdigit():
        words = ["-" + words[0], *words[1:]]
    opts, _ = PS.parse(process, words)
    busybox = is_busybox(process)
    if opts.all("o"):
        chosen = ",".join(opts.all("o"))
    elif busybox:
        chosen = "pid,user,time,args"
    elif "u" in opts:
        chosen = "user,pid,pcpu,pmem,vsz,rss,tty,stat,time,args"
    elif "f" in opts:
        chosen = "user,pid,ppid,tty,time,args"
    else:
        chosen = "pid,tty,time,comm" if not opts.any("a", "x") else "pid,tty,stat,time,args"
    table = [column(process, word) for word in chosen.split(",")]
    names = Names(process)
    write = process.stdout.write
    if "h" not in opts and any(title for title, _, _ in table):
        # busybox starts all titles at the left of their columns.
        write(row([(title, -abs(width) if busybox else width) for title, width, _ in table]))
    for other in listed(process):
        write(row([(show(other, names), width) for _, width, show in table]))
    return 0


def column(process: Process, word: str) -> Column:
    """A column of -o, perhaps with a title of its own; the program ends when there is none of that name."""
    name, equals, title = word.partition("=")
    found = COLUMNS.get(ALIASES.get(name, name))
    if found is None:
        die(process, f"bad -o argument '{name}', supported arguments: {','.join(COLUMNS)}", 1)
    return (title if equals else found[0], found[1], found[2])


def row(cells: list[tuple[str, int]]) -> bytes:
    """A line of the table; the last cell is not padded."""
    texts = [text.ljust(-width) if width < 0 else text.rjust(width) for text, width in cells[:-1]]
    last, width = cells[-1]
    return encode(" ".join([*texts, last if width < 0 else last.rjust(width)]) + "\n")


TOP_HEAD = """\
Mem: 0K used, 0K free, 0K shrd, 0K buff, 0K cached
CPU:   0% usr   0% sys 100% idle
Load average: 0.00 0.00 0.00 1/1 1
  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND
"""


@program("top", options=TOP)
def top(process: Process) -> int:
    """`top -b [-n COUNT]`"""
    opts, _ = TOP.parse(process)
    count = int(opts.text("n", "1")) if opts.text("n", "1").isdigit() else 1
    names = Names(process)
    for turn in range(count):
        if turn:
            process.sleep(5)
        process.stdout.write(TOP_HEAD)
        for other in listed(process):
            owner = user_name(other, names)
            start = f"{other.pid:5d} {parent_pid(other):5d} {owner:<8.8} S     4300   0%   0   0% "
            process.stdout.write(encode(f"{start}{command_line(other)}\n"))
    return 0


@program("pidof", options=PIDOF)
def pidof(process: Process) -> int:
    """`pidof [-s] [-o PID] NAME...`: the newest first; 1 when there is none."""
    opts, wanted = PIDOF.parse(process)
    omitted = {str(parent_pid(process)) if word == "%PPID" else word for word in opts.all("o")}
    found = [
        str(other.pid)
        for name in wanted
        for other in reversed(listed(process))
        if name in (command_name(other), other.argv[0] if other.argv else "", other.executable)
        and other is not process
        and str(other.pid) not in omitted
    ]
    if "s" in opts:
        del found[1:]
    if found:
        process.stdout.write(" ".join(found) + "\n")
    return 0 if found else 1


@program("pgrep", "pkill", options=PGREP)
def pgrep(process: Process) -> int:
    """`pgrep [-flanovx] PATTERN`, `pkill [-SIG] PATTERN`: 1 when no process matches."""
    words = process.argv[1:]
    killing = program_name(process) == "pkill"
    signal: int | None = 15
    if killing and words and words[0][:1] == "-" and (number := signal_number(words[0][1:])) is not None:
        signal, words = number, words[1:]
    opts, operands = PGREP.parse(process, words)
    if "signal" in opts:
        signal = signal_number(opts.text("signal"))
    if signal is None or (not operands and not opts.any("P", "u", "U", "s")) or len(operands) > 1:
        PGREP.fail(process)
    found = matching(process, opts, operands[0] if operands else "")
    if killing:
        for other in found:
            process.kill(other.pid, signal)
    elif "c" in opts:
        process.stdout.write(f"{len(found)}\n")
    elif found:
        lines = []
        for other in found:
            shown = command_line(other) if "a" in opts else command_name(other) if "l" in opts else ""
            lines.append(f"{other.pid} {shown}".rstrip())
        process.stdout.write(encode(opts.text("d", "\n").join(lines) + "\n"))
    return 0 if found else 1


def matching(process: Process, opts: Opts, pattern: str) -> list[Process]:
    """The processes that pgrep's options choose."""
    try:
        expression = re.compile(pattern, re.IGNORECASE if "i" in opts else 0)
    except re.error:
        die(process, f"bad regex '{pattern}'", 2)
    users = {
        entry[0] if (entry := user_entry(process, word)) else -1 for word in opts.text("u").split(",") if word
    }
    parents = opts.text("P").split(",") if "P" in opts else []
    found = []
    for other in listed(process):
        if other is process:
            continue
        text = command_line(other) if "f" in opts else command_name(other)
        matched = expression.fullmatch(text) if "x" in opts else expression.search(text)
        chosen = bool(matched)
        chosen = chosen and (not users or other.view.credentials.uid in users)
        chosen = chosen and (not parents or str(parent_pid(other)) in parents)
        if chosen != ("v" in opts):
            found.append(other)
    return found[-1:] if "n" in opts else found[:1] if "o" in opts else found


@program("killall", "killall5", options=KILLALL)
def killall(process: Process) -> int:
    """`killall [-SIG] NAME...`"""
    words = process.argv[1:]
    signal = 15
    if words and words[0][:1] == "-" and (number := signal_number(words[0][1:])) is not None:
        signal, words = number, words[1:]
    opts, wanted = KILLALL.parse(process, words)
    if "s" in opts:
        signal = signal_number(opts.text("s")) or die(process, f"bad signal name '{opts.text('s')}'")
    if not wanted:
        if is_busybox(process):
            die(process, "you need to specify whom to kill")
        KILLALL.fail(process)
    status = 0
    for name in wanted:
        found = [
            other for other in listed(process) if command_name(other) == name[:15] and other is not process
        ]
        for other in found:
            try:
                process.kill(other.pid, signal)
            except OSError as error:
                process.error(f"can't kill pid {other.pid}: {strerror(error)}")
                status = 1
        if not found:
            status = 1
            if "q" not in opts:
                process.error(f"{name}: no process killed")
    return status


@program("fuser", options=FUSER)
def fuser(process: Process) -> int:
    """`fuser FILE...`: 1 when nobody has one of them open."""
    _, operands = FUSER.parse(process)
    if not operands:
        FUSER.fail(process)
    wanted = {process.view.realpath(path) for path in operands if process.view.exists(path)}
    found = [
        other
        for other in listed(process)
        if any(getattr(stream, "name", None) in wanted for stream in other.descriptors.values())
    ]
    process.stdout.write(" ".join(str(other.pid) for other in found) + ("\n" if found else ""))
    return 0 if found else 1
