"""Rules about apt-get and apt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.lint.edits import appended, inserted, renamed
from minibuild.lint.finding import Level, Remark
from minibuild.lint.rule import Example, rule
from minibuild.lint.tracks import kept_runs, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.dockerfile.nodes import Run
    from minibuild.lint.scripts import Command, Script
    from minibuild.lint.subject import Subject

_UPDATERS = ("apt-get", "apt", "aptitude")
_LISTS = "/var/lib/apt/lists"


def _installs(command: Command) -> bool:
    return command.name == "apt-get" and command.has("install")


@rule(
    "DL3008",
    Level.WARNING,
    "apt-get installs a package without a version",
    why="The same Dockerfile gives another image tomorrow, and nobody sees what changed.",
    example=Example("RUN apt-get install -y curl", "RUN apt-get install -y curl=7.88.1-10"),
)
def unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.commands:
            if _installs(command):
                loose = [
                    p for p in command.plain("t", "target-release") if p != "install" and not _is_fixed(p)
                ]
                if loose:
                    yield Remark(
                        line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}=VERSION"
                    )


def _is_fixed(package: str) -> bool:
    return "=" in package or "/" in package or package.endswith(".deb")


@rule(
    "DL3009",
    Level.INFO,
    "The lists of apt-get stay in the layer",
    why="apt-get update leaves tens of megabytes in /var/lib/apt/lists that no container needs. Remove them"
    " in the same RUN, or keep them in a cache mount.",
    example=Example(
        "RUN apt-get update && apt-get install -y curl",
        "RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
    ),
)
def lists_left(subject: Subject) -> Iterator[Remark]:
    for line in kept_runs(subject):
        if _forgets_lists(line.script) and not _keeps_lists_elsewhere(line.run):
            update = next(c for c in line.script.all_of(*_UPDATERS) if c.has("update"))
            yield Remark(
                line.place(subject, update),
                "Remove the lists of apt-get in this RUN: rm -rf /var/lib/apt/lists/*",
                appended(subject, line, " && rm -rf /var/lib/apt/lists/*"),
            )


def _forgets_lists(script: Script) -> bool:
    updates = script.any(lambda c: c.name in _UPDATERS and c.has("update"))
    return updates and not script.any(lambda c: c.name == "rm" and c.has("-rf", _LISTS + "/*"))


def _keeps_lists_elsewhere(run: Run) -> bool:
    caches = [mount.target for mount in run.mounts if mount.type == "cache"]

    def has(directory: str) -> bool:
        return any(target.startswith(directory) for target in caches)

    return has(_LISTS) or (has("/var/lib/apt") and has("/var/cache/apt"))


@rule(
    "DL3014",
    Level.WARNING,
    "apt-get install asks before it installs",
    why="Nobody answers in a build: apt-get gives up.",
    example=Example("RUN apt-get install curl=7.88.1", "RUN apt-get install -y curl=7.88.1"),
)
def no_yes(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.commands:
            if _installs(command) and not _answers(command):
                yield Remark(
                    line.place(subject, command),
                    "Answer the question of apt-get install beforehand: add -y",
                    inserted(subject, line, command, "install", " -y"),
                )


def _answers(command: Command) -> bool:
    return (
        command.has_flag("y", "yes", "qq", "assume-yes", "allow-downgrades")
        or command.count("q") == 2
        or command.count("quiet") == 2
        or command.has("-q=2")
    )


@rule(
    "DL3015",
    Level.INFO,
    "apt-get install brings recommended packages along",
    why="What is recommended is seldom needed in an image; it makes it larger and gives it more to be"
    " attacked.",
    example=Example("RUN apt-get install -y curl", "RUN apt-get install -y --no-install-recommends curl"),
)
def recommends(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.commands:
            if _installs(command) and not _leaves_recommends(command):
                yield Remark(
                    line.place(subject, command),
                    "Leave out what is only recommended: add --no-install-recommends",
                    inserted(subject, line, command, "install", " --no-install-recommends"),
                )


def _leaves_recommends(command: Command) -> bool:
    return command.has_flag("no-install-recommends") or command.has(
        "APT::Install-Recommends=false", "APT::Install-Recommends=0"
    )


@rule(
    "DL3027",
    Level.WARNING,
    "apt is used, which is made for people",
    why="The output and options of apt may change between versions; apt-get and apt-cache are made for"
    " scripts.",
    example=Example("RUN apt install -y curl", "RUN apt-get install -y curl"),
)
def interactive_apt(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("apt"):
            yield Remark(
                line.place(subject, command),
                "Use apt-get or apt-cache here: apt is meant for people at a terminal",
                renamed(subject, line, command, "apt-get") if command.has(*_SHARED) else None,
            )


_SHARED = (
    "install",
    "update",
    "upgrade",
    "remove",
    "purge",
    "autoremove",
    "clean",
    "autoclean",
    "full-upgrade",
)
