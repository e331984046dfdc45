"""tar as busybox and GNU have it: what it packs, lists and unpacks, and what it says."""

import gzip

import pytest
from archive_samples import archive, member, tree
from programs_machine import ProgramMachine, busybox, gnu


@pytest.mark.parametrize("flavour", ["busybox", "gnu"])
def test_what_is_packed_comes_out_again(flavour):
    machine = tree(ProgramMachine(flavour))
    machine.filesystem.mkdir("/w/o")
    ran = machine.run("tar cf t.tar s", "tar tf t.tar", "tar xf t.tar -C o")
    assert ran.statuses == [0, 0, 0]
    assert ran.out == "s/\ns/a\ns/h\ns/l\ns/sub/\ns/sub/b\n"
    view = machine.filesystem.view()
    assert view.readlink("/w/o/s/l") == "a"
    assert view.stat("/w/o/s/a").node is view.stat("/w/o/s/h").node
    assert (machine.mode("/w/o/s/a"), view.stat("/w/o/s/a").mtime) == (0o640, 1_577_934_246 * 10**9)
    assert view.stat("/w/o/s").mtime // 10**9 == (1_577_934_246 if flavour == "gnu" else 1_700_000_000)


def test_long_listings(snapshot):
    shown = [
        tree(machine).run("tar cf t.tar s", "tar tvf t.tar", "tar tvf t.tar --numeric-owner s/a").out
        for machine in (busybox(), gnu())
    ]
    assert "\n".join(shown) == snapshot


def test_absolute_names_lose_their_slash_and_say_so():
    for machine, words in ((busybox(), "removing leading '/'"), (gnu(), "Removing leading `/'")):
        machine.filesystem.write_file("/data/f", b"x")
        ran = machine.run("tar cvf t.tar /data")
        names = "data/\ndata/f\n" if machine.flavour == "busybox" else "/data/\n/data/f\n"
        assert (ran.out, ran.err) == (names, f"tar: {words} from member names\n")
    machine = gnu()
    machine.filesystem.write_file("/data/f", b"x")
    assert machine.run("tar cPf t.tar /data", "tar tPf t.tar").out == "/data/\n/data/f\n"


@pytest.mark.parametrize(
    "command", ["tar xf t.tgz", "tar xzf t.tgz", "tar -x -z -f t.tgz", "tar --extract --file=t.tgz --gzip"]
)
def test_compression_is_asked_for_or_found(command):
    for machine in (tree(busybox()), tree(gnu())):
        ran = machine.run("tar czf t.tgz s", "rm -r s", command)
        assert ran.statuses == [0, 0, 0]
        assert machine.text("/w/s/sub/b") == "two\n"


def test_every_compressor_of_gnu():
    machine = tree(gnu())
    for option, name in (
        ("-j", "t.tar.bz2"),
        ("-J", "t.tar.xz"),
        ("--zstd", "t.tar.zst"),
        ("-Z", "t.tar.Z"),
        ("-a", "t.tgz"),
    ):
        assert machine.run(f"tar {option} -cf {name} s", f"tar tf {name} s/sub/b").out == "s/sub/b\n", option


def test_an_archive_is_read_from_a_pipe():
    data = archive(member("f"))
    for machine in (busybox(), gnu()):
        assert machine.run("tar xf -", "tar x", stdin=data).statuses == [0, 0]
        assert machine.text("/w/f") == "f"
    zipped = gzip.compress(data, mtime=0)
    assert busybox().run("tar tzf -", stdin=zipped).out == "f\n"
    ran = gnu().run("tar tf -", stdin=zipped)
    assert (ran.status, ran.err.splitlines()[0]) == (2, "tar: Archive is compressed. Use -z option")


# ---- options


def test_strip_and_exclude():
    for machine in (tree(busybox()), tree(gnu())):
        machine.filesystem.mkdir("/w/o")
        ran = machine.run(
            "tar czf p.tgz s",
            "tar xzf p.tgz -C o --strip-components=1",
            "tar tf p.tgz --exclude=s/sub",
            "tar cf e.tar --exclude b s",
        )
        assert ran.statuses == [0, 0, 0, 0]
        assert {"a", "h", "l", "sub", "sub/b"} == set(machine.paths("/w/o"))
        assert ran.out == "s/\ns/a\ns/h\ns/l\n"
        assert "s/sub/b" not in machine.run("tar tf e.tar").out


def test_lists_of_names_and_patterns():
    for machine in (tree(busybox()), tree(gnu())):
        machine.filesystem.write_file("/w/list", b"s/a\ns/sub\n")
        machine.filesystem.write_file("/w/not", b"s/sub/b\n")
        ran = machine.run("tar cf t.tar -T list", "tar tf t.tar", "tar tf t.tar -X not")
        assert ran.out == "s/a\ns/sub/\ns/sub/b\n" + "s/a\ns/sub/\n"


