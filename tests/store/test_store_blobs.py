"""Blobs: there whole or not at all."""

import errno
import io
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from minibuild.image.digest import digest_of
from minibuild.store import Store, StoreError
from minibuild.store.blobs import Blobs, BlobWriter


def files(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "blobs" / "sha256").iterdir())


def test_put_and_read(store: Store, root: Path) -> None:
    for content in (b"", b"hello", bytes(3 << 20)):
        digest, size = store.put_blob(content)
        assert (digest, size) == (digest_of(content), len(content))
        assert store.put_blob(iter((content[:2], content[2:]))) == (digest, size)
        assert store.read_blob(digest) == content
        assert store.blob_size(digest) == size
        assert store.has_blob(digest)
        with store.open_blob(digest) as stream:
            assert stream.read() == content
        assert store.blob_path(digest).read_bytes() == content
    assert len(files(root)) == 3


def test_what_is_not_committed_leaves_nothing(store: Store, root: Path) -> None:
    with store.blob_writer() as writer:
        writer.write(b"hello")
    with pytest.raises(KeyboardInterrupt), store.blob_writer() as writer:
        writer.write(b"hello")
        raise KeyboardInterrupt
    assert files(root) == []


def test_a_sealed_blob_can_be_read_before_it_counts(store: Store, root: Path) -> None:
    with store.blob_writer() as writer:
        writer.write(b"hello")
        assert Path(writer.seal()).read_bytes() == b"hello"
        assert not store.has_blob(writer.digest)
        writer.commit()
    assert store.read_blob(writer.digest) == b"hello"
    assert files(root) == [writer.digest[7:]]


def test_missing_and_damaged(store: Store) -> None:
    digest, _ = store.put_blob(b"hello")
    store.blob_path(digest).write_bytes(b"hellO")
    with pytest.raises(StoreError, match="is damaged"):
        store.read_blob(digest)
    missing = digest_of(b"nothing")
    for read in (store.read_blob, store.open_blob, store.blob_size):
        with pytest.raises(StoreError, match="is missing from the store"):
            read(missing)
    assert not store.has_blob(missing)


@pytest.mark.parametrize("digest", ["", "x", "sha256:../../../etc/passwd", "sha256:" + "A" * 64])
def test_a_path_is_only_made_of_a_digest(store: Store, digest: str) -> None:
    with pytest.raises(StoreError, match="is no sha256 digest"):
        store.open_blob(digest)


class FullDisk(io.BytesIO):
    """A stream that takes some bytes, then has no space left."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.room -= len(data)
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)


def test_a_full_disk(store: Store, root: Path) -> None:
    def create(directory: str) -> tuple[str, BinaryIO]:
        path = Path(directory) / ".tmp-full"
        path.touch()
        return str(path), FullDisk(10)

    store.blobs = Blobs(store.blobs.directory, create)
    with pytest.raises(StoreError) as caught:
        store.put_blob(b"more than there is room for")
    assert caught.value.message.startswith("no space left on the device that holds the store")
    assert "prune" in caught.value.hint
    assert files(root) == []
    assert store.verify() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_disk_that_is_full_when_it_is_flushed(store: Store, root: Path) -> None:
    def create(directory: str) -> tuple[str, BinaryIO]:
        path = Path(directory) / ".tmp-full"
        path.touch()
        return str(path), Path("/dev/full").open("wb")

    with (
        pytest.raises(StoreError, match="no space left"),
        BlobWriter(str(store.blobs.directory), create) as writer,
    ):
        writer.write(b"x")
        writer.commit()
    assert files(root) == []


def test_no_room_for_a_new_file(store: Store) -> None:
    def create(directory: str) -> tuple[str, BinaryIO]:
        raise OSError(errno.ENOSPC, "No space left on device")

    store.blobs = Blobs(store.blobs.directory, create)
    with pytest.raises(StoreError, match="no space left"):
        store.put_blob(b"x")
