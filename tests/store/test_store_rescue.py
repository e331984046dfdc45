"""A database that is damaged or lost, and a disk that is full."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from minibuild.image.config import ImageConfig
from minibuild.store import CacheRecord, Store, StoreError, reserve
from minibuild.store.errors import DamagedError, NoSpaceError
from minibuild.store.rescue import verify_store

Maker = Callable[..., str]


@pytest.fixture
def filled(store: Store, image: Maker) -> Path:
    """A closed store: two named images, one without a name, a record of the build cache, a document."""
    store.tag(image(a=b"1"), "a")
    store.tag(image(b=b"2"), "team/b:2")
    store.put_image(ImageConfig(author="nobody"))
    (layer,) = store.image(store.resolve("a") or "").diff_ids
    store.cache_put("k" * 64, CacheRecord(layer, "", {"x": 1}))
    store.document_put("kind", "key", b"document")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return store.root


def names(root: Path) -> list[str]:
    with Store.open(root) as store:
        return sorted(name for record in store.images() for name in record.names)


def test_a_sound_store_needs_no_rescue(filled: Path) -> None:
    assert verify_store(filled, repair=False) == []
    assert verify_store(filled, repair=True) == []
    assert not (filled / "minibuild.db.damaged").exists()


@pytest.mark.parametrize("lost", ["gone", "empty", "garbage"])
def test_the_layout_gives_the_named_images_back(filled: Path, lost: str) -> None:
    path = filled / "minibuild.db"
    if lost == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if lost == "empty" else b"garbage" * 1000)
    with pytest.raises(DamagedError, match=r"lost its database|is damaged"):
        Store.open(filled)
    with pytest.raises(DamagedError):
        verify_store(filled, repair=False)
    (sentence,) = verify_store(filled, repair=True)
    assert "2 images, 2 names, 0 records of the build cache saved into a new one" in sentence
    assert names(filled) == ["a:latest", "team/b:2"]
    assert verify_store(filled, repair=False) == []


def test_rows_that_can_be_read_are_saved(filled: Path) -> None:
    """A page that is overwritten costs what was on it."""
    path = filled / "minibuild.db"
    with sqlite3.connect(path) as database:
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'memos'").fetchone()[0]
    database.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    assert verify_store(filled, repair=False)[0].startswith("the database is damaged")
    assert "3 images, 2 names, 1 records" in verify_store(filled, repair=True)[0]
    with Store.open(filled) as store:
        assert store.document_get("kind", "key") == b"document"
        assert store.cache_get("k" * 64) is not None
        assert store.verify() == []


def test_rows_that_make_no_sense_are_left(filled: Path) -> None:
    with sqlite3.connect(filled / "minibuild.db") as database:
        database.execute("INSERT INTO images VALUES ('sha256:x', x'7b7d', NULL, '', 0)")
        database.execute("INSERT INTO tags VALUES ('BAD NAME', 'sha256:x')")
        database.execute("INSERT INTO cache VALUES ('a', 'no digest', '', '{}', 0)")
        database.execute("INSERT INTO cache VALUES ('b', NULL, '', 'no JSON', 0)")
        database.execute("INSERT INTO cache VALUES ('c', NULL, CAST(x'ff' AS TEXT), '{}', 0)")
    database.close()
    assert "3 images, 2 names, 1 records" in verify_store(filled, repair=True)[0]
    assert names(filled) == ["a:latest", "team/b:2"]


def test_a_store_in_use_is_not_rescued(filled: Path) -> None:
    with Store.open(filled):
        shutil.copy(filled / "minibuild.db", filled / "copy")
        (filled / "minibuild.db").write_bytes(b"")
        with pytest.raises(StoreError, match="is in use"):
            verify_store(filled, repair=True)
        assert not (filled / "minibuild.db.damaged").exists()


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "minibuild.db").write_bytes(b"something else" * 100)
    with pytest.raises(DamagedError):
        verify_store(tmp_path, repair=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "minibuild.db"]


# ---- values that were damaged within a sound database


def test_damaged_documents_and_records_count_as_missing(store: Store) -> None:
    store.document_put("kind", "key", b"document")
    store.document_put("kind", "other", b"another")
    store.execute("UPDATE documents SET data = x'00112233445566' WHERE key = 'key'")
    assert store.document_get("kind", "key") is None
    assert store.documents("kind") == [("other", b"another")]
    store.execute("UPDATE documents SET data = 'text' WHERE key = 'key'")
    assert store.document_get("kind", "key") is None
    store.cache_put("k", CacheRecord(None, "", {}))
    store.execute("UPDATE cache SET data = '{'")
    assert store.cache_get("k") is None


def test_a_damaged_descriptor_is_made_again(store: Store, image: Maker) -> None:
    store.tag(image(a=b"1"), "a")
    store.execute("UPDATE memos SET value = '{' WHERE key LIKE 'manifest:%'")
    assert store.verify() == []
    assert store.resolve("a")


def test_a_damaged_configuration_hides_one_image_only(store: Store, image: Maker) -> None:
    store.tag(image(a=b"1"), "a")
    store.tag(image(b=b"1"), "b")
    store.execute("UPDATE images SET config = '{' WHERE id = ?", store.resolve("a"))
    assert [record.names for record in store.images()] == [("b:latest",)]
    with pytest.raises(StoreError, match="is damaged"):
        store.prune()
    store.verify(repair=True)
    store.prune()
    assert store.verify() == []


def test_keys_that_are_no_text(store: Store) -> None:
    store.memo_put("written:/tmp/\udcff", "1")
    assert store.memo_get("written:/tmp/\udcff") == "1"


def test_a_blob_of_a_wrong_size_is_written_again(store: Store) -> None:
    digest, _ = store.put_blob(b"content")
    path = store.blob_path(digest)
    os.truncate(path, 3)
    assert store.put_blob(b"content") == (digest, 7)
    assert store.read_blob(digest) == b"content"
    os.truncate(path, 3)
    with store.blob_writer() as writer:
        writer.write(b"content")
        writer.commit()
    assert store.read_blob(digest) == b"content"


def test_a_configuration_that_nobody_could_load(store: Store) -> None:
    with pytest.raises(StoreError, match="more than 16 MiB"):
        store.put_image(ImageConfig(author="x" * (17 << 20)))


# ---- a full disk


def test_what_is_derived_is_left_out_on_a_full_disk(store: Store) -> None:
    store.execute("PRAGMA max_page_count = 20")
    store.document_put("kind", "key", bytes(1 << 20))
    assert store.document_get("kind", "key") is None
    with pytest.raises(NoSpaceError), store.transaction():
        store.document_put("kind", "key", bytes(1 << 20))
    store.memo_put("a", "1")
    assert store.memo_get("a") == "1"


def test_the_reserve_is_given_away_only_when_there_is_no_room(
    root: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = root / reserve.NAME
    assert place.stat().st_size == 1 << 20
    with reserve.released(root):
        assert place.exists()
    full = shutil._ntuple_diskusage(10, 10, 0)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with reserve.released(root):
        assert not place.exists()
    assert place.exists()

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", lambda path, _: (path.touch(), fail()))
    with reserve.released(root):
        pass
    assert not place.exists()
