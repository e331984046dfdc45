"""What the linter itself finds: files that can't be read, and ignores that are wrong or not needed.

The runner makes these findings; here they are described.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.finding import Level
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.lint.finding import Remark
    from minibuild.lint.subject import Subject


def _nothing(_: Subject) -> Iterable[Remark]:
    return ()


rule(
    "DL1000",
    Level.ERROR,
    "The file can't be parsed.",
    why="No build can start from it. The message says where the parser gave up and what it wanted.",
    example=Example("FROM alpine:3.20\nRUNN echo hello", "FROM alpine:3.20\nRUN echo hello"),
)(_nothing)

rule(
    "MB0001",
    Level.STYLE,
    "A pragma names a code that no rule has.",
    why="It silences nothing: a typing mistake, or a rule that is gone.",
    example=Example(
        "# hadolint ignore=DL9999\nRUN make",
        "# hadolint ignore=DL3003\nRUN cd /src && make",
    ),
)(_nothing)

rule(
    "MB0002",
    Level.STYLE,
    "A pragma silences nothing.",
    why="What it was written for has been repaired; left standing, it would hide the next mistake.",
    example=Example("# hadolint ignore=DL3006\nFROM alpine:3.20", "FROM alpine:3.20"),
)(_nothing)

rule(
    "MB0003",
    Level.ERROR,
    "The check directive can't be read.",
    why="BuildKit refuses to build a file with such a directive.",
    example=Example("# check=skip\nFROM alpine:3.20", "# check=skip=all\nFROM alpine:3.20"),
)(_nothing)

rule(
    "MB0004",
    Level.ERROR,
    "BuildKit refuses the instruction.",
    why="hadolint reads such a file, and its rules speak of it, but it can't be built.",
    example=Example("FROM alpine:3.20\nONBUILD FROM debian:12", "FROM alpine:3.20\nONBUILD RUN make"),
)(_nothing)

rule(
    "InvalidBaseImagePlatform",
    Level.WARNING,
    "The base image has another platform than the one asked for.",
    why="Only a registry knows which platforms an image has, and linting asks none: a build tells.",
    example=Example("FROM --platform=linux/arm64 amd64/alpine:3.20", "FROM alpine:3.20"),
)(_nothing)
