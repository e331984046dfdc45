"""Opaque nodes: files whose bytes nobody knows, directories in which any name may exist.

A file is opaque by its content; a directory by an extended attribute. In a layer both carry the attribute,
whose value is the origin: whose content or names they would be.
"""

from minibuild.filesystem.content import OPAQUE_ATTRIBUTE, OpaqueContent
from minibuild.filesystem.nodes import Directory, File, Node


def origin_of(node: Node | None) -> str:
    """What an opaque node stands for, such as "content of https://example.org/x"; "" for any other node."""
    if isinstance(node, File):
        return node.content.origin if isinstance(node.content, OpaqueContent) else ""
    if isinstance(node, Directory) and node.xattrs and OPAQUE_ATTRIBUTE in node.xattrs:
        return node.xattrs[OPAQUE_ATTRIBUTE].decode("utf-8", "replace")
    return ""


def opaque_file(origin: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0, mtime: int = 0) -> File:
    """A file of unknown content. It may be a program, so it may be executed unless `mode` says otherwise."""
    return File(mode=mode, uid=uid, gid=gid, mtime=mtime, content=OpaqueContent(origin))


def opaque_directory(
    origin: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0, mtime: int = 0
) -> Directory:
    """A directory in which any name may exist."""
    directory = Directory(mode=mode, uid=uid, gid=gid, mtime=mtime)
    mark_opaque(directory, origin)
    return directory


def mark_opaque(node: File | Directory, origin: str) -> None:
    """Make a node that may be changed in place opaque."""
    if isinstance(node, File):
        node.content = OpaqueContent(origin)
    else:
        node.xattrs = {**(node.xattrs or {}), OPAQUE_ATTRIBUTE: origin.encode("utf-8", "surrogateescape")}
