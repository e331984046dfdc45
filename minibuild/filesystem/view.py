"""The file system as one process sees it: the system calls, with its rights, directory, umask and root."""

import errno

from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.credentials import EXECUTE, READ, WRITE, may_remove, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.looking import ReadView
from minibuild.filesystem.nodes import Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.openfile import OpenFile
from minibuild.filesystem.status import Stat
from minibuild.filesystem.tree import FileSystem, Parts

_MODES = {
    # mode: (read, write, create, truncate, append, exclusive)
    "r": (True, False, False, False, False, False),
    "r+": (True, True, False, False, False, False),
    "w": (False, True, True, True, False, False),
    "w+": (True, True, True, True, False, False),
    "a": (False, True, True, False, True, False),
    "a+": (True, True, True, False, True, False),
    "x": (False, True, True, False, False, True),
    # what `<>` of a shell opens: created when missing, never truncated
    "rw": (True, True, True, False, False, False),
}


class SpecialFile(Exception):  # noqa: N818  not an error: the caller knows what to do with a device or fifo
    """A device or fifo was opened: what it does is not the file system's business. `node` and `path` tell which."""

    def __init__(self, node: Node, path: str) -> None:
        super().__init__(path)
        self.node = node
        self.path = path


class View(ReadView):
    """All system calls with the rights of `credentials`. They raise OSError with Linux's errno; paths are relative to `cwd`."""

    # ---- contents

    def open(self, path: str, mode: str = "r", permissions: int = 0o666) -> OpenFile:
        """Open a regular file: modes r, r+, w, w+, a, a+, x and rw (read and write, created when missing), always binary.

        Raise `SpecialFile` for a device or fifo that the mode would be allowed on.
        """
        readable, writable, create, truncate, append, exclusive = _MODES[mode]
        parts, node = self.locate(path, follow=not exclusive)
        if node is None:
            if not create:
                raise fail(errno.ENOENT, path)
            if path.endswith("/"):
                raise fail(errno.EISDIR, path)
            node = File(mode=permissions & ~self.umask, mtime=self.filesystem.clock())
            tree, inner = self._create(parts, node, path)
            return OpenFile(tree, inner, node, readable=readable, writable=writable, append=append)
        if exclusive:
            raise fail(errno.EEXIST, path)
        if isinstance(node, Directory) and (writable or not readable):
            raise fail(errno.EISDIR, path)
        wanted = (READ if readable else 0) | (WRITE if writable else 0)
        if not permitted(node, wanted, self.credentials):
            raise fail(errno.EACCES, path)
        if isinstance(node, Directory):
            raise fail(errno.EISDIR, path)
        if isinstance(node, Device | Fifo):
            raise SpecialFile(node, "/" + "/".join(parts))
        assert isinstance(node, File)
        tree, inner = self._writable_tree(parts, path) if writable else self.tree_of(parts)
        if writable:
            owned = tree.own(inner)
            assert isinstance(owned, File)
            node = owned
            if truncate:
                node.content = InlineContent(b"")
                node.mtime = tree.clock()
            self._clear_setid(node)
        return OpenFile(tree, inner, node, readable=readable, writable=writable, append=append)

    def read_bytes(self, path: str) -> bytes:
        """The whole content of a file."""
        return self.open(path).read()

    def write_bytes(self, path: str, data: bytes, permissions: int = 0o666) -> None:
        """Create or overwrite a file."""
        file = self.open(path, "w", permissions)
        file.node.content = InlineContent(bytes(data))
        file.close()

    def truncate(self, path: str, size: int) -> None:
        """Cut or lengthen a file."""
        file = self.open(path, "r+")
        file.truncate(size)
        file.close()

    # ---- names

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        """Make a directory; in a setgid directory it inherits group and bit."""
        parts, node = self.locate(path.rstrip("/") or "/", follow=False)
        if node is not None:
            raise fail(errno.EEXIST, path)
        self._create(parts, Directory(mode=mode & 0o1777 & ~self.umask, mtime=self.filesystem.clock()), path)

    def makedirs(self, path: str, mode: int = 0o777, exist_ok: bool = True) -> None:
        """Make a directory and what is missing above it."""
        if self.is_dir(path):
            if not exist_ok:
                raise fail(errno.EEXIST, path)
            return
        parent = path.rstrip("/").rpartition("/")[0]
        if parent and not self.is_dir(parent):
            self.makedirs(parent, mode)
        self.mkdir(path, mode)

    def symlink(self, target: str, path: str) -> None:
        """Make a symbolic link at `path`."""
        parts, node = self.locate(path, follow=False)
        if node is not None:
            raise fail(errno.EEXIST, target, path)
        if not target:
            raise fail(errno.ENOENT, target, path)
        self._create(parts, Symlink(target=target, mtime=self.filesystem.clock()), path)

    def mkfifo(self, path: str, mode: int = 0o666) -> None:
        """Make a named pipe."""
        self.mknod(path, "fifo", mode)

    def mknod(self, path: str, kind: str, mode: int = 0o666, major: int = 0, minor: int = 0) -> None:
        """Make a fifo, an empty file or, as root, a device ("char" or "block")."""
        parts, node = self.locate(path, follow=False)
        if node is not None:
            raise fail(errno.EEXIST, path)
        bits, now = mode & ~self.umask, self.filesystem.clock()
        if kind in ("char", "block"):
            if self.credentials.uid:
                raise fail(errno.EPERM, path)
            self._create(parts, Device(device=kind, major=major, minor=minor, mode=bits, mtime=now), path)
        elif kind == "fifo":
            self._create(parts, Fifo(mode=bits, mtime=now), path)
        else:
            self._create(parts, File(mode=bits, mtime=now), path)

    def link(self, src: str, dst: str, follow: bool = False) -> None:
        """A second name for a file. A file that an older snapshot shares is copied up first, as overlayfs does."""
        parts, node = self._found(src, follow=follow)
        if isinstance(node, Directory):
            raise fail(errno.EPERM, src, dst)
        to, existing = self.locate(dst, follow=False)
        if existing is not None:
            raise fail(errno.EEXIST, src, dst)
        tree, inner = self._writable_tree(parts, src)
        target_tree, target = self._parent_writable(to, dst)
        if tree is not target_tree:
            raise fail(errno.EXDEV, src, dst)
        owned = tree.own(inner)
        if not owned.ino:
            owned.ino = Stat(owned, "/" + "/".join(parts)).ino
        tree.attach(target, owned)
        if isinstance(owned, File):
            owned.nlink += 1

    def unlink(self, path: str) -> None:
        """Remove a name that is not a directory's."""
        parts, node = self._found(path, follow=False)
        if isinstance(node, Directory):
            raise fail(errno.EISDIR, path)
        self._remove(parts, node, path)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        if path.rstrip("/").rpartition("/")[2] == ".":
            raise fail(errno.EINVAL, path)
        parts, node = self._found(path.rstrip("/") or "/", follow=False)
        if not isinstance(node, Directory):
            raise fail(errno.ENOTDIR, path)
        if not parts or parts in self.filesystem.mounts:
            raise fail(errno.EBUSY, path)
        if node.entries:
            raise fail(errno.ENOTEMPTY, path)
        self._remove(parts, node, path)

    def remove_tree(self, path: str) -> None:
        """Remove a directory with everything below it."""
        for name, status in self.scandir(path):
            child = f"{path.rstrip('/')}/{name}"
            if status.kind == "dir":
                self.remove_tree(child)
            else:
                self.unlink(child)
        self.rmdir(path)

    def rename(self, src: str, dst: str) -> None:
        """Rename `src` to `dst`, replacing a file by a non-directory or an empty directory by a directory."""
        source, node = self._found(src.rstrip("/") or "/", follow=False)
        target, existing = self.locate(dst.rstrip("/") or "/", follow=False)
        mounts = self.filesystem.mounts
        if not source or not target or source in mounts or target in mounts:
            raise fail(errno.EBUSY, src, dst)
        if isinstance(node, Directory) and target[: len(source)] == source and target != source:
            raise fail(errno.EINVAL, src, dst)
        if existing is not None:
            self._check_replace(node, existing, src, dst)
        tree, inner = self._parent_writable(source, src)
        target_tree, target_inner = self._parent_writable(target, dst)
        if tree is not target_tree:
            raise fail(errno.EXDEV, src, dst)
        self._check_sticky(source, node, src)
        if existing is not None:
            self._check_sticky(target, existing, dst)
        if existing is node:
            return
        tree.detach(inner)
        # The node keeps its own attributes, but its new place has to know that it changed.
        moved = node if node.owner is tree.edit else node.copy(tree.edit)
        tree.attach(target_inner, moved)
        if isinstance(moved, File) and moved is node:
            moved.nlink += 1  # detach took the old name's link away

    # ---- attributes

    def chmod(self, path: str, mode: int, follow: bool = True) -> None:
        """Set permission bits; only the owner and root may."""
        node = self._own_for(path, follow)
        if self.credentials.uid and not isinstance(node, Directory) and not self.credentials.in_group(node.gid):
            mode &= ~0o2000
        if not isinstance(node, Symlink):
            node.mode = mode & 0o7777

    def chown(self, path: str, uid: int = -1, gid: int = -1, follow: bool = True) -> None:
        """Set owner and group (-1 keeps one). Others than root may only give an own file to one of their groups."""
        who = self.credentials
        parts, node = self._found(path, follow=follow)
        if who.uid and (
            who.uid != node.uid or uid not in (-1, node.uid) or not (gid in (-1, node.gid) or who.in_group(gid))
        ):
            raise fail(errno.EPERM, path)
        tree, inner = self._writable_tree(parts, path)
        owned = tree.own(inner)
        if uid != -1:
            owned.uid = uid
        if gid != -1:
            owned.gid = gid
        if isinstance(owned, File) and owned.mode & 0o111:
            owned.mode &= ~0o6000 if owned.mode & 0o010 else ~0o4000

    def utime(self, path: str, mtime_ns: int, follow: bool = True) -> None:
        """Set the time of the last change; the owner, root, and whoever may write the file may."""
        parts, node = self._found(path, follow=follow)
        if self.credentials.uid not in (0, node.uid) and not permitted(node, WRITE, self.credentials):
            raise fail(errno.EACCES, path)
        tree, inner = self._writable_tree(parts, path)
        tree.own(inner).mtime = mtime_ns

    def setxattr(self, path: str, name: str, value: bytes, follow: bool = True) -> None:
        """Set an extended attribute."""
        node = self._own_for(path, follow)
        node.xattrs = {**(node.xattrs or {}), name: value}

    def removexattr(self, path: str, name: str, follow: bool = True) -> None:
        """Remove an extended attribute; ENODATA when there is none of that name."""
        node = self._own_for(path, follow)
        if name not in (node.xattrs or {}):
            raise fail(errno.ENODATA, path)
        node.xattrs = {key: value for key, value in (node.xattrs or {}).items() if key != name} or None

    # ---- shared by the calls

    def _writable_tree(self, parts: Parts, path: str) -> tuple[FileSystem, Parts]:
        if self.filesystem.mounts and self._read_only(parts):
            raise fail(errno.EROFS, path)
        return self.tree_of(parts)

    def _parent_writable(self, parts: Parts, path: str) -> tuple[FileSystem, Parts]:
        """The tree and the parts within it of a name whose directory this process may change."""
        tree, inner = self._writable_tree(parts[:-1], path)
        directory = tree.find(inner)
        if not isinstance(directory, Directory):
            raise fail(errno.ENOENT, path)
        if not permitted(directory, WRITE | EXECUTE, self.credentials):
            raise fail(errno.EACCES, path)
        return tree, (*inner, parts[-1])

    def _create(self, parts: Parts, node: Node, path: str) -> tuple[FileSystem, Parts]:
        if not parts:
            raise fail(errno.EEXIST, path)
        tree, inner = self._parent_writable(parts, path)
        directory = tree.own_directory(inner[:-1])
        node.uid, node.gid = self.credentials.uid, self.credentials.gid
        if directory.mode & 0o2000:
            node.gid = directory.gid
            if isinstance(node, Directory):
                node.mode |= 0o2000
        tree.attach(inner, node)
        return tree, inner

    def _remove(self, parts: Parts, node: Node, path: str) -> None:
        if parts in self.filesystem.mounts:
            raise fail(errno.EBUSY, path)
        tree, inner = self._parent_writable(parts, path)
        self._check_sticky(parts, node, path)
        tree.detach(inner)

    def _check_sticky(self, parts: Parts, node: Node, path: str) -> None:
        directory = self._node_at(parts[:-1])
        if isinstance(directory, Directory) and not may_remove(directory, node, self.credentials):
            raise fail(errno.EPERM, path)

    def _check_replace(self, node: Node, existing: Node, src: str, dst: str) -> None:
        if isinstance(existing, Directory):
            if not isinstance(node, Directory):
                raise fail(errno.EISDIR, src, dst)
            if existing.entries:
                raise fail(errno.ENOTEMPTY, src, dst)
        elif isinstance(node, Directory):
            raise fail(errno.ENOTDIR, src, dst)

    def _own_for(self, path: str, follow: bool) -> Node:
        """The node, ready to be changed by its owner or root."""
        parts, node = self._found(path, follow=follow)
        if self.credentials.uid not in (0, node.uid):
            raise fail(errno.EPERM, path)
        tree, inner = self._writable_tree(parts, path)
        return tree.own(inner)

    def _clear_setid(self, node: File) -> None:
        if self.credentials.uid and node.mode & 0o6000:
            node.mode &= ~0o6000 if node.mode & 0o010 else ~0o4000
