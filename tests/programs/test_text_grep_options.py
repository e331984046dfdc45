"""grep: options and patterns, with what busybox 1.35 and GNU answer."""

import shlex

import pytest
from programs_machine import busybox, gnu

MACHINE, GNU = busybox(), gnu()
LINES = "alpha\nbeta\ngamma\nAlphabet\n\na.b\naxb\n42 foo_bar\n"
for _name, _content in {"f": "foo\nbar\n", "g": "Foo\nbaz\nfoo foo\n"}.items():
    for _machine in (MACHINE, GNU):
        _machine.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text, machine=MACHINE):
    """What a command writes for a text on its standard input."""
    return machine.run(words, stdin=text.encode()).out


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("grep a", "alpha\nbeta\ngamma\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -c a", "7\n"),
        ("grep -v a", "\n"),
        ("grep -n a", "1:alpha\n2:beta\n3:gamma\n4:Alphabet\n6:a.b\n7:axb\n8:42 foo_bar\n"),
        ("grep -i alpha", "alpha\nAlphabet\n"),
        ("grep -o 'a[a-z]'", "al\nam\nab\nax\nar\n"),
        ("grep -x a.b", "a.b\naxb\n"),
        ("grep -F a.b", "a.b\n"),
        ("grep -w foo", ""),
        ("grep -w beta", "beta\n"),
        ("grep -e beta -e gamma", "beta\ngamma\n"),
        ("grep -E 'beta|gamma'", "beta\ngamma\n"),
        ("grep -A1 -e beta -e foo", "beta\ngamma\n--\n42 foo_bar\n"),
        ("grep -A0 -e beta -e foo", "beta\n42 foo_bar\n"),
        ("grep -B1 -e alpha -e foo", "alpha\n--\naxb\n42 foo_bar\n"),
        ("grep 'beta\\|gamma'", "beta\ngamma\n"),
        ("grep -n ''", "1:alpha\n2:beta\n3:gamma\n4:Alphabet\n5:\n6:a.b\n7:axb\n8:42 foo_bar\n"),
        ("grep '^$'", "\n"),
        ("grep -m 2 a", "alpha\nbeta\n"),
        ("grep -q a", ""),
        ("grep -A1 beta", "beta\ngamma\n"),
        ("grep -B1 beta", "alpha\nbeta\n"),
        ("grep -C1 gamma", "beta\ngamma\nAlphabet\n"),
        ("grep -nA1 beta", "2:beta\n3-gamma\n"),
        ("grep -E '^.{4}$'", "beta\n"),
        ("grep '^.\\{4\\}$'", "beta\n"),
        ("grep -E '(a).*\\1'", "alpha\ngamma\n"),
        ("grep '\\(a\\)b*\\1'", ""),
        ("grep -vc a", "1\n"),
        ("grep -on a", "1:a\n1:a\n2:a\n3:a\n3:a\n4:a\n6:a\n7:a\n8:a\n"),
        ("grep -E 'o{2}'", "42 foo_bar\n"),
        ("grep -F -x beta", "beta\n"),
        ("grep -Fi ALPHA", "alpha\nAlphabet\n"),
        ("grep '[[:upper:]]'", "Alphabet\n"),
        ("grep '[[:digit:]]\\+'", "42 foo_bar\n"),
        ("grep -E '[^a-z]'", "Alphabet\na.b\n42 foo_bar\n"),
        ("grep '\\<f'", "42 foo_bar\n"),
        ("grep -E '\\bfoo'", "42 foo_bar\n"),
        ("grep 't$'", "Alphabet\n"),
        ("grep -E 'x|^$'", "\naxb\n"),
        ("grep a*b", "beta\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -E 'p(h|x)a'", "alpha\nAlphabet\n"),
        ("grep -L a", ""),
        ("grep -l a", "(standard input)\n"),
        ("grep -H beta", "(standard input):beta\n"),
        ("grep -hn beta", "2:beta\n"),
        ("grep -s a none", ""),
        ("grep -E ''", LINES),
        ("grep -vn a", "5:\n"),
        ("grep '*'", ""),
        ("grep -E 'b+e?'", "beta\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -o 'a*'", "a\na\na\na\na\na\na\na\na\n"),
        ("grep -wo 'a.b'", "a.b\naxb\n"),
        ("grep -E -o '[0-9]+|_.*'", "42\n_bar\n"),
        ("grep '[]x]'", "axb\n"),
        ("grep -v -e a -e 4", "\n"),
        ("grep -xv beta", "alpha\ngamma\nAlphabet\n\na.b\naxb\n42 foo_bar\n"),
        ("grep -ci ALPHA", "2\n"),
        ("grep -F ''", LINES),
        ("grep -w ''", "\n"),
        ("grep 'a\\.b'", "a.b\n"),
        ("grep -x -E 'beta|gam'", "beta\n"),
        ("grep -n -m1 a", "1:alpha\n"),
        ("grep -B9 beta", "alpha\nbeta\n"),
        ("grep -nC1 x", "6-a.b\n7:axb\n8-42 foo_bar\n"),
    ],
)
def test_options(script, out):
    """Options on one text."""
    assert run(shlex.split(script), LINES) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("grep foo f g", "foo in\n", "f:foo\ng:foo foo\n"),
        ("grep -A1 foo f g", "foo in\n", "f:foo\nf-bar\ng:foo foo\n"),
        ("grep -C1 foo g f", "foo in\n", "g-baz\ng:foo foo\n--\nf:foo\nf-bar\n"),
        ("grep -h foo f g", "foo in\n", "foo\nfoo foo\n"),
        ("grep -c foo f g", "foo in\n", "f:1\ng:1\n"),
        ("grep -l foo f g", "foo in\n", "f\ng\n"),
        ("grep -L foo f g", "foo in\n", ""),
        ("grep -n foo f", "foo in\n", "1:foo\n"),
        ("grep -in foo f g", "foo in\n", "f:1:foo\ng:1:Foo\ng:3:foo foo\n"),
        ("grep -o foo g", "foo in\n", "foo\nfoo\n"),
        ("grep -oi foo f g", "foo in\n", "f:foo\ng:Foo\ng:foo\ng:foo\n"),
        ("grep -H bar f", "foo in\n", "f:bar\n"),
        ("grep -v foo f g", "foo in\n", "f:bar\ng:Foo\ng:baz\n"),
        ("grep -f f g", "foo in\n", "foo foo\n"),
        ("grep -e foo -f f g", "foo in\n", "foo foo\n"),
        ("grep -w foo g", "foo in\n", "foo foo\n"),
        ("grep foo f -", "foo in\n", "f:foo\n(standard input):foo in\n"),
        ("grep -m1 -c foo f g", "foo in\n", "f:1\ng:1\n"),
        ("grep -q foo f", "foo in\n", ""),
        ("grep -ho fo. g", "foo in\n", "foo\nfoo\n"),
        ("grep -vc foo g", "foo in\n", "2\n"),
        ("grep -x -f f g", "foo in\n", ""),
        ("egrep 'foo|baz' g", "foo in\n", "baz\nfoo foo\n"),
        ("fgrep foo g", "foo in\n", "foo foo\n"),
    ],
)
def test_files(script, text, out):
    """Several files, patterns from files, and names before the lines."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("grep --color=never a", "alpha\nbeta\ngamma\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -P '\\d+'", "42 foo_bar\n"),
        ("grep -oP 'fo\\Ko'", "o\n"),
        ("grep -P '(?<=a)l'", "alpha\n"),
        ("grep --max-count=1 a", "alpha\n"),
        ("grep -bo gam", "11:gam\n"),
        ("grep --no-messages a", "alpha\nbeta\ngamma\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -P 'a(?!l)'", "alpha\nbeta\ngamma\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep -E 'a{,1}b'", "beta\nAlphabet\na.b\naxb\n42 foo_bar\n"),
        ("grep --count --invert-match a", "1\n"),
        ("grep -nH --label=name beta -", "name:2:beta\n"),
        ("grep -Z -l a", "(standard input)\x00"),
        ("grep -z beta", "alpha\nbeta\ngamma\nAlphabet\n\na.b\naxb\n42 foo_bar\n\x00"),
        ("grep --line-number --only-matching a", "1:a\n1:a\n2:a\n3:a\n3:a\n4:a\n6:a\n7:a\n8:a\n"),
        ("grep -A1 -n --group-separator=## -e beta -e foo", "2:beta\n3-gamma\n##\n8:42 foo_bar\n"),
        ("grep --no-group-separator -A0 -e beta -e foo", "beta\n42 foo_bar\n"),
        ("grep -A0 -e beta -e foo", "beta\n--\n42 foo_bar\n"),
        ("grep -1 beta", "alpha\nbeta\ngamma\n"),
        ("grep -y ALPHA", "alpha\nAlphabet\n"),
        ("grep -oP '\\w+(?=_)'", "foo\n"),
        ("grep -oP '(?i)ALPHA'", "alpha\nAlpha\n"),
        ("grep -c -P '^\\s*$'", "1\n"),
    ],
)
def test_gnu_options(script, out):
    """What only GNU grep knows, on one text."""
    assert run(shlex.split(script), LINES, GNU) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("grep -A1 foo f g", "foo in\n", "f:foo\nf-bar\n--\ng:foo foo\n"),
        ("grep -A0 foo f g -", "foo in\n", "f:foo\n--\ng:foo foo\n--\n(standard input):foo in\n"),
        ("grep -TnH foo f", "foo in\n", "f:1:\tfoo\n"),
        ("grep -TH foo f", "foo in\n", "f:\tfoo\n"),
        ("grep -c foo f g -", "foo in\n", "f:1\ng:1\n(standard input):1\n"),
        ("grep --include=f -rh foo .", "foo in\n", "foo\n"),
        ("grep -L foo f g", "foo in\n", ""),
        ("grep -lr --exclude=g -i foo .", "foo in\n", "./f\n"),
    ],
)
def test_gnu_files(script, text, out):
    """Several files as GNU grep shows them."""
    assert run(shlex.split(script), text, GNU) == out


@pytest.mark.parametrize(
    ("script", "text", "status"),
    [
        ("grep a", "a\n", 0),
        ("grep b", "a\n", 1),
        ("grep -q a", "a\n", 0),
        ("grep -q b", "a\n", 1),
        ("grep -v a", "a\n", 1),
        ("grep -c b", "a\n", 1),
        ("grep a none", "a\n", 2),
        ("grep -s a none", "a\n", 2),
        ("grep -q a - none", "a\n", 0),
        ("grep -E '('", "a\n", 2),
        ("grep '\\('", "a\n", 2),
        ("grep -E 'a{2,1}'", "a\n", 2),
        ("grep '[a'", "a\n", 2),
        ("grep", "a\n", 2),
        ("grep -l b", "a\n", 1),
        ("grep -L b", "a\n", 0),
        ("grep -L a", "a\n", 1),
        ("grep '[[:none:]]'", "a\n", 2),
        ("grep -F '('", "a\n", 1),
        ("grep -E ')'", "a\n", 1),
        ("grep -m0 a", "a\n", 0),
        ("grep -f none", "a\n", 2),
    ],
)
def test_ends_status(script, text, status):
    """How grep ends."""
    assert status_of(shlex.split(script), text) == status
