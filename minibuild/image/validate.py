"""Checking an image against itself and the OCI image-spec: what the writers' tests, and people, ask of an
archive."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from minibuild.filesystem import FileSystem, LayerEntry, LayerError, apply_layer, read_layer
from minibuild.image.archive import ArchivedImage, ArchivedLayer, open_archive
from minibuild.image.config import ImageConfig
from minibuild.image.documents import DOCKER, OCI
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget

_LAYER_TYPES = (OCI + "layer.v1.tar", OCI + "layer.nondistributable.v1.tar", DOCKER + "image.rootfs.diff.tar")
_SUFFIXES = {"": "none", "+gzip": "gzip", "+zstd": "zstd", ".gzip": "gzip"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")
_PORT = re.compile(r"\d+(-\d+)?(/(tcp|udp|sctp))?\Z")
_WHITEOUT = ".wh."
_UNLIMITED = 1 << 62


def validate_archive(path: Path) -> list[str]:
    """Every problem of an archive or layout, a sentence each; empty for a sound one."""
    problems = []
    try:
        with open_archive(path) as archive:
            for image in archive.images:
                problems += validate(image)
    except ImageError as error:
        problems.append(error.message)
    return problems


def validate(image: ArchivedImage) -> list[str]:
    """Every problem of an image: its configuration, its history, its layers and whether they apply."""
    problems = list(_config_problems(image.config))
    filesystem = FileSystem()
    for number, layer in enumerate(image.layers):
        what = f"layer {number}"
        problems += (f"{what} {problem}" for problem in _type_problems(layer))
        try:
            digest, entries = _read(layer)
            if digest != layer.diff_id:
                problems.append(f"{what} has digest {digest}, its diff ID is {layer.diff_id}")
            problems += (f"{what}: {problem}" for problem in _member_problems(entries))
            apply_layer(filesystem, entries)
        except (ImageError, LayerError) as error:
            problems.append(f"{what}: {error.message}")
    return problems


def _read(layer: ArchivedLayer) -> tuple[str, list[LayerEntry]]:
    """The digest of a layer's uncompressed bytes and its members."""
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as spool:
        for chunk in layer.chunks(Budget(_UNLIMITED)):
            digest.update(chunk)
            spool.write(chunk)
        spool.seek(0)
        return "sha256:" + digest.hexdigest(), read_layer(spool, None, layer.diff_id)


def _type_problems(layer: ArchivedLayer) -> Iterator[str]:
    if not layer.media_type:
        return
    base = next((base for base in _LAYER_TYPES if layer.media_type.startswith(base)), None)
    claimed = _SUFFIXES.get(layer.media_type.removeprefix(base)) if base else None
    if claimed is None:
        yield f"has media type {layer.media_type}"
    elif claimed != layer.compression():
        yield f"is {layer.compression()}, its media type is {layer.media_type}"


def _config_problems(config: ImageConfig) -> Iterator[str]:
    if not config.architecture or not config.os:
        yield "the configuration does not say for which architecture and operating system it is"
    for when in (config.created, *(entry.created for entry in config.history)):
        if when and not _TIME.match(when):
            yield f"{when!r} is no RFC 3339 time"
    layers = sum(1 for entry in config.history if not entry.empty_layer)
    if config.history and layers != len(config.diff_ids):
        yield f"the history has {layers} entries with a layer, the image has {len(config.diff_ids)} layers"
    for variable in config.config.env:
        if "=" not in variable:
            yield f"environment entry {variable!r} has no value"
    for port in config.config.exposed_ports:
        if not _PORT.match(port):
            yield f"exposed port {port!r} is no port"


def _member_problems(entries: list[LayerEntry]) -> Iterator[str]:
    seen: set[str] = set()
    for entry in entries:
        if entry.path in seen:
            yield f"member {entry.path!r} appears twice"
        seen.add(entry.path)
        name = entry.path.rpartition("/")[2]
        if name.startswith(_WHITEOUT) and (entry.kind != "file" or entry.size):
            yield f"whiteout {entry.path!r} is no empty file"
