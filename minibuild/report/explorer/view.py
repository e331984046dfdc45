"""What the explorer shows: the layers of an image and the tree of files of one of them.

The tree is of what one layer changes, or (aggregated) of all files that there are with that layer on top.
Rows are made for one directory at a time, when somebody looks into it.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.record import find_build
from minibuild.filesystem import Directory, File, Symlink
from minibuild.report.layers.efficiency import efficiency
from minibuild.report.layers.stack import read_stack
from minibuild.report.reasons import shown
from minibuild.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem import Node
    from minibuild.report.layers.efficiency import Efficiency
    from minibuild.report.layers.stack import FileChange, Layer
    from minibuild.report.layers.subject import Subject

SIGNS = {"A": "+", "C": "~", "D": "-", "": " "}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def safe(text: str) -> str:
    """Untrusted text as a terminal may have it."""
    return shown(text).translate(_SURROGATES)


class Row(NamedTuple):
    """A name in the tree: its path (without a leading slash), kind and size, and how the layer changed it
    (`A`, `C`, `D`, or "" for not at all). `touched` tells that something below it was changed.
    """

    path: str
    name: str
    kind: str
    change: str
    size: int
    target: str = ""
    touched: bool = False


class _Changes:
    """The changes of a layer by path, and the names below each directory on the way to them."""

    def __init__(self, layer: Layer) -> None:
        self.by_path = {change.path: change for change in layer.changes}
        self.below: dict[str, set[str]] = {"": set()}
        for path in self.by_path:
            while path:
                above, _, name = path.rpartition("/")
                names = self.below.get(above)
                if names is not None:
                    names.add(name)
                    break
                self.below[above] = {name}
                path = above


class Explorer:
    """An image that is looked into: which layer is selected, how, and what is wanted of it.

    `number` is the selected layer, from 1 (0 for an image without layers); `pattern` what paths must have.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.stack = read_stack(subject.store, subject.image)
        self.number = len(self.stack.layers)
        self.aggregated = False
        self.pattern = ""
        self.record = find_build(subject.store, subject.image)
        self._changes: dict[int, _Changes] = {}
        self._wanted: tuple[set[str], int] | None = None  # what `_found` gives, once it was asked for

    @cached_property
    def efficiency(self) -> Efficiency:
        """How well the image uses its bytes."""
        return efficiency(self.stack)

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        return self.stack.layers[self.number - 1] if self.number else None

    @property
    def problem(self) -> str:
        """Why there are no files to show, or ""."""
        layer = self.layer
        if layer is None:
            return "the image has no layers"
        if layer.problem:
            return safe(layer.problem)
        if self.aggregated:
            try:
                self.root(self.number)
            except StoreError as error:
                return safe(error.message)
        return ""

    def select(self, number: int) -> None:
        """Go to a layer."""
        self.number = min(max(number, 1), len(self.stack.layers))
        self._wanted = None

    def toggle(self) -> None:
        """From what the layer changes to all files, and back."""
        self.aggregated = not self.aggregated
        self._wanted = None

    def narrow(self, pattern: str) -> None:
        """Show only paths that have `pattern` in them, or match it where it has `*` or `?`; "" for all."""
        self.pattern = pattern
        self._wanted = None

    def rows(self, directory: str = "") -> list[Row]:
        """What is in a directory: directories first, then by name."""
        if self.problem:
            return []
        found = [row for row in self._rows(directory) if self._is_wanted(row.path)]
        return sorted(found, key=lambda row: (row.kind != "dir", row.name))

    def matches(self) -> int:
        """How many paths match the pattern."""
        return self._found()[1]

    def is_match(self, path: str) -> bool:
        """Whether a path has what is wanted in it; or is as the pattern says."""
        wanted, path = self.pattern.lower(), path.lower()
        if "*" in wanted or "?" in wanted:
            wanted = wanted.removeprefix("/")
            return fnmatchcase(path, wanted) or fnmatchcase(posixpath.basename(path), wanted)
        return wanted in "/" + path

    def root(self, height: int) -> Directory:
        """The files that the lowest `height` layers make. Raise `StoreError` for a damaged layer."""
        store = self.subject.store
        return store.layer_filesystem(self.stack.config.diff_ids[:height]).root

    def node(self, path: str, height: int) -> Node | None:
        """What is at a path with so many layers, links not followed."""
        node: Node | None = self.root(height)
        for name in filter(None, path.split("/")):
            node = node.entries.get(name) if isinstance(node, Directory) else None
        return node

    def history(self, path: str) -> list[tuple[int, FileChange]]:
        """(layer, change) of all layers that write or delete a path, the lowest one first."""
        found = ((layer.number, self._of(layer.number).by_path.get(path)) for layer in self.stack.layers)
        return [(number, change) for number, change in found if change is not None]

    def _of(self, number: int) -> _Changes:
        known = self._changes.get(number)
        if known is None:
            known = self._changes[number] = _Changes(self.stack.layers[number - 1])
        return known

    def _rows(self, directory: str) -> Iterator[Row]:
        changes = self._of(self.number)
        if self._is_deleted(directory):
            before = self.node(directory, self.number - 1)
            yield from (self._row(directory, name, one, "D") for name, one in _entries(before))
            return
        names = changes.below.get(directory, set())
        if not self.aggregated:
            yield from (self._changed_row(posixpath.join(directory, name)) for name in names)
            return
        entries = dict(_entries(self.node(directory, self.number)))
        for name, node in entries.items():
            path = posixpath.join(directory, name)
            change = changes.by_path.get(path)
            yield self._row(directory, name, node, change.change if change is not None else "")
        for name in names - entries.keys():
            yield self._changed_row(posixpath.join(directory, name))

    def _row(self, directory: str, name: str, node: Node, change: str) -> Row:
        path = posixpath.join(directory, name)
        size = node.content.size if isinstance(node, File) else 0
        target = node.target if isinstance(node, Symlink) else ""
        return Row(path, name, node.kind, change, size, target, path in self._of(self.number).below)

    def _changed_row(self, path: str) -> Row:
        changes = self._of(self.number)
        name, touched = posixpath.basename(path), path in changes.below
        change = changes.by_path.get(path)
        if change is None:
            return Row(path, name, "dir", "", 0, "", touched)
        return Row(path, name, change.kind, change.change, change.size, change.target, touched)

    def _is_deleted(self, path: str) -> bool:
        """Whether the layer deletes the directory, or one above it."""
        changes = self._of(self.number).by_path
        while path:
            change = changes.get(path)
            if change is not None:
                return change.change == "D"
            path = posixpath.dirname(path)
        return False

    def _is_wanted(self, path: str) -> bool:
        return not self.pattern or path in self._found()[0]

    def _found(self) -> tuple[set[str], int]:
        """(the paths that match and what is above them, how many match)."""
        if self._wanted is None:
            matching = {path for path in self._paths() if self.is_match(path)}
            wanted = set()
            for path in matching:
                while path and path not in wanted:
                    wanted.add(path)
                    path = path.rpartition("/")[0]
            self._wanted = wanted, len(matching)
        return self._wanted

    def _paths(self) -> Iterator[str]:
        """All paths that can be shown now."""
        if self.problem:
            return
        yield from (path for path in self._of(self.number).by_path if path)
        if self.aggregated:
            yield from _paths_below(self.root(self.number))


def _entries(node: Node | None) -> list[tuple[str, Node]]:
    return list(node.entries.items()) if isinstance(node, Directory) else []


def _paths_below(root: Directory) -> Iterator[str]:
    ahead: list[tuple[str, Directory]] = [("", root)]
    while ahead:
        above, directory = ahead.pop()
        for name, node in directory.entries.items():
            yield above + name
            if isinstance(node, Directory):
                ahead.append((f"{above}{name}/", node))
