"""awk: expressions and the functions on texts, with what busybox 1.35 answers."""

import pytest
from programs_machine import busybox

MACHINE = busybox()
PEOPLE = "ann 30 red\nbob 25 blue\ncid 41 red\ndot 19 green\n"
for _name, _content in {"a": "1 x\n2 y\n3 z\n", "b": "x one\nz three\n"}.items():
    MACHINE.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text):
    """What a command writes for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("BEGIN {print 1+2*3, 7%3, -7%3, 1/4}", "7 1 -1 0.25\n"),
        (
            "BEGIN {print 1e6, 1e16, 0.1+0.2, 100000*100000, 3.0, 1e300*1e10}",
            "1000000 10000000000000000 0.3 10000000000 3 inf\n",
        ),
        ('BEGIN {print 1==1.0, "a"<"b", "10"<"9", 10<9, "10"+0<9}', "1 1 1 0 0\n"),
        ("BEGIN {x=5; print x++ + ++x, x--, --x}", "12 7 5\n"),
        ('BEGIN {print 1 " " 2 -1, 1 -1 " " 2}', "1 1 0 2\n"),
        ('BEGIN {print !0, !1, !"", !"a", !x}', "1 0 1 0 1\n"),
        ("BEGIN {a = b = 3; a += b *= 2; print a, b}", "9 6\n"),
        ("BEGIN {print 1 ? 2 : 0 ? 3 : 4}", "2\n"),
        ('BEGIN {print "3x"+1, "0x10"+0, ".5."+0, "+4"+0, "-"+0, "1e2x"+0}', "4 16 0.5 4 0 100\n"),
        ('BEGIN {print 1 in a, ("k" in a); a["k"]; print ("k" in a)}', "0 0\n1\n"),
        (
            "BEGIN {a[1,2]=3; for (k in a) {split(k, p, SUBSEP); print p[1], p[2]}; print ((1,2) in a)}",
            "1 2\n1\n",
        ),
        ('BEGIN {print "a" > "/dev/stdout"; print "b" > "/dev/null"}', "a\n"),
        (
            'BEGIN {CONVFMT="%.2g"; a = 3.14159; b = a ""; print b; OFMT="%.3f"; print a, a ""}',
            "3.1\n3.142 3.1\n",
        ),
        ("BEGIN {print -3 % 2, 1 - -1}", "-1 2\n"),
        ('BEGIN {print "A" "B" == "AB", 1 " " 1 == "1 1"}', "1 1\n"),
        ('BEGIN {$0 = "3 03 abc"; print $1==$2, $1=="3", $2=="3", $3>2}', ""),
        ('BEGIN {print int(3.9), int(-3.9), int("4x"), int("")}', "3 -3 4 0\n"),
        ('BEGIN {print length(), length("héllo"), length(12345)}', "0 6 5\n"),
        ("BEGIN {print 1000000 * 1000, 2147483647 + 1}", "1000000000 2147483648\n"),
        ('BEGIN {printf "%s %s\\n", 1e-5, 123456789.123}', "1e-05 1.23457e+08\n"),
    ],
)
def test_expressions(script, out):
    """Arithmetic, comparison, concatenation and precedence."""
    assert run(["awk", script], PEOPLE) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        (
            (
                'BEGIN {print substr("hello", 2, 3), substr("hello", 0), substr("hello", -1, 3), '
                'substr("hello", 4, 9), substr("hello", 9) "|"}'
            ),
            "ell hello hel lo |\n",
        ),
        ('BEGIN {print index("banana", "an"), index("abc", "x"), index("abc", "")}', "2 0 0\n"),
        (
            'BEGIN {print match("foobar", /o+/), RSTART, RLENGTH; print match("x", /y/), RSTART, RLENGTH}',
            "2 2 2\n0 0 -1\n",
        ),
        (
            'BEGIN {n = split("a:b:c", p, ":"); print n, p[1] p[3]; print split("", p), length(p)}',
            "3 ac\n0 0\n",
        ),
        ('BEGIN {print split("  a  b ", p), p[1]; print split("a1b22c", p, /[0-9]+/), p[3]}', "2 a\n3 c\n"),
        ('BEGIN {print split("abc", p, ""), p[2]; print split(" a ", p, / /), "[" p[1] "]"}', "3 b\n3 []\n"),
        ('BEGIN {s = "aaa"; print gsub(/a/, "b&b", s), s}', "3 babbabbab\n"),
        (
            'BEGIN {s = "a.b.c"; gsub(".", "x", s); print s; t = "a.b.c"; gsub("\\\\.", "-", t); print t}',
            "xxxxx\na-b-c\n",
        ),
        (
            'BEGIN {s = "hello"; gsub(/l*/, "-", s); print s; u = "abc"; gsub(/x*$/, "!", u); print u}',
            "-h-e--o-\nabc!\n",
        ),
        (
            'BEGIN {s = "path/to"; sub("/", "\\\\&", s); print s; sub(/t/, "[&&]", s); print s}',
            "path&to\npa[tt]h&to\n",
        ),
        ('BEGIN {s = "aXbX"; print sub(/X/, "", s) s, gsub(/^./, "Z", s) s}', "1abX 1ZbX\n"),
        ('BEGIN {print toupper("aBc1é"), tolower("ABcÉ")}', "ABC1é abcÉ\n"),
        ('BEGIN {print sprintf("%5d|%-5d|%05d|%+d", 42, 42, 42, 42)}', "   42|42   |00042|+42\n"),
        ('BEGIN {print sprintf("%x %X %o %c %c", 255, 255, 8, 65, "hello")}', "ff FF 10 A h\n"),
        (
            'BEGIN {print sprintf("%.3s|%6.2f|%e|%g", "abcdef", 3.14159, 12345.678, 0.0001)}',
            "abc|  3.14|1.234568e+04|0.0001\n",
        ),
        ('BEGIN {printf "%d%%\\n", 50; printf "%s\\n", "a" "b"; printf("%i\\n", "7z")}', "50%\nab\n7\n"),
        ('BEGIN {print substr("hello", 1.5, 1.4), substr("hello", 2, -1) "."}', "h .\n"),
        ('{gsub(/[aeiou]/, ""); print; exit}', "nn 30 rd\n"),
        ("{$0 = toupper($0); print $1; exit}", "ANN\n"),
        (
            '{n = gsub(/e/, "E", $3); if (n) print n, $0}',
            "1 ann 30 rEd\n1 bob 25 bluE\n1 cid 41 rEd\n2 dot 19 grEEn\n",
        ),
    ],
)
def test_functions_of_strings(script, out):
    """The functions on strings of POSIX."""
    assert run(["awk", script], PEOPLE) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("BEGIN { # comment\n  x = 1 # more\n\n  print x\n}", "1\n"),
        ("BEGIN {print 1 +\\\n 2}", "3\n"),
        ('BEGIN {if (1)\n\n print "a"\nelse\n print "b"}', "a\n"),
        ("BEGIN {x = 1 &&\n 1 ||\n 0; print x}", "1\n"),
        ('BEGIN {print "t\\tq\\"s\\\\ \\/ \\101 a\\x41"}', 't\tq"s\\ / A aA\n'),
        ('BEGIN {print "a/b" ~ /a\\/b/, "a/b" ~ "a/b", "a.b" ~ "a\\\\.b", "axb" ~ /a[.]b/}', "1 1 1 0\n"),
        ("function f(a,\n b) {return a b}\nBEGIN {print f(1,\n 2)};", "12\n"),
        ('BEGIN {print length "x"}', "0x\n"),
        ('/ann/ {print "1"}\n/bob/ {print "2"}\n', "1\n2\n"),
        ('BEGIN {a["x"] = 1; for (k in a)\n print k; ;}', "x\n"),
        ("BEGIN{getline;print $1;getline;print $1}END{print NR}", "ann\nbob\n4\n"),
        (
            (
                'BEGIN {print "ab" ~ /^(a|b)+$/, "aab" ~ /^a{2}b$/, "x1" ~ /[[:digit:]]/, "-" ~ '
                '/[a-]/, "]" ~ /[]]/}'
            ),
            "1 1 1 1 1\n",
        ),
        ('BEGIN {r = "^b"; print "bob" ~ r, "abc" ~ r "c"}', "1 0\n"),
        ('BEGIN{x["a"]=1;x["b"]=2;delete x["a"];for(k in x)print k,x[k]}', "b 2\n"),
        ("BEGIN {print(1)(2); print (1)(2)}", "12\n12\n"),
        ("BEGIN {print 1,\n2}", "1 2\n"),
    ],
)
def test_syntax(script, out):
    """Newlines, comments, escapes, regular expressions as texts."""
    assert run(["awk", script], PEOPLE) == out


def test_powers():
    """The operators ^ and ** bind tighter than signs and from the right."""
    program = "BEGIN {print 2^3^2, -2^2, 2**-1, 2^53; x ^= 2; y = 2; y **= 3; print x, y}"
    assert run(["awk", program], "") == "512 -4 0.5 9007199254740992\n0 8\n"
