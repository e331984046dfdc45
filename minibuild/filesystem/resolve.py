"""Path resolution as Linux does it (path_resolution(7)), inside a root directory, across mounts."""

import errno
from collections.abc import Sequence
from typing import NamedTuple

from minibuild.filesystem.credentials import EXECUTE, Credentials, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import Directory, Node, Symlink
from minibuild.filesystem.tree import FileSystem, Parts

_MAX_LINKS = 40
_MAX_NAME = 255
_MAX_PATH = 4096  # bytes, with the terminating zero


class Place(NamedTuple):
    """The name that a path ends with: where a call may make, remove or rename something.

    `parts` are canonical; `node` is what has the name (a link is not followed) or None; `slash` tells whether
    the path ends with a slash; `special` whether it ends with `.`, `..` or is `/`: then `parts` and `node`
    are those of that directory.
    """

    parts: Parts
    node: Node | None
    slash: bool
    special: bool


def split(path: str) -> list[str]:
    """The components of a path, without empty ones and `.`."""
    return [part for part in path.split("/") if part and part != "."]


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def resolve(
    filesystem: FileSystem, path: str, *, start: Parts, root: Parts, who: Credentials, follow: bool
) -> tuple[Parts, Node | None]:
    """(canonical parts, node) of `path`; the node is None when only its last component is missing.

    A relative path starts at the directory `start`; `root` is where `/` and `..` stop. Raise OSError with
    ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, or EINVAL for a zero byte.
    """
    _check_length(path)
    ahead = split(path)
    ahead.reverse()
    directory_asked = path.endswith(("/", "/.")) or path == "."
    enters = _last(path) == "."
    done: list[str] = list(root if path.startswith("/") else start)
    nodes = _nodes(filesystem, done, path)
    mount_names = filesystem.mount_names
    links = 0
    while ahead:
        part = ahead.pop()
        here = nodes[-1]
        if not isinstance(here, Directory):
            raise fail(errno.ENOTDIR, path)
        if who.uid and not permitted(here, EXECUTE, who):
            raise fail(errno.EACCES, path)
        if part == "..":
            if len(done) > len(root):
                done.pop()
                nodes.pop()
            continue
        node = here.entries.get(part)
        if part in mount_names:
            node = _mounted(filesystem, done, part, node)
        if node is None:
            if too_long(part):
                raise fail(errno.ENAMETOOLONG, path)
            if ahead or path.endswith("/."):
                raise fail(errno.ENOENT, path)
            return (*done, part), None
        if isinstance(node, Symlink) and (ahead or follow or directory_asked):
            links += 1
            if links > _MAX_LINKS:
                raise fail(errno.ELOOP, path)
            target = node.target
            if target.startswith("/"):
                done = list(root)
                nodes = _nodes(filesystem, done, path)
            if not ahead and target.endswith(("/", "/.")):
                directory_asked = True
                enters = enters or _last(target) == "."
            ahead.extend(reversed(split(target)))
            continue
        done.append(part)
        nodes.append(node)
    node = nodes[-1]
    if directory_asked and not isinstance(node, Directory):
        raise fail(errno.ENOTDIR, path)
    if enters and who.uid and not permitted(node, EXECUTE, who):
        raise fail(errno.EACCES, path)
    return tuple(done), node


def resolve_name(filesystem: FileSystem, path: str, *, start: Parts, root: Parts, who: Credentials) -> Place:
    """The place of the name that `path` ends with, in a directory that exists and may be searched. Errors as
    `resolve`.
    """
    _check_length(path)
    stripped = path.rstrip("/")
    head, _, name = stripped.rpartition("/")
    if name in ("", ".", ".."):
        parts, node = resolve(filesystem, path, start=start, root=root, who=who, follow=True)
        return Place(parts, node, path != stripped, True)
    here: Node | None
    if head or path[0] == "/":
        try:
            parent, here = resolve(filesystem, head + "/", start=start, root=root, who=who, follow=True)
        except OSError as error:
            raise fail(error.errno or errno.EIO, path) from None  # the call was about the whole path
    else:
        parent, here = start, _nodes(filesystem, start, path)[-1]
    if here is None:
        raise fail(errno.ENOENT, path)
    if not isinstance(here, Directory):
        raise fail(errno.ENOTDIR, path)
    if who.uid and not permitted(here, EXECUTE, who):
        raise fail(errno.EACCES, path)
    if too_long(name):
        raise fail(errno.ENAMETOOLONG, path)
    node = here.entries.get(name)
    if name in filesystem.mount_names:
        node = _mounted(filesystem, parent, name, node)
    return Place((*parent, name), node, path != stripped, False)


def too_long(name: str) -> bool:
    """Whether a name has more than 255 bytes."""
    return len(name) > 63 and len(name.encode("utf-8", "surrogateescape")) > _MAX_NAME


def _check_length(path: str) -> None:
    if not path:
        raise fail(errno.ENOENT, path)
    if "\0" in path:
        raise fail(errno.EINVAL, path)
    if len(path) > 1000 and len(path.encode("utf-8", "surrogateescape")) >= _MAX_PATH:
        raise fail(errno.ENAMETOOLONG, path)


def _mounted(filesystem: FileSystem, done: Sequence[str], part: str, node: Node | None) -> Node | None:
    mount = filesystem.mounts.get((*done, part))
    return node if mount is None else mount.node


def _nodes(filesystem: FileSystem, parts: Sequence[str], path: str) -> list[Node]:
    """The nodes from the root down to the canonical directory `parts`."""
    mount_names = filesystem.mount_names
    node: Node | None = filesystem.root
    if "" in mount_names:  # something is mounted on the root itself
        node = filesystem.mounts[()].node
    assert node is not None
    nodes: list[Node] = [node]
    for depth, part in enumerate(parts):
        node = node.entries.get(part) if isinstance(node, Directory) else None
        if part in mount_names:
            node = _mounted(filesystem, parts[:depth], part, node)
        if node is None:
            raise fail(errno.ENOENT, path)  # the working directory was removed
        nodes.append(node)
    return nodes
