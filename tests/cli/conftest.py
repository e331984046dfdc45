"""The command line, run in this process as `minibuild` itself runs it, on a store of its own."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from minibuild.__main__ import run as run_command


class Outcome(NamedTuple):
    """What a command left: its exit status, what it printed."""

    status: int
    out: str
    err: str


class _Typed(io.BytesIO):
    """What somebody types at a terminal."""

    def isatty(self) -> bool:
        return True


Command = Callable[..., Outcome]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def minibuild(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> Command:
    """Run `minibuild --root STORE WORDS…` with the given bytes on standard input, which may be a terminal."""
    for name in ("BUILDKIT_PROGRESS", "MINIBUILD_ROOT", "SOURCE_DATE_EPOCH", "MINIBUILD_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words: str | Path, stdin: bytes = b"", terminal: bool = False) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["minibuild", "--root", str(root), *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(_Typed(stdin) if terminal else io.BytesIO(stdin)))
        capsysbinary.readouterr()
        try:
            status = run_command()
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        out, err = capsysbinary.readouterr()
        return Outcome(status, out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape"))

    return run


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Path]:
    """Make a directory with a Dockerfile and other files: `context("FROM scratch\\n", a="text")`."""

    def make(dockerfile: str | None, name: str = "app", **files: str) -> Path:
        directory = tmp_path / name
        directory.mkdir(parents=True, exist_ok=True)
        if dockerfile is not None:
            (directory / "Dockerfile").write_text(dockerfile)
        for file, text in files.items():
            (directory / file).write_text(text)
        return directory

    return make
