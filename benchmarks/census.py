"""Coverage: how many RUN instructions of real Dockerfiles use only commands and options that are implemented.

    python benchmarks/census.py DIRECTORY [--top N] [--smoke]

Every Dockerfile below DIRECTORY is parsed, and every RUN in it as a shell script. A command is known when the
shell has it as a builtin, when the script defines it as a function, or when the registry has a program of its
name; where that program declares its options, each one given must be among them. An instruction is `exact`
when all its commands are implemented as the reference has them, `modelled` when some are played from the
catalogue. What other commands run (`xargs`, `find -exec`, `sudo`, `env`, `sh -c`) is counted too.

Two readings are printed. The literal one takes every instruction. A program that is named by its path or by a
variable comes from what was downloaded, copied or built: nobody can know it by a name. The other reading does
not count such words, nor scripts for another shell than POSIX's (PowerShell). Then follow the reasons, each
with the number of instructions, and the base images that FROM lines name and the catalogue does not have.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibuild.catalogue import find_image
from minibuild.dockerfile import DockerfileError, parse
from minibuild.dockerfile.expand import expand_word
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import OptionError
from minibuild.programs.registry import lookup
from minibuild.shell import ShellSyntaxError
from minibuild.shell import parse as parse_shell
from minibuild.shell.builtins import table
from minibuild.shell.dialect import dialect_of
from minibuild.shell.nodes import Function, Redirection, SimpleCommand, Text, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
NAMES = ("Dockerfile", "*.Dockerfile", "Dockerfile.*")
COMPUTED = "(a computed name)"
BY_PATH = "(a program by its path)"
NO_SHELL = "(no shell script)"
PLACES = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/")
# Commands that run another one: how many operands come before it.
RUNNERS = {"sudo": 0, "exec": 0, "command": 0, "env": 0, "nice": 0, "nohup": 0, "time": 0, "xargs": 0,
           "eatmydata": 0,
           "timeout": 1, "gosu": 1, "su-exec": 1, "chroot": 1}  # fmt: skip
PLATFORM = {"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64", "TARGETVARIANT": "",
            "BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64"}  # fmt: skip
SHELLS = ("sh", "bash", "dash", "ash")


@dataclasses.dataclass(slots=True)
class Tally:
    """What the instructions ask for. `worst` counts them by the least true thing in each; None: unknown."""

    files: int = 0
    failed: int = 0
    worst: collections.Counter[Fidelity | None] = dataclasses.field(default_factory=collections.Counter)
    unknown: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    unnamed: int = 0
    foreign: int = 0
    images: int = 0
    strangers: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    options: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)

    @property
    def total(self) -> int:
        """How many instructions there are."""
        return sum(self.worst.values())


class Script:
    """The commands of one RUN instruction."""

    def __init__(self, tally: Tally, dialect: str) -> None:
        self.tally, self.builtins = tally, table(dialect_of(dialect))
        self.dialect = dialect
        self.functions: set[str] = set()
        self.missing: set[str] = set()
        self.level = Fidelity.EXACT

    def count(self) -> None:
        """Enter the instruction into the tally."""
        self.tally.worst[None if self.missing else self.level] += 1
        self.tally.foreign += self.missing == {NO_SHELL}
        self.tally.unnamed += bool(self.missing) and self.missing <= {BY_PATH, COMPUTED}
        self.tally.unknown.update(self.missing)

    def read(self, text: str) -> None:
        """Take the commands of a script, nested ones too."""
        try:
            tree = parse_shell(text, self.dialect)
        except ShellSyntaxError:
            self.missing.add(NO_SHELL)
            return
        nodes = list(below(tree))
        self.functions |= {node.name for node in nodes if isinstance(node, Function)}
        for node in nodes:
            if isinstance(node, SimpleCommand) and node.words:
                self.command([shown(word) if isinstance(word, Word) else "x=x" for word in node.words])

    def command(self, words: list[str | None]) -> None:
        """Take one command; a word that is not known before it runs is None."""
        name = words[0]
        if name is None:
            self.missing.add(COMPUTED)
            return
        rest = ["x" if word is None else word for word in words[1:]]
        if "/" in name:
            place = next((place for place in PLACES if name.startswith(place)), None)
            if place is None:
                self.missing.add(BY_PATH)
                return
            name = name.removeprefix(place)
        self.inner(name, words[1:], rest)
        if name in self.functions or name in self.builtins:
            return
        entry = lookup(name)
        if entry is None or not name:
            self.missing.add(name)
            return
        self.level = max(self.level, entry.fidelity)
        options = entry.options
        if options is not None and (options.short or options.long):
            try:
                options.split(rest)
            except OptionError as error:
                self.tally.options[f"{name}: {error}"] += 1
                self.missing.add(f"{name} (options)")

    def inner(self, name: str, words: list[str | None], rest: list[str]) -> None:
        """Take what a command runs."""
        if name in SHELLS and "-c" in rest[:-1]:
            script = words[rest.index("-c") + 1]
            if script is not None:
                self.read(script)
        elif name == "find":
            for at, word in enumerate(rest[:-1]):
                if word in ("-exec", "-execdir", "-ok"):
                    self.command(words[at + 1 :][: _end(rest[at + 1 :])])
        elif name in RUNNERS:
            at = _operand(name, rest) + RUNNERS[name]
            if at < len(words):
                self.command(words[at:])


def _end(words: list[str]) -> int:
    """Where the command of -exec ends."""
    return next((at for at, word in enumerate(words) if word in (";", "\\;", "+")), len(words))


def _operand(name: str, words: list[str]) -> int:
    """The index of the first operand of a command that runs another one."""
    entry = lookup(name)
    options = entry.options if entry is not None else None
    operands = len(words)
    if options is not None and not options.permute:
        try:
            operands = len(options.split(words)[1])
        except OptionError:
            operands = len([word for word in words if not word.startswith("-")])
    at = len(words) - operands if options is not None else 0
    while at < len(words) and (words[at].startswith("-") or (name in ("env", "sudo") and "=" in words[at])):
        at += 1
    return at


def below(node: object) -> Iterator[object]:
    """All nodes of a syntax tree, the commands in words and redirections included."""
    yield node
    if isinstance(node, tuple):
        for child in node:
            yield from below(child)
    elif dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            value = getattr(node, field.name)
            if not isinstance(value, str | int) and value is not None:
                yield from below(value)
    if isinstance(node, Redirection) and not isinstance(node.target, Word):
        yield from below(node.target.body)


def shown(word: Word) -> str | None:
    """The text of a word, quotes taken off; None when some of it is not known before it runs."""
    if all(isinstance(part, Text) for part in word.parts):
        return "".join(part.text for part in word.parts if isinstance(part, Text))
    first = word.parts[0]
    # An option with a computed value is still that option.
    return first.text + "x" if isinstance(first, Text) and first.text.startswith("-") else None


def scripts(instruction: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(script, words of exec form) of a RUN instruction; one of the two is empty."""
    if instruction.form == "exec":
        yield "", instruction.args
        return
    documents = instruction.heredocs
    if instruction.is_heredoc_only:
        yield documents[0].content, ()
        return
    yield instruction.command + "".join(f"\n{one.data}{one.name}" for one in documents), ()


