"""Scripts in simulated containers: results, users, mounts, limits."""

import time

import pytest

from minibuild import container
from minibuild.container.errors import ContainerError
from minibuild.container.execution import Container
from minibuild.container.script import busybox
from minibuild.filesystem import FileSystem, changes
from minibuild.filesystem.opaque import opaque_file, origin_of
from minibuild.kernel.fidelity import FidelityError
from minibuild.kernel.limits import LimitError


def run(script, **options):
    return container.run_script(script, **options)


def test_output_status_and_files():
    result = run("echo out; echo err >&2; echo hello > /greeting; exit 3")
    assert (result.stdout, result.stderr, result.exit_code) == (b"out\n", b"err\n", 3)
    assert result.filesystem.view().read_bytes("/greeting") == b"hello\n"
    assert result.fidelity == "exact"


def test_words_after_the_script_are_its_parameters():
    assert run('echo "$0 $1 $#"', shell_args=("name", "one", "two")).stdout == b"name one 2\n"


def test_standard_input_and_environment():
    environment = {"A": "b", "PATH": "/bin:/usr/bin"}
    result = run("read line; echo $line $A; env | sort | head -n 1", stdin=b"typed\n", env=environment)
    assert result.stdout == b"typed b\nA=b\n"


def test_the_same_script_gives_the_same_result():
    script = "echo $RANDOM; date +%s; mktemp; head -c 8 /dev/urandom | od -An -tx1; echo $$"
    assert run(script).stdout == run(script).stdout


def test_a_user_by_name_number_and_group():
    made = busybox()
    run("adduser -D -u 1234 ann; addgroup -g 77 team; addgroup ann team", filesystem=made)
    assert run("id -u; id -g; id -G; echo $HOME", filesystem=made, user="ann", env={}).stdout == (
        b"1234\n1234\n1234 77\n/home/ann\n"
    )
    assert run("id -u; id -g", filesystem=made, user="1234:77").stdout == b"1234\n77\n"
    assert run("id -u; id -g", filesystem=made, user="ann:team").stdout == b"1234\n77\n"
    assert run("id -u; echo $HOME", filesystem=made, user="4321", env={}).stdout == b"4321\n/\n"
    with pytest.raises(ContainerError, match="unable to find user ghost"):
        run("true", filesystem=made, user="ghost")
    with pytest.raises(ContainerError, match="unable to find group ghosts"):
        run("true", filesystem=made, user="ann:ghosts")


def test_a_user_may_not_write_where_only_root_may():
    result = run("echo x > /file; echo status $?", user="1000")
    assert result.stdout == b"status 1\n"
    assert b"Permission denied" in result.stderr


def test_pseudo_file_systems_leave_nothing_behind():
    filesystem = busybox()
    run("true", filesystem=filesystem)
    before = filesystem.snapshot()
    result = run(
        "test -c /dev/null && test -d /proc/self && test -s /etc/hosts && echo all; touch /dev/shm/x",
        filesystem=filesystem,
    )
    assert result.stdout == b"all\n"
    assert changes(before, filesystem.snapshot()) == []


def test_the_engines_files_in_etc_are_read_only():
    result = run("echo 1.2.3.4 x >> /etc/hosts; echo $?")
    assert result.stdout == b"1\n"
    assert b"Read-only file system" in result.stderr


def test_an_image_without_a_shell():
    done = Container(FileSystem()).execute(["/bin/sh", "-c", "true"], env={})
    assert done.exit_code == 127
    assert done.problem == 'exec: "/bin/sh": stat /bin/sh: no such file or directory'


def test_a_missing_command_without_a_shell():
    done = Container(FileSystem()).execute(["serve"], env={})
    assert (done.exit_code, done.problem) == (127, 'exec: "serve": executable file not found in $PATH')


def test_files_for_the_time_of_a_run():
    filesystem = run("true").filesystem
    before = filesystem.snapshot()
    box = Container(filesystem)
    done = box.execute(["/run/script"], env={}, files={"/run/script": b"#!/bin/sh\nexit 7\n"})
    assert done.exit_code == 7
    assert [change.path for change in changes(before, filesystem.snapshot())] == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("while :; do :; done", "units of work"),
        ("yes > /dev/null", "units of work"),
        ("yes", "MiB of output"),
        ("cat /dev/zero | sort", "in memory"),
        ("b() { b | b; }; b", "processes at once|nested too deeply|units of work"),
        ("f() { f; }; f", "nested too deeply"),
        ("cat < /fifo", "waits for another|can't open"),
    ],
)
def test_a_runaway_script_ends_soon_and_says_why(script, words):
    start = time.monotonic()
    filesystem = run("mkfifo /fifo").filesystem
    with pytest.raises(LimitError, match=words):
        run(script, filesystem=filesystem)
    assert time.monotonic() - start < 20  # far below on a quiet machine; only "never" is the failure here


def test_sleeping_takes_no_time():
    start = time.monotonic()
    result = run("a=$(date +%s); sleep 3600; b=$(date +%s); echo $((b - a))")
    assert result.stdout == b"3600\n"
    assert time.monotonic() - start < 30


def test_a_program_that_is_not_known():
    filesystem = run("true").filesystem
    filesystem.write_file("/bin/frobnicate", b"\x7fELF...", mode=0o755)
    with pytest.raises(FidelityError, match="frobnicate"):
        run("frobnicate --all", filesystem=filesystem)
    result = run("frobnicate --all; echo $?", filesystem=filesystem, fidelity="assume")
    assert (result.stdout, result.fidelity) == (b"0\n", "assumed")


def test_what_is_not_known_goes_on_through_a_script():
    filesystem = busybox()
    filesystem.place("/download", opaque_file("content of https://example.org/x"))
    result = run(
        """
        set -e
        version=$(cat /download | grep -o '[0-9.]*' | head -n 1)
        test -n "$version"
        cat /download | sh -s -- --prefix /opt
        sh /download
        . /download
        sed -i s/a/b/ /download
        cp /download /copy
        frobnicate
        echo end
        """,
        filesystem=filesystem,
        fidelity="assume",
    )
    assert (result.exit_code, result.stdout, result.fidelity) == (0, b"end\n", "assumed")
    assert origin_of(filesystem.node("/copy")) == "content of https://example.org/x"
    assert "content of https://example.org/x is not known" in result.reasons
