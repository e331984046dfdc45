"""Builds that are killed or interrupted at any time, and builds that work in one store at once."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from assault import assert_sound, member, run, start, tar_of, told_events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")

TEXT = """\
FROM busybox AS tools
LABEL attempt={attempt}
COPY large /large
RUN echo {attempt} > /a && mkdir -p /d/e && cp /large /d/e/copy
FROM scratch AS files
LABEL attempt={attempt}
ADD members.tar /unpacked/
COPY --from=tools /d /d
FROM busybox
LABEL attempt={attempt}
COPY --from=files / /all/
RUN for i in 1 2 3 4 5 6 7 8 9; do echo $i > /f$i; done
ENV A=b
RUN rm -r /all/d && sha256sum /all/unpacked/* > /sums
WORKDIR /w
"""


class Yard:
    """A store in which builds of one context are stopped, again and again."""

    def __init__(self, root: Path, context: Callable[..., Path], out: Path) -> None:
        self.root = root
        self.out = out
        self.make = context
        out.mkdir()

    def words(self, attempt: int) -> list[object]:
        """The build of a context that is new in each attempt."""
        members = tar_of(*(member(f"m{n}", b"%d" % (n * attempt) * 999) for n in range(40)))
        files = {"large": b"x" * 3_000_000, "members.tar": members}
        directory = self.make(TEXT.format(attempt=attempt), **files)
        tags = ["-t", "app:latest", "-t", f"app:{attempt}"]
        outputs = [f"--output=type={form},dest={self.out}/{form}.tar" for form in ("oci", "docker")]
        return ["build", "--progress", "json", *tags, *outputs, "-o", self.out / "files", directory]

    def stopped(self, attempt: int, stop: int, after: float) -> dict[int, str | None]:
        """Stop a build by a signal; the layers of the steps that were told to be committed."""
        process = start(*self.words(attempt), root=self.root)
        time.sleep(after)
        process.send_signal(stop)
        out, err = process.communicate(timeout=60)
        if process.returncode != -stop:  # before its own code runs, Python ends in its own way
            assert b"Traceback" not in err
            assert b"unexpectedly" not in err
            assert (process.returncode, err) in ((0, b""), (130, b"interrupted\n"))
        done = told_events(out.splitlines(keepends=True))
        return {event["step"]: event["layer"] for event in done if event["event"] == "step_committed"}

    def finish(self, attempt: int, committed: dict[int, str | None]) -> None:
        """Build again: what was committed is found in the cache, and everything that comes out is whole."""
        shown = run(*self.words(attempt), root=self.root)
        assert shown.status == 0, shown.err
        events = told_events(line.encode() for line in shown.out.splitlines(keepends=True))
        cached = {event["step"] for event in events if event["event"] == "step_cached"}
        first = {event["step"] for event in events if event.get("text", "").startswith("FROM ")}
        assert set(committed) - first <= cached
        layers = {event["step"]: event["layer"] for event in events if event["event"] == "step_committed"}
        assert {step: layers[step] for step in committed} == committed
        for archive in ("oci.tar", "docker.tar"):
            with tarfile.open(self.out / archive) as tar:
                assert "index.json" in tar.getnames()
        assert (self.out / "files" / "f9").read_text() == "9\n"
        assert (self.out / "files" / "all" / "unpacked" / "m2").read_bytes() == b"%d" % (2 * attempt) * 999


@pytest.fixture
def yard(root: Path, context: Callable[..., Path], tmp_path: Path) -> Yard:
    return Yard(root, context, tmp_path / "out")


@pytest.mark.parametrize(
    ("stop", "times"),
    [
        (signal.SIGKILL, 15),
        (signal.SIGINT, 8),
        pytest.param(signal.SIGKILL, 200, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 200, marks=pytest.mark.slow),
    ],
)
def test_stopped_at_any_time(yard: Yard, stop: int, times: int) -> None:
    whole = run(*yard.words(0), root=yard.root).seconds
    chance = random.Random(times)
    for attempt in range(1, times + 1):
        if attempt % 5 == 1:  # also while the store is made
            shutil.rmtree(yard.root)
        committed = yard.stopped(attempt, stop, chance.uniform(0.05, whole * 1.1))
        if yard.root.exists():
            assert_sound(yard.root)
        if attempt % 3 == 0:
            yard.finish(attempt, committed)
            assert_sound(yard.root)
    yard.finish(times, {})
    left = [path.name for path in yard.out.iterdir() if path.name not in ("oci.tar", "docker.tar", "files")]
    assert stop == signal.SIGKILL or left == []
    assert run("system", "prune", "--force", root=yard.root).status == 0
    assert [path for path in (yard.root / "blobs" / "sha256").iterdir() if path.name.startswith(".tmp")] == []
    yard.finish(times, {})


@pytest.mark.parametrize("count", [3, pytest.param(6, marks=pytest.mark.slow)])
def test_many_builds_and_prune_at_once(root: Path, tmp_path: Path, count: int) -> None:
    """Every build succeeds with the same result as if it were alone, whatever the others and `prune` do."""
    contexts = []
    for number in range(count):
        directory = tmp_path / f"context{number}"
        directory.mkdir()
        (directory / "shared").write_bytes(b"shared" * 50_000)
        (directory / "own").write_bytes(b"%d" % number * 50_000)
        text = "FROM busybox\nCOPY shared /s\n" + "".join(f"RUN echo {n} > /r{n}\n" for n in range(6))
        (directory / "Dockerfile").write_text(text + "COPY own /own\nRUN cat /own /s | wc -c > /sum\n")
        contexts.append(directory)
    builds = [
        start("build", "-q", "-t", f"app{n}", "-o", tmp_path / f"out{n}-{again}", directory, root=root)
        for n, directory in enumerate(contexts)
        for again in range(2)
    ]
    pruned = 0
    while any(build.poll() is None for build in builds):
        shown = run("system", "prune", "--force", *(["--all"] if pruned % 2 else []), root=root)
        assert shown.status == 0, shown.err
        pruned += 1
    assert pruned
    for build in builds:
        _, err = build.communicate()
        assert (build.returncode, err) == (0, b"")
    for place in tmp_path.glob("out*"):
        assert (place / "sum").read_text().strip() == "350000"
    assert_sound(root)


@pytest.mark.parametrize("times", [6, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("command", ["load", "prune", "rmi", "tag", "repair"])
def test_other_commands_killed(yard: Yard, tmp_path: Path, command: str, times: int) -> None:
    """Whatever is done to a store may end at any time: it is sound, and its named image whole."""
    yard.finish(1, {})
    words: dict[str, list[object]] = {
        "load": ["load", "-i", yard.out / "docker.tar"],
        "prune": ["system", "prune", "-f"],
        "rmi": ["rmi", "app:latest"],
        "tag": ["tag", "app:1", "app:latest"],
        "repair": ["system", "verify", "--repair"],
    }
    model = Path(shutil.copytree(yard.root, tmp_path / "model"))
    (model / "blobs" / "sha256" / ".tmp-1-left").write_bytes(bytes(100_000))
    if command == "repair":
        database = model / "minibuild.db"
        database.write_bytes(database.read_bytes()[: 4096 * 5])
    whole = run(*words[command], root=model).seconds if command == "tag" else 0.3
    chance = random.Random(times)
    for attempt in range(times):
        root = tmp_path / f"store{attempt}"
        if command != "load":
            shutil.copytree(model, root)
        process = start(*words[command], root=root)
        time.sleep(chance.uniform(0.03, whole * 1.2))
        process.kill()
        process.communicate()
        if command == "repair":
            run("system", "verify", "--repair", root=root)
        if root.exists():
            assert_sound(root)
        assert command == "load" or run("inspect", "app:1", root=root).status == 0
        if command == "load":
            assert run(*words["load"], root=root).status == 0
            assert_sound(root)
        shutil.rmtree(root, ignore_errors=True)


def test_a_store_that_is_moved_and_copied(yard: Yard, tmp_path: Path) -> None:
    """A copy that was taken while nobody worked is a store of its own."""
    yard.finish(1, {})
    shutil.copytree(yard.root, tmp_path / "copy", symlinks=True)
    yard.root.rename(tmp_path / "moved")
    for place in ("copy", "moved"):
        yard.root = tmp_path / place
        assert_sound(yard.root)
        shown = run(*yard.words(1), root=yard.root)
        assert shown.out.count('"step_cached"') == 12
    shutil.rmtree(tmp_path / "moved")
    assert_sound(tmp_path / "copy")


def test_a_process_that_vanishes_holds_nobody_up(yard: Yard) -> None:
    """The lock of a killed process is gone with it: prune is alone again at once."""
    code = f"""
from pathlib import Path
from minibuild.store import Store
store = Store.open(Path({str(yard.root)!r}))
store.execute("BEGIN IMMEDIATE")
print("open", flush=True)
input()
"""
    command = [sys.executable, "-c", code]
    sleeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert sleeper.stdout is not None
    sleeper.stdout.readline()
    sleeper.kill()
    sleeper.communicate()
    started = time.monotonic()
    assert "in use" not in run("system", "prune", "--force", root=yard.root).err
    assert time.monotonic() - started < 20  # and not what a process waits for another's transaction
