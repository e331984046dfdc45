"""Smaller programs for texts: fold, nl, expand, split, column, strings, cmp, iconv, envsubst, shuf."""

import shlex

import pytest
from programs_machine import busybox, gnu

MACHINE, GNU = busybox(), gnu()
FILES = {"l": "a\nb\nd\n", "r": "a\nc\nd\n", "s": "a\nb\n", "same": "a\nb\nd\n", "w": "a  b\nB\nD\n"}
for _name, _content in FILES.items():
    for _machine in (MACHINE, GNU):
        _machine.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text, machine=MACHINE):
    """What a command writes for a text on its standard input."""
    return machine.run(words, stdin=text.encode()).out


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("fold -w 4", "abcdefghij\n", "abcd\nefgh\nij\n"),
        ("fold -sw 6", "one two three\n", "one \ntwo \nthree\n"),
        ("fold -w 3", "a\tb\n", "a\n\t\nb\n"),
        ("fold -bw 3", "abcdé\n", "abc\ndé\n"),
        ("nl", "a\n\nb\n", "     1\ta\n       \n     2\tb\n"),
        ("nl -ba", "a\n\nb\n", "     1\ta\n     2\t\n     3\tb\n"),
        ("nl -w2 -s:", "a\nb\n", " 1:a\n 2:b\n"),
        ("nl -v5 -i2", "a\nb\n", "     5\ta\n     7\tb\n"),
        ("nl -bn", "a\n", "       a\n"),
        ("rev", "abc\n\nxy", "cba\n\nyx"),
        ("tac", "a\nb\nc", "cb\na\n"),
        ("tac l s", "", "d\nb\na\nb\na\n"),
        ("expand", "a\tb\n\tc\n", "a       b\n        c\n"),
        ("expand -t4", "a\tb\n", "a   b\n"),
        ("expand -i", "\ta\tb\n", "        a\tb\n"),
        ("unexpand", "        a       b\n", "\ta       b\n"),
        ("unexpand -a", "a               b\n", "a\t\tb\n"),
        ("strings", "ab\x01abcd\x02\x03longer text\n", "abcd\nlonger text\n"),
        ("strings -n 2", "ab\x01c\x02de\n", "ab\nde\n"),
        ("head -n 2 l", "", "a\nb\n"),
        ("head -c 3", "abcdef", "abc"),
        ("tail -n 1 l", "", "d\n"),
        ("tail -n +2 l", "", "b\nd\n"),
        ("tail -c 2", "abc\n", "c\n"),
        ("wc", "a b\nc\n", "        2         3         6\n"),
        ("wc -l l s", "", "        3 l\n        2 s\n        5 total\n"),
        ("wc -c", "é", "2\n"),
        ("wc -w", " a  b\tc ", "3\n"),
        ("cat -n l", "", "     1\ta\n     2\tb\n     3\td\n"),
        ("cat -A", "a\tb\n\x01", "a^Ib$\n^A"),
        ("cmp l r", "", "l r differ: char 3, line 2\n"),
        ("cmp l same", "", ""),
        ("cmp -s l r", "", ""),
        ("cmp -l l r", "", "3 142 143\n"),
        ("cmp l s", "", ""),
        ("seq 3", "", "1\n2\n3\n"),
        ("seq 2 2 6", "", "2\n4\n6\n"),
        ("seq -s, 3", "", "1,2,3\n"),
        ("seq -w 8 10", "", "08\n09\n10\n"),
        ("shuf -n0 l", "", ""),
        ("od -An -tx1", "ab\n", " 61 62 0a\n"),
        ("od -c", "a\n", "0000000   a  \\n\n0000002\n"),
        (
            "hexdump -C",
            "abc",
            "00000000  61 62 63                                          |abc|\n00000003\n",
        ),
        ("xxd", "abc", "00000000: 6162 63                                  abc\n"),
        ("base64", "hello", "aGVsbG8=\n"),
        ("base64 -d", "aGVsbG8=", "hello"),
        ("md5sum", "a", "0cc175b9c0f1b6a831c399e269772661  -\n"),
    ],
)
def test_small_programs(script, text, out):
    """Each program by itself."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("diff l r", "--- l\n+++ r\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"),
        ("diff -u l r", "--- l\n+++ r\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"),
        ("diff l same", ""),
        ("diff -q l r", "Files l and r differ\n"),
        ("diff -s l same", "Files l and same are identical\n"),
        ("diff l s", "--- l\n+++ s\n@@ -1,3 +1,2 @@\n a\n b\n-d\n"),
        ("diff s l", "--- s\n+++ l\n@@ -1,2 +1,3 @@\n a\n b\n+d\n"),
        ("diff -u s l", "--- s\n+++ l\n@@ -1,2 +1,3 @@\n a\n b\n+d\n"),
        ("diff -U0 l r", "--- l\n+++ r\n@@ -2 +2 @@\n-b\n+c\n"),
        ("diff -i w l", "--- w\n+++ l\n@@ -1,3 +1,3 @@\n-a  b\n+a\n B\n D\n"),
        ("diff -b w l", "--- w\n+++ l\n@@ -1,3 +1,3 @@\n-a  b\n-B\n-D\n+a\n+b\n+d\n"),
        ("diff -w w l", "--- w\n+++ l\n@@ -1,3 +1,3 @@\n-a  b\n-B\n-D\n+a\n+b\n+d\n"),
        ("diff -B w l", "--- w\n+++ l\n@@ -1,3 +1,3 @@\n-a  b\n-B\n-D\n+a\n+b\n+d\n"),
        ("diff - l", "--- -\n+++ l\n@@ -1,2 +1,3 @@\n a\n b\n+d\n"),
        ("diff -u - l", "--- -\n+++ l\n@@ -1,2 +1,3 @@\n a\n b\n+d\n"),
        ("diff -a l r", "--- l\n+++ r\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"),
        ("diff -u -L one -L two l r", "--- one\n+++ two\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"),
    ],
)
def test_comparisons(script, out):
    """diff of busybox."""
    assert run(shlex.split(script), "a\nb\n") == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("diff l r", "2c2\n< b\n---\n> c\n"),
        ("diff -y -W 20 l r", "a\ta\nb     |\tc\nd\td\n"),
        ("diff -e l r", "2c\nc\n.\n"),
        ("diff -n l r", "d2 1\na2 1\nc\n"),
        ("diff --brief l r", "Files l and r differ\n"),
        ("diff -s l same", "Files l and same are identical\n"),
        ("diff --normal l s", "3d2\n< d\n"),
        ("diff -w w l", "1,3c1,3\n< a  b\n< B\n< D\n---\n> a\n> b\n> d\n"),
        ("diff -i w l", "1c1\n< a  b\n---\n> a\n"),
        ("diff --label A --label B -u l r", "--- A\n+++ B\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n"),
        ("diff --color=never l r", "2c2\n< b\n---\n> c\n"),
        ("cmp -n1 l r", ""),
        ("cmp -l l r", "3 142 143\n"),
        ("cmp l s", ""),
    ],
)
def test_gnu_comparisons(script, out):
    """diff and cmp of GNU."""
    assert run(shlex.split(script), "", GNU) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("iconv -f latin1 -t utf-8", "abc", "abc"),
        ("iconv -f utf-8 -t latin1//TRANSLIT", "abc", "abc"),
        ("iconv -f utf-8 -t utf-16le", "a", "a\x00"),
        ("envsubst", "$HOME ${HOME}x $NOPE|\n", "/root /rootx |\n"),
        ("envsubst '$HOME'", "$HOME $PATH\n", "/root $PATH\n"),
        ("envsubst -v '$A ${B} c'", "", "A\nB\n"),
        ("column -t", "a bb\nccc d\n", "a    bb\nccc  d\n"),
        ("column -t -s:", "a:bb\nccc:d\n", "a    bb\nccc  d\n"),
        ("fold -s -w 5", "ab cd ef\n", "ab \ncd ef\n"),
        ("nl -nrz -w3 -ba", "a\n", "001\ta\n"),
        ("nl -nln", "a\n", "1     \ta\n"),
        ("split -l 1 l", "", ""),
        ("shuf -n1 -e x", "", "x\n"),
        ("shuf -i 3-3", "", "3\n"),
        ("tac -s ,", "a,b,c,", "c,b,a,"),
        ("expand -t 2,6", "a\tb\tc\n", "a b   c\n"),
        ("unexpand -t4", "        a\n", "\t\ta\n"),
        ("tsort", "a b\nb c\n", "a\nb\nc\n"),
        ("paste -sd+", "1\n2\n", "1+2\n"),
        ("head -n -1 l", "", "a\nb\n"),
        ("tail -n2 l s", "", "==> l <==\nb\nd\n\n==> s <==\na\nb\n"),
        ("wc -L", "abc\nde\n", "3\n"),
        ("seq -f %03g 2", "", "001\n002\n"),
        ("od -An -tx1 -w2", "abcd", " 61 62\n 63 64\n"),
        ("base32", "hi", "NBUQ====\n"),
    ],
)
def test_gnu_programs(script, text, out):
    """What GNU's programs and gettext's do."""
    assert run(shlex.split(script), text, GNU) == out


@pytest.mark.parametrize(
    ("script", "text", "status"),
    [
        ("diff l r", "a\n", 1),
        ("diff l same", "a\n", 0),
        ("diff l none", "a\n", 2),
        ("diff", "a\n", 1),
        ("cmp l r", "a\n", 1),
        ("cmp l same", "a\n", 0),
        ("cmp l none", "a\n", 2),
        ("cmp -s l none", "a\n", 2),
        ("cmp", "a\n", 1),
        ("fold -w 0", "a\n", 1),
        ("tac none", "a\n", 1),
        ("rev none", "a\n", 1),
        ("nl none", "a\n", 1),
        ("expand -t x", "a\n", 1),
        ("shuf none", "a\n", 1),
        ("strings none", "a\n", 1),
        ("diff -q l r", "a\n", 1),
        ("diff -s l same", "a\n", 0),
        ("tail -n x", "a\n", 1),
        ("head -n x", "a\n", 1),
    ],
)
def test_ends_status(script, text, status):
    """How they end."""
    assert status_of(shlex.split(script), text) == status


def test_iconv_leaves_out_what_it_can_not_convert():
    """glibc's //IGNORE fails after that, -c does not."""
    given = "aéb".encode()
    ignored = GNU.run("iconv -f utf8 -t ascii//IGNORE", stdin=given)
    assert (ignored.status, ignored.out) == (1, "ab")
    assert ignored.err == "iconv: illegal input sequence at position 4\n"
    left_out = GNU.run("iconv -c -f utf8 -t ascii", stdin=given)
    assert (left_out.status, left_out.out, left_out.err) == (0, "ab", "")
    assert GNU.run("iconv -f utf8 -t ascii//IGNORE", stdin=b"ab").status == 0
