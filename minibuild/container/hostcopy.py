"""Writing files of a container to the host, where the user asked for them (`cp`)."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from minibuild.container.errors import ContainerError
from minibuild.filesystem import Directory, File, Node, Symlink

if TYPE_CHECKING:
    from pathlib import Path

    from minibuild.filesystem import View


def write_out(view: View, source: str, node: Node, target: Path) -> None:
    """Copy a node of a container to the host path `target`, or into it when it is a directory. No link that
    a copied directory brings is followed. Raise `ContainerError`.
    """
    name = source.rstrip("/").rpartition("/")[2]
    contents = source.endswith("/.") or name in ("", ".", "..")
    place = target
    if target.is_dir() and not contents:
        place = target / name
    elif not target.is_dir() and not target.parent.is_dir():
        raise ContainerError(f'invalid output path: directory "{target.parent}" does not exist')
    try:
        _write(view, source.rstrip("/") or "/", node, place)
    except OSError as error:
        raise ContainerError(f"{error.filename or place}: {error.strerror}") from None


def _write(view: View, source: str, node: Node, target: Path) -> None:
    # A list instead of recursion: directories may be nested deeper than Python's recursion reaches.
    ahead = [(source, node, target)]
    while ahead:
        path, node, place = ahead.pop()
        if isinstance(node, Directory):
            if place.is_symlink():
                place.unlink()
            place.mkdir(exist_ok=True)
            for name, status in reversed(view.scandir(path)):
                ahead.append((f"{path.rstrip('/')}/{name}", status.node, place / name))
        elif isinstance(node, Symlink):
            if place.is_symlink() or place.exists():
                place.unlink()
            place.symlink_to(node.target)
        elif isinstance(node, File):
            _write_file(node, place)
        if not isinstance(node, Symlink):
            with suppress(OSError):
                place.chmod(node.mode & 0o1777)
                os.utime(place, ns=(node.mtime, node.mtime))


def _write_file(node: File, place: Path) -> None:
    if place.is_symlink():
        place.unlink()
    with place.open("wb") as out:
        out.writelines(node.content.chunks())
