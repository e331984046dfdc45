"""Programs that read and write streams: cat, head, tail, wc, tee, seq, od, hexdump, xxd, base64, dd, expr,
checksums.
"""

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import busybox, gnu

from minibuild.filesystem import OpaqueContent
from minibuild.filesystem.opaque import opaque_directory, opaque_file, origin_of
from minibuild.kernel.fidelity import Fidelity, FidelityError
from minibuild.kernel.limits import LimitError

FOUR = b"one\ntwo\nthree\nfour\n"


@pytest.mark.parametrize(
    ("command", "stdin", "out"),
    [
        ("cat", b"a\n", "a\n"),
        ("cat - -", b"a\n", "a\n"),
        ("cat -n", b"a\n\nb", "     1\ta\n     2\t\n     3\tb\n"),
        ("cat -b", b"a\n\nb\n", "     1\ta\n\n     2\tb\n"),
        ("cat -A", b"a\tb\x01\xff\n", "a^Ib^AM-^?$\n"),
        ("cat -v", b"a\tb\x80\n", "a\tbM-^@\n"),
        ("head -n 2", FOUR, "one\ntwo\n"),
        ("head -2", FOUR, "one\ntwo\n"),
        ("head -n -3", FOUR, "one\n"),
        ("head -c 5", FOUR, "one\nt"),
        ("head -c -5", FOUR, "one\ntwo\nthree\n"),
        ("tail -n 2", FOUR, "three\nfour\n"),
        ("tail -n +3", FOUR, "three\nfour\n"),
        ("tail -c 3", FOUR, "ur\n"),
        ("tail -c +16", FOUR, "our\n"),
        ("tail -n 0", FOUR, ""),
        ("wc", FOUR, "        4         4        19\n"),
        ("wc -l", FOUR, "4\n"),
        ("wc -w", b"a b\n c", "3\n"),
        ("wc -c", b"\xc3\xa9", "2\n"),
        ("wc -m", b"\xc3\xa9", "1\n"),
        ("wc -L", b"ab\nabcd\n", "4\n"),
        ("tee", b"x", "x"),
        ("od -c", b"a\n\0\xff", "0000000   a  \\n  \\0 377\n0000004\n"),
        ("od -An -tx1", b"ab\n", " 61 62 0a\n"),
        ("od -t u2 -Ad", b"ab", "0000000 25185\n0000002\n"),
        (
            "hexdump -C",
            b"hi\n",
            "00000000  68 69 0a                                          |hi.|\n00000003\n",
        ),
        ("xxd", b"hello\n", "00000000: 6865 6c6c 6f0a                           hello.\n"),
        ("xxd -p", b"hi", "6869\n"),
        ("xxd -r -p", b"68 69\n", "hi"),
        ("xxd -r", b"00000000: 6869  hi\n", "hi"),
        ("xxd -i", b"hi", "  0x68, 0x69,\n"),
        ("base64", b"hello", "aGVsbG8=\n"),
        ("base64 -w 4", b"hello", "aGVs\nbG8=\n"),
        ("base64 -d", b"aGVs\nbG8=\n", "hello"),
        ("base32", b"hello", "NBSWY3DP\n"),
        ("cksum", b"hello\n", "3015617425 6\n"),
        ("sum", b"hello\n", "36979     1 \n"),
        ("crc32", b"hello\n", "363a3020\n"),
        ("factor", b"12 97\n", "12: 2 2 3\n97: 97\n"),
        ("dd bs=3 count=1 status=none", b"abcdef", "abc"),
        ("dd conv=swab status=none", b"abcd", "badc"),
        ("dd bs=1 skip=2 status=none", b"abcd", "cd"),
    ],
)
def test_filters(command, stdin, out):
    ran = busybox().run(command, stdin=stdin)
    assert (ran.status, ran.out) == (0, out)


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("seq 3", "1\n2\n3\n"),
        ("seq 2 4", "2\n3\n4\n"),
        ("seq 5 -2 1", "5\n3\n1\n"),
        ("seq -w 8 10", "08\n09\n10\n"),
        ("seq -s , 3", "1,2,3\n"),
        ("seq 0.5 0.5 1.5", "0.5\n1.0\n1.5\n"),
        ("seq 3 1", ""),
        ("printenv HOME", "/root\n"),
        ("expr 1 + 2", "3\n"),
        ("expr 7 / 2", "3\n"),
        ("expr -7 % 3", "-1\n"),
        ("expr 2 > 10", "0\n"),
        ("expr b > a", "1\n"),
        ("expr a = b", "0\n"),
        ("expr length abc", "3\n"),
        ("expr substr abcdef 2 3", "bcd\n"),
        ("expr index abc cb", "2\n"),
        ("expr abc : a\\(.*\\)", "bc\n"),
        ("expr abc : ab", "2\n"),
        ("expr ( 1 + 2 ) * 3", "9\n"),
    ],
)
def test_values(command, out):
    assert busybox().run(command).out == out


