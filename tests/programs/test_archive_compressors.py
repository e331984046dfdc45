"""gzip, bzip2, xz, lzma, zstd and compress: round trips, what becomes of the files, what is said."""

import bz2
import gzip
import lzma
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import ProgramMachine, busybox, gnu

PAIRS = [
    ("gzip", "gunzip", ".gz"),
    ("bzip2", "bunzip2", ".bz2"),
    ("xz", "unxz", ".xz"),
    ("lzma", "unlzma", ".lzma"),
    ("zstd", "unzstd", ".zst"),
    ("compress", "uncompress", ".Z"),
]
CATS = [("zcat", ".gz"), ("bzcat", ".bz2"), ("xzcat", ".xz"), ("lzcat", ".lzma"), ("zstdcat", ".zst")]


def with_file(machine: ProgramMachine, data: bytes = b"hello\n") -> ProgramMachine:
    machine.filesystem.write_file("/w/f", data, mode=0o640)
    machine.filesystem.view().utime("/w/f", 1_577_934_246 * 10**9)
    return machine


@pytest.mark.parametrize(("pack", "unpack", "suffix"), PAIRS)
@given(data=st.binary(max_size=3000) | st.text("ab", max_size=3000).map(str.encode))
@settings(max_examples=25, deadline=None)
def test_what_goes_in_comes_out(pack, unpack, suffix, data):
    machine = with_file(gnu(), data)
    assert machine.run(f"{pack} -f f").status in (0, 2)
    if machine.filesystem.view().exists("/w/f" + suffix):
        assert machine.run("rm -f f", f"{unpack} f{suffix}").status == 0
    assert machine.filesystem.view().read_bytes("/w/f") == data


@pytest.mark.parametrize(("pack", "unpack", "suffix"), PAIRS[:4])
def test_the_file_changes_and_keeps_its_attributes(pack, unpack, suffix):
    machine = with_file(gnu())
    assert machine.run(f"{pack} f").status == 0
    assert machine.paths() == ["f" + suffix]
    assert machine.mode("/w/f" + suffix) == 0o640
    assert machine.filesystem.view().stat("/w/f" + suffix).mtime == 1_577_934_246 * 10**9
    assert machine.run(f"{unpack} -k f{suffix}").status == 0
    assert sorted(machine.paths()) == ["f", "f" + suffix]


def test_zstd_keeps_the_file():
    machine = with_file(gnu())
    assert machine.run("zstd -q f", "zstd --rm -qf f").statuses == [0, 0]
    assert machine.paths() == ["f.zst"]


@pytest.mark.parametrize(("cat", "suffix"), CATS)
def test_cats_write_to_standard_output(cat, suffix):
    pack = next(pack for pack, _, ending in PAIRS if ending == suffix)
    machine = with_file(gnu())
    assert machine.run(f"{pack} -k f", f"{cat} f{suffix} f{suffix}").out == "hello\nhello\n"


def test_the_library_agrees():
    machine = with_file(gnu(), b"x" * 5000)
    machine.run("gzip -k f", "bzip2 -k f", "xz -k f", "lzma -k f")
    view = machine.filesystem.view()
    for suffix, unpack in (
        (".gz", gzip.decompress),
        (".bz2", bz2.decompress),
        (".xz", lzma.decompress),
        (".lzma", lzma.decompress),
    ):
        assert unpack(view.read_bytes("/w/f" + suffix)) == b"x" * 5000


def test_a_gzip_header_tells_name_and_time():
    machine = with_file(gnu())
    machine.run("gzip -k f")
    data = machine.filesystem.view().read_bytes("/w/f.gz")
    assert (data[3], int.from_bytes(data[4:8], "little"), data[10:12]) == (8, 1_577_934_246, b"f\0")
    machine.run("gzip -nfk f")
    assert machine.filesystem.view().read_bytes("/w/f.gz")[3:8] == bytes(5)
    machine = with_file(busybox())
    machine.run("gzip f")
    assert machine.filesystem.view().read_bytes("/w/f.gz")[3:8] == bytes(5)


