"""ADD: archives, downloads by fixture, and archives that mean harm."""

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable

import pytest
import zstandard
from builds import Bench

from minibuild.build.errors import BuildError
from minibuild.errors import MinibuildError

Member = tuple[str, str, str | bytes]  # name, kind, content or target
_TYPES = {"file": tarfile.REGTYPE, "dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE}


def archive(*members: Member, mode: int = 0o644, uid: int = 0) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = _TYPES.get(kind, tarfile.CHRTYPE)
            info.mode, info.uid, info.mtime = (0o755 if kind == "dir" else mode), uid, 1_500_000_000
            if kind == "file":
                data = content.encode() if isinstance(content, str) else content
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
                continue
            info.linkname = str(content)
            info.devmajor, info.devminor = 1, 3
            tar.addfile(info)
    return out.getvalue()


PLAIN = archive(("d", "dir", ""), ("d/f", "file", "F"), ("d/l", "link", "f"), ("d/h", "hard", "d/f"), uid=5)


@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress],
    ids=["tar", "gz", "bz2", "xz", "zst"],
)
def test_archives_are_unpacked(bench: Bench, pack: Callable[[bytes], bytes]) -> None:
    bench.put("any-name", pack(PLAIN))
    result = bench.build("FROM scratch\nADD any-name /x/\nADD --chown=7:8 any-name /y\n")
    tree = bench.tree(result)
    assert tree["/x"] == "dir 0755"
    assert tree["/x/d/f"] == "file 0644 5:0 F"
    assert tree["/x/d/l"] == "link 5:0 f"
    assert tree["/y/d/f"] == "file 0644 7:8 F"
    root = bench.root(result)
    assert root.node("/x/d/f") is root.node("/x/d/h")
    assert root.node("/x/d").mtime == 1_500_000_000_000_000_000


def test_what_is_not_unpacked(bench: Bench) -> None:
    bench.put("a.tar", PLAIN)
    bench.put("b.gz", gzip.compress(b"no archive" * 100))
    bench.put("c.tar.gz", b"\x1f\x8bgarbage" * 10)
    root = bench.root(
        bench.build("FROM scratch\nADD --unpack=false a.tar /\nADD b.gz c.tar.gz /\nCOPY a.tar /copied\n")
    )
    assert {name: root.node(f"/{name}").kind for name in ("a.tar", "b.gz", "c.tar.gz", "copied")} == {
        "a.tar": "file",
        "b.gz": "file",
        "c.tar.gz": "file",
        "copied": "file",
    }


def test_unpacking_stays_below_the_destination(bench: Bench) -> None:
    bench.put(
        "evil.tar",
        archive(
            ("../../up", "file", "U"),
            ("/abs", "file", "A"),
            ("a/../../b", "file", "B"),
            ("out", "link", "/"),
            ("out/through", "file", "T"),
        ),
    )
    bench.write(keep="K")
    tree = bench.tree(bench.build("FROM scratch\nCOPY keep /keep\nADD evil.tar /t/\n"))
    assert {path for path in tree if not path.startswith("/t")} == {"/keep"}
    assert tree["/t/up"] == "file 0644 U"
    assert tree["/t/abs"] == "file 0644 A"
    assert tree["/t/b"] == "file 0644 B"
    assert tree["/t/through"] == "file 0644 T"


def test_last_member_of_a_name_wins(bench: Bench) -> None:
    bench.put("a.tar", archive(("f", "file", "1"), ("f", "dir", ""), ("f", "file", "3"), ("n", "device", "")))
    tree = bench.tree(bench.build("FROM scratch\nADD a.tar /\n"))
    assert tree == {"/f": "file 0644 3", "/n": "char 0644"}


def test_hostile_archives(bench: Bench) -> None:
    bench.put("cut.tar", archive(("f", "file", b"x" * 3000))[:2000])
    bench.put("dangling.tar", archive(("h", "hard", "nothing")))
    bench.put("loop.tar", archive(("l", "link", "l"), ("l/f", "file", "")))
    bench.put("long.tar", archive(("d/" * 3000 + "f", "file", "")))
    for name in ("cut", "dangling", "loop", "long"):
        with pytest.raises(MinibuildError) as caught:
            bench.build(f"FROM scratch\nADD {name}.tar /\n")
        assert caught.value.line == 2
    assert bench.store.verify() == []


def test_a_bomb_is_not_unpacked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minibuild.build.unpacking._LIMIT", 1 << 20)
    bomb = zlib.compressobj(9, wbits=31)
    bench.put("bomb.tar.gz", bomb.compress(archive(("f", "file", bytes(8 << 20)))) + bomb.flush())
    with pytest.raises(BuildError, match="unpacks to more than"):
        bench.build("FROM scratch\nADD bomb.tar.gz /\n")


def test_downloads_need_a_fixture(bench: Bench) -> None:
    url = "https://example.org/dir/tool.tar.gz"
    with pytest.raises(BuildError, match=r"its content is not known") as caught:
        bench.build(f"FROM scratch\nADD {url} /opt/\n")
    assert "--fixture" in caught.value.hint
    fixture = bench.put("../fixture", gzip.compress(PLAIN))
    fixtures = {url: str(fixture)}
    digest = hashlib.sha256(fixture.read_bytes()).hexdigest()
    result = bench.build(
        f"FROM scratch\nADD --checksum=sha256:{digest} {url} /opt/\nADD --unpack=true {url} /src\n",
        fixtures=fixtures,
    )
    tree = bench.tree(result)
    assert tree["/opt/tool.tar.gz"].startswith("file 0600")
    assert tree["/src/d/f"] == "file 0644 5:0 F"
    assert result.fidelity == "exact"
    with pytest.raises(BuildError, match="digest mismatch"):
        bench.build(f"FROM scratch\nADD --checksum=sha256:{'0' * 64} {url} /\n", fixtures=fixtures)
    fixture.write_bytes(b"changed")
    assert bench.tree(bench.build(f"FROM scratch\nADD {url} /x\n", fixtures=fixtures))["/x"] == (
        "file 0600 changed"
    )


def test_a_repository_is_a_directory(bench: Bench) -> None:
    bench.put("../checkout/README", "R")
    url = "https://example.org/team/app.git#v1"
    result = bench.build(
        f"FROM scratch\nADD {url} /src\n", fixtures={url: str(bench.context.parent / "checkout")}
    )
    assert bench.tree(result)["/src/README"] == "file 0644 R"
