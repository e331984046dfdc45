"""The container and volume commands, as somebody types them (SPEC D6, V1-V7)."""

import json
import re
import tarfile
from pathlib import Path

import pytest

_ID = re.compile(r"[0-9a-f]{64}\n")


@pytest.fixture
def sleeping(minibuild) -> str:
    """A container `web` that sleeps; its ID."""
    shown = minibuild("run", "-d", "--name", "web", "busybox", "sleep", "600")
    assert shown.status == 0, shown.err
    assert _ID.fullmatch(shown.out)
    return shown.out.strip()


def test_run_shows_output_and_ends_with_the_programs_status(minibuild) -> None:
    shown = minibuild("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (shown.status, shown.out, shown.err) == (3, "out\n", "err\n")
    assert minibuild("ps", "-aq").out == ""


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("busybox", "nosuch"), 127, '"nosuch": executable file not found in $PATH'),
        (("busybox", "/etc/passwd"), 126, "permission denied"),
        (("--nosuch", "busybox"), 125, "unknown flag: --nosuch"),
        (("no/such/image:1",), 125, "not found"),
        (("--name", "x", "busybox"), 125, "Invalid container name (x)"),
        (("-w", "x", "busybox", "true"), 125, "needs to be an absolute path"),
        (("--health-interval", "5x", "busybox"), 125, "unknown unit"),
        (("-p", "1:2:3:4", "busybox"), 125, "Invalid ip address: 1:2"),
        (("-w", "/etc/passwd", "busybox", "true"), 126, "not a directory"),
        (("-e", "=x", "busybox", "true"), 125, "invalid environment variable"),
        (("-p", "99999:80", "busybox", "true"), 125, "Invalid containerPort"),
        (("-u", "nobody-here", "busybox", "true"), 126, "unable to find user nobody-here"),
        (("--restart", "often", "busybox"), 125, "invalid restart policy 'often'"),
        (("--rm", "--restart", "always", "busybox"), 125, "Conflicting options"),
        (("--env-file", "/no/such", "busybox"), 125, "no such file or directory"),
        (("--volumes-from", "nobody", "busybox"), 125, "No such container: nobody"),
        (("-it", "busybox", "sh"), 125, "the input device is not a TTY"),
    ],
)
def test_what_run_refuses(minibuild, words: tuple[str, ...], status: int, message: str) -> None:
    shown = minibuild("run", "--rm", *words)
    assert shown.status == status
    assert message in shown.err
    assert minibuild("ps", "-aq").out == ""