def test_expr_says_true_false_and_wrong():
    ran = busybox().run("expr 1", "expr 0", "expr 1 +", "expr 1 / 0", "expr a + 1", "expr")
    assert ran.statuses == [0, 1, 2, 2, 2, 2]
    assert ran.err == (
        "expr: syntax error\nexpr: division by zero\nexpr: non-numeric argument\nexpr: too few arguments\n"
    )
    assert gnu().run("expr 1 / 0", "expr 1 +").err == (
        "expr: division by zero\nexpr: syntax error: missing argument after '+'\n"
    )


def test_yes_ends_when_nobody_reads():
    ran = busybox().run(["sh", "-c", "yes a b | head -n 2"])
    assert (ran.status, ran.out) == (0, "a b\na b\n")


def test_several_files_have_titles_and_totals():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"1\n2\n")
    machine.filesystem.write_file("/w/b", b"3\n")
    ran = machine.run("head -n 1 a b", "tail -n 1 a nope b", "wc -l a b", "cat a nope b", "head -q a b")
    assert ran.statuses == [0, 1, 0, 1, 0]
    assert ran.out == (
        "==> a <==\n1\n\n==> b <==\n3\n==> a <==\n2\n\n==> b <==\n3\n"
        "        2 a\n        1 b\n        3 total\n1\n2\n3\n1\n2\n3\n"
    )
    assert (
        ran.err == "tail: can't open 'nope': No such file or directory\n"
        "cat: can't open 'nope': No such file or directory\n"
    )


def test_directories_are_no_streams():
    ran = busybox().run("cat /", "head /", "md5sum /", "wc /")
    assert ran.statuses == [1, 1, 1, 1]
    assert ran.err == (
        "cat: read error: Is a directory\nhead: /: Input/output error\n"
        "md5sum: can't read '/': Is a directory\nwc: /: Is a directory\n"
    )
    assert (
        gnu().run("cat /", "head /").err
        == "cat: /: Is a directory\nhead: error reading '/': Is a directory\n"
    )


def test_tee_writes_and_appends():
    machine = busybox()
    machine.run("tee a b", "tee -a a", stdin=b"x\n")
    assert (machine.text("/w/a"), machine.text("/w/b")) == ("x\nx\n", "x\n")
    ran = machine.run("tee /nope/x", stdin=b"y\n")
    assert (ran.status, ran.out, ran.err) == (1, "y\n", "tee: /nope/x: No such file or directory\n")


def test_a_full_device_is_a_write_error():
    machine = busybox()
    ran = machine.run("cp /etc/passwd /dev/full", "dd if=/etc/passwd of=/dev/full")
    assert ran.statuses == [1, 1]
    assert "No space left on device" in ran.err


def test_dd_keeps_what_it_does_not_write():
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"abcdef")
    machine.run("dd of=f bs=1 seek=2 conv=notrunc", stdin=b"XY")
    assert machine.text("/w/f") == "abXYef"
    machine.run("dd of=f bs=1 seek=2", stdin=b"Z")
    assert machine.text("/w/f") == "abZ"
    ran = machine.run("dd if=f of=g ibs=2 obs=1", "dd if=nope", "dd bs=0", "dd conv=zz", "dd foo")
    assert ran.statuses == [0, 1, 1, 1, 1]
    assert ran.err.startswith(
        "1+1 records in\n3+0 records out\ndd: can't open 'nope': No such file or directory\n"
    )
    assert (
        gnu()
        .run("dd bs=2 count=1", stdin=b"abc")
        .err.startswith("1+0 records in\n1+0 records out\n2 bytes copied, ")
    )


@pytest.mark.parametrize("name", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
def test_checksums(name):
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"hello\n")
    expected = hashlib.new(name, b"hello\n").hexdigest()
    assert machine.run(f"{name}sum f").out == f"{expected}  f\n"
    assert machine.run(f"{name}sum", stdin=b"hello\n").out == f"{expected}  -\n"


def test_checksums_are_verified():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"a")
    machine.filesystem.write_file("/w/b", b"b")
    sums = machine.run("sha256sum a b").out
    machine.filesystem.write_file("/w/s", sums.encode())
    assert machine.run("sha256sum -c s").out == "a: OK\nb: OK\n"
    machine.filesystem.write_file("/w/b", b"c")
    ran = machine.run("sha256sum -c s", "sha256sum -cs s", "sha256sum -c nope")
    assert ran.statuses == [1, 1, 1]
    assert ran.out == "a: OK\nb: FAILED\n"
    assert ran.err == (
        "sha256sum: WARNING: 1 of 2 computed checksums did NOT match\n"
        "sha256sum: nope: No such file or directory\n"
    )


