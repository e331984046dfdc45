"""zip and unzip: what goes in and comes out, and what is said of it."""

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import ProgramMachine, busybox, gnu

from minibuild.kernel.limits import LimitError

TIME = 1_577_934_246 * 10**9


def tree(machine: ProgramMachine) -> ProgramMachine:
    fs = machine.filesystem
    fs.write_file("/w/a.txt", b"alpha\n")
    fs.write_file("/w/d/b.txt", b"beta\n" * 30, mode=0o750)
    fs.symlink("/w/d/l", "b.txt")
    fs.mkdir("/w/d/e")
    for entry in fs.walk():
        fs.view().utime(entry.path, TIME, follow=False)
    return machine


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data)
    return buffer.getvalue()


def members(machine: ProgramMachine, path: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(machine.filesystem.view().read_bytes(path))) as made:
        return {name: made.read(name) for name in made.namelist()}


def test_zip_adds_trees_and_says_what():
    machine = tree(gnu())
    ran = machine.run("zip -r z a.txt d", "zip z.zip a.txt")
    assert ran.out == (
        "  adding: a.txt (stored 0%)\n  adding: d/ (stored 0%)\n  adding: d/b.txt (deflated 93%)\n"
        "  adding: d/e/ (stored 0%)\n  adding: d/l (deflated 93%)\nupdating: a.txt (stored 0%)\n"
    )
    assert members(machine, "/w/z.zip").keys() == {"a.txt", "d/", "d/b.txt", "d/e/", "d/l"}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ("-qj z.zip a.txt d/b.txt", {"a.txt", "b.txt"}),
        ("-qr z.zip . -x d/*", {"a.txt"}),
        ("-qr z.zip . -i *.txt", {"a.txt", "d/b.txt"}),
        ("-qrD z.zip d", {"d/b.txt", "d/l"}),
        ("-qry z.zip d", {"d/", "d/b.txt", "d/e/", "d/l"}),
    ],
)
def test_zip_chooses(options, names):
    machine = tree(gnu())
    assert machine.run(f"zip {options}").status == 0
    assert members(machine, "/w/z.zip").keys() == names


def test_zip_takes_out_and_moves_in():
    machine = tree(gnu())
    ran = machine.run(
        "zip -q z.zip a.txt d/b.txt", "zip -d z.zip a.txt", "zip -qm z.zip a.txt", "zip z.zip nope"
    )
    assert ran.statuses == [0, 0, 0, 12]
    assert ran.out == (
        "deleting: a.txt\n\tzip warning: name not matched: nope\n\nzip error: Nothing to do! (z.zip)\n"
    )
    assert members(machine, "/w/z.zip").keys() == {"d/b.txt", "a.txt"}
    assert not machine.filesystem.view().exists("/w/a.txt")


def test_attributes_survive():
    machine = tree(gnu())
    machine.run("zip -qry z.zip d", "unzip -q z.zip -d o")
    stat = machine.filesystem.view().stat("/w/o/d/b.txt")
    assert (stat.mode, stat.mtime) == (0o750, TIME)
    assert machine.filesystem.view().readlink("/w/o/d/l") == "b.txt"


def test_listings(snapshot):
    data = archive(**{"a.txt": b"alpha\n", "d/b.txt": b"beta\n" * 30})
    shown = []
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/z.zip", data)
        shown.append(machine.run("unzip -l z", "unzip -v z", "unzip -lq z", "unzip z -d o").out)
    assert "\n".join(shown) == snapshot
    assert machine.run("unzip -Z1 z").out == "a.txt\nd/b.txt\n"


def test_unpacking_chooses_and_strips_directories():
    data = archive(**{"a.txt": b"1", "d/b.txt": b"2", "d/c.c": b"3"})
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/z.zip", data)
        machine.run("unzip -q z.zip d/* -x *.c -d o", "unzip -qj z.zip d/c.c -d p")
        assert machine.paths("/w/o") == ["d", "d/b.txt"]
        assert machine.paths("/w/p") == ["c.c"]
        assert machine.run("unzip -p z.zip a.txt d/c.c").out == "13"


def test_existing_files_are_asked_about():
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/z.zip", archive(a=b"new"))
        machine.filesystem.write_file("/w/a", b"old")
        assert machine.run("unzip -n z.zip").status == 0
        machine.run("unzip z.zip", stdin=b"n\n")
        assert machine.text("/w/a") == "old"
        machine.run("unzip z.zip", stdin=b"y\n")
        assert machine.text("/w/a") == "new"
        assert machine.run("unzip -qo z.zip").err == ""


def test_failures():
    machine = gnu()
    machine.filesystem.write_file("/w/j.zip", b"junk")
    machine.filesystem.write_file("/w/z.zip", archive(a=b"1"))
    ran = machine.run("unzip nope", "unzip j.zip", "unzip -q z.zip nope", "unzip z.zip -d a/b/c")
    assert ran.statuses == [9, 9, 11, 2]
    assert ran.err.startswith("unzip:  cannot find or open nope, nope.zip or nope.ZIP.\n")
    assert "caution: filename not matched:  nope\n" in ran.err
    machine = busybox()
    machine.filesystem.write_file("/w/j.zip", b"junk")
    ran = machine.run("unzip nope", "unzip j.zip")
    assert (ran.statuses, ran.err) == ([1, 1], "unzip: can't open nope[.zip]\nunzip: short read\n")


def test_nothing_leads_out_of_the_directory():
    hostile = archive(**{"../up": b"1", "/abs": b"2", "x/../../out": b"3"})
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/z.zip", hostile)
        machine.run("unzip -q z.zip -d o")
        assert not {"/up", "/w/up", "/abs", "/out", "/w/out"} & {e.path for e in machine.filesystem.walk()}


def test_a_bomb_meets_the_limit():
    machine = gnu()
    machine.filesystem.write_file("/w/z.zip", archive(**{f"f{at}": bytes(1 << 27) for at in range(9)}))
    with pytest.raises(LimitError, match="wrote more than"):
        machine.run("unzip -q z.zip")


@given(st.binary(min_size=1, max_size=60), st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_no_archive_is_a_crash(noise, at):
    data = bytearray(archive(**{"a.txt": b"alpha" * 20, "d/b": b""}))
    data[at : at + len(noise)] = noise
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/z.zip", bytes(data))
        assert 0 <= machine.run("unzip -qo z.zip", "unzip -l z.zip", "unzip -t z.zip").status <= 82
