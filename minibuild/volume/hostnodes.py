"""Nodes that stand for files of the host: each look asks the host, each change is made there."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from minibuild.filesystem import Device, Directory, Fifo, File, InlineContent, Node, Symlink
from minibuild.filesystem.errors import fail
from minibuild.volume.access import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem import Content
    from minibuild.volume.access import Access, Parts

_CHUNK = 1 << 20


def make_node(access: Access, parts: Parts, owner: object) -> Node | None:
    """The node at `parts`, None when there is nothing."""
    try:
        status = Status(*access.do("status", parts))
    except (FileNotFoundError, NotADirectoryError):
        return None
    if status.kind in ("char", "block"):
        # A device of the host is none of the container's: it opens as one that the machine does not have.
        return Device(device=status.kind, major=0, minor=0, mode=status.mode, uid=status.uid, gid=status.gid)
    node = _KINDS[status.kind]()
    node.bind(access, parts, owner, status)
    return node


class _HostNode:
    """The attributes that all of them have, as they were when the node was looked at; setting one sets it on
    the host.
    """

    _access: Access
    _parts: Parts
    _status: Status
    _edit: object

    def __init__(self) -> None:
        """Nothing is known until `bind` says which file it is."""

    def bind(self, access: Access, parts: Parts, owner: object, status: Status) -> None:
        """Say which file of the host this is."""
        self._access, self._parts, self._edit, self._status = access, parts, owner, status

    @property
    def owner(self) -> object:
        """The tree that may change it: always the one that it is in."""
        return self._edit

    @owner.setter
    def owner(self, value: object) -> None:
        """It stays in its tree."""

    @property
    def mode(self) -> int:
        """Permission bits."""
        return self._status.mode

    @mode.setter
    def mode(self, value: int) -> None:
        self._set(mode=value)

    @property
    def uid(self) -> int:
        """The owner, as containers see it."""
        return self._status.uid

    @uid.setter
    def uid(self, value: int) -> None:
        self._set(uid=value)

    @property
    def gid(self) -> int:
        """The group, as containers see it."""
        return self._status.gid

    @gid.setter
    def gid(self, value: int) -> None:
        self._set(gid=value)

    @property
    def mtime(self) -> int:
        """When it was changed, in nanoseconds."""
        return self._status.mtime

    @mtime.setter
    def mtime(self, value: int) -> None:
        self._access.do("utime", self._parts, value)
        self._status = self._status._replace(mtime=value)

    @property
    def xattrs(self) -> dict[str, bytes] | None:
        """The host's are not shown."""
        return None

    @xattrs.setter
    def xattrs(self, value: dict[str, bytes] | None) -> None:
        if value:
            raise fail(errno.EOPNOTSUPP)

    @property
    def ino(self) -> int:
        """The host's inode number."""
        return self._status.ino

    @ino.setter
    def ino(self, value: int) -> None:
        """The host gives it."""

    def _set(self, *, mode: int = -1, uid: int = -1, gid: int = -1) -> None:
        now = self._status
        status = now._replace(
            mode=now.mode if mode < 0 else mode,
            uid=now.uid if uid < 0 else uid,
            gid=now.gid if gid < 0 else gid,
        )
        if status != self._status:
            self._access.do("own", self._parts, status.uid, status.gid, status.mode)
            self._status = status


class HostDirectory(_HostNode, Directory):
    """A directory of the host."""

    @property
    def entries(self) -> dict[str, Node]:
        """Names and nodes, asked for one by one."""
        return HostEntries(self._access, self._parts, self._edit)

    @entries.setter
    def entries(self, value: dict[str, Node]) -> None:
        """The host has them."""

    def copy(self, owner: object | None) -> Directory:
        """The directory in memory; its entries stay on the host."""
        return Directory(
            mode=self.mode,
            uid=self.uid,
            gid=self.gid,
            mtime=self.mtime,
            owner=owner,
            entries=dict(self.entries.items()),
        )


