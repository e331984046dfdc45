"""Writing image archives: OCI layouts as tars or directories, and docker archives, which are both at once.

The same images give the same bytes: members are sorted, times are fixed. Blobs come from whoever has them,
already compressed; only digests and sizes are decided before.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from minibuild.filesystem import Directory, File
from minibuild.filesystem.tarheader import BLOCK, header, padding
from minibuild.image.attestation import AttestedImage, Statement, attested
from minibuild.image.config import ImageConfig
from minibuild.image.digest import digest_of
from minibuild.image.errors import ImageError
from minibuild.image.reference import parse_reference

_OCI = "application/vnd.oci.image."
_LAYER_TYPES = {
    "none": _OCI + "layer.v1.tar",
    "gzip": _OCI + "layer.v1.tar+gzip",
    "zstd": _OCI + "layer.v1.tar+zstd",
}
COMPRESSIONS = tuple(_LAYER_TYPES)
_BLOBS = "blobs/sha256/"
_CHUNK = 1 << 20
_RECORD = 20 * BLOCK


class Layers(Protocol):
    """Where layers are read from."""

    def chunks(self, digest: str) -> Iterator[bytes]:
        """A layer's bytes in pieces, as they go into the archive."""


class StoredLayer(NamedTuple):
    """A layer's blob as it goes into the archive: digest and size after compression (`none`, `gzip` or
    `zstd`)."""

    digest: str
    size: int
    compression: str


class OutgoingImage:
    """An image to write: names in full, its configuration's bytes, its layers, annotations of its
    manifest and of the manifest's descriptor; with `attest`, what is said about it in an index around it."""

    __slots__ = ("attested", "config", "descriptor_annotations", "layers", "manifest", "names")

    def __init__(
        self,
        names: Iterable[str],
        raw_config: bytes,
        layers: Iterable[StoredLayer],
        annotations: Mapping[str, str] | None = None,
        descriptor_annotations: Mapping[str, str] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.descriptor_annotations = dict(descriptor_annotations or {})
        self.attested: AttestedImage | None = None
        self.config = raw_config
        self.layers = tuple(layers)
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": _OCI + "manifest.v1+json",
            "config": {
                "mediaType": _OCI + "config.v1+json",
                "digest": digest_of(raw_config),
                "size": len(raw_config),
            },
            "layers": [
                {"mediaType": _LAYER_TYPES[layer.compression], "digest": layer.digest, "size": layer.size}
                for layer in self.layers
            ],
        }
        if annotations:
            document["annotations"] = dict(sorted(annotations.items()))
        self.manifest = _json(document)

    def attest(self, statements: Iterable[Statement], annotations: Mapping[str, str]) -> None:
        """Put statements about the image beside it; `annotations` are those of the index that holds both."""
        self.attested = attested(self.manifest_descriptor(), statements, annotations)

    def descriptor(self) -> dict[str, Any]:
        """The descriptor by which an archive's index names the image: its manifest's, or its index's."""
        return self.manifest_descriptor() if self.attested is None else self.attested.descriptor()

    def manifest_descriptor(self) -> dict[str, Any]:
        """The descriptor of the manifest, with the platform."""
        config = ImageConfig.from_json(self.config)
        platform = {"architecture": config.architecture, "os": config.os, "variant": config.variant}
        descriptor: dict[str, Any] = {
            "mediaType": _OCI + "manifest.v1+json",
            "digest": digest_of(self.manifest),
            "size": len(self.manifest),
            "platform": {key: value for key, value in platform.items() if value},
        }
        if self.descriptor_annotations:
            descriptor["annotations"] = dict(sorted(self.descriptor_annotations.items()))
        return descriptor


def write_tar(
    images: Iterable[OutgoingImage],
    blobs: Layers,
    destination: Path | BinaryIO,
    *,
    docker: bool = False,
    mtime: int = 0,
) -> None:
    """Write an OCI layout as a tar; `docker` adds `manifest.json`, so that `docker load` reads it too.

    A path gets the whole archive at once or stays as it was. `mtime` (seconds) is every member's time.
    Raise `ImageError`.
    """
    documents, layers = _contents(tuple(images), docker=docker)
    with destination_stream(destination) as out:
        writer = _Tar(out, mtime)
        names = {*documents, *(_BLOBS + digest[7:] for digest in layers)}
        writer.directory("blobs")
        writer.directory("blobs/sha256")
        for name in sorted(names):
            if name in documents:
                writer.file(name, len(documents[name]), iter((documents[name],)))
            else:
                layer = layers["sha256:" + name[len(_BLOBS) :]]
                writer.file(name, layer.size, blobs.chunks(layer.digest))
        writer.end()


