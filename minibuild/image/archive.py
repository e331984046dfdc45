"""Reading image archives: docker archives and OCI layouts, as tars (also compressed ones) or directories.

Every digest that a document gives is checked against what is there. Problems are `ImageError` in plain
sentences.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from minibuild.image.config import ImageConfig
from minibuild.image.digest import digest_of
from minibuild.image.documents import (
    DOCUMENT_LIMIT,
    INDEX_TYPES,
    MANIFEST_TYPES,
    Descriptor,
    parse_archive_manifest,
    parse_config,
    parse_index,
    parse_manifest,
    parse_repositories,
)
from minibuild.image.errors import ImageError
from minibuild.image.members import Members, open_members, read_document, stream_members
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.image.streams import Budget, Hashed, compression, unpacked

REF_NAME = "org.opencontainers.image.ref.name"
CONTAINERD_NAME = "io.containerd.image.name"
_HEX = re.compile(r"([0-9a-f]{64})(?:\.json)?\Z")
_NESTING = 4
_UNLIMITED = 1 << 62


class _Stored(NamedTuple):
    """What a document says about a layer as it is in the archive."""

    name: str
    digest: str | None = None
    size: int | None = None
    media_type: str = ""


class ArchivedLayer:
    """A layer in an archive.

    `digest`, `size` and `media_type` are what a document says of its stored form: None and "" when none does.
    """

    __slots__ = ("_members", "diff_id", "digest", "media_type", "name", "size")

    def __init__(self, members: Members, diff_id: str, stored: _Stored) -> None:
        self._members = members
        self.name = stored.name
        self.diff_id = diff_id
        self.digest = stored.digest
        self.size = stored.size
        self.media_type = stored.media_type

    def compression(self) -> str:
        """How the stored form is compressed, by its first bytes."""
        with self._members.open(self.name) as stored:
            return compression(stored.read(6))

    def chunks(self, budget: Budget) -> Iterator[bytes]:
        """The uncompressed tar in pieces; whoever takes them must compare their digest with `diff_id`."""
        what = f"layer {self.name}"
        with self._members.open(self.name) as stored:
            source = Hashed(stored)
            yield from unpacked(source, what, budget)
            source.drain()
        if self.size is not None and source.size != self.size:
            raise ImageError(f"{what} has {source.size} bytes, its manifest says {self.size}")
        if self.digest is not None and source.digest != self.digest:
            raise ImageError(f"{what} is damaged: its digest is {source.digest}")


class ArchivedImage:
    """An image in an archive: names in full, configuration (bytes and value), layers from the bottom up.

    `labels` are what a layout calls it: the digest of its manifest and the reference as it is written.
    """

    __slots__ = ("config", "labels", "layers", "names", "raw_config")

    def __init__(
        self,
        names: tuple[str, ...],
        raw: bytes,
        config: ImageConfig,
        layers: tuple[ArchivedLayer, ...],
        labels: frozenset[str] = frozenset(),
    ) -> None:
        self.names = names
        self.labels = labels
        self.raw_config = raw
        self.config = config
        self.layers = layers

    @property
    def id(self) -> str:
        """The image ID."""
        return digest_of(self.raw_config)


class Archive:
    """An open archive; a context manager."""

    def __init__(self, members: Members, platform: str) -> None:
        self._members = members
        self.images = tuple(_read(members, platform))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._members.close()


def open_archive(
    source: Path | BinaryIO, *, platform: str = "linux/amd64", limit: int = _UNLIMITED
) -> Archive:
    """Open an archive or layout at a path, or a tar in a stream, which is closed with it.

    Of an image for several platforms the one for `platform` is taken, else its first. `limit` bounds the
    bytes that a compressed archive may take unpacked. Raise `ImageError`.
    """
    name = str(source) if isinstance(source, Path) else "the archive on standard input"
    budget = Budget(limit)
    try:
        members = open_members(source, budget) if isinstance(source, Path) else stream_members(source, budget)
        try:
            return Archive(members, platform)
        except BaseException:
            members.close()
            raise
    except ImageError as error:
        raise ImageError(f"{name}: {error.message}", hint=error.hint) from None
    except OSError as error:
        raise ImageError(f"{name}: can't read it: {error.strerror or error}") from None


def _read(members: Members, platform: str) -> list[ArchivedImage]:
    found: dict[str, ArchivedImage] = {}
    has_index = members.resolve("index.json") is not None
    has_manifest = members.resolve("manifest.json") is not None
    if not has_index and not has_manifest:
        older = members.resolve("repositories") is not None
        raise ImageError(
            "it is a docker archive from before 1.10, which has no manifest.json"
            if older
            else "it is no image archive: it has neither index.json nor manifest.json"
        )
    images = _Layout(members, platform).images() if has_index else []
    if has_manifest:
        images += _docker_images(members)
    for image in images:
        known = found.get(image.id)
        names = dict.fromkeys((*(known.names if known else ()), *image.names))
        first = known or image
        labels = (known.labels if known else frozenset()) | image.labels
        found[image.id] = ArchivedImage(tuple(names), first.raw_config, first.config, first.layers, labels)
    if not found:
        raise ImageError("it holds no image")
    return list(found.values())


def _image(
    members: Members,
    names: tuple[str, ...],
    raw: bytes,
    layers: list[_Stored],
    labels: frozenset[str] = frozenset(),
) -> ArchivedImage:
    """An image of its configuration and layers; ImageError when they don't fit together."""
    config = parse_config(raw, "the image's configuration")
    if len(layers) != len(config.diff_ids):
        raise ImageError(f"the image has {len(layers)} layers, its configuration says {len(config.diff_ids)}")
    archived = []
    for layer, diff_id in zip(layers, config.diff_ids, strict=True):
        if members.resolve(layer.name) is None:
            raise ImageError(f"layer {layer.name} is missing from the archive")
        archived.append(ArchivedLayer(members, diff_id, layer))
    return ArchivedImage(names, raw, config, tuple(archived), labels)


