"""tty, stty, clear, reset, mesg: programs about a terminal that a build does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

TTY = Options(
    "s",
    long={"silent": "s", "quiet": "s"},
    usage="[-s]",
    help="Print file name of stdin's terminal\n\n\t-s\tPrint nothing, only return exit status",
    failure=2,
    gnu_long="*",
)
STTY = Options("+aF:g", usage="[-a|g] [-F DEVICE] [SETTING]...", help="Show/set terminal settings")
CLEAR = Options("Vx", usage="", help="Clear screen")
RESET = Options("", usage="", help="Reset terminal (ESC codes) and termios (signals, buffering, echo)")
TPUT = Options("+ST:", usage="CAPABILITY...", help="Initialize a terminal or query the terminfo database")


def is_terminal(process: Process, descriptor: int = 0) -> bool:
    """Is the descriptor a terminal?"""
    stream = process.descriptors.get(descriptor)
    return stream is not None and stream.is_tty


@program("tty", options=TTY)
def tty(process: Process) -> int:
    """`tty [-s]`: 1 without a terminal."""
    opts, _ = TTY.parse(process)
    terminal = is_terminal(process)
    if "s" not in opts:
        process.stdout.write("/dev/pts/0\n" if terminal else "not a tty\n")
    return 0 if terminal else 1


@program("stty", options=STTY)
def stty(process: Process) -> int:
    """`stty [SETTING]...`"""
    _, operands = STTY.parse(process)
    if not is_terminal(process):
        reason = "Inappropriate ioctl for device"
        die(process, f"standard input: {reason}", 1, f"'standard input': {reason}")
    if operands == ["size"]:
        process.stdout.write("24 80\n")
    elif not operands:
        process.stdout.write("speed 38400 baud; line = 0;\n")
    return 0


@program("clear", options=CLEAR)
def clear(process: Process) -> int:
    """`clear`"""
    CLEAR.parse(process)
    process.stdout.write("\033[H\033[J")
    return 0


@program("reset", options=RESET)
def reset(process: Process) -> int:
    """`reset`: nothing to do unless the terminal is one."""
    RESET.parse(process)
    if is_terminal(process, 1):
        process.stdout.write("\033c\033(B\033[m\033[J\033[?25h")
    return 0


@program("tput", options=TPUT)
def tput(process: Process) -> int:
    """`tput CAPABILITY`: without a terminal type only the size is known."""
    _, operands = TPUT.parse(process)
    if operands[:1] in (["cols"], ["lines"]):
        process.stdout.write("80\n" if operands[0] == "cols" else "24\n")
        return 0
    if not process.env.get("TERM"):
        die(process, "No value for $TERM and no -T specified", 2)
    return 0
