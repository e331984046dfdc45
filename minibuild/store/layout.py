"""The store as an OCI image layout: `oci-layout`, and an `index.json` that lists the named images.

The database decides; these files follow it. A manifest has the layers as they are in the store, uncompressed.
"""

import json
from typing import TYPE_CHECKING, Any

from minibuild.image.digest import is_digest
from minibuild.store.blobs import replace_file
from minibuild.store.names import parsed

if TYPE_CHECKING:
    from minibuild.store.store import Store

INDEX = "index.json"
MARKER = "oci-layout"
_OCI = "application/vnd.oci.image."
_MARKER_CONTENT = b'{"imageLayoutVersion":"1.0.0"}'
_MEMO = "manifest:"


def describe(store: "Store", image_id: str) -> dict[str, Any] | None:
    """The descriptor of an image's manifest; it and the configuration become blobs. None when layers are
    missing."""
    known = _kept_descriptor(store, image_id)
    if known is not None and store.has_blob(known["digest"]) and store.has_blob(image_id):
        return known
    if not store.image_exists(image_id):
        return None
    raw = store.raw_config(image_id)
    document = json.loads(raw)
    layers = (document.get("rootfs") or {}).get("diff_ids") or []
    if not all(store.has_blob(layer) for layer in layers):
        return None
    store.put_blob(raw)
    manifest = _canonical(
        {
            "schemaVersion": 2,
            "mediaType": _OCI + "manifest.v1+json",
            "config": {"mediaType": _OCI + "config.v1+json", "digest": image_id, "size": len(raw)},
            "layers": [
                {"mediaType": _OCI + "layer.v1.tar", "digest": layer, "size": store.blob_size(layer)}
                for layer in layers
            ],
        }
    )
    digest, size = store.put_blob(manifest)
    platform = {key: document[key] for key in ("architecture", "os", "variant") if document.get(key)}
    descriptor = {
        "mediaType": _OCI + "manifest.v1+json",
        "digest": digest,
        "size": size,
        "platform": platform,
    }
    store.memo_put(_MEMO + image_id, _canonical(descriptor).decode())
    return descriptor


def manifest_digest(store: "Store", image_id: str) -> str | None:
    """The digest of an image's manifest in this layout, when the image has or had a name."""
    known = _kept_descriptor(store, image_id)
    return None if known is None else str(known["digest"])


def _kept_descriptor(store: "Store", image_id: str) -> dict[str, Any] | None:
    """The descriptor as it was made before; None also when it was damaged."""
    known = store.memo_get(_MEMO + image_id)
    try:
        descriptor: dict[str, Any] = json.loads(known) if known is not None else {}
    except ValueError:
        return None
    return descriptor if is_digest(descriptor.get("digest")) else None


def expected_index(store: "Store") -> bytes:
    """What `index.json` should hold now."""
    descriptors = []
    for name, image_id in store.execute("SELECT name, image FROM tags ORDER BY name").fetchall():
        descriptor = describe(store, image_id)
        named = parsed(name)
        if descriptor is not None and named is not None:
            annotations = {
                "io.containerd.image.name": name,
                # The name in full, not only its tag: it must be the only one in this layout.
                "org.opencontainers.image.ref.name": named.familiar,
            }
            descriptors.append({**descriptor, "annotations": annotations})
    return _index(descriptors)


def refresh(store: "Store") -> None:
    """Bring `index.json` up to date; under the database's lock, so that the last one to write knows all
    names."""
    with store.transaction():
        replace_file(store.root / INDEX, expected_index(store))


def is_current(store: "Store") -> bool:
    """Whether both files say what the database says."""
    try:
        marker = json.loads((store.root / MARKER).read_bytes())
        return bool(marker == json.loads(_MARKER_CONTENT)) and (
            store.root / INDEX
        ).read_bytes() == expected_index(store)
    except (OSError, ValueError):
        return False


def repair(store: "Store") -> None:
    """Write both files anew."""
    replace_file(store.root / MARKER, _MARKER_CONTENT)
    refresh(store)


def _index(descriptors: list[dict[str, Any]]) -> bytes:
    return _canonical({"schemaVersion": 2, "mediaType": _OCI + "index.v1+json", "manifests": descriptors})


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")
