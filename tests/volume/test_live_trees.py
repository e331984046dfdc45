"""A directory of the host inside a container: live, exact, and never left (SPEC V2, V3, V4)."""

import os
from pathlib import Path

import pytest

from minibuild.filesystem import FileSystem, View
from minibuild.volume.access import HostAccess
from minibuild.volume.hosttree import HostTree
from minibuild.volume.recording import Recorder


def mounted(path: Path, *, read_only: bool = False) -> View:
    """A file system on whose /d (or, for a file, /f) a host path is mounted."""
    filesystem = FileSystem(clock=lambda: 5_000_000_000)
    tree = HostTree(HostAccess(str(path)), lambda: 5_000_000_000)
    if tree.is_file:
        filesystem.write_file("/f", b"")
        filesystem.mount("/f", tree, read_only=read_only, below=("file",))
    else:
        filesystem.mkdir("/d")
        filesystem.mount("/d", tree, read_only=read_only, below=())
    return filesystem.view(umask=0o022)


def test_both_sides_see_changes_at_once(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    view.write_bytes("/d/a", b"from inside")
    assert (tmp_path / "a").read_bytes() == b"from inside"
    (tmp_path / "a").write_bytes(b"from outside")
    (tmp_path / "b").mkdir()
    assert view.read_bytes("/d/a") == b"from outside"
    assert view.listdir("/d") == ["a", "b"]
    view.unlink("/d/a")
    view.rmdir("/d/b")
    assert list(tmp_path.iterdir()) == []


def test_every_call_on_names(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    view.makedirs("/d/x/y")
    view.write_bytes("/d/x/one", b"1")
    view.rename("/d/x/one", "/d/x/y/two")
    view.link("/d/x/y/two", "/d/three")
    view.symlink("x/y", "/d/link")
    view.mkfifo("/d/pipe")
    assert view.stat("/d/three").nlink == 2
    assert view.read_bytes("/d/link/two") == b"1"
    assert view.lstat("/d/pipe").kind == "fifo"
    view.chmod("/d/three", 0o640)
    view.utime("/d/three", 7_000_000_000)
    assert (tmp_path / "three").stat().st_mode & 0o777 == 0o640
    assert view.stat("/d/x/y/two").mtime == 7_000_000_000
    view.remove_tree("/d/x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "three"]


def test_open_files_are_the_hosts(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    with_append = view.open("/d/log", "a")
    (tmp_path / "log").write_bytes(b"first\n")
    with_append.write(b"second\n")
    both = view.open("/d/log", "r+")
    assert both.read() == b"first\nsecond\n"
    both.seek(0)
    both.write(b"FIRST")
    both.truncate(8)
    view.unlink("/d/log")
    assert not (tmp_path / "log").exists()
    both.seek(0)
    assert both.read() == b"FIRST\nse"
    both.close()


def test_links_of_the_host_are_read_inside_the_container(tmp_path: Path) -> None:
    """No link leads out of the directory, whoever made it and whenever."""
    outside = tmp_path / "secret"
    outside.write_bytes(b"secret")
    inside = tmp_path / "data"
    inside.mkdir()
    (inside / "absolute").symlink_to(outside)
    (inside / "up").symlink_to("../secret")
    (inside / "directory").symlink_to(tmp_path)
    view = mounted(inside)
    for name in ("absolute", "up", "directory/secret"):
        with pytest.raises(FileNotFoundError):
            view.read_bytes(f"/d/{name}")
    access = HostAccess(str(inside))
    for parts in (("absolute",), ("up",), ("directory", "secret")):
        with pytest.raises(OSError):
            access.do("open", parts, "w")
        with pytest.raises(OSError):
            access.do("read", parts, 0, 10)
    with pytest.raises(OSError):
        access.do("create", ("directory", "made"), (0, 0, 0o644), b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "secret"]


def test_fifos_and_devices_of_the_host_never_block_or_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError):
        HostAccess(str(tmp_path)).do("open", ("pipe",), "r")
    view = mounted(Path("/dev"))
    with pytest.raises(PermissionError):
        view.mknod("/d/minibuild-test", "char", 0o666, 1, 3)


def test_setuid_bits_do_not_get_onto_the_host(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    view.write_bytes("/d/tool", b"")
    view.chmod("/d/tool", 0o4755)
    assert (tmp_path / "tool").stat().st_mode & 0o7777 == 0o755


def test_owners_are_kept_for_containers(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    view.write_bytes("/d/f", b"")
    view.chown("/d/f", 1000, 1001)
    again = mounted(tmp_path).stat("/d/f")
    if os.geteuid() == 0 or (again.uid, again.gid) != (0, 0):  # a file system without attributes forgets
        assert (again.uid, again.gid) == (1000, 1001)


def test_rights_are_those_of_the_simulated_user(tmp_path: Path) -> None:
    view = mounted(tmp_path)
    view.write_bytes("/d/private", b"x")
    view.chmod("/d/private", 0o600)
    other = view.with_credentials(view.credentials._replace(uid=1000, gid=1000))
    with pytest.raises(PermissionError):
        other.read_bytes("/d/private")
    with pytest.raises(PermissionError):
        other.write_bytes("/d/new", b"")


def test_a_read_only_mount_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    view = mounted(tmp_path, read_only=True)
    for change in (
        lambda: view.write_bytes("/d/b", b""),
        lambda: view.unlink("/d/a"),
        lambda: view.chmod("/d/a", 0o600),
        lambda: view.rename("/d/a", "/d/c"),
    ):
        with pytest.raises(OSError, match="Read-only file system"):
            change()
    assert (tmp_path / "a").read_bytes() == b"a"


def test_a_single_file_can_be_written_but_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "history"
    file.write_bytes(b"one\n")
    view = mounted(file)
    line = view.open("/f", "a")
    line.write(b"two\n")
    line.close()
    assert file.read_bytes() == b"one\ntwo\n"
    view.write_bytes("/new", b"")
    for change in (lambda: view.rename("/new", "/f"), lambda: view.unlink("/f")):
        with pytest.raises(OSError, match="Device or resource busy"):
            change()
    assert file.read_bytes() == b"one\ntwo\n"


def test_a_recorded_run_is_repeated_without_touching_the_host(tmp_path: Path) -> None:
    """What was answered once is answered again; behind that the host is asked."""

    def steps(view: View) -> list[object]:
        view.write_bytes("/d/log", b"begun\n")
        file = view.open("/d/log", "a")
        file.write(b"more\n")
        return [view.listdir("/d"), view.read_bytes("/d/log"), view.exists("/d/nothing")]

    def run(recorder: Recorder) -> tuple[View, list[object]]:
        filesystem = FileSystem()
        filesystem.mkdir("/d")
        filesystem.mount("/d", HostTree(recorder.access(str(tmp_path)), lambda: 0), below=())
        view = filesystem.view()
        return view, steps(view)

    first = Recorder(())
    _, said = run(first)
    kept = first.fresh()
    assert kept is not None
    (tmp_path / "log").write_bytes(b"changed by somebody\n")
    second = Recorder((kept,))
    view, again = run(second)
    assert again == said
    assert (tmp_path / "log").read_bytes() == b"changed by somebody\n"
    assert not second.diverged
    assert second.fresh() is None
    assert view.read_bytes("/d/log") == b"changed by somebody\n"
    assert second.fresh() is not None