class _Layout:
    """The images of an OCI layout."""

    def __init__(self, members: Members, platform: str) -> None:
        self.members = members
        self.platform = platform

    def images(self) -> list[ArchivedImage]:
        descriptors = parse_index(read_document(self.members, "index.json", DOCUMENT_LIMIT), "index.json")
        found = []
        for descriptor in descriptors:
            if not descriptor.is_attestation:
                manifest = self._manifest(descriptor)
                written = (descriptor.annotations or {}).get(REF_NAME, "")
                labels = {descriptor.digest, manifest.digest, written}
                names = _annotated_names(descriptor)
                found.append(self._image(manifest, names, frozenset(label for label in labels if label)))
        return found

    def _blob(self, descriptor: Descriptor, what: str) -> bytes:
        raw = read_document(self.members, _blob_name(descriptor.digest), DOCUMENT_LIMIT)
        if len(raw) != descriptor.size:
            raise ImageError(
                f"{what} {descriptor.digest} has {len(raw)} bytes, its descriptor says {descriptor.size}"
            )
        if digest_of(raw) != descriptor.digest:
            raise ImageError(f"{what} {descriptor.digest} is damaged: its digest is {digest_of(raw)}")
        return raw

    def _manifest(self, descriptor: Descriptor) -> Descriptor:
        """The manifest for the wanted platform, through nested indexes."""
        for _ in range(_NESTING):
            if descriptor.mediaType not in INDEX_TYPES:
                return descriptor
            nested = parse_index(self._blob(descriptor, "index"), f"index {descriptor.digest}")
            real = [one for one in nested if not one.is_attestation]
            if not real:
                raise ImageError(f"index {descriptor.digest} lists no image")
            wanted = [one for one in real if _platform(one) == self.platform]
            descriptor = (wanted or real)[0]
        raise ImageError("its indexes are nested too deeply")

    def _image(
        self, descriptor: Descriptor, names: tuple[str, ...], labels: frozenset[str]
    ) -> ArchivedImage:
        if descriptor.mediaType not in MANIFEST_TYPES:
            raise ImageError(
                f"{descriptor.digest} is no image but {descriptor.mediaType[:80] or 'of no media type'}"
            )
        manifest = parse_manifest(self._blob(descriptor, "manifest"), f"manifest {descriptor.digest}")
        raw = self._blob(manifest.config, "configuration")
        layers = [
            _Stored(_blob_name(layer.digest), layer.digest, layer.size, layer.mediaType)
            for layer in manifest.layers or ()
        ]
        return _image(self.members, names, raw, layers, labels)


def _docker_images(members: Members) -> list[ArchivedImage]:
    entries = parse_archive_manifest(read_document(members, "manifest.json", DOCUMENT_LIMIT))
    older = _older_names(members)
    found = []
    for entry in entries:
        raw = read_document(members, entry.Config, DOCUMENT_LIMIT)
        match = _HEX.search(entry.Config)
        if match and match[1] != digest_of(raw)[7:]:
            raise ImageError(f"configuration {entry.Config} is damaged: its digest is {digest_of(raw)}")
        names = tuple(dict.fromkeys(_full_name(name) for name in entry.RepoTags or ()))
        top = members.resolve(entry.Layers[-1]) if entry.Layers else None
        layers = [_Stored(name, _stored_digest(name)) for name in entry.Layers or ()]
        found.append(_image(members, names or older.get(top or "", ()), raw, layers))
    return found


def _older_names(members: Members) -> dict[str, tuple[str, ...]]:
    """Names by the member that holds an image's top layer, from `repositories`, which older programs
    write."""
    if members.resolve("repositories") is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for repository, tags in parse_repositories(
        read_document(members, "repositories", DOCUMENT_LIMIT)
    ).items():
        for tag, layer in tags.items():
            member = members.resolve(posixpath.join(layer, "layer.tar"))
            if member is not None:
                found[member] = (*found.get(member, ()), _full_name(f"{repository}:{tag}"))
    return found


def _stored_digest(name: str) -> str | None:
    """The digest that a member of docker's newer archives has in its name."""
    return "sha256:" + name[13:] if re.fullmatch(r"blobs/sha256/[0-9a-f]{64}", name) else None


def _blob_name(digest: str) -> str:
    return "blobs/sha256/" + digest[7:]


def _platform(descriptor: Descriptor) -> str:
    platform = descriptor.platform
    return f"{platform.os}/{platform.architecture}" if platform else ""


def _annotated_names(descriptor: Descriptor) -> tuple[str, ...]:
    """The image's name. A reference that is only a tag, as BuildKit writes it beside the full name, is
    none."""
    annotations = descriptor.annotations or {}
    name = annotations.get(CONTAINERD_NAME)
    if name:
        return (_full_name(name),)
    name = annotations.get(REF_NAME, "")
    if ":" in name or "/" in name:
        return (_full_name(name),)
    try:
        return (parse_reference(name).canonical,) if name and name != "latest" else ()
    except ReferenceError:
        return ()


def _full_name(name: str) -> str:
    try:
        reference = parse_reference(name)
    except ReferenceError as error:
        raise ImageError(f"it names an image {name[:80]!r}: {error}") from None
    if reference.digest:
        raise ImageError(f"it names an image {name[:80]!r}: a name to load has a tag, not a digest")
    return reference.canonical
