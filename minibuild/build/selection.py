"""Which files a COPY or ADD means: sources resolved in a file system, with wildcards, `--parents` and
`--exclude`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.errors import BuildError
from minibuild.build.opaque import opaque_source
from minibuild.build.patterns import clean_source, component_pattern, has_wildcard
from minibuild.dockerfile.ignore import IgnoreFile
from minibuild.filesystem import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem import Node, View


class Selected(NamedTuple):
    """One source. `name` is what it is called at the destination; `parents` the directories that `--parents`
    keeps.

    `path` is where the node was found, for messages and archive detection.
    """

    path: str
    name: str
    node: Node
    parents: tuple[tuple[str, Node], ...] = ()


class Place(NamedTuple):
    """Where sources are looked for: a view of the files, what they are called in messages, and whether a
    missing one is taken for granted.
    """

    view: View
    label: str
    assume: bool = False


def select(place: Place, source: str) -> list[Selected]:
    """The nodes that `source` names below the root of the place; sorted.

    A source that is a symbolic link is followed. A wildcard that matches nothing gives nothing; a plain name
    that is missing is an error that says where it was looked for, or an opaque node.
    """
    cleaned = clean_source(source)
    if not has_wildcard(cleaned):
        top = _follow(place.view, cleaned) or absent(place, cleaned, source)
        return [Selected(cleaned, cleaned.rstrip("/").rsplit("/", 1)[-1], top)]
    found = []
    for path in _glob(place.view, cleaned.strip("/").split("/")):
        node = _follow(place.view, path)
        if node is not None:
            found.append(Selected(path, path.rsplit("/", 1)[-1], node))
    return found


def select_parents(place: Place, source: str) -> list[Selected]:
    """As `select`, for `--parents`: what stands after the pivot `/./` (or all of the path) is kept at the
    destination.
    """
    view = place.view
    before, pivot, after = source.partition("/./")
    prefix = clean_source(before).rstrip("/") if pivot else ""
    pattern = clean_source(after if pivot else source).strip("/")
    found = []
    for top in _glob(view, prefix.strip("/").split("/")) if prefix else [""]:
        matches = list(_glob(view, pattern.split("/"), top)) if pattern else [top]
        for path in matches:
            node = _follow(view, path or "/")
            if node is None:
                continue
            kept = path[len(top) :].strip("/").split("/")
            parents = []
            for depth in range(1, len(kept)):
                above = "/".join(kept[:depth])
                directory = _follow(view, f"{top}/{above}")
                if directory is not None:
                    parents.append((above, directory))
            found.append(Selected(path, "/".join(kept), node, tuple(parents)))
    if not found and not has_wildcard(source):
        cleaned = clean_source(source)
        found.append(
            Selected(cleaned, cleaned.rstrip("/").rsplit("/", 1)[-1], absent(place, cleaned, source))
        )
    return found


def absent(place: Place, cleaned: str, subject: str = "") -> Node:
    """What stands for a source that is not there. Raise `BuildError`, with the name that is closest to it,
    unless it may be assumed.
    """
    if place.assume:
        return opaque_source(cleaned, place.label)
    from difflib import get_close_matches  # only on the way to an error

    parent, _, name = cleaned.rstrip("/").rpartition("/")
    try:
        others = [other for other in place.view.listdir(parent or "/") if other != name]
        close = get_close_matches(name, others, 1, 0.6)
    except OSError:
        close = []
    prefix = parent.strip("/") + "/" if parent.strip("/") else ""
    hint = f"did you mean {prefix}{close[0]}?" if close else ""
    if place.view.lexists(cleaned) and (target := place.view.lstat(cleaned).target):
        hint = f"it is a symbolic link to {target}, which leads to nothing in {place.label}"
    if not hint and place.label == "the build context":
        hint = "a source is looked for below the context's directory; .dockerignore may exclude it"
    message = f'"{cleaned.rstrip("/") or "/"}": not found in {place.label}'
    raise BuildError(message, hint=hint, subject=subject)


def _follow(view: View, path: str) -> Node | None:
    try:
        return view.stat(path).node
    except OSError:
        return None


def _glob(view: View, pattern: list[str], start: str = "") -> Iterator[str]:
    """Paths below `start` that match, component by component; `**` stands for any number of directories, none
    included.
    """
    # A list instead of recursion, and no place twice: patterns and directories may be nested as deeply and
    # as maliciously as one likes.
    ahead = [(start, 0)]
    seen: set[tuple[str, int]] = set()
    while ahead:
        top, position = ahead.pop()
        if (top, position) in seen:
            continue
        seen.add((top, position))
        if position == len(pattern):
            yield top
        else:
            ahead.extend(reversed(_further(view, pattern, top, position)))


def _further(view: View, pattern: list[str], top: str, position: int) -> list[tuple[str, int]]:
    """(path, position in the pattern) of all that the pattern's component leads to."""
    component, after = pattern[position], position + 1
    is_last = after == len(pattern)
    if component == "**":
        found = [] if is_last else [(top, after)]
        for name, node in _children(view, top):
            if isinstance(node, Directory):
                found.append((f"{top}/{name}", position))
            elif is_last:
                found.append((f"{top}/{name}", after))
        return found
    if not has_wildcard(component):
        path = f"{top}/{component}"
        return [(path, after)] if not is_last or view.lexists(path) else []
    matches = component_pattern(component).match
    return [(f"{top}/{name}", after) for name, _ in _children(view, top) if matches(name)]


def _children(view: View, path: str) -> list[tuple[str, Node]]:
    node = _follow(view, path or "/")
    return sorted(node.entries.items()) if isinstance(node, Directory) else []


class Exclusion:
    """`--exclude` patterns, matched against paths below one source.

    They are read as .dockerignore lines, except that `!` takes nothing back.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.patterns = patterns
        text = "\n".join(pattern for pattern in patterns if not pattern.startswith("!"))
        self._file = IgnoreFile.parse(text) if text else None

    def excludes(self, path: str, is_directory: bool) -> bool:
        """Whether the path (relative to the source, without a leading slash) stays out."""
        return self._file is not None and self._file.excludes(path, is_directory)
