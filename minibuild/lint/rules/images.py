"""Rules about FROM and the stages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Arg, Copy, From, Run
from minibuild.lint.edits import replaced
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import alias, split_image
from minibuild.lint.places import spot, whole
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

_PLATFORM = re.compile(r"--platform=\S+\s+")
_RESERVED = ("scratch", "context")


def _image(subject: Subject, instruction: From) -> Place:
    start = instruction.original.find(instruction.image, len(instruction.written))
    return spot(subject, instruction, start, start + len(instruction.image))


@rule(
    "DL3006",
    Level.WARNING,
    "An image without a tag",
    why="Without a tag the image is latest, which is another one after each release.",
    example=Example("FROM debian", "FROM debian:12"),
)
def untagged(subject: Subject) -> Iterator[Remark]:
    stages: set[str] = set()
    for stage in subject.dockerfile.stages:
        image = stage.from_.image
        parts = split_image(image)
        name, tag, digest = parts.name, parts.tag, parts.digest
        is_known = name == "scratch" or name.startswith("$") or name in stages
        if not tag and not digest and not is_known:
            yield Remark(_image(subject, stage.from_), f"Name the version of {name}: {name}:TAG")
        if stage.name:
            stages |= {stage.name, alias(stage.from_)}


@rule(
    "DL3007",
    Level.WARNING,
    "An image with the tag latest",
    why="What latest is changes with each release: the build may break, or give another image, on any day.",
    example=Example("FROM debian:latest", "FROM debian:12"),
)
def latest(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        parts = split_image(stage.from_.image)
        if parts.tag == "latest" and not parts.digest:
            advice = f"Name a version of {parts.name} that does not move, not latest"
            yield Remark(_image(subject, stage.from_), advice)


@rule(
    "DL3024",
    Level.ERROR,
    "Two stages have the same name",
    why="`--from` and `--target` mean one of them, and it is not easy to see which.",
    example=Example(
        "FROM alpine:3.20 AS a\nFROM debian:12 AS a", "FROM alpine:3.20 AS a\nFROM debian:12 AS b"
    ),
)
def same_name(subject: Subject) -> Iterator[Remark]:
    seen: set[str] = set()
    for stage in subject.dockerfile.stages:
        name = alias(stage.from_)
        if name and name in seen:
            start = stage.from_.original.rfind(name)
            place = spot(subject, stage.from_, start, start + len(name))
            yield Remark(place, f"An earlier stage is called {name}, too")
        seen.add(name)


@rule(
    "DL3026",
    Level.ERROR,
    "An image from a registry that is not trusted",
    why="The configuration lists the registries that images may come from.",
    example=Example("FROM evil.example/debian:12", "FROM docker.io/debian:12"),
)
def untrusted(subject: Subject) -> Iterator[Remark]:
    trusted = subject.settings.trusted_registries
    if not trusted:
        return
    stages: set[str] = set()
    for instruction in subject.dockerfile.instructions:
        for image in _images(instruction):
            name = split_image(image).name
            own = name == "scratch" or name in stages or name.isdigit()
            if not own and not any(_allows(one, name) for one in trusted):
                yield Remark(whole(subject, instruction), f"{name} comes from a registry that is not trusted")
        if isinstance(instruction, From) and instruction.name:
            stages |= {instruction.name, alias(instruction)}


def _images(instruction: Instruction) -> list[str]:
    """What an instruction takes files from."""
    if isinstance(instruction, From):
        return [instruction.image]
    if isinstance(instruction, Copy):
        return [instruction.from_] if instruction.from_ else []
    if isinstance(instruction, Run):
        return [mount.from_ for mount in instruction.mounts if mount.from_]
    return []


def _allows(pattern: str, image: str) -> bool:
    """Whether a registry of the configuration covers an image; `*` at its start or end is anything."""
    first, slash, _ = image.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else "docker.io"
    if registry == "docker.io" and pattern in ("docker.io", "hub.docker.com"):
        return True
    if pattern == "*":
        return True
    if pattern.startswith("*"):
        return registry.endswith(pattern[1:])
    if pattern.endswith("*"):
        return registry.startswith(pattern[:-1])
    return registry == pattern


@rule(
    "DL3029",
    Level.WARNING,
    "FROM with a fixed platform",
    why="The image can then be built for one platform only. BUILDPLATFORM and TARGETPLATFORM leave the"
    " choice to the build.",
    example=Example("FROM --platform=linux/amd64 debian:12", "FROM --platform=$BUILDPLATFORM debian:12"),
)
def fixed_platform(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        platform = stage.from_.platform
        if platform and "BUILDPLATFORM" not in platform and "TARGETPLATFORM" not in platform:
            place = _flag(subject, stage.from_)
            yield Remark(place, f"Leave the platform to the build instead of fixing {platform}")


def _flag(subject: Subject, instruction: From) -> Place:
    match = _PLATFORM.search(instruction.original)
    if match is None:
        return whole(subject, instruction)
    return spot(subject, instruction, match.start(), match.start() + len(match[0].rstrip()))


@rule(
    "DL3061",
    Level.ERROR,
    "Something stands before the first FROM",
    why="Only ARG, comments and directives may stand there: what else there is belongs to no stage.",
    example=Example("LABEL a=b\nFROM debian:12", "FROM debian:12\nLABEL a=b"),
)
def before_from(subject: Subject) -> Iterator[Remark]:
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From):
            return
        if not isinstance(instruction, Arg):
            yield Remark(
                whole(subject, instruction),
                f"Only ARG may stand before the first FROM, not {instruction.keyword}",
            )


@rule(
    "DL3063",
    Level.WARNING,
    "A stage is called scratch or context",
    why="FROM scratch is the empty image, context the build context: such a name hides one of them or is"
    " hidden itself.",
    example=Example("FROM debian:12 AS context", "FROM debian:12 AS sources"),
)
def reserved_name(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        if alias(stage.from_) in _RESERVED:
            yield Remark(
                whole(subject, stage.from_),
                f"{stage.name} has a meaning of its own: call the stage otherwise",
            )


@rule(
    "DL3065",
    Level.WARNING,
    "FROM names the platform that it has anyway",
    why="Without --platform the stage is built for TARGETPLATFORM.",
    example=Example("FROM --platform=$TARGETPLATFORM debian:12", "FROM debian:12"),
)
def redundant_platform(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        if stage.from_.platform in ("$TARGETPLATFORM", "${TARGETPLATFORM}"):
            match = _PLATFORM.search(stage.from_.original)
            fix = replaced(subject, stage.from_, match.span(), "") if match else None
            yield Remark(_flag(subject, stage.from_), "This is the platform that the stage has anyway", fix)
