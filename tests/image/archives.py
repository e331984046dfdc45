"""Archives for tests, written with the standard library alone."""

import hashlib
import io
import json
import tarfile


def layer_tar(**files: bytes) -> bytes:
    """A layer with these files."""
    return tar_of(files)


def tar_of(members: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    """A tar of files, or of members that are described in full."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                tar.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config_of(*layers: bytes, **more: object) -> bytes:
    document = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["sh"], "Env": None},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        **more,
    }
    return json.dumps(document).encode()


def docker_members(layer: bytes, *, name: str = "team/app:1") -> dict[str, bytes | tarfile.TarInfo]:
    """What `docker save` puts into its tar."""
    config = config_of(layer)
    config_name = digest(config)[7:] + ".json"
    manifest = [{"Config": config_name, "RepoTags": [name], "Layers": ["l/layer.tar"]}]
    return {"l/layer.tar": layer, config_name: config, "manifest.json": json.dumps(manifest).encode()}


def oci_members(
    layer: bytes, stored: bytes | None = None, *, annotations: dict[str, str] | None = None, suffix: str = ""
) -> dict[str, bytes | tarfile.TarInfo]:
    """An OCI layout; `stored` is the layer's compressed form."""
    stored = layer if stored is None else stored
    config = config_of(layer)
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(stored, "application/vnd.oci.image.layer.v1.tar" + suffix)],
        }
    ).encode()
    entry = descriptor(manifest, "application/vnd.oci.image.manifest.v1+json")
    entry["annotations"] = annotations or {"io.containerd.image.name": "docker.io/team/app:1"}
    return {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(),
        **{"blobs/sha256/" + digest(blob)[7:]: blob for blob in (config, manifest, stored)},
    }


def descriptor(blob: bytes, media_type: str) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest(blob), "size": len(blob)}
