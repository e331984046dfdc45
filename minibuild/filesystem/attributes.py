"""The system calls of a process that change a node's attributes, with Linux's rules on who may."""

import errno

from minibuild.filesystem.credentials import READ, WRITE, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.looking import ReadView
from minibuild.filesystem.nodes import Directory, File, Node, Symlink
from minibuild.filesystem.tree import FileSystem, Parts


class AttributeView(ReadView):
    """chmod, chown, utime and the extended attributes. They raise OSError with Linux's errno."""

    def chmod(self, path: str, mode: int, follow: bool = True) -> None:
        """Set permission bits; only the owner and root may. A symbolic link has none to set: EOPNOTSUPP."""
        parts, node = self.found(path, follow=follow)
        if isinstance(node, Symlink):
            raise fail(errno.EOPNOTSUPP, path)
        tree, inner = self._writable_tree(parts, path)
        if self.credentials.uid not in (0, node.uid):
            raise fail(errno.EPERM, path)
        if self.credentials.uid and not self.credentials.in_group(node.gid):
            mode &= ~0o2000
        tree.own(inner).mode = mode & 0o7777

    def chown(self, path: str, uid: int = -1, gid: int = -1, follow: bool = True) -> None:
        """Set owner and group (-1 keeps one). Others than root may only give an own file to one of their
        groups.

        Whoever does it, root too: a file that is no directory loses its setuid bit, and its setgid bit if the
        group may execute.
        """
        who = self.credentials
        parts, node = self.found(path, follow=follow)
        tree, inner = self._writable_tree(parts, path)
        if who.uid and (
            uid not in (-1, node.uid)
            or (uid != -1 and who.uid != node.uid)
            or (gid != -1 and not (who.uid == node.uid and (gid == node.gid or who.in_group(gid))))
        ):
            raise fail(errno.EPERM, path)
        owned = tree.own(inner)
        if uid != -1:
            owned.uid = uid
        if gid != -1:
            owned.gid = gid
        if owned.mode & 0o6000 and not isinstance(owned, Directory):
            owned.mode &= ~0o6000 if owned.mode & 0o010 else ~0o4000

    def utime(self, path: str, mtime_ns: int | None = None, follow: bool = True) -> None:
        """Set the time of the last change; None is now.

        The owner and root may; whoever may write the file may set it to now.
        """
        parts, node = self._existing(path, follow=follow)
        tree, inner = self._writable_tree(parts, path)
        now = self.filesystem.clock()
        if self.credentials.uid not in (0, node.uid):
            if mtime_ns not in (None, now):
                raise fail(errno.EPERM, path)
            if not permitted(node, WRITE, self.credentials):
                raise fail(errno.EACCES, path)
        tree.own(inner).mtime = now if mtime_ns is None else mtime_ns

    def getxattr(self, path: str, name: str, follow: bool = True) -> bytes:
        """An extended attribute; ENODATA when there is none of that name."""
        _, node = self.found(path, follow=follow)
        if name.startswith("user.") and not permitted(node, READ, self.credentials):
            raise fail(errno.EACCES, path)
        value = (node.xattrs or {}).get(name)
        if value is None:
            raise fail(errno.ENODATA, path)
        return value

    def listxattr(self, path: str, follow: bool = True) -> list[str]:
        """The names of a node's extended attributes, sorted."""
        _, node = self.found(path, follow=follow)
        return sorted(node.xattrs or ())

    def setxattr(self, path: str, name: str, value: bytes, follow: bool = True) -> None:
        """Set an extended attribute; `user.` ones by whoever may write the file, others by root."""
        node = self._own_for_xattr(path, name, follow)
        node.xattrs = {**(node.xattrs or {}), name: value}

    def removexattr(self, path: str, name: str, follow: bool = True) -> None:
        """Remove an extended attribute; ENODATA when there is none of that name."""
        if name not in self.listxattr(path, follow):
            raise fail(errno.ENODATA, path)
        node = self._own_for_xattr(path, name, follow)
        node.xattrs = {key: value for key, value in (node.xattrs or {}).items() if key != name} or None

    # ---- shared by the calls

    def _own_for_xattr(self, path: str, name: str, follow: bool) -> Node:
        """The node, ready to have an extended attribute changed (xattr(7))."""
        parts, node = self.found(path, follow=follow)
        tree, inner = self._writable_tree(parts, path)
        if name.startswith("user."):
            if not isinstance(node, File | Directory):
                raise fail(errno.EPERM, path)
            sticky = isinstance(node, Directory) and node.mode & 0o1000
            if sticky and self.credentials.uid not in (0, node.uid):
                raise fail(errno.EPERM, path)
            if not permitted(node, WRITE, self.credentials):
                raise fail(errno.EACCES, path)
        elif not name.startswith(("security.", "trusted.", "system.")):
            raise fail(errno.EOPNOTSUPP, path)
        elif self.credentials.uid:
            raise fail(errno.EPERM, path)
        return tree.own(inner)

    def _writable_tree(self, parts: Parts, path: str) -> tuple[FileSystem, Parts]:
        """The tree that holds canonical `parts`, and the parts within it; EROFS when it is mounted read-only.
        """
        if not self.filesystem.mounts:
            return self.filesystem, parts
        if self._read_only(parts):
            raise fail(errno.EROFS, path)
        return self.tree_of(parts)
