"""Copy-up: an empty volume takes over what the image has at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.container.rootfs import initial
from minibuild.filesystem import Directory, FileSystem
from minibuild.volume.access import HostAccess
from minibuild.volume.hosttree import HostTree

if TYPE_CHECKING:
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record
    from minibuild.filesystem import File, Node
    from minibuild.filesystem.tree import Parts


def fill(engine: Engine, record: Record) -> None:
    """Fill the empty volumes of a new container from its image, unless they are not to be."""
    wanted = [mount for mount in record.spec.mounts if mount.type == "volume" and mount.copy]
    if not wanted:
        return
    view = FileSystem(initial(engine.store, engine.store.image(record.spec.image).diff_ids)).view()
    for mount in wanted:
        try:
            node = view.stat(mount.target).node
        except OSError:
            continue
        tree = HostTree(HostAccess(engine.volumes.path(mount.name)), lambda: 0)
        if isinstance(node, Directory) and not tree.root.entries:
            _copy(node, tree)


def _copy(source: Directory, tree: HostTree) -> None:
    linked: dict[int, Parts] = {}
    # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
    ahead: list[tuple[Parts, Directory]] = [((), source)]
    done: list[tuple[Parts, Node]] = [((), source)]
    while ahead:
        parts, directory = ahead.pop()
        for name, node in directory.entries.items():
            place = (*parts, name)
            if node.kind in ("char", "block"):
                continue
            if id(node) in linked:
                tree.attach(place, tree.own(linked[id(node)]))
                continue
            tree.attach(place, node)
            if isinstance(node, Directory):
                ahead.append((place, node))
            elif node.kind == "file" and _links(node) > 1:
                linked[id(node)] = place
            done.append((place, node))
    for place, node in reversed(done):  # what is below first: making a file changes its directory's time
        own = tree.own(place)
        own.uid, own.gid, own.mode = node.uid, node.gid, node.mode
        own.mtime = node.mtime


def _links(node: Node) -> int:
    file: File = node  # type: ignore[assignment]  # the caller looked at its kind
    return file.nlink
