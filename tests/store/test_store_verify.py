"""Every damage is found, and what can be mended is."""

import json
import sqlite3
from collections.abc import Callable

import pytest

from minibuild.image.config import ImageConfig
from minibuild.store import CacheRecord, Store, StoreError
from minibuild.store.compression import stored_layer
from minibuild.store.layout import manifest_digest

Maker = Callable[..., str]


@pytest.fixture
def full(store: Store, image: Maker) -> Store:
    """A store with a named image, its build cache and a compressed layer."""
    one = image(a=b"1")
    store.tag(one, "a")
    store.cache_put("k" * 64, CacheRecord(store.image(one).diff_ids[0], "", {}))
    assert store.verify() == []
    return store


def first(store: Store) -> str:
    found = store.resolve("a")
    assert found
    return found


def test_a_flipped_bit(full: Store) -> None:
    (layer,) = full.image(first(full)).diff_ids
    path = full.blob_path(layer)
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    problems = full.verify()
    assert problems[0] == f"blob {layer} is damaged: its content has another digest"
    assert f"image {first(full)}, a:latest lacks its layer {layer}" in problems
    repaired = full.verify(repair=True)
    assert repaired[0].endswith(": removed")
    assert repaired[1].endswith(": forgotten; build or load it again")
    assert full.resolve("a") is None
    assert full.verify() == []


def test_a_deleted_layer(full: Store) -> None:
    (layer,) = full.image(first(full)).diff_ids
    full.blob_path(layer).unlink()
    assert full.verify() == [
        f"image {first(full)}, a:latest lacks its layer {layer}",
        f"the build cache's record {'k' * 12} lacks its layer {layer}",
    ]
    assert full.verify(repair=True)[1].endswith(": record removed")
    assert full.cache_get("k" * 64) is None
    assert full.verify() == []


@pytest.mark.parametrize("what", ["configuration", "manifest"])
def test_deleted_documents_are_restored(full: Store, what: str) -> None:
    digest = first(full) if what == "configuration" else manifest_digest(full, first(full))
    assert digest
    full.blob_path(digest).unlink()
    sentence = f"the {what} of a:latest, blob {digest}, is missing"
    assert full.verify(repair=True) == [f"{sentence}: restored"]
    assert full.verify() == []
    assert full.read_blob(digest)


def test_a_compressed_layer_is_made_again(full: Store) -> None:
    (layer,) = full.image(first(full)).diff_ids
    compressed = stored_layer(full, layer, "zstd")
    full.blob_path(compressed.digest).unlink()
    assert full.verify() == [f"the compressed form of layer {layer} is missing"]
    assert stored_layer(full, layer, "zstd") == compressed
    assert full.verify() == []


@pytest.mark.parametrize("name", ["index.json", "oci-layout"])
@pytest.mark.parametrize("content", [None, "", "{"])
def test_layout_files(full: Store, name: str, content: str | None) -> None:
    before = (full.root / name).read_text()
    if content is None:
        (full.root / name).unlink()
    else:
        (full.root / name).write_text(content)
    assert full.verify() == [f"{name} is missing or damaged"]
    assert full.verify(repair=True) == [f"{name} is missing or damaged: written anew"]
    assert (full.root / name).read_text() == before
    assert json.loads(before)


def test_rows_that_lie(full: Store) -> None:
    full.execute("INSERT INTO tags VALUES ('docker.io/library/b:1', 'sha256:none')")
    full.execute("INSERT INTO tags VALUES ('BAD', 'sha256:none')")
    other = full.put_image(ImageConfig(author="x"))
    full.execute("UPDATE images SET config = ? WHERE id = ?", b"{}", other)
    problems = full.verify()
    assert len(problems) == 3
    assert "'BAD' is no image name" in problems
    assert "b:1 names image sha256:none, which is missing" in problems
    assert f"the configuration of image {other} is damaged" in problems
    with pytest.raises(StoreError, match="is damaged"):
        full.raw_config(other)
    with pytest.raises(StoreError, match="no such image"):
        full.raw_config("sha256:" + "0" * 64)
    full.verify(repair=True)
    assert full.verify() == []


def test_files_that_are_no_blobs(full: Store) -> None:
    (full.root / "blobs" / "sha256" / "notes.txt").write_text("x")
    (problem,) = full.verify(repair=True)
    assert problem.endswith("notes.txt is no blob: removed")
    assert full.verify() == []


def test_a_damaged_database(full: Store) -> None:
    full.put_image(ImageConfig(author="x" * 200_000))
    full.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    full.close()
    path = full.root / "minibuild.db"
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 12] = b"\xa5" * (4096 * 9)
    path.write_bytes(data)
    try:
        with Store.open(full.root) as store:
            assert any("the database is damaged" in problem for problem in store.verify())
    except sqlite3.Error:
        pytest.fail("a database error must be told in words")
