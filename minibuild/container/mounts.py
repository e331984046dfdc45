"""Mounting over a container's files for the time of a run: what is mounted leaves nothing behind, nor do the
mount points.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from minibuild.filesystem import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem import FileSystem


@contextmanager
def mounted(
    filesystem: FileSystem,
    path: str,
    source: FileSystem,
    *,
    read_only: bool = False,
    keep_point: bool = False,
    is_file: bool | None = None,
) -> Iterator[None]:
    """Mount `source` at the absolute `path` for the time of the block.

    A file system with nothing but `/file` mounts that file, unless `is_file` says otherwise. What is missing
    of `path` is made, and removed again afterwards unless `keep_point`; directories above it keep their
    times.
    """
    if is_file is None:
        is_file = source.root.entries.keys() == {"file"}
    times = _times(filesystem, path)
    made = _make_point(filesystem, path, is_file)
    filesystem.mount(path, source, read_only=read_only)
    try:
        yield
    finally:
        filesystem.unmount(path)
        if made and not keep_point and _remove(filesystem, made):
            _restore(filesystem, times)


def _times(filesystem: FileSystem, path: str) -> dict[str, int]:
    """The times of the directories above `path`, as far as they exist."""
    view, times, here = filesystem.view(), {}, path
    while here and here != "/":
        here = here.rpartition("/")[0] or "/"
        if view.is_dir(here):
            times[here] = view.stat(here).mtime
    return times


def _make_point(filesystem: FileSystem, path: str, is_file: bool) -> list[str]:
    """Make what is missing of `path`; the paths made, outermost first."""
    view = filesystem.view(umask=0)
    made = []
    parts = [part for part in path.split("/") if part]
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if view.exists(here):
            continue
        if is_file and depth == len(parts):
            view.write_bytes(here, b"", 0o644)
        else:
            view.mkdir(here, 0o755)
        made.append(here)
    return made


def _remove(filesystem: FileSystem, made: list[str]) -> bool:
    """Take mount points away again; False when the run put something of its own there."""
    view = filesystem.view()
    for path in reversed(made):
        try:
            if isinstance(view.lstat(path).node, Directory):
                view.rmdir(path)
            else:
                view.unlink(path)
        except OSError:
            return False
    return True


def _restore(filesystem: FileSystem, times: dict[str, int]) -> None:
    view = filesystem.view()
    for path, mtime in times.items():
        if view.is_dir(path) and view.stat(path).mtime != mtime:
            view.utime(path, mtime)
