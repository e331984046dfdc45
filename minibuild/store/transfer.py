"""Images into the store and out of it: `minibuild load`, `minibuild save`, and what builds export."""

import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from minibuild.filesystem import FileSystem, LayerEntry, LayerError, apply_layer, read_layer
from minibuild.image.archive import Archive, ArchivedImage, ArchivedLayer, open_archive
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget
from minibuild.image.writing import OutgoingImage, write_layout, write_tar
from minibuild.store.compression import stored_layer
from minibuild.store.errors import StoreError
from minibuild.store.layers import keep_index, layer_entries
from minibuild.store.names import canonical, familiar, parsed

if TYPE_CHECKING:
    from minibuild.store.blobs import BlobWriter
    from minibuild.store.store import Store


class Loaded(NamedTuple):
    """What `load` brought in: a name as people write it ("" for an image without one) and the image ID."""

    name: str
    image_id: str


class Packing(NamedTuple):
    """How an archive is written.

    `compression` is none, gzip or zstd; `level` None for a fast one; `mtime` (seconds) is every member's
    time; `annotations` go into each manifest.
    """

    compression: str = "gzip"
    level: int | None = None
    mtime: int = 0
    annotations: Mapping[str, str] = {}


def load_archive(
    store: "Store", source: Path | BinaryIO, *, platform: str = "linux/amd64", limit: int | None = None
) -> list[Loaded]:
    """Load every image of an archive or layout, all of them or none.

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
        return _record(store, archive, incoming.entries)


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


def _record(store: "Store", archive: Archive, entries: Mapping[str, list[LayerEntry]]) -> list[Loaded]:
    loaded = []
    with store.transaction():
        for digest, members in entries.items():
            keep_index(store, digest, members)
        for image in archive.images:
            image_id = store.put_config(image.raw_config, image.config.created)
            for name in image.names:
                store.tag(image_id, name)
            loaded += [Loaded(familiar(name), image_id) for name in image.names] or [Loaded("", image_id)]
    return loaded


def save_images(
    store: "Store",
    names: Iterable[str],
    destination: Path | BinaryIO,
    *,
    format: str = "docker",  # noqa: A002  the option's name
    packing: Packing | None = None,
) -> list[dict[str, Any]]:
    """Write images, given by names or IDs, into one archive; see `write_images`. Raise `StoreError` for an
    unknown one."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        image_id = store.resolve(name)
        if image_id is None:
            raise StoreError(f"no such image: {name}", hint="`minibuild images` lists those that are there")
        owned = wanted.setdefault(image_id, [])
        named = parsed(name)
        if named is not None and not named.digest and named.familiar in store.names(image_id):
            owned.append(named.canonical)
    # `docker save` leaves layers as they are; in an OCI archive they are compressed.
    packing = packing or Packing(compression="none" if format == "docker" else "gzip")
    return write_images(store, list(wanted.items()), destination, format=format, packing=packing)


def write_images(
    store: "Store",
    images: Iterable[tuple[str, Iterable[str]]],
    destination: Path | BinaryIO,
    *,
    format: str,  # noqa: A002  the option's name
    packing: Packing,
) -> list[dict[str, Any]]:
    """Write images, each with its names, and return their manifests' descriptors.

    `format`: `oci` (a tar of an OCI layout), `docker` (the same with a `manifest.json`), `layout` (a
    directory). Raise `ImageError` or `StoreError`.
    """
    outgoing = [_outgoing(store, image_id, names, packing) for image_id, names in images]
    if format == "layout":
        if not isinstance(destination, Path):
            raise ImageError("a layout is a directory and can't go to standard output")
        write_layout(outgoing, store, destination)
    elif format in ("oci", "docker"):
        write_tar(outgoing, store, destination, docker=format == "docker", mtime=packing.mtime)
    else:
        raise ImageError(f"unknown archive format {format!r}", hint="known are oci, docker, layout")
    return [image.descriptor() for image in outgoing]


def _outgoing(store: "Store", image_id: str, names: Iterable[str], packing: Packing) -> OutgoingImage:
    raw = store.raw_config(image_id)
    layers = [
        stored_layer(store, diff_id, packing.compression, packing.level)
        for diff_id in store.image(image_id).diff_ids
    ]
    full = sorted({canonical(name) for name in names})
    return OutgoingImage(full, raw, layers, packing.annotations)
