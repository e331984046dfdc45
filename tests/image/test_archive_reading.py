"""Reading archives: the forms there are, and what hostile ones get told."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from archives import config_of, descriptor, digest, docker_members, layer_tar, oci_members, tar_of

from minibuild.image.archive import open_archive
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget

LAYER = layer_tar(hello=b"hello", world=b"x" * 5000)
BASE = Path(__file__).parents[3] / "shared" / "conformance" / "base" / "busybox.tar"
Members = dict[str, bytes | tarfile.TarInfo]


def read(path: Path) -> tuple[tuple[str, ...], list[bytes]]:
    """Names and layers of an archive's only image."""
    with open_archive(path) as archive:
        (image,) = archive.images
        layers = [b"".join(layer.chunks(Budget(1 << 30))) for layer in image.layers]
    assert [digest(layer) for layer in layers] == list(image.config.diff_ids)
    return image.names, layers


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    "+gzip": gzip.compress,
    "+zstd": zstandard.ZstdCompressor().compress,
    "+bzip2": bz2.compress,
    "+xz": lzma.compress,
    "+gzip twice": lambda data: gzip.compress(data[:700]) + gzip.compress(data[700:]),
}


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_layers_of_every_compression(tmp_path: Path, suffix: str) -> None:
    members = oci_members(LAYER, COMPRESSIONS[suffix](LAYER), suffix=suffix)
    assert read(put(tmp_path / "x", tar_of(members))) == (("docker.io/team/app:1",), [LAYER])


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("members", [docker_members(LAYER), oci_members(LAYER)], ids=["docker", "oci"])
def test_archives_of_every_compression(tmp_path: Path, suffix: str, members: Members) -> None:
    path = put(tmp_path / "x", COMPRESSIONS[suffix](tar_of(members)))
    assert read(path) == (("docker.io/team/app:1",), [LAYER])


def test_a_layout_in_a_directory(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(tar_of(oci_members(LAYER)))) as tar:
        tar.extractall(tmp_path / "layout", filter="data")
    assert read(tmp_path / "layout")[1] == [LAYER]


def test_a_stream_that_can_not_seek() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError("no")

    with open_archive(Pipe(tar_of(docker_members(LAYER)))) as archive:
        assert archive.images[0].names == ("docker.io/team/app:1",)


@pytest.mark.skipif(not BASE.exists(), reason="the shared base image is not there")
def test_skopeo_s_docker_archive() -> None:
    names, layers = read(BASE)
    assert names == ("localhost:5000/busybox:1.35",)
    assert len(layers) == 1


def test_layers_behind_links(tmp_path: Path) -> None:
    members = docker_members(LAYER)
    members = {
        "top.tar": members.pop("l/layer.tar"),
        "l/layer.tar": link("l/layer.tar", "../h.tar"),
        **members,
    }
    members["h.tar"] = link("h.tar", "top.tar", tarfile.LNKTYPE)
    assert read(put(tmp_path / "x", tar_of(members)))[1] == [LAYER]


@pytest.mark.parametrize(
    ("annotations", "names"),
    [
        ({"org.opencontainers.image.ref.name": "example.org/app:2"}, ("example.org/app:2",)),
        ({"org.opencontainers.image.ref.name": "app"}, ("docker.io/library/app:latest",)),
        ({"org.opencontainers.image.ref.name": "latest"}, ()),
        ({"org.opencontainers.image.ref.name": "2", "io.containerd.image.name": "docker.io/library/app:2"},
         ("docker.io/library/app:2",)),
        ({"x": "y"}, ()),
    ],
)  # fmt: skip
def test_names_in_an_index(tmp_path: Path, annotations: dict[str, str], names: tuple[str, ...]) -> None:
    assert read(put(tmp_path / "x", tar_of(oci_members(LAYER, annotations=annotations))))[0] == names


def test_names_in_repositories(tmp_path: Path) -> None:
    members = docker_members(LAYER)
    manifest = json.loads(bytes(members["manifest.json"]))  # type: ignore[arg-type]
    manifest[0]["RepoTags"] = None
    members["manifest.json"] = json.dumps(manifest).encode()
    members["repositories"] = b'{"old/app":{"3":"l"}}'
    assert read(put(tmp_path / "x", tar_of(members)))[0] == ("docker.io/old/app:3",)


def test_index_and_manifest_name_the_same_image(tmp_path: Path) -> None:
    members = oci_members(LAYER, annotations={"x": "y"})
    config = config_of(LAYER)
    names = ["a:1", "b:2"]
    blob = "blobs/sha256/"
    entry = {"Config": blob + digest(config)[7:], "RepoTags": names, "Layers": [blob + digest(LAYER)[7:]]}
    members["manifest.json"] = json.dumps([entry]).encode()
    assert read(put(tmp_path / "x", tar_of(members)))[0] == ("docker.io/library/a:1", "docker.io/library/b:2")


