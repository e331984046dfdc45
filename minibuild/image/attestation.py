"""Attestations as BuildKit ships them: statements about an image in a manifest of their own, beside the
image in an index.

The manifest is for the platform `unknown/unknown`, so that nothing takes it for an image; its annotations
and its `subject` name the image's manifest (BuildKit, docs/attestations/attestation-storage.md).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minibuild.image.digest import digest_of

_OCI = "application/vnd.oci."
_STATEMENT_TYPE = "https://in-toto.io/Statement/v0.1"
_NOTHING = b"{}"


class Statement(NamedTuple):
    """What is said about an image: the type of the predicate, and the in-toto statement's bytes."""

    predicate_type: str
    document: bytes


def make_statement(predicate_type: str, predicate: object, names: Iterable[str], manifest: str) -> Statement:
    """A statement about the image with that manifest (`sha256:…`), under its package URLs."""
    document = {
        "_type": _STATEMENT_TYPE,
        "predicateType": predicate_type,
        "subject": [{"name": name, "digest": {"sha256": manifest[7:]}} for name in names],
        "predicate": predicate,
    }
    return Statement(predicate_type, _json(document))


class AttestedImage(NamedTuple):
    """The documents that wrap an image and the statements about it: a manifest for them, and an index."""

    statements: tuple[Statement, ...]
    manifest_document: bytes
    index_document: bytes

    @property
    def documents(self) -> tuple[bytes, ...]:
        """Everything that must be in the archive besides the image."""
        said = (one.document for one in self.statements)
        return (self.index_document, self.manifest_document, _NOTHING, *said)

    def descriptor(self) -> dict[str, Any]:
        """The descriptor of the index."""
        return _descriptor(_OCI + "image.index.v1+json", self.index_document)


def attested(
    image: Mapping[str, Any], statements: Iterable[Statement], annotations: Mapping[str, str]
) -> AttestedImage:
    """The documents for the image whose manifest `image` describes; `annotations` are the index's."""
    said = tuple(statements)
    subject = {key: image[key] for key in ("mediaType", "digest", "size")}
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": _OCI + "image.manifest.v1+json",
            "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
            "config": {**_descriptor(_OCI + "empty.v1+json", _NOTHING), "data": "e30="},
            "layers": [
                {
                    **_descriptor("application/vnd.in-toto+json", one.document),
                    "annotations": {"in-toto.io/predicate-type": one.predicate_type},
                }
                for one in said
            ],
            "subject": subject,
        }
    )
    attestation = {
        **_descriptor(_OCI + "image.manifest.v1+json", manifest),
        "annotations": {
            "vnd.docker.reference.digest": image["digest"],
            "vnd.docker.reference.type": "attestation-manifest",
        },
        "platform": {"architecture": "unknown", "os": "unknown"},
    }
    index: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": _OCI + "image.index.v1+json",
        "manifests": [dict(image), attestation],
    }
    if annotations:
        index["annotations"] = dict(sorted(annotations.items()))
    return AttestedImage(said, manifest, _json(index))


def _descriptor(media_type: str, document: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(document), "size": len(document)}


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
