"""What a build writes: archives, layouts, files; the same bytes for the same input."""

import json
import os
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest
from builds import Bench

from minibuild.build import events
from minibuild.build.outputs import parse_output
from minibuild.errors import MinibuildError, UsageError
from minibuild.image.archive import open_archive
from minibuild.image.validate import validate_archive
from minibuild.store import Store

TEXT = "FROM scratch\nLABEL a=b\nCOPY d /d\nWORKDIR /w\n"


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.put("d/f", "F" * 5000, 0o4755)
    bench.put("d/sub/g", "G")
    (bench.context / "d/l").symlink_to("/etc/passwd")
    return bench


@pytest.mark.parametrize("form", ["oci", "docker"])
@pytest.mark.parametrize("options", ["", ",tar=false"])
@pytest.mark.parametrize(
    "packing", ["", ",compression=zstd", ",compression=uncompressed", ",compression-level=9"]
)
def test_images(filled: Bench, tmp_path: Path, form: str, options: str, packing: str) -> None:
    path = tmp_path / "out"
    output = parse_output(f"type={form},dest={path}{options}{packing}")
    result = filled.build(TEXT, outputs=(output,), tags=("team/app:1",))
    assert validate_archive(path) == []
    assert path.is_dir() is bool(options)
    with open_archive(path) as archive:
        (image,) = archive.images
        assert image.names == ("docker.io/team/app:1",)
        assert image.id == result.image
        assert result.manifest in image.labels
    if options:
        assert (path / "manifest.json").exists() is (form == "docker")


def test_several_at_once(filled: Bench, tmp_path: Path) -> None:
    words = (f"type=oci,dest={tmp_path}/a.tar", f"type=tar,dest={tmp_path}/b.tar", f"{tmp_path}/c")
    result = filled.build(TEXT, outputs=tuple(parse_output(word) for word in words))
    with open_archive(tmp_path / "a.tar") as archive:
        assert result.descriptor["digest"] in archive.images[0].labels
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "d/sub/g" in tar.getnames()
    assert (tmp_path / "c/d/sub/g").read_text() == "G"


def test_annotations(filled: Bench, tmp_path: Path) -> None:
    path = tmp_path / "o"
    output = parse_output(
        f'type=oci,tar=false,dest={path},annotation.Some.Key=v,annotation-manifest-descriptor.d=e,"annotation.c=1,2"'
    )
    result = filled.build(TEXT, outputs=(output,))
    manifest = json.loads((path / "blobs/sha256" / result.manifest[7:]).read_text())
    assert manifest["annotations"] == {"Some.Key": "v", "c": "1,2", "minibuild.fidelity": "exact"}
    (descriptor,) = json.loads((path / "index.json").read_text())["manifests"]
    assert descriptor["annotations"] == {"d": "e"}
    with pytest.raises(UsageError, match="no index"):
        filled.build(TEXT, outputs=(parse_output(f"type=oci,dest={tmp_path}/x,annotation-index.a=b"),))
    with pytest.raises(UsageError, match="nothing of that name"):
        parse_output("type=oci,dest=x,annotation-nothing.a=b")


def test_the_same_input_gives_the_same_bytes(filled: Bench, tmp_path: Path) -> None:
    """On another machine, from another checkout, at another time."""
    other = tmp_path / "other"
    shutil.copytree(filled.context, other, symlinks=True)
    for path in other.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1_750_000_000, 1_750_000_000))
    os.utime(filled.context / "d/f", (1_760_000_000, 1_760_000_000))
    os.utime(filled.context / "d/sub/g", (1_760_000_000, 1_760_000_000))
    archives = []
    for number, context in enumerate((filled.context, other)):
        output = parse_output(f"type=oci,dest={tmp_path}/{number}.tar")
        with Store.open(tmp_path / f"store{number}") as store:
            bench = Bench(store, context)
            bench.build(TEXT, outputs=(output,), build_args={"SOURCE_DATE_EPOCH": "1700000000"}, tags=("a",))
        archives.append((tmp_path / f"{number}.tar").read_bytes())
    assert archives[0] == archives[1]
    with open_archive(tmp_path / "0.tar") as archive:
        assert archive.images[0].config.created == "2023-11-14T22:13:20Z"
    with tarfile.open(tmp_path / "0.tar") as tar:
        assert {member.mtime for member in tar} == {1_700_000_000}