def test_a_missing_member_fails_after_the_others():
    for machine, words in ((tree(busybox()), "not found"), (tree(gnu()), "Not found")):
        ran = machine.run("tar cf t.tar s", "tar xf t.tar -C /tmp s/a nope")
        assert ran.status == (1 if machine.flavour == "busybox" else 2)
        assert f"tar: nope: {words} in archive\n" in ran.err
        assert machine.paths("/tmp") == ["s", "s/a"]


def test_what_is_left_out_is_not_missing():
    for machine in (tree(busybox()), tree(gnu())):
        ran = machine.run("tar cf t.tar s", "tar xf t.tar -C /tmp s/a s/sub --exclude=s/a")
        assert (ran.status, ran.err) == (0, "")
        assert machine.paths("/tmp") == ["s", "s/sub", "s/sub/b"]


def test_gnu_changes_directory_between_names():
    machine = gnu()
    machine.filesystem.write_file("/x/a", b"")
    machine.filesystem.write_file("/y/b", b"")
    assert machine.run("tar cf t.tar -C /x a -C /y b", "tar tf t.tar").out == "a\nb\n"
    assert machine.run("tar cf t.tar -C /nope a").err == (
        "tar: /nope: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n"
    )


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("s,^s,q,", "q/ q/a q/h q/l q/sub/ q/sub/b"),
        ("s/b/X/g", "s/ s/a s/h s/l s/suX/ s/suX/X"),
        (r"s/\(s\)\/\(.\)/\2-\1/", "s/ a-s h-s l-s s-sub/ s-sub/b"),
        ("s,s/a,s/\\U&,;s/sub/z/", "s/ s/S/A s/h s/l s/z/ s/z/b"),
    ],
)
def test_gnu_transforms_names(expression, names):
    machine = tree(gnu())
    ran = machine.run(["tar", "--transform", expression, "-cf", "t.tar", "s"], "tar tf t.tar")
    assert ran.out.split() == names.split()


def test_gnu_says_what_owner_mode_and_time_to_store():
    machine = tree(gnu())
    ran = machine.run(
        "tar --owner=bob:7 --group=g:8 --mode=600 --mtime=2020-01-02 -cf m.tar s/a",
        "tar tvf m.tar",
        "tar --numeric-owner -tvf m.tar",
    )
    assert ran.out == (
        "-rw------- bob/g             4 2020-01-02 00:00 s/a\n"
        "-rw------- 7/8               4 2020-01-02 00:00 s/a\n"
    )
    assert machine.run("tar --mode=zz -cf m.tar s").err.startswith("tar: Invalid mode given on option\n")


def test_gnu_appends_and_updates():
    machine = tree(gnu())
    ran = machine.run(
        "tar cf t.tar s/a", "tar rf t.tar s/sub", "tar uf t.tar s/a s/l", "tar tf t.tar", "tar rzf t.tar s"
    )
    assert ran.out == "s/a\ns/sub/\ns/sub/b\ns/l\n"
    assert ran.status == 2
    assert ran.err.startswith("tar: Cannot update compressed archives\n")


def test_gnu_keeps_or_replaces_what_is_there():
    machine = tree(gnu())
    machine.run("tar cf t.tar s")
    machine.filesystem.write_file("/w/s/sub/b", b"changed\n")
    assert machine.run("tar xkf t.tar s/sub").err.startswith("tar: s/sub/b: Cannot open: File exists\n")
    assert machine.run("tar xf t.tar --skip-old-files").status == 0
    assert machine.text("/w/s/sub/b") == "changed\n"
    machine.run("tar xf t.tar")
    assert machine.text("/w/s/sub/b") == "two\n"


def test_gnu_needs_the_compressor_in_the_image():
    machine = tree(gnu())
    ran = machine.run("tar cJf t.tar.xz s", "rm /bin/xz", "tar xJf t.tar.xz")
    assert ran.status == 2
    assert ran.err == (
        "tar (child): xz: Cannot exec: No such file or directory\n"
        "tar (child): Error is not recoverable: exiting now\n"
        "tar: Child returned status 2\ntar: Error is not recoverable: exiting now\n"
    )


def test_wrong_command_lines(snapshot):
    machine = gnu()
    machine.filesystem.write_file("/w/f", b"")
    ran = machine.run(
        "tar", "tar -c -x", "tar --nope", "tar xf", "tar cf t.tar", "tar cf t.tar nope", "tar xf nope.tar"
    )
    assert ran.statuses == [2, 2, 64, 2, 2, 2, 2]
    assert ran.err == snapshot
    ran = busybox().run("tar cf t.tar", "tar xf nope.tar", "tar cf t.tar nope", "tar xf t.tar -C /nope")
    assert (ran.statuses, ran.err) == ([1, 1, 1, 1], snapshot)


def test_to_stdout_and_to_command():
    machine = tree(gnu())
    ran = machine.run("tar cf t.tar s", "tar xOf t.tar s/a s/sub", "tar xvOf t.tar s/a")
    assert (ran.out, ran.err) == ("one\ntwo\none\n", "s/a\n")
