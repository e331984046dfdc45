"""Strange surroundings: closed and full streams, locales, homes, stores and names that are not there."""

import gzip
import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from assault import MINIBUILD, assert_sound, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a shell and signals")
Context = Callable[..., Path]
BARE = {"PATH": os.environ.get("PATH", os.defpath)}


Done = subprocess.CompletedProcess[bytes]


def shell(
    line: str, *, env: Mapping[str, str] = os.environ, cwd: Path | None = None, stdin: bytes = b""
) -> Done:
    """Run a line in which `$mb` stands for the program."""
    env = {**env, "mb": " ".join(MINIBUILD)}
    return subprocess.run(["sh", "-c", line], env=env, cwd=cwd, input=stdin, capture_output=True, timeout=100)


def assert_told(done: Done) -> None:
    assert done.returncode in (1, 2)
    assert done.stderr.strip()
    assert b"unexpectedly" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.fixture
def built(root: Path, context: Context) -> Path:
    directory = context("FROM busybox\nCOPY f /f\nRUN echo hi\n", f=b"x")
    assert run("build", "-q", "-t", "app", directory, root=root).status == 0
    return directory


ARCHIVE = io.BytesIO()
with tarfile.open(fileobj=ARCHIVE, mode="w") as _tar:
    _tar.addfile(tarfile.TarInfo("Dockerfile"))
STDIN = {
    "empty": (b"", b"", 1),
    "blank": (b" \n\t\n", b"", 1),
    "bytes": (bytes(range(256)) * 20, b"", 1),
    "zeros": (bytes(1 << 20), b"", 1),
    "a tar": (ARCHIVE.getvalue(), b"is an archive", 2),
    "a compressed tar": (gzip.compress(ARCHIVE.getvalue()), b"is an archive", 2),
    "too much": (b"# comment\n" * (2 << 20), b"16 MiB", 2),
    "carriage returns": (b"\xef\xbb\xbfFROM scratch\r\nLABEL a=b\r\n", b"", 0),
    "no newline": (b"FROM scratch\nLABEL a=b", b"", 0),
}


@pytest.mark.parametrize("case", STDIN)
@pytest.mark.parametrize("words", [["-"], ["-f", "-", "."]])
def test_dockerfiles_on_standard_input(root: Path, tmp_path: Path, case: str, words: list[str]) -> None:
    data, sentence, status = STDIN[case]
    shown = run("build", *words, root=root, stdin=data, cwd=tmp_path)
    assert shown.status == status, shown
    assert not shown.is_broken()
    assert sentence.decode() in shown.err


NO_ARCHIVES = [b"", b"\x1f\x8b", bytes(1 << 20), bytes(range(256)) * 8, b"BZh9", ARCHIVE.getvalue()]


@pytest.mark.parametrize("data", NO_ARCHIVES)
def test_archives_on_standard_input(root: Path, data: bytes) -> None:
    assert run("load", root=root, stdin=data).is_told()


COMMANDS = ("build CONTEXT", "images", "load", "save app", "system df", "--help", "build /no")


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", COMMANDS)
def test_closed_streams(built: Path, root: Path, redirection: str, words: str) -> None:
    done = shell(f"$mb --root {root} {words.replace('CONTEXT', str(built))} {redirection}")
    assert done.returncode in (0, 1, 2)
    assert b"unexpectedly" not in done.stderr
    assert b"Traceback" not in done.stderr


TELLING = ("build CONTEXT", "build -q CONTEXT", "build --progress json CONTEXT", "images", "save app", "-h")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("words", TELLING)
def test_a_full_standard_output(built: Path, root: Path, words: str) -> None:
    done = shell(f"$mb --root {root} {words.replace('CONTEXT', str(built))} > /dev/full")
    assert_told(done)
    assert b"No space left" in done.stderr
    assert_sound(root)


def test_a_full_standard_error(root: Path) -> None:
    assert shell(f"$mb --root {root} build /nowhere 2> /dev/full").returncode == 2


LOCALES = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "none.such"},
    {"PYTHONIOENCODING": "latin-1:strict"},
    {"PYTHONIOENCODING": "utf-16"},
]


@pytest.mark.parametrize("locale", LOCALES, ids=lambda locale: " ".join(locale.values()))
def test_locales(root: Path, tmp_path: Path, locale: dict[str, str]) -> None:
    directory = tmp_path / "ü"
    directory.mkdir()
    (directory / "ä€").write_text("x")
    text = "FROM busybox\nCOPY ä€ /ä€\nRUN echo 'ü€'; ls /; echo ü > /ö\nLABEL a=€ b=\udcff\n"
    (directory / "Dockerfile").write_bytes(text.encode("utf-8", "surrogateescape"))
    env = {**BARE, **locale}
    build = f"build -t app:1 -o {tmp_path}/öut {directory}"
    for words in (build, "history app:1", "inspect app:1", "explain"):
        done = shell(f"$mb --root {root} {words}", env=env)
        assert done.returncode == 0, done
        assert b"unexpectedly" not in done.stderr
    assert (tmp_path / "öut" / "ö").read_text() == "ü\n"
    assert (tmp_path / "öut" / "ä€").read_text() == "x"
    assert_told(shell(f"$mb --root {root} build /nö", env=env))


