"""Commands that text programs run by the shell: to read what they print, to write to them, or for their
effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.streams import Sink
from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream


def shell_argv(command: bytes) -> list[str]:
    """The arguments of `sh -c COMMAND`."""
    return ["sh", "-c", decode(command)]


def run_shell(process: Process, command: bytes, streams: Mapping[int, Stream] | None = None) -> int:
    """Run a command by /bin/sh as system(3) does; its wait status, 127 when there is no shell."""
    child = process.fork()
    for number, stream in (streams or {}).items():
        child.descriptors.put(number, stream)
    status = child.perform(lambda one: shell_body(one, command))
    process.reap(child)
    return status


def shell_body(process: Process, command: bytes) -> int:
    """Let a process go on as /bin/sh with the command."""
    try:
        return process.execute(shell_argv(command), "/bin/sh")
    except OSError as error:
        process.error(f"/bin/sh: {strerror(error)}")
        return 127


def command_output(process: Process, command: bytes) -> bytes:
    """What a command prints on standard output."""
    pieces: list[bytes] = []
    run_shell(process, command, {1: Sink(pieces.append, process.system.limits.memory)})
    return b"".join(pieces)
