"""chmod, chown, chgrp, and what ls, stat, du and df show of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs_machine import busybox, gnu

from minibuild.filesystem import Credentials
from minibuild.programs.coreutils.modes import mode_string, parse_mode
from minibuild.programs.coreutils.sizes import gnu_human, human

ALICE = Credentials(1000, 1000, (1000,))


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("755", 0o600, 0o755),
        ("4755", 0o600, 0o4755),
        ("u+x", 0o644, 0o744),
        ("+x", 0o644, 0o755),
        ("-w", 0o666, 0o466),
        ("a-w", 0o666, 0o444),
        ("go=", 0o777, 0o700),
        ("u=rw,g=r,o=", 0o777, 0o640),
        ("u=rwX", 0o644, 0o644),
        ("a+X", 0o744, 0o755),
        ("g=u", 0o750, 0o770),
        ("u+s,g+s", 0o755, 0o6755),
        ("o+t", 0o755, 0o755),
        ("+t", 0o755, 0o1755),
        ("=", 0o777, 0),
        ("99", 0o644, None),
        ("u", 0o644, None),
        ("u+z", 0o644, None),
        ("", 0o644, None),
        ("77777", 0o644, None),
    ],
)
def test_modes_are_read_as_chmod_reads_them(text, before, after):
    assert parse_mode(text, before, 0o022) == after


def test_capital_x_is_for_directories():
    assert parse_mode("a+X", 0o600, 0, directory=True) == 0o711


@given(st.integers(0, 0o7777), st.integers(0, 0o7777))
def test_an_octal_mode_is_what_it_says(wanted, before):
    assert parse_mode(f"{wanted:o}", before, 0o077) == wanted


@given(st.integers(0, 0o777))
def test_a_mode_written_out_reads_back(mode):
    shown = mode_string("file", mode)[1:]
    places = [shown[at : at + 3].replace("-", "") for at in (0, 3, 6)]
    assert parse_mode(f"u={places[0]},g={places[1]},o={places[2]}", 0o123, 0) == mode


def test_chmod_changes_and_reports():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"")
    machine.filesystem.write_file("/w/d/x", b"", mode=0o644)
    machine.filesystem.symlink("/w/d/l", "/etc/passwd")
    ran = machine.run(
        "chmod 600 a", "chmod -v +x a", "chmod -R go-rwx d", "chmod zz a", "chmod 1 nope", "chmod -x a"
    )
    assert ran.statuses == [0, 0, 0, 1, 1, 0]
    assert ran.out == "mode of 'a' changed to 0711 (rwx--x--x)\n"
    assert ran.err == "chmod: invalid mode 'zz'\nchmod: nope: No such file or directory\n"
    assert (machine.mode("/w/a"), machine.mode("/w/d"), machine.mode("/w/d/x")) == (0o600, 0o700, 0o600)
    assert machine.mode("/etc/passwd") == 0o644


def test_only_the_owner_changes_modes():
    machine = busybox()
    machine.filesystem.write_file("/w/own", b"", uid=1000)
    machine.filesystem.write_file("/w/other", b"")
    ran = machine.run("chmod 600 own other", user=ALICE)
    assert ran.err == "chmod: other: Operation not permitted\n"
    assert machine.mode("/w/own") == 0o600
    ran = gnu().run("chmod 600 /etc/passwd", user=ALICE)
    assert ran.err == "chmod: changing permissions of '/etc/passwd': Operation not permitted\n"


@pytest.mark.parametrize(
    ("owner", "ids"),
    [
        ("daemon", (1, 0)),
        ("daemon:", (1, 1)),
        ("daemon:users", (1, 100)),
        (":users", (0, 100)),
        ("12", (12, 0)),
        ("12:34", (12, 34)),
        ("daemon.users", (1, 100)),
    ],
)
def test_chown_knows_names_and_numbers(owner, ids):
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"")
    assert machine.run(f"chown {owner} a").status == 0
    assert machine.owner("/w/a") == ids


def test_chown_walks_trees_without_following_links():
    machine = busybox()
    machine.filesystem.write_file("/w/d/x", b"")
    machine.filesystem.symlink("/w/d/l", "/etc/passwd")
    ran = machine.run("chown -R 5:6 d", "chgrp -R users d", "chown nope d", "chown 1:nope d", "chgrp nope d")
    assert ran.statuses == [0, 0, 1, 1, 1]
    assert machine.owner("/w/d/x") == machine.owner("/w/d/l") == (5, 100)
    assert machine.owner("/etc/passwd") == (0, 0)
    assert (
        ran.err == "chown: unknown user nope\nchown: unknown user/group 1:nope\nchgrp: unknown group nope\n"
    )
    assert (
        gnu().run("chown nope /w", "chown :nope /w").err
        == "chown: invalid user: 'nope'\nchown: invalid group: ':nope'\n"
    )


def test_chown_takes_the_setuid_bit_away():
    machine = busybox()
    machine.filesystem.write_file("/w/a", b"", mode=0o4755)
    machine.run("chown daemon a")
    assert machine.mode("/w/a") == 0o755


def test_gnu_chmod_and_chown_tell_both_states():
    machine = gnu()
    machine.filesystem.write_file("/w/a", b"")
    ran = machine.run(
        "chmod -v 755 a", "chmod -v 755 a", "chmod -c 755 a", "chown -v daemon:users a", "chgrp -v users a"
    )
    assert ran.out == (
        "mode of 'a' changed from 0644 (rw-r--r--) to 0755 (rwxr-xr-x)\n"
        "mode of 'a' retained as 0755 (rwxr-xr-x)\n"
        "changed ownership of 'a' from root:root to daemon:users\n"
        "group of 'a' retained as users\n"
    )


def listing() -> list[tuple[str, bytes, int]]:
    return [
        ("b", b"12345", 0o644),
        ("a", b"", 0o755),
        (".h", b"", 0o600),
        ("c10", b"x" * 3000, 0o644),
        ("c9", b"", 0o644),
    ]


def filled(machine):
    for name, data, mode in listing():
        machine.filesystem.write_file(f"/w/l/{name}", data, mode=mode)
    machine.filesystem.mkdir("/w/l/d")
    machine.filesystem.symlink("/w/l/s", "b")
    machine.run(
        [
            "touch",
            "-h",
            "-d",
            "2020-01-02 03:04:05",
            *(f"l/{name}" for name in ("a", "b", "c10", "c9", "d", "s")),
        ]
    )
    return machine


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("ls l", "a b c10 c9 d s"),
        ("ls -a l", ". .. .h a b c10 c9 d s"),
        ("ls -A l", ".h a b c10 c9 d s"),
        ("ls -r l", "s d c9 c10 b a"),
        ("ls -F l", "a* b c10 c9 d/ s@"),
        ("ls -p l", "a b c10 c9 d/ s"),
        ("ls -S l", "d c10 b s a c9"),
        ("ls -v l", "a b c9 c10 d s"),
        ("ls -d l", "l"),
        ("ls l/a l/d", "l/a  l/d:"),
        ("ls --group-directories-first l", "d a b c10 c9 s"),
    ],
)
def test_ls_orders_and_marks(command, out):
    ran = filled(busybox()).run(command)
    assert ran.status == 0
    assert ran.out.split() == out.split()


def test_ls_shows_long_lines():
    ran = filled(busybox()).run("ls -l l")
    assert ran.out == (
        "total 8\n"
        "-rwxr-xr-x    1 root     root             0 Jan  2  2020 a\n"
        "-rw-r--r--    1 root     root             5 Jan  2  2020 b\n"
        "-rw-r--r--    1 root     root          3000 Jan  2  2020 c10\n"
        "-rw-r--r--    1 root     root             0 Jan  2  2020 c9\n"
        "drwxr-xr-x    2 root     root          4096 Jan  2  2020 d\n"
        "lrwxrwxrwx    1 root     root             1 Jan  2  2020 s -> b\n"
    )
    ran = filled(gnu()).run("ls -l l", "ls -lh l/c10")
    assert ran.out == (
        "total 8\n"
        "-rwxr-xr-x 1 root root    0 Jan  2  2020 a\n"
        "-rw-r--r-- 1 root root    5 Jan  2  2020 b\n"
        "-rw-r--r-- 1 root root 3000 Jan  2  2020 c10\n"
        "-rw-r--r-- 1 root root    0 Jan  2  2020 c9\n"
        "drwxr-xr-x 2 root root 4096 Jan  2  2020 d\n"
        "lrwxrwxrwx 1 root root    1 Jan  2  2020 s -> b\n"
        "-rw-r--r-- 1 root root 3.0K Jan  2  2020 l/c10\n"
    )


def test_ls_recurses_and_reports():
    machine = busybox()
    machine.filesystem.write_file("/w/l/d/x", b"")
    ran = machine.run("ls -R l", "ls nope l/d/x")
    assert ran.out == "l:\nd\n\nl/d:\nx\nl/d/x\n"
    assert ran.err == "ls: nope: No such file or directory\n"
    assert ran.status == 1
    shown = gnu().run("ls nope")
    assert (shown.status, shown.err) == (2, "ls: cannot access 'nope': No such file or directory\n")


def test_ls_in_columns():
    machine = busybox()
    for at in range(6):
        machine.filesystem.write_file(f"/w/l/{'x' * at}{at}", b"")
    assert machine.run("ls -C -w 20 l").out == "0       xxx3\nx1      xxxx4\nxx2     xxxxx5\n"
    assert machine.run("ls -x -w 20 l").out == "0       x1\nxx2     xxx3\nxxxx4   xxxxx5\n"


def test_stat_answers_formats():
    machine = filled(busybox())
    ran = machine.run(
        "stat -c %n,%s,%a,%A,%F,%U:%G,%u:%g,%h,%Y,%f l/a",
        "stat -c %N,%F l/s",
        "stat -L -c %F l/s",
        "stat -c %t:%T,%F /dev/null",
        "stat nope",
        ["stat", "-c", "%y", "l/b"],
    )
    assert ran.out == (
        "l/a,0,755,-rwxr-xr-x,regular empty file,root:root,0:0,1,1577934245,81ed\n"
        "'l/s' -> 'b',symbolic link\nregular file\n1:3,character special file\n"
        "2020-01-02 03:04:05.000000000 +0000\n"
    )
    assert ran.err == "stat: can't stat 'nope': No such file or directory\n"


def test_stat_shows_everything():
    machine = filled(busybox())
    shown = machine.run("stat l/b").out
    assert "  File: l/b\n  Size: 5         \tBlocks: 8          IO Block: 4096   regular file\n" in shown
    assert "Access: (0644/-rw-r--r--)  Uid: (    0/    root)   Gid: (    0/    root)\n" in shown
    assert filled(gnu()).run(["stat", "--printf", "%s\\n", "l/b"]).out == "5\n"


def test_du_counts_blocks_and_each_file_once():
    machine = busybox()
    machine.filesystem.write_file("/w/d/a", b"x" * 5000)
    machine.filesystem.write_file("/w/d/e/b", b"y")
    machine.run("ln d/a d/c")
    ran = machine.run("du d", "du -s d", "du -a d/e", "du -sb d/e/b", "du -sh d", "du -c d/e", "du nope")
    assert ran.out == ("4\td/e\n12\td\n12\td\n4\td/e/b\n4\td/e\n1\td/e/b\n12.0K\td\n4\td/e\n4\ttotal\n")
    assert ran.status == 1


def test_df_shows_one_file_system():
    ran = busybox().run("df", "df -h /w", "df nope")
    lines = ran.out.splitlines()
    assert lines[0].startswith("Filesystem           1K-blocks      Used Available Use% Mounted on")
    assert lines[1].startswith("overlay ")
    assert ran.statuses == [0, 0, 1]


@pytest.mark.parametrize(
    ("size", "theirs", "gnus"),
    [
        (0, "0", "0"),
        (1023, "1023", "1023"),
        (1024, "1.0K", "1.0K"),
        (1536, "1.5K", "1.5K"),
        (1 << 20, "1.0M", "1.0M"),
        (10 << 20, "10.0M", "10M"),
        (1025, "1.0K", "1.1K"),
    ],
)
def test_sizes_for_people(size, theirs, gnus):
    assert human(size) == theirs
    assert gnu_human(size) == gnus
