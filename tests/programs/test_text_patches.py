"""patch: what becomes of files, and how it ends, in both families; it takes what diff gives for trees."""

import pytest
from programs_machine import busybox, gnu

FAMILIES = {"busybox": busybox, "gnu": gnu}
ORIGINAL = "1\n2\n3\n4\n5\n6\n7\n8\n"
CHANGE = "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n"
ADDITION = "--- f\n+++ f\n@@ -7,2 +7,3 @@\n 7\n 8\n+9\n"
REMOVAL = "--- f\n+++ f\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n"
CREATION = "--- /dev/null\n+++ b/new\n@@ -0,0 +1,2 @@\n+x\n+y\n"
DELETION = "--- a/f\n+++ /dev/null\n@@ -1,8 +0,0 @@\n" + "".join(f"-{n}\n" for n in range(1, 9))


@pytest.fixture(params=sorted(FAMILIES))
def machine(request):
    """A machine of each family with a file to change."""
    made = FAMILIES[request.param]()
    made.filesystem.write_file("/w/f", ORIGINAL.encode())
    return made


@pytest.mark.parametrize(
    ("command", "change", "text"),
    [
        ("patch -p1", CHANGE, "1\n2\nthree\n4\n5\n6\n7\n8\n"),
        ("patch f", CHANGE, "1\n2\nthree\n4\n5\n6\n7\n8\n"),
        ("patch -p0", ADDITION, ORIGINAL + "9\n"),
        ("patch -p0", REMOVAL, ORIGINAL[2:]),
        ("patch -p0 -N", ADDITION, ORIGINAL + "9\n"),
        ("patch -p1", CHANGE.replace("@@ -2,3 +2,3 @@", "@@ -4,3 +4,3 @@"), "1\n2\nthree\n4\n5\n6\n7\n8\n"),
        ("patch -p1", "a note before\n" + CHANGE, "1\n2\nthree\n4\n5\n6\n7\n8\n"),
        ("patch -p1", CHANGE.replace("a/f", "a/f\t2020-01-01 00:00:00"), "1\n2\nthree\n4\n5\n6\n7\n8\n"),
    ],
)
def test_a_change_is_made(machine, command, change, text):
    ran = machine.run(command, stdin=change.encode())
    assert (ran.status, machine.text("/w/f")) == (0, text), ran.err


def test_a_change_is_taken_back(machine):
    machine.run("patch -p1", stdin=CHANGE.encode())
    assert machine.run("patch -p1 -R", stdin=CHANGE.encode()).status == 0
    assert machine.text("/w/f") == ORIGINAL


def test_a_file_is_made_and_removed(machine):
    assert machine.run("patch -p1", stdin=CREATION.encode()).status == 0
    assert machine.text("/w/new") == "x\ny\n"
    assert machine.run("patch -p1", stdin=DELETION.encode()).status == 0
    # busybox 1.35 only empties a file that goes to /dev/null.
    assert machine.paths() == (["new"] if machine.flavour == "gnu" else ["f", "new"])
    assert machine.flavour == "gnu" or machine.text("/w/f") == ""


def test_a_rejected_change_leaves_the_file(machine):
    wrong = CHANGE.replace(" 2\n", " two\n").replace("-3\n", "-drei\n").replace(" 4\n", " vier\n")
    ran = machine.run("patch -p1", stdin=wrong.encode())
    assert ran.status == 1
    assert machine.text("/w/f") == ORIGINAL


def test_a_dry_run_changes_nothing(machine):
    assert machine.run("patch -p1 --dry-run", stdin=CHANGE.encode()).status == 0
    assert machine.text("/w/f") == ORIGINAL


def test_the_change_in_a_file(machine):
    machine.filesystem.write_file("/w/c.patch", CHANGE.encode())
    assert machine.run("patch -p1 -i c.patch").status == 0
    assert machine.text("/w/f") == "1\n2\nthree\n4\n5\n6\n7\n8\n"


def test_two_files_at_once(machine):
    machine.filesystem.write_file("/w/new", b"x\n")
    second = "--- a/new\n+++ b/new\n@@ -1 +1 @@\n-x\n+z\n"
    assert machine.run("patch -p1", stdin=(CHANGE + second).encode()).status == 0
    assert (machine.text("/w/new"), machine.text("/w/f").count("three")) == ("z\n", 1)


