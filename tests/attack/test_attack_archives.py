"""Hostile archives, in `load` and in ADD: words instead of a traceback, nothing outside, bounded memory."""

import gzip
import hashlib
import io
import json
import lzma
import os
import random
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from assault import END, MIB, assert_sound, files_below, header, measure, member, pax, pax_raw, run, tar_of

from minibuild.build.rootfs import write_directory, write_rootfs_tar
from minibuild.errors import MinibuildError
from minibuild.store import Store
from minibuild.store.loading import load_archive

pytestmark = pytest.mark.skipif(os.name != "posix", reason="measures memory as Linux tells it")

LINK, HARD, DIRECTORY = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE
SPARSE = {"GNU__sparse__major": b"1", "GNU__sparse__realsize": b"10737418240"}
XATTR = {"SCHILY__xattr__user.a": b"\xff\0\xfe"}

# What nobody's file system can hold, or what reaches outside: refused by `load`.
REFUSED: dict[str, bytes] = {
    "absolute": tar_of(member("/etc/x", b"a")),
    "dots": tar_of(member("a/../../x", b"a")),
    "hard link out": tar_of(member("a", kind=HARD, link="/etc/passwd")),
    "hard link up": tar_of(member("a", kind=HARD, link="../../etc/passwd")),
    "hard link through a link": tar_of(
        member("s", kind=LINK, link="/etc"), member("a", kind=HARD, link="s/passwd")
    ),
    "hard links in a circle": tar_of(member("a", kind=HARD, link="b"), member("b", kind=HARD, link="a")),
    "hard link to a directory": tar_of(member("d", kind=DIRECTORY), member("a", kind=HARD, link="d")),
    "hard link to nothing": header(flag=b"1") + END,
    "link to nothing": header(flag=b"2") + END,
    "zero byte in a name": pax(path=b"a\0b") + header() + END,
    "zero byte in a link": pax(linkpath=b"a\0b") + header(flag=b"2") + END,
    "zero byte in an attribute": pax_raw(b"27 SCHILY.xattr.user.\0x=v\n") + header() + END,
    "long name": pax(path=b"a/" * 50_000) + header() + END,
    "long component": pax(path=b"a" * 300) + header() + END,
    "long link": pax(linkpath=b"a/" * 50_000) + header(flag=b"2") + END,
    "device number": header(flag=b"3", device=b"\x80" + b"\xff" * 7) + END,
    "negative size": header(size=b"\xff" * 12) + END,
    "signed size": header(size=b"-0000000001\0") + END,
    "size that is no number": header(size=b"0_1\0".ljust(12, b"\0")) + END,
    "huge size": header(size=b"\x80" + b"\x7f" * 11) + END,
    "size past the end": header(size=b"77777777777\0") + END,
    "pax size past the end": pax(size=b"99999999999") + header() + END,
    "pax size that hides": pax(size=b"0") + header(size=b"00000000005\0") + b"hello".ljust(512, b"x") + END,
    "pax user below zero": pax(uid=b"-1") + header() + END,
    "pax length too long": pax_raw(b"99 a=bcdef") + header() + END,
    "pax length below zero": pax_raw(b"-9 a=bcdef") + header() + END,
    "pax length zero": pax_raw(b"0 a=bcdef\n") + header() + END,
    "pax length with an underscore": pax_raw(b"1_0 a=bcd\n") + header() + END,
    "pax length of many digits": pax_raw(b"9" * 5990 + b" a=bcd\n") + header() + END,
    "pax header alone": pax(path=b"x") + END,
    "huge pax header": header(b"p", b"x", b"77777777777\0") + END,
    "long name alone": header(b"././@LongLink", b"L", b"00000000005\0") + b"abcd".ljust(512, b"\0") + END,
    "sparse": header(flag=b"S") + END,
    "pax sparse": pax(**SPARSE) + header(size=b"00000001000\0") + b"1\n0\n0\n".ljust(512, b"\0") + END,
    "wrong checksum": b"x" * 512 + END,
    "mode that is no number": header(mode=b"zzzzzzz\0") + END,
    "cut in a header": tar_of(member("a", b"1"))[:300],
}

