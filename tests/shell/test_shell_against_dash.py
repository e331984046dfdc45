"""Random scripts give the same output and status as in a real dash, where one is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.container import run_script

if TYPE_CHECKING:
    from random import Random

DASH = shutil.which("dash")
pytestmark = pytest.mark.skipif(DASH is None, reason="no dash to compare with")
ENVIRONMENT = {"PATH": "/nowhere", "HOME": "/root"}
NAMES = ["a", "b", "c", "x1"]
TEXTS = [
    "", "a", "a b", " lead", "x:y", "*", "tail ", "a'b", "0", "7", "ab.cd", "-n", "\\", "a\tb", "::", "ab",
]  # fmt: skip
PATTERNS = ["a*", "*b", "?", "[a-m]", "[!a]*", "*", "a", "'*'", '"a"*', "\\*", "[[:alpha:]]*"]
ODD = ["$#", "$?", '"$*"', '"$@"', "$@", "$*", "$-", "${1-none}", "$((1 + $#))", "~", "x=~", '""']
OPERATORS = [
    "+", "-", "*", "/", "%", "<", "<=", "==", "!=", "&&", "||", "&", "|", "^", "<<", ">>", "?", "=",
]  # fmt: skip
SIMPLE = [
    "true", "false", "shift 0", "(exit 3)", "set -e", "set +e", "eval 'printf e'", "set -u",
    "trap 'printf t' EXIT", "IFS=:", "IFS=' '", "IFS=", "unset IFS", "IFS=' :'", "return 5",
    "a= b=1", "readonly r=1", "exit", "wait",
]  # fmt: skip


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def arithmetic(random: Random, depth: int = 2) -> str:
    if not depth:
        return random.choice([str(random.randint(-9, 20)), "n", "$n", "(n = 3)", "0x1f", "017", "!n", "~5"])
    operator = random.choice(OPERATORS)
    left, right = arithmetic(random, depth - 1), arithmetic(random, depth - 1)
    if operator == "=":
        return f"(n += {right})"
    if operator == "?":
        return f"({left} ? {right} : {arithmetic(random, depth - 1)})"
    return f"({left} {operator} {right if operator not in '<<>>' else 2})"


def word(random: Random) -> str:
    name, text = random.choice(NAMES), random.choice(TEXTS)
    kind = random.randrange(11)
    if kind == 0:
        return random.choice(ODD)
    if kind == 1:
        return f"${name}"
    if kind == 2:
        return f'"x${name}"'
    if kind == 3:
        return "${" + name + random.choice(["-", ":-", "+", ":+", ":=", "="]) + word(random) + "}"
    if kind == 4:
        return '"${' + name + random.choice(["#", "##", "%", "%%"]) + random.choice(PATTERNS) + '}"'
    if kind == 5:
        return f"$(printf %s {quoted(text)})"
    if kind == 6:
        return f'"`{command(random, 0)}`"'
    if kind == 7:
        return f"$(({arithmetic(random)}))"
    if kind == 8:
        return word(random) + word(random)
    return "${#" + name + "}" if kind == 9 else quoted(text)


def words(random: Random, most: int = 3) -> str:
    return " ".join(word(random) for _ in range(random.randrange(most + 1)))


def simple(random: Random) -> str:
    kind = random.randrange(8)
    if kind < 2:
        return f"printf '[%s]' {words(random)}"
    if kind == 2:
        return f"{random.choice(NAMES)}={word(random)}"
    if kind == 3:
        return f"set -- {words(random)}"
    if kind == 4:
        return f"[ {word(random)} = {word(random)} ] 2>/dev/null"
    if kind == 5:
        body = quoted(random.choice(TEXTS) + random.choice(TEXTS))
        return f"printf '%s\\n' {body} | {{ read a rest; printf '<%s|%s>' \"$a\" \"$rest\"; }}"
    if kind == 6:
        return f"echo {word(random)} {word(random)}"
    return random.choice(SIMPLE)


def command(random: Random, depth: int = 2) -> str:
    if not depth:
        return simple(random)
    a, b, c = (command(random, depth - 1) for _ in range(3))
    forms = [
        a, f"{a}; {b}", f"{a} && {b}", f"{a} || {b}", f"! {a}", f"if {a}; then {b}; else {c}; fi",
        f"({a}; {b})",
        f"for {random.choice(NAMES)} in {words(random)}; do {a}; {b}; done", f"{{ {a}; {b}; }}",
        f"f() {{ {a}; return 2; }}; f {words(random)}; {b}", f"while {a}; do {b}; break; done",
        f"case {word(random)} in {random.choice(PATTERNS)}) {a};; *) {b};; esac", f"x1=$({a}; {b})",
        f"{a} | {{ {b}; }}", f"g() {{ local b=1; {a}; }}; g", f"for i in 1 2; do {a}; continue; {b}; done",
        f"read a b <<E\n{word(random)} {random.choice(TEXTS)}\nE\n", f"eval {quoted(a)}",
    ]  # fmt: skip
    return random.choice(forms)


def in_dash(script: str) -> tuple[int, bytes]:
    assert DASH is not None
    done = subprocess.run(
        [DASH, "-c", script], env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, timeout=20
    )
    return done.returncode, done.stdout


@given(st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_script_does_what_it_does_in_dash(random: Random) -> None:
    lines = [command(random) for _ in range(random.randint(1, 4))]
    script = "\n".join(["set -f", *lines, 'printf \'(%s)\' "$?" "$a" "$b" "$#"'])
    result = run_script(script, env=ENVIRONMENT, dialect="dash")
    assert (result.exit_code, result.stdout) == in_dash(script), script