class HostEntries(dict[str, Node]):
    """The names of a host directory."""

    def __init__(self, access: Access, parts: Parts, owner: object) -> None:
        super().__init__()
        self._access, self._parts, self._edit = access, parts, owner

    def get(self, name: str, default: Any = None) -> Any:
        node = make_node(self._access, (*self._parts, name), self._edit)
        return default if node is None else node

    def __getitem__(self, name: str) -> Node:
        node = self.get(name)
        if node is None:
            raise KeyError(name)
        assert isinstance(node, Node)
        return node

    def __contains__(self, name: object) -> bool:
        return self.get(str(name)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __bool__(self) -> bool:
        return bool(self._names())

    def keys(self) -> Any:
        return self._names()

    def items(self) -> Any:
        found = ((name, self.get(name)) for name in self._names())
        return [(name, node) for name, node in found if node is not None]

    def values(self) -> Any:
        return [node for _, node in self.items()]

    def _names(self) -> list[str]:
        names: list[str] = self._access.do("names", self._parts)
        return names


class HostContent:
    """The bytes of a host file, read when they are asked for."""

    __slots__ = ("_access", "_parts", "_size")

    def __init__(self, access: Access, parts: Parts, size: int) -> None:
        self._access, self._parts, self._size = access, parts, size

    @property
    def size(self) -> int:
        """How many there were when the file was looked at."""
        return self._size

    def read(self) -> bytes:
        """All bytes."""
        return b"".join(self.chunks())

    def read_at(self, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on."""
        data: bytes = self._access.do("read", self._parts, offset, max(length, 0))
        return data

    def chunks(self, size: int = _CHUNK) -> Iterator[bytes]:
        """All bytes, in pieces."""
        offset = 0
        while piece := self.read_at(offset, size):
            yield piece
            offset += len(piece)

    def frozen(self) -> Content:
        """The bytes as they are now, in memory."""
        return InlineContent(self.read())


class HostFile(_HostNode, File):
    """A regular file of the host."""

    @property
    def content(self) -> Content:
        """The file's bytes."""
        return HostContent(self._access, self._parts, self._status.size)

    @content.setter
    def content(self, value: Content) -> None:
        number = self._access.do("open", self._parts, "w")
        try:
            self._access.do("truncate_open", number, 0)
            offset = 0
            for chunk in value.chunks():
                offset = self._access.do("write_open", number, offset, chunk)
        finally:
            self._access.do("close_open", number)
        self._status = self._status._replace(size=offset)

    @property
    def nlink(self) -> int:
        """How many names it has."""
        return self._status.nlink

    @nlink.setter
    def nlink(self, value: int) -> None:
        """The host counts them."""

    def copy(self, owner: object | None) -> File:
        """The file in memory."""
        return File(
            mode=self.mode,
            uid=self.uid,
            gid=self.gid,
            mtime=self.mtime,
            owner=owner,
            content=self.content.frozen(),
        )


class HostLink(_HostNode, Symlink):
    """A symbolic link of the host; containers follow it inside themselves."""

    @property
    def target(self) -> str:
        """Where it leads."""
        return self._status.target

    @target.setter
    def target(self, value: str) -> None:
        """A link's target never changes."""

    def copy(self, owner: object | None) -> Symlink:
        """The link in memory."""
        return Symlink(target=self.target, uid=self.uid, gid=self.gid, mtime=self.mtime, owner=owner)


class HostFifo(_HostNode, Fifo):
    """A fifo (or socket) of the host: containers that share it don't meet in it."""

    def copy(self, owner: object | None) -> Fifo:
        """The fifo in memory."""
        return Fifo(mode=self.mode, uid=self.uid, gid=self.gid, mtime=self.mtime, owner=owner)


_KINDS: dict[str, type[HostDirectory | HostFile | HostLink | HostFifo]] = {
    "dir": HostDirectory,
    "file": HostFile,
    "link": HostLink,
    "fifo": HostFifo,
}
