"""sleep, usleep, timeout, time, watch: programs about how long something takes, in simulated time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.kernel.signals import KILL, TERM, signal_number
from minibuild.programs.inputs import die, encode, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time
from minibuild.programs.system.launching import become, beside, duration

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

SLEEP = Options(
    "",
    usage="[N]...",
    help="Pause for a time equal to the total of the args given, where each arg can\n"
    "have an optional suffix of (s)econds, (m)inutes, (h)ours, or (d)ays",
    least=1,
)
USLEEP = Options("", usage="N", help="Pause for N microseconds", least=1)
TIMEOUT = Options(
    "+s:k:v",
    gnu_short="v",
    long={
        "signal=": "s",
        "kill-after=": "k",
        "verbose": "v",
        "preserve-status": "keep",
        "foreground": "fore",
    },
    usage="[-s SIG] [-k KILL_SECS] SECS PROG ARGS",
    help="Run PROG. Send SIG to it if it is not gone in SECS seconds.\n"
    "Default SIG: TERM.If it still exists in KILL_SECS seconds, send KILL.",
    gnu_failure=125,
    gnu_long="*",
)
TIME = Options(
    "+f:o:apv",
    long={"format=": "f", "output=": "o", "append": "a", "portability": "p", "verbose": "v"},
    usage="[-vpa] [-o FILE] PROG ARGS",
    help="Run PROG, display resource usage when it exits",
    gnu_long="*",
)
WATCH = Options(
    "+n:tdex",
    long={"interval=": "n", "no-title": "t", "differences": "d", "errexit": "e", "exec": "x"},
    usage="[-n SEC] [-t] PROG ARGS",
    help="Run PROG periodically\n\n\t-n SEC\tPeriod (default 2)\n\t-t\tDon't print header",
    least=1,
)
SECOND = 10**9


@program("sleep", options=SLEEP)
def sleep(process: Process) -> int:
    """`sleep N[smhd]...`"""
    _, operands = SLEEP.parse(process)
    process.sleep(sum(duration(process, word) for word in operands))
    return 0


@program("usleep", options=USLEEP)
def usleep(process: Process) -> int:
    """`usleep MICROSECONDS`"""
    _, operands = USLEEP.parse(process)
    process.sleep(number(process, operands[0]) / 1_000_000)
    return 0


@program("timeout", options=TIMEOUT)
def timeout(process: Process) -> int:
    """`timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS`: 143 (GNU: 124) when the time was up."""
    opts, operands = TIMEOUT.parse(process)
    if len(operands) < 2:
        TIMEOUT.fail_operands(process, operands)
    seconds = duration(process, operands[0], status=125 if not is_busybox(process) else 1)
    signal = signal_number(opts.text("s", "TERM"))
    if signal is None:
        text = opts.text("s")
        die(process, f"unknown signal '{text}'", 1, f"{text}: invalid signal")
    grace = duration(process, opts.text("k")) if "k" in opts else 0.0
    child = beside(process, lambda other: become(other, operands[1:], "failed to run command {}: {}"))
    late: list[int] = []

    def guard(other: Process) -> int:
        other.sleep(seconds)
        late.append(signal)
        other.kill(child.pid, signal)
        if grace:
            other.sleep(grace)
            other.kill(child.pid, KILL)
        return 0

    clock = beside(process, guard) if seconds else None
    status = process.wait(child)
    if clock is not None and clock.status is None:
        clock.receive(KILL)
        process.wait(clock)
    if not late or is_busybox(process) or "keep" in opts:
        return status
    return 137 if status == 128 + KILL and signal != TERM else 124


@program("time", options=TIME)
def time(process: Process) -> int:
    """`time [-pv] [-f FORMAT] [-o FILE] PROG ARGS`: only simulated time passes; none of it is spent
    computing.
    """
    opts, operands = TIME.parse(process)
    if not operands:
        TIME.fail(process)
    start = process.system.clock.now()
    child = process.fork()
    status = child.perform(lambda other: become(other, operands, "cannot run {}: {}"))
    process.reap(child)
    elapsed = (process.system.clock.now() - start) / SECOND
    text = usage(opts.get("f"), elapsed, operands, "p" in opts, is_busybox(process))
    if "o" in opts:
        output = process.open_stream(opts.text("o"), "a" if "a" in opts else "w")
        output.write(encode(text))
        output.close()
    else:
        process.stderr.write(text)
    raise ProcessExit(status)


def usage(form: str | None, elapsed: float, command: list[str], portable: bool, busybox: bool) -> str:
    """What time prints."""
    if form is not None:
        return formatted(form, elapsed, command, busybox) + "\n"
    if portable:
        return f"real {elapsed:.2f}\nuser 0.00\nsys 0.00\n"
    if not busybox:
        return f"0.00user 0.00system 0:{elapsed:05.2f}elapsed 0%CPU (0avgtext+0avgdata 2048maxresident)k\n"
    minutes, seconds = divmod(elapsed, 60)
    return f"real\t{minutes:.0f}m {seconds:.2f}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n"


def formatted(form: str, elapsed: float, command: list[str], busybox: bool) -> str:
    """A format of -f; busybox passes over backslashes and directives that it does not know."""
    fields = {
        "e": f"{elapsed:.2f}",
        "E": f"0m {elapsed:.2f}s",
        "U": "0.00",
        "S": "0.00",
        "C": " ".join(command),
    }
    fields |= {"x": "0", "M": "2048", "P": "0%"}
    if not busybox:
        fields |= {"%": "%"}

    def one(match: re.Match[str]) -> str:
        if match[0][0] == "%":
            return fields.get(match[0][1:], "" if busybox else "?")
        if busybox:
            return match[0][1:].replace("\\", "")
        return {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}.get(match[0], match[0])

    return re.sub(r"%.?|\\.?", one, form)


@program("watch", options=WATCH)
def watch(process: Process) -> int:
    """`watch [-n SEC] [-t] PROG ARGS`: again and again, until somebody ends it."""
    opts, operands = WATCH.parse(process)
    period = duration(process, opts.text("n", "2"))
    command = operands if "x" in opts else ["sh", "-c", " ".join(operands)]
    while True:
        if "t" not in opts:
            title = f"Every {period:.1f}s: {' '.join(operands)}"
            now = format_time(process, "%Y-%m-%d %H:%M:%S", process.system.clock.now())
            process.stdout.write(f"\033[H\033[J{title:<60}{now:>20}\n\n")
        status = process.call(command)
        if status and "e" in opts:
            return status
        process.tick(100)
        process.sleep(max(period, 0.1))
