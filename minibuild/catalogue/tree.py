"""Fill an empty file system quickly: nodes are made directly, since nobody's rights are asked."""

from minibuild.catalogue.executable import executable
from minibuild.filesystem import Directory, File, FileSystem, InlineContent, Symlink
from minibuild.filesystem.status import path_number


class TreeBuilder:
    """Puts nodes under absolute paths; links on the way to a path's last part are followed, missing
    directories made.
    """

    def __init__(self, filesystem: FileSystem, mtime: int) -> None:
        self._edit = filesystem.edit
        self._root = filesystem.own_directory(())
        self._root.mtime = mtime
        self._mtime = mtime
        self._known: dict[str, Directory] = {"": self._root}
        self._programs: dict[tuple[str, str], InlineContent] = {}

    def directory(self, path: str, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        """Make a directory, or give the existing one this mode and owner."""
        node = self._directory(path.rstrip("/"))
        node.mode, node.uid, node.gid = mode, uid, gid

    def file(self, path: str, data: bytes, mode: int = 0o644, uid: int = 0, gid: int = 0) -> None:
        """Make a regular file; a file or link of that name is replaced."""
        self._put(path, InlineContent(data), mode, uid, gid)

    def program(self, path: str, name: str, flavour: str) -> None:
        """Make the file of a program."""
        content = self._programs.get((name, flavour))
        if content is None:
            content = self._programs[name, flavour] = InlineContent(executable(name, flavour))
        self._put(path, content, 0o755)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link; a file or link of that name is replaced."""
        above, _, name = path.rpartition("/")
        self._directory(above).entries[name] = Symlink(target=target, mtime=self._mtime, owner=self._edit)

    def hard_link(self, path: str, existing: str) -> None:
        """Give the file at `existing` another name."""
        above, _, name = existing.rpartition("/")
        node = self._directory(above).entries[name]
        if isinstance(node, File):
            node.nlink += 1
            node.ino = node.ino or path_number(existing)
        above, _, name = path.rpartition("/")
        self._directory(above).entries[name] = node

    def has(self, path: str) -> bool:
        """Is there something at `path`?"""
        above, _, name = path.rpartition("/")
        return name in self._directory(above).entries

    def _put(self, path: str, content: InlineContent, mode: int, uid: int = 0, gid: int = 0) -> None:
        above, _, name = path.rpartition("/")
        self._directory(above).entries[name] = File(
            mode=mode, uid=uid, gid=gid, mtime=self._mtime, owner=self._edit, content=content
        )

    def _directory(self, path: str) -> Directory:
        found = self._known.get(path)
        if found is not None:
            return found
        above, _, name = path.rpartition("/")
        parent = self._directory(above)
        node = parent.entries.get(name)
        if isinstance(node, Symlink):
            target = node.target
            node = self._directory(target.rstrip("/") if target.startswith("/") else _joined(above, target))
        if not isinstance(node, Directory):
            node = parent.entries[name] = Directory(mtime=self._mtime, owner=self._edit)
        self._known[path] = node
        return node


def _joined(above: str, target: str) -> str:
    parts = above.split("/")
    for part in target.split("/"):
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
