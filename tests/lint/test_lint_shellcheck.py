"""What ShellCheck, the real one, says of the scripts of RUN."""

from __future__ import annotations

import sysconfig
from typing import TYPE_CHECKING

import pytest

from minibuild.dockerfile import parse
from minibuild.lint import shellcheck
from minibuild.lint.subject import Subject

if TYPE_CHECKING:
    from pathlib import Path

BASE = "FROM debian:12\n"


def told(text: str) -> list[tuple[int, int, str]]:
    """(line, column, code) of what ShellCheck says of a Dockerfile."""
    subject = Subject("Dockerfile", text, parse(text, dialect="docker"))
    findings = shellcheck.findings([subject])
    return sorted((remark.place.line, remark.place.column, code) for _, code, _, remark in findings)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("RUN echo $x\n", [(2, 10, "SC2086")]),
        ("ENV x=1\nRUN echo $x\n", []),
        ('ENV x=1\nRUN echo "$x"\n', []),
        ('RUN echo "$x"\n', [(2, 11, "SC2154")]),
        ('ARG x\nRUN echo "$x" "$HTTP_PROXY"\n', []),
        ("RUN echo ok && \\\n    ls $y\n", [(2, 1, "SC2086")]),
        ('RUN export A="$(b)"; ls "$A"$B\n', [(2, 12, "SC2155"), (2, 29, "SC2086")]),
        ('RUN ["sh", "-c", "echo $x"]\n', []),
        ("ONBUILD RUN ls -l\nONBUILD RUN ls $z\n", [(3, 1, "SC2086")]),
        ("RUN <<EOF\nls $z\nEOF\n", [(2, 1, "SC2086")]),
        ("RUN . ./env && . $HOME/x\n", [(2, 18, "SC2086")]),
        ('SHELL ["pwsh", "-c"]\nRUN ls $x\n', []),
        ("# hadolint shell=powershell\nRUN ls $x\n", []),
        ('RUN [[ -n "$HOME" ]]\n', [(2, 5, "SC3010")]),
        ('SHELL ["/bin/bash", "-c"]\nRUN [[ -n "$HOME" ]]\n', []),
        ('# hadolint shell=bash\nRUN [[ -n "$HOME" ]]\n', []),
        ('SHELL ["/bin/ash", "-c"]\nRUN echo "$HOME"\n', []),
    ],
)
def test_scripts(rest: str, expected: list[tuple[int, int, str]]) -> None:
    codes = told(BASE + rest)
    assert [one for one in codes if one[2] != "SC2239"] == expected


def test_a_stage_goes_on_with_what_it_is_built_on() -> None:
    text = 'FROM debian:12 AS base\nARG x\nSHELL ["/bin/bash", "-c"]\n'
    asks = 'RUN [[ -n "$x" ]]\n'
    assert told(text + "FROM base\n" + asks) == []
    assert told(text + "FROM base AS more\nFROM more\n" + asks) == []
    assert [code for _, _, code in told(text + "FROM debian:12\n" + asks)] == ["SC3010"]


def test_equal_scripts_of_many_files() -> None:
    text = BASE + "RUN echo $x\n"
    subjects = [Subject(str(number), text, parse(text)) for number in range(30)]
    paths = [subject.path for subject, *_ in shellcheck.findings(subjects)]
    assert paths == [str(number) for number in range(30)]


def test_options_of_the_environment_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086")
    assert told(BASE + "RUN ls $x\n") == [(2, 8, "SC2086")]


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a ShellCheck is looked for, and there is none yet."""
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "shellcheck"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exec /bin/sleep 60", "did not end within"),
        ("echo bad option >&2; exit 3", "ShellCheck failed: bad option"),
        ("echo no json", "answer can't be read"),
        ("echo '{\"comments\": 1}'", "answer can't be read"),
    ],
)
def test_one_that_does_not_work(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch, script: str, message: str
) -> None:
    stand_in.write_text(f"#!/bin/sh\n{script}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(shellcheck, "_TIME", 0.3)
    with pytest.raises(shellcheck.ShellCheckError, match=message):
        told(BASE + "RUN ls $x\n")


def test_one_in_the_working_directory_is_never_run(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in.write_text("#!/bin/sh\ntouch run\n")
    stand_in.chmod(0o755)
    monkeypatch.chdir(stand_in.parent)
    monkeypatch.setattr(sysconfig, "get_path", lambda _: "")
    monkeypatch.setenv("PATH", ".::")
    with pytest.raises(shellcheck.ShellCheckError, match="not installed"):
        told(BASE + "RUN ls $x\n")
    assert not (stand_in.parent / "run").exists()


def test_without_scripts_it_is_not_looked_for(stand_in: Path) -> None:
    assert told(BASE + "CMD ls $x\n") == []
    assert not stand_in.exists()
