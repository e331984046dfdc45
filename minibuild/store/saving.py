"""Images out of the store: `minibuild save` and what builds export. The way in is `loading`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from minibuild.image.errors import ImageError
from minibuild.image.writing import OutgoingImage, write_layout, write_tar
from minibuild.store.compression import PackedLayers
from minibuild.store.errors import StoreError
from minibuild.store.names import canonical, parsed

if TYPE_CHECKING:
    from minibuild.store.store import Store


class Packing(NamedTuple):
    """How an archive is written.

    `compression` is none, gzip or zstd; `level` None for a fast one; `mtime` (seconds) is every member's
    time; `annotations` go into each manifest, `descriptor_annotations` into its descriptor.
    """

    compression: str = "gzip"
    level: int | None = None
    mtime: int = 0
    annotations: Mapping[str, str] = {}
    descriptor_annotations: Mapping[str, str] = {}


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

    `format`: `oci` (a tar of an OCI layout), `docker` (the same with a `manifest.json`), `layout` and
    `docker-layout` (the same as directories). Raise `ImageError` or `StoreError`.
    """
    layers = PackedLayers(store, packing.compression, packing.level)
    outgoing = [outgoing_image(store, image_id, names, packing, layers) for image_id, names in images]
    write_outgoing(layers, outgoing, destination, format=format, mtime=packing.mtime)
    return [image.descriptor() for image in outgoing]


def write_outgoing(
    layers: PackedLayers,
    outgoing: list[OutgoingImage],
    destination: Path | BinaryIO,
    *,
    format: str,  # noqa: A002  the option's name
    mtime: int,
) -> None:
    """Write images whose layers are packed already; see `write_images`."""
    if format in ("layout", "docker-layout"):
        if not isinstance(destination, Path):
            raise ImageError("a layout is a directory and can't go to standard output")
        write_layout(outgoing, layers, destination, docker=format == "docker-layout")
    elif format in ("oci", "docker"):
        write_tar(outgoing, layers, destination, docker=format == "docker", mtime=mtime)
    else:
        raise ImageError(f"unknown archive format {format!r}", hint="known are oci, docker, layout")


def outgoing_image(
    store: "Store", image_id: str, names: Iterable[str], packing: Packing, layers: PackedLayers
) -> OutgoingImage:
    """An image ready to be written: its layers packed, its manifest made."""
    raw = store.raw_config(image_id)
    packed = [layers.pack(diff_id) for diff_id in store.image(image_id).diff_ids]
    full = sorted({canonical(name) for name in names})
    return OutgoingImage(full, raw, packed, packing.annotations, packing.descriptor_annotations)
