"""Rules about the package managers of programming languages: pip, npm, yarn, gem, go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Env, From, Label, Run
from minibuild.lint.edits import appended, inserted
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import split_image, stage_name
from minibuild.lint.rule import Example, rule
from minibuild.lint.scripts import script_of
from minibuild.lint.tracks import RunLine, kept_runs, runs, tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.scripts import Command
    from minibuild.lint.subject import Subject

_UNPINNED = "The same Dockerfile gives another image tomorrow, and nobody sees what changed."
_TRUE = ("1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES")
_PIP_VALUES = (
    *("abi", "b", "build", "e", "editable", "extra-index-url", "f", "find-links", "i", "index-url"),
    *("implementation", "no-binary", "only-binary", "platform", "prefix", "progress-bar", "proxy"),
    *("python-version", "root", "src", "t", "target", "trusted-host", "upgrade-strategy"),
)
_VCS = ("git", "hg+", "svn", "bzr+")
_NPM_PATHS = ("/", "./", "../", "~/")
_NPM_GIT = ("git://", "git+ssh://", "git+http://", "git+https://")


def is_pip_install(command: Command) -> bool:
    """`pip install`, `pip3 install`, `python -m pip install`."""
    name = command.name
    if name.startswith("pip") and not name.startswith("pipenv"):
        return command.has("install")
    return name.startswith("python") and command.follows("-m", "pip", "install")


@rule(
    "DL3013",
    Level.WARNING,
    "pip installs a package without a version",
    why=_UNPINNED,
    example=Example("RUN pip install flask", "RUN pip install flask==3.0.3"),
)
def pip_unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in filter(is_pip_install, line.script.commands):
            listed = command.has("--requirement", "-r", ".") or command.has_flag("constraint", "c")
            packages = _after(command.plain(*_PIP_VALUES), "install")
            loose = [p for p in packages if not _pip_is_fixed(p)]
            if loose and not listed:
                yield Remark(
                    line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}==VERSION"
                )


def _pip_is_fixed(package: str) -> bool:
    is_vcs = package.startswith(_VCS)
    return (
        any(sign in package for sign in ("==", ">=", "<=", ">", "<", "!=", "~="))
        or (is_vcs and "@" in package)
        or package.endswith((".whl", ".tar.gz"))
        or (not is_vcs and "/" in package)
    )


def _after(words: list[str], first: str) -> list[str]:
    """What stands behind the word, if it is there."""
    return [w for w in words[words.index(first) :] if w != first] if first in words else []


@rule(
    "DL3016",
    Level.WARNING,
    "npm installs a package without a version",
    why=_UNPINNED,
    example=Example("RUN npm install express", "RUN npm install express@4.19.2"),
)
def npm_unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("npm"):
            plain = command.plain("loglevel", "registry")
            if plain[:1] in (["install"], ["i"]):
                loose = [p for p in plain[1:] if not _npm_is_fixed(p)]
                if loose:
                    yield Remark(
                        line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}@VERSION"
                    )


def _npm_is_fixed(package: str) -> bool:
    if package.startswith(_NPM_GIT):
        return "#" in package
    if package.endswith((".tar", ".tar.gz", ".tgz")) or package.startswith(_NPM_PATHS):
        return True
    return "@" in package.removeprefix("@")


@rule(
    "DL3028",
    Level.WARNING,
    "gem installs a gem without a version",
    why=_UNPINNED,
    example=Example("RUN gem install rails", "RUN gem install rails:7.1.3"),
)
def gem_unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("gem"):
            versioned = command.has("-v", "--version") or any(
                word.startswith("--version=") for word in command.arguments
            )
            if command.has("install", "i") and not versioned:
                gems = [word for word in _before_options(command.plain("N")) if word not in ("install", "i")]
                loose = [gem for gem in gems if ":" not in gem]
                if loose:
                    yield Remark(
                        line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}:VERSION"
                    )


def _before_options(words: list[str]) -> list[str]:
    """What stands before `--`: the rest is for the gem's own build."""
    return words[: words.index("--")] if "--" in words else words