def test_gnu_checksums_are_verified_in_their_own_way():
    machine = gnu()
    machine.filesystem.write_file("/w/a", b"a")
    digest = hashlib.sha256(b"a").hexdigest()
    wrong = "0" * 64
    ran = machine.run("sha256sum -c --strict", stdin=f"{digest}  a\n".encode())
    assert (ran.status, ran.out, ran.err) == (0, "a: OK\n", "")
    ran = machine.run("sha256sum -c", stdin=f"{digest} a\n{digest} nope\n{wrong} a\n".encode())
    assert ran.out == "a: OK\nnope: FAILED open or read\na: FAILED\n"
    assert ran.err == (
        "sha256sum: nope: No such file or directory\nsha256sum: WARNING: 1 listed file could not be read\n"
        "sha256sum: WARNING: 1 computed checksum did NOT match\n"
    )
    ran = machine.run("sha256sum -c", stdin=f"SHA256 (a) = {digest}\njunk\n".encode())
    assert (ran.status, ran.out) == (0, "a: OK\n")
    assert ran.err == "sha256sum: WARNING: 1 line is improperly formatted\n"
    ran = machine.run(
        "sha256sum -c --strict", "sha256sum -c --ignore-missing", stdin=f"{digest}  no\njunk\n".encode()
    )
    assert ran.statuses == [1, 1]
    ran = machine.run("sha256sum -c", "md5sum --quiet a", stdin=b"junk\n")
    assert ran.statuses == [1, 1]
    assert ran.err.startswith("sha256sum: 'standard input': no properly formatted checksum lines found\n")


def test_a_checksum_over_unknown_content_is_assumed():
    machine = busybox()
    machine.filesystem.place("/w/f", opaque_file("content of https://example.org/f"))
    machine.filesystem.write_file("/w/s", b"0" * 64 + b"  f\n")
    ran = machine.run("sha256sum -c s", limit=Fidelity.ASSUMED)
    assert (ran.status, ran.out) == (0, "f: OK\n")
    assert machine.system.fidelity.level is Fidelity.ASSUMED
    with pytest.raises(FidelityError, match=r"example\.org"):
        machine.run("sha256sum -c s")
    assert isinstance(machine.filesystem.node("/w/f").content, OpaqueContent)


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 90))
def test_base64_and_back(data, width):
    machine = busybox()
    text = machine.run(f"base64 -w {width}", stdin=data).out
    assert text.replace("\n", "") == base64.b64encode(data).decode()
    back = machine.run("base64 -d", stdin=text.encode()).out
    assert back.encode("utf-8", "surrogateescape") == data


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_xxd_and_back(data):
    machine = busybox()
    for options in ("", "-p"):
        dump = machine.run(f"xxd {options}", stdin=data).out
        back = machine.run(f"xxd -r {options}", stdin=dump.encode()).out
        assert back.encode("utf-8", "surrogateescape") == data


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("ab \t", max_size=6), max_size=12), st.integers(0, 14))
def test_head_and_tail_part_a_text(lines, count):
    text = "".join(line + "\n" for line in lines).encode()
    machine = busybox()
    first = machine.run(f"head -n {count}", stdin=text).out
    rest = machine.run(f"tail -n +{count + 1}", stdin=text).out
    assert (first + rest).encode() == text
    last = machine.run(f"tail -n {count}", stdin=text).out
    before = machine.run(f"head -n -{count}", stdin=text).out
    assert (before + last).encode() == text


@pytest.mark.parametrize(
    "command",
    [
        "seq 1 0 3",
        "wc /dev/zero",
        "md5sum /dev/zero",
        "base64 /dev/zero",
        "cksum /dev/zero",
        "tail -c 1 /dev/zero",
        "tail -f /etc/passwd",
        "od /dev/zero",
        "xxd /dev/zero",
        "dd if=/dev/zero of=/dev/null",
        "tail -n 1 /dev/zero",
        "head -n 1 /dev/zero",
    ],
)
def test_what_never_ends_is_ended(command):
    with pytest.raises(LimitError):
        busybox().run(command, work=20_000)


def test_factor_of_large_numbers():
    ran = busybox().run("factor 18446744073709551557 18446743979220271189 18446744073709551615 0 1")
    assert ran.out == (
        "18446744073709551557: 18446744073709551557\n18446743979220271189: 4294967279 4294967291\n"
        "18446744073709551615: 3 5 17 257 641 65537 6700417\n0:\n1:\n"
    )


def test_a_copy_of_an_unknown_directory_may_have_any_name_too():
    machine = busybox()
    machine.filesystem.place("/w/d", opaque_directory("content of https://example.org/d"))
    machine.filesystem.mkdir("/w/there")
    commands = ("cp -r d new", "cp -a d/. there", "cat new/any", "cat there/any")
    ran = machine.run(*commands, limit=Fidelity.ASSUMED)
    assert ran.statuses == [0, 0, 0, 0]
    assert origin_of(machine.filesystem.node("/w/new")) == "content of https://example.org/d"
