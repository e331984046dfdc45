"""Layers: a change set as a deterministic tar with OCI whiteouts, and back (OCI image-spec, layer.md)."""

from collections.abc import Iterable
from typing import Protocol

from minibuild.filesystem.changes import Change
from minibuild.filesystem.entries import LayerEntry, LayerError, dump_entries, load_entries, read_layer
from minibuild.filesystem.nodes import Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.tarheader import BLOCK, header, padding
from minibuild.filesystem.tree import FileSystem

WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
_RECORD = 20 * BLOCK


class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...


def write_layer(changes: Iterable[Change], out: _Writable) -> None:
    """Write changes (sorted by path) as a tar. Deleted paths become whiteouts, further names of a file hard
    links.
    """
    first_names: dict[int, str] = {}
    total = 0
    for path, _, node in changes:
        if node is None:
            parent, _, name = path.rpartition("/")
            whiteout = File(mode=0)
            block = header(f"{parent}/{WHITEOUT}{name}" if parent else WHITEOUT + name, whiteout, b"0")
            out.write(block)
            total += len(block)
        else:
            total += _write_node(path, node, first_names, out)
    end = 2 * BLOCK
    out.write(bytes(end + -(total + end) % _RECORD))


def _write_node(path: str, node: Node, first_names: dict[int, str], out: _Writable) -> int:
    if isinstance(node, File):
        if node.nlink > 1:
            first = first_names.setdefault(id(node), path)
            if first != path:
                block = header(path, node, b"1", target=first)
                out.write(block)
                return len(block)
        size = node.content.size
        block = header(path, node, b"0", size=size)
        out.write(block)
        for chunk in node.content.chunks():
            out.write(chunk)
        fill = padding(size)
        if fill:
            out.write(fill)
        return len(block) + size + len(fill)
    if isinstance(node, Directory):
        block = header(path + "/", node, b"5")
    elif isinstance(node, Symlink):
        block = header(path, node, b"2", target=node.target)
    elif isinstance(node, Device):
        block = header(path, node, b"3" if node.device == "char" else b"4", device=(node.major, node.minor))
    else:
        assert isinstance(node, Fifo)
        block = header(path, node, b"6")
    out.write(block)
    return len(block)


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
        """A directory that the layer takes for granted; something else that has its name is replaced."""
        parent, _, name = path.rpartition("/")
        entries = self._parent(parent).entries
        entries[name] = Directory(mode=0o755, owner=self.filesystem.edit)

    def _linked(self, entry: LayerEntry) -> Node:
        parts, node = self.view.locate("/" + entry.target, follow=False) if entry.target else ((), None)
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
    "write_layer",
]
