"""start-stop-daemon: start a program unless it runs, or stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.signals import signal_number
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.launching import become, beside
from minibuild.programs.system.processes import command_name, listed
from minibuild.programs.system.rights import parse_spec, take_credentials
from minibuild.programs.users.names import user_entry

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

OPTIONS = Options(
    "+KSbmtoqvu:n:x:a:p:s:c:N:R:d:k:g:r:I:P:HTVC",
    long={
        "start": "S",
        "stop": "K",
        "status": "T",
        "background": "b",
        "make-pidfile": "m",
        "remove-pidfile": "remove",
        "test": "t",
        "oknodo": "o",
        "quiet": "q",
        "verbose": "v",
        "user=": "u",
        "name=": "n",
        "exec=": "x",
        "startas=": "a",
        "pidfile=": "p",
        "signal=": "s",
        "chuid=": "c",
        "nicelevel=": "N",
        "retry=": "R",
        "chdir=": "d",
        "umask=": "k",
        "group=": "g",
        "no-close": "C",
    },
    usage="[OPTIONS] [-S|-K] ... [-- ARGS...]",
    help="Search for matching processes, and then\n-K: stop all matching processes\n"
    "-S: start a process unless a matching process is found",
    gnu_failure=3,
)


@program("start-stop-daemon", options=OPTIONS)
def start_stop_daemon(process: Process) -> int:
    """`start-stop-daemon -S|-K [OPTIONS] [-- ARGS]`"""
    opts, arguments = OPTIONS.parse(process)
    action = opts.last("S", "K", "T")
    executable = opts.get("x") or opts.get("a")
    if action is None or (action == "S" and executable is None):
        OPTIONS.fail(process)
    found = matching(process, opts)
    if action == "T":
        return 0 if found else 3
    if action == "K":
        return stop(process, opts, found)
    if found:
        if "q" not in opts:
            process.stdout.write(encode(f"{executable} is already running\n"))
        return 0 if "o" in opts else 1
    if "t" in opts:
        return 0
    return start(process, opts, executable or "", arguments)


def matching(process: Process, opts: Opts) -> list[Process]:
    """The processes that -p, -x, -n and -u describe."""
    number = -1
    if "p" in opts:
        try:
            text = decode(process.view.read_bytes(opts.text("p"))).strip()
        except OSError:
            return []
        number = int(text) if text.isdigit() else -1
    entry = user_entry(process, opts.text("u")) if "u" in opts else None
    executable = (
        process.view.realpath(opts.text("x")) if process.view.exists(opts.text("x")) else opts.text("x")
    )
    return [
        other
        for other in listed(process)
        if other is not process
        and (number < 0 or other.pid == number)
        and ("x" not in opts or other.executable == executable)
        and ("n" not in opts or command_name(other) == opts.text("n")[:15])
        and (entry is None or other.view.credentials.uid == entry[0])
    ]


def stop(process: Process, opts: Opts, found: list[Process]) -> int:
    """Send the signal to all of them."""
    signal = signal_number(opts.text("s", "TERM"))
    if signal is None:
        die(process, f"unknown signal '{opts.text('s')}'")
    if not found:
        if "q" not in opts:
            process.stdout.write(
                encode(f"no {opts.get('x') or opts.get('n') or 'process'} found; none killed\n")
            )
        return 0 if "o" in opts else 1
    for other in found:
        if "t" not in opts:
            process.kill(other.pid, signal)
    if "q" not in opts and "t" not in opts:
        numbers = " ".join(str(other.pid) for other in found)
        process.stdout.write(
            encode(f"stopped {opts.get('x') or opts.get('n') or 'process'} (pid {numbers})\n")
        )
    return 0


def start(process: Process, opts: Opts, executable: str, arguments: list[str]) -> int:
    """Become the program, or with -b leave it running beside."""
    argv = [opts.text("a", executable), *arguments]
    if not process.view.access(argv[0], 1):
        words = f"unable to stat {argv[0]} (No such file or directory)"
        die(
            process,
            f"can't execute '{argv[0]}': No such file or directory",
            1 if is_busybox(process) else 2,
            words,
        )

    def body(other: Process) -> int:
        if "m" in opts and "p" in opts:
            other.view.write_bytes(opts.text("p"), encode(f"{other.pid}\n"), 0o644)
        if "d" in opts:
            other.view.chdir(opts.text("d"))
        if "c" in opts:
            take_credentials(other, parse_spec(other, opts.text("c")))
        return become(other, argv, "unable to start {} ({})")

    if "b" in opts:
        beside(process, body)
        return 0
    return body(process)
