"""Command substitution, process substitution, subshells: scripts that run in a child of the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.content import opaque_word
from minibuild.kernel.limits import LimitError
from minibuild.kernel.pipes import Pipe
from minibuild.kernel.streams import Device
from minibuild.shell.bounds import LONGEST_TEXT
from minibuild.shell.compiler import compile_commands
from minibuild.shell.nodes import Script, SimpleCommand, Word
from minibuild.shell.octets import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.kernel.scheduler import Scheduler, Task
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Run = Callable[[Shell], int]

_FIRST = 63


class Collector(Device):
    """Keeps what is written to it, and tells when the last writer is gone."""

    readable = False

    def __init__(self, limit: int) -> None:
        self.references = 0
        self.opaque = ""
        self.data = bytearray()
        self.limit = limit
        self.waiting: list[Task] = []
        self.scheduler: Scheduler | None = None

    def write(self, data: bytes) -> int:
        """Keep the bytes; LimitError when there are too many."""
        self.data += data
        if len(self.data) > self.limit:
            raise LimitError(
                f"the command was ended: a command substitution gave more than {self.limit >> 20} MiB"
            )
        return len(data)

    def make_opaque(self, origin: str) -> None:
        """Remember that not all of it is known."""
        self.opaque = self.opaque or origin

    def close(self) -> None:
        """Nobody writes any more."""
        if self.scheduler is not None:
            self.scheduler.wake(self.waiting)


def compile_script(script: Script, dialect: Dialect) -> Run:
    """The function that runs a script; it is compiled when it runs for the first time."""
    compiled: list[Run] = []
    if script.error:
        return _failing(script.error)

    def run(shell: Shell) -> int:
        if not compiled:
            compiled.append(compile_commands(script.commands, dialect, tail=True))
        return compiled[0](shell)

    return run


def _failing(error: str) -> Run:
    """A script with a syntax error that bash finds out now."""

    def run(shell: Shell) -> int:
        shell.complain(f"command substitution: syntax error: {error}")
        return 2

    return run


def file_word(script: Script) -> Word | None:
    """The file of bash's `$(< file)`; None when a substitution is anything else."""
    if len(script.commands) != 1:
        return None
    command = script.commands[0]
    if not isinstance(command, SimpleCommand) or command.words or command.assignments:
        return None
    if len(command.redirections) != 1 or command.redirections[0].operator != "<":
        return None
    target = command.redirections[0].target
    return target if isinstance(target, Word) else None


def read_file(shell: Shell, path: str) -> str:
    """What `$(< path)` gives."""
    try:
        data = shell.process.open_reader(path if path != "-" else "./-").read()
    except OSError as error:
        shell.complain(shell.words.open_failure(path, error, create=False))
        shell.substitution_status = 1
        return ""
    shell.substitution_status = 0
    return decode(data).rstrip("\n").replace("\0", "")


def capture(shell: Shell, script: Run) -> str:
    """What a script writes, without newlines at its end. Its status is the shell's `substitution_status`."""
    process = shell.process
    collector = Collector(LONGEST_TEXT)
    child = process.fork()
    child.descriptors.put(1, collector)

    def body(own: Process) -> int:
        inner = shell.fork(own)
        if not shell.dialect.substitution_inherits_errexit and not shell.options.inherit_errexit:
            inner.options.errexit = False
        inner.tested = 0
        if shell.traps.shown():
            inner.traps.show_as(shell.traps)
        return inner.run_to_end(script)

    shell.substitution_status = child.perform(body)
    if shell.dialect.bash:
        shell.status = shell.substitution_status
    process.reap(child)
    if collector.references > 0:
        collector.scheduler = process.system.scheduler
        while collector.references > 0:  # a background command still holds the pipe
            collector.scheduler.wait(collector.waiting)
    text = decode(bytes(collector.data)).rstrip("\n")
    if collector.opaque and not text:
        return opaque_word(collector.opaque)
    return text.replace("\0", "") if "\0" in text else text


def open_process(shell: Shell, script: Run, reads: bool) -> str:
    """Start a script whose output (or input) is a pipe; the path under which that can be opened."""
    process = shell.process
    pipe = Pipe(process.system.scheduler)
    child = process.fork()
    own = _FIRST
    while own in process.descriptors:
        own -= 1
    if reads:
        child.descriptors.put(1, pipe.writer())
        process.descriptors.put(own, pipe.reader())
    else:
        child.descriptors.put(0, pipe.reader())
        process.descriptors.put(own, pipe.writer())

    def body(own_process: Process) -> int:
        return shell.fork(own_process).run_to_end(script)

    child.start(body)
    shell.temporary.append(own)
    if shell.dialect.bash:
        shell.last_background = child.pid
    return f"/dev/fd/{own}"
