"""What changed between two snapshots.

A sub-tree that is the same object in both is not looked into: the cost follows the changes, never the size of
the image.
"""

from collections.abc import Iterator
from typing import NamedTuple

from minibuild.filesystem.nodes import Directory, Node
from minibuild.filesystem.tree import Snapshot


class Change(NamedTuple):
    """One changed path, without a leading slash. `kind` is add, modify or delete; `node` what is there now,
    or None.
    """

    path: str
    kind: str
    node: Node | None


def changes(old: Snapshot | None, new: Snapshot) -> list[Change]:
    """All changes from `old` (an empty tree when None) to `new`, sorted by path; the root itself is never
    listed.

    What is not a directory counts as changed when it is another object, even with equal attributes: it was
    written, as a copy-up of overlayfs would show. A directory counts when its own attributes changed.
    """
    before = old.root if old is not None else Directory()
    return sorted(_changes("", before, new.root), key=lambda change: change.path.split("/"))


def _changes(prefix: str, old: Directory, new: Directory) -> Iterator[Change]:
    if old is new:
        return
    before = old.entries
    for name, node in new.entries.items():
        previous = before.get(name)
        if previous is node:
            continue
        path = prefix + name
        if previous is None:
            yield from _added(path, node)
        elif isinstance(node, Directory) and isinstance(previous, Directory):
            if _attributes(node) != _attributes(previous):
                yield Change(path, "modify", node)
            yield from _changes(path + "/", previous, node)
        elif isinstance(node, Directory):
            yield Change(path, "modify", node)
            for name_, child in node.entries.items():
                yield from _added(f"{path}/{name_}", child)
        else:
            yield Change(path, "modify", node)
    for name in before:
        if name not in new.entries:
            yield Change(prefix + name, "delete", None)


def _added(path: str, node: Node) -> Iterator[Change]:
    yield Change(path, "add", node)
    if isinstance(node, Directory):
        for name, child in node.entries.items():
            yield from _added(f"{path}/{name}", child)


def _attributes(node: Node) -> tuple[object, ...]:
    return node.mode, node.uid, node.gid, node.mtime, node.xattrs or None
