"""Commands: lists, conditions, loops, functions, pipelines, subshells, redirections, traps, options."""

import time

import pytest

from minibuild import container
from minibuild.catalogue.executable import executable
from minibuild.container import run_script
from minibuild.filesystem import FileSystem
from minibuild.kernel.limits import LimitError
from minibuild.kernel.process import Process
from minibuild.kernel.streams import Sink, Source
from minibuild.kernel.system import Machine, System
from minibuild.shell.interpreter import Shell


def output(script, dialect="ash", **options):
    return run_script(script, dialect=dialect, **options).stdout.decode()


def status(script, dialect="ash"):
    return run_script(script, dialect=dialect).exit_code


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("true && echo a || echo b; false && echo c || echo d; ! true; echo $?", "a\nd\n1\n"),
        ("if false; then echo a; elif true; then echo b; else echo c; fi; if false; then :; fi; echo $?",
         "b\n0\n"),
        ("i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done",
         "1\n3\n"),
        ("for i in a b; do for j in 1 2; do [ $j = 2 ] && continue 2; echo $i$j; done; done", "a1\nb1\n"),
        ("until [ -n \"$x\" ]; do x=1; done; echo $x; for i; do echo $i; done", "1\n"),
        ("case x in a) ;; x|y) echo 1;; *) echo 2;; esac; case z in a) ;; esac; echo $?", "1\n0\n"),
        ("f() { echo \"$1 $#\"; return 3; }; f a b; echo $? $1", "a 2\n3\n"),
        ("x=1; f() { local x=2 y; echo $x; x=3; }; f; echo $x", "2\n1\n"),
        ("f() { [ $1 -gt 0 ] && { echo $1; f $(($1 - 1)); }; }; f 3", "3\n2\n1\n"),
        ("x=1; (x=2; echo $x; exit 4); echo $? $x; { x=5; }; echo $x", "2\n4 1\n5\n"),
        ("echo a | { read x; echo \"<$x>\"; }; echo v | read y; echo \"[$y]\"", "<a>\n[]\n"),
        ("false | true; echo $?; set -o pipefail; false | true; echo $?", "0\n1\n"),
        ("yes | head -n 2; echo $?", "y\ny\n0\n"),
        ("X=1 sh -c 'echo $X'; echo \"[$X]\"; X=2 eval 'echo $X'; f() { echo $X; }; X=3 f; echo $X",
         "1\n[]\n2\n3\n2\n"),
        ("(exit 7) & wait $!; echo $?; sleep 100 & kill $!; wait $!; echo $?", "7\n143\n"),
        ("echo a & wait; echo b", "a\nb\n"),
        ("alias hi='echo hello'\nhi you\nunalias hi\nhi 2>/dev/null || echo gone", "hello you\ngone\n"),
        ("eval 'x=1; echo $x'; command echo b; command -v cd; type if", "1\nb\ncd\nif is a shell keyword\n"),
        ("exec 3>/f; echo to >&3; exec 3>&-; cat /f; { echo e >&2; } 2>&1 | cat", "to\ne\n"),
        ("echo 1 >/f; echo 2 >>/f; cat </f; cat <<E\nx$((1+1))\nE", "1\n2\nx2\n"),
        ("set -C; echo a >/f; (echo b >/f) 2>/dev/null; echo $?; echo c >|/f; cat /f", "1\nc\n"),
        ("f() { echo out; echo err >&2; }; f 3>&1 1>&2 2>&3 3>&- | sed s/^/p:/", "p:err\n"),
        ("nosuch 2>/dev/null; echo $?; /etc/passwd 2>/dev/null; echo $?; echo x > /no/x 2>/dev/null; echo $?",
         "127\n126\n1\n"),
        ("echo '#!/bin/sh\necho script $1' > /s; chmod +x /s; /s a; echo 'echo dot $v' > /d; v=1; . /d",
         "script a\ndot 1\n"),
        ("trap 'echo bye $?' EXIT; exit 3", "bye 3\n"),
        ("trap 'echo last' USR1; kill -USR1 $$", "last\n"),
        ("trap 'echo usr' USR1; kill -USR1 $$; echo after; kill -9 $$; echo alive", "usr\nafter\nalive\n"),
        ("umask 027; umask; umask -S; ulimit -n 10; ulimit -n", "0027\nu=rwx,g=rx,o=\n10\n"),
        ("set -- -a -b v rest; while getopts ab: o; do echo $o $OPTARG; done; shift $((OPTIND-1)); echo $1",
         "a\nb v\nrest\n"),
        ("cd /tmp && pwd && cd - && mkdir -p /a/b && cd /a/b && cd .. && pwd", "/tmp\n/\n/a\n"),
        ("printf '%5s|%-4d|%x|%c|%b' ab 7 255 xyz 'a\\tb'; printf '%s,' 1 2; echo",
         "   ab|7   |ff|x|a\tb1,2,\n"),
    ],
)  # fmt: skip
def test_commands(script, expected):
    assert output(script) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("set -e; if false; then :; fi; false || true; ! true; echo on; false; echo no", "on\n"),
        ("set -e; f() { false; echo in; }; f && echo yes; echo end", "in\nyes\nend\n"),
        ("set -e; x=$(false; echo v); echo $x", "v\n"),
        ("set -e; (false; echo no); echo never", ""),
        ("set -e; false | true; echo on; true | false; echo no", "on\n"),
    ],
)
def test_errexit(script, expected):
    assert output(script) == expected


