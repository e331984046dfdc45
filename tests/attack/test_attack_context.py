"""Hostile contexts: links out, special files, names that no terminal likes, files that change meanwhile."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from assault import MIB, assert_sound, files_below, measure, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links and special files")
_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
Context = Callable[..., Path]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


SOURCES = ("passwd", "up/passwd", "./up/passwd", "up/../up/passwd", "abs/passwd", "up/pass*")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("instruction", ["COPY", "ADD", "COPY --parents", "RUN --mount=type=bind"])
def test_links_lead_nowhere_outside(
    context: Context, root: Path, out: Path, source: str, instruction: str
) -> None:
    """They are followed within the context, as if it were all there is: the host's files are not in it."""
    line = f"{instruction} {source} /p/"
    if instruction.startswith("RUN"):
        line = f"RUN --mount=type=bind,source={source},target=/p cat /p"
    directory = context(f"FROM busybox\n{line}\n")
    (directory / "passwd").symlink_to("/etc/passwd")
    (directory / "up").symlink_to("../" * 30 + "etc")
    (directory / "abs").symlink_to("/etc")
    shown = run("build", "-o", out, directory, root=root)
    assert not shown.is_broken()
    secret = Path("/etc/passwd").read_text()
    assert secret not in shown.out + shown.err
    if shown.status == 0:
        assert secret not in [path.read_text() for path in out.rglob("passwd") if path.is_file()]


def test_links_within_the_context_are_followed(context: Context, root: Path, out: Path) -> None:
    directory = context("FROM scratch\nCOPY abs/f self/self/self/f /\nCOPY **/f /all/\nCOPY . /whole/\n")
    (directory / "d").mkdir()
    (directory / "d" / "f").write_text("x")
    (directory / "f").write_text("y")
    (directory / "abs").symlink_to("/d")
    (directory / "self").symlink_to(".")
    (directory / "a").symlink_to("b")
    (directory / "b").symlink_to("a")
    assert run("build", "-o", out, directory, root=root).status == 0
    assert files_below(out)["whole/self"] == "link ."
    assert files_below(out)["whole/a"] == "link b"


def test_a_loop_of_links(context: Context, root: Path) -> None:
    directory = context("FROM scratch\nCOPY a /p\n")
    (directory / "a").symlink_to("b")
    (directory / "b").symlink_to("a")
    shown = run("build", directory, root=root)
    assert shown.is_told()
    assert "symbolic link to b" in shown.err


def special_files(directory: Path) -> None:
    os.mkfifo(directory / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(directory)  # a socket's path is short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
    if _ROOT:
        os.mknod(directory / "zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        os.mknod(directory / "disk", stat.S_IFBLK | 0o666, os.makedev(8, 0))


def test_special_files_are_not_opened(context: Context, root: Path, out: Path) -> None:
    """A fifo is copied as one; sockets and devices are not sent to a builder."""
    directory = context("FROM scratch\nCOPY . /p\n")
    special_files(directory)
    assert run("build", "-o", out, directory, root=root, timeout=100).status == 0
    assert sorted(path.name for path in (out / "p").iterdir()) == ["Dockerfile", "fifo"]
    assert (out / "p" / "fifo").is_fifo()


@pytest.mark.parametrize("name", ["fifo", "socket", "zero", "disk"])
@pytest.mark.parametrize("instruction", ["COPY", "ADD"])
def test_each_special_file(context: Context, root: Path, name: str, instruction: str) -> None:
    directory = context(f"FROM scratch\n{instruction} {name} /p\n")
    special_files(directory)
    shown = run("build", directory, root=root, timeout=100)
    assert shown.status == (0 if name == "fifo" else 1)
    assert not shown.is_broken()


def test_a_bind_mount_of_special_files(context: Context, root: Path) -> None:
    directory = context("FROM busybox\nRUN --mount=type=bind,target=/m ls -l /m; cat /m/fifo\n")
    special_files(directory)
    assert run("build", directory, root=root, timeout=100).is_told()


DOCKERFILES: dict[str, Callable[[Path], object]] = {
    "directory": lambda path: path.mkdir(),
    "fifo": os.mkfifo,
    "endless": lambda path: path.symlink_to("/dev/zero"),
    "terminal": lambda path: path.symlink_to("/dev/tty"),
    "memory": lambda path: path.symlink_to("/proc/self/mem"),
    "loop": lambda path: path.symlink_to(path.name),
    "nothing": lambda path: path.symlink_to("none"),
    "huge": lambda path: (path.touch(), os.truncate(path, 10 << 30)),
    "zeros": lambda path: path.write_bytes(bytes(MIB)),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 100),
}


@pytest.mark.parametrize("case", DOCKERFILES)
def test_a_dockerfile_that_is_none(context: Context, root: Path, tmp_path: Path, case: str) -> None:
    directory = context(None)
    DOCKERFILES[case](directory / "Dockerfile")
    shown = measure("build", directory, root=root, peak_file=tmp_path / "peak", timeout=100)
    assert shown.is_told()
    assert shown.peak < 100 * MIB
    for words in (["parse"], ["fmt"]):
        if case != "fifo":
            shown = run(*words, directory / "Dockerfile", root=root, timeout=100)
            assert not shown.is_broken()


@pytest.mark.parametrize("case", [case for case in DOCKERFILES if case not in ("nothing", "binary", "zeros")])
def test_an_ignore_file_that_is_none(context: Context, root: Path, tmp_path: Path, case: str) -> None:
    directory = context("FROM scratch\nCOPY . /\n")
    DOCKERFILES[case](directory / ".dockerignore")
    shown = measure("build", directory, root=root, peak_file=tmp_path / "peak", timeout=100)
    assert shown.is_told()
    assert shown.peak < 100 * MIB


def test_a_dockerfile_from_a_pipe(context: Context, root: Path) -> None:
    """What the user names may be one: `-f <(generate)`."""
    directory = context(None)
    pipe = directory / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=lambda: pipe.write_text("FROM scratch\nLABEL a=b\n"), daemon=True).start()
    assert run("build", "-f", pipe, directory, root=root, timeout=100).status == 0


