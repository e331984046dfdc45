"""Archives into the store and out of it."""

import gzip
import hashlib
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from minibuild.filesystem import FileSystem
from minibuild.image.archive import open_archive
from minibuild.image.errors import ImageError
from minibuild.image.validate import validate_archive
from minibuild.store import Store, StoreError
from minibuild.store.compression import ahead
from minibuild.store.loading import Loaded, load_archive
from minibuild.store.saving import Packing, save_images, write_images

Maker = Callable[..., str]
Layer = Callable[..., bytes]


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "other")


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("form", ["docker", "oci", "layout"])
def test_there_and_back(
    store: Store, other: Store, image: Maker, tmp_path: Path, form: str, compression: str
) -> None:
    one, two = image(a=b"1"), image(b=b"2" * 70000)
    store.tag(one, "one:1")
    store.tag(two, "example.org/two")
    path = tmp_path / "archive"
    (first, _) = save_images(
        store, ["one:1", "example.org/two"], path, format=form, packing=Packing(compression)
    )
    assert validate_archive(path) == []
    assert load_archive(other, path) == [Loaded("one:1", one), Loaded("example.org/two:latest", two)]
    assert other.raw_config(one) == store.raw_config(one)
    assert other.verify() == []
    files = FileSystem(other.layer_filesystem(other.image(two).diff_ids)).view()
    assert files.read_bytes("/b") == b"2" * 70000
    assert first["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    assert load_archive(other, path)[0].image_id == one


def test_an_image_by_its_id_has_no_name(store: Store, other: Store, image: Maker, tmp_path: Path) -> None:
    one = image()
    store.tag(one, "one")
    save_images(store, [one[7:19]], tmp_path / "x", format="oci")
    assert load_archive(other, tmp_path / "x") == [Loaded("", one)]
    with pytest.raises(StoreError, match="no such image: none"):
        save_images(store, ["none"], tmp_path / "y")
    assert not (tmp_path / "y").exists()


def test_a_layer_is_compressed_once(store: Store, image: Maker, tmp_path: Path) -> None:
    one = image(a=b"x" * 100000)
    packing = Packing("gzip", mtime=5, annotations={"k": "v"})
    write_images(store, [(one, ["a:1"])], tmp_path / "1", format="oci", packing=packing)
    (layer,) = store.image(one).diff_ids
    compressed = store.memo_get(f"compressed:{layer[7:]}:gzip:")
    assert compressed
    before = store.blob_path(compressed.split(" ")[0]).stat().st_mtime_ns
    write_images(store, [(one, ["a:1"])], tmp_path / "2", format="oci", packing=packing)
    assert store.blob_path(compressed.split(" ")[0]).stat().st_mtime_ns == before
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@pytest.mark.parametrize(("compression", "level"), [("gzip", 0), ("gzip", 9), ("zstd", 19), ("gzip", None)])
def test_levels(store: Store, image: Maker, tmp_path: Path, compression: str, level: int | None) -> None:
    packing = Packing(compression, level)
    write_images(store, [(image(a=b"x"), [])], tmp_path / "1", format="oci", packing=packing)
    assert validate_archive(tmp_path / "1") == []


@pytest.mark.parametrize(
    ("form", "packing", "sentence"),
    [
        ("oci", Packing("brotli"), "unknown compression 'brotli'"),
        ("oci", Packing("gzip", 10), "gzip has no level 10"),
        ("rar", Packing(), "unknown archive format 'rar'"),
    ],
)
def test_what_can_not_be_written(
    store: Store, image: Maker, tmp_path: Path, form: str, packing: Packing, sentence: str
) -> None:
    with pytest.raises(ImageError, match=sentence):
        write_images(store, [(image(), [])], tmp_path / "1", format=form, packing=packing)
    with pytest.raises(ImageError, match="can't go to standard output"):
        write_images(store, [(image(), [])], io.BytesIO(), format="layout", packing=Packing())
    assert not (tmp_path / "1").exists()


def test_through_a_stream(store: Store, other: Store, image: Maker) -> None:
    one = image()
    out = io.BytesIO()
    save_images(store, [one], out)
    out.seek(0)
    assert load_archive(other, out) == [Loaded("", one)]


# ---- hostile archives: nothing of them stays


def docker_archive(layer: bytes, *, claim: str = "", also: bytes | None = None) -> bytes:
    """A docker archive; `claim` is a false diff ID, `also` a second layer."""
    layers = [layer] if also is None else [also, layer]
    ids = ["sha256:" + hashlib.sha256(one).hexdigest() for one in layers]
    if claim:
        ids[-1] = claim
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}}
    names = [f"{number}.tar" for number in range(len(layers))]
    manifest = [{"Config": "c.json", "RepoTags": ["evil:1"], "Layers": names}]
    members = dict(zip(names, layers, strict=True))
    members |= {"c.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def hostile_layer(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        tar.addfile(info)
    return out.getvalue()


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (docker_archive(hostile_layer("/etc/passwd")), "has an absolute name"),
        (docker_archive(hostile_layer("../../etc/passwd")), "reaches outside the root"),
        (docker_archive(hostile_layer("x", tarfile.LNKTYPE, "../../etc/passwd")), "reaches outside the root"),
        (docker_archive(hostile_layer("x", tarfile.LNKTYPE, "nothing")), "there is no such file"),
        (
            docker_archive(hostile_layer("x"), claim="sha256:" + "0" * 64),
            "is damaged: unpacked it has digest",
        ),
        (docker_archive(b"garbage", also=hostile_layer("fine")), "middle of a header"),
        (docker_archive(b"x" * 1024, also=hostile_layer("fine")), "bad checksum"),
        (docker_archive(gzip.compress(hostile_layer("x"))[:60]), "can't be unpacked as gzip"),
        (docker_archive(gzip.compress(bytes(80 << 20))), "more than is allowed here"),
        (docker_archive(hostile_layer("fine"))[:1500], "no sound tar archive"),
    ],
)
def test_nothing_of_a_bad_archive_stays(store: Store, tmp_path: Path, archive: bytes, sentence: str) -> None:
    path = tmp_path / "evil.tar"
    path.write_bytes(archive)
    with pytest.raises(ImageError) as caught:
        load_archive(store, path, limit=64 << 20)
    assert sentence in caught.value.message
    assert caught.value.message.startswith(f"{path}: ")
    assert store.images() == []
    assert store.resolve("evil:1") is None
    assert list((store.root / "blobs" / "sha256").iterdir()) == []
    assert store.verify() == []


