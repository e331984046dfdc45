"""BuildKit's checks of COPY sources that a build does not see, and of EXPOSE."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.ignore import IgnoreError, IgnoreFile
from minibuild.dockerfile.nodes import Copy, Expose
from minibuild.dockerfile.text import read_source
from minibuild.errors import MinibuildError
from minibuild.lint.finding import Fix, Level, Remark
from minibuild.lint.ignore_files import ignore_file
from minibuild.lint.places import replacing, spot, whole
from minibuild.lint.rule import Example, rule
from minibuild.lint.scopes import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.lint.finding import Place
    from minibuild.lint.subject import Subject

_REMOTE = re.compile(r"(?:https?|ssh|git)://|git@|github\.com/")
_WHOLE_ROOT = frozenset({"*", "**", "**/*"})
_PORT = re.compile(r"(?:(?P<address>.*):)?(?P<host>[^:]*):(?P<port>[^:]*)\Z")


@rule(
    "CopyIgnoredFile",
    Level.WARNING,
    "COPY or ADD takes a file that .dockerignore leaves out.",
    why="The build doesn't see the file and fails, or copies less than is meant.",
    example=Example("COPY debug.log /app/", "COPY app.py /app/"),
    reads="context",
)
def copy_ignored_file(subject: Subject) -> Iterator[Remark]:
    """Sources that a pattern matches. Silent where a pattern takes files back: that can't be told."""
    ignored = _patterns(subject)
    if ignored is None or any(pattern.startswith("!") for pattern in ignored.patterns):
        return
    escape = subject.dockerfile.escape
    for _, instruction, scope in walk(subject.dockerfile):
        if not isinstance(instruction, Copy) or instruction.from_:
            continue
        for source in instruction.sources:
            path = posixpath.normpath(scope.expanded(source, escape) or ".")
            if _REMOTE.match(path) or _REMOTE.match(source):
                continue
            if path in (".", "/"):
                is_ignored = path == "." and not _WHOLE_ROOT.isdisjoint(ignored.patterns)
            else:
                is_ignored = not path.startswith("/") and ignored.excludes(path)
            if is_ignored:
                yield Remark(
                    _word_place(subject, instruction, source),
                    f"{instruction.keyword} {path}: .dockerignore leaves it out of the build",
                )


def _patterns(subject: Subject) -> IgnoreFile | None:
    """The ignore file of the subject's context; None where there is none that can be read."""
    path = ignore_file(subject.path, subject.context)
    if path is None:
        return None
    try:
        return IgnoreFile.parse(read_source(path, str(path), regular=True))
    except (OSError, IgnoreError, MinibuildError):
        return None


@rule(
    "ExposeProtoCasing",
    Level.WARNING,
    "A protocol in EXPOSE has upper-case letters.",
    why="The image's configuration has protocols in lower case; other spellings are only converted.",
    example=Example("EXPOSE 80/TCP", "EXPOSE 80/tcp"),
)
def expose_proto_casing(subject: Subject) -> Iterator[Remark]:
    """`80/TCP`."""
    for instruction, written, port in _ports(subject):
        number, slash, protocol = port.partition("/")
        if slash and protocol != protocol.lower():
            wanted = f"{number}/{protocol.lower()}"
            yield Remark(
                _word_place(subject, instruction, written),
                f"Write the protocol in lower case: {wanted}",
                _rewritten(subject, instruction, written, port, wanted),
            )


@rule(
    "ExposeInvalidFormat",
    Level.WARNING,
    "EXPOSE has an address or a port of the host.",
    why="An image says what a container listens on. Where that is published, `docker run -p` says; the rest "
    "is ignored here.",
    example=Example("EXPOSE 127.0.0.1:80:8080", "EXPOSE 8080"),
)
def expose_invalid_format(subject: Subject) -> Iterator[Remark]:
    """`80:80`, `127.0.0.1:80:80`."""
    for instruction, written, port in _ports(subject):
        match = _PORT.match(port)
        if match is not None and (match["address"] or match["host"]):
            yield Remark(
                _word_place(subject, instruction, written),
                f"EXPOSE has container ports only: write {match['port']}",
                _rewritten(subject, instruction, written, port, match["port"]),
            )


def _ports(subject: Subject) -> Iterator[tuple[Expose, str, str]]:
    """(instruction, the word as written, one port of it after expansion)."""
    escape = subject.dockerfile.escape
    if "expose" not in subject.text.lower():
        return
    for _, instruction, scope in walk(subject.dockerfile):
        if isinstance(instruction, Expose):
            for word in instruction.args:
                for port in scope.expanded(word, escape).split():
                    yield instruction, word, port


def _word_place(subject: Subject, instruction: Copy | Expose, word: str) -> Place:
    at = instruction.original.find(word, len(instruction.written))
    return spot(subject, instruction, at, at + len(word)) if at >= 0 else whole(subject, instruction)


def _rewritten(subject: Subject, instruction: Expose, written: str, port: str, wanted: str) -> Fix | None:
    """The fix for a port that is written as it is, without variables."""
    found = re.search(rf"(?<!\S){re.escape(written)}(?!\S)", instruction.original)
    if written != port or found is None:
        return None
    edit = replacing(subject, instruction, *found.span(), wanted)
    return Fix(f"Write {wanted}", (edit,)) if edit else None
