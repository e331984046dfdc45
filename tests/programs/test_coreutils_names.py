"""Programs about names: making, copying, moving, linking, removing; path arithmetic."""

import pytest
from programs_machine import busybox, gnu

from minibuild.filesystem import Credentials

ALICE = Credentials(1000, 1000, (1000,))


def test_mkdir_makes_parents_and_modes():
    machine = busybox()
    ran = machine.run(
        "mkdir a", "mkdir a", "mkdir -p a/b/c", "mkdir x/y", "mkdir -m 700 q", "mkdir -pm 711 r/s"
    )
    assert ran.statuses == [0, 1, 0, 1, 0, 0]
    assert ran.err == (
        "mkdir: can't create directory 'a': File exists\n"
        "mkdir: can't create directory 'x/y': No such file or directory\n"
    )
    assert [oct(machine.mode(f"/w/{name}")) for name in ("a/b", "q", "r", "r/s")] == [
        "0o755", "0o700", "0o755", "0o711",
    ]  # fmt: skip
    assert gnu().run("mkdir x/y").err == "mkdir: cannot create directory 'x/y': No such file or directory\n"
    assert gnu().run("mkdir -pv a/b").out == "mkdir: created directory 'a'\nmkdir: created directory 'a/b'\n"


def test_mkdir_obeys_the_user():
    ran = busybox().run("mkdir /etc/x", "mkdir /w/x", user=ALICE)
    assert ran.statuses == [1, 0]
    assert ran.err == "mkdir: can't create directory '/etc/x': Permission denied\n"


def test_rm_removes_what_it_may_and_says_the_rest():
    machine = busybox()
    machine.filesystem.write_file("/w/d/e/f", b"x")
    ran = machine.run("rm d", "rm nope", "rm -f nope", "rm -rf d", "rm .", "rm -f", "rm -rf /w/..")
    assert ran.statuses == [1, 1, 0, 0, 1, 0, 1]
    assert ran.err == (
        "rm: 'd' is a directory\nrm: can't remove 'nope': No such file or directory\n"
        "rm: can't remove '.' or '..'\nrm: can't remove '.' or '..'\n"
    )
    assert machine.paths() == []


def test_rm_of_a_link_leaves_what_it_points_to():
    machine = busybox()
    machine.filesystem.write_file("/w/d/f", b"x")
    machine.filesystem.symlink("/w/l", "d")
    assert machine.run("rm -r l").status == 0
    assert machine.paths() == ["d", "d/f"]


def test_rm_keeps_what_a_sticky_directory_guards():
    machine = busybox()
    machine.filesystem.write_file("/tmp/f", b"", uid=0)
    ran = machine.run("rm -f /tmp/f", user=ALICE)
    assert ran.err == "rm: can't remove '/tmp/f': Operation not permitted\n"
    assert gnu().run("rm x y").err == (
        "rm: cannot remove 'x': No such file or directory\nrm: cannot remove 'y': No such file or directory\n"
    )


def test_rmdir_takes_empty_directories():
    machine = busybox()
    machine.filesystem.write_file("/w/full/f", b"")
    ran = machine.run("mkdir -p a/b/c", "rmdir -p a/b/c", "rmdir full", "rmdir nope")
    assert ran.err == "rmdir: 'full': Directory not empty\nrmdir: 'nope': No such file or directory\n"
    assert machine.paths() == ["full", "full/f"]


def test_cp_copies_content_mode_and_trees():
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"data", mode=0o751)
    machine.filesystem.write_file("/w/d/x", b"x", mode=0o600, uid=5, gid=6)
    machine.filesystem.symlink("/w/d/l", "x")
    ran = machine.run(
        "cp f g", "cp f d", "cp d e", "cp -r d e", "cp -a d h", "cp nope x", "cp f f", "cp -v f z"
    )
    assert ran.statuses == [0, 0, 1, 0, 0, 1, 1, 0]
    assert ran.err == (
        "cp: omitting directory 'd'\ncp: can't stat 'nope': No such file or directory\n"
        "cp: 'f' and 'f' are the same file\n"
    )
    assert ran.out == "'f' -> 'z'\n"
    assert machine.text("/w/g") == machine.text("/w/d/f") == machine.text("/w/e/f") == "data"
    assert machine.mode("/w/g") == 0o751
    assert machine.filesystem.view().readlink("/w/e/l") == "x"
    assert (machine.owner("/w/e/x"), machine.owner("/w/h/x")) == ((0, 0), (5, 6))


def test_cp_into_itself_ends():
    machine = busybox()
    machine.filesystem.write_file("/w/d/f", b"")
    ran = machine.run("cp -r d d/x")
    assert ran.err == "cp: recursion detected, omitting directory 'd/x'\n"
    assert "d/x/f" in machine.paths()


