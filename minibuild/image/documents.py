"""JSON documents from outside, checked: OCI index, manifest and configuration, docker's `manifest.json`,
`repositories`.

pydantic is used here only; everything inside works with the plain values of `config`. Sources: OCI
image-spec, Docker image specification 1.2. Nulls stand for absent values, as Go writes them.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from minibuild.image.config import ImageConfig
from minibuild.image.digest import is_digest
from minibuild.image.errors import ImageError

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
INDEX_TYPES = frozenset({OCI + "index.v1+json", DOCKER + "distribution.manifest.list.v2+json"})
MANIFEST_TYPES = frozenset({OCI + "manifest.v1+json", DOCKER + "distribution.manifest.v2+json"})
CONFIG_TYPES = frozenset({OCI + "config.v1+json", DOCKER + "container.image.v1+json"})
# No real document comes near this; a larger one is not read into memory.
DOCUMENT_LIMIT = 16 << 20

_Model = TypeVar("_Model", bound=BaseModel)


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Platform(_Document):
    """What an image runs on."""

    architecture: str = ""
    os: str = ""
    variant: str | None = None


class Descriptor(_Document):
    """A reference to a blob: media type, digest, size in bytes."""

    mediaType: str = ""  # noqa: N815  the document's own word
    digest: str
    size: int
    platform: Platform | None = None
    annotations: dict[str, str] | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether this describes what BuildKit says about an image, not an image."""
        return "vnd.docker.reference.type" in (self.annotations or {}) or (
            self.platform is not None and self.platform.os == "unknown"
        )


class Index(_Document):
    """An image index, or docker's manifest list."""

    schemaVersion: int  # noqa: N815
    mediaType: str | None = None  # noqa: N815
    manifests: list[Descriptor] | None = None


class Manifest(_Document):
    """An image manifest; BuildKit writes null for no layers."""

    schemaVersion: int  # noqa: N815
    mediaType: str | None = None  # noqa: N815
    config: Descriptor
    layers: list[Descriptor] | None = None
    annotations: dict[str, str] | None = None


class _RootFs(_Document):
    type: str = "layers"
    diff_ids: list[str] | None = None


class _History(_Document):
    created: str | None = None
    created_by: str | None = None
    author: str | None = None
    comment: str | None = None
    empty_layer: bool | None = None


class _Healthcheck(_Document):
    Test: list[str] | None = None
    Interval: int | None = None
    Timeout: int | None = None
    StartPeriod: int | None = None
    StartInterval: int | None = None
    Retries: int | None = None


class _ContainerConfig(_Document):
    User: str | None = None
    ExposedPorts: dict[str, Any] | None = None
    Env: list[str] | None = None
    Entrypoint: list[str] | None = None
    Cmd: list[str] | None = None
    Volumes: dict[str, Any] | None = None
    WorkingDir: str | None = None
    Labels: dict[str, str] | None = None
    StopSignal: str | None = None
    Healthcheck: _Healthcheck | None = None
    Shell: list[str] | None = None
    OnBuild: list[str] | None = None


class _ImageConfig(_Document):
    created: str | None = None
    architecture: str | None = None
    os: str | None = None
    variant: str | None = None
    author: str | None = None
    config: _ContainerConfig | None = None
    rootfs: _RootFs
    history: list[_History] | None = None


class ArchiveEntry(_Document):
    """One image of docker's `manifest.json`: where its configuration and its layers are in the archive."""

    Config: str
    RepoTags: list[str] | None = None
    Layers: list[str] | None = None


_ARCHIVE = TypeAdapter(list[ArchiveEntry], config=ConfigDict(strict=True))
_REPOSITORIES = TypeAdapter(dict[str, dict[str, str]], config=ConfigDict(strict=True))


def parse_index(raw: bytes, what: str) -> list[Descriptor]:
    """The descriptors of an index; `what` names it in errors."""
    index = _validated(Index, raw, what)
    if index.schemaVersion != 2:
        raise ImageError(f"{what} has schema version {index.schemaVersion}; only 2 is known")
    for descriptor in index.manifests or ():
        _check(descriptor, what)
    return index.manifests or []


def parse_manifest(raw: bytes, what: str) -> Manifest:
    """A manifest, with all descriptors checked."""
    manifest = _validated(Manifest, raw, what)
    if manifest.schemaVersion != 2:
        raise ImageError(f"{what} has schema version {manifest.schemaVersion}; only 2 is known")
    for descriptor in (manifest.config, *(manifest.layers or ())):
        _check(descriptor, what)
    return manifest


def parse_config(raw: bytes, what: str) -> ImageConfig:
    """An image's configuration."""
    document = _validated(_ImageConfig, raw, what)
    if document.rootfs.type != "layers":
        raise ImageError(f"{what} has a root file system of type {document.rootfs.type!r}, not layers")
    for diff_id in document.rootfs.diff_ids or ():
        if not is_digest(diff_id):
            raise ImageError(f"{what} has {diff_id[:80]!r} for a diff ID, which is no sha256 digest")
    return ImageConfig.from_json(raw)


def parse_archive_manifest(raw: bytes) -> list[ArchiveEntry]:
    """The entries of docker's `manifest.json`."""
    try:
        return _ARCHIVE.validate_json(raw)
    except ValidationError as error:
        raise _sentence(error, "manifest.json") from None


def parse_repositories(raw: bytes) -> dict[str, dict[str, str]]:
    """Docker's older `repositories`: names, their tags, the directory of each one's top layer."""
    try:
        return _REPOSITORIES.validate_json(raw)
    except ValidationError as error:
        raise _sentence(error, "repositories") from None


def _validated(model: type[_Model], raw: bytes, what: str) -> _Model:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _sentence(error, what) from None


def _sentence(error: ValidationError, what: str) -> ImageError:
    """The first problem, with its place in the document, in plain words."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return ImageError(f"{what} is not JSON: {first['msg'].removeprefix('Invalid JSON: ')}")
    if first["type"] == "missing":
        return ImageError(f"{what} has no {place}")
    return ImageError(f"{what} is malformed{f' at {place}' if place else ''}: {first['msg']}")


def _check(descriptor: Descriptor, what: str) -> None:
    if not is_digest(descriptor.digest):
        raise ImageError(f"{what} refers to {descriptor.digest[:80]!r}, which is no sha256 digest")
    if descriptor.size < 0:
        raise ImageError(f"{what} gives blob {descriptor.digest} a negative size")
