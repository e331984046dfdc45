"""Whole trees kept as bytes, and read again one directory at a time.

Reading costs what is looked at: a snapshot of an image with a million files is there at once, and a
directory's nodes are made when somebody looks into it.
"""

import marshal
from typing import Any

from minibuild.filesystem.content import BlobSource, OpaqueContent, SliceContent
from minibuild.filesystem.nodes import EMPTY, Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.tree import Snapshot

_FORMAT = 1


def dump_tree(snapshot: Snapshot) -> bytes:
    """A tree whose files have no other contents than slices of blobs, opaque ones and none, as bytes;
    TypeError for others.
    """
    links: dict[int, int] = {}
    directories: dict[str, bytes] = {}
    ahead = [("", snapshot.root)]
    while ahead:
        path, directory = ahead.pop()
        rows = []
        for name, node in directory.entries.items():
            rows.append((name, node.mode, node.uid, node.gid, node.mtime, node.xattrs, *_dumped(node, links)))
            if isinstance(node, Directory):
                ahead.append((f"{path}/{name}", node))
        directories[path] = marshal.dumps(rows)
    root = snapshot.root
    top = (root.mode, root.uid, root.gid, root.mtime, root.xattrs)
    return marshal.dumps((_FORMAT, top, directories))


def _dumped(node: Node, links: dict[int, int]) -> tuple[Any, ...]:
    """(kind, and what a node of that kind has besides)."""
    if isinstance(node, File):
        # Names of one file have the same number; 0 is a file with one name.
        number = links.setdefault(id(node), len(links) + 1) if node.nlink > 1 else 0
        content = node.content
        if isinstance(content, SliceContent):
            return "file", number, node.nlink, content.digest, content.offset, content.size
        if isinstance(content, OpaqueContent):
            return "opaque", number, node.nlink, content.origin
        if content is not EMPTY and content.size:
            raise TypeError(f"a tree with {type(content).__name__} can't be kept")
        return "file", number, node.nlink, "", 0, 0
    if isinstance(node, Symlink):
        return "link", node.target
    if isinstance(node, Device):
        return node.device, node.major, node.minor
    return (node.kind,)


def load_tree(data: bytes, source: BlobSource) -> Snapshot | None:
    """The tree that `dump_tree` wrote, its files slices of blobs of `source`; None for another format.
    Only for data of our own store.
    """
    try:
        format_, top, directories = marshal.loads(data)
    except (ValueError, EOFError, TypeError):
        return None
    if format_ != _FORMAT:
        return None
    return Snapshot(_KeptDirectory(_Kept(source, directories), "", *top))


class _Kept:
    """A tree as bytes: the rows of its directories, and the files with several names that were made so
    far.
    """

    __slots__ = ("directories", "linked", "source")

    def __init__(self, source: BlobSource, directories: dict[str, bytes]) -> None:
        self.source = source
        self.directories = directories
        self.linked: dict[int, File] = {}

    def nodes(self, path: str) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for name, mode, uid, gid, mtime, xattrs, kind, *rest in marshal.loads(self.directories[path]):
            if kind == "dir":
                found[name] = _KeptDirectory(self, f"{path}/{name}", mode, uid, gid, mtime, xattrs)
            else:
                node = self._file(kind, rest) if kind in ("file", "opaque") else _special(kind, rest)
                node.mode, node.uid, node.gid, node.mtime, node.xattrs = mode, uid, gid, mtime, xattrs
                found[name] = node
        return found

    def _file(self, kind: str, rest: list[Any]) -> File:
        number, nlink, *content = rest
        file = self.linked.get(number)
        if file is None:
            file = File(nlink=nlink)
            if kind == "opaque":
                file.content = OpaqueContent(content[0])
            elif content[2]:
                file.content = SliceContent(self.source, *content)
            if number:
                self.linked[number] = file
        return file


def _special(kind: str, rest: list[Any]) -> Node:
    if kind == "link":
        return Symlink(target=rest[0])
    if kind == "fifo":
        return Fifo()
    return Device(device=kind, major=rest[0], minor=rest[1])


class _KeptDirectory(Directory):
    """A directory whose nodes are made when it is first looked into. It belongs to nobody: trees copy it."""

    __slots__ = ("_kept", "_loaded", "_path")

    def __init__(
        self,
        kept: _Kept,
        path: str,
        mode: int,
        uid: int,
        gid: int,
        mtime: int,
        xattrs: dict[str, bytes] | None,
    ) -> None:
        self._kept = kept
        self._path = path
        self._loaded: dict[str, Node] | None = None
        super().__init__(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs)

    @property
    def entries(self) -> dict[str, Node]:
        """Names and nodes of the directory."""
        if self._loaded is None:
            self._loaded = self._kept.nodes(self._path)
        return self._loaded

    @entries.setter
    def entries(self, value: dict[str, Node]) -> None:
        """Directory's constructor sets an empty mapping, which does not count."""