@pytest.mark.parametrize(
    ("command", "status", "words"),
    [
        ("gunzip f", 2, "gzip: f: unknown suffix -- ignored\n"),
        ("gunzip nope", 1, "gzip: nope.gz: No such file or directory\n"),
        ("gzip d", 2, "gzip: d is a directory -- ignored\n"),
        ("gzip -d", 1, "\ngzip: stdin: not in gzip format\n"),
        ("gunzip bad.gz", 1, "\ngzip: bad.gz: not in gzip format\n"),
        ("gunzip -c cut.gz", 1, "\ngzip: cut.gz: unexpected end of file\n"),
        ("gunzip -c more.gz", 2, "\ngzip: more.gz: decompression OK, trailing garbage ignored\n"),
        ("gunzip -c sum.gz", 1, "\ngzip: sum.gz: invalid compressed data--crc error\n"),
        ("gzip -t good.gz", 0, ""),
        ("bunzip2 bad.bz2", 2, "bunzip2: bad.bz2 is not a bzip2 file.\n"),
        ("bzip2 nope", 1, "bzip2: Can't open input file nope: No such file or directory.\n"),
        ("xz -d f", 1, "xz: f: File format not recognized\n"),
        ("xz d", 2, "xz: d: Is a directory, skipping\n"),
        ("unzstd f", 1, None),
    ],
)
def test_words_of_the_originals(command, status, words):
    machine = with_file(gnu())
    good = gzip.compress(b"hello\n", mtime=0)
    for name, data in {
        "bad.gz": b"junk", "bad.bz2": b"junk", "cut.gz": good[:15], "more.gz": good + b"x", "good.gz": good,
        "sum.gz": good[:-6] + b"\0" + good[-5:],
    }.items():  # fmt: skip
        machine.filesystem.write_file(f"/w/{name}", data)
    machine.filesystem.mkdir("/w/d")
    ran = machine.run(command, stdin=b"junk")
    assert ran.status == status
    assert words is None or ran.err == words


@pytest.mark.parametrize(
    ("command", "status", "words"),
    [
        ("gunzip f", 1, "gunzip: f: unknown suffix - ignored\n"),
        ("gunzip nope.gz", 1, "gunzip: nope.gz: No such file or directory\n"),
        ("gunzip bad.gz", 1, "gunzip: invalid magic\n"),
        ("gunzip -c cut.gz", 1, "gunzip: unexpected end of file\n"),
        ("gunzip -c more.gz", 0, ""),
        ("gunzip -c sum.gz", 1, "gunzip: crc error\n"),
        ("zcat bad.gz", 1, "zcat: no gzip/bzip2/xz magic\n"),
        ("bunzip2 bad.bz2", 1, "bunzip2: invalid magic\n"),
        ("unlzma -c f", 1, "unlzma: bad lzma header\n"),
        ("xz -dc f", 0, ""),
    ],
)
def test_words_of_busybox(command, status, words):
    machine = with_file(busybox())
    good = gzip.compress(b"hello\n", mtime=0)
    for name, data in {
        "bad.gz": b"junk", "bad.bz2": b"junk", "cut.gz": good[:15], "more.gz": good + b"x",
        "sum.gz": good[:-6] + b"\0" + good[-5:],
    }.items():  # fmt: skip
        machine.filesystem.write_file(f"/w/{name}", data)
    ran = machine.run(command)
    assert (ran.status, ran.err) == (status, words)


@pytest.mark.parametrize(
    ("pack", "suffix"), [("gzip", ".gz"), ("bzip2", ".bz2"), ("xz", ".xz"), ("lzma", ".lzma")]
)
def test_what_is_there_is_not_overwritten_unless_forced(pack, suffix):
    machine = with_file(gnu())
    machine.filesystem.write_file("/w/f" + suffix, b"old")
    assert machine.run(f"{pack} f").status > 0
    assert machine.text("/w/f" + suffix) == "old"
    assert machine.run(f"{pack} -f f").status == 0


def test_busybox_can_not_make_xz():
    assert busybox().run("xz f").status == 1


def test_several_streams_are_one_file():
    machine = gnu()
    for suffix, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        machine.filesystem.write_file("/w/f" + suffix, pack(b"one\n") + pack(b"two\n"))
    assert machine.run("zcat f.gz", "bzcat f.bz2", "xzcat f.xz").out == "one\ntwo\n" * 3


def test_gzip_lists_what_a_file_holds():
    machine = with_file(gnu())
    assert machine.run("gzip f", "gzip -l f.gz").out == (
        "         compressed        uncompressed  ratio uncompressed_name\n"
        "                 28                   6 -33.3% f\n"
    )


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".lzma", ".zst", ".Z"])
@given(noise=st.binary(min_size=1, max_size=40), at=st.integers(0, 60))
@settings(max_examples=20, deadline=None)
def test_no_stream_is_a_crash(suffix, noise, at):
    pack, unpack, _ = next(pair for pair in PAIRS if pair[2] == suffix)
    machine = with_file(gnu(), b"hello hello hello hello hello\n" * 9)
    machine.run(f"{pack} -f f")
    data = bytearray(machine.filesystem.view().read_bytes("/w/f" + suffix))
    data[at : at + len(noise)] = noise
    machine.filesystem.write_file("/w/x" + suffix, bytes(data))
    assert machine.run(f"{unpack} -f x{suffix}").status in (0, 1, 2)


@pytest.mark.skipif(not shutil.which("busybox"), reason="needs busybox")
@given(st.text("abc", max_size=40_000))
@settings(max_examples=5, deadline=None)
def test_another_program_reads_compress(text):
    machine = with_file(gnu(), text.encode() or b"x")
    machine.run("compress -cf f")
    packed = machine.run("compress -c f").out.encode("utf-8", "surrogateescape")
    done = subprocess.run(["busybox", "uncompress", "-c"], input=packed, capture_output=True, check=True)
    assert done.stdout == (text.encode() or b"x")
