"""Archives that are hostile, damaged or made by others: what tar makes of them."""

import io
import shutil
import subprocess
import tarfile

import pytest
from archive_samples import ALICE, NAMES, archive, member
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import busybox, gnu

from minibuild.filesystem import File

# ---- what may not be


def test_nothing_leads_out_of_the_directory():
    hostile = archive(
        member("/abs"),
        member("../up"),
        member("in/../../out"),
        member("etc", tarfile.SYMTYPE, "/etc"),
        member("etc/passwd"),
    )
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/t.tar", hostile)
        machine.filesystem.mkdir("/w/o")
        before = machine.text("/etc/passwd")
        ran = machine.run("tar xf t.tar -C o")
        assert machine.text("/etc/passwd") == before
        assert not {"/up", "/out", "/abs"} & {entry.path for entry in machine.filesystem.walk()}
        assert ran.status == (1 if machine.flavour == "busybox" else 2)
    assert "Member name contains '..'" in ran.err


def test_links_outwards_are_made_last():
    machine = gnu()
    machine.filesystem.write_file("/w/t.tar", archive(member("ln", tarfile.SYMTYPE, "/etc"), member("f")))
    assert machine.run("tar xf t.tar").status == 0
    assert machine.filesystem.view().readlink("/w/ln") == "/etc"


def test_a_user_owns_what_they_unpack_and_their_umask_counts():
    data = archive(member("f", mode=0o666, uid=7, gid=8), member("suid", mode=0o4777))
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/t.tar", data)
        assert machine.run("tar xf t.tar", user=ALICE).status == 0
        assert machine.owner("/w/f") == (1000, 1000)
    assert (machine.mode("/w/f"), machine.mode("/w/suid")) == (0o644, 0o755)
    assert busybox().run("tar cf /etc/t.tar /w", user=ALICE).err == (
        "tar: can't open '/etc/t.tar': Permission denied\n"
    )


def test_root_keeps_owners_by_name_unless_told_not_to():
    data = archive(member("f", uid=7, gid=8, uname="daemon", gname="nobodys"))
    machine = gnu()
    machine.filesystem.write_file("/w/t.tar", data)
    owners = []
    for options in ("", "--numeric-owner", "--no-same-owner", "-o"):
        machine.run(f"tar xf t.tar {options}")
        owners.append(machine.owner("/w/f"))
    assert owners == [(1, 8), (7, 8), (0, 0), (0, 0)]


@pytest.mark.parametrize(
    ("data", "short", "long"),
    [
        (b"junk\n", "tar: short read\n", "tar: This does not look like a tar archive\n"),
        (b"", "tar: short read\n", "tar: This does not look like a tar archive\n"),
        (b"x" * 2000, "tar: invalid tar magic\n", "tar: This does not look like a tar archive\n"),
        (
            archive(member("f" * 90))[:580],
            "tar: short read\n",
            "tar: Unexpected EOF in archive\n" * 2 + "tar: Error is not recoverable: exiting now\n",
        ),
    ],
)
def test_damaged_archives(data, short, long):
    for machine, words, status in ((busybox(), short, 1), (gnu(), long, 2)):
        machine.filesystem.write_file("/w/t.tar", data)
        ran = machine.run("tar xf t.tar")
        assert ran.status == status
        assert ran.err.startswith(words)


@given(st.binary(max_size=1500), st.integers(0, 9000))
@settings(max_examples=60, deadline=None)
def test_no_archive_is_a_crash(noise, at):
    data = bytearray(archive(member("d", tarfile.DIRTYPE), member("d/" + "n" * 120), form=tarfile.PAX_FORMAT))
    data[at : at + len(noise)] = noise
    for machine in (busybox(), gnu()):
        machine.filesystem.write_file("/w/t.tar", bytes(data))
        assert machine.run("tar tvf t.tar", "tar xf t.tar").status in (0, 1, 2)


def test_a_sparse_file_takes_no_room():
    size = 1 << 30
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("GNUSparseFile.0/big")
        data = b"1\n1048576\n4\n".ljust(512, b"\0") + b"tail"
        info.size = len(data)
        info.pax_headers = {
            "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "big",
            "GNU.sparse.realsize": str(size)
        }  # fmt: skip
        tar.addfile(info, io.BytesIO(data))
    machine = gnu()
    machine.filesystem.write_file("/w/t.tar", buffer.getvalue())
    assert machine.run("tar xf t.tar").status == 0
    node = machine.filesystem.node("/w/big")
    assert isinstance(node, File)
    assert node.content.size == size
    assert node.content.read_at((1 << 20) - 2, 8) == b"\0\0tail\0\0"


# ---- laws


@given(
    st.dictionaries(
        st.lists(NAMES, min_size=1, max_size=4).map("/".join), st.binary(max_size=700), max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_other_programs_read_what_is_written(files):
    for machine in (busybox(), gnu()):
        made = {}
        machine.filesystem.mkdir("/w/s")
        for path, data in files.items():
            if not any(
                other == path or other.startswith(path + "/") or path.startswith(other + "/")
                for other in made
            ):
                machine.filesystem.write_file(f"/w/s/{path}", data)
                made[path] = data
        assert machine.run("tar cf t.tar s", "tar xf t.tar -C /tmp").statuses == [0, 0]
        written = machine.filesystem.view().read_bytes("/w/t.tar")
        with tarfile.open(fileobj=io.BytesIO(written)) as tar:
            found = {m.name.removeprefix("s/"): tar.extractfile(m).read() for m in tar if m.isreg()}
        assert found == made
        view = machine.filesystem.view()
        assert {path: view.read_bytes(f"/tmp/s/{path}") for path in made} == made


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@given(st.lists(st.tuples(NAMES, st.integers(0, 0o7777), st.integers(0, 1 << 20)), max_size=5))
@settings(max_examples=25, deadline=None)
def test_what_others_write_is_read(form, rows):
    members = {f"{'d' * 60}/{name}{at}": (mode, mtime) for at, (name, mode, mtime) in enumerate(rows)}
    machine = gnu()
    data = archive(
        *(member(name, mode=mode, mtime=mtime) for name, (mode, mtime) in members.items()), form=form
    )
    machine.filesystem.write_file("/w/t.tar", data)
    if not members:
        return
    assert machine.run("tar xf t.tar").status == 0
    for name, (mode, mtime) in members.items():
        stat = machine.filesystem.view().stat(f"/w/{name}")
        assert (stat.mode, stat.mtime) == (mode, mtime * 10**9)


@pytest.mark.skipif(not shutil.which("busybox"), reason="needs busybox")
def test_busybox_writes_the_same_bytes(tmp_path):
    machine = busybox()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / ("n" * 110)).write_bytes(b"x" * 513)
    machine.filesystem.write_file("/w/d/" + "n" * 110, b"x" * 513)
    for path in ("d/" + "n" * 110, "d"):
        stat = (tmp_path / path).stat()
        machine.filesystem.view().utime(f"/w/{path}", stat.st_mtime_ns)
        machine.filesystem.view().chmod(f"/w/{path}", stat.st_mode & 0o7777)
        machine.filesystem.view().chown(f"/w/{path}", stat.st_uid, stat.st_gid)
    subprocess.run(["busybox", "tar", "cf", "t.tar", "d"], cwd=tmp_path, check=True)
    machine.run("tar cf t.tar d")
    ours, theirs = machine.filesystem.view().read_bytes("/w/t.tar"), (tmp_path / "t.tar").read_bytes()
    if b"root" in theirs or b"root" not in ours:  # the names of owners are the host's
        assert ours == theirs
