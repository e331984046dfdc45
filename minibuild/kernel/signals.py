"""Signals by number and name (signal(7), x86-64), and what ends a process from within."""

from __future__ import annotations

NAMES = (
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
    "PROF", "WINCH", "POLL", "PWR", "SYS",
)  # fmt: skip
NUMBERS = {name: number for number, name in enumerate(NAMES)} | {"IOT": 6, "CLD": 17, "IO": 29}
HUP, INT, QUIT, KILL, USR1, SEGV, PIPE, ALRM, TERM, CHLD, CONT, STOP = (
    1,
    2,
    3,
    9,
    10,
    11,
    13,
    14,
    15,
    17,
    18,
    19,
)
# What strsignal(3) says, for the shells that tell of a child's death.
WORDS = {
    1: "Hangup", 2: "Interrupt", 3: "Quit", 4: "Illegal instruction", 5: "Trace/breakpoint trap",
    6: "Aborted", 7: "Bus error", 8: "Floating point exception", 9: "Killed", 10: "User defined signal 1",
    11: "Segmentation fault", 12: "User defined signal 2", 13: "Broken pipe", 14: "Alarm clock",
    15: "Terminated", 16: "Stack fault", 24: "CPU time limit exceeded", 25: "File size limit exceeded",
    26: "Virtual timer expired", 27: "Profiling timer expired", 29: "I/O possible", 30: "Power failure",
    31: "Bad system call",
}  # fmt: skip
# Signals whose default is to do nothing.
HARMLESS = frozenset({17, 18, 23, 28})


def signal_number(text: str) -> int | None:
    """The number of a signal given as `9`, `KILL` or `SIGKILL` (any case); None when there is none."""
    if text.isascii() and text.isdigit():
        number = int(text)
        return number if number < 65 else None
    return NUMBERS.get(text.upper().removeprefix("SIG"))


class ProcessExit(Exception):  # noqa: N818  not an error: exit(2)
    """The process ends itself with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status & 255


class ProcessKilled(BaseException):
    """A signal ends the process; no program may catch it."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal
