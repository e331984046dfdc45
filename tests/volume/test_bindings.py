"""`-v` and `--mount` as docker reads them (SPEC V1, V3)."""

import pytest

from minibuild.volume.binding import Binding, parse_mount, parse_tmpfs, parse_volume
from minibuild.volume.volumes import VolumeError


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/d", ("volume", "", "/d", "", False)),
        ("data:/d", ("volume", "data", "/d", "", False)),
        ("data:/d:ro", ("volume", "data", "/d", "ro", True)),
        ("/h/../h/x:/d/", ("bind", "/h/x", "/d", "", False)),
        ("/h:/d:rw,z", ("bind", "/h", "/d", "rw,z", False)),
        ("/h:/d:ro,rshared", ("bind", "/h", "/d", "ro,rshared", True)),
    ],
)
def test_volume(text: str, wanted: tuple[object, ...]) -> None:
    found = parse_volume(text)
    assert (found.type, found.source, found.target, found.mode, found.read_only) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "invalid volume specification: ''"),
        ("a:b:c:d", "invalid volume specification: 'a:b:c:d'"),
        ("/h:ro", "invalid volume specification: '/h:ro'"),
        ("/h:/d:zz", "invalid mode: zz"),
        ("/h:/d:ro,rw", "invalid mode: ro,rw"),
        ("./h:/d", "includes invalid characters for a local volume name"),
        ("h:/d", "volume name is too short"),
        ("/h:d", "invalid mount path: 'd' mount path must be absolute"),
        ("/h:/", "destination can't be '/'"),
        ("/h:/a/..", "destination can't be '/'"),
    ],
)
def test_wrong_volumes(text: str, message: str) -> None:
    with pytest.raises(VolumeError) as caught:
        parse_volume(text)
    assert message in caught.value.message


def test_mount() -> None:
    found = parse_mount("type=bind,src=/h,dst=/d,readonly")
    assert (found.type, found.source, found.target, found.read_only, found.create) == (
        "bind",
        "/h",
        "/d",
        True,
        False,
    )
    assert not parse_mount("source=data,target=/d,volume-nocopy").copy
    assert parse_mount("type=tmpfs,target=/t,tmpfs-mode=700").mode == "mode=700"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type=bind,dst=/d", "field Source must not be empty"),
        ("type=zz,dst=/d", "mount type unknown"),
        ("type=volume,src=v1", "target is required"),
        ("type=bind,src=h,dst=/d", "invalid mount path: 'h' mount path must be absolute"),
        ("dst=d", "mount path must be absolute"),
        ("nonsense", "must be a key=value pair"),
        ("a=b,dst=/d", "unexpected key 'a'"),
    ],
)
def test_wrong_mounts(text: str, message: str) -> None:
    with pytest.raises(VolumeError) as caught:
        parse_mount(text)
    assert message in caught.value.message


def test_tmpfs() -> None:
    assert parse_tmpfs("/run:size=1m") == Binding("tmpfs", "", "/run", "size=1m", text="/run:size=1m")
