"""A store for each test, and images to put into it."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minibuild.image.config import HistoryEntry, ImageConfig
from minibuild.store import Store

Maker = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    with Store.open(root) as opened:
        yield opened


def layer_of(**files: bytes) -> bytes:
    """A layer with these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def layer() -> Callable[..., bytes]:
    return layer_of


def put_image(
    store: Store, *layers: bytes, parent: str | None = None, created: str = "2024-01-01T00:00:00Z"
) -> str:
    """Keep an image with these layers; its ID."""
    diff_ids = tuple(store.put_blob(layer)[0] for layer in layers)
    history = tuple(HistoryEntry(created, f"step {number}") for number in range(len(layers)))
    return store.put_image(ImageConfig(created=created, diff_ids=diff_ids, history=history), parent=parent)


@pytest.fixture
def image(store: Store) -> Maker:
    """Make an image of one layer in `store`, with the files that are named: `image(a=b"…", parent=…)`."""

    def make(
        *layers: bytes, parent: str | None = None, created: str = "2024-01-01T00:00:00Z", **files: bytes
    ) -> str:
        stack = (*layers, layer_of(**files)) if files or not layers else layers
        return put_image(store, *stack, parent=parent, created=created)

    return make
