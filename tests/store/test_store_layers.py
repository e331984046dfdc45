"""Layers as file systems, and digests of host files."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from minibuild.filesystem import FileSystem
from minibuild.image.digest import sha256_hex
from minibuild.store import Store, StoreError

Layer = Callable[..., bytes]


def test_a_stack_of_layers(store: Store, layer: Layer) -> None:
    stack = tuple(
        store.put_blob(one)[0]
        for one in (layer(a=b"1", b=b"1"), layer(b=b"2", **{"d/x": b"x"}), layer(**{".wh.a": b"", "c": b"3"}))
    )
    files = FileSystem(store.layer_filesystem(stack)).view()
    assert files.listdir("/") == ["b", "c", "d"]
    assert (files.read_bytes("/b"), files.read_bytes("/d/x")) == (b"2", b"x")
    assert store.layer_filesystem(stack) is store.layer_filesystem(stack)
    below = FileSystem(store.layer_filesystem(stack[:1])).view()
    assert below.listdir("/") == ["a", "b"]
    assert FileSystem(store.layer_filesystem(())).view().listdir("/") == []


def test_hundreds_of_layers(store: Store, layer: Layer) -> None:
    stack = tuple(store.put_blob(layer(**{f"f{number}": b""}))[0] for number in range(300))
    assert len(FileSystem(store.layer_filesystem(stack)).view().listdir("/")) == 300


def test_a_large_layer_is_indexed(store: Store, layer: Layer) -> None:
    digest, _ = store.put_blob(layer(**{f"f{number:03}": b"%d" % number for number in range(200)}))
    store.layer_filesystem((digest,))
    assert store.document_get("layer-members", digest)
    with Store.open(store.root) as again:
        files = FileSystem(again.layer_filesystem((digest,))).view()
    assert files.read_bytes("/f123") == b"123"  # also after the store was closed


def test_a_missing_layer(store: Store) -> None:
    with pytest.raises(StoreError, match="is missing from the store"):
        store.layer_filesystem(("sha256:" + "0" * 64,))


def test_digests_of_files_are_remembered(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    old = time.time() - 100
    os.utime(path, (old, old))
    found = store.file_digests([str(path)])
    assert found == {str(path): sha256_hex(b"one")}
    row = store.execute("SELECT digest FROM files").fetchall()
    # Its change time is now: it may still change without a trace, so it is not remembered yet.
    assert row == []
    path.write_bytes(b"two")
    assert store.file_digests([str(path)]) == {str(path): sha256_hex(b"two")}


def test_a_remembered_digest_is_used_and_checked(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one")
    status = path.stat()
    row = (str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, "remembered")
    store.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", *row)
    assert store.file_digests([str(path)]) == {str(path): "remembered"}
    path.write_bytes(b"longer")
    assert store.file_digests([str(path)]) == {str(path): sha256_hex(b"longer")}


def test_a_file_that_can_not_be_read(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't read"):
        store.file_digests([str(tmp_path / "none")])
