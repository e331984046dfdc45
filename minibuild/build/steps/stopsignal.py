"""STOPSIGNAL: the signal that asks the container to end."""


from minibuild.build.action import Action, Situation, nop
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand
from minibuild.dockerfile.nodes import Stopsignal

# Linux on x86-64: signal(7).
_NAMES = frozenset(
    [
        "ABRT",
        "ALRM",
        "BUS",
        "CHLD",
        "CLD",
        "CONT",
        "FPE",
        "HUP",
        "ILL",
        "INT",
        "IO",
        "IOT",
        "KILL",
        "PIPE",
        "POLL",
        "PROF",
        "PWR",
        "QUIT",
        "SEGV",
        "STKFLT",
        "STOP",
        "SYS",
        "TERM",
        "TRAP",
        "TSTP",
        "TTIN",
        "TTOU",
        "URG",
        "USR1",
        "USR2",
        "VTALRM",
        "WINCH",
        "XCPU",
        "XFSZ",
    ]
)


def is_signal(text: str) -> bool:
    """Whether `text` is a signal's number (1-64) or name, with or without `SIG`, real-time ones included."""
    if text.isascii() and text.isdigit():
        return len(text) < 10 and 1 <= int(text) <= 64
    name = text.upper().removeprefix("SIG")
    if name.startswith(("RTMIN", "RTMAX")):
        offset = name[5:]
        return not offset or (offset[0] in "+-" and offset[1:].isdigit() and int(offset[1:10]) <= 15)
    return name in _NAMES


def resolve(instruction: Stopsignal, at: Situation) -> Action:
    """An unknown signal fails here, after expansion."""
    signal = expand(at, instruction.signal)
    if not is_signal(signal):
        raise BuildError(
            f"invalid signal: {signal}",
            hint="give a number from 1 to 64 or a name such as SIGTERM",
            subject=signal,
        )
    return Action(nop(at.shell, f" STOPSIGNAL {signal}"), at.config._replace(stop_signal=signal))
