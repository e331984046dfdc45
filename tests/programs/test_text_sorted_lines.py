"""sort, uniq, and what GNU adds to them, with comm and join: what busybox 1.35 and GNU answer."""

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


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sort", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "\n-3\n10\n1e3\n2.5\n9\n9\nx\n"),
        ("sort -n", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "-3\n\nx\n2.5\n9\n9\n10\n1e3\n"),
        ("sort -rn", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "1e3\n10\n9\n9\n2.5\nx\n\n-3\n"),
        ("sort -u", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "\n-3\n10\n1e3\n2.5\n9\nx\n"),
        ("sort -nu", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "-3\n\n2.5\n9\n10\n1e3\n"),
        ("sort -g", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "\nx\n-3\n2.5\n9\n9\n10\n1e3\n"),
        ("sort -k2", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\na 10 y\nc 3 a\nb 3 x\n"),
        ("sort -k2n", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\nb 3 x\nc 3 a\na 10 y\n"),
        ("sort -k2,2n -k3", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\nc 3 a\nb 3 x\na 10 y\n"),
        ("sort -k 2,2n -k1,1r", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\nc 3 a\nb 3 x\na 10 y\n"),
        ("sort -f", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "a 10 y\nB 1 z\nb 3 x\nc 3 a\n"),
        ("sort -fu", "a\nA\nb\n", "A\nb\n"),
        ("sort -t: -k2", "a:2\nb:1\n", "b:1\na:2\n"),
        ("sort -t: -k2n -k1", "a:10\nb:9\nc:9\n", "b:9\nc:9\na:10\n"),
        ("sort -k1.2", "az\nba\n", "ba\naz\n"),
        ("sort -k1.2,1.2", "abz\nbaa\ncba\n", "baa\nabz\ncba\n"),
        ("sort -b", "  b\na\n c\n", "a\n  b\n c\n"),
        ("sort -d", "b-\na!\n", "a!\nb-\n"),
        ("sort -s -k1,1", "b 2\na 2\nb 1\na 1\n", "a 2\na 1\nb 2\nb 1\n"),
        ("sort -r -k1,1", "b 2\na 2\nb 1\n", "b 2\nb 1\na 2\n"),
        ("sort -c", "a\nb\n", ""),
        ("sort -V", "1.10\n1.9\n1.2.3\nv2\n1.2-rc1\n", "1.2-rc1\n1.2.3\n1.9\n1.10\nv2\n"),
        ("sort -M", "feb\nJan\nxx\nDEC\n", "xx\nJan\nfeb\nDEC\n"),
        ("sort -z", "b\x00a\x00", "a\x00b\x00"),
        ("sort l r", "", "a\nb\nb\nc\nd\nd\n"),
        ("sort -m l r", "", "a\nb\nb\nc\nd\nd\n"),
        ("sort -u l r", "", "a\nb\nc\nd\n"),
        ("sort -r l -", "z\n", "z\nd\nb\na\n"),
        ("sort", "no newline\na", "a\nno newline\n"),
        ("sort -t , -k 2nr", "a,1\nb,2\n", "b,2\na,1\n"),
        ("sort -k3,3 -k2,2n", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "c 3 a\nb 3 x\na 10 y\nB 1 z\n"),
        ("sort -i", "b\na\n", "a\nb\n"),
    ],
)
def test_sort(script, text, out):
    """Orders, keys and options of sort."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("uniq", "a\na\nb\nA\na\n", "a\nb\nA\na\n"),
        ("uniq -c", "a\na\nb\nA\na\n", "      2 a\n      1 b\n      1 A\n      1 a\n"),
        ("uniq -d", "a\na\nb\nA\na\n", "a\n"),
        ("uniq -u", "a\na\nb\nA\na\n", "b\nA\na\n"),
        ("uniq -i", "a\na\nb\nA\na\n", "a\nb\nA\n"),
        ("uniq -ci", "a\na\nb\nA\na\n", "      2 a\n      1 b\n      2 A\n"),
        ("uniq -w1", "a\na\nb\nA\na\n", "a\nb\nA\na\n"),
        ("uniq -f1", "1 a\n2 a\n3 b\n", "1 a\n3 b\n"),
        ("uniq -s1", "xa\nya\nzb\n", "xa\nzb\n"),
        ("uniq -c", "", ""),
        ("uniq l -", "x\n", "a\nb\nd\n"),
        ("uniq -w2", "abc\nabd\nac\n", "abc\nac\n"),
        ("uniq -f 1 -s 1", "1 xa\n2 ya\n", "1 xa\n2 ya\n"),
    ],
)
def test_uniq(script, text, out):
    """What uniq keeps of neighbours."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("uniq -D", "a\na\nb\nc\nc\n", "a\na\nc\nc\n"),
        ("uniq --all-repeated=prepend", "a\na\nb\nc\nc\n", "\na\na\n\nc\nc\n"),
        ("uniq --all-repeated=separate", "a\na\nb\nc\nc\n", "a\na\n\nc\nc\n"),
        ("uniq --group", "a\na\nb\nc\nc\n", "a\na\n\nb\n\nc\nc\n"),
        ("uniq --group=append", "a\na\nb\nc\nc\n", "a\na\n\nb\n\nc\nc\n\n"),
        ("uniq --group=prepend", "a\na\nb\nc\nc\n", "\na\na\n\nb\n\nc\nc\n"),
        ("uniq --group=both", "a\na\nb\nc\nc\n", "\na\na\n\nb\n\nc\nc\n\n"),
        ("comm l r", "a\nc\n", "a\n\t\tb\n\tc\n\t\td\n"),
        ("comm -12 l r", "a\nc\n", "b\nd\n"),
        ("comm -3 l r", "a\nc\n", "a\n\tc\n"),
        ("comm -23 l r", "a\nc\n", "a\n"),
        ("comm -13 l r", "a\nc\n", "c\n"),
        ("comm -1 l r", "a\nc\n", "\tb\nc\n\td\n"),
        ("comm - r", "a\nc\n", "a\n\tb\n\t\tc\n\td\n"),
        ("join j1 j2", "a\nc\n", "1 one eins\n3 three drei\n"),
        ("join -a1 j1 j2", "a\nc\n", "1 one eins\n2 two\n3 three drei\n"),
        ("join -a2 j1 j2", "a\nc\n", "1 one eins\n3 three drei\n4 vier\n"),
        ("join -v1 j1 j2", "a\nc\n", "2 two\n"),
        ("join -v2 j1 j2", "a\nc\n", "4 vier\n"),
        ("join -a1 -a2 -e - -o 0,1.2,2.2 j1 j2", "a\nc\n", "1 one eins\n2 two -\n3 three drei\n4 - vier\n"),
        ("join -o 1.2,2.2 j1 j2", "a\nc\n", "one eins\nthree drei\n"),
        ("join -t ' ' -1 1 -2 1 j1 j2", "a\nc\n", "1 one eins\n3 three drei\n"),
        ("join -o auto -a1 -e X j1 j2", "a\nc\n", "1 one eins\n2 two X\n3 three drei\n"),
        ("join -i l r", "a\nc\n", "b\nd\n"),
        ("join l r", "a\nc\n", "b\nd\n"),
        ("comm --output-delimiter=: l r", "a\nc\n", "a\n::b\n:c\n::d\n"),
        ("comm --total l r", "a\nc\n", "a\n\t\tb\n\tc\n\t\td\n1\t1\t2\ttotal\n"),
        ("paste -z l", "a\nc\n", "a\nb\nd\n\x00"),
        ("cut --complement -c1 l", "a\nc\n", "\n\n\n"),
        ("cut -d: --output-delimiter=/ -f1,2 -", "a\nc\n", "a\nc\n"),
        ("cut -c1 --output-delimiter=x l", "a\nc\n", "a\nb\nd\n"),
        ("uniq --all-repeated=separate -", "a\nc\n", ""),
        ("uniq -D -", "a\nc\n", ""),
        ("uniq --group -", "a\nc\n", "a\n\nc\n"),
        ("sort --parallel=2 -k1,1 l", "a\nc\n", "a\nb\nd\n"),
        ("sort --version-sort -", "a\nc\n", "a\nc\n"),
        ("tr -t abc x", "a\nc\n", "x\nc\n"),
        ("tr '[a*3]' x", "a\nc\n", "x\nc\n"),
        ("tr abc '[x*]'", "a\nc\n", "x\nx\n"),
        ("tr -C a x", "a\nc\n", "axxx"),
        ("sort -c l", "a\nc\n", ""),
        ("sort -o out l", "a\nc\n", ""),
        ("sort -h", "2K\n1M\n3\n1G\n-1K\n", "-1K\n3\n2K\n1M\n1G\n"),
        ("sort -V", "1.10\n1.9\n1.2.3\nv2\n1.2-rc1\n", "1.2-rc1\n1.2.3\n1.9\n1.10\nv2\n"),
        ("sort -M", "feb\nJan\nxx\nDEC\n", "xx\nJan\nfeb\nDEC\n"),
        ("sort -k2,2n -k1,1r", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\nc 3 a\nb 3 x\na 10 y\n"),
        ("sort -k2.1b,2.1b", "b 3 x\na 10 y\nc 3 a\nB 1 z\n", "B 1 z\na 10 y\nb 3 x\nc 3 a\n"),
        ("sort -t. -k1,1n -k2,2n", "1.10\n1.9\n1.2.3\nv2\n1.2-rc1\n", "v2\n1.2-rc1\n1.2.3\n1.9\n1.10\n"),
        ("sort -g", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "\nx\n-3\n2.5\n9\n9\n10\n1e3\n"),
        ("sort -nu", "10\n9\n-3\n2.5\n\n9\nx\n1e3\n", "-3\n\n1e3\n2.5\n9\n10\n"),
        ("sort -fu", "a\nA\nb\n", "a\nb\n"),
        ("uniq -c", "a\na\nb\n", "      2 a\n      1 b\n"),
        ("uniq -D", "a\na\nb\n", "a\na\n"),
        ("uniq --group=both", "a\na\nb\n", "\na\na\n\nb\n\n"),
        ("uniq -z", "a\x00a\x00", "a\x00"),
        ("cut -d: -f3,1", "a:b:c\n", "a:c\n"),
        ("cut -c1-2", "éa\n", "é\n"),
    ],
)
def test_gnu_programs(script, text, out):
    """What GNU adds, and join."""
    assert run(shlex.split(script), text, GNU) == out


@pytest.mark.parametrize(
    ("script", "text", "status"),
    [
        ("sort -c", "b\na\n", 1),
        ("sort -c l", "b\na\n", 0),
        ("sort none", "b\na\n", 2),
        ("sort -k0", "b\na\n", 2),
        ("sort -o out", "b\na\n", 0),
        ("uniq none", "b\na\n", 1),
        ("cut", "b\na\n", 1),
        ("cut -f0", "b\na\n", 0),
        ("cut -f1 -c1", "b\na\n", 1),
        ("tr", "b\na\n", 1),
        ("tr a", "b\na\n", 0),
        ("tr -d", "b\na\n", 1),
        ("paste none", "b\na\n", 1),
        ("sort -t ab", "b\na\n", 2),
        ("cut -d ab -f1", "b\na\n", 0),
        ("sort --none", "b\na\n", 2),
        ("cut -d: l", "b\na\n", 1),
        ("tr 'z-a' x", "b\na\n", 0),
    ],
)
def test_ends_status(script, text, status):
    """How they end."""
    assert status_of(shlex.split(script), text) == status
