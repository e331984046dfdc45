"""find: tests, operators, options and their errors, for busybox and GNU."""

import fnmatch
import os
import shutil
import subprocess

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from programs_machine import NOW, ProgramMachine, busybox, gnu

from minibuild.filesystem import Credentials
from minibuild.programs.archive.patterns import fnmatch as matches

OLD = 1_580_702_706 * 10**9
ALICE = Credentials(1000, 1000, (1000,))


def tree(machine: ProgramMachine) -> ProgramMachine:
    """d with files of many kinds, an empty directory, a file at the top."""
    fs = machine.filesystem
    fs.write_file("/w/d/f", b"hi\n", mode=0o640)
    fs.write_file("/w/d/e/G.txt", b"x" * 2000, mode=0o4755)
    fs.write_file("/w/d/e/deep/.hid", b"")
    fs.write_file("/w/d/a b", b"q", uid=1, gid=1)
    fs.symlink("/w/d/l", "f")
    fs.symlink("/w/d/dangling", "nowhere")
    fs.symlink("/w/d/ld", "e")
    fs.view().link("/w/d/f", "/w/d/hard")
    fs.view().mkfifo("/w/d/fifo", 0o644)
    fs.view().chown("/w/d/fifo", 4242, 4242)
    fs.mkdir("/w/empty")
    fs.write_file("/w/top.c", b"")
    for entry in fs.walk():
        if entry.path.startswith("/w"):
            fs.view().utime(entry.path, NOW, follow=False)
    fs.view().utime("/w/d/e/G.txt", OLD)
    return machine


BOTH = [
    (". -name f", "./d/f"),
    ("d -iname g*", "d/e/G.txt"),
    ("d -type d", "d d/e d/e/deep"),
    ("d -type l", "d/dangling d/l d/ld"),
    ("d -type p", "d/fifo"),
    (". -empty", "./d/e/deep/.hid ./empty ./top.c"),
    ("d -path d/e*", "d/e d/e/G.txt d/e/deep d/e/deep/.hid"),
    (r"d -regex d/\(f\|l\)", "d/f d/l"),
    ("d -perm 640", "d/f d/hard"),
    ("d -perm -4000", "d/e/G.txt"),
    ("d -perm /4000", "d/e/G.txt"),
    ("d -perm -u+x -type f", "d/e/G.txt"),
    ("d -user daemon -o -group 4242", "d/a|b d/fifo"),
    ("d -size 3c", "d/f d/hard"),
    ("d -type f -size +1k", "d/e/G.txt"),
    ("d -newer d/e/G.txt -type f", "d/a|b d/e/deep/.hid d/f d/hard"),
    ("d -mtime +100", "d/e/G.txt"),
    ("d -type f -mmin -1 -name h*", "d/hard"),
    ("d -links 2 -type f", "d/f d/hard"),
    ("d -samefile d/hard", "d/f d/hard"),
    (". -maxdepth 1", ". ./d ./empty ./top.c"),
    ("d -mindepth 2 -maxdepth 2", "d/e/G.txt d/e/deep"),
    ("d/e -depth", "d/e/G.txt d/e/deep/.hid d/e/deep d/e"),
    ("d -name e -prune -o -type f -print", "d/a|b d/f d/hard"),
    ("d ( -name f -o -name l ) -type l", "d/l"),
    ("d ! -type f ! -type l", "d d/e d/e/deep d/fifo"),
    ("d -print -quit", "d"),
    ("-L d -name G.txt", "d/e/G.txt d/ld/G.txt"),
    ("-L d -type l", "d/dangling"),
    ("-H d/ld", "d/ld d/ld/G.txt d/ld/deep d/ld/deep/.hid"),
    ("d/ld", "d/ld"),
    ("d/ld/ -name G.txt", "d/ld/G.txt"),
    (". -executable -type f", "./d/e/G.txt"),
    ("/ -maxdepth 0 -name /", "/"),
    ("d -name f -o -name l -type d", "d/f"),
    ("d -type f -a -not -name f -name *ard", "d/hard"),
]
GNU_ONLY = [
    ("d -type f,p -name f*", "d/f d/fifo"),
    ("d -nouser", "d/fifo"),
    ("d -size 1k -type f", "d/a|b d/f d/hard"),
    (". -name f , -name l -print", "./d/l"),
    ("d -xtype d", "d d/e d/e/deep d/ld"),
    ("d -lname f*", "d/l"),
    ("d -newermt 2021-01-01 -name f", "d/f"),
    ("d -regex d/[a-f]+", "d/e d/f"),
    ("d -regextype posix-extended -regex d/(f|l)", "d/f d/l"),
    ("d -wholename d/f", "d/f"),
    ("d -uid 1", "d/a|b"),
    ("d -false -o -true -name f", "d/f"),
    ("d -daystart -mtime 0 -name f", "d/f"),
]