def test_trees_that_differ(machine):
    for name, old, new in (("same", "s\n", "s\n"), ("x", "1\n", "2\n"), ("sub/y", "a\nb\n", "a\nc\n")):
        for side, text in (("old", old), ("new", new)):
            directory = f"/w/{side}/{name}".rpartition("/")[0]
            for path in (f"/w/{side}", directory):
                if not machine.filesystem.view().is_dir(path):
                    machine.filesystem.mkdir(path)
            machine.filesystem.write_file(f"/w/{side}/{name}", text.encode())
    ran = machine.run("diff -ru old new")
    assert ran.status == 1
    assert machine.run("patch -p1", stdin=ran.out.encode(), cwd="/w/old").status == 0
    assert machine.run("diff -r old new").status == 0


def test_gnu_keeps_a_copy_and_writes_elsewhere():
    machine = gnu()
    machine.filesystem.write_file("/w/f", ORIGINAL.encode())
    assert machine.run("patch -p1 -o other", stdin=CHANGE.encode()).status == 0
    assert machine.text("/w/f") == ORIGINAL
    assert "three" in machine.text("/w/other")
    assert machine.run("patch -p1 -b", stdin=CHANGE.encode()).status == 0
    assert machine.text("/w/f.orig") == ORIGINAL


def test_gnu_takes_a_change_whose_place_has_moved():
    machine = gnu()
    machine.filesystem.write_file("/w/f", b"0\n0\n0\n" + ORIGINAL.encode())
    ran = machine.run("patch -p1", stdin=CHANGE.encode())
    assert ran.status == 0
    assert ran.out == "patching file f\nHunk #1 succeeded at 5 (offset 3 lines).\n"


def test_gnu_writes_what_it_rejects():
    machine = gnu()
    machine.filesystem.write_file("/w/f", b"a\nb\nc\n")
    ran = machine.run("patch -p1", stdin=CHANGE.encode())
    assert ran.status == 1
    assert "1 out of 1 hunk FAILED -- saving rejects to file f.rej" in ran.out
    assert "+three" in machine.text("/w/f.rej")


NUMBERS = "".join(f"{number}\n" for number in range(1, 13))
CHANGED = {
    "a line": NUMBERS.replace("3\n", "three\n", 1),
    "its end": NUMBERS + "new\n",
    "its beginning": "0\n" + NUMBERS,
    "a line less": NUMBERS.replace("5\n", "", 1),
    "lines more": NUMBERS.replace("6\n", "6\n6a\n6b\n", 1),
    "two places": NUMBERS.replace("2\n", "zwei\n", 1).replace("11\n", "x\ny\n", 1),
    "no newline at its end": NUMBERS.removesuffix("\n"),
    "everything": "a\nb\n",
}


@pytest.mark.parametrize("form", ["-u", "-U0", "-c", "-C1", "--normal"])
@pytest.mark.parametrize("what", CHANGED)
def test_every_form_of_a_difference_is_taken_and_taken_back(form, what):
    machine = gnu()
    machine.filesystem.write_file("/w/f", NUMBERS.encode())
    machine.filesystem.write_file("/w/g", CHANGED[what].encode())
    difference = machine.run(f"diff {form} f g").out.encode()
    assert machine.run("patch f", stdin=difference).out == "patching file f\n"
    assert machine.text("/w/f") == CHANGED[what]
    assert machine.run("patch -R f", stdin=difference).status == 0
    assert machine.text("/w/f") == NUMBERS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("--- f\n+++ f\n@@ -1,5 +1,5 @@\n 1\n", "unexpected end of file in patch"),
        ("--- f\n+++ f\n@@ -1,3 +1,3 @@\n 1\nx\n", "malformed patch"),
        ("*** f\n--- f\n***************\nx\n", "malformed patch"),
        ("*** f\n--- f\n***************\n*** 1,2 ****\n  1\nx\n", "malformed patch"),
        ("no patch at all\n", "Only garbage was found in the patch input."),
    ],
)
def test_what_is_no_patch(change, message):
    machine = gnu()
    machine.filesystem.write_file("/w/f", ORIGINAL.encode())
    ran = machine.run("patch -p0", stdin=change.encode())
    assert (ran.status, machine.text("/w/f")) == (2, ORIGINAL)
    assert message in ran.err
