"""A copy-on-write tree of nodes and what is mounted on it.

A snapshot costs O(1): it hands out the root and takes a new edit token, after which nothing that is reachable
belongs to the tree any more. A change copies the directories between the root and the place of the change,
once per snapshot.
"""

import errno
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import Device, Directory, File, Node, Symlink

if TYPE_CHECKING:
    from minibuild.filesystem.credentials import Credentials
    from minibuild.filesystem.openfile import OpenFile
    from minibuild.filesystem.view import View

Parts = tuple[str, ...]


class Snapshot:
    """A file system as it was at one moment; never changes."""

    __slots__ = ("root",)

    def __init__(self, root: Directory) -> None:
        self.root = root


class Mount:
    """Something mounted: `filesystem`, whose node at `parts` is seen at the mount point; `hidden` was mounted
    there before.
    """

    __slots__ = ("filesystem", "hidden", "parts", "read_only")

    def __init__(
        self, filesystem: "FileSystem", parts: Parts, read_only: bool, hidden: "Mount | None"
    ) -> None:
        self.hidden = hidden
        self.filesystem = filesystem
        self.parts = parts
        self.read_only = read_only

    @property
    def node(self) -> Node:
        """What stands at the mount point."""
        found = self.filesystem.find(self.parts)
        if found is None:
            raise fail(errno.ENOENT, "/" + "/".join(self.parts))
        return found


class Entry:
    """One node of a walk, with its absolute path."""

    __slots__ = ("node", "path")

    def __init__(self, path: str, node: Node) -> None:
        self.path = path
        self.node = node

    @property
    def kind(self) -> str:
        """`dir`, `file`, `link`, `fifo`, `char` or `block`."""
        return self.node.kind

    @property
    def mode(self) -> int:
        """Permission bits."""
        return self.node.mode

    @property
    def uid(self) -> int:
        """The owner's id."""
        return self.node.uid

    @property
    def gid(self) -> int:
        """The group's id."""
        return self.node.gid

    @property
    def target(self) -> str | None:
        """What a symbolic link points to, else None."""
        return self.node.target if isinstance(self.node, Symlink) else None

    @property
    def size(self) -> int:
        """The bytes of a regular file, else 0."""
        return self.node.content.size if isinstance(self.node, File) else 0

    def read(self) -> bytes:
        """The content of a regular file, else nothing."""
        return self.node.content.read() if isinstance(self.node, File) else b""


