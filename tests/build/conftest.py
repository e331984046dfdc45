"""A store and a context for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builds import Bench

from minibuild.store import Store


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    context = tmp_path / "context"
    context.mkdir(mode=0o755)
    with Store.open(tmp_path / "store") as store:
        yield Bench(store, context)
