"""The file system as one process sees it: the system calls on files and names, with its rights, directory,
umask and root.

The order of the checks is Linux's (fs/namei.c): which error comes first is what programs print.
"""

import errno

from minibuild.filesystem.attributes import AttributeView
from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.credentials import EXECUTE, READ, WRITE, may_remove, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import EMPTY, Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.opaque import origin_of
from minibuild.filesystem.openfile import OpenFile, SpecialFile
from minibuild.filesystem.resolve import Place
from minibuild.filesystem.status import path_number
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
_MAX_TARGET = 4095


class View(AttributeView):
    """All system calls with the rights of `credentials`. They raise OSError with Linux's errno; paths are
    relative to `cwd`.
    """

    # ---- contents

    def open(self, path: str, mode: str = "r", permissions: int = 0o666) -> OpenFile:
        """Open a regular file: modes r, r+, w, w+, a, a+, x and rw (read and write, created when missing),
        always binary.

        Raise `SpecialFile` for a device or fifo that the mode would be allowed on.
        """
        readable, writable, create, truncate, append, exclusive = _MODES[mode]
        if create and path.endswith("/"):
            self.locate_name(path)
            raise fail(errno.EISDIR, path)
        parts, node = self._place_to_write(path, not exclusive) if create else self.found(path)
        if node is None:
            if self._could_only_be_directory(path):
                raise fail(errno.EISDIR, path)
            file = File(mode=permissions & 0o7777 & ~self.umask, mtime=self.filesystem.clock())
            tree, inner = self._create(parts, file, path)
            opener = tree.open_file or OpenFile
            return opener(tree, inner, file, readable=readable, writable=True, append=append, view=self)
        if exclusive:
            raise fail(errno.EEXIST, path)
        if isinstance(node, Symlink):
            raise fail(errno.ELOOP, path)  # cannot be: links were followed
        wanted = (READ if readable else 0) | (WRITE if writable else 0)
        if isinstance(node, Directory) and writable:
            raise fail(errno.EISDIR, path)
        if not permitted(node, wanted, self.credentials):
            raise fail(errno.EACCES, path)
        if isinstance(node, Directory):
            raise fail(errno.EISDIR, path)
        if not isinstance(node, File):
            raise SpecialFile(node, "/" + "/".join(parts))
        tree, inner = self._writable_tree(parts, path) if writable else self.tree_of(parts)
        if writable:
            node = tree.own(inner)
            assert isinstance(node, File)
        writer = self.credentials if self.credentials.uid else None
        opened = (tree.open_file or OpenFile)(
            tree,
            inner,
            node,
            readable=readable,
            writable=writable,
            append=append,
            unprivileged=writer,
            view=self,
        )
        if truncate:
            opened.truncate(0)
        return opened

    def read_bytes(self, path: str) -> bytes:
        """The whole content of a file."""
        return self.open(path).read()

    def write_bytes(self, path: str, data: bytes, permissions: int = 0o666) -> None:
        """Create or overwrite a file."""
        file = self.open(path, "w", permissions)
        file.node.content = InlineContent(bytes(data)) if data else EMPTY
        if self.opaque:
            file.make_opaque(self.opaque)
        file.close()

    def truncate(self, path: str, size: int) -> None:
        """Cut or lengthen a file; it need not be readable."""
        parts, node = self.found(path, follow=True)
        if size < 0:
            raise fail(errno.EINVAL, path)
        if isinstance(node, Directory):
            raise fail(errno.EISDIR, path)
        if not isinstance(node, File):
            raise fail(errno.EINVAL, path)
        tree, inner = self._writable_tree(parts, path)
        if not permitted(node, WRITE, self.credentials):
            raise fail(errno.EACCES, path)
        owned = tree.own(inner)
        assert isinstance(owned, File)
        writer = self.credentials if self.credentials.uid else None
        opener = tree.open_file or OpenFile
        opener(tree, inner, owned, readable=False, writable=True, unprivileged=writer).truncate(size)

    # ---- new names

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        """Make a directory; in a setgid directory it inherits group and bit."""
        place = self.locate_name(path)
        if place.node is not None:
            if origin_of(place.node):  # something unknown turns out to be a directory
                self._as_directory(place.parts, place.node)
                return
            raise fail(errno.EEXIST, path)
        directory = Directory(mode=mode & 0o1777 & ~self.umask, mtime=self.filesystem.clock())
        self._create(place.parts, directory, path)

    def makedirs(self, path: str, mode: int = 0o777, exist_ok: bool = True) -> None:
        """Make a directory and what is missing above it."""
        if self.is_dir(path):
            if not exist_ok:
                raise fail(errno.EEXIST, path)
            return
        missing = [path]
        while True:
            parent = missing[-1].rstrip("/").rpartition("/")[0]
            if not parent.strip("/") or self.is_dir(parent):
                break
            missing.append(parent)
        for one in reversed(missing):
            if not self.is_dir(one):  # "a/../b" names a directory once "a" exists
                self.mkdir(one, mode)

    def symlink(self, target: str, path: str) -> None:
        """Make a symbolic link at `path`."""
        if not target:
            raise fail(errno.ENOENT, target, path)
        if len(target) > 1000 and len(target.encode("utf-8", "surrogateescape")) > _MAX_TARGET:
            raise fail(errno.ENAMETOOLONG, target, path)
        place = self._new_name(path, target)
        self._create(place.parts, Symlink(target=target, mtime=self.filesystem.clock()), path)

    def mkfifo(self, path: str, mode: int = 0o666) -> None:
        """Make a named pipe."""
        self.mknod(path, "fifo", mode)

    def mknod(self, path: str, kind: str, mode: int = 0o666, major: int = 0, minor: int = 0) -> None:
        """Make a fifo, an empty file or, as root, a device ("char" or "block")."""
        place = self._new_name(path)
        bits, now = mode & 0o7777 & ~self.umask, self.filesystem.clock()
        node: Node
        if kind in ("char", "block"):
            if self.credentials.uid:
                raise fail(errno.EPERM, path)
            node = Device(device=kind, major=major, minor=minor, mode=bits, mtime=now)
        elif kind == "fifo":
            node = Fifo(mode=bits, mtime=now)
        else:
            node = File(mode=bits, mtime=now)
        self._create(place.parts, node, path)

    def link(self, src: str, dst: str, follow: bool = False) -> None:
        """A second name for a file. A file that an older snapshot shares is copied up first, as overlayfs
        does.
        """
        parts, node = self.found(src, follow=follow)
        place = self._new_name(dst, src)
        tree, inner = self._writable_tree(parts, src)
        target_tree, target = self._writable_tree(place.parts[:-1], dst)
        if tree is not target_tree:
            raise fail(errno.EXDEV, src, dst)
        if not self._may_link(node):
            raise fail(errno.EPERM, src, dst)
        self._check_parent(target_tree, target, dst)
        if isinstance(node, Directory):
            raise fail(errno.EPERM, src, dst)
        owned = tree.own(inner)
        if not owned.ino:
            owned.ino = path_number("/" + "/".join(parts))
        tree.attach((*target, place.parts[-1]), owned)
        if isinstance(owned, File):
            owned.nlink += 1

    # ---- names that go

    def unlink(self, path: str) -> None:
        """Remove a name that is not a directory's."""
        place = self.locate_name(path)
        if place.special:
            raise fail(errno.EISDIR, path)
        if place.node is None and self._conjure(path):
            place = self.locate_name(path)
        if place.node is None:
            raise fail(errno.ENOENT, path)
        if place.slash:
            raise fail(errno.EISDIR if isinstance(place.node, Directory) else errno.ENOTDIR, path)
        tree, inner = self._removable(place, path)
        if isinstance(place.node, Directory):
            raise fail(errno.EISDIR, path)
        self._check_not_busy(place.parts, path)
        tree.detach(inner)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        place = self.locate_name(path)
        if place.special:
            last = path.rstrip("/").rpartition("/")[2]
            raise fail({".": errno.EINVAL, "..": errno.ENOTEMPTY}.get(last, errno.EBUSY), path)
        if place.node is None:
            raise fail(errno.ENOENT, path)
        tree, inner = self._removable(place, path)
        if not isinstance(place.node, Directory):
            raise fail(errno.ENOTDIR, path)
        self._check_not_busy(place.parts, path)
        if place.node.entries:
            raise fail(errno.ENOTEMPTY, path)
        tree.detach(inner)

    def remove_tree(self, path: str) -> None:
        """Remove a directory with everything below it."""
        # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
        ahead = [(path, False)]
        while ahead:
            here, emptied = ahead.pop()
            if emptied:
                self.rmdir(here)
                continue
            ahead.append((here, True))
            for name, status in self.scandir(here):
                child = f"{here.rstrip('/')}/{name}"
                if status.kind == "dir":
                    ahead.append((child, False))
                else:
                    self.unlink(child)

    def rename(self, src: str, dst: str) -> None:
        """Rename `src` to `dst`, replacing a file by a non-directory or an empty directory by a directory."""
        old, new = self.locate_name(src), self.locate_name(dst)
        if old.node is None and self._conjure(src):
            old = self.locate_name(src)
        if old.special or new.special:
            raise fail(errno.EBUSY, src, dst)
        tree, source = self._writable_tree(old.parts[:-1], src)
        target_tree, target = self._writable_tree(new.parts[:-1], dst)
        if tree is not target_tree:
            raise fail(errno.EXDEV, src, dst)
        node, existing = old.node, new.node
        if node is None:
            raise fail(errno.ENOENT, src, dst)
        if not isinstance(node, Directory) and (old.slash or new.slash):
            raise fail(errno.ENOTDIR, src, dst)
        if new.parts[: len(old.parts)] == old.parts and new.parts != old.parts:
            raise fail(errno.EINVAL, src, dst)
        if old.parts[: len(new.parts)] == new.parts and new.parts != old.parts:
            raise fail(errno.ENOTEMPTY, src, dst)
        if existing is node:
            return
        self._check_rename(old, new, tree, source, target, src, dst)
        tree.move((*source, old.parts[-1]), (*target, new.parts[-1]), node)
        if isinstance(node, Directory):
            self.filesystem.moves.append((old.parts, new.parts))

    # ---- shared by the calls

    def _place_to_write(self, path: str, follow: bool) -> tuple[Parts, Node | None]:
        """As `locate`; the directory is taken to be there where any name may exist."""
        try:
            return self.locate(path, follow)
        except FileNotFoundError:
            if not self._conjure(path.rpartition("/")[0] + "/"):
                raise
        return self.locate(path, follow)

    def _check_rename(
        self, old: Place, new: Place, tree: FileSystem, source: Parts, target: Parts, src: str, dst: str
    ) -> None:
        node, existing = old.node, new.node
        assert node is not None
        self._check_parent(tree, source, src)
        self._check_sticky(tree, source, node, src)
        self._check_parent(tree, target, dst)
        if existing is not None:
            self._check_sticky(tree, target, existing, dst)
            if isinstance(node, Directory) and not isinstance(existing, Directory):
                raise fail(errno.ENOTDIR, src, dst)
            if isinstance(existing, Directory) and not isinstance(node, Directory):
                raise fail(errno.EISDIR, src, dst)
        if isinstance(node, Directory) and source != target and not permitted(node, WRITE, self.credentials):
            raise fail(errno.EACCES, src, dst)  # its `..` is about to change
        self._check_not_busy(old.parts, src)
        self._check_not_busy(new.parts, dst)
        if isinstance(existing, Directory) and existing.entries:
            raise fail(errno.ENOTEMPTY, src, dst)

    def _may_link(self, node: Node) -> bool:
        """Whether fs.protected_hardlinks, which distributions switch on, lets this process link to a node."""
        who = self.credentials
        if who.uid in (0, node.uid):
            return True
        safe = isinstance(node, File) and not node.mode & 0o4000 and node.mode & 0o2010 != 0o2010
        return safe and permitted(node, READ | WRITE, who)

    def _could_only_be_directory(self, path: str) -> bool:
        """Whether the dangling link at `path` leads to a name that ends with a slash."""
        while True:
            node = self.locate(path, follow=False)[1]
            if not isinstance(node, Symlink):
                return False
            if node.target.endswith(("/", "/.")):
                return True
            path = (
                node.target
                if node.target.startswith("/")
                else f"{path.rpartition('/')[0] or '.'}/{node.target}"
            )

    def _new_name(self, path: str, other: str | None = None) -> Place:
        """The place of a name that must not exist yet and that does not become a directory's."""
        place = self.locate_name(path)
        if place.node is not None:
            raise fail(errno.EEXIST, path if other is None else other, None if other is None else path)
        if place.slash:
            raise fail(errno.ENOENT, path if other is None else other, None if other is None else path)
        return place

    def _create(self, parts: Parts, node: Node, path: str) -> tuple[FileSystem, Parts]:
        """Put a new node of this process under a name in a directory that it may change."""
        tree, above = self._writable_tree(parts[:-1], path)
        directory = self._check_parent(tree, above, path)
        node.uid, node.gid = self.credentials.uid, self.credentials.gid
        if directory.mode & 0o2000:
            node.gid = directory.gid
            if isinstance(node, Directory):
                node.mode |= 0o2000
            elif (
                self.credentials.uid
                and node.mode & 0o2010 == 0o2010
                and not self.credentials.in_group(node.gid)
            ):
                node.mode &= ~0o2000
        inner = (*above, parts[-1])
        tree.attach(inner, node)
        return tree, inner

    def _removable(self, place: Place, path: str) -> tuple[FileSystem, Parts]:
        """The tree and the parts within it of a name that this process may remove."""
        assert place.node is not None
        tree, above = self._writable_tree(place.parts[:-1], path)
        self._check_parent(tree, above, path)
        self._check_sticky(tree, above, place.node, path)
        return tree, (*above, place.parts[-1])

    def _check_parent(self, tree: FileSystem, above: Parts, path: str) -> Directory:
        """The directory of a name, which this process may change."""
        directory = tree.find(above)
        if not isinstance(directory, Directory):
            raise fail(errno.ENOENT, path)
        if not permitted(directory, WRITE | EXECUTE, self.credentials):
            raise fail(errno.EACCES, path)
        return directory

    def _check_sticky(self, tree: FileSystem, above: Parts, node: Node, path: str) -> None:
        directory = tree.find(above)
        if isinstance(directory, Directory) and not may_remove(directory, node, self.credentials):
            raise fail(errno.EPERM, path)

    def _check_not_busy(self, parts: Parts, path: str) -> None:
        """A mount point stays where it is, and so does what it hangs in."""
        if self.filesystem.mounts and any(place[: len(parts)] == parts for place in self.filesystem.mounts):
            if self.filesystem.on_busy is not None:
                self.filesystem.on_busy(parts)
            raise fail(errno.EBUSY, path)
