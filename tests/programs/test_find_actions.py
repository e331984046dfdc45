"""find's actions and xargs: commands that are run on files and items."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_machine import ProgramMachine, busybox, gnu


def tree(machine: ProgramMachine) -> ProgramMachine:
    for path in ("a.pyc", "keep", "d/b.pyc", "d/__pycache__/c.pyc"):
        machine.filesystem.write_file(f"/w/{path}", b"")
    return machine


def test_exec_runs_a_command_for_each_file():
    for machine in (tree(busybox()), tree(gnu())):
        assert machine.run("find . -name *.pyc -exec echo {} x{} ;").out == (
            "./a.pyc x./a.pyc\n./d/__pycache__/c.pyc x./d/__pycache__/c.pyc\n./d/b.pyc x./d/b.pyc\n"
        )
        assert machine.run("find . -name keep -exec false ; -print").out == ""
        assert machine.run("find . -name keep -exec true ; -print").out == "./keep\n"


def test_exec_gathers_files():
    for machine in (tree(busybox()), tree(gnu())):
        ran = machine.run("find . -name *.pyc -exec echo {} +", "find . -type f -exec false {} +")
        assert ran.out == "./a.pyc ./d/__pycache__/c.pyc ./d/b.pyc\n"
        assert ran.statuses == [0, 1]


def test_a_program_that_is_not_there():
    for machine, shown in ((tree(busybox()), "nope"), (tree(gnu()), "'nope'")):
        ran = machine.run("find keep -exec nope {} ;", "find keep -exec nope {} +")
        assert ran.statuses == [0, 1]
        assert ran.err == f"find: {shown}: No such file or directory\n" * 2


def test_delete():
    for machine in (tree(busybox()), tree(gnu())):
        assert machine.run("find . -name *.pyc -delete", "find d -delete").statuses == [0, 0]
        assert machine.paths() == ["keep"]


def test_a_directory_that_is_removed_on_the_way_is_an_error():
    for machine in (tree(busybox()), tree(gnu())):
        ran = machine.run("find . -type d -name __pycache__ -exec rm -rf {} ;")
        assert ran.status == 1
        assert "No such file or directory" in ran.err
        assert machine.run("find . -type d -name __pycache__ -exec rm -rf {} +").status == 0


def test_gnu_runs_in_the_directory_of_the_file():
    machine = tree(gnu())
    ran = machine.run("find d -name b.pyc -execdir pwd ;", "find d -name *.pyc -execdir echo {} +")
    assert ran.out == "/w/d\n./c.pyc\n./b.pyc\n"


def test_gnu_asks():
    machine = tree(gnu())
    ran = machine.run("find keep -ok echo {} ;", stdin=b"y\n")
    assert (ran.out, ran.err) == ("keep\n", "< echo ... keep > ? ")
    assert machine.run("find keep -ok echo {} ;", stdin=b"n\n").out == ""


def test_gnu_writes_to_files():
    machine = tree(gnu())
    assert machine.run("find d -name b.pyc -fprint out -fprintf out %f").status == 0
    assert machine.text("/w/out") == "d/b.pyc\nb.pyc"


XARGS = [
    ("", "a b c", "a b c\n", 0),
    ("echo x", "a\nb\n", "x a b\n", 0),
    ("-n 1", "a b", "a\nb\n", 0),
    ("-n 2 echo", "1 2 3", "1 2\n3\n", 0),
    ("echo empty", "", "empty\n", 0),
    ("-r echo empty", " \n", "", 0),
    ("-0 -n 1 echo", "a b\0c\0", "a b\nc\n", 0),
    ("-I{} echo n={}.", "1\n 2\n\n", "n=1.\nn=2.\n", 0),
    ("-I X echo X X", "a b\n", "a b a b\n", 0),
    ("-n 1 echo", "'a b' c\\ d \"e f\"", "a b\nc d\ne f\n", 0),
    ("-E _ echo", "a\n_\nb\n", "a\n", 0),
    ("-s 12 echo", "1 2 3 4 5", "1 2 3\n4 5\n", 0),
    ("false", "1", "", 123),
    ("nope", "1", "", 127),
    ("/etc/passwd", "1", "", 126),
    ("-P 4 -n 1 echo", "a b", "a\nb\n", 0),
]


@pytest.mark.parametrize(("options", "given_", "out", "status"), XARGS)
def test_xargs(options, given_, out, status):
    for machine in (busybox(), gnu()):
        ran = machine.run(f"xargs {options}", stdin=given_.encode())
        assert (ran.out, ran.status) == (out, status)


@pytest.mark.parametrize(
    ("options", "given_", "out"),
    [
        ("-d , echo", "a,b c,d", "a b c d\n"),
        ("-L 1 echo", "a b\nc \nd\n", "a b\nc d\n"),
        ("-I{} echo {}", "'a b'\n", "a b\n"),
        ("-n 1 echo x", "'' a", "x \nx a\n"),
        ("--max-args=1 echo", "a b", "a\nb\n"),
        ("-a list echo", "", "from file\n"),
        ("-i echo x{}", "a\n", "xa\n"),
    ],
)
def test_xargs_of_gnu(options, given_, out):
    machine = gnu()
    machine.filesystem.write_file("/w/list", b"from file\n")
    assert machine.run(f"xargs {options}", stdin=given_.encode()).out == out


def test_xargs_says_what_it_does_and_what_is_wrong():
    machine = busybox()
    assert machine.run("xargs -t -n1 echo", stdin=b"1 2").err == "echo 1\necho 2\n"
    assert machine.run("xargs echo", stdin=b"a 'b").err == "xargs: unmatched single quote\n"
    assert machine.run("xargs -n 0 echo").err == "xargs: number 0 is not in 1..2147483647 range\n"
    assert gnu().run("xargs -t echo", stdin=b"'a b'").err == "echo 'a b'\n"
    assert gnu().run("xargs -n x").err.startswith('xargs: invalid number "x" for -n option\n')


def test_a_command_does_not_read_the_items():
    for machine in (busybox(), gnu()):
        assert machine.run("xargs -n 1 cat", stdin=b"/etc/group -").out.endswith("nogroup:x:65534:\n")


@pytest.mark.skipif(not shutil.which("busybox"), reason="needs busybox")
@given(st.text("ab \n\t'\"\\", max_size=24), st.sampled_from(["", "-n 1 ", "-n 2 ", "-I X "]))
@settings(max_examples=60, deadline=None)
def test_items_are_those_of_busybox(text, options):
    command = f"xargs {options}echo" + (" <X>" if "-I" in options else "")
    real = subprocess.run(
        ["busybox", *command.split()], input=text.encode(), capture_output=True, check=False
    )
    ran = busybox().run(command, stdin=text.encode())
    assert (ran.out.encode(), ran.status) == (real.stdout, real.returncode)


def test_locate_finds_what_updatedb_has_seen():
    machine = tree(gnu())
    ran = machine.run("locate keep", "updatedb", "locate keep", "locate -c *.pyc", "locate nothing")
    assert ran.statuses == [1, 0, 0, 0, 1]
    assert ran.out == "/w/keep\n3\n"
