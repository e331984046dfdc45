"""Which files a COPY or ADD means: sources resolved in a file system, with wildcards, `--parents` and
`--exclude`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from minibuild.build.errors import BuildError
from minibuild.build.patterns import clean_source, component_pattern, has_wildcard
from minibuild.dockerfile.ignore import IgnoreFile
from minibuild.filesystem import Directory, Node, View


@dataclass(frozen=True, slots=True)
class Selected:
    """One source. `name` is what it is called at the destination; `parents` the directories that `--parents`
    keeps.

    `path` is where the node was found, for messages and archive detection.
    """

    path: str
    name: str
    node: Node
    parents: tuple[tuple[str, Node], ...] = ()


def select(view: View, source: str, origin: str) -> list[Selected]:
    """The nodes that `source` names below the root of `view`; sorted.

    A source that is a symbolic link is followed. A wildcard that matches nothing gives nothing; a plain name
    that is missing is an error that says where it was looked for (`origin`).
    """
    cleaned = clean_source(source)
    if not has_wildcard(cleaned):
        node = _follow(view, cleaned)
        if node is None:
            raise missing(view, source, cleaned, origin)
        return [Selected(cleaned, cleaned.rstrip("/").rsplit("/", 1)[-1], node)]
    found = []
    for path in _glob(view, cleaned.strip("/").split("/")):
        node = _follow(view, path)
        if node is not None:
            found.append(Selected(path, path.rsplit("/", 1)[-1], node))
    return found


def select_parents(view: View, source: str, origin: str) -> list[Selected]:
    """As `select`, for `--parents`: what stands after the pivot `/./` (or all of the path) is kept at the
    destination.
    """
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
        raise missing(view, source, clean_source(source), origin)
    return found


def missing(view: View, source: str, cleaned: str, origin: str) -> BuildError:
    """The error for a source that is not there, with the names that are close to it."""
    from difflib import get_close_matches  # only on the way to an error

    parent, _, name = cleaned.rstrip("/").rpartition("/")
    try:
        close = get_close_matches(name, view.listdir(parent or "/"), 1, 0.6)
    except OSError:
        close = []
    hint = f"did you mean {parent.strip('/')}{'/' if parent.strip('/') else ''}{close[0]}?" if close else ""
    if not hint and origin == "the build context":
        hint = "a source is looked for below the context's directory; .dockerignore may exclude it"
    return BuildError(f'"{cleaned.rstrip("/") or "/"}": not found in {origin}', hint=hint)


def _follow(view: View, path: str) -> Node | None:
    try:
        return view.stat(path).node
    except OSError:
        return None


def _glob(view: View, parts: list[str], top: str = "") -> Iterator[str]:
    """Paths below `top` that match, component by component; `**` stands for any number of directories, none
    included.
    """
    if not parts:
        yield top
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _glob(view, rest, top) if rest else iter(())
        for name, node in _children(view, top):
            if isinstance(node, Directory):
                yield from _glob(view, parts, f"{top}/{name}")
            elif not rest:
                yield f"{top}/{name}"
        return
    if not has_wildcard(first):
        path = f"{top}/{first}"
        if rest or view.lexists(path):
            yield from _glob(view, rest, path)
        return
    pattern = component_pattern(first)
    for name, _ in _children(view, top):
        if pattern.match(name):
            yield from _glob(view, rest, f"{top}/{name}")


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
