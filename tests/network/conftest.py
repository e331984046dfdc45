"""A store, and the networks of its own host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from network_engine import Engine

from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        yield store


@pytest.fixture
def engine(store: Store) -> Engine:
    return Engine(store)
