"""Rules about apk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.edits import inserted
from minibuild.lint.finding import Level, Remark
from minibuild.lint.rule import Example, rule
from minibuild.lint.tracks import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject


def _adds(command: Command) -> bool:
    return command.name == "apk" and command.has("add")


@rule(
    "DL3018",
    Level.WARNING,
    "apk adds a package without a version",
    why="The same Dockerfile gives another image tomorrow, and nobody sees what changed.",
    example=Example("RUN apk add --no-cache curl", "RUN apk add --no-cache curl=8.9.1-r1"),
)
def unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in filter(_adds, line.script.commands):
            packages = command.plain("t", "virtual", "repository", "X")
            loose = [p for p in packages if p != "add" and not ("=" in p or "~" in p or p.endswith(".apk"))]
            if loose:
                yield Remark(
                    line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}=VERSION"
                )


@rule(
    "DL3019",
    Level.INFO,
    "apk keeps its index in the layer",
    why="Without --no-cache the package index stays in /var/cache/apk. A cache mount keeps it out as well.",
    example=Example("RUN apk add curl=8.9.1-r1", "RUN apk add --no-cache curl=8.9.1-r1"),
)
def index_left(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        if any(mount.type in ("cache", "tmpfs") and _holds_index(mount.target) for mount in line.run.mounts):
            continue
        for command in filter(_adds, line.script.commands):
            if not command.has_flag("no-cache"):
                yield Remark(
                    line.place(subject, command),
                    "Keep the index out of the layer: add --no-cache",
                    inserted(subject, line, command, "add", " --no-cache"),
                )


def _holds_index(target: str) -> bool:
    return target.rstrip("/") == "/var/cache/apk"