def nested(platforms: list[tuple[str, bytes]]) -> Members:
    """A layout of one name with an image for each platform."""
    blobs: list[bytes] = []
    manifests = []
    for platform, layer in platforms:
        members = oci_members(layer)
        inner = json.loads(bytes(members["index.json"]))["manifests"][0]  # type: ignore[arg-type]
        system, machine = platform.split("/")
        manifests.append({**inner, "platform": {"os": system, "architecture": machine}})
        blobs += [bytes(v) for name, v in members.items() if name.startswith("blobs/")]  # type: ignore[arg-type]
    index = json.dumps({"schemaVersion": 2, "manifests": manifests}).encode()
    outer = {**descriptor(index, "application/vnd.oci.image.index.v1+json")}
    return {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [outer]}).encode(),
        **{"blobs/sha256/" + digest(blob)[7:]: blob for blob in (*blobs, index)},
    }


def test_the_wanted_platform_of_several(tmp_path: Path) -> None:
    arm, amd = layer_tar(arm=b""), layer_tar(amd=b"")
    path = put(
        tmp_path / "x",
        tar_of(nested([("linux/arm64", arm), ("linux/amd64", amd), ("unknown/unknown", LAYER)])),
    )
    assert read(path)[1] == [amd]
    with open_archive(path, platform="linux/arm64") as archive:
        assert archive.images[0].config.diff_ids == (digest(arm),)
    with open_archive(path, platform="linux/riscv64") as archive:
        assert archive.images[0].config.diff_ids == (digest(arm),)


# ---- hostile and damaged


def docker_with(**changes: object) -> Members:
    members = docker_members(LAYER)
    manifest = json.loads(bytes(members["manifest.json"]))  # type: ignore[arg-type]
    manifest[0].update(changes)
    return {**members, "manifest.json": json.dumps(manifest).encode()}


def oci_with(old: bytes, new: bytes) -> Members:
    return {
        name: content.replace(old, new) if isinstance(content, bytes) else content
        for name, content in oci_members(LAYER).items()
    }


def without(members: Members, ending: str) -> Members:
    return {name: content for name, content in members.items() if not name.endswith(ending)}


def layer_link(target: str, kind: bytes = tarfile.SYMTYPE) -> Members:
    """A docker archive whose layer is a link."""
    return {**docker_members(LAYER), "l/layer.tar": link("l/layer.tar", target, kind)}


def config_blob(content: bytes) -> Members:
    """An OCI archive whose configuration blob holds something else."""
    return {**oci_members(LAYER), "blobs/sha256/" + digest(CONFIG)[7:]: content}


def config_archive(config: bytes) -> Members:
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": ["layer.tar"]}]
    return {"layer.tar": LAYER, "c.json": config, "manifest.json": json.dumps(manifest).encode()}


