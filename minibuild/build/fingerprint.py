"""Digests of trees of files: what a COPY's cache key says about its sources.

Names, kinds, modes, owners, link targets, extended attributes and contents count; times never do.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from minibuild.build.selection import Exclusion, Selected
from minibuild.filesystem import Content, Device, Directory, File, HostContent, Node, OpaqueContent, Symlink

if TYPE_CHECKING:
    from minibuild.build.explanation_files import Collector

ContentDigest = Callable[[Content], str]


def content_digest(content: Content) -> str:
    """The SHA-256 of a content's bytes, as 64 hex digits; of an opaque one, its origin."""
    if isinstance(content, OpaqueContent):
        return f"opaque {content.origin}"
    state = hashlib.sha256()
    for chunk in content.chunks():
        state.update(chunk)
    return state.hexdigest()


def fingerprint(
    sources: list[Selected], exclusion: Exclusion, digest: ContentDigest, collector: "Collector | None" = None
) -> str:
    """`file:HASH`, `dir:HASH` or `multi:HASH` over the sources in their order, as docker's history names
    them.

    `digest` gives the SHA-256 of a content; `collector` takes what the fingerprint is made from.
    """
    state = hashlib.sha256()
    for source in sources:
        for path, node in nodes_below(source.node, exclusion):
            detail = _detail(node, digest)
            state.update(_line(path, node, detail).encode("utf-8", "surrogateescape"))
            if collector is not None:
                collector.add(listed_path(source, path), node, detail)
        parents = "".join(_line(path, node, _detail(node, digest)) for path, node in source.parents)
        state.update(f"{source.name}\0{parents}\n".encode("utf-8", "surrogateescape"))
    if len(sources) == 1:
        return ("dir:" if isinstance(sources[0].node, Directory) else "file:") + state.hexdigest()
    return "multi:" + state.hexdigest()


def listed_path(source: Selected, path: str) -> str:
    """The path of a node below a source, as the context or stage has it."""
    top = source.path.strip("/")
    return (f"{top}/{path}" if top and path else top or path) or "."


def host_contents(sources: list[Selected], exclusion: Exclusion) -> Iterator[HostContent]:
    """Every file of the context that `fingerprint` would read."""
    for source in sources:
        for _, node in nodes_below(source.node, exclusion):
            if isinstance(node, File) and isinstance(node.content, HostContent):
                yield node.content


def nodes_below(top: Node, exclusion: Exclusion) -> Iterator[tuple[str, Node]]:
    """A node ("") and all below it that are not excluded, with their paths; sorted, parents first."""
    yield "", top
    if not isinstance(top, Directory):
        return
    excludes = exclusion.excludes if exclusion.patterns else None
    # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
    ahead = [("", iter(sorted(top.entries.items())))]
    while ahead:
        prefix, entries = ahead[-1]
        for name, node in entries:
            path = prefix + name
            if excludes is not None and excludes(path, isinstance(node, Directory)):
                continue
            yield path, node
            if isinstance(node, Directory):
                ahead.append((path + "/", iter(sorted(node.entries.items()))))
                break
        else:
            ahead.pop()


def _detail(node: Node, digest: ContentDigest) -> str:
    """What tells two nodes of a kind apart."""
    if isinstance(node, File):
        return digest(node.content)
    if isinstance(node, Symlink):
        return node.target
    return f"{node.major}:{node.minor}" if isinstance(node, Device) else ""


def _line(path: str, node: Node, detail: str) -> str:
    text = f"{path}\0{node.kind}\0{node.mode:o}\0{node.uid}:{node.gid}\0{detail}\0"
    if node.xattrs:
        text += "\0".join(f"{name}={value.hex()}" for name, value in sorted(node.xattrs.items()))
    return text + "\n"
