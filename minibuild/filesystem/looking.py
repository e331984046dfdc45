"""The file system as one process sees it: its rights, directory and root, and the calls that change
nothing.
"""

import errno
from typing import Self

from minibuild.filesystem.credentials import EXECUTE, READ, WRITE, Credentials, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import Directory, File, Node, Symlink
from minibuild.filesystem.opaque import opaque_directory, opaque_file, origin_of
from minibuild.filesystem.resolve import Place, resolve, resolve_name, split
from minibuild.filesystem.status import Stat
from minibuild.filesystem.tree import FileSystem, Parts


class ReadView:
    """Rights, directories and the system calls that only look. Paths are relative to `cwd`; errors are
    OSError.
    """

    def __init__(
        self,
        filesystem: FileSystem,
        credentials: Credentials,
        *,
        cwd: str = "/",
        umask: int = 0o022,
        root: str = "/",
    ) -> None:
        self.filesystem = filesystem
        self.credentials = credentials
        self.umask = umask
        # What this process knows nothing of but has read: all that it writes afterwards is as little known.
        self.opaque = ""
        # The last path that was looked for in vain where any name may exist.
        self.missing = ""
        self._root: Parts = ()
        self._cwd: Parts = ()
        self._moves_seen = len(filesystem.moves)
        if root != "/":
            self._root = self._cwd = self._directory(root)
        if cwd != "/":
            self._cwd = self._directory(cwd)

    # ---- the view itself

    @property
    def cwd(self) -> str:
        """The working directory, as seen from the root."""
        if len(self.filesystem.moves) != self._moves_seen:
            self._follow_moves()
        return "/" + "/".join(self._cwd[len(self._root) :])

    @property
    def root(self) -> str:
        """The root directory, as seen from the file system's own root."""
        return "/" + "/".join(self._root)

    def copy(self) -> Self:
        """An independent view with the same rights and directories, as fork gives it."""
        new = type(self).__new__(type(self))
        new.filesystem = self.filesystem
        new.credentials = self.credentials
        new.umask = self.umask
        new.opaque = new.missing = ""
        new._root = self._root
        new._cwd = self._cwd
        new._moves_seen = self._moves_seen
        return new

    def with_credentials(self, credentials: Credentials) -> Self:
        """The same view for another user."""
        new = self.copy()
        new.credentials = credentials
        return new

    def chdir(self, path: str) -> None:
        """Change the working directory."""
        parts = self._directory(path)
        if not permitted(self._node_at(parts), EXECUTE, self.credentials):
            raise fail(errno.EACCES, path)
        self._cwd = parts

    def chroot(self, path: str) -> Self:
        """A view whose root and working directory are `path`; only root may."""
        if self.credentials.uid:
            raise fail(errno.EPERM, path)
        new = self.copy()
        new._root = new._cwd = self._directory(path)
        return new

    def locate(self, path: str, follow: bool = True) -> tuple[Parts, Node | None]:
        """(canonical parts from the file system's root, node or None when only the last component is
        missing).
        """
        if len(self.filesystem.moves) != self._moves_seen:
            self._follow_moves()
        return resolve(
            self.filesystem, path, start=self._cwd, root=self._root, who=self.credentials, follow=follow
        )

    def locate_name(self, path: str) -> Place:
        """The place of the name that `path` ends with, for calls that make, remove or rename it."""
        if len(self.filesystem.moves) != self._moves_seen:
            self._follow_moves()
        try:
            return self._place(path)
        except FileNotFoundError:
            above = path.rstrip("/").rpartition("/")[0]
            if not above or not self._conjure(above + "/"):
                raise
        return self._place(path)

    def _place(self, path: str) -> Place:
        return resolve_name(self.filesystem, path, start=self._cwd, root=self._root, who=self.credentials)

    def found(self, path: str, *, follow: bool = True) -> tuple[Parts, Node]:
        """As `locate`, for a node that must be there: ENOENT when it is missing.

        Where any name may exist, in an opaque directory or a partly known image, the node is made, opaque
        too.
        """
        try:
            return self._existing(path, follow=follow)
        except FileNotFoundError:
            if not self._conjure(path):
                raise
        return self._existing(path, follow=follow)

    def touch_opaque(self, origin: str) -> None:
        """Something was read that nobody knows."""
        self.opaque = self.opaque or origin
        if self.filesystem.on_opaque is not None:
            self.filesystem.on_opaque(origin)

    def tree_of(self, parts: Parts) -> tuple[FileSystem, Parts]:
        """The file system that is mounted at canonical `parts`, and the parts within it."""
        mounts = self.filesystem.mounts
        if mounts:
            for depth in range(len(parts), -1, -1):
                mount = mounts.get(parts[:depth])
                if mount is not None:
                    return mount.filesystem, (*mount.parts, *parts[depth:])
        return self.filesystem, parts

    # ---- looking

    def stat(self, path: str) -> Stat:
        """The node's attributes, symbolic links followed."""
        return self._stat(path, True)

    def lstat(self, path: str) -> Stat:
        """The node's attributes; a symbolic link's are its own."""
        return self._stat(path, False)

    def exists(self, path: str) -> bool:
        """Whether the path leads to something."""
        return self._kind(path, True) is not None

    def lexists(self, path: str) -> bool:
        """Whether the name exists, be it a dangling link."""
        return self._kind(path, False) is not None

    def is_dir(self, path: str) -> bool:
        """Whether the path leads to a directory."""
        return self._kind(path, True) == "dir"

    def is_file(self, path: str) -> bool:
        """Whether the path leads to a regular file."""
        return self._kind(path, True) == "file"

    def is_link(self, path: str) -> bool:
        """Whether the name is a symbolic link."""
        return self._kind(path, False) == "link"

    def access(self, path: str, mode: int) -> bool:
        """Whether reading (4), writing (2) and executing (1), as asked for together, would be allowed; 0:
        exists.
        """
        try:
            parts, node = self.locate(path)
        except OSError:
            return False
        if node is None or not permitted(node, mode, self.credentials):
            return False
        return not (mode & WRITE and self._read_only(parts) and isinstance(node, File | Directory))

    def listdir(self, path: str = ".") -> list[str]:
        """The names in a directory, sorted."""
        return sorted(self._readable_directory(path)[1].entries)

    def scandir(self, path: str = ".") -> list[tuple[str, Stat]]:
        """Names and their own attributes, sorted by name."""
        parts, directory = self._readable_directory(path)
        prefix = "/" + "/".join(parts)
        mounts, mount_names = self.filesystem.mounts, self.filesystem.mount_names
        found = []
        for name, node in sorted(directory.entries.items()):
            mount = mounts.get((*parts, name)) if name in mount_names else None
            status = Stat(mount.node if mount else node, f"{prefix}/{name}")
            if self.filesystem.below is not None:
                status.merged = self._is_merged((*parts, name), status.node)
            found.append((name, status))
        return found

    def readlink(self, path: str) -> str:
        """What a symbolic link points to; EINVAL for anything else."""
        _, node = self.found(path, follow=False)
        if not isinstance(node, Symlink):
            raise fail(errno.EINVAL, path)
        return node.target

    def realpath(self, path: str) -> str:
        """The path without links, `.` and `..`, as seen from the root; the last component may be missing."""
        parts, _ = self.locate(path)
        return "/" + "/".join(parts[len(self._root) :])

    # ---- shared by the calls

    def _stat(self, path: str, follow: bool) -> Stat:
        parts, node = self._existing(path, follow=follow)
        status = Stat(node, "/" + "/".join(parts))
        if self.filesystem.below is not None:
            status.merged = self._is_merged(parts, node)
        return status

    def _is_merged(self, parts: Parts, node: Node) -> bool:
        """Whether a directory is the image's and the container's at once, as the root always is."""
        if not isinstance(node, Directory) or self.tree_of(parts)[0] is not self.filesystem:
            return False
        here: Node | None = self.filesystem.below
        for part in parts:
            here = here.entries.get(part) if isinstance(here, Directory) else None
        return isinstance(here, Directory) and (here is not node or not parts)

    def _kind(self, path: str, follow: bool) -> str | None:
        try:
            node = self.locate(path, follow)[1]
        except OSError:
            node = None
        if node is None:
            if self.filesystem.doubting and self._first_missing(path) is not None:
                self.missing = path
            return None
        return node.kind

    def _existing(self, path: str, *, follow: bool) -> tuple[Parts, Node]:
        try:
            parts, node = self.locate(path, follow)
        except FileNotFoundError:
            parts, node = (), None
        if node is None:
            if self.filesystem.doubting and self._first_missing(path) is not None:
                self.missing = path
            raise fail(errno.ENOENT, path)
        return parts, node

    def _first_missing(self, path: str) -> tuple[Parts, Parts, str] | None:
        """(a directory in which any name may exist, the names that are missing from it, its origin), or
        None.
        """
        parts: Parts = self._root if path.startswith("/") else self._cwd
        words = split(path)
        for at, word in enumerate(words):
            if word == "..":
                parts = parts[:-1] if len(parts) > len(self._root) else parts
                continue
            here = "/" + "/".join((*parts[len(self._root) :], word))
            try:
                below, node = self.locate(here)
            except OSError:
                return None
            if node is None:
                above, names = below[:-1], (below[-1], *words[at + 1 :])
                tree, inner = self.tree_of(above)
                origin = origin_of(tree.find(inner))
                if not origin and self.filesystem.partial and tree is self.filesystem:
                    origin = f"whether the image has /{'/'.join((*above, *names))}"
                return (above, names, origin) if origin and ".." not in names else None
            parts = below
        return None

    def _conjure(self, path: str) -> bool:
        """Make what is missing of `path`, where any name may exist; whether it was missing there."""
        missing = self._first_missing(path)
        if missing is None:
            return False
        above, names, origin = missing
        tree, inner = self.tree_of(above)
        self.touch_opaque(origin)
        now, parent = self.filesystem.clock(), tree.find(inner)
        assert parent is not None
        for name in names[:-1]:
            made = opaque_directory(origin, uid=parent.uid, gid=parent.gid, mtime=now)
            tree.attach((*inner, name), made)
            inner = (*inner, name)
        make = opaque_directory if path.endswith("/") else opaque_file
        tree.attach((*inner, names[-1]), make(origin, uid=parent.uid, gid=parent.gid, mtime=now))
        return True

    def _as_directory(self, parts: Parts, node: Node) -> Node:
        """A file of which nothing is known may as well be a directory, once somebody asks for one."""
        origin = origin_of(node) if isinstance(node, File) else ""
        if not origin:
            return node
        self.touch_opaque(origin)
        tree, inner = self.tree_of(parts)
        made = opaque_directory(origin, uid=node.uid, gid=node.gid, mtime=node.mtime)
        tree.attach(inner, made)
        return made

    def _follow_moves(self) -> None:
        """A process stays in its directory when that, or one above it, is renamed."""
        for old, new in self.filesystem.moves[self._moves_seen :]:
            if self._cwd[: len(old)] == old:
                self._cwd = new + self._cwd[len(old) :]
            if self._root[: len(old)] == old:
                self._root = new + self._root[len(old) :]
        self._moves_seen = len(self.filesystem.moves)

    def _node_at(self, parts: Parts) -> Node:
        tree, inner = self.tree_of(parts)
        node = tree.find(inner)
        if node is None:
            raise fail(errno.ENOENT, "/" + "/".join(parts))
        return node

    def _directory(self, path: str) -> Parts:
        parts, node = self.found(path, follow=True)
        node = self._as_directory(parts, node)
        if not isinstance(node, Directory):
            raise fail(errno.ENOTDIR, path)
        return parts

    def _readable_directory(self, path: str) -> tuple[Parts, Directory]:
        parts, node = self.found(path, follow=True)
        node = self._as_directory(parts, node)
        if not isinstance(node, Directory):
            raise fail(errno.ENOTDIR, path)
        if not permitted(node, READ, self.credentials):
            raise fail(errno.EACCES, path)
        return parts, node

    def _read_only(self, parts: Parts) -> bool:
        mounts = self.filesystem.mounts
        for depth in range(len(parts), -1, -1):
            mount = mounts.get(parts[:depth])
            if mount is not None:
                return mount.read_only
        return False
