"""sed: substitutions and options, with what busybox 1.35 answers."""

import shlex

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


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("s/o/0/", "0ne\ntw0\nthree\nf0ur\nfive\n"),
        ("s/e/E/2", "one\ntwo\nthreE\nfour\nfive\n"),
        ("s/e/E/g", "onE\ntwo\nthrEE\nfour\nfivE\n"),
        ("s/e/E/2g", "onE\ntwo\nthrEE\nfour\nfivE\n"),
        ("s/E/x/Ig", "onx\ntwo\nthrxx\nfour\nfivx\n"),
        ("s/E/x/i", "onx\ntwo\nthrxe\nfour\nfivx\n"),
        ("s|o|/|", "/ne\ntw/\nthree\nf/ur\nfive\n"),
        ("s,o,\\,,", ",ne\ntw,\nthree\nf,ur\nfive\n"),
        ("s/\\(.\\)\\(.\\)/\\2\\1/", "noe\nwto\nhtree\nofur\nifve\n"),
        ("s/.*/[&]/", "[one]\n[two]\n[three]\n[four]\n[five]\n"),
        ("s/.*/[\\&]/", "[&]\n[&]\n[&]\n[&]\n[&]\n"),
        ("s/o/a\\\nb/", "a\nbne\ntwa\nb\nthree\nfa\nbur\nfive\n"),
        ("s/e*/-/g", "-o-n-\n-t-w-o-\n-t-h-r-\n-f-o-u-r-\n-f-i-v-\n"),
        ("s/$/!/", "one!\ntwo!\nthree!\nfour!\nfive!\n"),
        ("s/^/# /", "# one\n# two\n# three\n# four\n# five\n"),
        ("s/x*$/-/", "one-\ntwo-\nthree-\nfour-\nfive-\n"),
        ("s/[aeiou]/<&>/g", "<o>n<e>\ntw<o>\nthr<e><e>\nf<o><u>r\nf<i>v<e>\n"),
        ("s/t\\(w\\)\\?/T\\1/", "one\nTwo\nThree\nfour\nfive\n"),
        ("s/\\(t\\|f\\)./X/", "one\nXo\nXree\nXur\nXve\n"),
        ("s/o/\\t/", "\tne\ntw\t\nthree\nf\tur\nfive\n"),
        ("s/e\\{2\\}/EE/", "one\ntwo\nthrEE\nfour\nfive\n"),
        ("s/e\\+/E/", "onE\ntwo\nthrE\nfour\nfivE\n"),
        ("s/.\\b/Z/", "onZ\ntwZ\nthreZ\nfouZ\nfivZ\n"),
        ("s/\\bt/T/", "one\nTwo\nThree\nfour\nfive\n"),
        ("s/\\<./U/g", "UUU\nUUU\nUUUUU\nUUUU\nUUUU\n"),
        ("s/\\w/w/3", "onw\ntww\nthwee\nfowr\nfiwe\n"),
        ("s/\\(.*\\)e/\\1E/", "onE\ntwo\nthreE\nfour\nfivE\n"),
        ("s/one/&&/;s/oo*/(&)/g", "(o)ne(o)ne\ntw(o)\nthree\nf(o)ur\nfive\n"),
        ("s/\\n/x/", LINES),
        ("s/./&\\n/", "o\nne\nt\nwo\nt\nhree\nf\nour\nf\nive\n"),
        ("s/[/]/x/;s/e/\\//", "on/\ntwo\nthr/e\nfour\nfiv/\n"),
        ("s/two/2/p", "one\n2\n2\nthree\nfour\nfive\n"),
        ("/two/s//2/", "one\n2\nthree\nfour\nfive\n"),
        ("/t/{s//T/;s//X/}", "one\nTwo\nThree\nfour\nfive\n"),
        ("s/[^t]*$//", "\nt\nt\n\n\n"),
        ("s/a\\|e\\|o/_/g", "_n_\ntw_\nthr__\nf_ur\nfiv_\n"),
        ("s_o_\\__", "_ne\ntw_\nthree\nf_ur\nfive\n"),
        ("s/[]n]/x/", "oxe\ntwo\nthree\nfour\nfive\n"),
        ("s/[^]n]/x/g", "xnx\nxxx\nxxxxx\nxxxx\nxxxx\n"),
        ("s/\\./x/;s/e./E/", "one\ntwo\nthrE\nfour\nfive\n"),
        ("s/\\(a\\)\\?e/[\\1]/", "on[]\ntwo\nthr[]e\nfour\nfiv[]\n"),
    ],
)
def test_substitutions(script, out):
    """Groups, flags, replacements and separators."""
    assert run(["sed", script], LINES) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sed -n 2p", "one\ntwo\nthree\nfour\nfive\n", "two\n"),
        ("sed -n '/t/p;$p'", "one\ntwo\nthree\nfour\nfive\n", "two\nthree\nfive\n"),
        ("sed -n '$='", "one\ntwo\nthree\nfour\nfive\n", "5\n"),
        ("sed -n /two/,+1p", "one\ntwo\nthree\nfour\nfive\n", "two\nthree\n"),
        ("sed -e 1d -e 2d", "one\ntwo\nthree\nfour\nfive\n", "three\nfour\nfive\n"),
        ("sed -e 'a\\' -e x", "1\n", "1\nx\n"),
        (
            "sed -E 's/(o|e)+/<\\1>/g'",
            "one\ntwo\nthree\nfour\nfive\n",
            "<o>n<e>\ntw<o>\nthr<e>\nf<o>ur\nfiv<e>\n",
        ),
        ("sed -E 's/^(.)(.*)$/\\2\\1/'", "one\ntwo\nthree\nfour\nfive\n", "neo\nwot\nhreet\nourf\nivef\n"),
        ("sed -r 's/t{1}|e{2}/X/g'", "one\ntwo\nthree\nfour\nfive\n", "one\nXwo\nXhrX\nfour\nfive\n"),
        ("sed -E 's/a|b?c/x/'", "bc\n", "x\n"),
        ("sed -E 's/\\(x\\)/y/'", "(x)\n", "y\n"),
        ("sed -E 's/(a)(b)?/[\\2]/'", "a\n", "[]\n"),
        ("sed -n -e 1p a b", "", "a1\n"),
        ("sed -n '$p' a b", "", "b2\n"),
        ("sed '' a - b", "in\n", "a1\na2\nin\nb1\nb2\n"),
        ("sed p", "no newline", "no newline\nno newline"),
        ("sed 's/$/!/'", "x", "x!"),
        ("sed '$!d'", "a\nb", "b"),
        ("sed G", "a", "a\n\n"),
        ("sed -n l", "a\tb\\é\n", ""),
        ("sed -n '1{p;q}'", "one\ntwo\nthree\nfour\nfive\n", "one\n"),
        ("sed --expression=1d", "a\nb\n", "b\n"),
        ("sed -n --regexp-extended '/(a|b)+/p'", "ab\nc\n", "ab\n"),
        ("sed -f /dev/null", "a\n", "a\n"),
        ("sed 's/é/e/;s/./X/2'", "éb\n", "eX\n"),
    ],
)
def test_options(script, text, out):
    """Options, several scripts and files."""
    assert run(shlex.split(script), text) == out


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("sed 2,~2d", "one\ntwo\nthree\nfour\nfive\n", "one\nfive\n"),
        ("sed 2,~4d", "one\ntwo\nthree\nfour\nfive\n", "one\nfive\n"),
        ("sed /four/,~2d", "one\ntwo\nthree\nfour\nfive\n", "one\ntwo\nthree\n"),
        ("sed 1~2d", "one\ntwo\nthree\nfour\nfive\n", "two\nfour\n"),
        ("sed 0~2d", "one\ntwo\nthree\nfour\nfive\n", "one\nthree\nfive\n"),
        ("sed 2~0d", "one\ntwo\nthree\nfour\nfive\n", "one\nthree\nfour\nfive\n"),
        ("sed /ONE/Id", "one\ntwo\nthree\nfour\nfive\n", "two\nthree\nfour\nfive\n"),
        ("sed 3,~4d", "one\ntwo\nthree\nfour\nfive\n", "one\ntwo\nfive\n"),
        ("sed 2Q", "one\ntwo\nthree\nfour\nfive\n", "one\n"),
        ("sed 2z", "one\ntwo\nthree\nfour\nfive\n", "one\n\nthree\nfour\nfive\n"),
        ("sed '2 , 3 d'", "one\ntwo\nthree\nfour\nfive\n", "one\nfour\nfive\n"),
        ("sed -s -n 1p a b", "", "a1\nb1\n"),
        ("sed -s '$d' a b", "", "a1\nb1\n"),
        ("sed -z 's/\\n/,/g'", "a\nb\n", "a,b,"),
        ("sed -E 's/(\\w+)/\\u\\1/'", "one two\n", "One two\n"),
        ("sed -E 's/.*/\\U&/'", "one\n", "ONE\n"),
        ("sed 's/\\(.*\\) \\(.*\\)/\\U\\1\\E \\2/'", "one two\n", "ONE two\n"),
        ("sed 's/O/\\L&x/'", "O\n", "ox\n"),
        ("sed -n '2{=;p}'", "one\ntwo\nthree\nfour\nfive\n", "2\ntwo\n"),
        ("sed '2e echo hi'", "a\nb\n", "a\nhi\nb\n"),
        ("sed -n '/two/,/four/{//!p}'", "one\ntwo\nthree\nfour\nfive\n", "three\n"),
        ("sed 'R a'", "1\n2\n3\n", "1\na1\n2\na2\n3\n"),
        ("sed -n 'F'", "x\n", "-\n"),
        ("sed 's/a/b/M;s/^/>/Mg'", "a\n", ">b\n"),
        ("sed '2W /dev/stdout'", "one\ntwo\nthree\nfour\nfive\n", "one\ntwo\ntwo\nthree\nfour\nfive\n"),
        ("sed -u 2q", "one\ntwo\nthree\nfour\nfive\n", "one\ntwo\n"),
        ("sed -l 5 -n l", "abcdefgh\n", "abcd\\\nefgh$\n"),
        ("sed 'v 4.2' ", "a\n", "a\n"),
        ("sed '1!{$!d}'", "one\ntwo\nthree\nfour\nfive\n", "one\nfive\n"),
    ],
)
def test_gnu(script, text, out):
    """What only GNU sed knows."""
    assert run(shlex.split(script), text, GNU) == out


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("d", 0),
        ("k", 1),
        ("s/a", 1),
        ("s/a/b/x", 1),
        ("bnowhere", 1),
        ("{p", 0),
        ("}", 0),
        ("2,p", 1),
        ("s/\\(/x/", 1),
        ("a", 0),
        ("r", 1),
        ("/x", 1),
        ("s/a/\\1/", 0),
        ("3q", 0),
        ("0p", 0),
        ("p p", 0),
        ("1,2=", 0),
        (":", 0),
    ],
)
def test_statuses_status(script, status):
    """How sed ends."""
    assert status_of(["sed", script], LINES) == status
