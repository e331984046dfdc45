"""Rules about COPY and ADD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Add, Copy, From, Run, Workdir
from minibuild.lint.edits import replaced
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import alias, split_image, stage_name
from minibuild.lint.places import spot, whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.scripts import script_of
from minibuild.lint.tracks import tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.finding import Place
    from minibuild.lint.scripts import Command, Script
    from minibuild.lint.subject import Subject

_ARCHIVES = (
    *(".tar", ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz"),
    *(".txz", ".xz"),
)
_UNPACKERS = ("unzip", "gunzip", "bunzip2", "unlzma", "unxz", "zgz", "uncompress", "zcat", "gzcat")
_WINDOWS = re.compile(r".:[\\/]", re.DOTALL)
_REMOTE = ("http://", "https://")


def _bare(text: str) -> str:
    return text.strip("\"'")


def _basename(text: str) -> str:
    return re.split(r"[/\\]", _bare(text))[-1]


def _is_archive(path: str) -> bool:
    return _bare(path).endswith(_ARCHIVES)


@rule(
    "DL3010",
    Level.INFO,
    "An archive is copied and then unpacked",
    why="ADD unpacks local archives itself: one layer instead of two, and the archive does not stay in the"
    " image.",
    example=Example("COPY app.tar.gz /tmp/\nRUN tar -xzf /tmp/app.tar.gz", "ADD app.tar.gz /"),
)
def unpacked_copy(subject: Subject) -> Iterator[Remark]:
    archives: list[tuple[Copy, str]] = []
    told: list[Copy] = []
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From):
            archives, told = [], []  # what earlier stages copy is not in the image
        elif isinstance(instruction, Copy) and not isinstance(instruction, Add) and not instruction.from_:
            named = instruction.destination if _is_archive(instruction.destination) else ""
            names = [named] if named else [one for one in instruction.sources if _is_archive(one)]
            archives += [(instruction, _basename(name)) for name in names]
        elif isinstance(instruction, Run) and archives:
            script = script_of(instruction)
            told += [copy for copy, name in archives if _unpacks(script, name) and copy not in told]
    yield from (Remark(whole(subject, one), "Use ADD: it unpacks the archive itself") for one in told)


def _unpacks(script: Script, archive: str) -> bool:
    def check(command: Command) -> bool:
        unpacks = command.name in _UNPACKERS or (command.name == "tar" and _extracts(command))
        return unpacks and archive in map(_basename, command.plain())

    return script.any(check)


def _extracts(command: Command) -> bool:
    return command.has("--extract", "--get") or any(
        word.startswith("-") and "x" in word for word in command.arguments
    )


@rule(
    "DL3020",
    Level.ERROR,
    "ADD of something that COPY can do",
    why="ADD unpacks archives and fetches URLs: where neither is wanted, COPY says what is meant.",
    example=Example("ADD requirements.txt /app/", "COPY requirements.txt /app/"),
)
def needless_add(subject: Subject) -> Iterator[Remark]:
    for instruction in subject.dockerfile.instructions:
        if not isinstance(instruction, Add):
            continue
        if not all(_is_archive(one) or _bare(one).startswith(_REMOTE) for one in instruction.sources):
            start = len(instruction.original) - len(instruction.original.lstrip())
            fix = replaced(subject, instruction, (start, start + 3), "COPY")
            remote = any(_is_remote(one) for one in instruction.sources) or instruction.documents
            yield Remark(
                whole(subject, instruction),
                "Use COPY for files and directories",
                None if instruction.flags or remote else fix,
            )


def _is_remote(source: str) -> bool:
    """Whether only ADD can take it: an archive, a URL or a repository."""
    bare = _bare(source)
    return _is_archive(bare) or "$" in bare or "://" in bare or bare.startswith("git@")


@rule(
    "DL3021",
    Level.ERROR,
    "COPY of several sources to something that is no directory",
    why="With several sources the destination must be a directory, and end with a slash.",
    example=Example("COPY a b /app", "COPY a b /app/"),
)
def no_directory(subject: Subject) -> Iterator[Remark]:
    for instruction in subject.dockerfile.instructions:
        if not isinstance(instruction, Copy) or isinstance(instruction, Add) or len(instruction.sources) < 2:
            continue
        target = _bare(instruction.destination)
        if not target.endswith(("/", "\\")):
            end = len(instruction.original.rstrip())
            own = instruction.form != "exec" and instruction.destination == target
            fix = (
                replaced(subject, instruction, (end - 1, end), instruction.original[end - 1] + "/")
                if own
                else None
            )
            yield Remark(whole(subject, instruction), f"End the destination with a slash: {target}/", fix)


@rule(
    "DL3022",
    Level.WARNING,
    "COPY --from names no earlier stage",
    why="Without a stage of that name it is an image that is pulled from a registry: give such an image a"
    " tag.",
    example=Example(
        "COPY --from=builder /a /a", "FROM golang:1.22 AS builder\nFROM scratch\nCOPY --from=builder /a /a"
    ),
)
def unknown_stage(subject: Subject) -> Iterator[Remark]:
    names: set[str] = set()
    count = 0
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, From):
            count += 1
            names |= {instruction.name, alias(instruction)} if instruction.name else set()
        elif isinstance(instruction, Copy) and instruction.from_:
            source = instruction.from_
            known = source in names or ":" in source or (source.isdigit() and int(source) < count)
            if not known:
                yield Remark(_from(subject, instruction), f"No earlier stage is called {source}")


def _from(subject: Subject, instruction: Copy) -> Place:
    match = re.search(r"--from=\S+", instruction.original)
    return spot(subject, instruction, *match.span()) if match else whole(subject, instruction)


@rule(
    "DL3023",
    Level.ERROR,
    "COPY --from names its own stage",
    why="A stage can't copy from itself: it is not finished.",
    example=Example("FROM alpine:3.20 AS a\nCOPY --from=a /x /y", "FROM alpine:3.20 AS a\nRUN cp /x /y"),
)
def own_stage(subject: Subject) -> Iterator[Remark]:
    for track in tracks(subject):
        current = ""
        for line in track:
            if isinstance(line.instruction, From):
                current = alias(line.instruction)
            elif isinstance(line.instruction, Copy) and current and line.instruction.from_ == current:
                yield Remark(whole(subject, line.outer), f"{current} is the stage that this stands in")


@rule(
    "DL3045",
    Level.WARNING,
    "COPY to a relative path without WORKDIR",
    why="The path is taken below a directory that the base image sets, and may set otherwise tomorrow.",
    example=Example("COPY a b/", "WORKDIR /app\nCOPY a b/"),
)
def relative_destination(subject: Subject) -> Iterator[Remark]:
    known: dict[str, bool] = {}
    current = ""
    for one in subject.dockerfile.instructions:
        if isinstance(one, From):
            parent = known.get(split_image(one.image).repository, False)
            current = stage_name(one)
            known[current] = parent
        elif isinstance(one, Workdir):
            known[current] = True
        elif isinstance(one, Copy) and not known.get(current) and _is_relative(one):
            advice = f"Set WORKDIR before, or give an absolute path: {one.destination}"
            yield Remark(whole(subject, one), advice)


def _is_relative(instruction: Copy) -> bool:
    target = _bare(instruction.destination)
    fixed = target.startswith(("/", "$")) or _WINDOWS.match(target)
    return not isinstance(instruction, Add) and not fixed


@rule(
    "DL3067",
    Level.WARNING,
    "The whole root of another stage is copied",
    why="It brings everything along that the stage had to build with, which the stages are there to leave"
    " behind.",
    example=Example("COPY --from=build / /", "COPY --from=build /usr/local/bin/app /usr/local/bin/"),
)
def whole_root(subject: Subject) -> Iterator[Remark]:
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Copy) and not isinstance(instruction, Add) and instruction.from_:
            roots = any(_bare(source) == "/" for source in instruction.sources)
            if roots and _bare(instruction.destination) == "/":
                yield Remark(
                    whole(subject, instruction),
                    f"Copy what is needed from {instruction.from_}, not all of it",
                )
