"""The layers of an image, and what each of them adds, changes and deletes.

One pass over the members of all layers, from the bottom up, in a tree of names: what a member means (added or
changed, and how much a deletion hides) depends on the layers below it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.record import find_build
from minibuild.filesystem.layer import OPAQUE, WHITEOUT
from minibuild.image.config import chain_id
from minibuild.store import StoreError
from minibuild.store.layers import layer_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.entries import LayerEntry
    from minibuild.image.config import ImageConfig
    from minibuild.store import Store


class FileChange(NamedTuple):
    """One path (without a leading slash) that a layer adds (`A`), changes (`C`) or deletes (`D`).

    `size` are the bytes of a file's content; of a deleted directory, those of the files that it hid. `kind`
    is
    `file dir link hardlink char block fifo`, of what is there now or was there. `is_leaf` tells that the
    layer has nothing below it.
    """

    path: str
    change: str
    kind: str
    size: int
    mode: int = 0
    uid: int = 0
    gid: int = 0
    target: str = ""
    is_leaf: bool = True


class Layer(NamedTuple):
    """One layer: its number from 1 at the bottom, digests, the bytes of the files in it, the instruction
    that made it (`created_by` as in the history) and its line in the Dockerfile, 0 when nobody knows.

    `problem` says why its members can't be read; it has no `changes` then.
    """

    number: int
    diff_id: str
    chain_id: str
    size: int
    created_by: str
    created: str
    line: int
    changes: tuple[FileChange, ...]
    problem: str = ""

    def count(self, change: str) -> int:
        """How many paths that are no directories are added, changed or deleted."""
        return sum(one.change == change for one in self.changes if one.kind != "dir" or one.change == "D")


class Stack(NamedTuple):
    """An image with its layers, the lowest one first."""

    image: str
    names: tuple[str, ...]
    config: ImageConfig
    layers: tuple[Layer, ...]

    @property
    def size(self) -> int:
        """The bytes of the files in all layers."""
        return sum(layer.size for layer in self.layers)


class _Name:
    """What the layers so far have at one name: a kind ("" for a directory that only follows from what is
    below it), a size, names below.
    """

    __slots__ = ("below", "kind", "size")

    def __init__(self, kind: str = "", size: int = 0) -> None:
        self.kind = kind
        self.size = size
        self.below: dict[str, _Name] = {}

    def hidden_bytes(self) -> int:
        """The bytes of all files below."""
        total, ahead = 0, list(self.below.values())
        while ahead:
            one = ahead.pop()
            total += one.size
            ahead.extend(one.below.values())
        return total


def read_stack(store: Store, image: str) -> Stack:
    """The layers of an image of the store. A damaged layer is told in the layer; raise `StoreError` for the
    rest.
    """
    config = store.image(image)
    tree = _Name("dir")
    lines = _lines(store, image)
    makers = [entry for entry in config.history if not entry.empty_layer]
    layers = []
    for index, diff_id in enumerate(config.diff_ids):
        maker = makers[index] if index < len(makers) else None
        changes: tuple[FileChange, ...] = ()
        problem = ""
        try:
            changes = tuple(_changes(layer_entries(store, diff_id), tree))
        except StoreError as error:
            problem = error.message
        layers.append(
            Layer(
                number=index + 1,
                diff_id=diff_id,
                chain_id=chain_id(config.diff_ids[: index + 1]),
                size=sum(one.size for one in changes if one.change != "D"),
                created_by=maker.created_by if maker is not None else "",
                created=maker.created if maker is not None else "",
                line=lines.get(diff_id, 0),
                changes=changes,
                problem=problem,
            )
        )
    return Stack(image, store.names(image), config, tuple(layers))


def _lines(store: Store, image: str) -> dict[str, int]:
    """The line of the Dockerfile that made each layer, as far as the build is remembered."""
    record = find_build(store, image)
    return {step.layer: step.line for step in record.steps if step.layer} if record is not None else {}


def _changes(entries: list[LayerEntry], tree: _Name) -> Iterator[FileChange]:
    """What the members change in the tree, which has them afterwards; sorted by path."""
    found: dict[str, FileChange] = {}
    parents = _parents(entries)
    for entry in entries:
        directory, _, name = entry.path.rpartition("/")
        if name == OPAQUE:
            _clear(directory, tree, found)
        elif name.startswith(WHITEOUT):
            path = posixpath.join(directory, name.removeprefix(WHITEOUT))
            gone = _take(tree, path)
            if gone is not None:
                size = gone.hidden_bytes() if gone.kind in ("dir", "") else 0
                found[path] = FileChange(path, "D", gone.kind or "dir", size)
    for entry in entries:
        if not entry.path.rpartition("/")[2].startswith(WHITEOUT):
            found[entry.path] = _put(entry, tree, is_leaf=entry.path not in parents)
    for path in sorted(found):
        yield found[path]


def _parents(entries: list[LayerEntry]) -> set[str]:
    """The directories that have something of the layer below them."""
    found: set[str] = set()
    for entry in entries:
        above = posixpath.dirname(entry.path)
        while above and above not in found:
            found.add(above)
            above = posixpath.dirname(above)
    return found


def _clear(directory: str, tree: _Name, found: dict[str, FileChange]) -> None:
    """An opaque directory: all that is below it goes."""
    place = _find(tree, directory)
    if place is None:
        return
    for name, gone in place.below.items():
        path = posixpath.join(directory, name)
        size = gone.hidden_bytes() if gone.kind in ("dir", "") else 0
        # A leaf is what a member of the layer names; these are only implied.
        found[path] = FileChange(path, "D", gone.kind or "dir", size, is_leaf=False)
    place.below.clear()


def _find(tree: _Name, path: str) -> _Name | None:
    for name in filter(None, path.split("/")):
        below = tree.below.get(name)
        if below is None:
            return None
        tree = below
    return tree


def _take(tree: _Name, path: str) -> _Name | None:
    directory, _, name = path.rpartition("/")
    place = _find(tree, directory)
    return place.below.pop(name, None) if place is not None else None


def _put(entry: LayerEntry, tree: _Name, *, is_leaf: bool) -> FileChange:
    place = tree
    *above, name = entry.path.split("/")
    for part in above:
        place = place.below.setdefault(part, _Name())
    old = place.below.get(name)
    size = entry.size if entry.kind == "file" else 0
    if old is None or entry.kind != "dir" or old.kind not in ("dir", ""):
        place.below[name] = _Name(entry.kind, size)
    else:
        old.kind = "dir"
    change = "A" if old is None or not old.kind else "C"
    return FileChange(
        entry.path, change, entry.kind, size, entry.mode, entry.uid, entry.gid, entry.target, is_leaf
    )
