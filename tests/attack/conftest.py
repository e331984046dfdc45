"""A place for each attack: a store's directory, a context, and a directory that nothing may be written to."""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., Path]:
    """Make the context directory: `context("FROM scratch\\n", name=b"content")`."""

    def make(dockerfile: str | bytes | None, **files: bytes) -> Path:
        directory = tmp_path / "context"
        directory.mkdir(exist_ok=True)
        if dockerfile is not None:
            if isinstance(dockerfile, str):
                dockerfile = dockerfile.encode("utf-8", "surrogateescape")
            (directory / "Dockerfile").write_bytes(dockerfile)
        for name, content in files.items():
            (directory / name).write_bytes(content)
        return directory

    return make
