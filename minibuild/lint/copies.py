"""What the COPYs of a Dockerfile take from its build context."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from minibuild.dockerfile.nodes import Copy
from minibuild.dockerfile.sourcemap import text_map
from minibuild.lint.finding import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minibuild.build.context import Context
    from minibuild.filesystem import File, View
    from minibuild.lint.subject import Subject

_REMOTE = ("http://", "https://", "git@", "git://", "ssh://", "ftp://")
_MOST_FILES = 20_000
_MOST_BYTES = 64 << 10


class Taken(NamedTuple):
    """One source of a COPY or ADD that names something in the context, and where that word stands."""

    instruction: Copy
    source: str
    place: Place


class ContextFile(NamedTuple):
    """A file that a source takes: its path in the context and its node."""

    path: str
    node: File

    def head(self, most: int = _MOST_BYTES) -> bytes:
        """Its first bytes; nothing when it can't be read."""
        try:
            with open(getattr(self.node.content, "path", os.devnull), "rb") as stream:
                return stream.read(most)
        except OSError:
            return b""


def taken_sources(subject: Subject) -> Iterator[Taken]:
    """The sources that name files of the context: no variables, no remote ones, no here-documents."""
    positions = text_map(subject.text, subject.dockerfile.escape)
    for instruction in subject.dockerfile.instructions:
        if not isinstance(instruction, Copy) or instruction.from_:
            continue
        text, at = instruction.original, len(instruction.written)
        here = positions.of(instruction)
        for source in instruction.sources:
            found = text.find(source, at)
            at = found + len(source) if found >= 0 else at
            if "$" in source or source.startswith(_REMOTE) or ".git#" in source:
                continue
            start, end = (found, at) if found >= 0 else (0, len(instruction.written))
            yield Taken(instruction, source, Place(*here.place(start), *here.place(end)))


def is_context_known(subject: Subject) -> bool:
    """Whether the directory of the Dockerfile is really its build context: then some named source is there.

    Many Dockerfiles are built with another directory as their context, which nothing in them tells.
    """
    return any(
        source.strip("./*") and exists(subject, source, ignored=True)
        for _, source, _ in taken_sources(subject)
        if not _has_wildcard(source)
    )


def exists(subject: Subject, source: str, *, ignored: bool = False) -> bool:
    """Whether the source finds something in the context, or (`ignored`) would without an ignore file."""
    from minibuild.build.patterns import clean_source

    context = subject.contexts.open(subject, ignored=ignored)
    return context is not None and _view(context).lexists(clean_source(source))


def files_of(subject: Subject, source: str) -> list[ContextFile]:
    """The regular files that a source takes, at most 20,000, sorted."""
    return subject.contexts.files(subject, source)


class Contexts:
    """The build contexts of linted files, each read once: many Dockerfiles may lie in one directory."""

    def __init__(self) -> None:
        self._open: dict[tuple[Path, str], Context | None] = {}
        self._files: dict[tuple[Path, str, str], list[ContextFile]] = {}

    def open(self, subject: Subject, *, ignored: bool = False) -> Context | None:
        """The context of a file, also (`ignored`) without its ignore file; None when it has none."""
        if subject.context is None:
            return None
        key = subject.context, "" if ignored else os.path.basename(subject.path)  # noqa: PTH119  text
        if key not in self._open:
            self._open[key] = _read(*key)
        return self._open[key]

    def files(self, subject: Subject, source: str) -> list[ContextFile]:
        """What a source takes from the context of a file."""
        context = self.open(subject)
        if context is None or subject.context is None:
            return []
        key = subject.context, os.path.basename(subject.path), source  # noqa: PTH119
        if key not in self._files:
            self._files[key] = sorted(_found(context, source), key=lambda one: one.path)
        return self._files[key]


def _has_wildcard(source: str) -> bool:
    return any(character in source for character in "*?[")


def _read(directory: Path, name: str) -> Context | None:
    """The context of the Dockerfile `name`; "" leaves every ignore file aside."""
    from minibuild.build.context import Context, read_ignore_file
    from minibuild.errors import MinibuildError

    try:
        return Context(directory, read_ignore_file(directory, directory / name) if name else None)
    except MinibuildError:
        return None


def _view(context: Context) -> View:
    from minibuild.filesystem import FileSystem, Snapshot

    return FileSystem(Snapshot(context.root)).view()


def _found(context: Context, source: str) -> list[ContextFile]:
    from minibuild.build.selection import Place as Where
    from minibuild.build.selection import select
    from minibuild.errors import MinibuildError
    from minibuild.filesystem import Directory, File

    found: list[ContextFile] = []
    try:
        where = Where(_view(context), "the build context")
        ahead = [(one.path.strip("/"), one.node) for one in select(where, source)]
        while ahead and len(found) < _MOST_FILES:
            path, node = ahead.pop()
            if isinstance(node, File):
                found.append(ContextFile(path, node))
            elif isinstance(node, Directory):
                prefix = f"{path}/" if path else ""
                ahead.extend((prefix + name, child) for name, child in node.entries.items())
    except MinibuildError:  # what is missing or can't be read is told by others
        return found
    return found
