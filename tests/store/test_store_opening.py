"""Opening: quickly, by many, in every state that a directory can be in."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from minibuild.image.config import ImageConfig
from minibuild.store import CacheRecord, Store, StoreError
from minibuild.store.database import SCHEMA_VERSION

Maker = Callable[..., str]


def test_cache_memos_and_documents_last(root: Path) -> None:
    with Store.open(root) as store:
        store.cache_put("k", CacheRecord(None, "2024-01-01T00:00:00Z", {"a": [1, "ä"]}))
        store.cache_put("k", CacheRecord("sha256:1", "2024-01-02T00:00:00Z", {"a": [2]}))
        store.memo_put("m", "v")
        store.document_put("kind", "k", b"\0data")
    with Store.open(root) as store:
        record = store.cache_get("k")
        assert record is not None
        assert (record.layer, record.created, record.data) == ("sha256:1", "2024-01-02T00:00:00Z", {"a": [2]})
        assert store.cache_get("x") is None
        assert (store.memo_get("m"), store.memo_get("x")) == ("v", None)
        assert (store.document_get("kind", "k"), store.document_get("other", "k")) == (b"\0data", None)


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(ValueError, match="stop"), store.transaction():
        store.memo_put("a", "1")
        with store.transaction():
            store.memo_put("b", "1")
        raise ValueError("stop")
    assert (store.memo_get("a"), store.memo_get("b")) == (None, None)
    with store.transaction():
        store.memo_put("a", "2")
    assert store.memo_get("a") == "2"


def test_a_newer_store_is_refused(root: Path) -> None:
    Store.open(root).close()
    with sqlite3.connect(root / "minibuild.db") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="was written by a newer minibuild") as caught:
        Store.open(root)
    assert caught.value.exit_code == 1
    assert "update minibuild" in caught.value.hint


def test_an_older_store_is_brought_up_to_date(root: Path) -> None:
    with Store.open(root) as store:
        store.memo_put("a", "1")
    with sqlite3.connect(root / "minibuild.db") as database:
        database.execute("DROP INDEX tags_by_image")
        database.execute("PRAGMA user_version = 1")
    with Store.open(root) as store:
        assert store.memo_get("a") == "1"
        assert store.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert store.execute("SELECT 1 FROM sqlite_master WHERE name = 'tags_by_image'").fetchone()


def test_what_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't write to the store"):
        Store.open(tmp_path / "file" / "store")
    with pytest.raises(StoreError, match="is no minibuild store and is not empty: it has file"):
        Store.open(tmp_path)
    garbage = tmp_path / "garbage"
    garbage.mkdir()
    (garbage / "minibuild.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="is not a minibuild store or is damaged"):
        Store.open(garbage)


def test_a_store_may_be_moved(root: Path, tmp_path: Path) -> None:
    with Store.open(root) as store:
        digest, _ = store.put_blob(b"x")
        store.memo_put("a", "1")
    root.rename(tmp_path / "moved")
    with Store.open(tmp_path / "moved") as store:
        assert (store.read_blob(digest), store.memo_get("a")) == (b"x", "1")


def test_opening_is_quick(root: Path, image: Maker, store: Store) -> None:
    store.tag(image(), "app")
    for number in range(10):
        store.cache_put(f"{number:064x}", CacheRecord(None, "", {"fidelity": "exact"}))
    store.close()
    times = []
    for _ in range(9):
        start = time.perf_counter()
        opened = Store.open(root)
        assert opened.resolve("app")
        for number in range(10):
            assert opened.cache_get(f"{number:064x}")
        times.append(time.perf_counter() - start)
        opened.close()
    assert sorted(times)[4] < 0.005


def test_what_opening_imports() -> None:
    heavy = "{'pydantic', 'tarfile', 'lark', 'rich', 'isal', 'zstandard', 'tempfile', 'minibuild.filesystem'}"
    code = f"import sys, minibuild.store; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="users are changed in a forked process")
@pytest.mark.parametrize("leftover", [False, True])
def test_a_read_only_store_can_be_read(tmp_path: Path, leftover: bool) -> None:
    outer = Path(tempfile.mkdtemp())  # pytest's own directories are closed to other users
    outer.chmod(0o755)
    root = outer / "store"
    store = Store.open(root)
    layer, _ = store.put_blob(bytes(1024))
    image_id = store.put_image(ImageConfig(diff_ids=(layer,)))
    store.tag(image_id, "app")
    if not leftover:
        store.close()
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    def read() -> None:
        with Store.open(root) as opened:
            assert opened.read_only
            assert opened.resolve("app") == image_id
            assert opened.image(image_id).diff_ids == (layer,)
            assert opened.layer_filesystem((layer,))
            assert [record.names for record in opened.images()] == [("app:latest",)]
            opened.memo_put("a", "1")
            opened.document_put("a", "1", b"")
            assert opened.verify() == []
            for change in (
                lambda: opened.put_blob(b"x"),
                lambda: opened.tag(image_id, "b"),
                lambda: opened.cache_put("k", CacheRecord(None, "", {})),
                lambda: opened.verify(repair=True),
                lambda: opened.prune(),
            ):
                with pytest.raises(StoreError, match=r"can't be written|read-only"):
                    change()

    try:
        assert _as_nobody(read) == 0
    finally:
        store.close()
        for path in [root, *root.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(outer)


def _as_nobody(check: Callable[[], None]) -> int:
    """Run `check` in a process that has no right to write; its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        check()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
