"""BuildKit's checks of variables: undefined ones, ones that name no image, ones that hold secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Arg, Copy, Env, Label, Run, Stopsignal, User, Volume, Workdir
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.lint.finding import Fix, Level, Remark
from minibuild.lint.places import replacing, spot, whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.scopes import Scope, global_arguments, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

# Names that a build takes note of and that need no ARG.
_UNSCOPED = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
# With more names than a person gives, comparing them all takes too long.
_MOST_NAMES = 300
_SECRET = re.compile(
    r"(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", re.IGNORECASE
)
_HARMLESS = re.compile(r"(?:_|^)(?:public|file|version)(?:_|$)", re.IGNORECASE)


@rule(
    "UndefinedArgInFrom",
    Level.WARNING,
    "FROM uses an ARG that is not declared before the first FROM.",
    why="The variable is empty there, whatever an ARG below or `--build-arg` says.",
    example=Example("FROM alpine:$VERSION", "ARG VERSION=3.20\nFROM alpine:$VERSION"),
)
def undefined_arg_in_from(subject: Subject) -> Iterator[Remark]:
    """Variables in a FROM's image and platform."""
    if "$" not in subject.text:
        return
    arguments = global_arguments(subject.dockerfile)
    scope = Scope(dict(arguments.values))
    for stage in subject.dockerfile.stages:
        for word in (stage.from_.image, stage.from_.platform):
            for name in sorted(scope.undefined(word, subject.dockerfile.escape) - arguments.names):
                yield _undefined(subject, stage.from_, name, arguments.names, "no ARG before the first FROM")


@rule(
    "UndefinedVar",
    Level.WARNING,
    "A variable is used that neither ARG nor ENV nor the base image defines.",
    why="It is replaced by nothing. Often it is a typing mistake, or an ARG that stands before FROM and was "
    "not taken up in the stage.",
    example=Example("COPY $SRC /app", "ARG SRC=src\nCOPY $SRC /app"),
)
def undefined_var(subject: Subject) -> Iterator[Remark]:
    """Variables in what BuildKit expands. Of a base image whose variables are not known only names are told
    that are nearly those of a defined one.
    """
    if "$" not in subject.text:
        return
    escape = subject.dockerfile.escape
    for _, instruction, scope in walk(subject.dockerfile):
        names: set[str] = set()
        if "$" in instruction.original or instruction.heredocs:
            for word in _expanded_words(instruction):
                names |= scope.undefined(word, escape)
            if isinstance(instruction, Copy):
                for document in instruction.documents:
                    if document.expand:
                        names |= scope.undefined(document.content, escape, quotes=False)
        known = scope.values.keys() | scope.declared
        for name in sorted(names - _UNSCOPED):
            if scope.complete or _closest(name, known):
                yield _undefined(subject, instruction, name, known, "nothing defines it before")


def _expanded_words(instruction: Instruction) -> Iterable[str]:
    """The words of an instruction in which BuildKit looks for variables."""
    if isinstance(instruction, Env | Arg | Label | User | Workdir | Volume | Stopsignal):
        return instruction.args
    if isinstance(instruction, Copy):
        flags = (instruction.chown, instruction.chmod, getattr(instruction, "checksum", ""))
        return (*flags, *instruction.exclude, *instruction.sources, instruction.destination)
    if isinstance(instruction, Run):
        return [field.partition("=")[2] for mount in instruction.mounts for field in mount.text.split(",")]
    return ()


def _undefined(
    subject: Subject, instruction: Instruction, name: str, known: Iterable[str], why: str
) -> Remark:
    close = _closest(name, known)
    found = re.search(rf"\$\{{?({re.escape(name)})(?!\w)", instruction.original)
    place = spot(subject, instruction, *found.span()) if found else whole(subject, instruction)
    message = f"${name} is undefined: {why}" + (f"; did you mean ${close}?" if close else "")
    edit = replacing(subject, instruction, *found.span(1), close) if found and close else None
    return Remark(place, message, Fix(f"Write {close}", (edit,), safe=False) if edit else None)


def _closest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, "" for none."""
    known = list(known)
    if len(name) < 3 or len(known) > _MOST_NAMES:
        return ""
    from difflib import get_close_matches  # only for a name that is wrong

    folded = {one.upper(): one for one in sorted(known)}
    close = get_close_matches(name.upper(), folded, 1, 0.8)
    return folded[close[0]] if close else ""


@rule(
    "InvalidDefaultArgInFrom",
    Level.WARNING,
    "With the ARGs' default values a FROM names no valid image.",
    why="`docker build` without `--build-arg` fails. A default, in ARG or as `${VERSION:-3.20}`, repairs it.",
    example=Example("ARG VERSION\nFROM alpine:$VERSION", "ARG VERSION=3.20\nFROM alpine:$VERSION"),
)
def invalid_default_arg_in_from(subject: Subject) -> Iterator[Remark]:
    """Images whose names are empty or against the rules once they are expanded."""

    scope = Scope(dict(global_arguments(subject.dockerfile).values))
    for stage in subject.dockerfile.stages:
        image = scope.expanded(stage.from_.image, subject.dockerfile.escape)
        try:
            parse_reference(image)
        except ReferenceError as problem:
            shown = f"is {image!r}" if image else "is empty"
            yield Remark(
                whole(subject, stage.from_), f"With default values the image's name {shown}: {problem}"
            )


@rule(
    "SecretsUsedInArgOrEnv",
    Level.WARNING,
    "The name of an ARG or ENV sounds like a secret.",
    why="Values of ARG and ENV stay in the image's history and configuration, where anyone can read them. "
    "`RUN --mount=type=secret` leaves nothing behind.",
    example=Example(
        "ARG API_TOKEN\nRUN fetch --token=$API_TOKEN",
        "RUN --mount=type=secret,id=token fetch --token=$(cat /run/secrets/token)",
    ),
)
def secrets_used_in_arg_or_env(subject: Subject) -> Iterator[Remark]:
    """Names with a word such as token or password in them; not those of ARGs before the first FROM."""
    for stage in subject.dockerfile.stages:
        for instruction in stage.instructions:
            for name in _names_set(instruction):
                if _SECRET.search(name) and not _HARMLESS.search(name):
                    yield Remark(
                        _name_place(subject, instruction, name),
                        f"{instruction.keyword} {name} sounds like a secret, and its value stays in the "
                        "image: use RUN --mount=type=secret",
                    )


def _names_set(instruction: Instruction) -> Iterator[str]:
    if isinstance(instruction, Arg):
        yield from (name for name, _ in instruction.items)
    elif isinstance(instruction, Env) and not isinstance(instruction, Label):
        yield from (name for name, _ in instruction.pairs)


def _name_place(subject: Subject, instruction: Instruction, name: str) -> Place:
    at = instruction.original.find(name, len(instruction.written))
    return spot(subject, instruction, at, at + len(name)) if at >= 0 else whole(subject, instruction)
