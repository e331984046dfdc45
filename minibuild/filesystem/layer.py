"""Layers: a change set as a deterministic tar with OCI whiteouts, and back (OCI image-spec, layer.md)."""

from collections.abc import Iterable
from typing import Protocol

from minibuild.filesystem.changeset import Change
from minibuild.filesystem.content import OPAQUE_ATTRIBUTE, BlobSource, OpaqueContent, SliceContent
from minibuild.filesystem.entries import LayerEntry, LayerError, dump_entries, load_entries, read_layer
from minibuild.filesystem.nodes import EMPTY, Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.tarheader import BLOCK, header, padding
from minibuild.filesystem.tree import FileSystem

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_RECORD = 20 * BLOCK
_SECOND = 1_000_000_000


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


# Files up to this size are written in one piece with their header.
_SMALL = 1 << 18


def write_layer(changes: Iterable[Change], out: _Writable) -> list[tuple[File, int]]:
    """Write changes (sorted by path) as a tar; each file's content with its offset in the tar.

    Deleted paths become whiteouts, further names of a file hard links. Times are whole seconds.
    """
    return _Writer(out).write(changes)


class _Writer:
    def __init__(self, out: _Writable) -> None:
        self.out = out
        self.total = 0
        self.placed: list[tuple[File, int]] = []
        self._first_names: dict[int, str] = {}

    def write(self, changes: Iterable[Change]) -> list[tuple[File, int]]:
        for path, _, node in changes:
            if node is None:
                parent, _, name = path.rpartition("/")
                hidden = f"{parent}/{WHITEOUT}{name}" if parent else WHITEOUT + name
                self._put(header(hidden, File(mode=0), b"0"))
            elif isinstance(node, File):
                self._file(path, node)
            else:
                self._put(_header(path, node))
        end = 2 * BLOCK
        self._put(bytes(end + -(self.total + end) % _RECORD))
        return self.placed

    def _put(self, data: bytes) -> None:
        self.out.write(data)
        self.total += len(data)

    def _file(self, path: str, node: File) -> None:
        if node.nlink > 1:
            first = self._first_names.setdefault(id(node), path)
            if first != path:
                self._put(header(path, node, b"1", target=first))
                return
        content = node.content
        if isinstance(content, OpaqueContent):
            data = content.read()
            self._put(header(path, _marked(node, content), b"0", size=len(data)) + data + padding(len(data)))
            return
        size = content.size
        block = header(path, node, b"0", size=size)
        self.placed.append((node, self.total + len(block)))
        if size <= _SMALL:
            self._put(block + content.read() + padding(size) if size else block)
            return
        self._put(block)
        for chunk in content.chunks():
            self._put(chunk)
        self._put(padding(size))


def _header(path: str, node: Node) -> bytes:
    """The header of anything but a regular file."""
    if isinstance(node, Directory):
        return header(path + "/", node, b"5")
    if isinstance(node, Symlink):
        return header(path, node, b"2", target=node.target)
    if isinstance(node, Device):
        return header(path, node, b"3" if node.device == "char" else b"4", device=(node.major, node.minor))
    assert isinstance(node, Fifo)
    return header(path, node, b"6")


def _marked(node: File, content: OpaqueContent) -> File:
    marked = node.copy(None)
    origin = content.origin.encode("utf-8", "surrogateescape")
    marked.xattrs = {**(marked.xattrs or {}), OPAQUE_ATTRIBUTE: origin}
    return marked


