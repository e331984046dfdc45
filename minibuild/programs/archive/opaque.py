"""Unpacking what nobody knows: the place where it goes may then hold anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.nodes import Directory, File
from minibuild.filesystem.opaque import mark_opaque

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.kernel.process import Process


def unpack_opaque(process: Process, directory: str, names: Iterable[str] = ()) -> int:
    """Unpack an archive of which only the origin is known (`process.view.opaque`) into a directory; the
    status.

    With `names` only those come out, as files of unknown content. The step is assumed from the moment on at
    which the archive was read.
    """
    view, origin = process.view, process.view.opaque
    wanted = [name for name in names if name and not name.endswith("/")]
    if not wanted:
        mark(process, directory, origin)
        return 0
    for name in wanted:
        path = f"{directory}/{name}"
        view.makedirs(path.rpartition("/")[0])
        if not view.exists(path):
            view.open(path, "w", 0o777).close()
        mark(process, path, origin)
    return 0


def mark(process: Process, path: str, origin: str) -> None:
    """Make a file or directory opaque."""
    view = process.view
    tree, inner = view.tree_of(view.found(path)[0])
    node = tree.own(inner)
    if isinstance(node, Directory | File):
        mark_opaque(node, origin)
