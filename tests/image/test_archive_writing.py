"""Written archives: the same bytes every time, sound by our own check and by other programs."""

import errno
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import digest, layer_tar, oci_members, tar_of

from minibuild.image.archive import open_archive
from minibuild.image.config import HistoryEntry, ImageConfig
from minibuild.image.errors import ImageError
from minibuild.image.validate import validate_archive
from minibuild.image.writing import OutgoingImage, StoredLayer, write_layout, write_tar

LAYERS = (layer_tar(one=b"1", both=b"1"), layer_tar(two=b"2" * 3000, both=b"2"))
IMGDIFF = Path(__file__).parents[3] / "shared" / "tools" / "imgdiff.py"


class Memory:
    """Layers in memory."""

    def __init__(self, *blobs: bytes) -> None:
        self.blobs = {digest(blob): blob for blob in blobs}

    def chunks(self, wanted: str) -> Iterator[bytes]:
        yield self.blobs[wanted]


def outgoing(
    *names: str, annotations: dict[str, str] | None = None, architecture: str = "amd64"
) -> OutgoingImage:
    config = ImageConfig(
        created="2024-01-02T03:04:05Z",
        architecture=architecture,
        diff_ids=tuple(digest(layer) for layer in LAYERS),
        history=(HistoryEntry(created_by="a"), HistoryEntry(created_by="b")),
    )
    layers = [StoredLayer(digest(layer), len(layer), "none") for layer in LAYERS]
    return OutgoingImage(names, config.to_json(), layers, annotations)


BLOBS = Memory(*LAYERS)
NAME = "docker.io/library/app:1"


@pytest.mark.parametrize("docker", [False, True])
def test_an_archive_is_sound_and_always_the_same(tmp_path: Path, docker: bool) -> None:
    written = []
    for number in range(2):
        path = tmp_path / f"{number}.tar"
        write_tar([outgoing(NAME)], BLOBS, path, docker=docker, mtime=1700000000)
        written.append(path.read_bytes())
        assert validate_archive(path) == []
    assert written[0] == written[1]
    with tarfile.open(tmp_path / "0.tar") as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == sorted(member.name for member in members)
    assert {member.mtime for member in members} == {1700000000}
    assert ("manifest.json" in {member.name for member in members}) is docker
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.tar", "1.tar"]


