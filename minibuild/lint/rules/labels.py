"""Rules about LABEL: names, and the schema that the configuration gives."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from minibuild.dockerfile.nodes import Copy, From, Label
from minibuild.lint.finding import Level, Remark
from minibuild.lint.image_names import alias, split_image
from minibuild.lint.places import spot, whole
from minibuild.lint.rule import Example, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")
_KEY = re.compile(r"[a-z](?:[a-z0-9._-]*[a-z0-9])?")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,/:;=?@\[\]\w.~-]*", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_HASH = re.compile(r"[0-9a-f]{7}|[0-9a-f]{40}")
_TAGS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"\d+\.\d+\.\d+(?:-{_TAGS})?(?:\+{_TAGS})?")
_ATOM = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+|\"(?:[^\"\\]|\\.)*\")"
_HOST_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_HOST_LABEL}(?:\.{_HOST_LABEL})*|\[[^\[\]\\]*\])")
_SCHEMA = "The configuration says what this label holds: who reads it relies on that."


def _labels(subject: Subject) -> Iterator[tuple[Label, str, str, Place]]:
    """(instruction, name, value without quotes, place of the name) of every label."""
    for instruction in subject.dockerfile.instructions:
        if isinstance(instruction, Label):
            at = len(instruction.written)
            for name, value in instruction.pairs:
                start = instruction.original.find(name, at)
                at = start + len(name) if start >= 0 else at
                place = spot(subject, instruction, start, at) if start >= 0 else whole(subject, instruction)
                yield instruction, _bare(name), _bare(value), place


def _bare(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


@rule(
    "DL3048",
    Level.STYLE,
    "A label's name breaks the rules",
    why="Names of labels begin with a lower-case letter and end with one or a digit; dots, hyphens and"
    " underscores may stand between, no two together; com.docker, io.docker and org.dockerproject are"
    " Docker's own.",
    example=Example("LABEL Version=1.2", "LABEL com.example.version=1.2"),
)
def bad_name(subject: Subject) -> Iterator[Remark]:
    for _, name, _, place in _labels(subject):
        doubled = ".." in name or "--" in name
        if not _KEY.fullmatch(name) or doubled or name.startswith(_RESERVED):
            yield Remark(place, f"{name} is no good name for a label")


@rule(
    "DL3049",
    Level.INFO,
    "A label that the configuration asks for is missing",
    why=_SCHEMA,
    example=Example("FROM debian:12", "FROM debian:12\nLABEL version=1.2.3"),
)
def missing_label(subject: Subject) -> Iterator[Remark]:
    for label in subject.settings.labels:
        lacking: dict[str, From] = {}
        good: set[str] = set()
        current = ""
        for number, stage in enumerate(subject.dockerfile.stages):
            name = alias(stage.from_)
            current = name or f"\0{number}"
            if split_image(stage.from_.image).repository in good:
                good.add(current)
            else:
                lacking[current] = stage.from_
            for instruction in stage.instructions:
                if isinstance(instruction, Copy):
                    lacking.pop(instruction.from_, None)
                elif isinstance(instruction, Label) and label in (_bare(key) for key, _ in instruction.pairs):
                    lacking.pop(current, None)
                    good.add(current)
        for from_ in lacking.values():
            yield Remark(whole(subject, from_), f"The label {label} is missing")


@rule(
    "DL3050",
    Level.INFO,
    "A label that the configuration does not know",
    why="With strict labels only those of the schema are wanted.",
    example=Example("LABEL typo=1", "LABEL version=1.2.3"),
)
def unknown_label(subject: Subject) -> Iterator[Remark]:
    if subject.settings.strict_labels:
        for _, name, _, place in _labels(subject):
            if name not in subject.settings.labels:
                yield Remark(place, f"The label {name} is not part of the schema")


def _is_url(value: str) -> bool:
    return _URL.fullmatch(value) is not None


def _is_time(value: str) -> bool:
    if not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value[:19])
    except ValueError:
        return False
    return True


def _is_license(value: str) -> bool:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if not re.fullmatch(r"[A-Za-z0-9.-]+", value) or value.startswith("LicenseRef-"):
        return False
    try:
        return canonicalize_license_expression(value) == value
    except InvalidLicenseExpression:
        return False


def _check(subject: Subject, kind: str, is_valid: Callable[[str], bool], what: str) -> Iterator[Remark]:
    for _, name, value, place in _labels(subject):
        if subject.settings.labels.get(name) == kind and not is_valid(value):
            yield Remark(place, f"The label {name} should be {what}, not {value!r}")


@rule(
    "DL3051",
    Level.WARNING,
    "A label of the schema is empty",
    why=_SCHEMA,
    example=Example('LABEL vendor=""', 'LABEL vendor="Example"'),
)
def empty_label(subject: Subject) -> Iterator[Remark]:
    for _, name, value, place in _labels(subject):
        if name in subject.settings.labels and not value:
            yield Remark(place, f"The label {name} is empty")


@rule(
    "DL3052",
    Level.WARNING,
    "A label that should be a URL is none",
    why=_SCHEMA,
    example=Example("LABEL url=example", "LABEL url=https://example.com/"),
)
def no_url(subject: Subject) -> Iterator[Remark]:
    yield from _check(subject, "url", _is_url, "a URL")


@rule(
    "DL3053",
    Level.WARNING,
    "A label that should be a time is none",
    why=_SCHEMA,
    example=Example("LABEL created=today", "LABEL created=2024-01-02T03:04:05Z"),
)
def no_time(subject: Subject) -> Iterator[Remark]:
    yield from _check(subject, "rfc3339", _is_time, "a time as RFC 3339 writes it")


@rule(
    "DL3054",
    Level.WARNING,
    "A label that should be an SPDX licence is none",
    why=_SCHEMA,
    example=Example("LABEL licenses=apache", "LABEL licenses=Apache-2.0"),
)
def no_license(subject: Subject) -> Iterator[Remark]:
    yield from _check(subject, "spdx", _is_license, "an SPDX licence identifier")


@rule(
    "DL3055",
    Level.WARNING,
    "A label that should be a git hash is none",
    why=_SCHEMA,
    example=Example("LABEL revision=main", "LABEL revision=0123456"),
)
def no_hash(subject: Subject) -> Iterator[Remark]:
    what = "a git hash of 7 or 40 digits"
    yield from _check(subject, "hash", lambda value: _HASH.fullmatch(value) is not None, what)


@rule(
    "DL3056",
    Level.WARNING,
    "A label that should be a semantic version is none",
    why=_SCHEMA,
    example=Example("LABEL version=1.2", "LABEL version=1.2.0"),
)
def no_version(subject: Subject) -> Iterator[Remark]:
    yield from _check(subject, "semver", lambda v: _VERSION.fullmatch(v) is not None, "a semantic version")


@rule(
    "DL3058",
    Level.WARNING,
    "A label that should be an e-mail address is none",
    why=_SCHEMA,
    example=Example("LABEL authors=me", "LABEL authors=me@example.com"),
)
def no_mail(subject: Subject) -> Iterator[Remark]:
    yield from _check(subject, "email", lambda v: _MAIL.fullmatch(v) is not None, "an e-mail address")
