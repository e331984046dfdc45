"""Containers under hostile, concurrent, impatient use: docker's statuses, nothing half-made."""

import os
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from assault import assert_sound, run, start


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--bogus", "alpine"], 125),
        (["no-such-image"], 125),
        (["--name", "../x", "alpine"], 125),
        (["-v", "../../etc:/x", "alpine"], 125),
        (["-v", "~:/x", "alpine"], 125),
        (["-v", "/:/", "alpine"], 125),
        (["alpine", "/etc"], 126),
    ],
)
def test_a_container_that_cannot_run_has_dockers_status_and_leaves_the_store_sound(
    root: Path, words: list[str], status: int
) -> None:
    ended = run("run", "--rm", *words, root=root)
    assert (ended.status, bool(ended.err.strip()), "Traceback" in ended.err) == (status, True, False), ended
    assert run("ps", "-aq", root=root).out == ""
    assert_sound(root)


def test_links_in_a_bind_lead_into_the_container_and_never_to_the_host(root: Path, tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret").write_text("of the host")
    (inside / "absolute").symlink_to(outside)
    (inside / "relative").symlink_to("../outside")
    script = "cat /b/absolute/secret /b/relative/secret; for i in absolute relative; do :>/b/$i/new; done"
    ended = run("run", "--rm", "-v", f"{inside}:/b", "alpine", "sh", "-c", script, root=root)
    assert "of the host" not in ended.out + ended.err
    assert os.listdir(outside) == ["secret"]


def test_a_fork_bomb_ends(root: Path) -> None:
    ended = run("run", "--rm", "alpine", "sh", "-c", "f() { f | f & }; f", root=root)
    assert "Traceback" not in ended.err
    assert run("ps", "-aq", root=root).out == ""


def test_of_processes_that_want_one_name_one_gets_it(root: Path) -> None:
    assert run("create", "alpine", root=root).status == 0
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: run("create", "--name", "same", "alpine", root=root), range(4)))
    assert sorted(each.status == 0 for each in ended) == [False, False, False, True], ended
    assert not any("Traceback" in each.err for each in ended)
    assert len(run("ps", "-aq", root=root).out.split()) == 2


@pytest.mark.parametrize("delay", [0.1, 0.25])
def test_kill_during_create_leaves_no_half_made_container(root: Path, delay: float) -> None:
    assert run("create", "alpine", root=root).status == 0
    victim = start("create", "--name", "half", "alpine", root=root)
    time.sleep(delay)
    victim.send_signal(signal.SIGKILL)
    victim.communicate()
    assert_sound(root)
    for name in run("ps", "-aq", root=root).out.split():
        assert run("rm", name, root=root).status == 0
    assert_sound(root)


@pytest.mark.parametrize("words", [["c1:/etc", "-"], ["-", "c1:/tmp"]])
def test_a_copy_by_dash_is_refused_and_writes_nothing(root: Path, tmp_path: Path, words: list[str]) -> None:
    assert run("create", "--name", "c1", "alpine", root=root).status == 0
    here = tmp_path / "here"
    here.mkdir()
    ended = run("cp", *words, root=root, cwd=here)
    assert ended.is_told() and "not supported" in ended.err, ended
    assert os.listdir(here) == []


def test_a_reader_that_leaves_ends_the_writer(root: Path) -> None:
    with start("run", "--rm", "alpine", "yes", root=root) as writer:
        assert writer.stdout is not None and writer.stderr is not None
        assert writer.stdout.readline() == b"y\n"
        writer.stdout.close()
        try:
            writer.wait(timeout=60)
        except subprocess.TimeoutExpired:
            writer.kill()
            raise
        assert b"Traceback" not in writer.stderr.read()
    assert_sound(root)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("volumes", "labels", ["volume", "ls"]),
        ("networks", "spec", ["network", "ls"]),
        ("network_hosts", "spec", ["ps", "-a"]),
        ("network_sandboxes", "spec", ["inspect", "c1"]),
    ],
)
def test_a_damaged_row_is_told_in_words(root: Path, table: str, column: str, words: list[str]) -> None:
    assert run("create", "--name", "c1", "-v", "data:/data", "alpine", root=root).status == 0
    with closing(sqlite3.connect(root / "minibuild.db")) as database, database:
        database.execute(f"UPDATE {table} SET {column} = '{{'")
    ended = run(*words, root=root)
    assert ended.is_told() and "damaged" in ended.err, ended