@pytest.mark.parametrize(("command", "found"), BOTH)
def test_expressions(command, found):
    for machine in (tree(busybox()), tree(gnu())):
        shown = machine.run(f"find {command}").out
        assert shown.split("\n")[:-1] == [name.replace("|", " ") for name in found.split()]


@pytest.mark.parametrize(("command", "found"), GNU_ONLY)
def test_expressions_of_gnu(command, found):
    shown = tree(gnu()).run(f"find {command}").out
    assert shown.split("\n")[:-1] == [name.replace("|", " ") for name in found.split()]


def test_names_end_with_a_zero_when_asked():
    assert tree(busybox()).run("find d/e -print0").out == "d/e\0d/e/G.txt\0d/e/deep\0d/e/deep/.hid\0"


def test_printf():
    machine = tree(gnu())
    form = r"%p|%f|%h|%P|%H|%y|%s|%m|%M|%u|%U|%n|%d|%l|%k|%-4d|%TY-%Tm\n"
    assert machine.run(["find", "d/e/G.txt", "d/l", "-printf", form]).out == (
        "d/e/G.txt|G.txt|d/e||d/e/G.txt|f|2000|4755|-rwsr-xr-x|root|0|1|0||4|0   |2020-02\n"
        "d/l|l|d||d/l|l|1|777|lrwxrwxrwx|root|0|1|0|f|0|0   |2023-11\n"
    )
    assert machine.run(["find", "d/f", "-printf", r"\101\t%%%q\n"]).err == (
        "find: warning: unrecognized format directive `%q'\n"
    )


def test_long_listing():
    line = tree(gnu()).run("find d/e/G.txt -ls").out.split()
    assert line[1:] == ["4", "-rwsr-xr-x", "1", "root", "root", "2000", "Feb", "3", "2020", "d/e/G.txt"]


def test_a_directory_that_may_not_be_read():
    for machine, words in ((tree(busybox()), "d/e: "), (tree(gnu()), "'d/e': ")):
        machine.filesystem.view().chmod("/w/d/e", 0o700)
        ran = machine.run("find d -type d", user=ALICE)
        assert (ran.status, ran.out, ran.err) == (1, "d\nd/e\n", f"find: {words}Permission denied\n")


def test_a_loop_of_links_is_told():
    machine = tree(gnu())
    machine.filesystem.symlink("/w/d/e/up", "..")
    ran = machine.run("find -L d -name up")
    assert ran.status == 1
    assert "find: File system loop detected; 'd/e/up' is part of the same file system loop as 'd'." in ran.err


