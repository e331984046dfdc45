"""Rules about the order of instructions and the graph of stages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Copy, Run
from minibuild.dockerfile.sourcemap import text_map
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.lint.finding import Level, Place, Remark
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minibuild.dockerfile.nodes import From, Instruction, Stage
    from minibuild.lint.subject import Subject

# What installs nothing but what it names itself.
_NAMED = re.compile(
    r"\b(?:(?:apt-get|apt|yum|dnf|microdnf|zypper)\s+(?:-\S+\s+)*(?:install|in)|apk\s+(?:-\S+\s+)*add)\s+(?P<rest>[^;&|]*)"
)
# What installs what one file of the context lists, and that file.
_LISTED = (
    (re.compile(r"\bpip3?\s+install\s+(?:-\S+\s+)*(?:-r|--requirement)[ =]?(?P<file>[\w./-]+)"), ""),
    (re.compile(r"\bnpm\s+(?:ci|install|i)(?:\s+-\S+)*\s*(?=$|[;&|])"), "package.json and package-lock.json"),
    (re.compile(r"\byarn(?:\s+install)?(?:\s+-\S+)*\s*(?=$|[;&|])"), "package.json and yarn.lock"),
    (re.compile(r"\bpnpm\s+(?:install|i)(?:\s+-\S+)*\s*(?=$|[;&|])"), "package.json and pnpm-lock.yaml"),
    (re.compile(r"\bbundle\s+install\b"), "Gemfile and Gemfile.lock"),
    (re.compile(r"\bgo\s+mod\s+download\b"), "go.mod and go.sum"),
)
_SETUID = re.compile(r"\bchmod\s+(?:-\S+\s+)*(?:[ugoa]*\+[rwxXt]*s[rwxXst]*|0?[24567]\d{3})\s")
_SETUID_MODE = re.compile(r"0?[2467]\d{3}|[ugoa]*\+[rwxXt]*s[rwxXst]*")


@rule(
    "MB1001",
    Level.STYLE,
    "A stage that nothing uses",
    why="No later stage stands on it or copies from it, and it is not the last one: an ordinary build leaves"
    " it out. It is of use only to those who build it with --target.",
    example=Example(
        "FROM node:22 AS tools\nRUN npm install -g typescript\nFROM node:22",
        "FROM node:22 AS tools\nRUN npm install -g typescript\nFROM tools",
    ),
)
def unused_stage(subject: Subject) -> Iterator[Remark]:
    stages = subject.dockerfile.stages
    used = {name for stage in stages for name in _names_used(stage) if name}
    shapes = [_with_variables(name) for name in used if "$" in name]
    for stage in stages[:-1]:
        known = {stage.name, str(stage.number)}
        if known.isdisjoint(used) and not any(shape.fullmatch(stage.name) for shape in shapes):
            what = stage.name or f"stage {stage.number}"
            reach = f"it is built only with --target {stage.name or stage.number}"
            yield Remark(_keyword(stage.from_), f"No stage uses {what}: {reach}")


@rule(
    "MB1002",
    Level.INFO,
    "An installation stands behind a COPY of everything",
    why="With every change of any file of the context the cache ends at the COPY, and what stands behind it"
    " runs again. Install first what does not depend on those files; copy lists of dependencies by"
    " themselves before the rest.",
    example=Example(
        "COPY . /app\nRUN pip install -r requirements.txt",
        "COPY requirements.txt /app/\nRUN pip install -r requirements.txt\nCOPY . /app",
    ),
)
def hostile_order(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        everything: Copy | None = None
        for index, instruction in enumerate(stage.instructions):
            if everything is None and isinstance(instruction, Copy) and _takes_everything(instruction):
                everything = instruction
            elif everything is not None and isinstance(instruction, Run):
                advice = _advice(instruction, stage.instructions[:index])
                if advice:
                    again = sum(isinstance(one, Run) for one in stage.instructions[index:])
                    steps = "this step runs" if again == 1 else f"this and {again - 1} more RUN steps run"
                    start = everything.start_line
                    yield Remark(
                        _keyword(instruction),
                        f"After any change of the files that line {start} copies {steps} again: {advice}",
                    )
                    break


@rule(
    "MB1003",
    Level.INFO,
    "One image is used as latest and with another tag",
    why="latest moves on while the other tag stays: the stages come to stand on different versions of what"
    " is meant to be the same image.",
    example=Example("FROM node AS build\nFROM node:20", "FROM node:20 AS build\nFROM node:20"),
)
def latest_drift(subject: Subject) -> Iterator[Remark]:
    known = {stage.name for stage in subject.dockerfile.stages if stage.name}
    named: dict[str, dict[str, From]] = {}
    for stage in subject.dockerfile.stages:
        image = stage.from_.image
        if "$" in image or image.lower() in known or image == "scratch":
            continue
        try:
            reference = parse_reference(image)
        except ReferenceError:
            continue
        if not reference.digest:
            named.setdefault(f"{reference.registry}/{reference.repository}", {}).setdefault(
                reference.tag, stage.from_
            )
    for tags in named.values():
        others = [tag for tag in tags if tag != "latest"]
        if "latest" in tags and others:
            image = tags["latest"].image.partition(":")[0]
            yield Remark(
                _keyword(tags["latest"]),
                f"{image} is latest here and {others[0]} in another stage: they drift apart",
            )


@rule(
    "MB1105",
    Level.INFO,
    "A file gets the setuid or setgid bit",
    why="Whoever may run such a program gets the rights of its owner, root for most: one mistake in it gives"
    " the container away. Run as the user that is needed, or give the file a capability.",
    example=Example("RUN chmod u+s /usr/bin/tool", "USER tool"),
)
def setuid_bit(subject: Subject) -> Iterator[Remark]:
    positions = text_map(subject.text, subject.dockerfile.escape)
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Copy) and _SETUID_MODE.fullmatch(instruction.chmod):
            yield Remark(_keyword(instruction), f"--chmod={instruction.chmod} sets the setuid or setgid bit")
        elif isinstance(instruction, Run) and not instruction.heredocs:
            for match in _SETUID.finditer(instruction.original):
                here = positions.of(instruction)
                yield Remark(
                    Place(*here.place(match.start()), *here.place(match.end() - 1)),
                    f"`{match[0].strip()}` sets the setuid or setgid bit",
                )


def _names_used(stage: Stage) -> Iterator[str]:
    yield stage.from_.image.lower()
    for instruction in stage.instructions:
        if isinstance(instruction, Copy):
            yield instruction.from_.lower()
        elif isinstance(instruction, Run):
            yield from (mount.from_.lower() for mount in instruction.mounts)
        elif instruction.keyword == "ONBUILD" and isinstance(getattr(instruction, "inner", None), Copy):
            yield instruction.inner.from_.lower()  # type: ignore[attr-defined]


def _with_variables(name: str) -> re.Pattern[str]:
    """What a name with variables in it may be."""
    parts = re.split(r"\$(?:\{[^}]*\}|\w+)", name)
    return re.compile(".*".join(map(re.escape, parts)))


def _takes_everything(instruction: Copy) -> bool:
    return not instruction.from_ and any(source in (".", "./", "*", "./*") for source in instruction.sources)


def _advice(instruction: Run, before: Sequence[Instruction]) -> str:
    """What to do with an installation that does not need all files; "" where there is none."""
    text = instruction.command
    if not text or any(mount.type in ("bind", "cache") for mount in instruction.mounts):
        return ""
    if any(isinstance(one, Run) and one.command == text for one in before):
        return ""
    named = _NAMED.search(text)
    if (
        named is not None
        and not re.search(r"(?:^|\s)(?:\.{0,2}/|\$|`)", named["rest"])
        and named["rest"].strip()
    ):
        return "move the installation before that COPY" if _stands_alone(text, named) else ""
    for shape, files in _LISTED:
        match = shape.search(text)
        if match is not None and match.start() == 0:
            return f"copy {files or match['file']} alone first, install, then copy the rest"
    return ""


def _stands_alone(text: str, named: re.Match[str]) -> bool:
    """Whether nothing before the installation in the same RUN may need the files: an update, a setting."""
    before = re.split(r"&&|;", text[: named.start()])
    return all(
        not part.strip() or re.match(r"\s*(?:\S+=\S+\s+)*(?:apt|yum|dnf|apk|zypper|set|export)\b", part)
        for part in before
    )


def _keyword(instruction: Instruction) -> Place:
    line, column = instruction.start_line, instruction.column
    return Place(line, column, line, column + len(instruction.written))