@rule(
    "DL3042",
    Level.WARNING,
    "pip keeps its cache in the layer",
    why="The wheels that pip keeps for the next time only make the image larger. PIP_NO_CACHE_DIR=1 or a"
    " cache mount help as well.",
    example=Example("RUN pip install flask==3.0.3", "RUN pip install --no-cache-dir flask==3.0.3"),
)
def pip_cache(subject: Subject) -> Iterator[Remark]:
    for track in tracks(subject):
        off: dict[str, bool] = {}
        current = ""
        for one in track:
            instruction = one.instruction
            if isinstance(instruction, From):
                parent = off.get(split_image(instruction.image).repository, False)
                current = stage_name(instruction)
                off[current] = parent
            elif isinstance(instruction, Env) and not isinstance(instruction, Label):
                values = dict(instruction.pairs)
                if values.get("PIP_NO_CACHE_DIR", "").strip("\"'") in _TRUE:
                    off[current] = True
            elif isinstance(instruction, Run) and not off.get(current) and not _has_pip_mount(instruction):
                line = RunLine(instruction, one.outer, script_of(instruction))
                if not _sets_no_cache(line.script.text):
                    yield from _caching(subject, line)


def _caching(subject: Subject, line: RunLine) -> Iterator[Remark]:
    for command in filter(is_pip_install, line.script.commands):
        if not command.has("--no-cache-dir") and "pipx" not in command.name:
            yield Remark(
                line.place(subject, command),
                "Keep pip's cache out of the layer: add --no-cache-dir",
                inserted(subject, line, command, "install", " --no-cache-dir"),
            )


def _sets_no_cache(text: str) -> bool:
    _, found, value = text.partition("PIP_NO_CACHE_DIR=")
    return bool(found) and value.startswith(_TRUE)


def _has_pip_mount(run: Run) -> bool:
    return any(mount.type in ("cache", "tmpfs") and ".cache/pip" in mount.target for mount in run.mounts)


@rule(
    "DL3060",
    Level.INFO,
    "yarn leaves its cache in the layer",
    why="The packages that yarn keeps for the next time only make the image larger.",
    example=Example("RUN yarn install", "RUN yarn install && yarn cache clean"),
)
def yarn_cache(subject: Subject) -> Iterator[Remark]:
    for line in kept_runs(subject):
        mounted = any(m.type in ("cache", "tmpfs") and ".cache/yarn" in m.target for m in line.run.mounts)
        installs = line.script.index(lambda c: c.name == "yarn" and c.has("install"))
        cleans = line.script.index(lambda c: c.name == "yarn" and c.has("cache", "clean"))
        if installs >= 0 and not mounted and not installs < cleans:
            yield Remark(
                line.place(subject, line.script.commands[installs]),
                "Clean up in the same RUN: yarn cache clean",
                appended(subject, line, " && yarn cache clean"),
            )


@rule(
    "DL3062",
    Level.WARNING,
    "go installs a package without a version",
    why=_UNPINNED,
    example=Example(
        "RUN go install golang.org/x/tools/cmd/stringer",
        "RUN go install golang.org/x/tools/cmd/stringer@v0.24.0",
    ),
)
def go_unpinned(subject: Subject) -> Iterator[Remark]:
    for line in runs(subject):
        for command in line.script.all_of("go"):
            plain = command.plain()
            if plain[:1] in (["install"], ["get"], ["run"]):
                packages = plain[1:2] if plain[0] == "run" else plain[1:]
                loose = [p for p in packages if not _go_is_fixed(p)]
                if loose:
                    yield Remark(
                        line.place(subject, command), f"Give {', '.join(loose)} a version: {loose[0]}@VERSION"
                    )


def _go_is_fixed(package: str) -> bool:
    local = package.startswith(".")
    _, at, version = package.partition("@")
    return local or (bool(at) and version not in ("latest", "none"))