BOMBS = {
    "stars": "*a" * 30 + "b\n",
    "many directories": "**/" * 40 + "x\n",
    "directories and stars": "/".join(["**/a*"] * 15) + "/b\n",
    "taken back": "**\n" + "!**/a*/**/b*/**/c*\n" * 50,
    "many lines": "".join(f"p{number}*q\n" for number in range(20_000)),
    "long line": "a" * MIB + "\n",
    "classes": "*[a-z]" * 25 + "0\n",
    "questions": "?" * 5000 + "\n",
}


@pytest.mark.parametrize("case", BOMBS)
def test_ignore_files_that_take_forever(context: Context, root: Path, case: str) -> None:
    directory = context("FROM scratch\nCOPY . /\n")
    (directory / ".dockerignore").write_text(BOMBS[case])
    (directory / ("a" * 200)).touch()
    (directory / ("a/" * 100)).mkdir(parents=True)
    for number in range(20):
        (directory / f"f{number}").touch()
    started = time.monotonic()
    assert run("build", directory, root=root, timeout=60).status == 0
    assert time.monotonic() - started < 20


WILDCARDS = ("*a" * 30 + "b", "**/" * 30 + "b*", "**/a*/" * 12 + "b*", "[!a]*" * 20, "?" * 300)


@pytest.mark.parametrize("pattern", WILDCARDS)
def test_wildcards_that_take_forever(context: Context, root: Path, pattern: str) -> None:
    directory = context(f"FROM scratch\nCOPY {pattern} /x/\n")
    (directory / ("a" * 200)).touch()
    (directory / ("a/" * 60)).mkdir(parents=True)
    started = time.monotonic()
    assert not run("build", directory, root=root, timeout=60).is_broken()
    assert time.monotonic() - started < 20


NAMES = [b"a\nb", b"\x1b[31m", b"\xff\xfe", b"-rf", b" ", b"a ", b"\t", b"'\"", b"$(id)", b"\\", b"~", b"*",
         b"n" * 255, "\u202e\u0430".encode(), b"%s", b"\x7f", b"#x", b"!x", b"CON"]  # fmt: skip


def test_names_of_every_kind(context: Context, root: Path, out: Path) -> None:
    directory = os.fsencode(context("FROM scratch\nCOPY d /d\n"))
    os.mkdir(directory + b"/d")
    os.mkdir(directory + b"/d/sub")
    for name in NAMES:
        for place in (b"/d/", b"/d/sub/"):
            with open(directory + place + name, "wb") as file:
                file.write(name)
    for _ in range(2):
        assert run("build", "-o", out, os.fsdecode(directory), root=root).status == 0
    copied = {os.fsencode(path.name): path.read_bytes() for path in (out / "d").iterdir() if path.is_file()}
    assert copied == {name: name for name in NAMES}
    assert_sound(root)


def test_names_that_differ_only_in_case(context: Context, root: Path, out: Path) -> None:
    directory = context("FROM scratch\nCOPY . /d/\nCOPY A /D/a\n", a=b"small", A=b"large")
    if (directory / "a").read_bytes() == b"large":
        pytest.skip("this file system takes them for the same")
    assert run("build", "-o", out, directory, root=root).status == 0
    assert (out / "d" / "a").read_bytes() == b"small"
    assert (out / "d" / "A").read_bytes() == b"large"


