"""Trees that are kept as bytes are read again as they were, one directory at a time."""

import io
from typing import BinaryIO

import pytest

from minibuild.filesystem import (
    FileSystem,
    OpaqueContent,
    Snapshot,
    changes,
    dump_tree,
    load_tree,
    settle,
    write_layer,
)


class Blob:
    """One blob in memory."""

    def __init__(self) -> None:
        self.data = b""

    def open_blob(self, digest: str) -> BinaryIO:
        return io.BytesIO(self.data)


def kept(filesystem: FileSystem) -> tuple[Snapshot, Snapshot]:
    """A tree whose contents are in a blob, and what is read of the bytes that it is kept as."""
    snapshot, out, blob = filesystem.snapshot(), io.BytesIO(), Blob()
    settle(write_layer(changes(None, snapshot), out), blob, "digest")
    blob.data = out.getvalue()
    loaded = load_tree(dump_tree(snapshot), blob)
    assert loaded is not None
    return snapshot, loaded


@pytest.fixture
def filled() -> FileSystem:
    filesystem = FileSystem()
    view = filesystem.view(umask=0)
    filesystem.write_file("/a/b/file", b"content", mode=0o4755, uid=7, gid=8)
    filesystem.write_file("/a/empty", b"")
    filesystem.write_file("/b\udcff\n", b"x")
    view.link("/a/b/file", "/a/other-name")
    view.symlink("b/file", "/a/link")
    view.mkfifo("/a/fifo")
    filesystem.device("/dev/null", "char", 1, 3)
    view.setxattr("/a/b", "user.x", b"1")
    node = filesystem.node("/a/empty")
    node.mtime = 5_000_000_000
    return filesystem


def test_everything_is_as_it_was(filled: FileSystem) -> None:
    before, after = kept(filled)

    def described(snapshot: Snapshot) -> list[tuple[object, ...]]:
        return [
            (e.path, e.kind, e.mode, e.uid, e.gid, e.node.mtime, e.node.xattrs, e.target, e.read())
            for e in FileSystem(snapshot).walk()
        ]

    assert described(after) == described(before)
    view = FileSystem(after).view()
    assert view.stat("/a/b/file").node is view.stat("/a/other-name").node
    assert view.stat("/a/b/file").nlink == 2
    device = FileSystem(after).node("/dev/null")
    assert (device.major, device.minor) == (1, 3)  # type: ignore[attr-defined]


def test_only_what_is_looked_at_is_made(filled: FileSystem) -> None:
    _, after = kept(filled)
    changed = FileSystem(after)
    changed.write_file("/new", b"n")
    assert [(change.path, change.kind) for change in changes(after, changed.snapshot())] == [("new", "add")]
    assert after.root.entries["a"]._loaded is None  # type: ignore[attr-defined]


def test_opaque_files(filled: FileSystem) -> None:
    filled.node("/a/empty").content = OpaqueContent("content of x")  # type: ignore[attr-defined]
    _, after = kept(filled)
    content = FileSystem(after).node("/a/empty").content  # type: ignore[attr-defined]
    assert isinstance(content, OpaqueContent)
    assert content.origin == "content of x"


def test_bytes_in_memory_are_not_kept(filled: FileSystem) -> None:
    with pytest.raises(TypeError, match="InlineContent"):
        dump_tree(filled.snapshot())


@pytest.mark.parametrize("data", [b"", b"junk", b"(\x00\x00\x00\x00"])
def test_other_bytes_are_no_tree(data: bytes) -> None:
    assert load_tree(data, Blob()) is None
