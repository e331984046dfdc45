"""Outputs onto whatever stands there already: nothing outside the destination is ever written."""

import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from assault import Ended, assert_sound, files_below, member, run, start, tar_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs links and devices")

LINKS = tar_of(
    member("out", kind=tarfile.SYMTYPE, link="/tmp"),
    member("up", kind=tarfile.SYMTYPE, link="../../../../../.."),
    member("d/f", b"new"),
    member("dl", kind=tarfile.SYMTYPE, link="d"),
    member("lnk", kind=tarfile.SYMTYPE, link="/nowhere"),
)


class Target:
    """A build whose files are written to `out`, beside a directory and a file that must stay as they are."""

    def __init__(self, root: Path, context: Callable[..., Path], place: Path) -> None:
        self.root = root
        self.context = context("FROM scratch\nADD links.tar /\n", **{"links.tar": LINKS})
        self.out = place / "out"
        self.victim = place / "victim"
        self.victim.mkdir()
        (self.victim / "keep").write_text("keep")
        self.file = place / "file"
        self.file.write_text("keep")

    def write(self, kind: str = "local", destination: object = "") -> Ended:
        output = f"type={kind},dest={destination or self.out}"
        shown = run("build", "-q", "-o", output, self.context, root=self.root, timeout=60)
        assert files_below(self.victim) == {"keep": "file"}
        assert self.file.read_text() == "keep"
        assert (self.victim / "keep").read_text() == "keep"
        assert_sound(self.root)
        return shown


@pytest.fixture
def target(root: Path, context: Callable[..., Path], tmp_path: Path) -> Target:
    return Target(root, context, tmp_path)


WRITTEN = {
    "out": "link /tmp", "up": "link ../../../../../..", "d": "dir", "d/f": "file", "dl": "link d",
    "lnk": "link /nowhere",
}  # fmt: skip


def deep(path: Path, depth: int = 1500) -> None:
    here = os.open(path.parent, os.O_RDONLY)
    for name in [path.name, *["x"] * depth]:
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


IN_THE_WAY: dict[str, Callable[[Target], object]] = {
    "a link to a directory": lambda t: (t.out / "d").symlink_to(t.victim),
    "a link to a file": lambda t: ((t.out / "d").mkdir(), (t.out / "d" / "f").symlink_to(t.file)),
    "another name of a file": lambda t: ((t.out / "d").mkdir(), os.link(t.file, t.out / "d" / "f")),
    "a link that leads to nothing": lambda t: (t.out / "d").symlink_to(t.victim / "new"),
    "a file": lambda t: (t.out / "d").write_text("old"),
    "a directory": lambda t: (t.out / "lnk").mkdir(),
    "a full directory": lambda t: ((t.out / "lnk").mkdir(), (t.out / "lnk" / "l").symlink_to(t.victim)),
    "a deep directory": lambda t: deep(t.out / "lnk"),
    "a fifo": lambda t: ((t.out / "d").mkdir(), os.mkfifo(t.out / "d" / "f")),
    "a directory without rights": lambda t: (t.out / "d").mkdir(mode=0),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_in_the_way_is_replaced(target: Target, case: str) -> None:
    target.out.mkdir()
    (target.out / "other").write_text("stays")
    IN_THE_WAY[case](target)
    shown = target.write()
    assert (shown.status, shown.err) == (0, "")
    assert files_below(target.out) == {**WRITTEN, "other": "file"}
    assert (target.out / "d" / "f").read_text() == "new"


@pytest.mark.parametrize("case", ["file", "loop", "nowhere", "device", "store", "below the store"])
def test_a_destination_that_is_no_directory(target: Target, case: str) -> None:
    destination = target.out
    if case == "file":
        target.out.write_text("old")
    elif case == "loop":
        target.out.symlink_to(target.out)
    elif case == "nowhere":
        target.out.symlink_to(target.victim / "new")
    elif case == "device":
        destination = Path("/dev/null")
    else:
        run("images", root=target.root)
        destination = target.root if case == "store" else target.root / "blobs"
    assert target.write(destination=destination).is_told()
    assert case != "file" or target.out.read_text() == "old"


def test_a_link_that_the_user_named_is_followed(target: Target, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    target.out.symlink_to(real)
    assert target.write().status == 0
    assert files_below(real) == WRITTEN
    assert target.out.is_symlink()


@pytest.mark.parametrize("kind", ["oci", "docker", "tar"])
def test_archives_onto_what_is_there(target: Target, kind: str, tmp_path: Path) -> None:
    assert target.write(kind, target.victim).is_told()
    assert target.write(kind, "/dev/full").is_told()
    assert target.write(kind, "/dev/null").status == 0
    assert target.write(kind, tmp_path / ("n" * 300)).is_told()
    target.out.symlink_to(tmp_path / "real.tar")
    assert target.write(kind).status == 0
    assert target.out.is_symlink()
    assert (tmp_path / "real.tar").stat().st_size
    os.link(target.file, tmp_path / "other-name")
    assert target.write(kind, tmp_path / "other-name").status == 0
    assert (tmp_path / "other-name").stat().st_size > 100
    assert target.write(kind, tmp_path / ("n" * 250)).status == 0
    assert target.write(kind, os.fsdecode(b"%s/\xff.tar" % os.fsencode(tmp_path))).status == 0


def test_a_layout_over_other_files(target: Target) -> None:
    assert target.write("oci,tar=false", target.victim).is_told()


@pytest.mark.parametrize("option", ["--iidfile", "--metadata-file"])
def test_files_that_options_name(target: Target, option: str) -> None:
    for path in (target.victim, "/dev/full", target.victim / "none" / "x"):
        shown = run("build", "-q", option, path, target.context, root=target.root)
        assert shown.is_told(), path
    assert run("build", "-q", option, "/dev/null", target.context, root=target.root).status == 0


def test_devices_and_rights_of_a_layer(root: Path, context: Callable[..., Path], tmp_path: Path) -> None:
    """As root they are what the image says; nobody else's files are touched, and nothing is opened."""
    tar = tar_of(
        member("zero", kind=tarfile.CHRTYPE, devmajor=1, devminor=5),
        member("pipe", kind=tarfile.FIFOTYPE),
        member("set", b"x", mode=0o6755, uid=1234, gid=1234),
        member("closed/f", b"x"),
        member("closed", kind=tarfile.DIRTYPE, mode=0),
    )
    directory = context("FROM scratch\nADD special.tar /\n", **{"special.tar": tar})
    for _ in range(2):
        shown = run("build", "-q", "-o", tmp_path / "out", directory, root=root, timeout=100)
        assert shown.status == 0, shown
    assert (tmp_path / "out" / "pipe").is_fifo()
    assert (tmp_path / "out" / "closed").stat().st_mode & 0o777 == 0
    subprocess.run(["chmod", "-R", "u+rwX", tmp_path / "out"], check=True)


def test_nobody_reads_the_archive_on_standard_output(target: Target) -> None:
    process = start("build", "-q", "-o", "type=tar,dest=-", target.context, root=target.root)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) in (0, 141)
    assert b"unexpectedly" not in err
    assert b"Traceback" not in err