def test_dash_takes_errexit_into_substitutions():
    assert output("set -e; x=$(false; echo v); echo $x", "dash") == ""


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("[[ abc == a* && ! -e /nope ]] && echo 1; [[ abc =~ ^a(.)c$ ]] && echo ${BASH_REMATCH[1]}",
         "1\nb\n"),
        ("for ((i = 0; i < 3; i++)); do echo -n $i; done; (( i == 3 )) && echo .", "012.\n"),
        ("f() { echo $FUNCNAME; }; f; true | false; echo ${PIPESTATUS[@]}", "f\n0 1\n"),
        ("{ echo o; echo e >&2; } &> /f; cat /f; echo x |& cat", "o\ne\nx\n"),
        ("mapfile -t a < <(printf '1\\n2\\n'); echo ${a[1]}", "2\n"),
        ("echo $((1/0)) 2>/dev/null; echo discarded\necho on $?", "on 1\n"),
        ("trap 'echo err' ERR; false; false || true", "err\n"),
        ("read -ra a <<< 'x y'; echo ${a[1]}; printf -v v %03d 5; echo $v; echo {a,b} > '/c d'; cat '/c d'",
         "y\n005\na b\n"),
        ("select x in a b; do echo $x; break; done <<< 2", "b\n"),
        ("pushd /tmp > /dev/null; dirs; popd > /dev/null; pwd; exec {fd}> /o; echo hi >&$fd; cat /o",
         "/tmp /\n/\nhi\n"),
    ],
)  # fmt: skip
def test_commands_of_bash(script, expected):
    assert output(script, "bash") == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 300", 44), ("kill -9 $$; exit 5", 5), ("sh -c 'kill -TERM $$'; exit $?", 143), ("false", 1),
         ("nosuch", 127),
        ("shift 1; exit 3", 3), ("break; exit 4", 4), ("return 6", 6), ("if", 2), (". /nope; exit 9", 2),
    ],
)  # fmt: skip
def test_exit_statuses(script, expected):
    assert status(script) == expected


def test_xtrace_quotes_words_as_busybox_does():
    result = run_script("set -x; x='d e'; [ \"$x\" = d ]; echo a > /dev/null")
    assert result.stderr.decode().splitlines() == ["+ x='d e'", "+ '[' 'd e' '=' d ]", "+ echo a"]


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("foo", "/bin/sh: foo: not found"),
        ("cd /nope", "/bin/sh: cd: line 0: can't cd to /nope: No such file or directory"),
        ("cat < /nope", "/bin/sh: can't open /nope: no such file"),
        ("echo > /no/x", "/bin/sh: can't create /no/x: nonexistent directory"),
        ("echo >&9", "/bin/sh: 9: Bad file descriptor"),
        ("[ a -eq 1 ]", "sh: a: bad number"),
        ("echo x > /dev/full", "sh: write error: No space left on device"),
    ],
)
def test_messages(script, message):
    assert run_script(script).stderr.decode() == message + "\n"


def test_a_script_from_standard_input_leaves_the_rest_to_its_commands():
    result = run_script("sh", stdin=b"read x\nline for read\necho got $x\ncat\nrest\n")
    assert result.stdout == b"got line for read\nrest\n"


def test_a_counting_loop_is_quick():
    before = time.monotonic()
    assert output("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i") == "20000\n"
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(
    "script",
    [
        "f() { f; }; f",
        "f() { (f); }; f",
        "f() { x=$(f); }; f",
        "f() { f | f & }; f; while :; do :; done",
        "eval " + "'eval ' " * 3 + "'while :; do :; done'",
        "(" * 3000 + "echo" + ")" * 3000,
        "x=x; while :; do x=$x$x; done",
        'set -- a; while :; do set -- "$@" "$@"; done',
        "x=$(yes)",
        "read x < /dev/zero",
        "x=$(printf '%99999d' 1); y=${x// /$x}",
        "x=a; while :; do eval $x=1; x=a$x; done",
        "trap 'kill -USR1 $$' USR1; kill -USR1 $$",
    ],
)
def test_what_never_ends_is_ended(script):
    try:
        result = run_script(script)
    except LimitError as error:
        assert error.message
    else:
        assert result.exit_code == 2


def test_the_shell_can_be_used_alone():
    filesystem = FileSystem()
    filesystem.write_file("/bin/hello", executable("hello", "gnu"), mode=0o755)
    programs = {"hello": lambda process: process.stdout.write("hi\n") or 5}
    system = System(filesystem, Machine(lookup=programs.get))
    out, ended = [], []

    def first() -> None:
        process = Process(system, argv=["sh"], env={"PATH": "/bin"}, view=filesystem.view())
        process.descriptors.put(0, Source(b""))
        process.descriptors.put(1, Sink(out.append, 1000))
        process.descriptors.put(2, Sink(out.append, 1000))
        shell = Shell(process, dialect="dash", name="me", args=["x"])
        ended.append(process.perform(lambda _: shell.run("hello; echo $? $0 $1; exit 4")))

    system.scheduler.run(first)
    assert (b"".join(out), ended) == (b"hi\n5 me x\n", [4])


def test_programs_of_the_builtins():
    assert output("/bin/echo -n a; /bin/printf '%s\\n' b; /bin/pwd") == "ab\n/\n"
    assert output("/bin/test a = b; echo $?; /bin/[ a = a ]; echo $?") == "1\n0\n"
    assert container.run_script("/bin/kill -l 15").stdout == b"TERM\n"