# Strange, but each of them is a file system: taken, and then everything else works.
TAKEN: dict[str, bytes] = {
    "written through a link": tar_of(
        member("out", kind=LINK, link="../../../../../../tmp"), member("out/minibuild-was-here", b"x"),
        member("abs", kind=LINK, link="/tmp"), member("abs/minibuild-was-here", b"x"),
    ),
    "one name many times": tar_of(
        member("a", b"1"), member("a", kind=DIRECTORY), member("a/b", b"2"), member("a", kind=LINK, link="b"),
        member("a", b"3"), member("d", kind=DIRECTORY), member("d", kind=LINK, link="/tmp"),
        member("d/x", b"4"),
    ),
    "devices": tar_of(
        member("null", kind=tarfile.CHRTYPE, devmajor=1, devminor=3),
        member("disk", kind=tarfile.BLKTYPE, devmajor=8), member("fifo", kind=tarfile.FIFOTYPE),
    ),
    "hard link to itself": tar_of(member("a", b"1"), member("a", kind=HARD, link="a")),
    "hard link to a link": tar_of(
        member("s", kind=LINK, link="/etc/passwd"), member("a", kind=HARD, link="s")
    ),
    "links in a circle": tar_of(
        member("a", kind=LINK, link="b"), member("b", kind=LINK, link="a"), member("a/x", b"1")
    ),
    "the root as something else": (
        header(b".") + header(b"./", b"2", link=b"x") + header(b"./", b"1", link=b".") + END
    ),
    "an empty name": pax(path=b"") + header() + END,
    "escape sequences": tar_of(member("a\nb\x1b[31m\x07", b"1")),
    "no UTF-8": header(b"\xff\xfe/\x80") + pax(path=b"\xff\xfe/\x81") + header() + END,
    "attributes": pax(**XATTR) + header() + END,
    "times": b"".join(
        pax(mtime=value) + header(b"t%d" % number, flag)
        for number, value in enumerate(
            (b"9" * 400, b"9" * 18, b"-5.5", b"-" + b"9" * 18, b"nan", b"1.-5", b"1e9", b"")
        )
        for flag in (b"0", b"5")
    ) + header(b"u", mtime=b"\x80" + b"\x7f" * 11) + END,
    "owners": pax(uid=b"9" * 19, gid=b"4294967295") + header() + END,
    "odd whiteouts": tar_of(*(
        member(name) for name in (".wh..", ".wh...", ".wh.", "a/.wh...", ".wh..wh..opq", "z/.wh..wh..opq",
                                  ".wh.a/b", ".wh..wh.x")
    )),
    "very deep": tar_of(member("a/" * 1800 + "x", b"1")),
    "an opaque mark": pax(**{"SCHILY__xattr__user.minibuild.opaque": b"\xffevil\n\x1b"}) + header() + END,
    "all bits": header(mode=b"7777777\0") + END,
    "a vendor's member": header(flag=b"Z", size=b"00000000005\0") + b"hello".ljust(512, b"\0") + END,
    "a global header": (
        header(b"g", b"g", b"00000000014\0") + b"12 path=abc\n".ljust(512, b"\0") + header() + END
    ),
    "nothing": b"",
    "zeros": END,
}  # fmt: skip


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def image_tar(layer: bytes, stored: bytes | None = None, kind: str = "") -> bytes:
    """An OCI archive of an image `evil` with one layer; `stored` is what stands for it."""
    stored = layer if stored is None else stored
    rootfs = {"type": "layers", "diff_ids": [digest(layer)]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode()
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": _descriptor(config, "config.v1+json"),
            "layers": [_descriptor(stored, "layer.v1.tar" + kind)],
        }
    ).encode()
    entry = _descriptor(manifest, "manifest.v1+json")
    entry["annotations"] = {"io.containerd.image.name": "docker.io/library/evil:1"}
    index = json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode()
    blobs = {"blobs/sha256/" + digest(blob)[7:]: blob for blob in (config, manifest, stored)}
    documents = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, **blobs}
    return tar_of(*(member(name, data) for name, data in documents.items()))


