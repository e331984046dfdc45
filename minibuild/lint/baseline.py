"""Findings that a repository lives with: `--baseline FILE` leaves out those that were there before.

A finding is known again by its file, its code and the text of its line, so that it may move; as many of a
kind are left out as were kept.
"""

from __future__ import annotations

from collections import Counter
from json import dumps, loads
from typing import TYPE_CHECKING, Any

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from minibuild.lint.finding import Finding

    Mark = tuple[str, str, str]

_LARGEST = 64 << 20
_VERSION = 1


class BaselineError(MinibuildError):
    """A baseline file that can't be read or written."""

    exit_code = 2


def without_known(findings: Iterable[Finding], path: Path) -> list[Finding]:
    """The findings less those of the baseline. Raise `BaselineError`."""
    known = _read(path)
    kept = []
    for finding in findings:
        mark = _mark(finding)
        if known[mark] > 0:
            known[mark] -= 1
        else:
            kept.append(finding)
    return kept


def write_baseline(findings: Iterable[Finding], path: Path) -> None:
    """Keep the findings as the new baseline. Raise `BaselineError`."""
    from minibuild.dockerfile.text import write_text  # only where a baseline is written

    counts = Counter(_mark(finding) for finding in findings)
    entries = [
        {"file": file, "code": code, "source": source, "count": count}
        for (file, code, source), count in sorted(counts.items())
    ]
    try:
        write_text(path, dumps({"version": _VERSION, "findings": entries}, indent=1) + "\n")
    except OSError as problem:
        raise BaselineError(f"can't be written: {problem.strerror}", path=str(path)) from None


def _read(path: Path) -> Counter[Mark]:
    try:
        with path.open("rb") as stream:
            document: Any = loads(stream.read(_LARGEST))
        known: Counter[Mark] = Counter()
        for entry in document["findings"]:
            known[str(entry["file"]), str(entry["code"]), str(entry["source"])] += int(entry["count"])
        return known
    except OSError as problem:
        hint = "--update-baseline makes one" if isinstance(problem, FileNotFoundError) else ""
        raise BaselineError(f"can't be read: {problem.strerror}", path=str(path), hint=hint) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BaselineError(
            "this is no baseline", path=str(path), hint="--update-baseline makes a new one"
        ) from None


def _mark(finding: Finding) -> Mark:
    return finding.path, finding.code, finding.source.strip()