def write_layout(
    images: Iterable[OutgoingImage], blobs: Layers, directory: Path, *, docker: bool = False
) -> None:
    """Write an OCI layout into a directory that is new, empty, or a layout, whose images it replaces.

    `docker` adds `manifest.json`. Raise `ImageError`.
    """
    documents, layers = _contents(tuple(images), docker=docker)
    try:
        if directory.is_dir() and any(directory.iterdir()) and not (directory / "oci-layout").exists():
            raise ImageError(f"{directory} is neither empty nor an OCI layout", hint="choose a new directory")
        (directory / _BLOBS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _write_error(directory, error) from None
    for digest in sorted(layers):
        path = directory / _BLOBS / digest[7:]
        if not path.exists():
            with destination_stream(path) as out:
                for chunk in blobs.chunks(digest):
                    out.write(chunk)
    for name in sorted(documents, key=lambda name: (name == "index.json", name)):  # the index last
        with destination_stream(directory / name) as out:
            out.write(documents[name])


def _contents(
    images: tuple[OutgoingImage, ...], *, docker: bool
) -> tuple[dict[str, bytes], dict[str, StoredLayer]]:
    """The documents by their member names, and the layers by digest."""
    documents = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": _index(images)}
    layers: dict[str, StoredLayer] = {}
    for image in images:
        beside = image.attested.documents if image.attested is not None else ()
        for document in (image.config, image.manifest, *beside):
            documents[_BLOBS + digest_of(document)[7:]] = document
        layers.update((layer.digest, layer) for layer in image.layers)
    if docker:
        documents["manifest.json"] = _json([_docker_entry(image) for image in images])
    return documents, layers


def _index(images: tuple[OutgoingImage, ...]) -> bytes:
    tags = [parse_reference(name).tag for image in images for name in image.names]
    descriptors = []
    for image in images:
        descriptor = image.descriptor()
        for name in image.names:
            reference = parse_reference(name)
            # As BuildKit does it: the tag beside the name in full. Only where tags collide the name tells
            # them apart.
            short = reference.tag if tags.count(reference.tag) == 1 else reference.familiar
            annotations = {
                **descriptor.get("annotations", {}),
                "io.containerd.image.name": reference.canonical,
                "org.opencontainers.image.ref.name": short,
            }
            descriptors.append({**descriptor, "annotations": annotations})
        if not image.names:
            descriptors.append(descriptor)
    return _json({"schemaVersion": 2, "mediaType": _OCI + "index.v1+json", "manifests": descriptors})


def _docker_entry(image: OutgoingImage) -> dict[str, Any]:
    return {
        "Config": _BLOBS + digest_of(image.config)[7:],
        "RepoTags": [parse_reference(name).familiar for name in image.names] or None,
        "Layers": [_BLOBS + layer.digest[7:] for layer in image.layers],
    }


class _Tar:
    """Writes a deterministic tar."""

    def __init__(self, out: BinaryIO, mtime: int) -> None:
        self._out = out
        self._mtime = mtime * 1_000_000_000
        self._total = 0

    def directory(self, name: str) -> None:
        self._write(header(name + "/", Directory(mode=0o755, mtime=self._mtime), b"5"))

    def file(self, name: str, size: int, chunks: Iterator[bytes]) -> None:
        self._write(header(name, File(mode=0o644, mtime=self._mtime), b"0", size=size))
        written = 0
        for chunk in chunks:
            self._write(chunk)
            written += len(chunk)
        if written != size:
            raise ImageError(f"{name} has {written} bytes instead of {size}: the store's blob is damaged")
        self._write(padding(size))

    def end(self) -> None:
        end = 2 * BLOCK
        self._write(bytes(end + -(self._total + end) % _RECORD))

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._total += len(data)


@contextmanager
def destination_stream(destination: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A stream to write to; a path gets its content by a rename at the end."""
    if not isinstance(destination, Path):
        yield destination
        destination.flush()
        return
    temporary: Path | None = None
    try:
        path = Path(os.path.realpath(destination))  # a link stays, what it points to is replaced
        if path.exists() and not path.is_file():  # a device or pipe can't be replaced
            with path.open("wb") as out:
                yield out
            return
        temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
        with temporary.open("xb", buffering=_CHUNK) as out:
            yield out
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise _write_error(destination, error) from None
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _write_error(path: Path, error: OSError) -> ImageError:
    return ImageError(f"can't write {path}: {error.strerror or error}")


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