def _descriptor(blob: bytes, kind: str) -> dict[str, object]:
    media_type = "application/vnd.oci.image." + kind
    return {"mediaType": media_type, "digest": digest(blob), "size": len(blob)}


@pytest.fixture
def store(root: Path) -> Iterator[Store]:
    with Store.open(root) as opened:
        yield opened


@pytest.mark.parametrize("case", REFUSED)
def test_layers_that_are_refused(store: Store, case: str) -> None:
    with pytest.raises(MinibuildError) as caught:
        load_archive(store, io.BytesIO(image_tar(REFUSED[case])))
    assert "\n" not in caught.value.render().partition("\n  hint: ")[0]
    assert store.images(intermediate=True) == []
    assert list(store.blobs.listing()) == []


@pytest.mark.parametrize("case", TAKEN)
def test_layers_that_are_strange(store: Store, case: str, tmp_path: Path) -> None:
    """They are loaded, exported and read back, and nothing is written outside."""
    ((_, image_id),) = load_archive(store, io.BytesIO(image_tar(TAKEN[case])))
    store.snapshots.clear()
    snapshot = store.layer_filesystem(store.image(image_id).diff_ids)
    flat = io.BytesIO()
    write_rootfs_tar(snapshot, flat)
    write_directory(snapshot, tmp_path / "inside" / "files")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside", "store"]
    _assert_nothing_outside(tmp_path / "inside")
    with Store.open(tmp_path / "other") as other:
        load_archive(other, io.BytesIO(image_tar(flat.getvalue())))
    assert store.verify() == []


def _assert_nothing_outside(inside: Path) -> None:
    assert [path.name for path in inside.iterdir()] == ["files"]
    assert not Path("/tmp/minibuild-was-here").exists()
    subprocess.run(["rm", "-rf", inside], check=True)  # deeper than Python's own way to remove it


@pytest.mark.parametrize("case", [*REFUSED, *TAKEN])
def test_archives_in_add(context: Callable[..., Path], root: Path, tmp_path: Path, case: str) -> None:
    """ADD resolves names at its destination, as tar in a chroot does; else it is told."""
    data = {**REFUSED, **TAKEN}[case]
    directory = context(
        "FROM scratch AS a\nADD evil.tar /d/\nFROM scratch\nCOPY --from=a /d /files\n", **{"evil.tar": data}
    )
    shown = run("build", "-o", tmp_path / "inside", directory, root=root)
    assert shown.status == 0 or shown.is_told(), shown
    assert not Path("/tmp/minibuild-was-here").exists()
    assert {path.name for path in tmp_path.iterdir()} <= {"context", "inside", "store"}
    subprocess.run(["rm", "-rf", tmp_path / "inside"], check=True)


