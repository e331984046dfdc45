"""bash's DEBUG, RETURN and ERR traps, as bash 5.2 runs them."""

import pytest

from minibuild.container import run_script

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/root"}


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("trap 'echo d$LINENO' DEBUG\necho a\nx=1\n[[ $x ]]\n((x++))", "d2\na\nd3\nd4\nd5\n"),
        ("trap 'echo d' DEBUG; for i in 1 2; do :; done", "d\nd\nd\nd\n"),
        ("trap 'echo d' DEBUG; case a in a) ;; esac", "d\n"),
        ("trap 'echo d' DEBUG; echo a | cat", "d\nd\na\n"),
        ("trap 'echo d' DEBUG; (echo sub)", "sub\n"),
        ("f() { echo f; }; trap 'echo d' DEBUG; f", "d\nf\n"),
        ("f() { echo f; }; set -T; trap 'echo d' DEBUG; f", "d\nd\nd\nf\n"),
        ("g() { echo g; }; trap g DEBUG; echo a", "g\na\n"),
        ("trap 'echo d' DEBUG; trap - DEBUG; echo a", "d\na\n"),
        ("trap 'false' DEBUG; set -e; echo a", ""),
        ("f() { trap 'echo r' RETURN; return 3; }; f; echo $?", "r\n3\n"),
        ("trap 'echo r' RETURN; f() { echo f; }; f", "f\n"),
        ("set -T; trap 'echo r' RETURN; f() { echo f; }; f", "f\nr\n"),
        ("echo 'echo in' > f; trap 'echo r' RETURN; . ./f", "in\nr\n"),
        ("f() { trap 'echo r' RETURN; }; f; f", "r\nr\n"),
        ("trap 'echo e$LINENO' ERR\nf() { false; }\ntrue\nf", "e4\n"),
    ],
)
def test_as_bash_runs_them(script: str, out: str) -> None:
    result = run_script(script, env=ENVIRONMENT, cwd="/tmp", dialect="bash")
    assert (result.stdout.decode(), result.stderr) == (out, b"")


def test_ash_has_no_such_signal() -> None:
    result = run_script("trap 'echo d' DEBUG; echo a", env=ENVIRONMENT, dialect="ash")
    assert result.stdout == b"a\n"
    assert b"invalid signal specification" in result.stderr
