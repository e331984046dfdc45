"""awk: whole programs, with what busybox 1.35 answers."""

import shlex

import pytest
from programs_machine import busybox

MACHINE = busybox()
PEOPLE = "ann 30 red\nbob 25 blue\ncid 41 red\ndot 19 green\n"
for _name, _content in {"a": "1 x\n2 y\n3 z\n", "b": "x one\nz three\n"}.items():
    MACHINE.filesystem.write_file(f"/w/{_name}", _content.encode())


def run(words, text):
    """What a command writes for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).out


def status_of(words, text):
    """How a command ends for a text on its standard input."""
    return MACHINE.run(words, stdin=text.encode()).status


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("{print $2, $1}", "30 ann\n25 bob\n41 cid\n19 dot\n"),
        ("NR==2", "bob 25 blue\n"),
        ("/red/", "ann 30 red\ncid 41 red\n"),
        ("!/red/", "bob 25 blue\ndot 19 green\n"),
        ("$2 > 28", "ann 30 red\ncid 41 red\n"),
        ('$3 == "red" && $2 < 40 {print $1}', "ann\n"),
        ("/bob/,/cid/", "bob 25 blue\ncid 41 red\n"),
        ("NR==2,NR==1", "bob 25 blue\ncid 41 red\ndot 19 green\n"),
        ('/dot/,/none/ {print "in", $1}', "in dot\n"),
        ("END {print NR, $0}", "4 dot 19 green\n"),
        ('{$2 = "x"} 1', "ann x red\nbob x blue\ncid x red\ndot x green\n"),
        (
            '{$5 = "e"; print; print NF}',
            "ann 30 red  e\n5\nbob 25 blue  e\n5\ncid 41 red  e\n5\ndot 19 green  e\n5\n",
        ),
        ("{NF = 2} 1", "ann 30\nbob 25\ncid 41\ndot 19\n"),
        ('{$0 = "p q r s"; print NF, $3}', "4 r\n4 r\n4 r\n4 r\n"),
        ("{print $NF, $(NF-1)}", "red 30\nblue 25\nred 41\ngreen 19\n"),
        ('BEGIN {FS="n"} {print $2}', "\n\n\n\n"),
        ('BEGIN {OFS="-"} {$1=$1} 1', "ann-30-red\nbob-25-blue\ncid-41-red\ndot-19-green\n"),
        ('BEGIN {ORS="|"} {print $1}', "ann|bob|cid|dot|"),
        ('BEGIN {RS=""} {print NF}', "12\n"),
        ('BEGIN {RS="r"} {print NR": "$1}', "1: ann\n2: ed\n3: ed\n4: een\n"),
        ('{n[$3]++} END {print n["red"], n["blue"], n["x"]+0}', "2 1 0\n"),
        ("NR%2 {next} {print}", "bob 25 blue\ndot 19 green\n"),
        ('NR==2 {exit} {print $1} END {print "end"}', "ann\nend\n"),
        ('{s += $2} END {printf "%d %.2f\\n", s, s/NR}', "115 28.75\n"),
        ("{$2 += 1; print}", "ann 31 red\nbob 26 blue\ncid 42 red\ndot 20 green\n"),
        ('$1 ~ /^[a-c]/ && $1 !~ "b" {print $1}', "ann\ncid\n"),
        ('{print ($2 > 26 ? "old" : "young")}', "old\nyoung\nold\nyoung\n"),
    ],
)
def test_patterns_and_fields(script, out):
    """Patterns, ranges, fields and the variables about them."""
    assert run(["awk", script], PEOPLE) == out


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ('BEGIN {for (i = 1; i <= 3; i++) printf "%d ", i; print ""}', "1 2 3 \n"),
        ("BEGIN {while (i < 10) {if (++i % 2) continue; if (i > 6) break; print i}}", "2\n4\n6\n"),
        ("BEGIN {do {x++} while (x < 5); print x}", "5\n"),
        ("function f(n) {return n < 2 ? 1 : n * f(n - 1)} BEGIN {print f(10), f(0)}", "3628800 1\n"),
        (
            (
                'function swap(a, i, j,  t) {t = a[i]; a[i] = a[j]; a[j] = t} BEGIN {x[1] = "p"; x[2] '
                '= "q"; swap(x, 1, 2); print x[1] x[2], t ""}'
            ),
            "qp \n",
        ),
        ("function g(x) {x = 5} BEGIN {y = 1; g(y); print y}", "1\n"),
        ('function h() {return} BEGIN {print "[" h() "]"}', "[]\n"),
        ('function fill(a) {a["n"] = 1} BEGIN {fill(z); print z["n"]}', "1\n"),
        ("function fib(n) {return n < 2 ? n : fib(n-1) + fib(n-2)} BEGIN {print fib(12)}", "144\n"),
        ('BEGIN {a["x"]; delete a["x"]; print length(a); a[1]; a[2]; delete a; print length(a)}', "0\n0\n"),
        ("BEGIN {for (;;) if (++n > 3) break; print n}", "4\n"),
        ('BEGIN {if (0) print "a"; else if (1) print "b"; else print "c"}', "b\n"),
        ('BEGIN {print "one"; print "two" ; exit 0; print "three"} END {print "end"}', "one\ntwo\nend\n"),
        (
            'BEGIN {while (("cat a" | getline line) > 0) print "got", line; close("cat a")}',
            "got 1 x\ngot 2 y\ngot 3 z\n",
        ),
        ('BEGIN {while ((getline line < "a") > 0) n++; print n, (getline x < "missing")}', "3 -1\n"),
        ('BEGIN {"echo hi there" | getline; print $2, NR}', "there 0\n"),
        ('NR==1 {getline; print "after", $1} NR==3 {getline x; print x, NR}', "after bob\ndot 19 green 4\n"),
        ('BEGIN {print "b\\na" | "sort"; close("sort"); print "done"}', "a\nb\ndone\n"),
        ('BEGIN {print system("exit 3"), system("true")}', "3 0\n"),
        (
            'BEGIN {printf "x" > "/tmp/awk-out"; close("/tmp/awk-out"); getline l < "/tmp/awk-out"; print l}',
            "x\n",
        ),
        ('BEGIN {print ENVIRON["HOME"], ARGC, ARGV[0]}', "/root 1 awk\n"),
    ],
)
def test_control_and_functions(script, out):
    """Loops, arrays, user functions, recursion."""
    assert run(["awk", script], PEOPLE) == out


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("BEGIN {exit 3}", 3),
        ("BEGIN {exit} END {exit 4}", 4),
        ("END {exit NR}", 4),
        ("{exit 2} END {}", 2),
        ("BEGIN {", 1),
        ("BEGIN {print (}", 1),
        ("BEGIN {exit 256+7}", 7),
        ("BEGIN {f(1)}", 1),
        ("BEGIN {return 1}", 0),
        ('BEGIN {getline x < "none"; exit (getline x < "none") < 0}', 1),
    ],
)
def test_statuses_status(script, status):
    """How a program ends."""
    assert status_of(["awk", script], PEOPLE) == status


@pytest.mark.parametrize(
    ("script", "text", "out"),
    [
        ("awk -F: '{print $2}'", "a:b:c\n", "b\n"),
        ("awk -F '[:,]' '{print $2 $3}'", "a:b,c\n", "bc\n"),
        ("awk -F '|' '{print $2}'", "a|b\n", "b\n"),
        ("awk -F. '{print $2}'", "a.b\n", "b\n"),
        ("awk -Ft '{print $2}'", "atb\tc\n", "b\tc\n"),
        ("awk -F '\\t' '{print $2}'", "a b\tc\n", "c\n"),
        ("awk -F ', *' '{print $2}'", "a,   b\n", "b\n"),
        ("awk -v x=5 -v 'y=a\\tb' 'BEGIN {print x + 1, y}'", "", "6 a\tb\n"),
        ("awk '{print FILENAME, FNR, NR}' a b", "", "a 1 1\na 2 2\na 3 3\nb 1 4\nb 2 5\n"),
        ("awk 'NR==FNR {n[$2] = $1; next} $1 in n {print n[$1], $2}' a b", "", "1 one\n3 three\n"),
        ("awk '{print v, $1}' v=1 a v=2 b", "", "1 1\n1 2\n1 3\n2 x\n2 z\n"),
        ("awk '{print}' a - ", "in\n", "1 x\n2 y\n3 z\nin\n"),
        ("awk 'BEGIN {for (i = 1; i < ARGC; i++) print i, ARGV[i]}' p q=1 -r", "", "1 p\n2 q=1\n3 -r\n"),
        ("awk 'END {print $1, NF}' a", "", "3 2\n"),
        ("awk 1 RS=';' -", "a;b;c", "a\nb\nc\n"),
        ("awk '{print FNR, $1}' FS=x OFS=- a", "", "1-1 \n2-2 y\n3-3 z\n"),
        ("awk -- '{print $1}' b", "", "x\nz\n"),
    ],
)
def test_options(script, text, out):
    """Options, operands and assignments between them."""
    assert run(shlex.split(script), text) == out