def test_links_in_add_stay_in_place(context: Callable[..., Path], root: Path, tmp_path: Path) -> None:
    tar = tar_of(
        member("out", kind=LINK, link="../../outside"), member("out/x", b"1"), member("/abs", b"2"),
        member("../up", b"3"), member("top", kind=LINK, link="/"), member("top/y", b"4"),
    )  # fmt: skip
    directory = context("FROM scratch\nADD evil.tar /d/e/\n", **{"evil.tar": tar})
    shown = run("build", "-o", tmp_path / "files", directory, root=root)
    assert shown.status == 0 or shown.is_told()
    if shown.status == 0:
        found = files_below(tmp_path / "files")
        assert {path.split("/")[0] for path in found} == {"d"}
        assert {path.split("/")[1] for path in found if "/" in path} == {"e"}
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_is_cut_at_every_block(store: Store, context: Callable[..., Path]) -> None:
    layer = tar_of(member("d", kind=DIRECTORY), member("d/a", b"1" * 700), member("l", kind=LINK, link="d"))
    whole = image_tar(layer)
    for end in range(0, len(whole), 512):
        try:
            loaded = load_archive(store, io.BytesIO(whole[:end]))
        except MinibuildError:
            assert store.images(intermediate=True) == []
            continue
        assert whole[end:].strip(b"\0") == b""  # only its end is missing
        assert [name for name, _ in loaded] == ["evil:1"]
        store.remove_image("evil:1")
    assert store.verify() == []


def test_digests_and_sizes_that_lie(store: Store) -> None:
    layer = tar_of(member("a", b"1"))
    whole = image_tar(layer)
    lies = {
        digest(layer)[7:].encode(): b"0" * 64,
        b'"size": ': b'"size": 9',
        b"sha256:": b"sha256:../",
        b'"schemaVersion": 2': b'"schemaVersion": 1',
    }
    for old, new in lies.items():
        parts = []
        with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
            for info in tar:
                content = tar.extractfile(info)
                assert content is not None
                parts.append(member(info.name, content.read().replace(old, new)))
        with pytest.raises(MinibuildError):
            load_archive(store, io.BytesIO(tar_of(*parts)))
    assert list(store.blobs.listing()) == []


def test_indexes_that_contain_themselves(store: Store) -> None:
    """A digest can't be in its own content, but a hostile archive may nest indexes as deeply as it likes."""
    blob = json.dumps({"schemaVersion": 2, "manifests": []}).encode()
    documents = []
    for _ in range(100):
        documents.append(member("blobs/sha256/" + digest(blob)[7:], blob))
        blob = json.dumps({"schemaVersion": 2, "manifests": [_descriptor(blob, "index.v1+json")]}).encode()
    tar = tar_of(*documents, member("index.json", blob))
    with pytest.raises(MinibuildError, match="nested too deeply"):
        load_archive(store, io.BytesIO(tar))
    loop = tar_of(
        member("index.json", kind=LINK, link="a"), member("a", kind=LINK, link="b"),
        member("b", kind=HARD, link="a"),
    )  # fmt: skip
    with pytest.raises(MinibuildError, match="links without end"):
        load_archive(store, io.BytesIO(loop))


