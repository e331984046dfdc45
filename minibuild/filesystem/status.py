"""What stat tells of a node."""

import zlib

from minibuild.filesystem.nodes import Device, Directory, File, Node, Symlink


def path_number(path: str) -> int:
    """A number below 2**48 for a path; two checksums, since one of 32 bits is the same for some pair in a
    large image.
    """
    raw = path.encode("utf-8", "surrogateescape")
    return (zlib.adler32(raw) & 0xFFFF) << 32 | zlib.crc32(raw) or 2


class Stat:
    """The attributes of a node: `kind`, permission bits `mode`, ids, `size` in bytes, `nlink`, `ino`, `mtime`
    in nanoseconds.
    """

    __slots__ = ("_path", "gid", "kind", "merged", "mode", "mtime", "node", "size", "uid")

    def __init__(self, node: Node, path: str) -> None:
        self.node = node
        self.kind = node.kind
        self.mode = node.mode
        self.uid = node.uid
        self.gid = node.gid
        self.mtime = node.mtime
        self._path = path
        # A directory that an overlay puts together of several layers: it does not count its links.
        self.merged = False
        if isinstance(node, File):
            self.size = node.content.size
        elif isinstance(node, Directory):
            self.size = 4096
        elif isinstance(node, Symlink):
            self.size = len(node.target.encode("utf-8", "surrogateescape"))
        else:
            self.size = 0

    @property
    def ino(self) -> int:
        """The inode number. It follows from the path, so that a listing with such numbers is the same in
        every build.
        """
        return self.node.ino or path_number(self._path)

    @property
    def nlink(self) -> int:
        """How many names the node has; of a directory that is not merged, itself and its sub-directories are
        counted.
        """
        if isinstance(self.node, File):
            return self.node.nlink
        if isinstance(self.node, Directory):
            if self.merged:
                return 1
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