@pytest.mark.parametrize(
    ("command", "short", "long"),
    [
        ("nope", "nope: No such file or directory", "'nope': No such file or directory"),
        (". -foo", "unrecognized: -foo", "unknown predicate `-foo'"),
        (". -name", "-name requires an argument", "missing argument to `-name'"),
        (
            ". ( -name f",
            "unpaired '('",
            "invalid expression; I was expecting to find a ')' somewhere but did not see one.",
        ),
        (". -name f )", "unrecognized: )", "you have too many ')'"),
        (". -type x", "invalid argument 'x' to '-type'", "Unknown argument to -type: x"),
        (". -size 1x", "invalid number '1x'", "invalid -size type `x'"),
        (
            ". -maxdepth x",
            "invalid number 'x'",
            "Expected a positive decimal integer argument to -maxdepth, but got 'x'",
        ),
        (". -user nobody2", "unknown user nobody2", "'nobody2' is not the name of a known user"),
        (". -perm zz", "invalid mode 'zz'", "invalid mode 'zz'"),
        (
            ". -newer nope",
            "can't stat 'nope': No such file or directory",
            "'nope': No such file or directory",
        ),
        (". -exec echo", "-exec requires an argument", "missing argument to `-exec'"),
        (
            ". -regex [a",
            "bad regex '[a': Unmatched [, [^, [:, [., or [=",
            "failed to compile regular expression '[a'",
        ),
        (". -mtime x", "invalid number 'x'", "invalid argument `x' to `-mtime'"),
    ],
)
def test_errors(command, short, long):
    for machine, words in ((busybox(), short), (gnu(), long)):
        ran = machine.run(f"find {command}")
        assert ran.status == 1
        assert ran.err.startswith(f"find: {words}")


def test_messages_follow_the_locale():
    assert gnu().run("find nope", env={"LANG": "C.UTF-8"}).err == "find: ‘nope’: No such file or directory\n"


def test_what_only_gnu_has_busybox_refuses():
    for word in ("-printf", "-ls", "-nouser", "-true", "-execdir"):
        assert busybox().run(f"find . {word}").err.startswith(f"find: unrecognized: {word}\n")


# ---- laws


@given(st.text("ab/[]!*?\\-^.", max_size=8), st.text("ab/.]-", max_size=8))
@settings(max_examples=300, deadline=None)
def test_patterns_without_brackets_are_those_of_the_library(pattern, name):
    if not set(pattern) & set("[]\\"):
        assert matches(pattern, name) == fnmatch.fnmatchcase(name, pattern)
    else:
        matches(pattern, name)


def _is_reordered(words: list[str], at: int) -> bool:
    """Whether words[at] is an action that find 4.9 may skip: it may test the right side of -o first.

    `-print -empty -type f -o -name f` prints no f there; POSIX takes the sides from left to right.
    """
    return words[at] in ("-print", "-prune") and "-o" in words[at + 1 :] and words[at + 1] != "-o"


def test_sides_are_taken_from_left_to_right():
    ran = tree(gnu()).run("find d/e d/f -print -empty -type f -o -name f")
    assert ran.out.split() == ["d/e", "d/e/G.txt", "d/e/deep", "d/e/deep/.hid", "d/f"]


@pytest.mark.skipif(not shutil.which("find"), reason="needs find")
@given(
    st.lists(
        st.sampled_from(
            [
                "-name f",
                "-type f",
                "-type d",
                "-o",
                "-a",
                "!",
                "(",
                ")",
                "-prune",
                "-print",
                "-empty",
                "-name [a-e]*",
                # No comma: find 4.9 may test its right side first and keep the left one's result.
            ]
        ),
        max_size=7,
    )
)
@settings(max_examples=40, deadline=None)
def test_expressions_mean_what_they_mean_to_find(tmp_path_factory, words):
    depths = [words[:at].count("(") - words[:at].count(")") for at in range(len(words) + 1)]
    assume(min(depths) >= 0)  # find takes some of the others
    assume(not any(_is_reordered(words, at) for at in range(len(words))))
    where = tmp_path_factory.mktemp("find")
    for path in ("d/e/f", "d/f", "b"):
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(b"x" * (path != "b"))
    machine = gnu()
    for path in ("d/e/f", "d/f", "b"):
        machine.filesystem.write_file(f"/w/{path}", b"x" * (path != "b"))
    argv = ["find", ".", *" ".join(words).split()]
    real = subprocess.run(
        argv, cwd=where, capture_output=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]}, check=False
    )
    if b"GNU" not in subprocess.run(["find", "--version"], capture_output=True, check=False).stdout:
        return
    ran = machine.run(argv)
    assert ran.status == real.returncode
    assert sorted(ran.out.splitlines()) == sorted(real.stdout.decode().splitlines())
    assert bool(ran.err) == bool(real.stderr)