@pytest.mark.parametrize("times", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_random_damage(store: Store, tmp_path: Path, times: int) -> None:
    """Whatever the bytes are: an error in words, or an image that can be used."""
    chance = random.Random(times)
    layer = tar_of(
        member("d/a", b"hello" * 30), member("d/l", kind=LINK, link="a"),
        member("d/h", kind=HARD, link="d/a"),
        member("d/.wh.x"), member("q/" * 80 + "x", b"z" * 700),
        member("x", pax_headers={"SCHILY.xattr.user.a": "b", "mtime": "12.5"}),
    )  # fmt: skip
    pack = (bytes, bytes, gzip.compress, zstandard.ZstdCompressor().compress, lzma.compress)
    for _ in range(times):
        spoiled = _sealed(_spoil(layer, chance))
        whole = image_tar(spoiled, chance.choice(pack)(spoiled))
        if chance.random() < 0.3:
            whole = _sealed(_spoil(whole, chance))
        try:
            ((_, image_id), *_) = load_archive(store, io.BytesIO(whole))
            store.snapshots.clear()
            write_rootfs_tar(store.layer_filesystem(store.image(image_id).diff_ids), io.BytesIO())
        except MinibuildError:
            continue
    assert store.verify() == []


_TOKENS = (b"\0", b"\xff", b"-", b"_", b"/", b"..", b".wh.", b"9", b"\x80", b" ", b"\n", b"=", b"L", b"5")
_FIELDS = (0, 100, 108, 116, 124, 125, 136, 156, 157, 257, 263, 329, 345)


def _spoil(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        block = chance.randrange(len(spoiled)) // 512 * 512 if spoiled else 0
        way = chance.random()
        if way < 0.7:
            place = block + chance.choice((*_FIELDS, chance.randrange(512)))
            token = chance.choice(_TOKENS)
            spoiled[place : place + len(token)] = token
        elif way < 0.85:
            del spoiled[block : block + 512]
        else:
            spoiled[block:block] = spoiled[:512]
    return bytes(spoiled)


def _sealed(data: bytes) -> bytes:
    """The tar with right checksums: else nothing but them would be noticed."""
    sealed = bytearray(data)
    for start in range(0, len(sealed) - 511, 512):
        block = sealed[start : start + 512]
        if block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            sealed[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    return bytes(sealed)


# ---- bombs


def zeros(total: int, compressor: object, *, head: bytes = b"") -> bytes:
    """`head`, zeros and a tar's end, compressed."""
    out = [compressor.compress(head)]  # type: ignore[attr-defined]
    out += [compressor.compress(bytes(16 * MIB)) for _ in range(total // (16 * MIB))]  # type: ignore[attr-defined]
    out += [compressor.compress(END), compressor.flush()]  # type: ignore[attr-defined]
    return b"".join(out)


def bomb(kind: str, total: int) -> bytes:
    """A tar with one large member of zeros, which is small."""
    compressors = {
        "gz": lambda: zlib.compressobj(6, zlib.DEFLATED, 31),
        "zst": lambda: zstandard.ZstdCompressor().compressobj(),
        "xz": lambda: lzma.LZMACompressor(preset=0),
    }
    start = header(b"bomb", size=b"\x80\0\0\0" + total.to_bytes(8, "big"))
    return zeros(total, compressors[kind](), head=start)


@pytest.mark.parametrize("kind", ["gz", "zst", "xz"])
def test_a_bomb_takes_no_memory(context: Callable[..., Path], root: Path, tmp_path: Path, kind: str) -> None:
    data = bomb(kind, 256 * MIB)
    directory = context(f"FROM scratch\nADD bomb.{kind} /d/\n", **{f"bomb.{kind}": data})
    shown = measure("build", directory, root=root, peak_file=tmp_path / "peak")
    assert shown.status == 0, shown
    assert shown.peak < 80 * MIB
    layer = tar_of(member("a"))
    kinds = {"gz": "+gzip", "zst": "+zstd", "xz": "+xz"}
    (tmp_path / "evil.tar").write_bytes(image_tar(layer, data, kinds[kind]))
    shown = measure("load", "-i", tmp_path / "evil.tar", root=root, peak_file=tmp_path / "peak")
    assert "is damaged" in shown.err
    assert shown.peak < 80 * MIB
    (tmp_path / "outer").write_bytes(gzip.compress(data))
    shown = measure("load", "-i", tmp_path / "outer", root=root, peak_file=tmp_path / "peak")
    assert shown.is_told()
    assert_sound(root)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_ten_gigabytes(context: Callable[..., Path], root: Path, tmp_path: Path, kind: str) -> None:
    data = bomb(kind, 10 << 30)
    directory = context(f"FROM scratch\nADD bomb.{kind} /d/\n", **{f"bomb.{kind}": data})
    (tmp_path / "evil.tar").write_bytes(image_tar(tar_of(member("a")), data, "+gzip"))
    (tmp_path / "outer.tar").write_bytes(data)
    for words in (
        ["build", directory],
        ["load", "-i", tmp_path / "evil.tar"],
        ["load", "-i", tmp_path / "outer.tar"],
    ):
        shown = measure(*words, root=root, peak_file=tmp_path / "peak", timeout=300)
        assert shown.is_told()
        assert "many times its size" in shown.err or "200 times its size" in shown.err
        assert shown.peak < 100 * MIB
        assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 20 * MIB


def test_a_window_of_gigabytes(context: Callable[..., Path], root: Path, tmp_path: Path) -> None:
    tar = tar_of(member("a", b"1"))
    small = lzma.compress(tar, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}])
    # The dictionary's size is one byte of the block's header, which has a checksum of its own.
    block = bytearray(small[12 : 12 + (small[12] + 1) * 4])
    block[4] = 36
    block[-4:] = zlib.crc32(bytes(block[:-4])).to_bytes(4, "little")
    evil = small[:12] + bytes(block) + small[12 + len(block) :]
    directory = context("FROM scratch\nADD evil.tar.xz /d/\n", **{"evil.tar.xz": evil})
    for words in (["build", directory], ["load", "-i", directory / "evil.tar.xz"]):
        shown = measure(*words, root=root, peak_file=tmp_path / "peak")
        assert shown.is_told()
        assert "MiB of memory" in shown.err
        assert shown.peak < 80 * MIB


@pytest.mark.parametrize("way", ["load", pytest.param("add", marks=pytest.mark.slow)])
def test_a_huge_number_of_members(
    context: Callable[..., Path], root: Path, tmp_path: Path, way: str
) -> None:
    """As many names as fit into a small archive: refused before they fill the memory."""
    names = (header(b"d%d/f%d" % (number // 1000, number)) for number in range(40_000))
    tar = b"".join(names)
    many = gzip.compress(tar * 22, 1)
    directory = context("FROM scratch\nADD many.tar.gz /d/\n", **{"many.tar.gz": many})
    words = ["load", "-i", directory / "many.tar.gz"] if way == "load" else ["build", directory]
    shown = measure(*words, root=root, peak_file=tmp_path / "peak", timeout=100)
    assert shown.is_told()
    assert "MiB of memory" in shown.err
    assert shown.peak < 300 * MIB


def test_attributes_that_fill_the_memory(root: Path, tmp_path: Path) -> None:
    records = pax(**{"SCHILY__xattr__user.a": b"x" * 1_000_000})
    tar = b"".join(records + header(b"f%d" % number) for number in range(400)) + END
    (tmp_path / "evil").write_bytes(gzip.compress(tar, 1))
    shown = measure("load", "-i", tmp_path / "evil", root=root, peak_file=tmp_path / "peak")
    assert "MiB of memory" in shown.err
    assert shown.peak < 330 * MIB


def test_a_hundred_thousand_members(context: Callable[..., Path], root: Path, tmp_path: Path) -> None:
    names = [header(b"d%d/f%d" % (number // 1000, number)) for number in range(100_000)]
    directory = context("FROM scratch\nADD many.tar /d/\n", **{"many.tar": b"".join(names) + END})
    shown = measure("build", directory, root=root, peak_file=tmp_path / "peak")
    assert shown.status == 0
    assert shown.peak < 200 * MIB


def test_a_layout_in_a_directory_of_special_files(root: Path, tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs fifos")
    layout = tmp_path / "layout"
    layout.mkdir()
    os.mkfifo(layout / "index.json")
    assert run("load", "-i", layout, root=root, timeout=100).is_told()
    (layout / "index.json").unlink()
    (layout / "index.json").symlink_to("/dev/zero")
    assert run("load", "-i", layout, root=root, timeout=100).is_told()
    (layout / "index.json").unlink()
    (layout / "index.json").write_text('{"schemaVersion":2,"manifests":[]}')
    assert run("load", "-i", layout, root=root, timeout=100).is_told()
    for special in ("/dev/zero", "/dev/null", "/dev/tty", "/nowhere", "/", "/proc/self/mem"):
        shown = run("load", "-i", special, root=root, timeout=60)
        assert shown.is_told(), (special, shown)
    assert_sound(root)