CONFIG = config_of(LAYER)
BOMB = b'{"a":' * 100_000
HOSTILE: dict[str, tuple[Members, str]] = {
    "nothing": ({}, "it is no image archive: it has neither index.json nor manifest.json"),
    "older": ({"repositories": b"{}"}, "docker archive from before 1.10"),
    "absolute": ({**docker_members(LAYER), "/etc/x": b""}, "has an absolute name"),
    "dots": ({**docker_members(LAYER), "../x": b""}, "reaches outside the root"),
    "link out": (
        {**docker_members(LAYER), "l/layer.tar": link("l/layer.tar", "../../../etc/passwd")},
        "outside the archive",
    ),
    "absolute link": (
        {**docker_members(LAYER), "l/layer.tar": link("l/layer.tar", "/etc/passwd")},
        "outside the archive",
    ),
    "link loop": (
        {**docker_members(LAYER), "l/layer.tar": link("l/layer.tar", "layer.tar")},
        "links without end",
    ),
    "device": (
        {**docker_members(LAYER), "l/layer.tar": link("l/layer.tar", "", tarfile.CHRTYPE)},
        "device or pipe",
    ),
    "missing layer": (docker_with(Layers=["l/other.tar"]), "layer l/other.tar is missing"),
    "layer out": (docker_with(Layers=["../../etc/passwd"]), "is missing from the archive"),
    "config out": (docker_with(Config="/etc/passwd"), "is missing from the archive"),
    "too many layers": (docker_with(Layers=["l/layer.tar"] * 2), "has 2 layers, its configuration says 1"),
    "layers of a wrong type": (docker_with(Layers="x"), "manifest.json is malformed at 0.Layers"),
    "bad name": (docker_with(RepoTags=["Bad Name"]), "it names an image 'Bad Name'"),
    "name with digest": (docker_with(RepoTags=["a@" + digest(b"")]), "has a tag, not a digest"),
    "no entries": ({"manifest.json": b"[]"}, "it holds no image"),
    "garbage": ({"manifest.json": b"\x00\xff garbage"}, "manifest.json is not JSON"),
    "garbage index": ({"index.json": b"[1,2"}, "index.json is not JSON"),
    "wrong index": ({"index.json": b"[]"}, "index.json is malformed"),
    "deep": ({"index.json": BOMB}, "index.json is not JSON"),
    "index schema": ({"index.json": b'{"schemaVersion":1}'}, "schema version 1"),
    "empty index": ({"index.json": b'{"schemaVersion":2,"manifests":null}'}, "it holds no image"),
    "digest": (oci_with(b"sha256:", b"sha256:../"), "which is no sha256 digest"),
    "sha512": (oci_with(b"sha256:", b"sha512:"), "which is no sha256 digest"),
    "missing blob": (without(oci_members(LAYER), digest(CONFIG)[7:]), "is missing from the archive"),
    "missing layer blob": (without(oci_members(LAYER), digest(LAYER)[7:]), "is missing from the archive"),
    "wrong config": (
        {**oci_members(LAYER), "blobs/sha256/" + digest(CONFIG)[7:]: CONFIG[:-1] + b"x"},
        "is damaged",
    ),
    "short config": (
        {**oci_members(LAYER), "blobs/sha256/" + digest(CONFIG)[7:]: CONFIG[:-1]},
        "its descriptor says",
    ),
    "artifact": (oci_with(b"image.manifest.v1", b"artifact.manifest.v1"), "is no image but"),
    "large": ({"index.json": b" " * (16 << 20) + b"{}"}, "index.json is larger than"),
    "diff ID": (config_archive(CONFIG.replace(b"sha256:", b"md5:")), "which is no sha256 digest"),
    "rootfs": (config_archive(b"{}"), "the image's configuration has no rootfs"),
    "rootfs type": (
        config_archive(CONFIG.replace(b'"layers"', b'"magic"')),
        "root file system of type 'magic'",
    ),
    "env": (config_archive(CONFIG.replace(b'"Env": null', b'"Env": {"a": 1}')), "malformed at config.Env"),
    "not text": (config_archive(CONFIG.replace(b'"sh"', b'"\xff"')), "configuration is not JSON"),
    "config name": ({**docker_with(Config="0" * 64 + ".json"), "0" * 64 + ".json": CONFIG}, "is damaged"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives(tmp_path: Path, case: str) -> None:
    members, sentence = HOSTILE[case]
    path = put(tmp_path / "evil.tar", tar_of(members))
    with pytest.raises(ImageError) as caught:
        open_archive(path)
    assert sentence in caught.value.message
    assert caught.value.message.startswith(f"{path}: ")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (b"hello", "no sound tar archive"),
        (b"\x1f\x8bgarbage", "can't be unpacked as gzip"),
        (gzip.compress(tar_of(docker_members(LAYER)))[:300], "can't be unpacked as gzip"),
        (b"\x28\xb5\x2f\xfd garbage", "can't be unpacked as zstd"),
        (b"\xfd7zXZ\x00garbage", "can't be unpacked as xz"),
        (b"BZh9garbage", "can't be unpacked as bzip2"),
        (gzip.compress(b""), "it is empty"),
        (tar_of(docker_members(LAYER))[:1800], "no sound tar archive"),
        (b"x" * 4096, "no sound tar archive"),
    ],
    ids=["empty", "text", "gzip", "cut gzip", "zstd", "xz", "bzip2", "empty gzip", "cut tar", "letters"],
)
def test_files_that_are_no_archive(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence):
        open_archive(put(tmp_path / "evil.tar", data))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        open_archive(tmp_path / "none.tar")


def test_directory_links_that_leave(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout" / "index.json").symlink_to("../secret")
    with pytest.raises(ImageError, match="leaves the directory"):
        open_archive(tmp_path / "layout")


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        (LAYER[:-1] + b"x", "is damaged: its digest is"),
        (LAYER + b"x", "bytes, its manifest says"),
    ],
    ids=["another byte", "one byte more"],
)
def test_damaged_layers(tmp_path: Path, stored: bytes, sentence: str) -> None:
    members = oci_members(LAYER)
    members["blobs/sha256/" + digest(LAYER)[7:]] = stored
    with (
        open_archive(put(tmp_path / "x", tar_of(members))) as archive,
        pytest.raises(ImageError, match=sentence),
    ):
        for _ in archive.images[0].layers[0].chunks(Budget(1 << 30)):
            pass


def test_a_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(50 << 20))
    members = oci_members(LAYER, bomb, suffix="+gzip")
    budget = Budget(4 << 20)
    opened = open_archive(put(tmp_path / "x", tar_of(members)))
    with opened as archive, pytest.raises(ImageError, match="more than 4,194,304 bytes"):
        for _ in archive.images[0].layers[0].chunks(budget):
            pass
    outer = put(tmp_path / "y", gzip.compress(tar_of({"manifest.json": bytes(20 << 20)})))
    with pytest.raises(ImageError, match="more than"):
        open_archive(outer, limit=1 << 20)


def test_truncated_zstd_is_noticed(tmp_path: Path) -> None:
    stored = zstandard.ZstdCompressor().compress(LAYER)[:-20]
    with open_archive(put(tmp_path / "x", tar_of(oci_members(LAYER, stored, suffix="+zstd")))) as archive:
        try:
            found = b"".join(archive.images[0].layers[0].chunks(Budget(1 << 30)))
        except ImageError:
            return
    assert hashlib.sha256(found).digest() != hashlib.sha256(LAYER).digest()
