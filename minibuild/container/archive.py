"""The file system of an image archive, in memory: for scripts that are tested against a real image."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from minibuild.filesystem import FileSystem, apply_layer, read_layer
from minibuild.image.archive import open_archive
from minibuild.image.digest import digest_of
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 4 << 30


class _Memory:
    """Layers in memory, by digest."""

    def __init__(self) -> None:
        self.layers: dict[str, bytes] = {}

    def open_blob(self, digest: str) -> BinaryIO:
        return io.BytesIO(self.layers[digest])


def filesystem_from_archive(path: str | Path) -> FileSystem:
    """A new writable file system with the files of the first image in a docker or OCI archive (or layout
    directory).

    Raise `ImageError` when it is none or damaged.
    """
    from pathlib import Path as HostPath

    memory, filesystem = _Memory(), FileSystem()
    budget = Budget(_LARGEST)
    with open_archive(HostPath(path)) as archive:
        for layer in archive.images[0].layers:
            data = b"".join(layer.chunks(budget))
            if digest_of(data) != layer.diff_id:
                raise ImageError(f"layer {layer.name} is damaged: its digest is not {layer.diff_id}")
            memory.layers[layer.diff_id] = data
            apply_layer(filesystem, read_layer(io.BytesIO(data), memory, layer.diff_id))
    return FileSystem(filesystem.snapshot())