class FileSystem:
    """One writable tree. `clock` gives the time of changes in nanoseconds (0 without one).

    Paths given here are absolute and used with root's rights; `view` gives the system calls of a process.
    """

    def __init__(self, snapshot: Snapshot | None = None, *, clock: Callable[[], int] | None = None) -> None:
        self.edit: object = object()
        self.root: Directory = Directory(owner=self.edit) if snapshot is None else snapshot.root
        self.clock: Callable[[], int] = clock or _epoch
        self.mounts: dict[Parts, Mount] = {}
        # Last components of the mount points ("" for the root): resolution looks into `mounts` for these
        # names only.
        self.mount_names: frozenset[str] = frozenset()
        # Directories that were renamed, in order, as (from, to): working directories follow them.
        self.moves: list[tuple[Parts, Parts]] = []
        # What became of files that were copied up: somebody may have opened them before the last snapshot.
        self.copies: dict[File, File] = {}
        # Told how many bytes are about to be held in memory for files.
        self.on_write: Callable[[int], object] | None = None
        # Makes the open file description of a file, where that is not an `OpenFile`.
        self.open_file: type[OpenFile] | None = None
        # The root of the image that a running container overlays.
        self.below: Directory | None = None
        # Told of a mount point that somebody wants to remove or rename.
        self.on_busy: Callable[[Parts], object] | None = None
        # Not all names are known: whoever needs a file that is missing is taken to find one, opaque.
        self.partial = False
        # Whoever looks for something in vain, where any name may exist, is to know that it may be there.
        self.doubting = False
        # Told the origin of every opaque node that somebody looks into.
        self.on_opaque: Callable[[str], object] | None = None

    def snapshot(self) -> Snapshot:
        """The tree as it is now, without what is mounted on it; O(1)."""
        self.edit = object()
        return Snapshot(self.root)

    # ---- raw access: canonical parts, no links followed, no mounts crossed, no rights checked

    def find(self, parts: Parts) -> Node | None:
        """The node at canonical `parts`, or None."""
        node: Node = self.root
        for part in parts:
            if not isinstance(node, Directory):
                return None
            found = node.entries.get(part)
            if found is None:
                return None
            node = found
        return node

    def own_directory(self, parts: Parts) -> Directory:
        """The directory at `parts`, copied as far as a snapshot shares it: it may be changed in place."""
        edit = self.edit
        node = self.root
        if node.owner is not edit:
            node = self.root = node.copy(edit)
        for part in parts:
            child = node.entries.get(part)
            if not isinstance(child, Directory):
                raise fail(errno.ENOENT if child is None else errno.ENOTDIR, "/" + "/".join(parts))
            if child.owner is not edit:
                child = node.entries[part] = child.copy(edit)
            node = child
        return node

    def own(self, parts: Parts) -> Node:
        """The node at `parts`, as something that may be changed in place."""
        if not parts:
            return self.own_directory(())
        directory = self.own_directory(parts[:-1])
        name = parts[-1]
        node = directory.entries.get(name)
        if node is None:
            raise fail(errno.ENOENT, "/" + "/".join(parts))
        if node.owner is not self.edit:
            shared = node
            node = directory.entries[name] = shared.copy(self.edit)
            if isinstance(shared, File) and isinstance(node, File):
                self.copies.setdefault(shared, node)
        return node

    def own_open_file(self, file: File, parts: Parts) -> File:
        """What somebody who opened `file` for writing at `parts` writes into now; see `own`.

        After a snapshot that is a copy, which takes the place of the file wherever it is by now. A file
        without a name stays without one.
        """
        while file.owner is not self.edit:
            if file in self.copies:
                file = self.copies[file]
                continue
            place = parts if self.find(parts) is file else self._search(file)
            found = file.copy(self.edit) if place is None else self.own(place)
            assert isinstance(found, File)
            self.copies[file] = found
            file = found
        return file

    def _search(self, file: File) -> Parts | None:
        for path, node in _nodes_below("", self.root):
            if node is file:
                return tuple(path[1:].split("/"))
        return None

    def attach(self, parts: Parts, node: Node) -> None:
        """Put `node`, which is then this tree's own, under a name; what had the name is gone."""
        directory = self.own_directory(parts[:-1])
        old = directory.entries.get(parts[-1])
        if isinstance(old, File) and old.owner is self.edit:
            old.nlink -= 1
        if node.owner is None:
            node.owner = self.edit
        directory.entries[parts[-1]] = node
        directory.mtime = self.clock()

    def detach(self, parts: Parts) -> Node:
        """Take a name away; the node that had it."""
        directory = self.own_directory(parts[:-1])
        node = directory.entries.pop(parts[-1], None)
        if node is None:
            raise fail(errno.ENOENT, "/" + "/".join(parts))
        if isinstance(node, File) and node.owner is self.edit:
            node.nlink -= 1
        directory.mtime = self.clock()
        return node

    def move(self, source: Parts, target: Parts, node: Node) -> Node:
        """Give what is at `source`, which is `node`, the name `target`; the node as it is there."""
        self.detach(source)
        # The node keeps its own attributes, but its new place has to know that it changed.
        moved = node if node.owner is self.edit else node.copy(self.edit)
        self.attach(target, moved)
        if isinstance(moved, File) and moved is node:
            moved.nlink += 1  # detach took the old name's link away
        elif isinstance(node, File) and isinstance(moved, File):
            self.copies.setdefault(node, moved)
        return moved

    # ---- mounts

    def mount(
        self, path: str, source: "FileSystem | Node", *, read_only: bool = False, below: Parts | None = None
    ) -> None:
        """Mount a file system, or a single node, over `path`, which must exist; what is below is hidden.

        A file system that consists of one file `/file` mounts that file when `path` is no directory; `below`
        names the node of the file system that is mounted instead of its root.
        """
        parts, point = self.view().locate(path)
        if point is None:
            raise fail(errno.ENOENT, path)
        hidden = self.mounts.get(parts)
        if isinstance(source, Directory):
            mount = Mount(FileSystem(Snapshot(source), clock=self.clock), (), read_only, hidden)
        elif isinstance(source, Node):
            holder = FileSystem(clock=self.clock)
            holder.root.entries["file"] = source
            mount = Mount(holder, ("file",), read_only, hidden)
        else:
            if below is None:
                single = source.root.entries.keys() == {"file"} and not isinstance(point, Directory)
                below = ("file",) if single else ()
            mount = Mount(source, below, read_only, hidden)
        if isinstance(mount.node, Directory) is not isinstance(point, Directory):
            raise fail(errno.ENOTDIR, path)
        self._set_mounts({**self.mounts, parts: mount})

    def unmount(self, path: str) -> None:
        """Undo a mount; EINVAL when nothing is mounted there, EBUSY when something is mounted below."""
        parts = tuple(part for part in path.split("/") if part)
        if parts not in self.mounts:
            parts = self.view().locate(path)[0]
        if parts not in self.mounts:
            raise fail(errno.EINVAL, path)
        if any(other[: len(parts)] == parts and other != parts for other in self.mounts):
            raise fail(errno.EBUSY, path)
        kept = {place: mount for place, mount in self.mounts.items() if place != parts}
        hidden = self.mounts[parts].hidden
        self._set_mounts(kept if hidden is None else {**kept, parts: hidden})

    def _set_mounts(self, mounts: dict[Parts, Mount]) -> None:
        self.mounts = mounts
        self.mount_names = frozenset(parts[-1] if parts else "" for parts in mounts)

    # ---- root's view by path

    def view(
        self, credentials: "Credentials | None" = None, *, cwd: str = "/", umask: int = 0o022, root: str = "/"
    ) -> "View":
        """The file system as a process with these credentials (root's by default) sees it."""
        from minibuild.filesystem.credentials import ROOT
        from minibuild.filesystem.view import View  # the two know each other: a view is made of a tree

        return View(self, credentials or ROOT, cwd=cwd, umask=umask, root=root)

    def node(self, path: str, follow: bool = True) -> Node:
        """The node at `path`; OSError when there is none."""
        view = self.view()
        return (view.stat(path) if follow else view.lstat(path)).node

    def place(self, path: str, node: Node) -> None:
        """Put a node that belongs to nobody at `path`, replacing what is there; the parent exists, no final
        link is followed.
        """
        view = self.view()
        parent, _, name = path.rstrip("/").rpartition("/")
        parts = view.locate(parent or "/")[0]
        tree, inner = view.tree_of((*parts, name))
        tree.attach(inner, node)

    def write_file(self, path: str, data: bytes, *, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        """Write a regular file; missing parents are made, 0755 and root's."""
        self._make_parents(path)
        file = File(mode=mode, uid=uid, gid=gid, mtime=self.clock(), content=InlineContent(bytes(data)))
        self.place(path, file)

    def mkdir(self, path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        """Make a directory, or give an existing one this mode and owner; missing parents are made, 0755 and
        root's.
        """
        self._make_parents(path)
        view = self.view(umask=0)
        if not view.is_dir(path):
            view.mkdir(path, mode)
        view.chown(path, uid, gid)
        view.chmod(path, mode)

    def symlink(self, path: str, target: str, *, uid: int = 0, gid: int = 0) -> None:
        """Make a symbolic link at `path`; missing parents are made, 0755 and root's."""
        self._make_parents(path)
        self.place(path, Symlink(target=target, uid=uid, gid=gid, mtime=self.clock()))

    def device(self, path: str, device: str, major: int, minor: int, *, mode: int = 0o666) -> None:
        """Make a device node at `path`; missing parents are made."""
        self._make_parents(path)
        self.place(path, Device(device=device, major=major, minor=minor, mode=mode, mtime=self.clock()))

    def _make_parents(self, path: str) -> None:
        parent = path.rstrip("/").rpartition("/")[0]
        if parent:
            self.view().makedirs(parent)

    def walk(self) -> Iterator[Entry]:
        """Every node but the root, parents before children, sorted by name; mounts are not entered."""
        for path, node in _nodes_below("", self.root):
            yield Entry(path, node)


def _nodes_below(prefix: str, directory: Directory) -> Iterator[tuple[str, Node]]:
    # A stack of iterators, since directories may be nested deeper than Python's recursion reaches.
    stack = [(prefix, iter(sorted(directory.entries.items())))]
    while stack:
        above, entries = stack[-1]
        for name, node in entries:
            path = f"{above}/{name}"
            yield path, node
            if isinstance(node, Directory):
                stack.append((path, iter(sorted(node.entries.items()))))
                break
        else:
            stack.pop()


def _epoch() -> int:
    return 0
