"""Rules about yum, dnf, microdnf and zypper."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.lint.edits import appended, inserted
from minibuild.lint.finding import Level, Remark
from minibuild.lint.rule import Example, rule
from minibuild.lint.tracks import runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject

_UNPINNED = "The same Dockerfile gives another image tomorrow, and nobody sees what changed."
_ASKS = "Nobody answers in a build: the command gives up."
_CACHE = "What was downloaded stays in the layer for good, also when a later RUN cleans up."
_DNF = ("dnf", "microdnf")
_DNF_CHANGES = ("install", "reinstall", "upgrade", "downgrade")
_ZYPPER_CHANGES = ("install", "in", "remove", "rm", "source-install", "si", "patch")
_VERSION = re.compile(r"[0-9A-Za-z.~^_:+]*")


def _calls(name: str, *words: str) -> Callable[[Command], bool]:
    return lambda command: command.name == name and command.has(*words)


@rule(
    "DL3030",
    Level.WARNING,
    "yum install asks before it installs",
    why=_ASKS,
    example=Example("RUN yum install httpd-2.4.57", "RUN yum install -y httpd-2.4.57"),
)
def yum_asks(subject: Subject) -> Iterator[Remark]:
    yield from _asking(subject, ("yum",), ("install", "groupinstall", "localinstall"), ("y", "assumeyes"))


@rule(
    "DL3032",
    Level.WARNING,
    "yum leaves its cache in the layer",
    why=_CACHE,
    example=Example("RUN yum install -y httpd-2.4.57", "RUN yum install -y httpd-2.4.57 && yum clean all"),
)
def yum_cache(subject: Subject) -> Iterator[Remark]:
    def cleans(command: Command) -> bool:
        return _calls("yum", "clean", "all")(command) or _calls("rm", "-rf", "/var/cache/yum/*")(command)

    yield from _not_cleaned(subject, ("yum",), ("install",), cleans, " && yum clean all")


@rule(
    "DL3033",
    Level.WARNING,
    "yum installs a package without a version",
    why=_UNPINNED,
    example=Example("RUN yum install -y httpd", "RUN yum install -y httpd-2.4.57"),
)
def yum_unpinned(subject: Subject) -> Iterator[Remark]:
    yield from _loose(subject, ("yum",), ("install",))


@rule(
    "DL3034",
    Level.WARNING,
    "zypper asks before it changes something",
    why=_ASKS,
    example=Example("RUN zypper install httpd=2.4.57", "RUN zypper install -n httpd=2.4.57"),
)
def zypper_asks(subject: Subject) -> Iterator[Remark]:
    answers = ("n", "non-interactive", "no-confirm", "y", "no-gpg-checks")
    yield from _asking(subject, ("zypper",), (*_ZYPPER_CHANGES, "dup"), answers[:4], " -y")


@rule(
    "DL3035",
    Level.WARNING,
    "zypper dist-upgrade is used",
    why="It moves the image to another state of the distribution than its base's tag says. Use a newer base"
    " image.",
    example=Example("RUN zypper dup", "FROM opensuse/leap:15.6"),
)
def zypper_upgrade(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in filter(_calls("zypper", "dist-upgrade", "dup"), line.script.commands):
            yield Remark(
                line.place(subject, command), "Take a newer base image instead of `zypper dist-upgrade`"
            )


@rule(
    "DL3036",
    Level.WARNING,
    "zypper leaves its cache in the layer",
    why=_CACHE,
    example=Example(
        "RUN zypper install -y httpd=2.4.57", "RUN zypper install -y httpd=2.4.57 && zypper clean"
    ),
)
def zypper_cache(subject: Subject) -> Iterator[Remark]:
    def cleans(command: Command) -> bool:
        return _calls("zypper", "clean", "cc")(command)

    yield from _not_cleaned(subject, ("zypper",), ("install", "in"), cleans, " && zypper clean")


@rule(
    "DL3037",
    Level.WARNING,
    "zypper installs a package without a version",
    why=_UNPINNED,
    example=Example("RUN zypper install -y httpd", "RUN zypper install -y httpd=2.4.57"),
)
def zypper_unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in filter(_calls("zypper", "install", "in"), line.script.commands):
            packages = [p for p in command.plain() if p not in ("install", "in")]
            loose = [p for p in packages if not any(sign in p for sign in "=<>") and not p.endswith(".rpm")]
            if loose:
                yield Remark(
                    line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}=VERSION"
                )


@rule(
    "DL3038",
    Level.WARNING,
    "dnf install asks before it installs",
    why=_ASKS,
    example=Example("RUN dnf install httpd-2.4.57", "RUN dnf install -y httpd-2.4.57"),
)
def dnf_asks(subject: Subject) -> Iterator[Remark]:
    words = ("install", "groupinstall", "localinstall")
    yield from _asking(subject, _DNF, words, ("y", "assumeyes"))


@rule(
    "DL3040",
    Level.WARNING,
    "dnf leaves its cache in the layer",
    why=_CACHE,
    example=Example("RUN dnf install -y httpd-2.4.57", "RUN dnf install -y httpd-2.4.57 && dnf clean all"),
)
def dnf_cache(subject: Subject) -> Iterator[Remark]:
    for name in _DNF:

        def cleans(command: Command, name: str = name) -> bool:
            removes = _calls("rm", "-rf", "/var/cache/yum/*", "/var/cache/libdnf5/*", "/var/cache/dnf/*")
            return _calls(name, "clean", "all")(command) or removes(command)

        yield from _not_cleaned(subject, (name,), _DNF_CHANGES, cleans, f" && {name} clean all")


@rule(
    "DL3041",
    Level.WARNING,
    "dnf installs a package without a version",
    why=_UNPINNED,
    example=Example("RUN dnf install -y httpd", "RUN dnf install -y httpd-2.4.57"),
)
def dnf_unpinned(subject: Subject) -> Iterator[Remark]:
    yield from _loose(subject, _DNF, ("install",))


def _asking(
    subject: Subject,
    names: tuple[str, ...],
    words: tuple[str, ...],
    answers: tuple[str, ...],
    answer: str = " -y",
) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of(*names):
            word = next((argument for argument in command.arguments if argument in words), "")
            if word and not command.has_flag(*answers):
                yield Remark(
                    line.place(subject, command),
                    f"Answer the question of {command.name} {word} beforehand: add{answer}",
                    inserted(subject, line, command, word, answer),
                )


def _not_cleaned(
    subject: Subject,
    names: tuple[str, ...],
    words: tuple[str, ...],
    cleans: Callable[[Command], bool],
    cleaning: str,
) -> Iterator[Remark]:
    for line in runs(subject):
        if _has_cache_mount(line.run):
            continue
        first = line.script.index(lambda command: command.name in names and command.has(*words))
        if first >= 0 and not first < line.script.index(cleans):
            yield Remark(
                line.place(subject, line.script.commands[first]),
                f"Clean up in the same RUN:{cleaning.removeprefix(' &&')}",
                appended(subject, line, cleaning),
            )


def _has_cache_mount(run: object) -> bool:
    mounts = getattr(run, "mounts", ())
    return any(mount.type == "cache" and any(cache in mount.target for cache in _CACHES) for mount in mounts)


_CACHES = ("cache/yum", "cache/dnf", "cache/libdnf5", "cache/zypp")


def _loose(subject: Subject, names: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of(*names):
            if not command.has(*words):
                continue
            packages = [p for p in command.plain() if p not in (*words, "module")]
            if command.has("module"):
                loose = [p for p in packages if ":" not in p]
            elif command.has("group"):
                loose = []
            else:
                loose = [p for p in packages if not _has_version(p)]
            if loose:
                yield Remark(
                    line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}-VERSION"
                )


def _has_version(package: str) -> bool:
    """Whether a version stands behind the first hyphen: parts of its characters, one with a digit first."""
    rest = package.partition("-")[2]
    if not rest and not package.endswith("-"):
        return False
    if package.endswith(".rpm"):
        return True
    parts = rest.split("-")
    return all(_VERSION.fullmatch(part) for part in parts) and any(part[:1].isdigit() for part in parts)
