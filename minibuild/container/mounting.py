"""Mounting a container's volumes, host paths and memory file systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.container.errors import StartError
from minibuild.filesystem import Directory
from minibuild.filesystem.errors import strerror
from minibuild.volume.hosttree import HostTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.container.box import Box, Surroundings
    from minibuild.container.records import MountPoint
    from minibuild.filesystem.tree import Parts

_WRONG_KIND = (
    "Are you trying to mount a directory onto a file (or vice-versa)?"
    " Check if the specified host path exists and is the expected type."
)
_PREFIX = (
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container"
    " process: error during container init: "
)


def mount_all(box: Box, around: Surroundings, clock: Callable[[], int]) -> None:
    """Mount everything that the container has, outer mount points first. Raise `StartError`."""
    for mount in sorted(box.record.spec.mounts, key=lambda one: one.target.count("/")):
        try:
            _mount(box, mount, around, clock)
        except NotADirectoryError:
            raise _wrong_kind(mount) from None
        except OSError as error:
            raise StartError(
                f'{_PREFIX}error mounting "{mount.source or mount.name}" to rootfs at "{mount.target}":'
                f" {strerror(error).lower()}: unknown",
                125,
            ) from None


def _mount(box: Box, mount: MountPoint, around: Surroundings, clock: Callable[[], int]) -> None:
    if mount.type == "tmpfs":
        _point(box, mount.target, is_file=False)
        box.filesystem.mount(mount.target, box.volatile, below=_memory(box, mount), read_only=mount.read_only)
        return
    source = around.volume_path(mount.name) if mount.type == "volume" else mount.source
    tree = HostTree(around.open_access(source), clock)
    _point(box, mount.target, is_file=tree.is_file)
    box.filesystem.mount(
        mount.target, tree, read_only=mount.read_only, below=("file",) if tree.is_file else ()
    )


def _memory(box: Box, mount: MountPoint) -> Parts:
    """The directory of a memory file system, empty and open to everybody when it is new."""
    name = mount.target.replace("/", "|")
    view = box.volatile.view(umask=0)
    if not view.exists(f"/{name}"):
        mode = next((word[5:] for word in mount.mode.split(",") if word.startswith("mode=")), "1777")
        view.mkdir(f"/{name}", 0o777)
        view.chmod(f"/{name}", int(mode, 8) & 0o7777)
    return (name,)


def _point(box: Box, path: str, *, is_file: bool) -> None:
    """Make what is missing of a mount point."""
    view = box.filesystem.view(umask=0)
    parts = [part for part in path.split("/") if part]
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if view.exists(here):
            continue
        if is_file and depth == len(parts):
            view.write_bytes(here, b"", 0o644)
        else:
            view.mkdir(here, 0o755)
    node = view.stat("/" + "/".join(parts)).node
    if isinstance(node, Directory) is is_file:
        raise NotADirectoryError


def _wrong_kind(mount: MountPoint) -> StartError:
    return StartError(
        f'{_PREFIX}error mounting "{mount.source}" to rootfs at "{mount.target}": mount'
        f" {mount.source}:{mount.target}: not a directory: unknown: {_WRONG_KIND}",
        125,
    )
