"""The house rules that a program can check: types, style, one-way imports, modules of a size to read."""

import fnmatch
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 400


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_types_are_strict():
    result = run("-m", "mypy")
    assert result.returncode == 0, result.stdout


def test_style():
    result = run("-m", "ruff", "check", "minibuild", "tests", "benchmarks")
    assert result.returncode == 0, result.stdout


def test_imports_point_one_way():
    result = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_module_is_too_long():
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "minibuild").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_room_is_named_after_nothing():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
    names = {path.stem for path in (ROOT / "minibuild").rglob("*.py")} | {
        path.name for path in (ROOT / "minibuild").rglob("*") if path.is_dir()
    }
    assert names & vague == set()


POSIX_ONLY = "fcntl grp pwd resource termios tty pty posix syslog crypt spwd"


@pytest.mark.parametrize("sample", ["hello", "here-documents"])
def test_samples_build_without_posix_only_modules(sample, tmp_path):
    """Windows has none of these modules; an import of one must be guarded."""
    words = ["minibuild", "--root", str(tmp_path / "store"), "build", "-q", str(ROOT / "samples" / sample)]
    program = f"""
import sys
for name in {POSIX_ONLY.split()!r}:
    if name != "posix":  # Python itself needs it on the machine where this test runs
        sys.modules[name] = None
from minibuild.__main__ import main
sys.argv = {words!r}
main()
"""
    result = run("-c", program)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("sha256:")


def test_no_directory_of_tests_is_passed_over(request):
    unread = request.config.getini("norecursedirs")
    for path in (ROOT / "tests").rglob("test_*.py"):
        for directory in path.relative_to(ROOT).parts[:-1]:
            assert not any(fnmatch.fnmatch(directory, pattern) for pattern in unread), path
