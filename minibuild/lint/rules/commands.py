"""Rules about the commands of RUN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import From, Run, Shell
from minibuild.lint.edits import renamed
from minibuild.lint.finding import Level, Remark
from minibuild.lint.places import whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.scripts import NOT_POSIX, script_of
from minibuild.lint.tracks import RunLine, runs, tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject

_POINTLESS = ("free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim")
_WITH_PIPEFAIL = ("bash", "zsh", "ash")


@rule(
    "DL3001",
    Level.INFO,
    "A command that makes no sense in a build",
    why="Services, mounts and processes of a RUN end with it; nobody logs in or edits there.",
    example=Example("RUN service nginx start", 'CMD ["nginx", "-g", "daemon off;"]'),
)
def pointless(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of(*_POINTLESS):
            yield Remark(line.place(subject, command), f"{command.name} has no use in a build")


@rule(
    "DL3003",
    Level.WARNING,
    "RUN changes the directory",
    why="cd holds until the RUN ends. WORKDIR is seen by every instruction after it, and by the reader.",
    example=Example("RUN cd /app && make", "WORKDIR /app\nRUN make"),
)
def changes_directory(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("cd"):
            yield Remark(line.place(subject, command), "Set the directory with WORKDIR")


@rule(
    "DL3004",
    Level.ERROR,
    "RUN uses sudo",
    why="sudo behaves otherwise without a terminal and hands signals on badly. USER says who runs what.",
    example=Example("RUN sudo apt-get update", "USER root\nRUN apt-get update"),
)
def uses_sudo(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("sudo"):
            yield Remark(line.place(subject, command), "Change the user with USER instead of sudo")


@rule(
    "DL3046",
    Level.WARNING,
    "useradd with a high number and without -l",
    why="useradd writes a log with a place for every number up to this one: gigabytes in the layer, even if"
    " most are holes.",
    example=Example("RUN useradd -u 1000000 app", "RUN useradd -l -u 1000000 app"),
)
def sparse_log(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("useradd"):
            if not command.has_flag("l", "no-log-init") and any(len(uid) > 5 for uid in _uids(command)):
                yield Remark(
                    line.place(subject, command),
                    "Add -l: useradd would write a very large log",
                    renamed(subject, line, command, "useradd -l"),
                )


def _uids(command: Command) -> list[str]:
    after = [flag.index + 1 for flag in command.flags if flag.name == "u"]
    return ["".join(command.arguments[at : at + 1]) for at in after]


@rule(
    "DL3047",
    Level.INFO,
    "wget draws a progress bar",
    why="In the log of a build each step of the bar is a line of its own: thousands for a large file.",
    example=Example(
        "RUN wget https://example.com/big", "RUN wget --progress=dot:giga https://example.com/big"
    ),
)
def progress_bar(subject: Subject) -> Iterator[Remark]:
    quiet = ("progress", "q", "quiet", "o", "output-file", "a", "append-output", "no-verbose")
    for line in runs(subject, held=True):
        for command in line.script.all_of("wget"):
            if not command.has_flag(*quiet) and not command.has("-nv"):
                yield Remark(
                    line.place(subject, command),
                    "Add --progress=dot:giga, or -q or -nv",
                    renamed(subject, line, command, "wget --progress=dot:giga"),
                )


@rule(
    "DL3059",
    Level.INFO,
    "RUN directly after RUN",
    why="Each RUN is a layer. What belongs together can stand in one of them.",
    example=Example("RUN make\nRUN make install", "RUN make && make install"),
)
def consecutive(subject: Subject) -> Iterator[Remark]:
    before: tuple[tuple[str, ...], int] | None = None
    for instruction in subject.dockerfile.instructions:
        if not isinstance(instruction, Run):
            before = None
            continue
        count = len(script_of(instruction).commands)
        flags = instruction.flags
        if before is not None and before[0] == flags and count < 2 and before[1] < 2:
            yield Remark(whole(subject, instruction), "Join this with the RUN before it")
        else:
            before = flags, count


@rule(
    "DL4001",
    Level.WARNING,
    "Both wget and curl are used",
    why="Two programs for one purpose are two packages to install and to keep up to date.",
    example=Example(
        "RUN wget http://a/b\nRUN curl -O http://a/c", "RUN curl -O http://a/b\nRUN curl -O http://a/c"
    ),
)
def two_fetchers(subject: Subject) -> Iterator[Remark]:
    for track in tracks(subject):
        used: set[str] = set()
        for one in track:
            if isinstance(one.instruction, From):
                used = set()
            elif isinstance(one.instruction, Run):
                line = RunLine(one.instruction, one.outer, script_of(one.instruction))
                found = list(line.script.all_of("wget", "curl"))
                used |= {command.name for command in found}
                if found and len(used) > 1:
                    yield Remark(
                        line.place(subject, found[0]), "Use either wget or curl in a stage, not both"
                    )


@rule(
    "DL4005",
    Level.WARNING,
    "RUN makes /bin/sh another shell",
    why="SHELL says which shell runs the following instructions, without changing the image.",
    example=Example("RUN ln -sf /bin/bash /bin/sh", 'SHELL ["/bin/bash", "-c"]'),
)
def relinks_shell(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("ln"):
            if command.has("/bin/sh"):
                yield Remark(line.place(subject, command), "Set the shell with SHELL")


@rule(
    "DL4006",
    Level.WARNING,
    "A pipe hides the failure of all but its last command",
    why="A shell takes the status of the pipe's last command for that of all: the build goes on with half a"
    " download.",
    example=Example(
        "RUN curl https://example.com/x | sh",
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN curl https://example.com/x | sh',
    ),
)
def pipe_status(subject: Subject) -> Iterator[Remark]:
    safe = False
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From):
            safe = False
        elif isinstance(instruction, Shell):
            safe = _is_safe(instruction)
        elif isinstance(instruction, Run) and not safe and script_of(instruction).has_pipe:
            yield Remark(whole(subject, instruction), "Set SHELL with -o pipefail before a RUN with a pipe")


def _is_safe(shell: Shell) -> bool:
    text = " ".join(shell.args)
    if text.startswith(NOT_POSIX):
        return True
    return script_of(shell).any(
        lambda command: (
            command.name.rpartition("/")[2] in _WITH_PIPEFAIL
            and command.has_flag("o")
            and command.has("pipefail")
        )
    )
