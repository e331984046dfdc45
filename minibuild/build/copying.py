"""COPY and ADD as BuildKit does them, between any two file systems.

Directories are copied by content: `COPY dir /x` makes /x hold what dir holds. A directory that is made on the
way gets 0755 and the owner asked for; one that exists at the destination keeps its own mode and owner when it
is the destination itself, and takes the source's when it lies below.
"""

from dataclasses import dataclass

from minibuild.build.destination import Destination
from minibuild.build.errors import BuildError
from minibuild.build.ownership import ModeChange, Owner
from minibuild.build.selection import Exclusion, Selected
from minibuild.filesystem import Device, Directory, Fifo, File, Node, Symlink


@dataclass(frozen=True, slots=True)
class CopyRules:
    """What the flags of one COPY or ADD ask for; None means: as the source has it."""

    owner: Owner | None = None
    chmod: ModeChange | None = None
    exclusion: Exclusion = Exclusion(())  # noqa: RUF009  a value without state

    def owner_of(self, node: Node) -> Owner:
        """The owner that a copy of `node` gets."""
        return self.owner or Owner(node.uid, node.gid)

    def mode_of(self, node: Node) -> int:
        """The permission bits that a copy of `node` gets."""
        return self.chmod.apply(node.mode, isinstance(node, Directory)) if self.chmod else node.mode


class Copier:
    """Copies selected sources to one destination path."""

    def __init__(self, destination: Destination, rules: CopyRules) -> None:
        self.destination = destination
        self.rules = rules
        self._links: dict[int, str] = {}

    def copy(self, source: Selected, path: str) -> None:
        """Copy one source to `path` (absolute); a trailing slash says that the destination is a directory."""
        to = self.destination
        if source.parents or "/" in source.name:
            self._copy_with_parents(source, path)
            return
        if isinstance(source.node, Directory):
            target = to.make_directories(path)
            self._copy_entries(source.node, target, "")
            return
        target = to.resolve(path)
        if path.endswith("/") or isinstance(to.node(target), Directory):
            target = to.resolve(f"{target}/{source.name}")
        to.make_directories(target.rpartition("/")[0] or "/")
        if not self.rules.exclusion.excludes(source.name, False):
            self._copy_node(source.node, target, source.name)

    def _copy_with_parents(self, source: Selected, path: str) -> None:
        to = self.destination
        top = to.make_directories(path)
        for relative, node in source.parents:
            here = f"{top.rstrip('/')}/{relative}"
            if to.node(to.resolve(here)) is None:
                to.make_directory(
                    to.resolve(here), self.rules.mode_of(node), self.rules.owner_of(node), node.mtime
                )
        target = to.resolve(f"{top}/{source.name}")
        if not self.rules.exclusion.excludes(source.name, isinstance(source.node, Directory)):
            self._copy_node(source.node, target, source.name)

    def _copy_entries(self, directory: Directory, target: str, relative: str) -> None:
        excludes = self.rules.exclusion.excludes
        base = target.rstrip("/")
        for name, node in sorted(directory.entries.items()):
            below = f"{relative}/{name}" if relative else name
            if not excludes(below, isinstance(node, Directory)):
                self._copy_node(node, f"{base}/{name}", below)

    def _copy_node(self, node: Node, target: str, relative: str) -> None:
        to, rules = self.destination, self.rules
        existing = to.node(target)
        if isinstance(node, Directory):
            if existing is None:
                to.view.mkdir(target, 0o755)
            elif not isinstance(existing, Directory):
                raise BuildError(f"cannot copy to non-directory: {target}")
            self._copy_entries(node, target, relative)
            to.describe(target, rules.mode_of(node), rules.owner_of(node), node.mtime)
            return
        if isinstance(existing, Directory):
            raise BuildError(f"cannot replace directory {target} with file")
        linked = self._links.get(id(node)) if isinstance(node, File) and node.nlink > 1 else None
        if linked is not None:
            if existing is not None:
                to.view.unlink(target)
            to.view.link(linked, target)
            return
        to.filesystem.place(target, self._duplicate(node))
        if isinstance(node, File) and node.nlink > 1:
            self._links[id(node)] = target

    def _duplicate(self, node: Node) -> Node:
        owner, mode = self.rules.owner_of(node), self.rules.mode_of(node)
        xattrs = dict(node.xattrs) if node.xattrs else None
        if isinstance(node, File):
            return File(
                mode=mode, uid=owner.uid, gid=owner.gid, mtime=node.mtime, xattrs=xattrs, content=node.content
            )
        if isinstance(node, Symlink):
            return Symlink(
                mode=0o777, uid=owner.uid, gid=owner.gid, mtime=node.mtime, xattrs=xattrs, target=node.target
            )
        if isinstance(node, Device):
            return Device(
                mode=mode,
                uid=owner.uid,
                gid=owner.gid,
                mtime=node.mtime,
                xattrs=xattrs,
                device=node.device,
                major=node.major,
                minor=node.minor,
            )
        assert isinstance(node, Fifo)
        return Fifo(mode=mode, uid=owner.uid, gid=owner.gid, mtime=node.mtime, xattrs=xattrs)