def test_an_unchanged_archive_is_not_written_again(filled: Bench, tmp_path: Path) -> None:
    path = tmp_path / "o.tar"
    outputs = (parse_output(f"type=oci,dest={path}"),)
    filled.build(TEXT, outputs=outputs)
    before = path.stat()
    filled.build(TEXT, outputs=outputs)
    assert path.stat() == before
    path.write_bytes(b"damaged")
    filled.build(TEXT, outputs=outputs)
    assert validate_archive(path) == []
    before = path.stat()
    filled.build(TEXT + "LABEL c=d\n", outputs=outputs)
    assert path.stat() != before


def test_files_replace_what_is_in_their_way(filled: Bench, tmp_path: Path) -> None:
    """Nothing outside the directory is touched, whatever stands in it."""
    target, outside = tmp_path / "target", tmp_path / "outside"
    target.mkdir()
    outside.mkdir()
    (target / "d").symlink_to(outside)
    (target / "w").write_text("a file")
    (target / "other").write_text("stays")
    filled.build(TEXT, outputs=(parse_output(f"type=local,dest={target}"),))
    assert list(outside.iterdir()) == []
    assert not (target / "d").is_symlink()
    assert (target / "w").is_dir()
    assert (target / "other").read_text() == "stays"
    assert os.readlink(target / "d/l") == "/etc/passwd"
    assert stat.S_IMODE((target / "d/f").stat().st_mode) == 0o4755
    filled.build(TEXT, outputs=(parse_output(f"type=local,dest={target}"),))


def test_what_can_not_be_written(filled: Bench, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for word in (
        f"type=local,dest={tmp_path}/file/x",
        f"type=oci,dest={tmp_path}/none/x.tar",
        f"type=tar,dest={tmp_path}",
    ):
        with pytest.raises(MinibuildError, match="can't write"):
            filled.build(TEXT, outputs=(parse_output(word),))


@pytest.mark.skipif(not shutil.which("skopeo"), reason="needs skopeo")
@pytest.mark.parametrize(("form", "transport"), [("oci", "oci-archive"), ("docker", "docker-archive")])
def test_skopeo_reads_it(filled: Bench, tmp_path: Path, form: str, transport: str) -> None:
    filled.build(TEXT, outputs=(parse_output(f"type={form},dest={tmp_path}/o.tar"),), tags=("team/app:1",))
    command = ["skopeo", "inspect", f"{transport}:{tmp_path}/o.tar"]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert found["Labels"] == {"a": "b"}
    copy = ["skopeo", "copy", "-q", f"{transport}:{tmp_path}/o.tar", f"dir:{tmp_path}/copied"]
    subprocess.run(copy, check=True)


@pytest.mark.skipif(not shutil.which("umoci"), reason="needs umoci")
def test_umoci_unpacks_it(filled: Bench, tmp_path: Path) -> None:
    filled.build(TEXT, outputs=(parse_output(f"type=oci,tar=false,dest={tmp_path}/o"),), tags=("team/app:1",))
    command = ["umoci", "raw", "unpack", "--rootless", "--image", f"{tmp_path}/o:1", f"{tmp_path}/files"]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "files/d/sub/g").read_text() == "G"


def test_a_progress_event_tells_of_the_export(filled: Bench, tmp_path: Path) -> None:
    filled.build(TEXT, outputs=(parse_output(f"type=oci,dest={tmp_path}/o.tar"),))
    assert any(isinstance(event, events.Progressed) for event in filled.told)
