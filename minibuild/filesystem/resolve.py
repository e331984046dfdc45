"""Path resolution as Linux does it (path_resolution(7)), inside a root directory, across mounts."""

import errno

from minibuild.filesystem.credentials import EXECUTE, Credentials, permitted
from minibuild.filesystem.errors import fail
from minibuild.filesystem.nodes import Directory, Node, Symlink
from minibuild.filesystem.tree import FileSystem, Parts

_MAX_LINKS = 40
_MAX_NAME = 255
_MAX_PATH = 4096


def split(path: str) -> list[str]:
    """The components of a path, without empty ones and `.`."""
    return [part for part in path.split("/") if part and part != "."]


def resolve(
    filesystem: FileSystem, path: str, *, start: Parts, root: Parts, who: Credentials, follow: bool
) -> tuple[Parts, Node | None]:
    """(canonical parts, node) of `path`; the node is None when only its last component is missing.

    A relative path starts at the directory `start`; `root` is where `/` and `..` stop. Raise OSError with ENOENT, ENOTDIR,
    EACCES, ELOOP or ENAMETOOLONG.
    """
    if not path:
        raise fail(errno.ENOENT, path)
    if len(path) >= _MAX_PATH:
        raise fail(errno.ENAMETOOLONG, path)
    must_be_directory = path.endswith("/") or path.endswith("/.") or path == "."
    todo = split(path)
    todo.reverse()
    done: list[str] = list(root if path.startswith("/") else start)
    nodes = _nodes(filesystem, done, path)
    links = 0
    while todo:
        part = todo.pop()
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
        if len(part) > _MAX_NAME and len(part.encode("utf-8", "surrogateescape")) > _MAX_NAME:
            raise fail(errno.ENAMETOOLONG, path)
        node = _step(filesystem, done, here, part)
        if node is None:
            if todo:
                raise fail(errno.ENOENT, path)
            return (*done, part), None
        if isinstance(node, Symlink) and (todo or follow or must_be_directory):
            links += 1
            if links > _MAX_LINKS:
                raise fail(errno.ELOOP, path)
            if node.target.startswith("/"):
                done = list(root)
                nodes = _nodes(filesystem, done, path)
            elif not node.target:
                raise fail(errno.ENOENT, path)
            if not todo:
                must_be_directory = must_be_directory or node.target.endswith("/")
            todo.extend(reversed(split(node.target)))
            continue
        done.append(part)
        nodes.append(node)
    node = nodes[-1]
    if must_be_directory and not isinstance(node, Directory):
        raise fail(errno.ENOTDIR, path)
    return tuple(done), node


def _step(filesystem: FileSystem, done: list[str], here: Directory, part: str) -> Node | None:
    if filesystem.mounts:
        mount = filesystem.mounts.get((*done, part))
        if mount is not None:
            return mount.node
    return here.entries.get(part)


def _nodes(filesystem: FileSystem, parts: list[str], path: str) -> list[Node]:
    """The nodes from the root down to the canonical directory `parts`."""
    mounted_root = filesystem.mounts.get(()) if filesystem.mounts else None
    nodes: list[Node] = [mounted_root.node if mounted_root is not None else filesystem.root]
    for depth, part in enumerate(parts):
        here = nodes[-1]
        node = _step(filesystem, parts[:depth], here, part) if isinstance(here, Directory) else None
        if node is None:
            raise fail(errno.ENOENT, path)  # the working directory was removed
        nodes.append(node)
    return nodes
