"""sed: commands, addresses, options, with what busybox 1.35 answers."""

import pytest
from programs_machine import busybox, gnu

MACHINE, GNU = busybox(), gnu()
LINES = "one\ntwo\nthree\nfour\nfive\n"
for _name, _content in {"a": "a1\na2\n", "b": "b1\nb2\n"}.items():
    for _machine in (MACHINE, GNU):
        _machine.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text, machine=MACHINE):
    """What a command writes for a text on its standard input."""
    return machine.run(words, stdin=text.encode()).out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("2d", "one\nthree\nfour\nfive\n"),
        ("$d", "one\ntwo\nthree\nfour\n"),
        ("2,4d", "one\nfive\n"),
        ("2,$d", "one\n"),
        ("/two/d", "one\nthree\nfour\nfive\n"),
        ("/two/,/four/d", "one\nfive\n"),
        ("/two/,+1d", "one\nfour\nfive\n"),
        ("2,1d", "one\nthree\nfour\nfive\n"),
        ("4,2d", "one\ntwo\nthree\nfive\n"),
        ("2!d", "two\n"),
        ("/t/!d", "two\nthree\n"),
        ("/two/,3d", "one\nfour\nfive\n"),
        ("/five/,/x/d", "one\ntwo\nthree\nfour\n"),
        ("0,/one/d", LINES),
        ("1,/one/d", ""),
        ("/o/,/o/d", "three\n"),
        ("2,/two/d", "one\n"),
        ("/t/,/r/s/^/> /", "one\n> two\n> three\nfour\nfive\n"),
        ("\\,two,d", "one\nthree\nfour\nfive\n"),
        ("\\xtwoxd", "one\nthree\nfour\nfive\n"),
        ("$!d", "five\n"),
        ("$!{$!d}", "five\n"),
        ("/one/,2{/two/d}", "one\nthree\nfour\nfive\n"),
        ("2,4!d", "two\nthree\nfour\n"),
        ("/^$/d", LINES),
        ("/t\\|f/d", "one\n"),
        ("/^.\\{3\\}$/d", "three\nfour\nfive\n"),
    ],
)
def test_addresses(script, out):
    """Numbers, patterns, ranges, steps, and what is not matched."""
    assert run(["sed", script], LINES) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("2i x", "one\nx\ntwo\nthree\nfour\nfive\n"),
        ("2a x", "one\ntwo\nx\nthree\nfour\nfive\n"),
        ("2c x", "one\nx\nthree\nfour\nfive\n"),
        ("2i\\\nx\\\ny", "one\nx\ny\ntwo\nthree\nfour\nfive\n"),
        ("2a\\\n  x", "one\ntwo\n  x\nthree\nfour\nfive\n"),
        ("2a\\  x", "one\ntwo\n  x\nthree\nfour\nfive\n"),
        ("$a end", "one\ntwo\nthree\nfour\nfive\nend\n"),
        ("1i\\  top", "  top\none\ntwo\nthree\nfour\nfive\n"),
        ("2,3c x", "one\nx\nfour\nfive\n"),
        ("/two/,/three/c\\\nz", "one\nz\nfour\nfive\n"),
        ("$!N;s/\\n/-/", "one-two\nthree-four\nfive\n"),
        ("N;P;D", LINES),
        ("$!N;P;D", LINES),
        ("1!G;h;$!d", "five\nfour\nthree\ntwo\none\n"),
        ("G", "one\n\ntwo\n\nthree\n\nfour\n\nfive\n\n"),
        ("x", "\none\ntwo\nthree\nfour\n"),
        ("x;$G", "\none\ntwo\nthree\nfour\nfive\n"),
        ("1h;2,3H;$G", "one\ntwo\nthree\nfour\nfive\none\ntwo\nthree\n"),
        ("H;$!d;x;s/\\n/,/g", ",one,two,three,four,five\n"),
        ("/two/{h;d};/five/G", "one\nthree\nfour\nfive\ntwo\n"),
        ("y/one/123/", "123\ntw1\nthr33\nf1ur\nfiv3\n"),
        ("y/a-e/xyz/", "onz\ntwo\nthrzz\nfour\nfivz\n"),
        ("y/\\n\\/o/ab0/", "0ne\ntw0\nthree\nf0ur\nfive\n"),
        ("=", "1\none\n2\ntwo\n3\nthree\n4\nfour\n5\nfive\n"),
        ("$=", "one\ntwo\nthree\nfour\n5\nfive\n"),
        ("2q", "one\ntwo\n"),
        ("2q;d", "two\n"),
        ("n;d", "one\nthree\nfive\n"),
        ("$!n;s/^/>/", "one\n>two\nthree\n>four\n>five\n"),
        ("/two/{n;s/$/!/}", "one\ntwo\nthree!\nfour\nfive\n"),
        ("2{p;p}", "one\ntwo\ntwo\ntwo\nthree\nfour\nfive\n"),
        ("p;d", LINES),
        ("l", LINES),
        ("s/o/\\x01\\t/;l;d", ""),
        ("2r a", "one\ntwo\na1\na2\nthree\nfour\nfive\n"),
        ("$r a", "one\ntwo\nthree\nfour\nfive\na1\na2\n"),
        ("1r none", LINES),
        ("2w /dev/stdout", "two\none\ntwo\nthree\nfour\nfive\n"),
        ("1{N;N;s/\\n/+/g}", "one+two+three\nfour\nfive\n"),
        ("$!{h;d};H;x", "four\nfive\n"),
        ("/three/{s/.*/a\\nb/;P;D}", "one\ntwo\na\nb\nfour\nfive\n"),
    ],
)
def test_texts_and_buffers(script, out):
    """Texts, the pattern space and the hold space."""
    assert run(["sed", script], LINES) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        (":a;N;$!ba;s/\\n/ /g", "one two three four five\n"),
        (":a;s/^.\\{1,6\\}$/ &/;ta", "    one\n    two\n  three\n   four\n   five\n"),
        ("/two/b;s/^/-/", "-one\ntwo\n-three\n-four\n-five\n"),
        ("/two/bx;s/^/-/;:x;s/$/+/", "-one+\ntwo+\n-three+\n-four+\n-five+\n"),
        ("s/o/0/;t;s/$/!/", "0ne\ntw0\nthree!\nf0ur\nfive!\n"),
        ("s/o/0/;tx;s/$/!/;:x", "0ne\ntw0\nthree!\nf0ur\nfive!\n"),
        ("s/o/0/;T;s/$/!/", "0ne!\ntw0!\nthree\nf0ur!\nfive\n"),
        ("# comment\n2d", "one\nthree\nfour\nfive\n"),
        ("2d # comment", "one\nthree\nfour\nfive\n"),
        ("1{\n# c\nd\n}\n2d", "three\nfour\nfive\n"),
        ("{p;d}", LINES),
        ("2{s/t/T/;s/w/W/;}", "one\nTWo\nthree\nfour\nfive\n"),
        (":a\ns/e/E/\nta", "onE\ntwo\nthrEE\nfour\nfivE\n"),
        ("/t/{/w/d;/r/{s/r/R/}}", "one\nthRee\nfour\nfive\n"),
        (";;2d;;", "one\nthree\nfour\nfive\n"),
        ("2 d", "one\nthree\nfour\nfive\n"),
        ("2,3 ! d", "two\nthree\n"),
        ("/one/ s/o/0/", "0ne\ntwo\nthree\nfour\nfive\n"),
        ("1{2d};3d", "one\ntwo\nfour\nfive\n"),
        ("$!{N;D}", "five\n"),
        ("s/o/x/w /dev/stdout", "xne\ntwx\nfxur\nxne\ntwx\nthree\nfxur\nfive\n"),
        ("/two/,/four/{/two/n;/four/!d}", "one\ntwo\nfour\nfive\n"),
    ],
)
def test_flow(script, out):
    """Labels, branches, groups and comments."""
    assert run(["sed", script], LINES) == out
