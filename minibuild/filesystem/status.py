"""What stat tells of a node."""

import zlib

from minibuild.filesystem.nodes import Device, Directory, File, Node, Symlink


class Stat:
    """The attributes of a node: `kind`, permission bits `mode`, ids, `size` in bytes, `nlink`, `ino`, `mtime` in nanoseconds."""

    __slots__ = ("gid", "ino", "kind", "mode", "mtime", "node", "size", "uid")

    def __init__(self, node: Node, path: str) -> None:
        self.node = node
        self.kind = node.kind
        self.mode = node.mode
        self.uid = node.uid
        self.gid = node.gid
        self.mtime = node.mtime
        # Numbers follow from the path, so that a listing with inode numbers is the same in every build.
        self.ino = node.ino or zlib.crc32(path.encode("utf-8", "surrogateescape")) or 2
        if isinstance(node, File):
            self.size = node.content.size
        elif isinstance(node, Directory):
            self.size = 4096
        elif isinstance(node, Symlink):
            self.size = len(node.target.encode("utf-8", "surrogateescape"))
        else:
            self.size = 0

    @property
    def nlink(self) -> int:
        """How many names the node has; of a directory, itself and its sub-directories are counted."""
        if isinstance(self.node, File):
            return self.node.nlink
        if isinstance(self.node, Directory):
            return 2 + sum(1 for child in self.node.entries.values() if isinstance(child, Directory))
        return 1

    @property
    def target(self) -> str | None:
        """What a symbolic link points to, else None."""
        return self.node.target if isinstance(self.node, Symlink) else None

    @property
    def device(self) -> tuple[int, int] | None:
        """(major, minor) of a device node, else None."""
        return (self.node.major, self.node.minor) if isinstance(self.node, Device) else None
