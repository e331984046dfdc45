"""Linting many files: what was found before is taken from the cache, the rest is shared among processes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from minibuild.errors import MinibuildError
from minibuild.lint.source import Source, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from minibuild.lint.cache import ResultCache
    from minibuild.lint.configuration import Configuration
    from minibuild.lint.finding import Finding
    from minibuild.lint.simulation import Simulation

    Simulate = Callable[[Source], Simulation]

# Files that one process lints at a time: enough to keep ShellCheck's processes few.
_CHUNK = 40
# With fewer files than this another process costs more than it saves.
_FEW = 24


@dataclass(slots=True)
class Outcome:
    """The findings of all files, sorted by file as given and place; the files that were linted; what went
    wrong with others; how many results came from the cache; `problem` says why ShellCheck could not be asked.
    """

    findings: list[Finding] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    errors: list[MinibuildError] = field(default_factory=list)
    kept: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are linted: with which `cache` (None: without), in how many processes (`jobs`, 0: one a
    processor), and by which simulated build, if any.
    """

    cache: ResultCache | None = None
    jobs: int = 0
    simulate: Simulate | None = None


def lint_files(paths: Iterable[str], configuration: Configuration, manner: Manner) -> Outcome:
    """Lint the files; those that can't be read are told in `errors`, the others are linted all the same."""
    outcome = Outcome()
    for path in paths:
        try:
            outcome.sources.append(read(path))
        except MinibuildError as error:
            outcome.errors.append(error)
    cache = manner.cache if manner.simulate is None else None
    keys = [cache.key(source) if cache else "" for source in outcome.sources]
    results = [
        cache.get(key, source.path) if cache else None
        for key, source in zip(keys, outcome.sources, strict=True)
    ]
    missing = [number for number, result in enumerate(results) if result is None]
    outcome.kept = len(results) - len(missing)
    sources = [outcome.sources[number] for number in missing]
    for number, (findings, problem) in zip(missing, _linted(sources, configuration, manner), strict=True):
        results[number] = findings
        if problem:
            outcome.problem = problem
        elif cache is not None:
            cache.put(keys[number], findings)
    outcome.findings = [finding for result in results for finding in result or ()]
    return outcome


def _linted(
    sources: Sequence[Source], configuration: Configuration, manner: Manner
) -> Iterator[tuple[list[Finding], str]]:
    """(findings, why ShellCheck's are not among them, or "") for each source."""
    if not sources:
        return
    from minibuild.lint.runner import lint  # not needed when everything was found before

    jobs = manner.jobs or os.cpu_count() or 1
    if jobs == 1 or len(sources) < _FEW or manner.simulate is not None:
        for chunk in _chunks(sources, _CHUNK):
            yield from lint(chunk, configuration, manner.simulate)
        return
    yield from _shared(sources, configuration, jobs)


def _shared(
    sources: Sequence[Source], configuration: Configuration, jobs: int
) -> Iterator[tuple[list[Finding], str]]:
    """The results of `jobs` processes. Raise `MinibuildError` when one is killed."""
    from concurrent.futures import ProcessPoolExecutor  # only for many files
    from concurrent.futures.process import BrokenProcessPool

    from minibuild.lint.runner import lint

    size = max(1, min(_CHUNK, -(-len(sources) // jobs)))
    pool = ProcessPoolExecutor(jobs, initializer=_ignore_interrupts)
    try:
        for results in pool.map(partial(lint, configuration=configuration), _chunks(sources, size)):
            yield from results
    except BrokenProcessPool:
        raise MinibuildError(
            "a process that linted was killed", hint="--jobs 1 lints in this process, and needs less memory"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ignore_interrupts() -> None:
    """Ctrl-C reaches all processes of the terminal; only the first one answers."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _chunks(sources: Sequence[Source], size: int) -> Iterator[Sequence[Source]]:
    for start in range(0, len(sources), size):
        yield sources[start : start + size]
