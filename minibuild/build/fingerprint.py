"""Digests of trees of files: what a COPY's cache key says about its sources.

Names, kinds, modes, owners, link targets, extended attributes and contents count; times never do.
"""

import hashlib
from collections.abc import Callable, Iterator

from minibuild.build.selection import Exclusion, Selected
from minibuild.filesystem import Content, Device, Directory, File, HostContent, Node, Symlink

ContentDigest = Callable[[Content], str]


def content_digest(content: Content) -> str:
    """The SHA-256 of a content's bytes, as 64 hex digits."""
    state = hashlib.sha256()
    for chunk in content.chunks():
        state.update(chunk)
    return state.hexdigest()


def fingerprint(sources: list[Selected], exclusion: Exclusion, digest: ContentDigest) -> str:
    """`file:HASH`, `dir:HASH` or `multi:HASH` over the sources in their order, as docker's history names
    them.

    `digest` gives the SHA-256 of a content.
    """
    state = hashlib.sha256()
    for source in sources:
        for line in _lines(source.node, "", exclusion, digest):
            state.update(line)
        state.update(f"{source.name}\0{len(source.parents)}\n".encode("utf-8", "surrogateescape"))
    if len(sources) == 1:
        return ("dir:" if isinstance(sources[0].node, Directory) else "file:") + state.hexdigest()
    return "multi:" + state.hexdigest()


def host_contents(sources: list[Selected], exclusion: Exclusion) -> Iterator[HostContent]:
    """Every file of the context that `fingerprint` would read."""
    for source in sources:
        yield from _host_contents(source.node, "", exclusion)


def _host_contents(node: Node, path: str, exclusion: Exclusion) -> Iterator[HostContent]:
    if isinstance(node, File):
        if isinstance(node.content, HostContent):
            yield node.content
    elif isinstance(node, Directory):
        for name, child in node.entries.items():
            below = f"{path}/{name}" if path else name
            if not exclusion.excludes(below, isinstance(child, Directory)):
                yield from _host_contents(child, below, exclusion)


def _lines(node: Node, path: str, exclusion: Exclusion, digest: ContentDigest) -> Iterator[bytes]:
    detail = ""
    if isinstance(node, File):
        detail = digest(node.content)
    elif isinstance(node, Symlink):
        detail = node.target
    elif isinstance(node, Device):
        detail = f"{node.major}:{node.minor}"
    text = f"{path}\0{node.kind}\0{node.mode:o}\0{node.uid}:{node.gid}\0{detail}\0"
    if node.xattrs:
        text += "\0".join(f"{name}={value.hex()}" for name, value in sorted(node.xattrs.items()))
    yield (text + "\n").encode("utf-8", "surrogateescape")
    if isinstance(node, Directory):
        for name, child in sorted(node.entries.items()):
            below = f"{path}/{name}" if path else name
            if not exclusion.excludes(below, isinstance(child, Directory)):
                yield from _lines(child, below, exclusion, digest)
