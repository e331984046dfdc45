"""Archives that nobody knows: unpacking them goes on, and the step says what it stands on."""

import pytest
from programs_machine import busybox, gnu

from minibuild.filesystem.opaque import opaque_file, origin_of
from minibuild.kernel.fidelity import Fidelity, FidelityError

ORIGIN = "content of https://example.org/x"


def machine(make=busybox, name="x.tgz"):
    made = make()
    made.filesystem.place(f"/w/{name}", opaque_file(ORIGIN, mode=0o644))
    made.filesystem.mkdir("/w/o")
    return made


@pytest.mark.parametrize("make", [busybox, gnu])
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("x.tgz", "tar xzf x.tgz -C o"),
        ("x.tgz", "tar xf x.tgz -C o --strip-components=1"),
        ("x.zip", "unzip -q x.zip -d o"),
        ("x.deb", "dpkg-deb -x x.deb o"),
    ],
)
def test_the_place_may_then_hold_anything(make, name, command):
    made = machine(make, name)
    assert made.run(command, limit=Fidelity.ASSUMED).status == 0
    assert origin_of(made.filesystem.node("/w/o")) == ORIGIN
    assert made.system.fidelity.level is Fidelity.ASSUMED
    made.filesystem.view().chdir("/w/o/any/thing")


def test_named_members_come_out_as_files():
    made = machine()
    command = "tar xzf x.tgz -C o --strip-components=1 pkg/tool"
    assert made.run(command, limit=Fidelity.ASSUMED).status == 0
    assert origin_of(made.filesystem.node("/w/o/tool")) == ORIGIN
    assert made.filesystem.node("/w/o/tool").mode & 0o111
    assert not origin_of(made.filesystem.node("/w/o"))


@pytest.mark.parametrize("make", [busybox, gnu])
def test_unpacked_files_are_as_little_known(make):
    made = machine(make, "x.gz")
    assert made.run("gunzip x.gz", limit=Fidelity.ASSUMED).status == 0
    assert origin_of(made.filesystem.node("/w/x")) == ORIGIN
    assert not made.filesystem.view().exists("/w/x.gz")


def test_an_archive_of_it_is_as_little_known():
    made = machine()
    assert made.run("tar cf t.tar x.tgz", limit=Fidelity.ASSUMED).status == 0
    assert origin_of(made.filesystem.node("/w/t.tar")) == ORIGIN


@pytest.mark.parametrize(
    ("name", "command"), [("x.tgz", "tar xf x.tgz"), ("x.zip", "unzip x.zip"), ("x.gz", "gunzip x.gz")]
)
def test_without_leave_it_is_an_error(name, command):
    with pytest.raises(FidelityError, match="is not known"):
        machine(name=name).run(command)


def test_what_fails_before_reading_fails():
    ran = machine().run("tar xf x.tgz -C nope", limit=Fidelity.ASSUMED)
    assert (ran.status, ran.err) == (1, "tar: can't change directory to 'nope': No such file or directory\n")


def test_find_says_that_there_may_be_more():
    made = machine()
    made.run("tar xzf x.tgz -C o", limit=Fidelity.ASSUMED)
    made.run("find o -name *.so", limit=Fidelity.ASSUMED)
    assert made.system.fidelity.level is Fidelity.ASSUMED
