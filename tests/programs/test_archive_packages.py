"""cpio, ar, dpkg-deb, rpm2cpio, 7z: the archives of packages."""

import gzip
import struct

import pytest
from archive_samples import ALICE, tree
from programs_machine import busybox, gnu

LIST = b".\n./a\n./sub\n./sub/b\n./h\n./l\n"


def test_cpio_packs_lists_and_unpacks():
    for machine in (tree(busybox()), tree(gnu())):
        packed = machine.run("cpio -o -H newc -F /t.cpio", cwd="/w/s", stdin=LIST)
        assert packed.status == 0
        machine.filesystem.mkdir("/o")
        ran = machine.run("cpio -idm -F /t.cpio", "cpio -t -F /t.cpio", cwd="/o")
        assert ran.statuses == [0, 0]
        assert sorted(machine.paths("/o")) == ["a", "h", "l", "sub", "sub/b"]
        view = machine.filesystem.view()
        assert view.stat("/o/a").node is view.stat("/o/h").node
        assert (view.readlink("/o/l"), machine.mode("/o/a")) == ("a", 0o640)
        assert view.stat("/o/sub/b").mtime == 1_577_934_246 * 10**9
        assert ran.err == "2 blocks\n2 blocks\n"


def test_cpio_copies():
    machine = tree(busybox())
    assert machine.run("cpio -pd /p", cwd="/w/s", stdin=LIST).status == 0
    assert sorted(machine.paths("/p")) == ["a", "h", "l", "sub", "sub/b"]


def test_cpio_refuses():
    machine = tree(busybox())
    ran = machine.run("cpio", "cpio -o", "cpio -i -F nope", "cpio -o -H newc", stdin=b"nope\n")
    assert ran.statuses == [1, 1, 1, 1]
    assert ran.err.endswith(
        "cpio: can't open 'nope': No such file or directory\ncpio: nope: No such file or directory\n"
    )
    assert machine.run("cpio -t", stdin=b"junk").err == "cpio: short read\n"
    assert machine.run("cpio -t", stdin=b"junkjunk" * 99).err.startswith("cpio: unsupported cpio format")


def test_cpio_keeps_what_is_newer():
    machine = tree(busybox())
    machine.run("cpio -o -H newc -F /t.cpio", cwd="/w/s", stdin=b"a\n")
    machine.filesystem.write_file("/o/a", b"newer\n")
    assert machine.run("cpio -i -F /t.cpio", cwd="/o").err.startswith(
        "cpio: a not created: newer or same age file exists\n"
    )
    assert machine.text("/o/a") == "newer\n"
    assert machine.run("cpio -iu -F /t.cpio", cwd="/o").status == 0
    assert machine.text("/o/a") == "one\n"


def test_gnu_cpio_writes_and_reads_the_posix_format():
    machine = tree(gnu())
    ran = machine.run("cpio -o -H odc -F /t.cpio", "cpio -t -F /t.cpio", cwd="/w/s", stdin=b"./sub/b\n")
    assert ran.out == "./sub/b\n"


def test_ar():
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/a", b"one\n")
        machine.filesystem.write_file("/w/" + "n" * 30, b"odd")
        ran = machine.run(f"ar rc x.a a {'n' * 30}", "ar t x.a", "ar p x.a", "rm a", "ar x x.a a")
        assert ran.statuses == [0] * 5
        assert ran.out == f"a\n{'n' * 30}\none\nodd"
        assert machine.text("/w/a") == "one\n"
    assert machine.run("ar t nope").err == "ar: nope: No such file or directory\n"


def package(machine) -> None:
    """A package of two files, made by the program itself."""
    fs = machine.filesystem
    fs.write_file(
        "/w/p/DEBIAN/control", b"Package: foo\nVersion: 1.0\nArchitecture: all\nDescription: x\n more\n"
    )
    fs.write_file("/w/p/usr/bin/foo", b"#!/bin/sh\n", mode=0o755)
    fs.symlink("/w/p/usr/bin/bar", "foo")
    assert machine.run("dpkg-deb -b p foo.deb").out == "dpkg-deb: building package 'foo' in 'foo.deb'.\n"


def test_dpkg_deb_unpacks_packages():
    debian = gnu()
    package(debian)
    data = debian.filesystem.view().read_bytes("/w/foo.deb")
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/foo.deb", data)
        ran = machine.run(
            "dpkg-deb -x foo.deb o",
            "dpkg-deb -e foo.deb",
            "dpkg-deb -f foo.deb Version",
            "dpkg-deb -c foo.deb",
        )
        assert ran.statuses == [0, 0, 0, 0]
        assert machine.paths("/w/o") == ["usr", "usr/bin", "usr/bin/bar", "usr/bin/foo"]
        assert machine.text("/w/DEBIAN/control").startswith("Package: foo\n")
        assert ran.out.startswith("1.0\n")
    assert machine.run("ar t foo.deb").out == "debian-binary\ncontrol.tar.xz\ndata.tar.xz\n"


def test_dpkg_deb_refuses():
    machine = gnu()
    machine.filesystem.write_file("/w/j.deb", b"junk")
    ran = machine.run("dpkg-deb", "dpkg-deb -x j.deb", "dpkg-deb -x j.deb o", "dpkg-deb -x nope o")
    assert ran.statuses == [2, 2, 2, 2]
    assert "dpkg-deb: error: 'j.deb' is not a Debian format archive\n" in ran.err
    assert "dpkg-deb: error: failed to read archive 'nope': No such file or directory\n" in ran.err


def test_rpm2cpio_takes_the_archive_out():
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 5) + bytes(16 + 5)
    payload = b"070701 and so on"
    rpm = b"\xed\xab\xee\xdb" + bytes(92) + header + bytes(-5 % 8) + header + gzip.compress(payload)
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/x.rpm", rpm)
        machine.filesystem.write_file("/w/j.rpm", b"junk")
        ran = machine.run("rpm2cpio x.rpm", "rpm2cpio j.rpm", "rpm2cpio nope")
        assert (ran.out, ran.statuses) == (payload.decode(), [0, 1, 1])


def test_7z_unpacks_what_others_have_packed():
    machine = tree(gnu())
    ran = machine.run("tar cf t.tar s", "zip -qr t.zip s", "7z x t.tar -oa -y", "7z e t.zip -ob -y")
    assert ran.statuses == [0, 0, 0, 0]
    assert machine.text("/w/a/s/sub/b") == machine.text("/w/b/b") == "two\n"


@pytest.mark.parametrize("command", ["cpio -id -F /w/t.cpio", "ar x /w/t.a", "dpkg-deb -x /w/t.deb ."])
def test_users_have_their_rights_only(command):
    machine = tree(gnu())
    package(machine)
    machine.run("cpio -o -H newc -F t.cpio", stdin=b"s/a\n")
    machine.run("ar rc t.a s/a", "cp foo.deb t.deb")
    before = machine.paths("/etc")
    assert machine.run(command, user=ALICE, cwd="/etc").status > 0
    assert machine.paths("/etc") == before
