"""Which files to lint: what is named on the command line, and the Dockerfiles of directories.

In a git work tree the files that git tracks count, read from its index; elsewhere those that no .gitignore
leaves out. Nothing is asked of git itself.
"""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME = re.compile(r"(?:Docker|Container)file(?:\..+)?|.+\.(?:[Dd]ocker|[Cc]ontainer)file")
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox"})
_WILD = re.compile(r"[*?\[]")


def is_dockerfile(name: str) -> bool:
    """Whether a file of that name is taken for a Dockerfile: `Dockerfile`, `Dockerfile.dev`,
    `app.Dockerfile`, `Containerfile`.
    """
    return _NAME.fullmatch(name) is not None and not name.endswith((".dockerignore", ".containerignore"))


def find_files(words: Iterable[str]) -> tuple[list[str], list[MinibuildError]]:
    """(the files that the words mean, each once, in order, what is wrong with some words).

    A word is a file, `-`, a directory or a pattern with `*`, `?`, `[…]` and `**`.
    """
    found: dict[str, None] = {}
    errors = []
    for word in words:
        files = _meant(word)
        found.update(dict.fromkeys(files or ()))
        if files is None:
            errors.append(MinibuildError("there is no such file", path=word))
        elif not files and not Path(word).is_dir():
            errors.append(MinibuildError("no file is called like this", path=word))
    return list(found), errors


def _meant(word: str) -> list[str] | None:
    """The files of one word; None for a plain name that does not exist."""
    if word == "-" or (os.path.lexists(word) and not Path(word).is_dir()):
        return [word]
    if Path(word).is_dir():
        return sorted(_below(word))
    if not _WILD.search(word):
        return None
    matches = sorted(glob.glob(word, recursive=True))  # noqa: PTH207  as a shell spells it
    files = []
    for match in matches:
        if not Path(match).is_dir():
            files.append(match)
        elif not word.endswith("**"):
            files += sorted(_below(match))
    return files


def _below(directory: str) -> Iterator[str]:
    """The Dockerfiles below a directory, spelt as the directory is."""
    from minibuild.lint.discovery_git import tracked_files

    prefix = "" if directory in (".", "./") else directory.rstrip("/") + "/"
    tracked = tracked_files(Path(directory))
    for name in _walk(directory) if tracked is None else tracked:
        if is_dockerfile(name.rpartition("/")[2]) and Path(prefix + name).is_file():
            yield prefix + name


def _walk(directory: str) -> Iterator[str]:
    """The files below a directory that no .gitignore leaves out, relative to it; links are not followed."""
    from minibuild.lint.gitignore import GitIgnore

    pending = [("", GitIgnore())]
    while pending:
        here, ignore = pending.pop()
        ignore = ignore.below(here, Path(directory, here, ".gitignore"))
        try:
            entries = sorted(os.scandir(Path(directory, here)), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = here + entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            if entry.name in _SKIPPED or ignore.excludes(name, is_directory):
                continue
            if is_directory:
                pending.append((name + "/", ignore))
            else:
                yield name