def test_a_stream_gets_what_a_file_gets(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_tar([outgoing(NAME)], BLOBS, out)
    write_tar([outgoing(NAME)], BLOBS, tmp_path / "x")
    assert out.getvalue() == (tmp_path / "x").read_bytes()


def test_names_and_annotations(tmp_path: Path) -> None:
    images = [
        outgoing("docker.io/library/app:1", "docker.io/library/app:latest", annotations={"k": "v"}),
        outgoing("example.org/other:1", architecture="arm64"),
    ]
    write_tar(images, BLOBS, tmp_path / "x", docker=True)
    with tarfile.open(tmp_path / "x") as tar:
        documents = {name: json.load(tar.extractfile(name)) for name in ("index.json", "manifest.json")}  # type: ignore[arg-type]
    short = [
        entry["annotations"]["org.opencontainers.image.ref.name"]
        for entry in documents["index.json"]["manifests"]
    ]
    assert short == ["app:1", "latest", "example.org/other:1"]
    assert [entry["RepoTags"] for entry in documents["manifest.json"]] == [
        ["app:1", "app:latest"],
        ["example.org/other:1"],
    ]
    assert documents["index.json"]["manifests"][2]["platform"] == {"architecture": "arm64", "os": "linux"}
    with open_archive(tmp_path / "x") as archive:
        assert [image.names for image in archive.images] == [image.names for image in images]
    assert json.loads(images[0].manifest)["annotations"] == {"k": "v"}


def test_a_layout(tmp_path: Path) -> None:
    write_layout([outgoing(NAME)], BLOBS, tmp_path / "layout")
    write_layout([outgoing(NAME)], BLOBS, tmp_path / "layout")
    assert validate_archive(tmp_path / "layout") == []
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").touch()
    with pytest.raises(ImageError, match="neither empty nor an OCI layout"):
        write_layout([outgoing(NAME)], BLOBS, tmp_path / "other")


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    class Failing(Memory):
        def chunks(self, wanted: str) -> Iterator[bytes]:
            raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "x.tar"
    path.write_text("old")
    with pytest.raises(ImageError, match=r"can't write .*x\.tar: No space left"):
        write_tar([outgoing(NAME)], Failing(), path)
    with pytest.raises(ImageError, match="instead of"):
        short = Memory()
        short.blobs = dict.fromkeys(BLOBS.blobs, b"")
        write_tar([outgoing(NAME)], short, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ImageError, match="can't write"):
        write_tar([outgoing(NAME)], BLOBS, tmp_path / "none" / "x.tar")


def test_links_and_devices_are_written_through(tmp_path: Path) -> None:
    (tmp_path / "real.tar").touch()
    (tmp_path / "link.tar").symlink_to("real.tar")
    write_tar([outgoing(NAME)], BLOBS, tmp_path / "link.tar")
    assert (tmp_path / "link.tar").is_symlink()
    assert validate_archive(tmp_path / "real.tar") == []
    if Path("/dev/null").exists():
        write_tar([outgoing(NAME)], BLOBS, Path("/dev/null"))
        assert not Path("/dev/null").is_file()


@pytest.mark.skipif(not shutil.which("skopeo"), reason="skopeo is not installed")
@pytest.mark.parametrize("form", ["oci-archive", "docker-archive", "oci"])
def test_skopeo_accepts_it(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.tar"
    if form == "oci":
        write_layout([outgoing(NAME)], BLOBS, path)
    else:
        write_tar([outgoing(NAME)], BLOBS, path, docker=form == "docker-archive")
    inspected = subprocess.run(
        ["skopeo", "inspect", f"{form}:{path}"], capture_output=True, text=True, check=True
    )
    assert json.loads(inspected.stdout)["Layers"] == [digest(layer) for layer in LAYERS]
    subprocess.run(["skopeo", "copy", "-q", f"{form}:{path}", f"dir:{tmp_path / 'out'}"], check=True)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    config = (tmp_path / "out" / manifest["config"]["digest"][7:]).read_bytes()
    assert config == outgoing().config


@pytest.mark.skipif(not shutil.which("umoci"), reason="umoci is not installed")
def test_umoci_accepts_it(tmp_path: Path) -> None:
    write_layout([outgoing(NAME)], BLOBS, tmp_path / "layout")
    listed = subprocess.run(
        ["umoci", "ls", "--layout", tmp_path / "layout"], capture_output=True, text=True, check=True
    )
    assert listed.stdout == "1\n"


@pytest.mark.skipif(not IMGDIFF.exists(), reason="the shared tools are not there")
@pytest.mark.parametrize("docker", [False, True])
def test_the_shared_validator_accepts_it(tmp_path: Path, docker: bool) -> None:
    write_tar([outgoing(NAME)], BLOBS, tmp_path / "x.tar", docker=docker)
    command = [sys.executable, str(IMGDIFF), "validate", str(tmp_path / "x.tar")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, f"{tmp_path / 'x.tar'}: valid\n")


def broken(change: str) -> bytes:
    """An archive with one thing wrong."""
    layer = LAYERS[0]
    if change == "duplicate":
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as tar:
            tar.addfile(tarfile.TarInfo("a"))
            tar.addfile(tarfile.TarInfo("./a"))
        layer = out.getvalue()
    elif change == "whiteout":
        layer = layer_tar(**{".wh.x": b"content"})
    elif change == "hard link":
        info = tarfile.TarInfo("l")
        info.type, info.linkname = tarfile.LNKTYPE, "nothing"
        layer = tar_of({"l": info})
    suffix = "+gzip" if change == "media type" else "+magic" if change == "unknown type" else ""
    return tar_of(oci_members(layer, suffix=suffix))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("none", ""),
        ("duplicate", "layer 0: member 'a' appears twice"),
        ("whiteout", "layer 0: whiteout '.wh.x' is no empty file"),
        ("hard link", "layer 0: hard link l to nothing: there is no such file"),
        ("media type", "layer 0 is none, its media type is application/vnd.oci.image.layer.v1.tar+gzip"),
        ("unknown type", "layer 0 has media type application/vnd.oci.image.layer.v1.tar+magic"),
    ],
)
def test_validation_finds(tmp_path: Path, change: str, problem: str) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(broken(change))
    assert validate_archive(path) == ([problem] if problem else [])


def test_validation_reads_the_configuration(tmp_path: Path) -> None:
    config = json.loads(outgoing().config)
    config["config"] = {"Env": ["A"], "ExposedPorts": {"http": {}}}
    config["created"] = "yesterday"
    config["history"] = [{"created_by": "a"}]
    config["os"] = ""
    layers = [StoredLayer(digest(layer), len(layer), "none") for layer in LAYERS]
    write_tar([OutgoingImage((), json.dumps(config).encode(), layers)], BLOBS, tmp_path / "x.tar")
    assert len(validate_archive(tmp_path / "x.tar")) == 5
    assert "neither" in validate_archive(tmp_path)[0]
