"""What is linted: a Dockerfile's text and where it comes from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from minibuild.dockerfile.text import read_source
from minibuild.errors import MinibuildError


@dataclass(frozen=True, slots=True)
class Source:
    """A file to lint: its path as given, its text, and the directory it lies in (None: standard input)."""

    path: str
    text: str
    context: Path | None = None


def read(path: str) -> Source:
    """The file at `path`, or standard input for `-`. Raise `MinibuildError` when it can't be read."""
    try:
        if path == "-":
            return Source(path, read_source(sys.stdin.buffer, path))
        file = Path(path)
        return Source(path, read_source(file, path), file.parent)
    except OSError as problem:
        raise MinibuildError(f"can't be read: {problem.strerror}", path=path) from None
