"""cut, tr and paste: what busybox 1.35 and GNU answer."""

import shlex

import pytest
from programs_machine import busybox, gnu

MACHINE, GNU = busybox(), gnu()
FILES = {
    "l": "a\nb\nd\n",
    "r": "b\nc\nd\n",
    "j1": "1 one\n2 two\n3 three\n",
    "j2": "1 eins\n3 drei\n4 vier\n",
    "t": "x\ty\nz\tw\n",
}
for _name, _content in FILES.items():
    for _machine in (MACHINE, GNU):
        _machine.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text, machine=MACHINE):
    """What a command writes for a text on its standard input."""
    return machine.run(words, stdin=text.encode()).out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("cut -d: -f2", "a:b:c:d\nno\n:x::\n", "b\nno\nx\n"),
        ("cut -d: -f2,4", "a:b:c:d\nno\n:x::\n", "b:d\nno\nx:\n"),
        ("cut -d: -f2-", "a:b:c:d\nno\n:x::\n", "b:c:d\nno\nx::\n"),
        ("cut -d: -f-2", "a:b:c:d\nno\n:x::\n", "a:b\nno\n:x\n"),
        ("cut -d: -f3,1", "a:b:c:d\nno\n:x::\n", "a:c\nno\n:\n"),
        ("cut -s -d: -f1", "a:b:c:d\nno\n:x::\n", "a\n\n"),
        ("cut -c1", "a:b:c:d\nno\n:x::\n", "a\nn\n:\n"),
        ("cut -c2-3", "a:b:c:d\nno\n:x::\n", ":b\no\nx:\n"),
        ("cut -c3-", "a:b:c:d\nno\n:x::\n", "b:c:d\n\n::\n"),
        ("cut -b1,3", "a:b:c:d\nno\n:x::\n", "ab\nn\n::\n"),
        ("cut -c-2,4", "a:b:c:d\nno\n:x::\n", "a::\nno\n:x:\n"),
        ("cut -d: -f1-2,4", "a:b:c:d\nno\n:x::\n", "a:b:d\nno\n:x:\n"),
        ("cut -f1", "a:b:c:d\nno\n:x::\n", "a:b:c:d\nno\n:x::\n"),
        ("cut -d b -f2", "a:b:c:d\nno\n:x::\n", ":c:d\nno\n:x::\n"),
        ("cut -c1-2,2-3", "a:b:c:d\nno\n:x::\n", "a:b\nno\n:x:\n"),
        ("cut -f2", "a\tb\n", "b\n"),
        ("cut -c2", "éa\n", "\udca9\n"),
        ("cut -b1-2 l -", "xyz\n", "a\nb\nd\nxy\n"),
    ],
)
def test_cut(script, text, out):
    """Fields, characters and bytes."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("tr '\\x41' z", "A1\n", "z1\n"),
        ("tr '\\]' 12", "a]\\\n", "a21\n"),
        ("tr -d '[:graph:]'", "graphs\n", "s\n"),
        ("tr a-z A-Z", "abc\n", "ABC\n"),
        ("tr -d aeiou", "education\n", "dctn\n"),
        ("tr -s a", "aabaa\n", "aba\n"),
        ("tr -s a b", "aacab\n", "bcb\n"),
        ("tr -c a-z .", "a1 b\n", "a..b."),
        ("tr -cd 0-9", "a1b2\n", "12"),
        ("tr abc x", "aabbcc\n", "xxxxxx\n"),
        ("tr '[:lower:]' '[:upper:]'", "aZ\n", "AZ\n"),
        ("tr -d '[:space:]'", "a b\tc\n", "abc"),
        ("tr '\\n' ,", "a\nb\n", "a,b,"),
        ("tr '\\t' ' '", "a\tb\n", "a b\n"),
        ("tr '\\101' x", "A\n", "x\n"),
        ("tr -s '[:alpha:]'", "aabb11\n", "ab11\n"),
        ("tr -ds a b", "aabbc\n", "bc\n"),
        ("tr 'a\\-z' xyz", "a-z\n", "z-z\n"),
        ("tr ']' x", "]\n", "x\n"),
        ("tr '[=a=]' x", "a=\n", "x=\n"),
        ("tr -dc '[:print:]'", "a\x01b\n", ""),
        ("tr ab ba", "abba\n", "baab\n"),
        ("tr a-cx 1-4", "abcx\n", "1234\n"),
        ("tr '[a-z]' '[A-Z]'", "a[b]\n", "A[B]\n"),
        ("tr -s ' \\n'", "a  b\n\n\n", "a b\n"),
        ("tr '\\\\' /", "a\\b\n", "a/b\n"),
    ],
)
def test_tr(script, text, out):
    """Sets, ranges, classes and escapes."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("paste l r", "a\tb\nb\tc\nd\td\n"),
        ("paste -d, l r", "a,b\nb,c\nd,d\n"),
        ("paste -s l", "a\tb\td\n"),
        ("paste -sd, l", "a,b,d\n"),
        ("paste -d':;' l r l", "a:b;a\nb:c;b\nd:d;d\n"),
        ("paste - l", "1\ta\n2\tb\n3\td\n"),
        ("paste - -", "1\t2\n3\t"),
        ("paste -s -d'\\n,' l", "a\nb,d\n"),
        ("paste l t", "a\tx\ty\nb\tz\tw\nd\t"),
        ("paste", "1\n2\n3\n"),
    ],
)
def test_two_files(script, out):
    """comm and paste."""
    assert run(shlex.split(script), "1\n2\n3\n") == out