@pytest.mark.parametrize(
    ("options", "kind"),
    [("", "file"), ("-d", "link"), ("-P", "link"), ("-a", "link"), ("-L", "file"), ("-r", "link")],
)
def test_cp_follows_links_as_told(options, kind):
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"x")
    machine.filesystem.symlink("/w/l", "f")
    machine.run(f"cp {options} l c")
    assert machine.filesystem.view().lstat("/w/c").kind == kind


def test_cp_keeps_hard_links_together():
    machine = busybox()
    machine.filesystem.write_file("/w/d/a", b"x")
    machine.run("ln d/a d/b", "cp -a d e")
    view = machine.filesystem.view()
    assert view.stat("/w/e/a").node is view.stat("/w/e/b").node


def test_cp_of_a_device_reads_it_and_into_one_writes_it():
    machine = busybox()
    ran = machine.run("cp /dev/null empty", "cp /etc/group /dev/null", "cp -r /dev/null node")
    assert ran.statuses == [0, 0, 0]
    assert machine.text("/w/empty") == ""
    assert machine.filesystem.view().lstat("/w/node").kind == "char"


def test_gnu_cp_words_its_errors():
    machine = gnu()
    machine.filesystem.write_file("/w/d/f", b"")
    ran = machine.run("cp d e", "cp nope x", "cp x", "cp", "cp d/f d/g nope")
    assert ran.err == (
        "cp: -r not specified; omitting directory 'd'\ncp: cannot stat 'nope': No such file or directory\n"
        "cp: missing destination file operand after 'x'\nTry 'cp --help' for more information.\n"
        "cp: missing file operand\nTry 'cp --help' for more information.\n"
        "cp: target 'nope': No such file or directory\n"
    )


def test_mv_renames_and_moves_into_directories():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"1")
    machine.filesystem.write_file("/w/b", b"2")
    machine.filesystem.mkdir("/w/d")
    ran = machine.run("mv a d", "mv b d/a", "mv nope x", "mv d d/x", "mv -n d/a c", "mv c c2")
    assert ran.statuses == [0, 0, 1, 1, 0, 0]
    assert ran.err == (
        "mv: can't rename 'nope': No such file or directory\nmv: can't rename 'd': Invalid argument\n"
    )
    assert machine.paths() == ["c2", "d"]
    assert machine.text("/w/c2") == "2"


def test_mv_across_mounts_copies_and_removes():
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"x", mode=0o640, uid=3, gid=4)
    machine.filesystem.mkdir("/m")
    other = type(machine.filesystem)(clock=machine.filesystem.clock)
    machine.filesystem.mount("/m", other)
    assert machine.run("mv f /m/g").status == 0
    found = other.view().lstat("/g")
    assert (found.mode, found.uid, found.gid) == (0o640, 3, 4)
    assert machine.paths() == []


def test_ln_makes_links_of_both_kinds():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"x")
    machine.filesystem.mkdir("/w/d")
    ran = machine.run(
        "ln a b",
        "ln a b",
        "ln -s nope l",
        "ln -s a d",
        "ln nope x",
        "ln -sfn other d2",
        "ln -s d dl",
        "ln -sfn a dl",
        "ln -sT x d",
    )
    assert ran.statuses == [0, 1, 0, 0, 1, 0, 0, 0, 1]
    view = machine.filesystem.view()
    assert view.stat("/w/a").node is view.stat("/w/b").node
    targets = {name: view.readlink(f"/w/{name}") for name in ("l", "d/a", "d2", "dl")}
    assert targets == {"l": "nope", "d/a": "a", "d2": "other", "dl": "a"}
    assert ran.err == ("ln: b: File exists\nln: nope: No such file or directory\nln: 'd' is a directory\n")
    other = gnu()
    other.filesystem.mkdir("/w/d")
    assert other.run("ln -sr /w/a /w/d/r").status == 0
    assert other.filesystem.view().readlink("/w/d/r") == "../a"
    assert gnu().run("ln -s x x", "ln -s x x").err == "ln: failed to create symbolic link 'x': File exists\n"


