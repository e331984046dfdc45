"""What programs of numbers, names and other programs answer, as GNU's and busybox 1.35 do."""

import pytest
from programs_machine import busybox, gnu

FILES = {
    "a": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
    "b": "one\nTWO\nthree\n\nfour\nfive  x\nseven\neight\n",
    "e": "",
}
FAMILIES = {"busybox": busybox, "gnu": gnu}


@pytest.mark.parametrize(
    ("families", "command", "stdin", "out", "status"),
    [
        ("gnu busybox", "seq 3", "", "1\n2\n3\n", 0),
        ("gnu busybox", "seq 2 5", "", "2\n3\n4\n5\n", 0),
        ("gnu busybox", "seq 1 2 7", "", "1\n3\n5\n7\n", 0),
        ("gnu busybox", "seq -w 8 10", "", "08\n09\n10\n", 0),
        ("gnu busybox", "seq -s, 3", "", "1,2,3\n", 0),
        ("gnu", "seq -f %03g 3", "", "001\n002\n003\n", 0),
        ("busybox", "seq -f %03g 3", "", "", 1),
        ("gnu busybox", "seq 5 1", "", "", 0),
        ("gnu busybox", "seq 5 -2 1", "", "5\n3\n1\n", 0),
        ("gnu busybox", "seq 0.5 1 3", "", "0.5\n1.5\n2.5\n", 0),
        ("gnu busybox", "seq x", "", "", 1),
        ("gnu busybox", "seq", "", "", 1),
        ("gnu busybox", "factor 12 97 1", "", "12: 2 2 3\n97: 97\n1:\n", 0),
        ("gnu busybox", "factor x", "", "", 1),
        ("gnu busybox", "expr 1 + 2", "", "3\n", 0),
        ("gnu busybox", "expr 5 / 0", "", "", 2),
        ("gnu busybox", "expr a : a", "", "1\n", 0),
        ("gnu busybox", "expr length abc", "", "3\n", 0),
        ("gnu busybox", "expr substr abc 2 1", "", "b\n", 0),
        ("gnu busybox", "expr index abc c", "", "3\n", 0),
        ("gnu busybox", "expr 1 = 1", "", "1\n", 0),
        ("gnu busybox", "expr 2 > 1", "", "1\n", 0),
        ("gnu busybox", "expr", "", "", 2),
        ("gnu busybox", "expr 1 +", "", "", 2),
        ("gnu busybox", "dirname a/b", "", "a\n", 0),
        ("gnu", "dirname -z a", "", ".\x00", 0),
        ("gnu busybox", "basename a/b.c .c", "", "b\n", 0),
        ("gnu busybox", "basename -a a/b c/d", "", "b\nd\n", 0),
        ("gnu busybox", "basename -s .c a.c", "", "a\n", 0),
        ("gnu busybox", "basename", "", "", 1),
        ("gnu busybox", "printf %s\\n a", "", "a\n", 0),
        ("gnu busybox", "false", "", "", 1),
        ("gnu busybox", "true", "", "", 0),
        ("gnu busybox", "sleep x", "", "", 1),
        ("gnu busybox", "sleep 0", "", "", 0),
        ("gnu busybox", "env -i A=b", "", "A=b\n", 0),
        ("gnu busybox", "env -u HOME -i", "", "", 0),
        ("gnu busybox", "env A=1 printenv A", "", "1\n", 0),
        ("gnu busybox", "env -0 -i A=b", "", "A=b\x00", 0),
        ("gnu", "env -x", "", "", 125),
        ("busybox", "env -x", "", "", 1),
        ("gnu busybox", "timeout 1 true", "", "", 0),
        ("gnu", "timeout x true", "", "", 125),
        ("busybox", "timeout x true", "", "", 1),
        ("busybox", "timeout -s NOPE 1 true", "", "", 1),
        ("gnu", "nice true", "", "", 0),
        ("gnu", "nice -n x true", "", "", 125),
        ("gnu", "nohup true", "", "", 0),
        ("gnu", "stdbuf -oL true", "", "", 0),
        ("gnu busybox", "xargs echo", "one two\nthree\n", "one two three\n", 0),
        ("gnu busybox", "xargs -n1 echo", "one two\nthree\n", "one\ntwo\nthree\n", 0),
        ("gnu busybox", "xargs -I{} echo <{}>", "one two\nthree\n", "<one two>\n<three>\n", 0),
        ("gnu busybox", "xargs -0 echo", "one two\nthree\n", "one two\nthree\n\n", 0),
        ("gnu busybox", "xargs -r echo", "one two\nthree\n", "one two three\n", 0),
        ("gnu busybox", "xargs -t echo", "one two\nthree\n", "one two three\n", 0),
        ("gnu", "xargs -L1 echo", "one two\nthree\n", "one two\nthree\n", 0),
        ("busybox", "xargs -L1 echo", "one two\nthree\n", "", 1),
        ("gnu", "xargs -d, echo", "1,2,3", "1 2 3\n", 0),
        ("busybox", "xargs -d, echo", "1,2,3", "", 1),
        ("gnu busybox", "xargs -E three echo", "one two\nthree\n", "one two\n", 0),
        ("gnu busybox", "xargs -s 20 echo", "one two\nthree\n", "one two three\n", 0),
        ("gnu busybox", "xargs -P2 -n1 echo", "one two\nthree\n", "one\ntwo\nthree\n", 0),
        ("gnu", "xargs -x -n2 -s 12 echo", "one two\nthree\n", "", 1),
        ("gnu busybox", "xargs false", "one two\nthree\n", "", 123),
        ("gnu busybox", "xargs -n x echo", "one two\nthree\n", "", 1),
        ("gnu busybox", "xargs -a a echo", "one two\nthree\n", "one two three four five six seven\n", 0),
        ("gnu busybox", "xargs -i echo {}", "one two\nthree\n", "one two\nthree\n", 0),
        ("gnu busybox", "xargs", "one two\nthree\n", "one two three\n", 0),
        ("gnu busybox", "xargs echo", '\'a b\' "c d" e\\ f\n', "a b c d e f\n", 0),
        ("gnu busybox", "xargs echo", "'a\n", "", 1),
        ("gnu busybox", "xargs echo", "", "\n", 0),
        ("gnu busybox", "xargs -r echo", "", "", 0),
        ("gnu busybox", "xargs -0 -n1 echo", "a\x00b c\x00", "a\nb c\n", 0),
    ],
)  # fmt: skip
def test_answers(families, command, stdin, out, status):
    for family in families.split():
        machine = FAMILIES[family]()
        for name, text in {**FILES, "s": FILES["a"]}.items():
            machine.filesystem.write_file(f"/w/{name}", text.encode())
        ran = machine.run(command.split(), stdin=stdin.encode())
        assert (ran.out, ran.status) == (out, status), family