def round_times(changes: Iterable[Change], latest: int | None = None) -> None:
    """Give what changed the times that a layer keeps: whole seconds, none after `latest` (nanoseconds)."""
    for change in changes:
        node = change.node
        if node is not None:
            mtime = max(0, node.mtime // _SECOND * _SECOND)
            node.mtime = mtime if latest is None or mtime <= latest else latest


def settle(placed: Iterable[tuple[File, int]], source: BlobSource, digest: str) -> None:
    """Let files take their bytes from the layer `digest` that was just written, wherever they came from.

    The tree they are in is then what reading the layer would give; nothing of the host and no bytes in
    memory are left.
    """
    for file, offset in placed:
        size = file.content.size
        file.content = SliceContent(source, digest, offset, size) if size else EMPTY


def apply_layer(filesystem: FileSystem, entries: Iterable[LayerEntry]) -> None:
    """Lay a layer over a file system: whiteouts first, since they hide what is below this layer only, then
    the rest.

    Symbolic links in parents are followed inside the root. Raise `LayerError` for a hard link to nothing.
    """
    rest = []
    applier = _Applier(filesystem)
    for entry in entries:
        parent, _, name = entry.path.rpartition("/")
        if name == OPAQUE:
            applier.clear(parent)
        elif name.startswith(WHITEOUT):
            applier.remove(f"{parent}/{name[len(WHITEOUT) :]}" if parent else name[len(WHITEOUT) :])
        else:
            rest.append(entry)
    for entry in rest:
        applier.add(entry)


class _Applier:
    def __init__(self, filesystem: FileSystem) -> None:
        self.filesystem = filesystem
        self.view = filesystem.view(umask=0)
        self._directories: dict[str, Directory] = {}

    def add(self, entry: LayerEntry) -> None:
        if not entry.path:
            self._describe(self.filesystem.own_directory(()), entry)
            return
        parent, _, name = entry.path.rpartition("/")
        entries = self._parent(parent).entries
        existing = entries.get(name)
        if entry.kind == "dir" and isinstance(existing, Directory):
            self._describe(self._parent(entry.path), entry)
            return
        if entry.kind == "hardlink":
            node = self._linked(entry)
            if node is existing:
                return
            if isinstance(node, File):
                node.nlink += 1
        else:
            node = entry.node()
            node.owner = self.filesystem.edit
        self._forget(existing)
        if isinstance(existing, File) and existing.owner is self.filesystem.edit:
            existing.nlink -= 1
        entries[name] = node

    def remove(self, path: str) -> None:
        """What a whiteout hides; nothing when there is nothing of that name."""
        parent, _, name = path.rpartition("/")
        if self.view.lexists("/" + path):
            self._forget(self._parent(parent).entries.pop(name, None))

    def clear(self, path: str) -> None:
        """An opaque directory: nothing of the lower layers shows in it."""
        if self.view.is_dir("/" + path):
            self._directories.clear()
            self._parent(path).entries.clear()

    def _parent(self, path: str) -> Directory:
        found = self._directories.get(path)
        if found is None:
            if path and not self.view.is_dir("/" + path):
                self._make(path)
            found = self.filesystem.own_directory(self.view.locate("/" + path)[0])
            self._directories[path] = found
        return found

    def _make(self, path: str) -> None:
        """Directories that the layer takes for granted; something else that has their name is replaced."""
        missing = [path]
        while above := missing[-1].rpartition("/")[0]:
            if above in self._directories or self.view.is_dir("/" + above):
                break
            missing.append(above)
        for one in reversed(missing):
            parent, _, name = one.rpartition("/")
            self._parent(parent).entries[name] = Directory(mode=0o755, owner=self.filesystem.edit)

    def _linked(self, entry: LayerEntry) -> Node:
        try:
            parts, node = self.view.locate("/" + entry.target, follow=False) if entry.target else ((), None)
        except OSError:
            node = None
        if node is None or isinstance(node, Directory):
            raise LayerError(f"hard link {entry.path} to {entry.target}: there is no such file")
        return self.filesystem.own(parts)

    def _forget(self, existing: Node | None) -> None:
        if isinstance(existing, Directory | Symlink):
            self._directories.clear()

    def _describe(self, directory: Directory, entry: LayerEntry) -> None:
        directory.mode, directory.uid, directory.gid = entry.mode, entry.uid, entry.gid
        directory.mtime, directory.xattrs = entry.mtime, entry.xattrs


__all__ = [
    "LayerEntry",
    "LayerError",
    "apply_layer",
    "dump_entries",
    "load_entries",
    "read_layer",
    "round_times",
    "settle",
    "write_layer",
]
