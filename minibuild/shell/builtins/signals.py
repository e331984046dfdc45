"""trap, kill, wait, jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.signals import NAMES, TERM, signal_number
from minibuild.shell.errors import ShellError
from minibuild.shell.numbers import non_negative
from minibuild.shell.trace import single_quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minibuild.kernel.process import Process
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.jobs import Job

_PSEUDO = {"ERR": "error", "DEBUG": "debug", "RETURN": "returned"}
_LARGEST = 64


def _signal(text: str) -> int | None:
    if text.upper().removeprefix("SIG") == "EXIT":
        return 0
    return signal_number(text)


def trap(shell: Shell, argv: list[str]) -> int:
    """`trap [action] signal...`; without operands (or with -p) lists what is set; -l lists signals."""
    words = argv[1:]
    if words[:1] == ["-l"]:
        return shell.write("\n".join(f"{n:2}) {name}" for n, name in enumerate(NAMES) if n) + "\n")
    listing = words[:1] == ["-p"]
    if listing or words[:1] == ["--"]:
        words = words[1:]
    if listing or not words:
        return _list_traps(shell, words)
    if (
        len(words) == 1
        or (words[0].isdigit() and not shell.dialect.bash)
        or (words[0].isdigit() and int(words[0]) < 65)
    ):
        action: str | None = None
    else:
        action = words.pop(0)
        if action == "-":
            action = None
    if words[:1] == ["-"]:
        words.pop(0)
    status = 0
    for word in words:
        pseudo = _PSEUDO.get(word.upper().removeprefix("SIG")) if not shell.dialect.posix_only else None
        if pseudo not in (None, "error") and not shell.dialect.bash:
            pseudo = None
        number = _signal(word)
        if pseudo is not None:
            setattr(shell.traps, pseudo, action)
        elif number is None:
            shell.complain(
                f"{word}: bad trap" if shell.dialect.posix_only else f"{word}: invalid signal specification"
            )
            status = 1
        else:
            shell.traps.set(number, action)
    return status


def _list_traps(shell: Shell, only: list[str]) -> int:
    wanted = {_signal(word) for word in only}
    lines = []
    for number, action in sorted(shell.traps.shown().items()):
        if only and number not in wanted:
            continue
        name = NAMES[number] if number < len(NAMES) else str(number)
        if shell.dialect.bash and number:
            name = "SIG" + name
        lines.append(f"trap -- {single_quoted(action)} {name}\n")
    for name, attribute in _PSEUDO.items():
        found = getattr(shell.traps, attribute)
        if found is not None and (not only or name in only):
            lines.append(f"trap -- {single_quoted(found)} {name}\n")
    return shell.write("".join(lines)) if lines else 0


# ---- kill


def kill_processes(
    process: Process, words: list[str], jobs: Mapping[str, int], *, plain: bool = False
) -> tuple[int, str, list[str]]:
    """`kill`: the status, what it prints and what it complains of. `jobs` are the pids of `%1` and the like.

    With `plain` `-l` lists names without numbers, as dash does.
    """
    signal = TERM
    if words and words[0] in ("-l", "-L"):
        return _list_signals(words[1:], plain=plain)
    if words and words[0] in ("-s", "-n") and len(words) > 1:
        number = _signal(words[1])
        if number is None:
            return 1, "", [f"bad signal name '{words[1]}'"]
        signal, words = number, words[2:]
    elif words and len(words[0]) > 1 and words[0][0] == "-" and words[0] != "--":
        number = _signal(words[0][1:])
        if number is None:
            return 1, "", [f"bad signal name '{words[0][1:]}'"]
        signal, words = number, words[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        return 1, "", ["you need to specify whom to kill"]
    status, messages = 0, []
    for word in words:
        pid = jobs.get(word)
        if pid is None:
            if not word.removeprefix("-").isdigit():
                messages.append(f"invalid number '{word}'")
                status = 1
                continue
            pid = int(word)
        try:
            process.kill(pid, signal)
        except OSError as error:
            messages.append(f"can't kill pid {word}: {strerror(error)}")
            status = 1
    return status, "", messages


def _list_signals(words: list[str], *, plain: bool = False) -> tuple[int, str, list[str]]:
    if not words and plain:
        return 0, "0\n" + "".join(f"{name}\n" for name in NAMES[1:]), []
    if not words:
        return 0, "".join(f"{n:2}) {name}\n" for n, name in enumerate(NAMES) if n), []
    out: list[str] = []
    for word in words:
        number = signal_number(word)
        if number is None and word.isdigit():
            number = int(word)
        if number is None:
            return 1, "".join(out), [f"unknown signal '{word}'"]
        if word.isdigit():
            number &= 127
            out.append(f"{NAMES[number] if number < len(NAMES) else number}\n")
        else:
            out.append(f"{number}\n")
    return 0, "".join(out), []


def kill(shell: Shell, argv: list[str]) -> int:
    """`kill [-signal] pid|%job...`."""
    jobs = {f"%{job.number}": job.process.pid for job in shell.jobs}
    if shell.jobs:
        jobs["%%"] = jobs["%+"] = jobs["%"] = shell.jobs[-1].process.pid
    status, text, messages = kill_processes(shell.process, argv[1:], jobs, plain=shell.dialect.posix_only)
    if text:
        shell.write(text)
    for message in messages:
        shell.complain_as("kill", message)
    return status


# ---- jobs


def wait(shell: Shell, argv: list[str]) -> int:
    """`wait [pid|%job]...`: for all children, or for those; the status of the last one."""
    words = argv[1:]
    any_one = False
    while not shell.dialect.posix_only and words and words[0] in ("-n", "-f"):
        any_one = any_one or words[0] == "-n"
        words.pop(0)
    if not words:
        if any_one and not shell.jobs:
            return 127
        jobs = shell.jobs[:1] if any_one else list(shell.jobs)
        status = 0
        for job in jobs:
            ended = _wait_for(shell, job)
            if ended is None:
                return _interrupted(shell)
            status = ended
        return status if any_one else 0
    status = 0
    for word in words:
        found = _find_job(shell, word)
        if found is None:
            status = 127
            continue
        ended = _wait_for(shell, found)
        if ended is None:
            return _interrupted(shell)
        status = ended
    return status


def _find_job(shell: Shell, word: str) -> Job | None:
    if word.startswith("%"):
        if word in ("%", "%%", "%+"):
            return shell.jobs[-1] if shell.jobs else None
        job = next((job for job in shell.jobs if f"%{job.number}" == word), None)
        if job is None and not shell.dialect.bash:
            raise ShellError(
                f"{word}: no such job" if not shell.dialect.posix_only else f"No such job: {word}"
            )
        return job
    pid = non_negative(word)
    return next((job for job in shell.jobs if job.process.pid == pid), None) or shell.ended_jobs.get(pid)


def _wait_for(shell: Shell, job: Job) -> int | None:
    """The status of a job when it has ended; None when a trapped signal comes first."""
    process = shell.process
    child = job.process
    while child.status is None:
        if process.pending:
            return None
        process.system.scheduler.wait(child.waiting)
    process.reap(child)
    if job in shell.jobs:
        shell.jobs.remove(job)
        shell.ended_jobs[child.pid] = job
    from minibuild.shell.jobs import announce

    announce(shell, child, child.status)
    return child.status


def _interrupted(shell: Shell) -> int:
    signal = shell.process.pending[0]
    shell.handle_signals()
    return 128 + signal


def jobs(shell: Shell, argv: list[str]) -> int:
    """`jobs [-lp]`."""
    known = shell.jobs or shell.outer_jobs
    for job in list(known):
        if "-p" in argv:
            shell.write(f"{job.process.pid}\n")
            continue
        mark = "+" if job is known[-1] else "-" if job in known[-2:-1] else " "
        pid = f"{job.process.pid} " if "-l" in argv else ""
        shell.write(
            f"[{job.number}]{mark} {' ' if shell.dialect.bash else ''}{pid}{job.state:<26}{job.text}\n"
        )
        if job.process.status is not None and job in shell.jobs:
            shell.process.reap(job.process)
            shell.jobs.remove(job)
            shell.ended_jobs[job.process.pid] = job
    return 0


def foreground(shell: Shell, argv: list[str]) -> int:
    """`fg`, `bg`: there is no job control in a script."""
    if shell.dialect.bash:
        raise ShellError("no job control", 1)
    found = _find_job(shell, argv[1] if len(argv) > 1 else "%%")
    if found is None:
        raise ShellError("No current job" if len(argv) < 2 else f"No such job: {argv[1]}")
    raise ShellError("job not created under job control")