def test_names_that_are_no_text(root: Path, built: Path, tmp_path: Path) -> None:
    place = os.fsencode(tmp_path) + b"/\xff\xfe"
    os.rename(built, place)
    bad = os.fsdecode(place)
    words = ["-f", f"{bad}/Dockerfile", "--secret", f"id=a,src={bad}/f", "--build-context", f"x={bad}"]
    words += ["--iidfile", f"{bad}-iid", "--metadata-file", f"{bad}-meta", "--build-arg", "A=\udcff"]
    words += ["--label", "a=\udcff", "-o", f"{bad}-out", "-o", f"type=oci,dest={bad}-oci"]
    for store in (root, Path(f"{bad}-store")):
        for _ in range(2):
            shown = run("build", *words, bad, root=store)
            assert shown.status == 0, shown.err
        assert_sound(store)
    for command in ("inspect", "rmi", "save", "explain", "load -i", f"build {bad} -t"):
        assert run(*command.split(" "), "\udcff", root=root).is_told(), command


HOMES = {
    "unset": {},
    "empty": {"HOME": ""},
    "not there": {"HOME": "/nonexistent"},
    "a file": {"HOME": "/etc/passwd"},
    "not for files": {"HOME": "/proc"},
    "not the data's": {"XDG_DATA_HOME": "/dev/null"},
}


@pytest.mark.parametrize("case", HOMES)
def test_homes(tmp_path: Path, context: Context, case: str) -> None:
    """A store that was named needs none; the default one may fail, in words."""
    directory = context("FROM busybox\nRUN echo $HOME; cd; pwd\n")
    env = {**BARE, **HOMES[case], "MINIBUILD_ROOT": "store"}
    done = shell(f"$mb build {directory}", env=env, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"/root\n/root" in done.stdout
    assert (tmp_path / "store" / "minibuild.db").exists()
    if case not in ("unset", "empty", "not there"):
        assert_told(shell("$mb images", env={**BARE, **HOMES[case]}, cwd=tmp_path))


ROOTS = ["/etc/passwd", "/dev/null", "/", "/proc", "n" * 300, "n/" * 3000, "/proc/self", "loop", "dangling"]


@pytest.mark.parametrize("name", ROOTS)
def test_stores_that_can_not_be(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("/nowhere/at/all")
    before = sorted(path.name for path in tmp_path.iterdir())
    assert_told(shell("$mb images", env={**BARE, "MINIBUILD_ROOT": name}, cwd=tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["rel", "a/b/c", "a b", "a\nb", "a?b#c%20", "-x", "'\"$(id)", "ü", "file:x"])
def test_stores_of_any_name(tmp_path: Path, context: Context, name: str) -> None:
    directory = context("FROM scratch\nLABEL a=b\n")
    env = {**BARE, "MINIBUILD_ROOT": name}
    for words in (f"build -t app {directory}", "images", "system verify", "system prune -f"):
        done = shell(f"$mb {words}", env=env, cwd=tmp_path)
        assert done.returncode == 0, done
    assert (tmp_path / name / "minibuild.db").exists()


@pytest.mark.parametrize("directory", ["/nonexistent", "/proc", "/dev/null"])
def test_no_place_for_temporary_files(built: Path, root: Path, tmp_path: Path, directory: str) -> None:
    env = {**BARE, "TMPDIR": directory}
    assert shell(f"$mb --root {root} save app > {tmp_path}/app.tar", env=env).returncode == 0
    packed = gzip.compress((tmp_path / "app.tar").read_bytes())
    done = shell(f"$mb --root {tmp_path}/other load", env=env, stdin=packed)
    assert done.returncode == 0, done


def test_a_working_directory_that_is_gone(built: Path, root: Path, tmp_path: Path) -> None:
    gone = f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone; "
    assert shell(gone + f"$mb --root {root} build {built}").returncode == 0
    named = [f"--root {root} {rest}" for rest in ("build .", "load -i x", "build")]
    for words in ("--root rel images", *named):
        assert_told(shell(gone + f"$mb {words}"))


@pytest.mark.parametrize("limit", ["-n 5", "-n 12", "-v 60000", "-s 256", "-t 1", "-f 10"])
def test_limits_of_the_shell(built: Path, root: Path, limit: str) -> None:
    done = shell(f"ulimit {limit}; $mb --root {root} build --no-cache {built}")
    assert done.returncode == 0 or b"Traceback" not in done.stderr
    assert b"unexpectedly" not in done.stderr or b"MemoryError" in done.stderr
    assert_sound(root)


OPTIONS = ("-t", "--build-arg", "--label", "--secret", "-o", "-f", "--platform", "--add-host", "--fixture")
EMPTY = [[option, ""] for option in (*OPTIONS, "--build-context")] + [["-o", "type="], ["-o", "type=oci,x"]]


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_words_that_are_empty(built: Path, root: Path, tmp_path: Path, words: list[str]) -> None:
    """They are refused, and nothing is read from or written to the working directory instead."""
    work = tmp_path / "work"
    work.mkdir()
    assert run("build", *words, built, root=root, cwd=work).is_told()
    assert list(work.iterdir()) == []
    assert run("build", "", root=root, cwd=built).is_told()


@pytest.mark.parametrize("value", ["x", "-1", "9" * 5000, "1e9", " 1", "99999999999"])
def test_times_that_are_none(built: Path, root: Path, value: str) -> None:
    shown = run("build", "--no-cache", built, root=root, env={**os.environ, "SOURCE_DATE_EPOCH": value})
    assert shown.is_told() or (value == "99999999999" and shown.status == 0)
    assert len(shown.err) < 6000
