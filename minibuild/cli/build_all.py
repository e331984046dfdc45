"""`minibuild build DIRECTORY` for a directory of contexts: all of them, in parallel processes."""

import io
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click

from minibuild.build.building import build
from minibuild.build.collection import Member, read_collection
from minibuild.build.request import BuildRequest, BuildResult
from minibuild.cli.build_request import write_file
from minibuild.cli.location import StoreLocation
from minibuild.errors import MinibuildError, UsageError, unexpected
from minibuild.report.collection import Row, collection_table
from minibuild.report.kept_fidelity import FidelityKeeper
from minibuild.report.layer_sizes import image_size
from minibuild.report.metadata import metadata
from minibuild.report.progress_json import JsonProgress
from minibuild.report.progress_plain import PlainProgress, short_id
from minibuild.store import Store

_SINGLE = {
    "file": "-f",
    "target": "--target",
    "outputs": "--output",
    "iidfile": "--iidfile",
    "tags": "--tag",
    "plan": "--plan",
}


class Outcome(NamedTuple):
    """What became of one member: what its progress says, and its result or its error.

    `begun` is False when something that it needs failed before.
    """

    said: bytes = b""
    seconds: float = 0.0
    result: BuildResult | None = None
    layers: int = 0
    size: int = 0
    error: str = ""
    begun: bool = True


def build_all(
    location: StoreLocation, directories: list[Path], request: BuildRequest, given: Mapping[str, Any]
) -> None:
    """Build every context, each after those whose images it uses, and sum up.

    Raise `MinibuildError` when any failed.
    """
    for key, option in _SINGLE.items():
        if given[key]:
            raise UsageError(
                f"{option} is for one image, and {request.context} has {len(directories)} Dockerfiles",
                hint="each image gets its directory's name; build one directory to say more",
            )
    with location.open() as store:
        members = read_collection(directories, request, store)
    kind = "quiet" if given["quiet"] else given["progress"]
    outcomes = dict(_outcomes(location.root, members, request, kind))
    members.sort(key=lambda member: member.name)
    if kind == "quiet":
        ids = [outcomes[member.name].result for member in members]
        click.echo("".join(result.image + "\n" for result in ids if result is not None), nl=False)
    elif kind != "json":
        click.echo("\n" + collection_table(_row(m.name, outcomes[m.name]) for m in members), nl=False)
    if given["metadata_file"]:
        built = {name: outcome.result for name, outcome in sorted(outcomes.items())}
        document = {name: metadata(result) for name, result in built.items() if result is not None}
        write_file(
            "--metadata-file",
            given["metadata_file"],
            json.dumps(document, indent=2, ensure_ascii=False) + "\n",
        )
    failed = [member.name for member in members if outcomes[member.name].result is None]
    if failed:
        raise MinibuildError(f"{len(failed)} of {len(members)} builds failed: {', '.join(failed)}")


def _outcomes(
    root: Path, members: list[Member], request: BuildRequest, kind: str
) -> Iterator[tuple[str, Outcome]]:
    """(name, outcome) as they come, each told at once. A member whose needs failed is not built."""
    waiting = list(members)
    done: dict[str, Outcome] = {}
    running: dict[Future[Outcome], str] = {}
    with _workers(min(len(members), max(2, os.cpu_count() or 2))) as pool:
        while waiting or running:
            for member in [m for m in waiting if all(need in done for need in m.needs)]:
                waiting.remove(member)
                missing = [need for need in member.needs if done[need].result is None]
                if missing:
                    done[member.name] = outcome = Outcome(
                        error=f"not built: {missing[0]} failed", begun=False
                    )
                    _tell(member.name, outcome, kind)
                    yield member.name, outcome
                    continue
                tags = (member.tag,) if member.tag else ()
                own = request._replace(context=member.directory, tags=tags, jobs=1)
                running[pool.submit(build_member, root, member.name, own, kind)] = member.name
            if running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    name = running.pop(future)
                    done[name] = outcome = _result(future, name)
                    _tell(name, outcome, kind)
                    yield name, outcome


def _result(future: Future[Outcome], name: str) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        raise MinibuildError(
            f"{name}: the process that built it was killed", hint="is there enough memory?"
        ) from None
    except Exception as error:  # a fault of ours in one build must not stop the others
        if os.environ.get("MINIBUILD_DEBUG") == "1":
            raise
        return Outcome(error=unexpected(error))


@contextmanager
def _workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes that share nothing with this one; none is left however the block ends."""
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_ignore_interrupts)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    pool.shutdown()


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal; the parent ends its workers itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def build_member(root: Path, name: str, request: BuildRequest, kind: str) -> Outcome:
    """Build one member in a worker."""
    said = io.BytesIO()
    progress = JsonProgress(said, {"project": name}) if kind == "json" else PlainProgress(said)
    started = time.monotonic()
    try:
        with Store.open(root) as store:
            result = build(request, store, FidelityKeeper(store, progress))
            layers = store.image(result.image).diff_ids
            size = image_size(store, layers)
    except MinibuildError as error:
        progress.close(error)
        return Outcome(said.getvalue(), time.monotonic() - started, error=error.render())
    progress.close()
    return Outcome(said.getvalue(), time.monotonic() - started, result, len(layers), size)


def _tell(name: str, outcome: Outcome, kind: str) -> None:
    """Tell a member's end: all its progress when it failed or plain was asked for."""
    failed = outcome.result is None
    if kind == "json":
        _put(sys.stdout, outcome.said)
        return
    if failed:
        _put(sys.stderr, outcome.said + f"{name}: {outcome.error}\n".encode("utf-8", "surrogateescape"))
    elif kind == "plain":
        _put(sys.stdout, b"== " + name.encode("utf-8", "surrogateescape") + b"\n" + outcome.said)
    elif kind != "quiet":
        _put(sys.stdout, f"{name}: {_row(name, outcome).result} in {outcome.seconds:.2f}s\n".encode())


def _put(stream: Any, data: bytes) -> None:
    stream.flush()
    stream.buffer.write(data)
    stream.buffer.flush()


def _row(name: str, outcome: Outcome) -> Row:
    result = outcome.result
    if result is None:
        return Row(name, "failed" if outcome.begun else "not built", seconds=outcome.seconds)
    return Row(
        name,
        f"built {short_id(result.image)}",
        steps=len(result.steps),
        cached=sum(step.cached for step in result.steps),
        layers=outcome.layers,
        size=outcome.size,
        fidelity=result.fidelity,
        seconds=outcome.seconds,
    )
