"""COPY and ADD as BuildKit does them, between any two file systems.

Directories are copied by content: `COPY dir /x` makes /x hold what dir holds. A directory that is made on the
way gets 0755, or the mode of `--chmod`, and the owner asked for; one that exists at the destination keeps its
own mode and owner when it is the destination itself, and takes the source's when it lies below.
"""

from collections.abc import Iterator
from typing import NamedTuple

from minibuild.build.destination import Destination
from minibuild.build.errors import BuildError
from minibuild.build.ownership import ModeChange, Owner
from minibuild.build.selection import Exclusion, Selected
from minibuild.filesystem import Device, Directory, Fifo, File, Node, Symlink
from minibuild.filesystem.opaque import mark_opaque, opaque_file, origin_of


class CopyRules(NamedTuple):
    """What the flags of one COPY or ADD ask for; None means: as the source has it."""

    owner: Owner | None = None
    chmod: ModeChange | None = None
    exclusion: Exclusion = Exclusion(())

    def owner_of(self, node: Node) -> Owner:
        """The owner that a copy of `node` gets."""
        return self.owner or Owner(node.uid, node.gid)

    def mode_of(self, node: Node) -> int:
        """The permission bits that a copy of `node` gets."""
        return self.chmod.apply(node.mode, isinstance(node, Directory)) if self.chmod else node.mode


class Copier:
    """Copies selected sources to one destination path.

    Nodes are put straight into the destination's directories: resolving a path for each of many thousand
    files would cost more than all the rest.
    """

    def __init__(self, destination: Destination, rules: CopyRules) -> None:
        self.destination = destination
        self.rules = rules
        self._edit = destination.filesystem.edit
        self._links: dict[int, File] = {}

    def copy(self, source: Selected, path: str) -> None:
        """Copy one source to `path` (absolute); a trailing slash says that the destination is a directory."""
        to = self.destination
        if source.parents or "/" in source.name:
            self._copy_with_parents(source, path)
            return
        if isinstance(source.node, Directory) and not self._replaces_file(source.node, path):
            target = to.make_directories(path)
            into = to.own(target)
            self._fill(source.node, into, target)
            into.mtime = to.now
            take_mark(source.node, into)
            return
        target = to.resolve(path)
        if path.endswith("/") or isinstance(to.node(target), Directory):
            target = to.resolve(f"{target}/{source.name}")
        above = to.make_directories(target.rpartition("/")[0] or "/")
        if not self.rules.exclusion.excludes(source.name, False):
            into = to.own(above)
            node = source.node
            if isinstance(node, Directory):
                node = opaque_file(origin_of(node), mode=0o644)
            self._put(node, into, target)
            into.mtime = to.now

    def _replaces_file(self, source: Directory, path: str) -> bool:
        """Whether something unknown is a file after all: there is one where it goes."""
        if not origin_of(source) or path.endswith("/"):
            return False
        return isinstance(self.destination.node(self.destination.resolve(path)), File)

    def _copy_with_parents(self, source: Selected, path: str) -> None:
        to = self.destination
        top = to.make_directories(path)
        for relative, node in source.parents:
            here = to.resolve(f"{top.rstrip('/')}/{relative}")
            if to.node(here) is None:
                to.make_directory(here, self.rules.mode_of(node), self.rules.owner_of(node), node.mtime)
        target = to.resolve(f"{top}/{source.name}")
        if not self.rules.exclusion.excludes(source.name, isinstance(source.node, Directory)):
            into = to.own(target.rpartition("/")[0] or "/")
            if isinstance(source.node, Directory):
                self._fill(source.node, self._directory(source.node, into, target), target, source.name)
            else:
                self._put(source.node, into, target)

    def _fill(self, source: Directory, into: Directory, path: str, relative: str = "") -> None:
        """Copy what `source` holds into the directory `into`, which stands at `path`; `relative` is the
        source's name for `--exclude`.
        """
        excludes = self.rules.exclusion.excludes if self.rules.exclusion.patterns else None
        # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
        ahead = [(_sorted(source), into, path.rstrip("/"), relative)]
        while ahead:
            entries, into, path, relative = ahead[-1]
            for name, node in entries:
                below = ""
                if excludes is not None:
                    below = f"{relative}/{name}" if relative else name
                    if excludes(below, isinstance(node, Directory)):
                        continue
                if isinstance(node, Directory):
                    here = f"{path}/{name}"
                    ahead.append((_sorted(node), self._directory(node, into, here), here, below))
                    break
                self._put(node, into, f"{path}/{name}")
            else:
                ahead.pop()

    def _directory(self, source: Directory, into: Directory, path: str) -> Directory:
        """The directory of that name in `into`, with the source's attributes."""
        name = path.rpartition("/")[2]
        existing = into.entries.get(name)
        if existing is None:
            child = into.entries[name] = Directory(owner=self._edit)
            child.xattrs = dict(source.xattrs) if source.xattrs else None
        elif not isinstance(existing, Directory):
            raise BuildError(f"cannot copy to non-directory: {path}")
        elif existing.owner is self._edit:
            child = existing
        else:
            child = into.entries[name] = existing.copy(self._edit)
        owner = self.rules.owner_of(source)
        child.mode, child.uid, child.gid = self.rules.mode_of(source), owner.uid, owner.gid
        child.mtime = source.mtime
        take_mark(source, child)
        return child

    def _put(self, node: Node, into: Directory, path: str) -> None:
        """Anything but a directory, in the place of what has the name."""
        name = path.rpartition("/")[2]
        existing = into.entries.get(name)
        if isinstance(existing, Directory):
            raise BuildError(f"cannot replace directory {path} with file")
        if isinstance(existing, File) and existing.owner is self._edit:
            existing.nlink -= 1
        if isinstance(node, File) and node.nlink > 1:
            new: Node | None = self._links.get(id(node))
            if isinstance(new, File):
                new.nlink += 1
            else:
                new = self._links[id(node)] = self._file(node)
        else:
            new = self._file(node) if isinstance(node, File) else self._duplicate(node)
        into.entries[name] = new

    def _file(self, node: File) -> File:
        rules = self.rules
        owner = rules.owner
        return File(
            mode=node.mode if rules.chmod is None else rules.mode_of(node),
            uid=node.uid if owner is None else owner.uid,
            gid=node.gid if owner is None else owner.gid,
            mtime=node.mtime,
            xattrs=dict(node.xattrs) if node.xattrs else None,
            owner=self._edit,
            content=node.content,
        )

    def _duplicate(self, node: Node) -> Node:
        """A copy of a link, device or fifo with the owner and mode that the rules give."""
        new = node.copy(self._edit)
        owner = self.rules.owner_of(node)
        new.uid, new.gid = owner.uid, owner.gid
        if isinstance(node, Device | Fifo):
            new.mode = self.rules.mode_of(node)
        elif isinstance(node, Symlink):
            new.mode = 0o777
        return new


def take_mark(source: Directory, into: Directory) -> None:
    """What may be anything below a directory may be anything below its copy, too."""
    origin = origin_of(source)
    if origin:
        mark_opaque(into, origin)


def _sorted(directory: Directory) -> Iterator[tuple[str, Node]]:
    return iter(sorted(directory.entries.items()))
