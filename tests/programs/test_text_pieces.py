"""split and csplit: which files a file becomes, as GNU's programs make them."""

import pytest
from programs_machine import busybox, gnu

SEVEN = b"1\n2\n3\n4\n5\n6\n7\n"


def pieces(command, machine=None, data=SEVEN):
    """(the result, the new files' lines, joined by commas)."""
    machine = machine or gnu()
    machine.filesystem.write_file("/w/in", data)
    ran = machine.run(command)
    made = [name for name in machine.paths() if name != "in"]
    return ran, {name: machine.text(f"/w/{name}").replace("\n", ",") for name in made}


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("split -l 3 in", {"xaa": "1,2,3,", "xab": "4,5,6,", "xac": "7,"}),
        ("split -b 5 in p.", {"p.aa": "1,2,3", "p.ab": ",4,5,", "p.ac": "6,7,"}),
        ("split -b 2K in", {"xaa": "1,2,3,4,5,6,7,"}),
        ("split -C 5 in", {"xaa": "1,2,", "xab": "3,4,", "xac": "5,6,", "xad": "7,"}),
        ("split -n 3 in", {"xaa": "1,2,", "xab": "3,4,", "xac": "5,6,7,"}),
        ("split -n l/3 in", {"xaa": "1,2,", "xab": "3,4,", "xac": "5,6,7,"}),
        ("split -n r/3 in", {"xaa": "1,4,7,", "xab": "2,5,", "xac": "3,6,"}),
        ("split -d -l 4 in", {"x00": "1,2,3,4,", "x01": "5,6,7,"}),
        ("split --numeric-suffixes=8 -l 3 in", {"x08": "1,2,3,", "x09": "4,5,6,", "x10": "7,"}),
        ("split -x -l 4 in", {"x00": "1,2,3,4,", "x01": "5,6,7,"}),
        ("split -a 3 -l 4 in", {"xaaa": "1,2,3,4,", "xaab": "5,6,7,"}),
        ("split --additional-suffix=.t -l 4 in", {"xaa.t": "1,2,3,4,", "xab.t": "5,6,7,"}),
        ("split -t 4 -l 1 in", {"xaa": "1,2,3,4", "xab": ",5,6,7,"}),
    ],
)
def test_split(command, files):
    ran, made = pieces(command)
    assert (ran.status, ran.out, ran.err, made) == (0, "", "", files)


def test_split_cuts_lines_that_are_too_long():
    assert pieces("split -C 3 in", data=b"abcdefg\nh\n")[1] == {
        "xaa": "abc", "xab": "def", "xac": "g,", "xad": "h,"
    }  # fmt: skip


def test_split_leaves_out_empty_files_when_asked():
    assert pieces("split -n 3 in", data=b"a\n")[1] == {"xaa": "", "xab": "", "xac": "a,"}
    assert pieces("split -e -n 3 in", data=b"a\n")[1] == {"xaa": "a,"}


def test_split_says_what_it_makes_and_filters_it():
    assert pieces("split --verbose -l 4 in")[0].out == "creating file 'xaa'\ncreating file 'xab'\n"
    ran, made = pieces(["split", "--filter=echo $FILE; head -n 1", "-l", "4", "in"])
    assert (ran.out, made) == ("xaa\n1\nxab\n5\n", {})


def test_suffixes_grow_and_end():
    _, made = pieces("split -b 1 in", data=b"x" * 700)
    assert [name for name in made if name >= "xyz"][:3] == ["xyz", "xzaaa", "xzaab"]
    ran, made = pieces("split -a 1 -d -b 1 in")
    assert (ran.status, ran.err, len(made)) == (1, "split: output file suffixes exhausted\n", 10)
    ran, _ = pieces("split -a 1 -b 1 in", busybox(), b"x" * 30)
    assert (ran.status, ran.err) == (1, "split: suffixes exhausted\n")


@pytest.mark.parametrize(
    ("command", "sizes", "files"),
    [
        ("csplit in 3", "4 10", {"xx00": "1,2,", "xx01": "3,4,5,6,7,"}),
        ("csplit in 3 5", "4 4 6", {"xx00": "1,2,", "xx01": "3,4,", "xx02": "5,6,7,"}),
        ("csplit in /3/", "4 10", {"xx00": "1,2,", "xx01": "3,4,5,6,7,"}),
        ("csplit in /[36]/ {*}", "4 6 4", {"xx00": "1,2,", "xx01": "3,4,5,", "xx02": "6,7,"}),
        ("csplit in %3%", "10", {"xx00": "3,4,5,6,7,"}),
        ("csplit -f q -n 3 in 4", "6 8", {"q000": "1,2,3,", "q001": "4,5,6,7,"}),
        ("csplit -s in 4", "", {"xx00": "1,2,3,", "xx01": "4,5,6,7,"}),
        ("csplit -z in 1 3", "4 10", {"xx00": "1,2,", "xx01": "3,4,5,6,7,"}),
        ("csplit in 2 {2}", "2 4 4 4", {"xx00": "1,", "xx01": "2,3,", "xx02": "4,5,", "xx03": "6,7,"}),
        ("csplit in /3/+1", "6 8", {"xx00": "1,2,3,", "xx01": "4,5,6,7,"}),
        ("csplit in /3/-1", "2 12", {"xx00": "1,", "xx01": "2,3,4,5,6,7,"}),
        ("csplit --suppress-matched in /3/", "4 8", {"xx00": "1,2,", "xx01": "4,5,6,7,"}),
        ("csplit -b %03d.t in 3", "4 10", {"xx000.t": "1,2,", "xx001.t": "3,4,5,6,7,"}),
    ],
)
def test_csplit(command, sizes, files):
    ran, made = pieces(command)
    assert (ran.status, ran.out.split(), made) == (0, sizes.split(), files)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("split nope", "split: cannot open 'nope' for reading: No such file or directory"),
        ("split -n 0 in", "split: invalid number: '0'"),
        ("split -n z/3 in", "split: invalid number of chunks: 'z/3'"),
        ("csplit nope 3", "csplit: cannot open 'nope' for reading: No such file or directory"),
        ("csplit in x", "csplit: 'x': invalid pattern"),
        ("csplit in /3/x", "csplit: '/3/x': integer expected after delimiter"),
        ("csplit in /[/", "csplit: [: invalid regular expression"),
        ("csplit in 2 {x}", "csplit: '{x}': integer required between '{' and '}'"),
        ("csplit in /3/-9", "csplit: '/3/-9': line number out of range"),
        ("csplit in 8", "csplit: '8': line number out of range\n"),
        ("csplit in 4 {*}", "csplit: '4': line number out of range on repetition 1\n"),
        ("csplit in 9", "csplit: '9': line number out of range"),
        ("csplit in /x/", "csplit: '/x/': match not found"),
    ],
)
def test_refusals_leave_nothing(command, message):
    ran, made = pieces(command)
    assert (ran.status, made) == (1, {})
    assert ran.err.startswith(message)


def test_csplit_keeps_its_files_when_asked():
    ran, made = pieces("csplit -k in /x/")
    assert (ran.status, made) == (1, {"xx00": "1,2,3,4,5,6,7,"})


def test_split_of_busybox():
    assert pieces("split nope", busybox())[0].err == "split: nope: No such file or directory\n"
    assert pieces("split -l 4 in y", busybox())[1] == {"yaa": "1,2,3,4,", "yab": "5,6,7,"}
