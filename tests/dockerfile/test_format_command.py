"""`minibuild fmt`."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from syrupy.assertion import SnapshotAssertion

from minibuild.cli.fmt import fmt_command

UNTIDY = "from   alpine\nrun a \\\n && b\n"
TIDY = "FROM alpine\nRUN a && \\\n    b\n"


def run(*args: str, stdin: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(fmt_command, args, input=stdin)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Dockerfile"
    path.write_text(UNTIDY)
    return path


def test_the_result_is_printed(file: Path) -> None:
    assert run(str(file)) == (0, TIDY, "")
    assert run("-", stdin=UNTIDY) == (0, TIDY, "")
    assert file.read_text() == UNTIDY


def test_check_changes_nothing_and_fails(file: Path) -> None:
    assert run("--check", str(file)) == (1, "", f"would be formatted: {file}\n")
    assert file.read_text() == UNTIDY
    assert run("--check", "-", stdin=TIDY) == (0, "", "")


def test_write_changes_the_file_behind_a_link_and_keeps_its_mode(file: Path, tmp_path: Path) -> None:
    file.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to(file)
    assert run("--write", str(link)) == (0, "", f"formatted: {link}\n")
    assert file.read_text() == TIDY and link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert run("--write", str(file)) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "link"]


def test_diff(snapshot: SnapshotAssertion) -> None:
    status, out, _ = run("--diff", "-", stdin=UNTIDY + "RUN c")
    assert status == 0
    assert out == snapshot
    assert run("--diff", "-", stdin=TIDY) == (0, "", "")
    assert run("--diff", "--check", "-", stdin=UNTIDY)[0] == 1


def test_one_bad_file_does_not_stop_the_others(file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("FROM a\nRNU x\n")
    status, out, err = run(str(bad), str(tmp_path / "none"), str(file))
    assert (status, out) == (1, TIDY)
    assert "bad:2:1: unknown instruction: RNU" in err and "did you mean RUN?" in err
    assert "can't be read" in err


def test_the_strict_dialect_refuses_lower_case(file: Path) -> None:
    status, out, err = run("--dialect", "strict", str(file))
    assert (status, out) == (1, "")
    assert "`FROM alpine`" in err.replace("FROM   ", "FROM ")


@pytest.mark.parametrize("args", [(), ("--write", "-"), ("--write", "--check", "x"), ("--nope", "x")])
def test_wrong_usage(args: tuple[str, ...]) -> None:
    assert run(*args)[0] == 2


def test_a_file_that_cannot_be_written(file: Path) -> None:
    # A name of the largest length leaves no room for the new file's.
    long = file.with_name("x" * 255)
    file.rename(long)
    status, _, err = run("--write", str(long))
    assert status == 1 and "can't be written" in err
    assert long.read_text() == UNTIDY