def take(text: str, tally: Tally) -> None:
    """Count the RUN instructions of a Dockerfile."""
    tally.files += 1
    try:
        dockerfile = parse(text, dialect="docker")
    except DockerfileError:
        tally.failed += 1
        return
    take_images(dockerfile.instructions, tally)
    for instruction in dockerfile.instructions:
        if instruction.keyword != "RUN":
            continue
        script = Script(tally, "bash")
        for body, words in scripts(instruction):
            if words:
                script.command(list(words))
            elif body.startswith("#!") and "sh" not in body.split("\n", 1)[0]:
                script.command([body.split("\n", 1)[0].rpartition("/")[2].split(" ")[-1]])
            else:
                script.read(body)
        script.count()


def take_images(instructions: Any, tally: Tally) -> None:
    """Count the base images that the FROM lines name, the defaults of ARG filled in as BuildKit does."""
    variables = dict(PLATFORM)
    stages = {"scratch"}
    begun = False
    for instruction in instructions:
        if instruction.keyword == "ARG" and not begun:
            for word in instruction.args:
                name, equals, value = word.partition("=")
                if equals:
                    variables[name] = expand_word(value, variables)
        elif instruction.keyword == "FROM":
            begun = True
            words = [word for word in instruction.args if not word.startswith("--")]
            take_image(expand_word(words[0], variables), stages, tally)
            stages.add(words[2].lower() if len(words) > 2 else "")


def take_image(name: str, stages: set[str], tally: Tally) -> None:
    """Count one name; a stage's is none of an image."""
    if name.lower() in stages:
        return
    tally.images += 1
    try:
        known = find_image(parse_reference(name)) is not None
    except ReferenceError:
        known = False
    if not known:
        tally.strangers[name] += 1


def show(tally: Tally, top: int) -> None:
    """Print both readings, the reasons, the base images."""
    total = max(1, tally.total)
    exact = tally.worst[Fidelity.EXACT]
    known = exact + tally.worst[Fidelity.MODELLED]
    shells = max(1, total - tally.foreign)
    named = known + tally.unnamed
    print(f"{tally.files} Dockerfiles ({tally.failed} do not parse), {tally.total} RUN instructions")
    print("literally, every instruction and every word:")
    print(f"  only exact commands    {exact:6} {100 * exact / total:5.1f} %")
    print(f"  exact or modelled      {known:6} {100 * known / total:5.1f} %")
    print(f"of shell scripts ({shells}), without programs by path and computed names:")
    print(f"  exact or modelled      {named:6} {100 * named / shells:5.1f} %")
    print(f"\nwhy the others are not, the {top} most frequent reasons (instructions):")
    for name, count in tally.unknown.most_common(top):
        print(f"{count:6}  {name}")
    if tally.options:
        print("\nunknown options:")
        for name, count in tally.options.most_common(top):
            print(f"{count:6}  {name}")
    images = max(1, tally.images)
    met = tally.images - tally.strangers.total()
    print(f"\nbase images in FROM lines: {met} of {images} known, {100 * met / images:.1f} %; the others:")
    for name, count in tally.strangers.most_common(top):
        print(f"{count:6}  {name}")


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--top", type=int, default=10, help="how many unknown commands to name")
    parser.add_argument("--smoke", action="store_true", help="the samples only: shows that everything works")
    options = parser.parse_args()
    tally = Tally()
    directory = SAMPLES if options.smoke else options.directory
    for file in sorted({file for name in NAMES for file in directory.rglob(name) if file.is_file()}):
        take(file.read_bytes().decode("utf-8", "surrogateescape"), tally)
    show(tally, options.top)


if __name__ == "__main__":
    main()
