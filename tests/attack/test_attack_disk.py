"""A full disk, a limit on file sizes, a store that may only be read: told in words, nothing lost."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from assault import assert_sound, run, told_events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs mounts, limits or permission bits")

TEXT = "FROM busybox\nCOPY f /f\nRUN echo 1 > /a\nCOPY g /g\nRUN echo 2 > /b\n"
_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


class SmallDisk:
    """A file system of its own, in memory, that can be filled to the last byte."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self._mount(f"size={64 << 10}")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.path]
        if subprocess.run(command, capture_output=True).returncode:
            pytest.skip("nothing can be mounted here")

    def resize(self, kib: int) -> None:
        self._mount(f"remount,size={kib}k")

    def fill(self) -> None:
        with open(self.path / "filler", "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def close(self) -> None:
        subprocess.run(["umount", "-l", self.path], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if not _ROOT or not shutil.which("mount"):
        pytest.skip("only root can mount a small disk")
    disk = SmallDisk(tmp_path / "disk")
    yield disk
    disk.close()


@pytest.fixture
def built(context: Callable[..., Path]) -> Path:
    data = random.Random(2)
    return context(TEXT, f=data.randbytes(400_000), g=data.randbytes(900_000))


_SIZES = [4, 20, 64, 130, 300, 700, 1000, 1300, 1500]
_MORE = [pytest.param(n, marks=pytest.mark.slow) for n in range(8, 1700, 24)]


@pytest.mark.parametrize("kib", [*_SIZES, *_MORE])
def test_a_disk_that_gets_full(disk: SmallDisk, built: Path, kib: int) -> None:
    """Wherever it happens: it is told, what was committed stays, and with more room the build goes on."""
    disk.resize(kib)
    root = disk.path / "store"
    shown = run("build", "-t", "app", "--progress", "json", built, root=root)
    assert shown.is_told()
    assert "no space left" in shown.err
    events = told_events(line.encode() for line in shown.out.splitlines(keepends=True))
    committed = [event["step"] for event in events if event["event"] == "step_committed"]
    sound = run("system", "verify", root=root)
    assert sound.status == 0 or ("no space left" in sound.err and not committed)
    disk.resize(60_000)
    again = run("build", "-t", "app", "--progress", "json", built, root=root)
    assert again.status == 0, again.err
    assert again.out.count('"step_cached"') >= len(committed) - 1
    assert_sound(root)


def test_what_a_full_disk_still_allows(disk: SmallDisk, built: Path, tmp_path: Path) -> None:
    """Reading, and making room again."""
    disk.resize(8000)
    root = disk.path / "store"
    for number in range(3):
        (built / "f").write_bytes(b"%d" % number * 400_000)
        assert run("build", "-t", "app", built, root=root).status == 0
    disk.fill()
    for words in (["images"], ["history", "app"], ["inspect", "app"], ["system", "df"], ["system", "verify"]):
        shown = run(*words, root=root)
        assert shown.status == 0, (words, shown.err)
    for time in (1, 2):  # everything is in the cache, but another time makes the files be read again
        os.utime(built / "f", (time, time))
        os.utime(built / "g", (time, time))
        shown = run("build", "-q", built, root=root)
        assert shown.status == 0, shown.err
    assert run("build", "-q", built, root=root).status == 0
    assert run("save", "-o", tmp_path / "app.tar", "app", root=root).status in (0, 1)
    for words in (["tag", "app", "b"], ["build", "--no-cache", "-q", built]):
        shown = run(*words, root=root)
        assert shown.is_told(), words
        assert "no space left" in shown.err
    assert run("rmi", "app", root=root).status == 0
    pruned = run("system", "prune", "-f", root=root)
    assert pruned.status == 0, pruned.err
    assert "Total reclaimed space: 0B" not in pruned.out
    assert_sound(root)
    assert run("build", "-q", built, root=root).status == 0
    assert (root / "reserve").stat().st_size


@pytest.mark.parametrize("form", ["oci", "docker", "tar", "local", "iidfile", "metadata"])
def test_an_output_on_a_full_disk(disk: SmallDisk, built: Path, root: Path, form: str) -> None:
    assert run("build", "-q", built, root=root).status == 0
    target = disk.path / "out"
    if form in ("oci", "docker", "tar"):
        target.write_bytes(b"before")
    disk.fill()
    options = {"iidfile": ["--iidfile", target], "metadata": ["--metadata-file", target]}
    shown = run("build", "-q", *options.get(form, ["-o", f"type={form},dest={target}"]), built, root=root)
    assert shown.is_told()
    assert "No space left" in shown.err
    assert [path.name for path in disk.path.iterdir() if path.name.startswith(".")] == []
    if form in ("oci", "docker", "tar"):
        assert target.read_bytes() == b"before"
    assert_sound(root)


def test_a_context_on_other_file_systems(disk: SmallDisk, built: Path, root: Path, tmp_path: Path) -> None:
    """The context on one, the store on another, the output on a third, and one mounted below the context."""
    disk.resize(8000)
    context = disk.path / "context"
    shutil.copytree(built, context)
    (context / "below").mkdir()
    (context / "Dockerfile").write_text("FROM scratch\nCOPY . /c/\n")
    below = SmallDisk(context / "below" / "disk")
    below.resize(8000)
    try:
        (below.path / "h").write_bytes(b"deep")
        os.link(context / "f", context / "same")
        for expected in (0, 1):
            shown = run("build", "-o", tmp_path / "out", "-o", below.path / "out", context, root=root)
            assert shown.status == 0, shown.err
            assert shown.out.count("Using cache") == expected
            assert (tmp_path / "out/c/below/disk/h").read_bytes() == b"deep"
            assert (tmp_path / "out/c/same").read_bytes() == (built / "f").read_bytes()
            shutil.rmtree(tmp_path / "out")
            shutil.rmtree(below.path / "out")
        assert_sound(root)
    finally:
        below.close()


@pytest.mark.parametrize("limit", [1000, 20_000, 300_000, 700_000])
def test_a_limit_on_the_size_of_files(built: Path, root: Path, tmp_path: Path, limit: int) -> None:
    import resource

    shown = run(
        *("build", "-o", f"type=oci,dest={tmp_path}/out.tar", built),
        root=root,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert shown.is_told(), shown
    assert not (tmp_path / "out.tar").exists()
    assert_sound(root)
    assert run("build", built, root=root).status == 0


# ---- as somebody who may only read

_AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture
def shared() -> Iterator[Path]:
    """A directory that others may enter, unlike those of pytest."""
    import tempfile

    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


def as_nobody(root: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    if _ROOT and not shutil.which("setpriv"):
        pytest.skip("no way to be another user")
    command = [*(_AS_NOBODY if _ROOT else []), sys.executable, "-m", "minibuild", "--root", str(root)]
    env = {**os.environ, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, errors="replace", env=env, timeout=60
    )
    if "No module named minibuild" in done.stderr or "Permission denied: 'minibuild" in done.stderr:
        pytest.skip("the program can't be read by another user")
    return done


def contents(root: Path) -> dict[Path, bytes]:
    """Every file of a store but the memory that its users share."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and "-shm" not in path.name}


@pytest.mark.parametrize("locked", [False, True])
def test_a_store_that_may_only_be_read(shared: Path, built: Path, locked: bool) -> None:
    root = shared / "store"
    context = Path(shutil.copytree(built, shared / "context"))
    assert run("build", "-t", "app", context, root=root).status == 0
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o444)
    user = sqlite3.connect(root / "minibuild.db") if locked else None
    if user is not None:
        user.execute("SELECT count(*) FROM images").fetchone()
    before = contents(root)
    for words in (
        ["images"],
        ["history", "app"],
        ["inspect", "app"],
        ["system", "df"],
        ["system", "verify"],
        ["build", "-q", context],
    ):
        shown = as_nobody(root, *words)
        assert (shown.returncode, shown.stderr) == (0, ""), words
    for words in (
        ["tag", "app", "b"],
        ["rmi", "app"],
        ["system", "prune", "-f"],
        ["system", "verify", "--repair"],
        ["build", "--no-cache", context],
        ["build", "-t", "other", context],
        ["load", "-i", context / "none.tar"],
    ):
        shown = as_nobody(root, *words)
        assert shown.returncode == 1, words
        assert "read-only" in shown.stderr or "can't be written" in shown.stderr or "none.tar" in shown.stderr
        assert "unexpectedly" not in shown.stderr
    assert contents(root) == before
    if user is not None:
        user.close()


def test_a_directory_where_no_store_can_be_made(shared: Path, built: Path) -> None:
    shared.chmod(0o555)
    for words in (["images"], ["build", built]):
        shown = as_nobody(shared / "store", *words)
        assert shown.returncode in (1, 2)
        assert "can't be written" in shown.stderr or "Permission denied" in shown.stderr or not _ROOT
    shared.chmod(0o755)


def test_a_store_of_the_previous_schema(root: Path, built: Path) -> None:
    """It is brought up to date, and nothing in it is lost."""
    from minibuild.store.database import SCHEMA_VERSION

    assert run("build", "-t", "app", built, root=root).status == 0
    before = run("images", "--no-trunc", "-q", root=root).out
    with sqlite3.connect(root / "minibuild.db") as database:
        database.execute("DROP INDEX tags_by_image")
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    database.close()
    assert run("images", "--no-trunc", "-q", root=root).out == before
    shown = run("build", "-t", "app", built, root=root)
    assert shown.out.count("Using cache") == 4
    assert_sound(root)
