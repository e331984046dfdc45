"""BuildKit's checks of `FROM --platform`, and of where a stage works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.expand import ExpandError, expand_traced
from minibuild.dockerfile.nodes import Workdir
from minibuild.lint.finding import Fix, Level, Remark
from minibuild.lint.places import replacing, spot, whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.scopes import PLATFORM, global_arguments, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.dockerfile.expand import Expansion
    from minibuild.dockerfile.nodes import From
    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

_FLAG = re.compile(r"--platform=\S+[\t\v\f\r ]+")
# Go's names, as containerd takes them for a platform of one word.
_SYSTEM = re.compile(
    "aix|android|darwin|dragonfly|freebsd|hurd|illumos|ios|js|linux|nacl|netbsd|openbsd|plan9|solaris|wasip1"
    "|windows|zos"
)
_MACHINE = re.compile(
    "386|amd64|amd64p32|arm|arm64|arm64be|armbe|loong64|mips|mips64|mips64le|mips64p32|mips64p32le|mipsle|ppc"
    "|ppc64|ppc64le|riscv|riscv64|s390|s390x|sparc|sparc64|wasm"
)
_ALIASES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
    "i386": "386",
}


@rule(
    "RedundantTargetPlatform",
    Level.WARNING,
    "FROM has --platform=$TARGETPLATFORM.",
    why="That is what a FROM without the flag does.",
    example=Example("FROM --platform=$TARGETPLATFORM alpine:3.20", "FROM alpine:3.20"),
)
def redundant_target_platform(subject: Subject) -> Iterator[Remark]:
    """The flag with nothing but that variable."""
    for instruction, expansion in _platforms(subject):
        used = expansion.used - expansion.undefined
        if used != {"TARGETPLATFORM"} or expansion.undefined:
            continue
        if expansion.text == PLATFORM["TARGETPLATFORM"]:
            flag = _FLAG.search(instruction.original)
            edit = replacing(subject, instruction, *flag.span(), "") if flag else None
            yield Remark(
                _flag_place(subject, instruction),
                f"--platform={instruction.platform} is the default: leave it out",
                Fix("Leave the flag out", (edit,)) if edit else None,
            )


@rule(
    "FromPlatformFlagConstDisallowed",
    Level.WARNING,
    "FROM has --platform with a fixed platform.",
    why="The stage is of that platform whatever the build is for. Where that is meant, say so in the stage's "
    "name (`AS tools-arm64`).",
    example=Example("FROM --platform=linux/arm64 alpine:3.20", "FROM alpine:3.20"),
)
def from_platform_flag_const_disallowed(subject: Subject) -> Iterator[Remark]:
    """Platforms without a variable, unless the stage's name holds their system or machine."""
    for instruction, expansion in _platforms(subject):
        if expansion.used or expansion.undefined:
            continue
        parts = _parsed(expansion.text)
        if parts and not any(part in instruction.name for part in parts):
            yield Remark(
                _flag_place(subject, instruction),
                f"--platform={expansion.text} is the same for every build: use a variable, or name the stage "
                "after it",
            )


def _platforms(subject: Subject) -> Iterator[tuple[From, Expansion]]:
    """The FROMs with --platform and its expanded value."""
    if "--platform" not in subject.text:
        return
    values = global_arguments(subject.dockerfile).values
    for stage in subject.dockerfile.stages:
        if stage.from_.platform:
            try:
                yield (
                    stage.from_,
                    expand_traced(stage.from_.platform, values, subject.dockerfile.escape),
                )
            except ExpandError:
                continue


def _parsed(text: str) -> tuple[str, str] | None:
    """(system, machine) of `linux/arm64/v8`, `windows`, `arm64`; None for what is no platform."""
    parts = text.lower().split("/")
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", part) for part in parts) or len(parts) > 3:
        return None
    if len(parts) > 1:
        return parts[0], _ALIASES.get(parts[1], parts[1])
    if _SYSTEM.fullmatch(parts[0]):
        return parts[0], "amd64"
    machine = _ALIASES.get(parts[0], parts[0])
    return ("linux", machine) if _MACHINE.fullmatch(machine) else None


def _absolute(subject: Subject, instruction: Workdir) -> Fix | None:
    """The fix that takes the path from the root: right where the base image's directory is that."""
    at = instruction.original.rfind(instruction.path)
    if at < 0 or not re.match(r"[A-Za-z0-9_]", instruction.path):
        return None
    edit = replacing(subject, instruction, at, at, "/")
    return Fix(f"Write /{instruction.path}", (edit,), safe=False) if edit else None


def _flag_place(subject: Subject, instruction: From) -> Place:
    flag = _FLAG.search(instruction.original)
    if flag is None:
        return whole(subject, instruction)
    return spot(subject, instruction, flag.start(), flag.start() + len(flag[0].rstrip()))


@rule(
    "WorkdirRelativePath",
    Level.WARNING,
    "A relative WORKDIR comes before any absolute one.",
    why="It is relative to the base image's working directory, which may change with the image.",
    example=Example("FROM alpine:3.20\nWORKDIR app", "FROM alpine:3.20\nWORKDIR /app"),
)
def workdir_relative_path(subject: Subject) -> Iterator[Remark]:
    """The first WORKDIR of a stage, and of those it is built from, if it is relative."""
    placed: dict[str, bool] = {}
    done: dict[int, bool] = {}
    for stage, instruction, scope in walk(subject.dockerfile):
        if stage.number not in done:
            done[stage.number] = placed.get(stage.from_.image.lower(), False)
        if isinstance(instruction, Workdir):
            path = scope.expanded(instruction.path, subject.dockerfile.escape)
            if not done[stage.number] and not path.startswith("/"):
                yield Remark(
                    whole(subject, instruction),
                    f"WORKDIR {instruction.path} is relative to the base image's directory: write an "
                    "absolute path",
                    _absolute(subject, instruction),
                )
            done[stage.number] = True
        if stage.name:
            placed[stage.name] = done[stage.number]
