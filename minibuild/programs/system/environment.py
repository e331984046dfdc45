"""Programs that change what a command inherits and become it: env, nice, nohup, setsid, stdbuf and their kin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.process import ProcessExit
from minibuild.kernel.signals import HUP
from minibuild.programs.inputs import die, encode, quoted, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.launching import become, beside

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

ENV = Options(
    "+iu:0C:S:v",
    gnu_short="CSv",
    long={
        "ignore-environment": "i",
        "unset=": "u",
        "null": "0",
        "chdir=": "C",
        "split-string=": "S",
        "debug": "v",
    },
    usage="[-i0] [-u NAME]... [-] [NAME=VALUE]... [PROG ARGS]",
    help="Print current environment or run PROG after setting up environment\n\n"
    "\t-, -i\tStart with empty environment\n\t-0\tNUL terminated output\n"
    "\t-u NAME\tRemove variable from environment",
    gnu_failure=125,
    gnu_long="chdir split-string debug",
)
NICE = Options(
    "+n:",
    long={"adjustment=": "n"},
    usage="[-n ADJUST] [PROG ARGS]",
    help="Change scheduling priority, run PROG",
    gnu_failure=125,
    gnu_long="*",
)
NOHUP = Options(
    "+",
    usage="PROG ARGS",
    help="Run PROG immune to hangups, with output to a non-tty",
    failure=127,
    gnu_failure=125,
)
SETSID = Options(
    "+cfw",
    long={"ctty": "c", "fork": "f", "wait": "w"},
    usage="[-c] PROG ARGS",
    help="Run PROG in a new session. PROG will have no controlling terminal",
)
IONICE = Options(
    "+c:n:p:t",
    long={"class=": "c", "classdata=": "n", "pid=": "p", "ignore": "t"},
    usage="[-c 1-3] [-n 0-7] [-t] { -p PID | PROG ARGS }",
    help="Change I/O priority and class",
    gnu_long="*",
)
STDBUF = Options(
    "+i:o:e:",
    long={"input=": "i", "output=": "o", "error=": "e"},
    usage="OPTION... COMMAND",
    help="Run COMMAND, with modified buffering operations for its standard streams",
    failure=125,
    least=1,
)
RENICE = Options("+", usage="[-n] PRIORITY [[-p|g|u] ID...]...", help="Change scheduling priority", least=1)
TASKSET = Options(
    "+pca", usage="[-a] [-p] [HEXMASK] PID | PROG ARGS", help="Set or get CPU affinity", least=1
)
CHRT = Options("+mpfrobi", usage="-m | -p [PRIO] PID | [-rfobi] PRIO PROG ARGS", help="Scheduling attributes")
PERSONALITY = Options("+RBFILSTXZvh3", usage="[PROG ARGS]", help="Run PROG with another personality")
EXECUTE = "failed to execute {}: {}"


@program("env", options=ENV)
def env(process: Process) -> int:
    """`env [-i0] [-u NAME]... [NAME=VALUE]... [PROG ARGS]`"""
    words = process.argv[1:]
    if words[:1] == ["-"]:
        words = ["-i", *words[1:]]
    opts, operands = ENV.parse(process, split_string(words))
    if operands[:1] == ["-"]:
        process.env, operands = {}, operands[1:]
    if "i" in opts:
        process.env = {}
    for name in opts.all("u"):
        process.env.pop(name, None)
    while operands and "=" in operands[0]:
        name, _, value = operands.pop(0).partition("=")
        process.env[name] = value
    if "C" in opts:
        try:
            process.view.chdir(opts.text("C"))
        except OSError as error:
            report(process, "can't change directory to '{}'", opts.text("C"), error)
            raise ProcessExit(125) from None
    if operands:
        return become(process, operands)
    end = b"\0" if "0" in opts else b"\n"
    for name, value in process.env.items():
        process.stdout.write(encode(f"{name}={value}") + end)
    return 0


def split_string(words: list[str]) -> list[str]:
    """The words with that of -S taken apart: what a `#!/usr/bin/env -S` line needs."""
    if words and words[0].startswith(("-S", "-vS")):
        text = words[0].partition("S")[2]
        rest = words[1:]
        if not text and rest:
            text, rest = rest[0], rest[1:]
        return [*text.split(), *rest]
    return words


@program("nice", options=NICE)
def nice(process: Process) -> int:
    """`nice [-n ADJUST] [PROG ARGS]`: priorities mean nothing in simulated time."""
    words = process.argv[1:]
    if words and words[0][:1] == "-" and words[0][1:].lstrip("-").isdigit():
        words = ["-n", words[0][1:], *words[1:]]
    opts, operands = NICE.parse(process, words)
    adjustment = opts.text("n", "10")
    if not adjustment.lstrip("+-").isdigit():
        die(process, f"invalid number '{adjustment}'", 125, f"invalid adjustment {quoted(adjustment)}")
    if operands:
        return become(process, operands)
    process.stdout.write("0\n")
    return 0


@program("nohup", options=NOHUP)
def nohup(process: Process) -> int:
    """`nohup PROG ARGS`: the command ignores SIGHUP; nothing here is a terminal, so no output moves."""
    _, operands = NOHUP.parse(process)
    if not operands:
        NOHUP.fail_operands(process, operands)
    process.ignored.add(HUP)
    return become(process, operands, "failed to run command {}: {}")


@program("setsid", options=SETSID)
def setsid(process: Process) -> int:
    """`setsid [-cfw] PROG ARGS`"""
    opts, operands = SETSID.parse(process)
    if not operands:
        if not is_busybox(process):
            process.error("no command specified")
        SETSID.fail(process)
    if "f" in opts:
        child = beside(process, lambda other: become(other, operands, EXECUTE))
        return process.wait(child) if "w" in opts else 0
    return become(process, operands, EXECUTE)


@program("ionice", options=IONICE)
def ionice(process: Process) -> int:
    """`ionice [-c CLASS] [-n PRIO] PROG ARGS`"""
    opts, operands = IONICE.parse(process)
    if operands and "p" not in opts:
        return become(process, operands, EXECUTE)
    if not opts.any("c", "n"):
        process.stdout.write("none: prio 0\n")
    return 0


@program("stdbuf", options=STDBUF)
def stdbuf(process: Process) -> int:
    """`stdbuf -oL COMMAND`: buffers are a matter of the simulation."""
    _, operands = STDBUF.parse(process)
    return become(process, operands, "failed to run command {}: {}")


@program("renice", options=RENICE)
def renice(process: Process) -> int:
    """`renice PRIORITY PID...`: there is nothing to change, only to check."""
    words = [word for word in process.argv[1:] if word not in ("-n", "-p", "-g", "-u")]
    if not words:
        RENICE.fail(process)
    if not words[0].lstrip("+-").isdigit():
        die(process, f"invalid number '{words[0]}'")
    status = 0
    for word in words[1:]:
        if not word.isdigit() or int(word) not in process.system.processes:
            process.error(f"{word}: No such process" if word.isdigit() else f"invalid number '{word}'")
            status = 1
    return status


@program("taskset", options=TASKSET)
def taskset(process: Process) -> int:
    """`taskset MASK PROG ARGS`, `taskset -p PID`: every processor is the same one."""
    opts, operands = TASKSET.parse(process)
    if "p" in opts:
        process.stdout.write(f"pid {operands[-1]}'s current affinity mask: 1\n")
        return 0
    if len(operands) < 2:
        TASKSET.fail(process)
    return become(process, operands[1:], EXECUTE)


@program("chrt", options=CHRT)
def chrt(process: Process) -> int:
    """`chrt PRIO PROG ARGS`"""
    opts, operands = CHRT.parse(process)
    if opts.any("m", "p"):
        return 0
    if len(operands) < 2:
        CHRT.fail(process)
    return become(process, operands[1:], EXECUTE)


@program("linux32", "linux64", "setarch", options=PERSONALITY)
def personality(process: Process) -> int:
    """`linux32 [PROG ARGS]`, `setarch ARCH [PROG ARGS]`: a shell when there is no program."""
    _, operands = PERSONALITY.parse(process)
    if process.argv[0].endswith("setarch"):
        operands = operands[1:]
    return become(process, operands or ["/bin/sh"], EXECUTE)