def test_options_reach_the_container(minibuild, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# comment\nFROM_FILE=1\n")
    shown = minibuild(
        "run", "--rm", "-e", "A=b", "--env-file", tmp_path / "env", "--hostname", "box", "-w", "/tmp/new",
        "-u", "1000:1000", "--add-host", "db:10.0.0.9", "busybox", "sh", "-c",
        'echo $A $FROM_FILE $(hostname) $PWD $(id -u):$(id -g); grep db /etc/hosts',
    )  # fmt: skip
    assert shown.out == "b 1 box /tmp/new 1000:1000\n10.0.0.9\tdb\n"
    assert minibuild("run", "--rm", "--entrypoint", "echo", "busybox", "foo").out == "foo\n"
    refused = minibuild("run", "--rm", "--read-only", "busybox", "touch", "/x")
    assert (refused.status, refused.err) == (1, "touch: /x: Read-only file system\n")


def test_standard_input_is_read_with_i_only(minibuild) -> None:
    assert minibuild("run", "--rm", "-i", "busybox", "cat", stdin=b"hello\n").out == "hello\n"
    assert minibuild("run", "--rm", "busybox", "cat", stdin=b"hello\n").out == ""
    script = b"read first\nsecond line\necho got $first\n"
    assert minibuild("run", "--rm", "-i", "busybox", "sh", stdin=script).out == "got second line\n"


def test_ps_shows_dockers_table(minibuild, sleeping: str) -> None:
    minibuild("create", "--name", "idle", "busybox", "sh", "-c", "echo a long command line")
    header, idle, web = minibuild("ps", "-a").out.splitlines()
    assert header.split() == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    assert re.match(r"[0-9a-f]{12} +busybox +\"sh -c 'echo a long …\" .* ago +Created +idle$", idle)
    assert re.match(rf"{sleeping[:12]} +busybox +\"sleep 600\" +.* ago +Up .* +web$", web)
    assert minibuild("ps", "-q").out == sleeping[:12] + "\n"
    assert minibuild("ps", "-a", "--filter", "status=created", "--format", "{{.Names}}").out == "idle\n"
    assert minibuild("ps", "-l", "--format", "{{.Names}} {{.State}}").out == "idle created\n"
    assert minibuild("ps", "--filter", "nonsense=1").status == 2


def test_exec_runs_beside_it(minibuild, sleeping: str) -> None:
    assert minibuild("exec", "web", "sh", "-c", "echo 42 > /f").status == 0
    assert minibuild("exec", sleeping[:6], "cat", "/f").out == "42\n"
    assert minibuild(
        "exec", "-e", "A=b", "-w", "/tmp", "-u", "7", "web", "sh", "-c", "echo $A $PWD; id -u"
    ).out == ("b /tmp\n7\n")
    assert minibuild("exec", "-i", "web", "cat", stdin=b"in").out == "in"
    assert minibuild("exec", "web", "sh", "-c", "exit 9").status == 9
    missing = minibuild("exec", "web", "nosuch")
    assert (missing.status, 'exec: "nosuch"' in missing.err) == (126, True)
    assert "1 root" in minibuild("exec", "web", "ps").out
    assert minibuild("exec", "nobody", "true").status == 1
    assert minibuild("exec", "-d", "web", "sh", "-c", "echo x > /detached; sleep 1000").status == 0
    assert minibuild("exec", "web", "cat", "/detached").out == "x\n"


def test_stop_and_what_follows(minibuild, sleeping: str) -> None:
    refused = minibuild("rm", "web")
    assert refused.status == 1
    assert f"You cannot remove a running container {sleeping}" in refused.err
    assert minibuild("stop", "-t", "0", "web").out == "web\n"
    assert minibuild("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "web").out == "exited 137\n"
    assert minibuild("exec", "web", "true").err.endswith("is not running\n")
    assert minibuild("start", "web").out == "web\n"
    assert minibuild("kill", "-s", "KILL", "web").out == "web\n"
    assert minibuild("wait", "web").out == "137\n"
    shown = minibuild("rm", "web", "nobody")
    assert (shown.status, shown.out) == (1, "web\n")
    assert "No such container: nobody" in shown.err


def test_logs_of_both_streams(minibuild) -> None:
    minibuild("run", "--name", "job", "busybox", "sh", "-c", "echo one; echo two >&2; echo three")
    shown = minibuild("logs", "job")
    assert (shown.out, shown.err) == ("one\nthree\n", "two\n")
    assert minibuild("logs", "--tail", "1", "job").out == "three\n"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n", minibuild("logs", "-t", "-n", "1", "job").out
    )
    assert minibuild("logs", "-f", "job").out == "one\nthree\n"
    assert minibuild("logs", "--since", "1h", "job").out == "one\nthree\n"
    assert minibuild("logs", "--until", "1h", "job").out == ""
    assert minibuild("logs", "--since", "yesterday", "job").status == 2


def test_files_go_in_and_out(minibuild, tmp_path: Path) -> None:
    minibuild("run", "--name", "box", "busybox", "sh", "-c", "mkdir /made; echo x > /made/f; rm /etc/group")
    assert minibuild("diff", "box").out == "C /etc\nD /etc/group\nA /made\nA /made/f\n"
    assert minibuild("cp", "box:/made", tmp_path / "copy").status == 0
    assert (tmp_path / "copy" / "f").read_text() == "x\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "g").write_text("y\n")
    assert minibuild("cp", f"{tmp_path}/in", "box:/made").status == 0
    assert (
        minibuild("commit", "-m", "why", "-a", "me", "-c", 'CMD ["cat", "/made/in/g"]', "box", "img").status
        == 0
    )
    assert minibuild("run", "--rm", "img").out == "y\n"
    assert minibuild("inspect", "-f", "{{.Comment}} {{.Author}}", "img").out == "why me\n"
    assert "run is not a valid change command" in minibuild("commit", "-c", "RUN x", "box").err
    minibuild("export", "-o", tmp_path / "all.tar", "box")
    with tarfile.open(tmp_path / "all.tar") as archive:
        assert archive.extractfile("made/f").read() == b"x\n"
    assert minibuild("cp", "box:/no/such", tmp_path).status == 1
    assert minibuild("cp", tmp_path / "nothing", "box:/").status == 1


def test_inspect_has_the_engines_shape(minibuild, sleeping: str) -> None:
    [document] = json.loads(minibuild("inspect", "web").out)
    assert document["Id"] == sleeping
    assert document["Name"] == "/web"
    assert document["State"]["Running"] is True
    assert document["HostConfig"]["Binds"] is None
    assert document["Config"]["Cmd"] == ["sleep", "600"]
    assert json.loads(minibuild("container", "inspect", "web").out)[0]["Path"] == "sleep"
    missing = minibuild("inspect", "nobody")
    assert (missing.status, missing.out) == (1, "[]\n")
    assert minibuild("inspect", "--type", "image", "web").status == 1


def test_an_image_in_use_stays(minibuild, sleeping: str) -> None:
    refused = minibuild("rmi", "busybox")
    assert refused.status == 1
    assert f"container {sleeping[:12]} is using its referenced image" in refused.err
    minibuild("tag", "busybox", "other")
    assert minibuild("rmi", "other").status == 0
    minibuild("exec", "web", "touch", "/mine")
    assert minibuild("system", "prune", "-a", "-f").status == 0
    assert minibuild("exec", "web", "ls", "/mine").out == "/mine\n"
    assert minibuild("system", "verify").status == 0


def test_volumes_from_creation_to_the_end(minibuild) -> None:
    assert minibuild("volume", "create", "data").out == "data\n"
    assert minibuild("run", "--rm", "-v", "data:/d", "busybox", "sh", "-c", "echo kept > /d/f").status == 0
    holder = minibuild("run", "-d", "-v", "data:/d", "busybox", "sleep", "600").out.strip()
    assert minibuild("exec", holder, "cat", "/d/f").out == "kept\n"
    assert f"remove data: volume is in use - [{holder}]" in minibuild("volume", "rm", "data").err
    [document] = json.loads(minibuild("volume", "inspect", "data").out)
    assert (Path(document["Mountpoint"]) / "f").read_text() == "kept\n"
    assert minibuild("volume", "ls").out == "DRIVER    VOLUME NAME\nlocal     data\n"
    minibuild("rm", "-f", "-v", holder)
    assert minibuild("volume", "ls", "-q", "-f", "dangling=true").out == "data\n"
    assert "Deleted Volumes:\ndata\n" in minibuild("volume", "prune", "-f").out
    assert minibuild("volume", "rm", "data").status == 1
    assert minibuild("volume", "rm", "-f", "data").status == 0
    assert minibuild("volume", "prune").status == 2


def test_backup_and_restore(minibuild, tmp_path: Path) -> None:
    """SPEC V7, as the primer does it."""
    minibuild("run", "-v", "/dbdata", "--name", "dbdata", "busybox", "sh", "-c", "echo row > /dbdata/t")
    packed = minibuild(
        "run", "--rm", "--volumes-from", "dbdata", "-v", f"{tmp_path}:/backup", "busybox",
        "tar", "cvf", "/backup/backup.tar", "/dbdata",
    )  # fmt: skip
    assert packed.out == "dbdata/\ndbdata/t\n"
    assert tarfile.is_tarfile(tmp_path / "backup.tar")
    minibuild("run", "-v", "/dbdata", "--name", "dbdata2", "busybox", "true")
    minibuild(
        "run", "--rm", "--volumes-from", "dbdata2", "-v", f"{tmp_path}:/backup", "busybox",
        "tar", "xf", "/backup/backup.tar",
    )  # fmt: skip
    assert minibuild("run", "--rm", "--volumes-from", "dbdata2", "busybox", "cat", "/dbdata/t").out == "row\n"


def test_a_bound_file_is_not_replaced(minibuild, tmp_path: Path) -> None:
    """SPEC V4: the error of a mount point, with advice."""
    (tmp_path / "f").write_text("one\n")
    shown = minibuild("run", "--rm", "-v", f"{tmp_path}/f:/f", "busybox", "sed", "-i", "s/one/two/", "/f")
    assert shown.status == 1
    assert "Device or resource busy" in shown.err
    assert "mount its parent directory" in shown.err
    assert (tmp_path / "f").read_text() == "one\n"


def test_wrong_kinds_of_mounts(minibuild, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for source, target in (("file", "/tmp"), ("", "/etc/passwd")):
        shown = minibuild("run", "--name", "left", "-v", f"{tmp_path}/{source}:{target}", "busybox", "true")
        assert shown.status == 125
        assert "mount a directory onto a file (or vice-versa)?" in shown.err
        assert minibuild("ps", "-a", "--format", "{{.Names}} {{.Status}}").out == "left Created\n"
        minibuild("rm", "left")


def test_memory_lasts_as_long_as_the_run(minibuild) -> None:
    minibuild("run", "-d", "--name", "box", "--tmpfs", "/run/x", "busybox", "sleep", "600")
    minibuild("exec", "box", "sh", "-c", "echo x > /run/x/f")
    assert minibuild("exec", "box", "cat", "/run/x/f").out == "x\n"
    assert minibuild("diff", "box").out.splitlines() == ["A /run", "A /run/x"]
    minibuild("restart", "-t", "0", "box")
    assert minibuild("exec", "box", "ls", "/run/x").out == ""


def test_prune_removes_what_is_stopped(minibuild, sleeping: str) -> None:
    minibuild("run", "--name", "done", "busybox", "true")
    assert minibuild("container", "prune").status == 2
    assert "Deleted Containers:" in minibuild("container", "prune", "-f").out
    assert minibuild("ps", "-a", "--format", "{{.Names}}").out == "web\n"


def test_top_and_stats(minibuild, sleeping: str) -> None:
    assert minibuild("top", "web").out.splitlines()[1].endswith("sleep 600")
    assert minibuild("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}").out == "web 1\n"
    minibuild("stop", "-t", "0", "web")
    assert minibuild("top", "web").status == 1


def test_anonymous_volumes(minibuild) -> None:
    """SPEC V1: several per run, each with a name of 64 digits."""
    minibuild("run", "-d", "--name", "web", "-v", "/one", "-v", "/two", "busybox", "sleep", "600")
    assert len(re.findall(r"[0-9a-f]{64}\n", minibuild("volume", "ls", "-q").out)) == 2
    assert minibuild("exec", "web", "ls", "-d", "/one", "/two").out == "/one\n/two\n"


def test_a_volume_is_shared_and_enters_no_image(minibuild) -> None:
    """SPEC V2: changes are seen at once; an empty volume takes the image's files; none gets into an image."""
    minibuild("run", "-d", "--name", "c1", "-v", "conf:/etc", "busybox", "sleep", "600")
    minibuild("run", "-d", "--name", "c2", "-v", "conf:/other", "busybox", "sleep", "600")
    assert "root:" in minibuild("exec", "c2", "cat", "/other/group").out
    minibuild("exec", "c1", "sh", "-c", "echo new > /etc/seen")
    assert minibuild("exec", "c2", "cat", "/other/seen").out == "new\n"
    minibuild("commit", "c2", "snap")
    assert minibuild("run", "--rm", "snap", "ls", "/other").out == ""


def test_a_bound_directory(minibuild, tmp_path: Path) -> None:
    """SPEC V3: made when it is missing; both sides see changes; what is in it stays."""
    host = tmp_path / "a" / "b"
    minibuild("run", "-d", "--name", "web", "-v", f"{host}:/d", "busybox", "sleep", "600")
    assert host.is_dir()
    (host / "outside").write_text("1\n")
    assert minibuild("exec", "web", "sh", "-c", "cat /d/outside; mkdir /d/inside").out == "1\n"
    minibuild("rm", "-f", "-v", "web")
    assert sorted(path.name for path in host.iterdir()) == ["inside", "outside"]
    refused = minibuild("run", "--rm", "-v", f"{host}:/d:ro", "busybox", "touch", "/d/x")
    assert (refused.status, refused.err) == (1, "touch: /d/x: Read-only file system\n")
    missing = minibuild("run", "--rm", "--mount", f"type=bind,src={tmp_path}/none,dst=/d", "busybox", "true")
    assert (missing.status, (tmp_path / "none").exists()) == (125, False)


def test_containers_that_hold_volumes(minibuild) -> None:
    """SPEC V5, V6: chains of --volumes-from, a source that does not run, and the last one that removes."""
    minibuild("run", "--name", "dbdata", "-v", "/dbdata", "busybox", "sh", "-c", "echo row > /dbdata/t")
    minibuild("run", "-d", "--name", "db1", "--volumes-from", "dbdata", "busybox", "sleep", "600")
    minibuild("run", "-d", "--name", "db2", "--volumes-from", "db1:ro", "busybox", "sleep", "600")
    assert minibuild("exec", "db2", "cat", "/dbdata/t").out == "row\n"
    assert "Read-only" in minibuild("exec", "db2", "touch", "/dbdata/x").err
    [name] = minibuild("volume", "ls", "-q").out.split()
    minibuild("rm", "-v", "dbdata")
    minibuild("rm", "-f", "-v", "db1")
    assert minibuild("volume", "ls", "-q").out == f"{name}\n"
    minibuild("rm", "-f", "-v", "db2")
    assert minibuild("volume", "ls", "-q").out == ""


def test_mounts_inside_mounts(minibuild, tmp_path: Path) -> None:
    script = "echo a > /o/f; echo b > /o/in/g"
    minibuild("run", "--rm", "-v", "inner:/o/in", "-v", f"{tmp_path}:/o", "busybox", "sh", "-c", script)
    assert (tmp_path / "f").read_text() == "a\n"
    assert list((tmp_path / "in").iterdir()) == []
    assert minibuild("run", "--rm", "-v", "inner:/i", "busybox", "cat", "/i/g").out == "b\n"


def test_attach_hands_input_on(minibuild) -> None:
    script = "read x; echo got $x; read y; exit 4"
    minibuild("run", "-d", "-i", "--name", "asks", "busybox", "sh", "-c", script)
    shown = minibuild("attach", "asks", stdin=b"this\nthat\n")
    assert (shown.status, shown.out) == (4, "got this\n")
    assert minibuild("logs", "asks").out == "got this\n"
    assert minibuild("attach", "asks").status == 1
