"""Programs that run another one in their place or beside them: what these do alike."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import run_command
from minibuild.programs.inputs import die, is_unknown, quoted
from minibuild.programs.options import help_hint, is_busybox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process


def become(process: Process, argv: Sequence[str], gnu: str = "{}: {}") -> int:
    """Go on as another command, found through PATH; 127 when there is none, 126 when it can't be executed.

    `gnu` is how GNU's program says that: with the name in quotes and the reason.
    """
    busybox, said = is_busybox(process), process.argv
    try:
        return run_command(process, argv)
    except OSError as error:
        process.argv = said
        status = 127 if error.errno in (errno.ENOENT, errno.ENOTDIR) else 126
        reason = strerror(error)
        text = f"can't execute '{argv[0]}': {reason}" if busybox else gnu.format(quoted(argv[0]), reason)
        return die(process, text, status)


def beside(process: Process, body: Callable[[Process], int]) -> Process:
    """A child that does `body` side by side with this process."""
    child = process.fork()
    child.start(body)
    return child


def duration(process: Process, text: str, message: str = "invalid number '{}'", status: int = 1) -> float:
    """Seconds of `1.5`, `10s`, `3m`, `2h`, `1d`; the program ends when it is none."""
    if is_unknown(process, text):
        return 1.0
    digits, unit = (text[:-1], text[-1]) if text[-1:] in tuple("smhd") else (text, "s")
    plain = digits.replace(".", "", 1)
    if not digits or not plain.isascii() or not (plain.isdigit() or digits in ("inf", "infinity")):
        gnu = f"invalid time interval {quoted(text)}\n{help_hint(process)}"
        die(process, message.format(text), status, gnu)
    return min(float(digits), 1e9) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
