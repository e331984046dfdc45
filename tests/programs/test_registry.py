"""The tables of programs: every name leads to a program, and each program can say how it is used."""

import pytest
from programs_machine import ProgramMachine, busybox, gnu

from minibuild.kernel.fidelity import FidelityError
from minibuild.programs.registry import APPLETS, LOCATIONS, PROGRAMS, lookup

OURS = [
    name
    for name, module in LOCATIONS.items()
    if module.startswith(("coreutils.", "users.", "system.", "opaque"))
]


def test_every_listed_name_is_a_program_of_its_module():
    for name in OURS:
        entry = lookup(name)
        assert entry is not None, name
        assert name in entry.names


def test_every_program_is_listed():
    for name in OURS:
        lookup(name)
    assert {name for name in PROGRAMS if name in LOCATIONS} == set(PROGRAMS)


def test_an_unknown_name_is_no_program():
    assert lookup("nope") is None


@pytest.mark.parametrize("flavour", ["busybox", "gnu"])
def test_every_program_with_options_explains_itself(flavour):
    names = [name for name in OURS if getattr(lookup(name), "options", None) is not None]
    machine = ProgramMachine(flavour)
    for name in names:
        try:
            shown = machine.run(f"{name} --help")
        except FidelityError:
            continue
        text = shown.err if flavour == "busybox" else shown.out
        assert shown.status == 0, name
        assert f"Usage: {name}" in text


def test_busybox_runs_its_applets():
    machine = busybox()
    ran = machine.run("busybox basename /a/b", "busybox nope", "busybox useradd x", "busybox --list")
    assert ran.statuses == [0, 127, 127, 0]
    assert ran.out.startswith("b\n")
    assert ran.err == "nope: applet not found\nuseradd: applet not found\n"
    listed = ran.out.splitlines()[1:]
    assert listed == sorted(APPLETS)
    assert {"cat", "sh", "adduser", "tar"} <= set(listed)
    assert not {"useradd", "openssl", "sudo"} & set(listed)


def test_busybox_installs_links_to_itself():
    machine = busybox()
    machine.filesystem.mkdir("/w/bin")
    ran = machine.run("busybox --install -s /w/bin", "/w/bin/basename /a/b", "busybox --install /w/bin")
    assert ran.statuses == [0, 0, 0]
    assert ran.out == "b\n"
    assert machine.filesystem.view().readlink("/w/bin/cat") == "/bin/busybox"


def test_a_name_of_busybox_is_found_by_a_hard_link():
    machine = busybox()
    ran = machine.run("ln /bin/busybox /w/dirname", "/w/dirname /a/b", "/w/dirname -x")
    assert ran.out == "/a\n"
    assert "BusyBox" in ran.err


def test_gnu_programs_are_no_applets():
    assert gnu().run("cat /nope").err == "cat: /nope: No such file or directory\n"
    assert busybox().run("cat /nope").err == "cat: can't open '/nope': No such file or directory\n"
