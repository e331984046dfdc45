"""Rules about the instructions that configure the image."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import (
    Arg,
    Cmd,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    User,
    Workdir,
)
from minibuild.lint.edits import removed, replaced
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import split_image, stage_name
from minibuild.lint.places import whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.tracks import of_kind, tracks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.dockerfile.nodes import Instruction
    from minibuild.lint.finding import Fix
    from minibuild.lint.subject import Subject

_WINDOWS = re.compile(r"[A-Za-z]:")
_PORT = re.compile(r"\d+")
_SUSPICIOUS = ("api_key", "client_key", "password", "private", "secret", "token", "username")
# Names of secrets, and of what goes with them, that nothing in them tells.
_NAMES = frozenset(
    {
        "APPLICATION_KEY", "AWS_ACCESS_KEY_ID", "CI_DEPLOY_USER", "DOCKER_EMAIL", "FACEBOOK_APP_ID",
        "HEROKU_API_USER", "OKTA_AUTHN_GROUPID", "OKTA_CLIENT_ORGURL", "OKTA_OAUTH2_CLIENTID",
        "STRIPE_DEVICE_NAME", "TRAVIS_OS_NAME", "TRAVIS_SECURE_ENV_VARS", "TRAVIS_SUDO",
    }
)


def _bare(text: str) -> str:
    return text.strip("\"'")

_VARIABLE = re.compile(r"\$(?:(?P<bare>\w+)|\{(?P<braced>[^{}]*)\})", re.ASCII)


@rule(
    "DL3000",
    Level.ERROR,
    "WORKDIR with a relative path",
    why="Where it leads depends on the WORKDIR before it, and on the base image.",
    example=Example("WORKDIR app", "WORKDIR /app"),
)
def relative_workdir(subject: Subject) -> Iterator[Remark]:
    for instruction, outer in of_kind(subject, Workdir, held=True):
        path = _bare(instruction.text)
        if not path.startswith(("/", "$")) and not _WINDOWS.match(path):
            yield Remark(whole(subject, outer), f"Give an absolute path: /{path}")


@rule(
    "DL3002",
    Level.WARNING,
    "The last user of a stage is root",
    why="A process that breaks out of its container is then root on the host.",
    example=Example("USER root", "USER 1000"),
)
def last_user(subject: Subject) -> Iterator[Remark]:
    for stage in subject.dockerfile.stages:
        users = [one for one in stage.instructions if isinstance(one, User)]
        if users and users[-1].text.partition(":")[0] in ("root", "0"):
            yield Remark(whole(subject, users[-1]), "Let another user than root be the last one")


@rule(
    "DL3011",
    Level.ERROR,
    "A port above 65535",
    why="There is no such port.",
    example=Example("EXPOSE 80000", "EXPOSE 8000"),
)
def high_port(subject: Subject) -> Iterator[Remark]:
    for instruction, outer in of_kind(subject, Expose, held=True):
        for port in instruction.args:
            numbers = [int(number) for number in _PORT.findall(port.partition("/")[0])]
            if "$" not in port and any(number > 65535 for number in numbers):
                yield Remark(whole(subject, outer), f"{port}: ports end at 65535")


@rule(
    "DL3012",
    Level.ERROR,
    "Several HEALTHCHECKs in a stage",
    why="Only the last one counts.",
    example=Example("HEALTHCHECK CMD a\nHEALTHCHECK CMD b", "HEALTHCHECK CMD b"),
)
def several_healthchecks(subject: Subject) -> Iterator[Remark]:
    yield from _several(subject, Healthcheck, "only the last HEALTHCHECK of a stage counts")


@rule(
    "DL4003",
    Level.WARNING,
    "Several CMDs in a stage",
    why="Only the last one counts.",
    example=Example('CMD ["a"]\nCMD ["b"]', 'CMD ["b"]'),
)
def several_cmds(subject: Subject) -> Iterator[Remark]:
    yield from _several(subject, Cmd, "only the last CMD of a stage counts")


@rule(
    "DL4004",
    Level.ERROR,
    "Several ENTRYPOINTs in a stage",
    why="Only the last one counts.",
    example=Example('ENTRYPOINT ["a"]\nENTRYPOINT ["b"]', 'ENTRYPOINT ["b"]'),
)
def several_entrypoints(subject: Subject) -> Iterator[Remark]:
    yield from _several(subject, Entrypoint, "only the last ENTRYPOINT of a stage counts")


def _several(subject: Subject, kind: type[Instruction], message: str) -> Iterator[Remark]:
    for track in tracks(subject):
        first: Instruction | None = None
        for line in track:
            if isinstance(line.instruction, From):
                first = None
            elif isinstance(line.instruction, kind):
                if first is not None:
                    fix = removed(subject, first, f"Remove the {kind.keyword} in line {first.start_line}")
                    place = whole(subject, line.outer)
                    yield Remark(place, f"Line {first.start_line} has one, too: {message}", fix)
                first = line.outer


@rule(
    "DL3025",
    Level.WARNING,
    "CMD or ENTRYPOINT in shell form",
    why="The shell is then the container's first process: it does not pass on the signal that is to stop it.",
    example=Example("CMD nginx -g 'daemon off;'", 'CMD ["nginx", "-g", "daemon off;"]'),
)
def shell_form(subject: Subject) -> Iterator[Remark]:
    for one in subject.dockerfile.instructions:
        checks = isinstance(one, Healthcheck) and one.kind != "NONE"
        if (checks or isinstance(one, Cmd | Entrypoint)) and one.form == "shell":
            yield Remark(whole(subject, one), f"Give {one.keyword} its words as a JSON array")


@rule(
    "DL3043",
    Level.ERROR,
    "ONBUILD with an instruction that it can't trigger",
    why="ONBUILD, FROM and MAINTAINER can't be triggered.",
    example=Example("ONBUILD FROM debian:12", "ONBUILD RUN make"),
)
def bad_trigger(subject: Subject) -> Iterator[Remark]:
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Onbuild):
            keyword = instruction.trigger.split()[0].upper() if instruction.trigger.split() else ""
            if keyword in ("ONBUILD", "FROM", "MAINTAINER"):
                yield Remark(whole(subject, instruction), f"{keyword} can't be triggered by ONBUILD")


@rule(
    "DL3044",
    Level.ERROR,
    "ENV uses a variable that it defines itself",
    why="All values of an ENV are computed before any of its variables is set: the old value is used, or"
    " none.",
    example=Example("ENV A=1 B=$A", "ENV A=1\nENV B=$A"),
)
def own_variable(subject: Subject) -> Iterator[Remark]:
    known: set[str] = set()
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Arg):
            known |= {name for name, _ in instruction.items}
        elif isinstance(instruction, Env) and not isinstance(instruction, Label):
            pairs = instruction.pairs
            mentions: dict[str, set[int]] = {}
            for index, (_, value) in enumerate(pairs):
                for match in _VARIABLE.finditer(value):
                    mentions.setdefault(match["bare"] or match["braced"], set()).add(index)
            used = [name for index, (name, _) in enumerate(pairs) if mentions.get(name, set()) - {index}]
            fresh = [name for name in used if name not in known]
            if fresh:
                yield Remark(
                    whole(subject, instruction), f"{fresh[0]} is not set yet: use it in an ENV of its own"
                )
            known |= {name for name, _ in pairs}


@rule(
    "DL3057",
    Level.IGNORE,
    "A stage without HEALTHCHECK",
    why="Without one nobody but the process itself knows whether it still works.",
    example=Example("FROM nginx:1.27", "FROM nginx:1.27\nHEALTHCHECK CMD curl -f http://localhost/"),
)
def no_healthcheck(subject: Subject) -> Iterator[Remark]:
    good: set[str] = set()
    for stage in subject.dockerfile.stages:
        has = any(isinstance(one, Healthcheck) for one in stage.instructions)
        if has or split_image(stage.from_.image).repository in good:
            good.add(stage_name(stage.from_))
        else:
            yield Remark(whole(subject, stage.from_), "The stage has no HEALTHCHECK")


@rule(
    "DL3064",
    Level.WARNING,
    "ARG or ENV with the name of a secret",
    why="Their values stay in the image's history and configuration, for everybody to read. Use a secret"
    " mount.",
    example=Example("ARG NPM_TOKEN", "RUN --mount=type=secret,id=npm_token npm ci"),
)
def secret_name(subject: Subject) -> Iterator[Remark]:
    for track in tracks(subject):
        for line in track:
            one = line.instruction
            names: list[str] = []
            if isinstance(one, Arg):
                names = [name for name, _ in one.items]
            elif isinstance(one, Env) and not isinstance(one, Label):
                names = [name for name, _ in one.pairs]
            found = [
                name
                for name in names
                if name.upper() in _NAMES or any(s in name.lower() for s in _SUSPICIOUS)
            ]
            if found:
                yield Remark(
                    whole(subject, line.outer), f"{found[0]} looks like a secret: it stays in the image"
                )


@rule(
    "DL3066",
    Level.INFO,
    "USER is not a number",
    why="A host that must know that it is not root, as Kubernetes' runAsNonRoot does, can't tell from a"
    " name.",
    example=Example("USER app", "USER 1000"),
)
def named_user(subject: Subject) -> Iterator[Remark]:
    arguments: set[str] = set()
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Arg):
            arguments |= {name for name, _ in instruction.items}
        elif isinstance(instruction, User):
            user = instruction.text.partition(":")[0]
            given = any(user.startswith((f"${name}", "${" + name)) for name in arguments)
            if not user.isdigit() and not given:
                yield Remark(
                    whole(subject, instruction), f"Give the number of {user}", _number(subject, instruction)
                )


def _number(subject: Subject, instruction: User) -> Fix | None:
    """The fix for root, whose number is the same everywhere."""
    found = re.search(r"\s(root)(?=:|\s*\Z)", instruction.original)
    return replaced(subject, instruction, found.span(1), "0") if found else None


@rule(
    "DL4000",
    Level.ERROR,
    "MAINTAINER is used",
    why="MAINTAINER is given up: a label holds the same and can be asked for.",
    example=Example("MAINTAINER me@example.com", 'LABEL org.opencontainers.image.authors="me@example.com"'),
)
def maintainer(subject: Subject) -> Iterator[Remark]:
    for instruction, outer in of_kind(subject, Maintainer, held=True):
        text = instruction.original.partition(" ")[2].strip()
        label = 'LABEL org.opencontainers.image.authors="' + _bare(text).replace('"', '\\"') + '"'
        plain = instruction is outer and "\\" not in text and "$" not in text
        fix = (
            replaced(subject, instruction, (0, len(instruction.original.rstrip())), label) if plain else None
        )
        yield Remark(whole(subject, outer), "Use the label org.opencontainers.image.authors", fix)