def deep(directory: Path, name: str, depth: int) -> None:
    here = os.open(directory, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.parametrize(("name", "depth"), [("x", 1500), ("x", 3000), ("n" * 250, 15), ("n" * 250, 40)])
def test_very_deep_directories(context: Context, root: Path, out: Path, name: str, depth: int) -> None:
    """As deep as a path can name it all works; deeper, it is told."""
    directory = context("FROM scratch\nCOPY . /d/\n")
    (directory / "top").mkdir()
    try:
        deep(directory / "top", name, depth)
        shown = run("build", "-o", out, directory, root=root, timeout=100)
        if depth * (len(name) + 1) < 3900:
            assert shown.status == 0, shown.err[-300:]
        else:
            assert shown.is_told()
            assert "name too long" in shown.err
    finally:
        subprocess.run(["rm", "-rf", directory, out], check=True)


@pytest.mark.parametrize("count", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_directory_of_many_entries(context: Context, root: Path, tmp_path: Path, count: int) -> None:
    directory = context("FROM scratch\nCOPY d /d\n")
    (directory / "d").mkdir()
    here = os.open(directory / "d", os.O_RDONLY)
    for number in range(count):
        os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    for limit in (60, 20):
        shown = measure("build", directory, root=root, peak_file=tmp_path / "peak", timeout=200)
        assert shown.status == 0
        assert shown.seconds < limit
        assert shown.peak < 250 * MIB
    assert "Using cache" in shown.out


# ---- files that change


@pytest.fixture
def restless(context: Context) -> Iterator[Path]:
    """A context in which files are changed, replaced and removed all the time."""
    directory = context("FROM scratch\nCOPY d /d\n")
    place = directory / "d"
    place.mkdir()
    for number in range(300):
        (place / f"f{number}").write_bytes(b"x" * 3000)
    ended = threading.Event()

    def stir() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            path = place / f"f{number % 300}"
            way = number % 6
            if way == 0:
                path.unlink(missing_ok=True)
            elif way == 1:
                path.write_bytes(b"y" * (number % 5000))
            elif way == 2:
                shutil.rmtree(place / "sub", ignore_errors=True)
            elif way == 3:
                (place / "sub").mkdir(exist_ok=True)
                (place / "sub" / f"g{number}").write_bytes(b"z" * 100)
            elif way == 4 and path.exists():
                os.truncate(path, 0)
            else:
                path.unlink(missing_ok=True)
                path.symlink_to("/etc/passwd")

    thread = threading.Thread(target=stir)
    thread.start()
    yield directory
    ended.set()
    thread.join()


def test_files_that_change_while_they_are_read(restless: Path, root: Path, tmp_path: Path) -> None:
    """Either all of it is what was there at some time, or the build says that something changed."""
    secret = Path("/etc/passwd").read_bytes()
    results = set()
    for number in range(12):
        out = tmp_path / f"out{number}"
        shown = run("build", "-q", "-o", out, restless, root=root, timeout=60)
        assert not shown.is_broken(), shown
        results.add(shown.status)
        if shown.status == 0:
            for path in out.rglob("*"):
                if path.is_file() and not path.is_symlink():
                    data = path.read_bytes()
                    assert data != secret
                    assert data.strip(data[:1]) == b""
        else:
            assert "changed" in shown.err or "No such file" in shown.err or "can't read" in shown.err
    assert_sound(root)


# ---- as somebody without rights


@pytest.mark.skipif(_ROOT and not shutil.which("setpriv"), reason="no way to be another user")
@pytest.mark.parametrize("what", ["file", "directory", "Dockerfile", ".dockerignore", "ignored"])
def test_what_can_not_be_read(what: str) -> None:
    import tempfile

    place = Path(tempfile.mkdtemp())
    try:
        place.chmod(0o777)
        directory = place / "context"
        (directory / "d").mkdir(parents=True)
        (directory / "Dockerfile").write_text("FROM scratch\nCOPY d /d\n")
        (directory / ".dockerignore").write_text("d/ignored\n" if what == "ignored" else "")
        (directory / "d" / "f").write_text("x")
        (directory / "d" / "ignored").mkdir()
        names = {"file": "d/f", "directory": "d", "ignored": "d/ignored"}
        (directory / names.get(what, what)).chmod(0)
        command = [sys.executable, "-m", "minibuild", "--root", place / "store", "build", directory]
        as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if _ROOT else []
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([*as_nobody, *command], capture_output=True, text=True, timeout=60, env=env)
        if "No module named" in done.stderr:
            pytest.skip("the program can't be read by another user")
        assert "unexpectedly" not in done.stderr
        if what == "ignored":
            assert done.returncode == 0
        else:
            assert done.returncode == 1
            assert "Permission denied" in done.stderr
    finally:
        subprocess.run(["chmod", "-R", "u+rwX", place], check=True)
        shutil.rmtree(place)
