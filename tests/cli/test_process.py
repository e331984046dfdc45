"""minibuild as a process: how it starts, what it imports, how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

_MINIBUILD = [sys.executable, "-m", "minibuild"]
_HEAVY = {
    "dataclasses",
    "lark",
    "pydantic",
    "pydantic_core",
    "rich",
    "isal",
    "zstandard",
    "platformdirs",
    "minibuild.catalogue",
}


def _run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*_MINIBUILD, *map(str, words)], capture_output=True, timeout=60, **options)  # type: ignore[call-overload, no-any-return]


def _imported(*words: str | Path) -> set[str]:
    """The modules that a command imports."""
    command = [sys.executable, "-X", "importtime", "-m", "minibuild", *map(str, words)]
    shown = subprocess.run(command, capture_output=True, timeout=60, text=True, check=True)
    return {
        line.rpartition("|")[2].strip()
        for line in shown.stderr.splitlines()
        if line.startswith("import time:")
    }


@pytest.fixture
def built(context, tmp_path: Path) -> tuple[Path, Path]:
    """(a store, a context that was built there)."""
    directory = context("FROM scratch\nCOPY a /a\nENV A=b\nWORKDIR /w\n", a="hi")
    assert _run("--root", tmp_path / "store", "build", "-t", "app", directory).returncode == 0
    return tmp_path / "store", directory


@pytest.mark.parametrize("progress", ["plain", "quiet", "json"])
def test_a_cached_build_imports_nothing_heavy(progress: str, built: tuple[Path, Path]) -> None:
    store, directory = built
    imported = _imported("--root", store, "build", "-t", "app", "--progress", progress, directory)
    assert "minibuild.build.building" in imported
    assert imported & _HEAVY == set()


def test_the_version_imports_hardly_anything() -> None:
    imported = _imported("--version")
    assert {name for name in imported if name.startswith("minibuild")} <= {
        "minibuild",
        "minibuild.cli",
        "minibuild.cli.group",
        "minibuild.cli.lazy",
        "minibuild.cli.location",
        "minibuild.errors",
        "minibuild.version",
    }


def test_the_store_is_where_the_environment_says(tmp_path: Path) -> None:
    env = {**os.environ, "MINIBUILD_ROOT": str(tmp_path / "here")}
    assert _run("images", env=env).returncode == 0
    assert (tmp_path / "here" / "minibuild.db").exists()


def test_the_store_is_in_the_users_data_directory_by_default(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "MINIBUILD_ROOT"}
    env |= {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    assert _run("images", env=env).returncode == 0
    assert list(tmp_path.rglob("minibuild.db"))


def test_nobody_reading_is_no_error(built: tuple[Path, Path]) -> None:
    store, _ = built
    command = [*_MINIBUILD, "--root", str(store), "inspect", *["app"] * 200]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_with_130_and_one_line(tmp_path: Path) -> None:
    command = [*_MINIBUILD, "--root", str(tmp_path / "store"), "build", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(1)  # until it waits for the Dockerfile
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


def test_an_unexpected_error_is_one_line_unless_it_is_debugged(tmp_path: Path) -> None:
    broken = tmp_path / "sitecustomize.py"
    broken.write_text(
        "import minibuild.cli.location as place\nplace.StoreLocation.open = lambda self: 1 // 0\n"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    shown = _run("images", env=env)
    assert shown.returncode == 1
    assert shown.stderr.startswith(b"minibuild failed unexpectedly (ZeroDivisionError")
    assert shown.stderr.count(b"\n") == 1
    debugged = _run("images", env={**env, "MINIBUILD_DEBUG": "1"})
    assert b"Traceback" in debugged.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="for root every file is readable")
def test_an_unreadable_dockerfile_is_told(context, tmp_path: Path) -> None:
    directory = context("FROM scratch\n")
    (directory / "Dockerfile").chmod(0)
    shown = _run("--root", tmp_path / "store", "build", directory)
    assert shown.returncode == 1
    assert b"Permission denied" in shown.stderr


_LOOP = "FROM busybox:1.36\nRUN echo begun\nRUN while :; do :; done\n"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_a_run_and_leaves_a_sound_store(context, tmp_path: Path) -> None:
    store = tmp_path / "store"
    command = [*_MINIBUILD, "--root", str(store), "build", "--progress", "plain", str(context(_LOOP))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"Step 3/3"):
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"interrupted\n")
    assert _run("--root", store, "system", "verify").returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_ends_the_workers_too(context, tmp_path: Path) -> None:
    for number in range(8):
        context(_LOOP, f"all/app{number}")
    store = tmp_path / "store"
    command = [*_MINIBUILD, "--root", str(store), "build", "--progress", "json", str(tmp_path / "all")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first of them is done
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)  # which waits for all that hold these pipes
    assert (process.returncode, err) == (130, b"interrupted\n")
    assert time.monotonic() - started < 5
    assert _run("--root", store, "system", "verify").returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="a shell that can close streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(closed: str, tmp_path: Path) -> None:
    words = f"{sys.executable} -m minibuild --root {tmp_path / 'store'} build - {closed}"
    shown = subprocess.run(
        words, shell=True, input=b"FROM scratch\nENV A=b\n", capture_output=True, timeout=60
    )
    assert shown.returncode == (1 if "<" in closed else 0)
    assert b"unexpectedly" not in shown.stderr