def test_touch_makes_files_and_sets_times():
    machine = busybox()
    ran = machine.run(
        ["touch", "-d", "2020-01-02 03:04:05", "a"],
        "touch -t 202001020304.05 b",
        "touch -r a c",
        "touch -c nope",
        "touch -d zz a",
        "touch x/y",
        "touch now",
    )
    assert ran.statuses == [0, 0, 0, 0, 1, 1, 0]
    assert ran.err == "touch: invalid date 'zz'\ntouch: x/y: No such file or directory\n"
    view = machine.filesystem.view()
    times = {name: view.stat(f"/w/{name}").mtime // 10**9 for name in ("a", "b", "c", "now")}
    assert times == {"a": 1577934245, "b": 1577934245, "c": 1577934245, "now": 1700000000}
    assert "nope" not in machine.paths()


def test_mktemp_draws_names_that_are_the_same_in_every_run():
    first, second = busybox(), busybox()
    one, two = (
        first.run("mktemp", "mktemp -d", "mktemp /w/x.XXXXXX"),
        second.run("mktemp", "mktemp -d", "mktemp /w/x.XXXXXX"),
    )
    assert one.out == two.out
    file, directory, named = one.out.split()
    assert file.startswith("/tmp/tmp.")
    assert len(file) == len("/tmp/tmp.123456")
    assert (first.mode(file), first.mode(directory)) == (0o600, 0o700)
    assert named.startswith("/w/x.")
    bad = busybox().run("mktemp /w/XX", "mktemp /nope/XXXXXX")
    assert bad.statuses == [1, 1]
    assert gnu().run("mktemp XX").err == "mktemp: too few X's in template 'XX'\n"


def test_install_copies_with_mode_and_owner():
    machine = busybox()
    machine.filesystem.write_file("/w/f", b"x", mode=0o600)
    ran = machine.run(
        "install -m 644 -o daemon -g 100 f g",
        "install -d -m 700 a/b",
        "install -D f p/q/f",
        "install f a/b",
        "install -o nope f x",
    )
    assert ran.statuses == [0, 0, 0, 0, 1]
    assert (machine.mode("/w/g"), machine.owner("/w/g")) == (0o644, (1, 100))
    assert (machine.mode("/w/a/b"), machine.mode("/w/p/q/f"), machine.mode("/w/a/b/f")) == (
        0o700,
        0o755,
        0o755,
    )
    assert ran.err == "install: unknown user nope\n"


def test_special_files():
    machine = busybox()
    ran = machine.run("mkfifo p", "mkfifo p", "mknod -m 600 c c 1 3", "mknod b b 8 0", "mknod x y")
    assert ran.statuses == [0, 1, 0, 0, 1]
    view = machine.filesystem.view()
    assert [view.lstat(f"/w/{name}").kind for name in "pcb"] == ["fifo", "char", "block"]
    assert view.lstat("/w/c").device == (1, 3)
    assert machine.run("mknod d c 1 3", user=ALICE).err == "mknod: d: Operation not permitted\n"


def test_truncate_and_fallocate_set_sizes():
    machine = busybox()
    ran = machine.run(
        "truncate -s 5 a", "truncate -s 1k b", "truncate -c -s 3 nope", "truncate -s x a", "fallocate -l 10 f"
    )
    assert ran.statuses == [0, 0, 0, 1, 0]
    view = machine.filesystem.view()
    assert [view.stat(f"/w/{name}").size for name in "abf"] == [5, 1024, 10]
    assert ran.err == "truncate: invalid number 'x'\n"


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("basename /a/b/c", "c\n"),
        ("basename /a/b.txt .txt", "b\n"),
        ("basename c c", "c\n"),
        ("basename -a a/b c/d", "b\nd\n"),
        ("basename -s .c a.c b.c", "a\nb\n"),
        ("basename /", "/\n"),
        ("dirname /a/b/c", "/a/b\n"),
        ("dirname a", ".\n"),
        ("dirname /a", "/\n"),
        ("dirname a//b/", "a\n"),
        ("realpath /w/../w/.", "/w\n"),
        ("readlink -f /w/nope", "/w/nope\n"),
    ],
)
def test_path_arithmetic(command, out):
    ran = busybox().run(command)
    assert (ran.status, ran.out) == (0, out)


def test_gnu_realpath_is_relative_on_demand():
    assert gnu().run("realpath --relative-to=/w/x /etc/group").out == "../../etc/group\n"


def test_links_are_read_and_followed():
    machine = busybox()
    machine.filesystem.write_file("/w/d/f", b"")
    machine.filesystem.symlink("/w/l", "d/f")
    machine.filesystem.symlink("/w/dead", "nope")
    ran = machine.run(
        "readlink l",
        "readlink d",
        "readlink -f l",
        "readlink -f dead",
        "readlink -f nope",
        "readlink -n l",
        "readlink -v d",
    )
    assert ran.statuses == [0, 1, 0, 0, 1, 0, 1]
    assert ran.out == "d/f\n/w/d/f\n/w/nope\nd/f"
    assert ran.err == "readlink: d: cannot read link: not a symlink\n"
    assert gnu().run("readlink -f nope").out == "/w/nope\n"


def test_gnu_quotes_names_so_that_a_shell_could_read_them():
    ran = gnu().run(["cat", "a b"], ["rm", "it's"], ["rm", "a\nb"])
    assert ran.err == (
        "cat: 'a b': No such file or directory\n"
        'rm: cannot remove "it\'s": No such file or directory\n'
        "rm: cannot remove 'a'$'\\n''b': No such file or directory\n"
    )
