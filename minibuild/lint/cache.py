"""Findings of files that were linted before, kept by content and configuration.

One small file a result, so that any number of processes may read and write at once: each is written beside
its place and renamed. What can't be read or written counts as not there. An entry is named after everything
that its findings depend on: program, configuration, text, ignore file and, for files that copy from their
context, names, sizes and times of what lies in it.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibuild.lint.finding import Edit, Finding, Fix, Level, Place
from minibuild.lint.ignore_files import ignore_file
from minibuild.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from minibuild.lint.source import Source

_MOST_ENTRIES = 100  # a directory, of which there are 256
_MOST_FILES = 20_000


def default_directory(root: str | None) -> Path:
    """`lint` in the directory `root` of a store that was named, else in the user's cache directory."""
    if root:
        return Path(os.path.expanduser(root)) / "lint"  # noqa: PTH111  unlike Path's, it never fails
    import platformdirs  # a directory that was named needs no search

    return Path(platformdirs.user_cache_dir("minibuild", appauthor=False)) / "lint"


class ResultCache:
    """The results in `directory` for one configuration; `circumstances` are all other things that decide."""

    def __init__(self, directory: Path, circumstances: Iterable[str]) -> None:
        self._directory = directory
        self._common = _digest((__version__, _program_stamp(), _shellcheck_stamp(), *circumstances))
        self._stamps: dict[Path, str] = {}

    def key(self, source: Source) -> str:
        """The name of the source's entry; "" for one that can't have one."""
        parts = [self._common, os.path.basename(source.path), source.text]  # noqa: PTH119  text
        own = ignore_file(source.path, source.context)
        if own is not None:
            with suppress(OSError):
                parts.append(own.read_text("utf-8", "surrogateescape"))
        words = source.text.lower()
        if source.context is not None and ("copy" in words or "add" in words):
            stamp = self._context_stamp(source.context)
            if not stamp:
                return ""
            parts.append(stamp)
        return _digest(parts)

    def get(self, key: str, path: str) -> list[Finding] | None:
        """The findings under that key, for a file at `path`."""
        if not key:
            return None
        try:
            with open(self._place(key), "rb") as stream:
                return [_finding(path, fields) for fields in loads(stream.read())]
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def put(self, key: str, findings: Sequence[Finding]) -> None:
        """Keep the findings."""
        if not key:
            return
        place = self._place(key)
        new = f"{place}.{os.getpid()}.new"
        try:
            os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)  # noqa: PTH103,PTH120
            with open(new, "wb") as stream:
                stream.write(dumps([_fields(finding) for finding in findings]).encode())
            os.replace(new, place)  # noqa: PTH105
            self._prune(os.path.dirname(place))  # noqa: PTH120
        except OSError:
            with suppress(OSError):
                os.unlink(new)  # noqa: PTH108

    def _place(self, key: str) -> str:
        return f"{self._directory}/{key[:2]}/{key[2:]}"

    def _prune(self, directory: str) -> None:
        """Leave the younger half of a directory with too many entries."""
        names = os.listdir(directory)  # noqa: PTH208
        if len(names) <= _MOST_ENTRIES:
            return
        places = [f"{directory}/{name}" for name in names]
        for place in sorted(places, key=_age)[: len(places) // 2]:
            with suppress(OSError):
                os.unlink(place)  # noqa: PTH108

    def _context_stamp(self, context: Path) -> str:
        """What changes with the context's files; "" for one that has too many."""
        if context not in self._stamps:
            listing: list[str] = []
            for line in _listing(str(context)):
                listing.append(line)
                if len(listing) > _MOST_FILES:
                    listing = []
                    break
            else:
                listing.append("")
            self._stamps[context] = _digest(listing) if listing else ""
        return self._stamps[context]


def _listing(directory: str) -> Iterator[str]:
    """A line for each file below a directory, in an order of their names; git's own files don't count."""
    pending = [directory or "."]
    while pending:
        try:
            entries = sorted(os.scandir(pending.pop()), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            try:
                status = entry.stat(follow_symlinks=False)
                is_directory = entry.is_dir(follow_symlinks=False)
            except OSError:
                continue
            if is_directory:
                yield f"{entry.path}/ {status.st_mode}"
                if entry.name != ".git":
                    pending.append(entry.path)
            else:
                yield f"{entry.path} {status.st_mode} {status.st_size} {status.st_mtime_ns}"


def _program_stamp() -> str:
    """What changes when the rules or the parser do."""
    lint = os.path.dirname(__file__)  # noqa: PTH120
    folders = (lint, f"{lint}/rules", f"{lint}/../dockerfile")
    stats = []
    for folder in folders:
        with suppress(OSError):
            entries = [entry for entry in os.scandir(folder) if entry.name.endswith(".py")]
            stats += sorted(f"{e.name} {e.stat().st_size} {e.stat().st_mtime_ns}" for e in entries)
    return "\n".join(stats)


def _shellcheck_stamp() -> str:
    """What changes when ShellCheck does: where it is, and its file."""
    directories = [os.path.dirname(sys.executable), *os.environ.get("PATH", "").split(os.pathsep)]  # noqa: PTH120
    for directory in directories:
        for name in ("shellcheck", "shellcheck.exe"):
            with suppress(OSError):
                status = os.stat(f"{directory}/{name}")  # noqa: PTH116
                return f"{directory} {status.st_size} {status.st_mtime_ns}"
    return ""


def _age(place: str) -> float:
    try:
        return os.stat(place).st_mtime  # noqa: PTH116
    except OSError:
        return 0.0


def _digest(parts: Iterable[str]) -> str:
    total = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


def _fields(finding: Finding) -> list[Any]:
    place, fix = finding.place, finding.fix
    return [
        finding.code,
        int(finding.level),
        [place.line, place.column, place.end_line, place.end_column],
        finding.message,
        finding.source,
        fix and [fix.summary, [[edit.start, edit.end, edit.replacement] for edit in fix.edits], fix.safe],
    ]


def _finding(path: str, fields: list[Any]) -> Finding:
    code, level, place, message, source, fix = fields
    made = fix and Fix(fix[0], tuple(Edit(*edit) for edit in fix[1]), fix[2])
    return Finding(path, code, Level(level), Place(*place), message, source, made or None)
