"""ed: a line editor that reads its commands."""

import pytest
from programs_machine import busybox, gnu

TEXT = b"one\ntwo\nthree\n"
SAME = TEXT.decode()


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


@pytest.mark.parametrize(
    ("commands", "out", "text", "status"),
    [
        ("2m\n,p\nQ\n", "one\nthree\ntwo\n", SAME, 0),
        ("g/o/i\\\nnew\\\n.\n,p\nQ\n", "new\none\nnew\ntwo\nthree\n", SAME, 0),
        ("g/one/c\\\nx\\\ny\n,p\nQ\n", "x\ny\ntwo\nthree\n", SAME, 0),
        ("2n\nQ\n", "2\ttwo\n", SAME, 0),
        ("1,3l\nQ\n", "one$\ntwo$\nthree$\n", SAME, 0),
        ("1s/one/a\\tb/\n1l\nQ\n", "atb$\n", SAME, 0),
        ("1z2\nQ\n", "one\ntwo\n", SAME, 0),
        ("z\nQ\n", "?\n", SAME, 1),
        ("z1n\nQ\n", "?\n", SAME, 1),
        ("=\n2=\nQ\n", "3\n2\n", SAME, 0),
        ("1,2j\np\nwq\n", "onetwo\n", "onetwo\nthree\n", 0),
        ("1,3jn\nQ\n", "1\tonetwothree\n", SAME, 0),
        ("1m$\n,p\nQ\n", "two\nthree\none\n", SAME, 0),
        ("3m0\n,n\nQ\n", "1\tthree\n2\tone\n3\ttwo\n", SAME, 0),
        ("1,2m1\nQ\n", "?\n", SAME, 1),
        ("1,2m3p\nQ\n", "two\n", SAME, 0),
        ("1t.\n,p\nQ\n", "one\ntwo\nthree\none\n", SAME, 0),
        ("1,2t0\n,p\nQ\n", "one\ntwo\none\ntwo\nthree\n", SAME, 0),
        ("2t$n\nQ\n", "4\ttwo\n", SAME, 0),
        ("1t\nQ\n", "", SAME, 0),
        ("2ka\n'ap\nQ\n", "two\n", SAME, 0),
        ("2kA\nQ\n", "?\n", SAME, 1),
        ("0ka\nQ\n", "?\n", SAME, 1),
        ("1d\nu\n,p\nQ\n", "one\ntwo\nthree\n", SAME, 0),
        ("u\nQ\n", "?\n", SAME, 1),
        ("1d\nu\nu\n,p\nQ\n", "two\nthree\n", SAME, 0),
        ("g/o/p\nQ\n", "one\ntwo\n", SAME, 0),
        ("v/o/p\nQ\n", "three\n", SAME, 0),
        ("g/o/s/o/0/\n,p\nQ\n", "0ne\ntw0\nthree\n", SAME, 0),
        ("g/t/d\n,p\nwq\n", "one\n", "one\n", 0),
        ("g/e/s/e/E/\\\np\nQ\n", "onE\nthrEe\n", SAME, 0),
        ("g/o/a\\\nnew\n,p\nQ\n", "one\nnew\ntwo\nnew\nthree\n", SAME, 0),
        ("g/two/m0\n,p\nQ\n", "two\none\nthree\n", SAME, 0),
        ("g/./t.\n,p\nQ\n", "one\none\ntwo\ntwo\nthree\nthree\n", SAME, 0),
        (",s/e/E/2\n,p\nQ\n", "one\ntwo\nthreE\n", SAME, 0),
        ("2s/two/a\\\nb/\n,p\nQ\n", "one\na\nb\nthree\n", SAME, 0),
        ("s/three/x/n\nQ\n", "3\tx\n", SAME, 0),
        ("1s/o/0/l\nQ\n", "0ne$\n", SAME, 0),
        ("1s/one/&&/\np\nQ\n", "oneone\n", SAME, 0),
        ("1s/\\(o\\)\\(n\\)/\\2\\1/\np\nQ\n", "noe\n", SAME, 0),
        ("1s/one/x/\n2s//%/\nQ\n", "?\n", SAME, 1),
        ("1s/o/%%/\n2s/o/%/\np\nQ\n", "tw%%\n", SAME, 0),
        ("1s/o/x\np\nQ\n", "xne\nxne\n", SAME, 0),
        ("1sx\nQ\n", "?\n", SAME, 1),
        ("1s one two \nQ\n", "?\n", SAME, 1),
        ("1s/o/0/q\nQ\n", "?\n", SAME, 1),
        ("1s/zz/x/\nh\nQ\n", "?\nNo match\n", SAME, 1),
        ("h\nQ\n", "", SAME, 0),
        ("P\np\nQ\n", "*three\n*", SAME, 0),
        ("1px\nQ\n", "?\n", SAME, 1),
        ("2,1p\nQ\n", "?\n", SAME, 1),
        ("/thr/p\n?one?n\nQ\n", "three\n1\tone\n", SAME, 0),
        ("//p\nQ\n", "?\n", SAME, 1),
        ("1;+1p\nQ\n", "one\ntwo\n", SAME, 0),
        (",p\n%p\n;p\nQ\n", "one\ntwo\nthree\none\ntwo\nthree\nthree\n", SAME, 0),
        ("$-1p\nQ\n", "two\n", SAME, 0),
        ("1++p\nQ\n", "three\n", SAME, 0),
        ("3--p\nQ\n", "one\n", SAME, 0),
        ("'zp\nQ\n", "?\n", SAME, 1),
        ("1,$d\n,p\nQ\n", "?\n", SAME, 1),
        ("1a\nx\n.\n2i\ny\n.\n,p\nQ\n", "one\ny\nx\ntwo\nthree\n", SAME, 0),
        ("0a\nx\n.\n,p\nQ\n", "x\none\ntwo\nthree\n", SAME, 0),
        ("0i\nx\n.\n,p\nQ\n", "x\none\ntwo\nthree\n", SAME, 0),
        ("2ap\nx\n.\nQ\n", "x\n", SAME, 0),
        ("2in\nx\n.\nQ\n", "2\tx\n", SAME, 0),
        ("2cp\nx\ny\n.\nQ\n", "y\n", SAME, 0),
        ("$c\n.\n,p\nQ\n", "one\ntwo\n", SAME, 0),
        ("2c\n.\np\nQ\n", "three\n", SAME, 0),
        ("2dp\nQ\n", "three\n", SAME, 0),
        ("e f\np\nQ\n", "three\n", SAME, 0),
        ("1d\ne f\np\nq\n", "?\ntwo\n?\n", SAME, 1),
        ("1d\ne f\ne f\n,p\nQ\n", "?\none\ntwo\nthree\n", SAME, 1),
        ("E f\nQ\n", "", SAME, 0),
        ("1d\nE f\n,p\nQ\n", "one\ntwo\nthree\n", SAME, 0),
        ("r f\n=\nQ\n", "6\n", SAME, 0),
        ("0r f\n,p\nQ\n", "one\ntwo\nthree\none\ntwo\nthree\n", SAME, 0),
        ("1w g\n2W g\nr g\n,p\nQ\n", "one\ntwo\nthree\none\ntwo\n", SAME, 0),
        ("w\nq\n", "", SAME, 0),
        ("1wq\n", "", "one\n", 0),
        ("!echo hi\nQ\n", "hi\n", SAME, 0),
        ("r !echo hi\np\nQ\n", "hi\n", SAME, 0),
        ("w !cat\nQ\n", "one\ntwo\nthree\n", SAME, 0),
        ("#x\nQ\n", "", SAME, 0),
        ("g/o/\nQ\n", "one\ntwo\n", SAME, 0),
        ("g x\nQ\n", "?\n", SAME, 1),
        ("1,2#\nQ\n", "", SAME, 0),
        ("f\nQ\n", "f\n", SAME, 0),
        ("g/\\(/p\nh\nQ\n", "?\nUnmatched ( or \\(\n", SAME, 1),
        ("g/t/s/t/T/p\nu\n,p\nQ\n", "Two\nThree\none\ntwo\nthree\n", SAME, 0),
        ("1,2s/o/0/g3\n,p\nQ\n", "?\none\ntwo\nthree\n", SAME, 1),
        ("q\n", "", SAME, 0),
        ("1d\nq\n", "?\n", SAME, 1),
        ("1d\nq\nq\n", "?\n", SAME, 1),
        ("1\n", "one\n", SAME, 0),
        ("10\nQ\n", "?\n", SAME, 1),
        ("\n\nQ\n", "?\n?\n", SAME, 1),
        ("1\n\n\n\nQ\n", "one\ntwo\nthree\n?\n", SAME, 1),
        ("2l\nn\nQ\n", "two$\n2\ttwo\n", SAME, 0),
        ("k\nQ\n", "?\n", SAME, 1),
        ("1kx\n1d\n'xp\nQ\n", "?\n", SAME, 1),
        ("1,2kb\n'bp\nQ\n", "two\n", SAME, 0),
        ("2x\nQ\n", "?\n", SAME, 1),
        ("1s/n/\\n/\n,p\nQ\n", "one\ntwo\nthree\n", SAME, 0),
        ("1s/n/\\\\/\np\nl\nQ\n", "o\\e\no\\\\e$\n", SAME, 0),
        ("1s/o/a\\/b/\np\nQ\n", "a/bne\n", SAME, 0),
        ("1s,o,/,\np\nQ\n", "/ne\n", SAME, 0),
        ("1j\n,p\nQ\n", "one\ntwo\nthree\n", SAME, 0),
        ("3j\nQ\n", "", SAME, 0),
        ("g/o/g/x/p\nQ\n", "?\n", SAME, 1),
    ],
)  # fmt: skip
def test_what_gnu_ed_does(commands, out, text, status):
    machine = gnu()
    machine.filesystem.write_file("/w/f", TEXT)
    ran = machine.run("ed -s f", stdin=commands.encode())
    assert (ran.out, machine.text("/w/f"), ran.status) == (out, text, status)
