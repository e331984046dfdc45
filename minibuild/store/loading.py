"""Images into the store: `minibuild load`. The way out is `saving`."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from minibuild.filesystem import FileSystem, LayerEntry, LayerError, apply_layer, read_layer
from minibuild.image.archive import Archive, ArchivedImage, ArchivedLayer, open_archive
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget
from minibuild.store.layers import keep_index, layer_entries
from minibuild.store.names import familiar

if TYPE_CHECKING:
    from minibuild.store.blobs import BlobWriter
    from minibuild.store.store import Store


class Loaded(NamedTuple):
    """What `load` brought in: a name as people write it ("" for an image without one) and the image ID."""

    name: str
    image_id: str


def load_archive(
    store: "Store",
    source: Path | BinaryIO,
    *,
    platform: str = "linux/amd64",
    limit: int | None = None,
    named: bool = True,
) -> list[Loaded]:
    """Load every image of an archive or layout, all of them or none; without their names unless `named`.

    `limit` bounds the bytes that it may take unpacked; 90 % of the free disk space when it is None. Raise
    `ImageError`.
    """
    free = shutil.disk_usage(store.root).free * 9 // 10
    budget = Budget(free if limit is None else min(free, limit))
    with open_archive(source, platform=platform, limit=budget.left) as archive, ExitStack() as stack:
        where = source if isinstance(source, Path) else "the archive on standard input"
        try:
            incoming = _Incoming(store, budget, stack)
            for image in archive.images:
                incoming.take(image)
        except (ImageError, LayerError) as error:
            raise ImageError(f"{where}: {error.message}", hint=error.hint) from None
        incoming.commit()
        return _record(store, archive, incoming.entries, named=named)


class _Incoming:
    """Layers on their way into the store: written and checked, under temporary names until all are there."""

    def __init__(self, store: "Store", budget: Budget, stack: ExitStack) -> None:
        self._store = store
        self._budget = budget
        self._stack = stack
        self._writers: list[BlobWriter] = []
        self.entries: dict[str, list[LayerEntry]] = {}

    def take(self, image: ArchivedImage) -> None:
        """Write what the store lacks of an image's layers, and see whether they make a file system."""
        filesystem = FileSystem()
        for layer in image.layers:
            if layer.diff_id not in self.entries and not self._store.has_blob(layer.diff_id):
                self.entries[layer.diff_id] = self._write(layer)
            known = self.entries.get(layer.diff_id)
            apply_layer(filesystem, layer_entries(self._store, layer.diff_id) if known is None else known)

    def _write(self, layer: ArchivedLayer) -> list[LayerEntry]:
        writer = self._stack.enter_context(self._store.blob_writer())
        for chunk in layer.chunks(self._budget):
            writer.write(chunk)
        if writer.digest != layer.diff_id:
            raise ImageError(
                f"layer {layer.name} is damaged: unpacked it has digest {writer.digest},"
                f" the configuration says {layer.diff_id}"
            )
        path = writer.seal()
        try:
            with open(path, "rb") as stream:
                entries = read_layer(stream, None, layer.diff_id)
        except LayerError as error:
            raise ImageError(f"layer {layer.name}: {error.message}") from None
        self._writers.append(writer)
        return entries

    def commit(self) -> None:
        """Put all layers in their places."""
        for writer in self._writers:
            writer.commit()


def _record(
    store: "Store", archive: Archive, entries: Mapping[str, list[LayerEntry]], *, named: bool
) -> list[Loaded]:
    loaded = []
    with store.transaction():
        for digest, members in entries.items():
            keep_index(store, digest, members)
        for image in archive.images:
            image_id = store.put_config(image.raw_config, image.config.created)
            names = image.names if named else ()
            for name in names:
                store.tag(image_id, name)
            loaded += [Loaded(familiar(name), image_id) for name in names] or [Loaded("", image_id)]
    return loaded
