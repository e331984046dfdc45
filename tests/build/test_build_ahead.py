"""Stages that other processes build ahead of their turn."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from builds import Bench

from minibuild.build import ahead, events
from minibuild.errors import MinibuildError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

COUNT = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; "


def stages(count: int, more: str = "") -> str:
    """`count` stages that need nothing of each other, and one that needs them all."""
    lines = [f"FROM busybox AS s{n}\nENV N={n}\nRUN {COUNT}echo out $N; echo $N > /f" for n in range(count)]
    lines.append("FROM busybox\n" + "\n".join(f"COPY --from=s{n} /f /f{n}" for n in range(count)))
    return "\n".join(lines) + "\n" + more


@pytest.fixture(autouse=True)
def two_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processes", lambda: 2)


def shown(bench: Bench) -> list[tuple[object, ...]]:
    """What was told, without what differs from build to build."""
    kept = []
    for event in bench.told:
        if isinstance(event, events.StepCommitted | events.BuildFinished):
            kept.append((type(event), event.fidelity))
        elif isinstance(event, events.ContainerStarted | events.ContainerRemoved):
            kept.append((type(event), event.step))
        else:
            kept.append(tuple(event))
    return kept


def test_the_same_is_made_and_told(bench: Bench, tmp_path: Path) -> None:
    """Whoever built what: the image, the steps and their order are the same."""
    alone = bench.build(stages(5), source_date_epoch=1, jobs=1, no_cache=True)
    expected, steps = shown(bench), [(s.instruction, s.layer, s.cached, s.stage) for s in alone.steps]
    shared = bench.build(stages(5), source_date_epoch=1, no_cache=True)
    assert shown(bench) == expected
    assert [(s.instruction, s.layer, s.cached, s.stage) for s in shared.steps] == steps
    assert shared.image == alone.image
    assert bench.root(shared).view().read_bytes("/f4") == b"4\n"


def test_what_was_built_elsewhere_is_in_the_cache(bench: Bench) -> None:
    bench.build(stages(4))
    assert not bench.cached
    again = bench.build(stages(4))
    assert all(step.cached for step in again.steps if not step.instruction.startswith("FROM"))


def test_others_do_build(bench: Bench) -> None:
    """Not every RUN is run by this process."""
    pids: list[int] = []
    original = ahead.Ahead._start

    def start(self: ahead.Ahead, *words: object) -> None:
        original(self, *words)  # type: ignore[arg-type]
        pids.extend(self._workers)

    ahead.Ahead._start = start  # type: ignore[method-assign]
    try:
        bench.build(stages(6))
    finally:
        ahead.Ahead._start = original  # type: ignore[method-assign]
    assert len(set(pids)) == 2
    for pid in set(pids):  # none is left behind
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize("bad", [0, 2, 3])
def test_a_stage_that_fails(bench: Bench, bad: int) -> None:
    """It is told in its place, with its output, whoever met it first."""
    text = stages(4).replace(f"ENV N={bad}", f"ENV N={bad}\nRUN echo why >&2; exit 3")
    with pytest.raises(MinibuildError) as caught:
        bench.build(text)
    assert "returned a non-zero code: 3" in caught.value.message
    assert caught.value.line == bad * 3 + 3
    assert bench.output.endswith("why\n")
    with pytest.raises(MinibuildError):
        bench.build(text, jobs=1)
    assert bench.output.endswith("why\n")


def test_stages_that_need_others_wait(bench: Bench) -> None:
    text = "FROM busybox AS a\nRUN echo a > /f\nFROM a AS b\nRUN echo b >> /f\n"
    text += "FROM busybox AS c\nRUN echo c > /f\n"
    text += "FROM b\nCOPY --from=c /f /g\nRUN cat /f /g\n"
    bench.build(text)
    assert bench.output == "a\nb\nc\n"


def test_an_interrupted_build_leaves_nobody_behind(tmp_path: Path) -> None:
    """Neither Ctrl-C nor a kill leaves a process that goes on."""
    (tmp_path / "Dockerfile").write_text(stages(4).replace("3000", "3000000"))
    for stop in (signal.SIGINT, signal.SIGKILL):
        words = ["--root", str(tmp_path / "store"), "build", str(tmp_path)]
        process = subprocess.Popen(
            [sys.executable, "-m", "minibuild", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert any(b"Running in" in line for line in iter(process.stdout.readline, b""))
        time.sleep(0.3)
        os.kill(process.pid, stop)
        process.communicate(timeout=30)
        limit = time.monotonic() + 30
        while _members(process.pid) and time.monotonic() < limit:
            time.sleep(0.1)
        assert not _members(process.pid)


def _members(group: int) -> bool:
    """Whether a process of that group is alive; one that has ended counts until somebody waits for it."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    states = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, member = status.read_text(errors="replace").rpartition(")")[2].split()[:3]
            states += [state] if int(member) == group else []
    return any(state not in "ZX" for state in states)
