"""The nodes of a simulated file system.

A node belongs to the tree whose edit token it carries in `owner`: only that tree may change it in place. A
node whose owner is another token, or None, is shared with a snapshot and never changes again; a tree copies
it before it writes. Two directory entries that hold the same `File` object are hard links of one another.
"""

from typing import ClassVar

from minibuild.filesystem.content import Content, InlineContent

EMPTY = InlineContent(b"")


class Node:
    """What every kind of node has: permission bits (`mode`, 0o7777 at most), owner ids, `mtime` in
    nanoseconds, xattrs.
    """

    __slots__ = ("gid", "ino", "mode", "mtime", "owner", "uid", "xattrs")
    kind: ClassVar[str] = ""

    def __init__(
        self,
        *,
        mode: int = 0o644,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        xattrs: dict[str, bytes] | None = None,
        owner: object | None = None,
    ) -> None:
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.mtime = mtime
        self.xattrs = xattrs
        self.owner = owner
        self.ino = 0

    def copy(self, owner: object | None) -> "Node":
        """A node with the same attributes that belongs to `owner`."""
        raise NotImplementedError

    def _attributes(self) -> tuple[int, int, int, int, dict[str, bytes] | None]:
        return self.mode, self.uid, self.gid, self.mtime, dict(self.xattrs) if self.xattrs else None


class Directory(Node):
    """A directory: names and their nodes."""

    __slots__ = ("entries",)
    kind = "dir"

    def __init__(
        self,
        *,
        mode: int = 0o755,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        xattrs: dict[str, bytes] | None = None,
        owner: object | None = None,
        entries: dict[str, Node] | None = None,
    ) -> None:
        super().__init__(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner)
        self.entries: dict[str, Node] = {} if entries is None else entries

    def copy(self, owner: object | None) -> "Directory":
        mode, uid, gid, mtime, xattrs = self._attributes()
        return Directory(
            mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner, entries=dict(self.entries)
        )


class File(Node):
    """A regular file; `nlink` counts the directory entries that hold it."""

    __slots__ = ("content", "nlink")
    kind = "file"

    def __init__(
        self,
        *,
        mode: int = 0o644,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        xattrs: dict[str, bytes] | None = None,
        owner: object | None = None,
        content: Content = EMPTY,
        nlink: int = 1,
    ) -> None:
        super().__init__(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner)
        self.content: Content = content
        self.nlink = nlink

    def copy(self, owner: object | None) -> "File":
        """A file of its own, with one link: writing through one name of a shared file breaks the link, as
        overlayfs does.
        """
        mode, uid, gid, mtime, xattrs = self._attributes()
        return File(
            mode=mode,
            uid=uid,
            gid=gid,
            mtime=mtime,
            xattrs=xattrs,
            owner=owner,
            content=self.content.frozen(),
        )


class Symlink(Node):
    """A symbolic link to `target`, which need not exist."""

    __slots__ = ("target",)
    kind = "link"

    def __init__(
        self,
        *,
        target: str,
        mode: int = 0o777,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        xattrs: dict[str, bytes] | None = None,
        owner: object | None = None,
    ) -> None:
        super().__init__(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner)
        self.target = target

    def copy(self, owner: object | None) -> "Symlink":
        mode, uid, gid, mtime, xattrs = self._attributes()
        return Symlink(
            target=self.target, mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner
        )


class Device(Node):
    """A device node; `device` is "char" or "block"."""

    __slots__ = ("device", "major", "minor")

    def __init__(
        self,
        *,
        device: str,
        major: int,
        minor: int,
        mode: int = 0o644,
        uid: int = 0,
        gid: int = 0,
        mtime: int = 0,
        xattrs: dict[str, bytes] | None = None,
        owner: object | None = None,
    ) -> None:
        super().__init__(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner)
        self.device = device
        self.major = major
        self.minor = minor

    @property
    def kind(self) -> str:  # type: ignore[override]
        """`char` or `block`."""
        return self.device

    def copy(self, owner: object | None) -> "Device":
        mode, uid, gid, mtime, xattrs = self._attributes()
        return Device(
            device=self.device,
            major=self.major,
            minor=self.minor,
            mode=mode,
            uid=uid,
            gid=gid,
            mtime=mtime,
            xattrs=xattrs,
            owner=owner,
        )


class Fifo(Node):
    """A named pipe."""

    __slots__ = ()
    kind = "fifo"

    def copy(self, owner: object | None) -> "Fifo":
        mode, uid, gid, mtime, xattrs = self._attributes()
        return Fifo(mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs, owner=owner)
