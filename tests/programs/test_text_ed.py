"""ed: a line editor that reads its commands."""

import pytest
from programs_machine import busybox, gnu

TEXT = b"one\ntwo\nthree\n"


def edited(machine, commands, *options):
    machine.filesystem.write_file("/w/f", TEXT)
    ran = machine.run(["ed", *options, "f"], stdin=commands.encode())
    return ran.out, machine.text("/w/f")


@pytest.mark.parametrize(
    ("commands", "out", "text"),
    [
        ("1d\nw\nq\n", "14\n10\n", "two\nthree\n"),
        ("$a\nfour\n.\nw\nq\n", "14\n19\n", "one\ntwo\nthree\nfour\n"),
        ("2i\nx\n.\nw\nq\n", "14\n16\n", "one\nx\ntwo\nthree\n"),
        ("2,3c\nx\n.\nw\nq\n", "14\n6\n", "one\nx\n"),
        (",s/o/0/g\nw\nq\n", "14\n14\n", "0ne\ntw0\nthree\n"),
        ("2s/two/2/p\nw\nq\n", "14\n2\n12\n", "one\n2\nthree\n"),
        ("1,2p\n$=\n.p\nq\n", "14\none\ntwo\n3\ntwo\n", TEXT.decode()),
        ("1\n\n+1p\n-1p\nq\n", "14\none\ntwo\nthree\ntwo\n", TEXT.decode()),
        ("1kx\n'xp\n/tw/p\nq\n", "14\none\ntwo\n", TEXT.decode()),
        ("f\nf g\nf\nq\n", "14\nf\ng\ng\n", TEXT.decode()),
        ("2,3w g\nr g\n,p\nQ\n", "14\n10\n10\none\ntwo\nthree\ntwo\nthree\n", TEXT.decode()),
        ("1d\nq\nq\n", "14\n?\n", TEXT.decode()),
    ],
)
def test_commands(commands, out, text):
    assert edited(busybox(), commands) == (out, text)


def test_refusals_do_not_end_it():
    assert edited(busybox(), "9p\ns/zz/x/\nzz\n1p\nq\n", "-s")[0] == "?\n?\n?\none\n"


def test_gnu_reads_regular_expressions():
    assert edited(gnu(), ",s/[eo]*$/<&>/\nw\nq\n", "-s") == ("", "on<e>\ntw<o>\nthr<ee>\n")
    assert edited(gnu(), "9p\nq\n", "-s")[0] == "?\n"
