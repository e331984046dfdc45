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
    found: list[Change] = []
    before = old.root if old is not None else Directory()
    # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
    ahead = [("", before.entries, new.root.entries, _differing(before.entries, new.root.entries))]
    while ahead:
        prefix, older, newer, names = ahead[-1]
        for name in names:
            path, previous, node = prefix + name, older.get(name), newer.get(name)
            if node is None:
                found.append(Change(path, "delete", None))
                continue
            below = previous.entries if isinstance(previous, Directory) else {}
            if previous is None:
                found.append(Change(path, "add", node))
            elif not _is_same_directory(node, previous):
                found.append(Change(path, "modify", node))
            if isinstance(node, Directory):
                ahead.append((path + "/", below, node.entries, _differing(below, node.entries)))
                break
        else:
            ahead.pop()
    return found


def _differing(older: dict[str, Node], newer: dict[str, Node]) -> Iterator[str]:
    """The names that don't stand for the same object in both, sorted."""
    names = [name for name, node in newer.items() if older.get(name) is not node]
    names.extend(name for name in older if name not in newer)
    return iter(sorted(names))


def _is_same_directory(node: Node, previous: Node) -> bool:
    """Whether both are directories with the same attributes, whatever is in them."""
    both = isinstance(node, Directory) and isinstance(previous, Directory)
    return both and _attributes(node) == _attributes(previous)


def _attributes(node: Node) -> tuple[object, ...]:
    return node.mode, node.uid, node.gid, node.mtime, node.xattrs or None