def test_links_out_of_the_root_stay_in_the_root(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(docker_archive(hostile_layer("link", tarfile.SYMTYPE, "../../../etc")))
    (loaded,) = load_archive(store, path)
    files = FileSystem(store.layer_filesystem(store.image(loaded.image_id).diff_ids)).view()
    assert not files.exists("/link/passwd")


def test_loading_takes_little_memory(store: Store, tmp_path: Path, layer: Layer) -> None:
    path = tmp_path / "x.tar"
    # The configuration's diff ID must be that of the unpacked layer.
    plain = layer(big=bytes(60 << 20))
    path.write_bytes(
        docker_archive(gzip.compress(plain, 1), claim="sha256:" + hashlib.sha256(plain).hexdigest())
    )
    del plain
    tracemalloc.start()
    load_archive(store, path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 << 20


@pytest.mark.skipif(not shutil.which("skopeo"), reason="skopeo is not installed")
@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
@pytest.mark.parametrize("form", ["docker", "oci"])
def test_skopeo_reads_what_is_saved(
    store: Store, image: Maker, tmp_path: Path, form: str, compression: str
) -> None:
    store.tag(image(a=b"1"), "example.org/app:1")
    path = tmp_path / "x.tar"
    save_images(store, ["example.org/app:1"], path, format=form, packing=Packing(compression))
    kinds = ["oci-archive", "docker-archive"] if form == "docker" else ["oci-archive"]
    for kind in kinds:
        subprocess.run(["skopeo", "copy", "-q", f"{kind}:{path}", f"dir:{tmp_path / kind}"], check=True)


def test_writing_needs_no_reader() -> None:
    """A build that exports must not pay for checking foreign documents."""
    heavy = "{'pydantic', 'tarfile', 'isal', 'zstandard'}"
    code = f"import sys, minibuild.store.saving; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"set()\n"


@pytest.mark.skipif(not shutil.which("umoci"), reason="umoci is not installed")
def test_umoci_reads_the_store(store: Store, image: Maker) -> None:
    store.tag(image(a=b"1"), "example.org/app:1")
    store.tag(image(a=b"2"), "b")
    done = subprocess.run(["umoci", "ls", "--layout", store.root], capture_output=True, text=True, check=True)
    assert sorted(done.stdout.split()) == ["b:latest", "example.org/app:1"]
    with open_archive(store.root) as archive:
        assert sorted(archive.images[0].names + archive.images[1].names)


def test_large_layers_are_compressed_into_each_archive(
    store: Store, other: Store, image: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not kept compressed, and give the same bytes every time."""
    monkeypatch.setattr("minibuild.store.compression._LARGE", 1000)
    one = image(a=os.urandom(3 << 20))
    for number in range(2):
        write_images(store, [(one, ["a:1"])], tmp_path / str(number), format="oci", packing=Packing())
    assert (tmp_path / "0").read_bytes() == (tmp_path / "1").read_bytes()
    assert validate_archive(tmp_path / "0") == []
    assert len(list((store.root / "blobs/sha256").iterdir())) == 1
    assert load_archive(other, tmp_path / "0")[0].image_id == one
    assert store.verify() == []


def test_what_is_made_ahead() -> None:
    def failing() -> Iterator[bytes]:
        yield b"1"
        raise OSError("no more")

    assert list(ahead(iter([b"1", b"2"]))) == [b"1", b"2"]
    chunks = ahead(failing())
    assert next(chunks) == b"1"
    with pytest.raises(OSError, match="no more"):
        next(chunks)
    endless = ahead(itertools.repeat(b"x"))
    next(endless)
    endless.close()
