"""Rules about what the simulated build makes: they speak with `--simulate`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.lint.executables import interpreter_of, is_certain, why_not_executable
from minibuild.lint.finding import Level, Place, Remark
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.filesystem import Node
    from minibuild.lint.subject import Subject

# Images whose shell is none that is simulated.
_WINDOWS = re.compile(r"(?i)windows|nanoserver|servercore")
_LEAST_WASTE = 100_000
_SHOWN = 3
_SHELL_WORDS = re.compile(r"[$`|;&<>(){}*?\[\]~#=!\"'\\]")
# Programs that open no port, whatever their arguments are.
_SILENT = frozenset(
    {
        "cat", "cp", "date", "echo", "env", "false", "find", "grep", "head", "id", "ls", "mkdir", "printf",
        "pwd", "rm", "sleep", "sort", "tail", "test", "true", "yes",
    }
)


@rule(
    "MB1200",
    Level.ERROR,
    "The simulated build fails",
    why="What is unknown is taken for granted in this simulation, so it fails only where the real build"
    " would: a missing file, an unknown user, a command that ends with an error.",
    example=Example("FROM alpine:3.20\nRUN cat /missing", "FROM alpine:3.20\nRUN cat /etc/os-release"),
    reads="simulation",
)
def failing_build(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    windows = any(_WINDOWS.search(stage.from_.image) for stage in subject.dockerfile.stages)
    if simulation is not None and simulation.failure is not None and not windows:
        error = simulation.failure
        yield Remark(
            Place(max(error.line, 1), max(error.column, 1)), f"The build fails here: {error.message}"
        )


@rule(
    "MB1201",
    Level.WARNING,
    "A file is added in one layer and deleted in a later one",
    why="The later layer only hides the file: its bytes stay in the image and are pulled with it. Add and"
    " delete it in one RUN, or use a build stage or a cache mount.",
    example=Example(
        "RUN curl -O https://example.com/big.tar\nRUN tar xf big.tar && rm big.tar",
        "RUN curl -O https://example.com/big.tar && tar xf big.tar && rm big.tar",
    ),
    reads="simulation",
)
def wasted_bytes(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None:
        return
    added: dict[str, tuple[int, int]] = {}  # path: (size, line)
    for step in simulation.steps:
        gone: dict[int, list[tuple[str, int]]] = {}
        for change in step.changes:
            if change.kind != "delete":
                size = _size(change.node)
                if size:
                    added[change.path] = (size, step.line)
                continue
            below = [path for path in added if path == change.path or path.startswith(change.path + "/")]
            for path in below:
                size, line = added.pop(path)
                gone.setdefault(line, []).append((path, size))
        for line, files in gone.items():
            total = sum(size for _, size in files)
            if total >= _LEAST_WASTE and line != step.line:
                names = _listed([f"/{path}" for path, _ in sorted(files, key=lambda one: -one[1])])
                yield Remark(
                    Place(step.line),
                    f"{total:,} bytes that line {line} added are deleted here but stay in the image: {names}",
                )


@rule(
    "MB1202",
    Level.WARNING,
    "A volume is written to after its declaration",
    why="BuildKit keeps what is written below a VOLUME after its declaration, the classic builder throws it"
    " away: the image depends on who builds it. Declare the volume last.",
    example=Example("VOLUME /data\nRUN touch /data/file", "RUN touch /data/file\nVOLUME /data"),
    reads="simulation",
)
def written_volume(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None:
        return
    declared: list[str] = []
    for step in simulation.steps:
        for volume in declared:
            prefix = volume.strip("/") + "/"
            if step.text.upper().startswith("RUN ") and any(
                change.path.startswith(prefix) for change in step.changes
            ):
                yield Remark(
                    Place(step.line), f"This writes below the volume {volume}, which is declared above"
                )
        if step.text.upper().startswith("VOLUME ") and simulation.config is not None:
            declared += [one for one in simulation.config.volumes if one in step.text and one not in declared]


@rule(
    "MB1203",
    Level.ERROR,
    "A user that the image does not have",
    why="A container of the image can't be started: /etc/passwd has no such name. Make the user, or give a"
    " number.",
    example=Example("USER app", "RUN adduser -D app\nUSER app"),
    reads="simulation",
)
def unknown_user(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None or simulation.config is None or simulation.is_assumed:
        return
    from minibuild.container.errors import ContainerError
    from minibuild.container.users import find_account

    line = simulation.line_of("USER")
    try:
        find_account(simulation.files, simulation.config.user)
    except ContainerError as error:
        if line:
            yield Remark(Place(line), error.message)


@rule(
    "MB1204",
    Level.ERROR,
    "The image's command is not in the image or can't be executed",
    why="A container of the image ends at once with status 127 or 126.",
    example=Example(
        'COPY start.sh /start.sh\nCMD ["/strat.sh"]', 'COPY start.sh /start.sh\nCMD ["/start.sh"]'
    ),
    reads="simulation",
)
def unusable_command(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None or simulation.config is None:
        return
    config = simulation.config
    keyword = "ENTRYPOINT" if config.entrypoint else "CMD"
    line = simulation.line_of(keyword)
    words = config.entrypoint or config.cmd or ()
    problem = why_not_executable(simulation, words)
    if line and problem:
        yield Remark(Place(line), problem)


@rule(
    "MB1205",
    Level.WARNING,
    "The health check's command is not in the image",
    why="Every check fails, so the container is called unhealthy although nothing is wrong with it.",
    example=Example(
        "HEALTHCHECK CMD curl -f http://localhost/",
        "RUN apk add curl\nHEALTHCHECK CMD curl -f http://localhost/",
    ),
    reads="simulation",
)
def unusable_check(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None or simulation.config is None or simulation.config.healthcheck is None:
        return
    kind, *words = simulation.config.healthcheck.test or ("NONE",)
    line = simulation.line_of("HEALTHCHECK")
    if kind == "CMD-SHELL" and words:
        first = words[0].split()[:1]
        words = [] if not first or _SHELL_WORDS.search(first[0]) else first
    problem = why_not_executable(simulation, words) if kind in ("CMD", "CMD-SHELL") else ""
    if line and problem:
        yield Remark(Place(line), problem)


@rule(
    "MB1206",
    Level.WARNING,
    "A script whose interpreter is not in the image",
    why="The kernel looks for the program behind `#!`; without it the script ends with `not found`.",
    example=Example(
        'FROM alpine\nCOPY run.bash /  # "#!/bin/bash"', "FROM alpine\nRUN apk add bash\nCOPY run.bash /"
    ),
    reads="simulation",
)
def missing_interpreter(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None or simulation.root is None or simulation.is_assumed:
        return
    view = simulation.files.view()
    for step in simulation.steps:
        if not step.text.upper().startswith(("COPY ", "ADD ")):
            continue
        for change in step.changes:
            if change.node is None or not change.node.mode & 0o111 or not view.lexists(f"/{change.path}"):
                continue
            interpreter = interpreter_of(change.node)
            if interpreter and not view.exists(interpreter) and is_certain(simulation, interpreter):
                yield Remark(
                    Place(step.line),
                    f"/{change.path} starts with #!{interpreter}, which the image does not have",
                )


@rule(
    "MB1207",
    Level.INFO,
    "The build leaves a setuid file",
    why="Whoever may run such a program gets the rights of its owner: one mistake in it gives the container"
    " away.",
    example=Example("RUN cp tool /bin/ && chmod 4755 /bin/tool", "RUN cp tool /bin/ && chmod 755 /bin/tool"),
    reads="simulation",
)
def setuid_file(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None:
        return
    for step in simulation.steps:
        paths = [
            f"/{change.path}"
            for change in step.changes
            if getattr(change.node, "content", None) is not None
            and change.node is not None
            and change.node.mode & 0o4000
        ]
        if paths:
            yield Remark(Place(step.line), f"This leaves setuid files: {_listed(paths)}")


@rule(
    "MB1208",
    Level.INFO,
    "A port is exposed, but the image's command opens none",
    why="EXPOSE tells people and `run -P` that something listens there. The command of this image never"
    " does.",
    example=Example(
        'EXPOSE 8080\nCMD ["sleep", "infinity"]', 'EXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080"]'
    ),
    reads="simulation",
)
def silent_port(subject: Subject) -> Iterator[Remark]:
    simulation = subject.simulation
    if simulation is None or simulation.config is None or simulation.config.entrypoint:
        return
    words = simulation.config.cmd or ()
    line = simulation.line_of("EXPOSE")
    if line and words and words[0].rpartition("/")[2] in _SILENT:
        yield Remark(Place(line), f"Nothing listens: the image's command is {words[0]}, which opens no port")


def _size(node: Node | None) -> int:
    content = getattr(node, "content", None)
    return 0 if content is None else int(content.size)


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
