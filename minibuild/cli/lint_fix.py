"""`minibuild lint --fix`: what is written, and what is told of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.cli.fmt import difference
from minibuild.dockerfile.text import write_text
from minibuild.errors import MinibuildError
from minibuild.lint.fixing import Fixed, fix_sources
from minibuild.lint.source import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.lint.configuration import Configuration
    from minibuild.lint.finding import Finding
    from minibuild.lint.linting import Outcome, Simulate


def fix_outcome(
    outcome: Outcome, configuration: Configuration, simulate: Simulate | None, *, unsafe: bool
) -> list[Fixed]:
    """Repair what was found; the outcome then has what is left. Nothing is written."""
    by_path: dict[str, list[Finding]] = {source.path: [] for source in outcome.sources}
    for finding in outcome.findings:
        by_path[finding.path].append(finding)
    sources = [(source, by_path[source.path]) for source in outcome.sources]
    results = fix_sources(sources, configuration, unsafe=unsafe, simulate=simulate)
    outcome.findings = [finding for one in results for finding in one.findings]
    return results


def write_fixed(results: Sequence[Fixed]) -> None:
    """Write the repaired files, and nothing over what was changed meanwhile. Raise `MinibuildError`."""
    for one in results:
        path = one.source.path
        if path == "-" or one.text == one.source.text:
            continue
        if read(path).text != one.source.text:
            raise MinibuildError("it was changed while it was linted", path=path, hint="lint it again")
        try:
            write_text(Path(path), one.text)
        except OSError as problem:
            raise MinibuildError(f"can't be written: {problem.strerror}", path=path) from None


def differences(results: Sequence[Fixed]) -> str:
    """What the fixes change, as one unified diff."""
    return "".join(difference(one.source.path, one.source.text, one.text) for one in results)


def told(results: Sequence[Fixed]) -> str:
    """What was repaired: a line for each file."""
    lines = []
    for one in results:
        codes = [f"{code} ({n})" if n > 1 else code for code, n in sorted(one.repaired.items())]
        if codes:
            lines.append(f"{one.source.path}: repaired {', '.join(codes)}\n")
    return "".join(lines)
