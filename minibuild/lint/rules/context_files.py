"""Rules about the files that a COPY takes from the build context."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.lint.copies import exists, files_of, is_context_known, taken_sources
from minibuild.lint.finding import Level, Remark
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.lint.copies import ContextFile
    from minibuild.lint.subject import Subject

_SHOWN = 3
_SCRIPT = re.compile(rb"#![^\n]*\r\n")
_PRIVATE_KEY = re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")
_CLOUD_KEY = re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|aws_secret_access_key\s*=\s*[A-Za-z0-9/+]{40}")
_TOKEN_LINE = re.compile(
    rb"^\s*(?:export\s+)?\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY)\w*[ \t]*=[ \t]*"
    rb"(?!\s|\$|[\"']{2}|[\"']?(?:x+|\*+|changeme|example|todo|your|<)|$)\S",
    re.MULTILINE | re.IGNORECASE,
)
# Names of files whose purpose is to hold credentials, with what in them shows that they do.
_BY_NAME: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = (
    (re.compile(r"\.npmrc"), re.compile(rb"(?:_authToken|_auth|_password)\s*=\s*(?!\s*\$)\S")),
    (re.compile(r"[._]netrc"), re.compile(rb"\bpassword\s+(?!\$)\S")),
    (re.compile(r"\.pypirc"), re.compile(rb"^\s*password\s*[:=]\s*(?!\$)\S", re.MULTILINE)),
    (re.compile(r"\.git-credentials"), re.compile(rb"://[^:/\s]+:[^@\s]+@")),
    (re.compile(r"\.dockercfg|config\.json"), re.compile(rb'"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"')),
    (re.compile(r"\.env(?:\.(?:local|production|prod|staging))?"), _TOKEN_LINE),
)
_KEY_NAMES = re.compile(r"id_(?:rsa|dsa|ecdsa|ed25519)|.+\.(?:pem|key|ppk)|credentials")
_SCRIPT_NAMES = (".sh", ".bash", ".py", ".pl", ".rb")


@rule(
    "MB1101",
    Level.WARNING,
    "A source of COPY is not in the build context",
    why="The build stops at an instruction whose source is missing, or is hidden by .dockerignore. The"
    " context is taken to be the directory of the Dockerfile; nothing is said where none of its sources"
    " is there, since it is then built with another one.",
    example=Example("COPY requirement.txt /app/", "COPY requirements.txt /app/"),
    reads="context",
)
def missing_source(subject: Subject) -> Iterator[Remark]:
    if subject.context is None or not is_context_known(subject):
        return
    for _, source, place in taken_sources(subject):
        if any(character in source for character in "*?[") or exists(subject, source):
            continue
        if exists(subject, source, ignored=True):
            yield Remark(place, f"{source} is hidden by .dockerignore: the build will not find it")
        else:
            yield Remark(place, f"{source} is not in the build context: the build will not find it")


@rule(
    "MB1103",
    Level.WARNING,
    "A secret is copied into a layer",
    why="Whoever has the image can read every file of every layer, also one that a later instruction"
    " deletes. Give a RUN what it needs with --mount=type=secret, and name the file in .dockerignore.",
    example=Example(
        "COPY .npmrc /root/.npmrc\nRUN npm ci",
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci",
    ),
    reads="context",
)
def copied_secret(subject: Subject) -> Iterator[Remark]:
    yield from _remarks(subject, _holds_secret, "copies credentials into a layer: {}")


@rule(
    "MB1104",
    Level.WARNING,
    "A script with Windows line ends is copied",
    why="The kernel takes the carriage return for a part of the interpreter's name: `/bin/sh\\r` does not"
    " exist, and the script ends with `not found` although it is there.",
    example=Example("COPY start.sh /  # lines end with CRLF", "COPY start.sh /  # lines end with LF"),
    reads="context",
)
def windows_script(subject: Subject) -> Iterator[Remark]:
    yield from _remarks(subject, _is_windows_script, "copies a script whose lines end with CRLF: {}")


def _remarks(subject: Subject, wrong: Callable[[ContextFile], bool], message: str) -> Iterator[Remark]:
    for _, source, place in taken_sources(subject):
        paths = [one.path for one in files_of(subject, source) if wrong(one)]
        if paths:
            more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
            yield Remark(place, f"{source} {message.format(', '.join(paths[:_SHOWN]) + more)}")


def _holds_secret(file: ContextFile) -> bool:
    name = file.path.rpartition("/")[2]
    shapes = [shape for names, shape in _BY_NAME if names.fullmatch(name)]
    if _KEY_NAMES.fullmatch(name):
        shapes += [_PRIVATE_KEY, _CLOUD_KEY]
    if not shapes:
        return False
    head = file.head()
    return any(shape.search(head) for shape in shapes)


def _is_windows_script(file: ContextFile) -> bool:
    runnable = file.node.mode & 0o111 or file.path.endswith(_SCRIPT_NAMES)
    return bool(runnable) and _SCRIPT.match(file.head(256)) is not None
