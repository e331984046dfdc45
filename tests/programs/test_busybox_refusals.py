"""What GNU's programs have and busybox 1.35 does not: it refuses the same words that GNU's understand."""

import pytest
from programs_machine import ProgramMachine

TEXT = b"a\nb\nc\nd\n"
SHORT = [
    "sed -s p f", "sed -z p f", "sed -u p f", "sed -l 5 l f", "sort -h f", "sort -C f", "sort -R f",
    "cut -z -c1 f", "paste -z f", "cat -E f", "cat -s f", "grep -P a f", "grep -b a f", "nl -h a f",
    "head -z f", "tail -z f", "uniq -D f",
    "cmp -b f f", "seq -f %g 3", "rm -I f", "mkdir -m 7 -Z x", "ln -r -s f g", "du -0 f",
    "readlink -e f", "readlink -m f", "env -C / pwd", "env -v true", "timeout -v 1 true",
    "basename -z f", "diff -y f f", "ls -B f", "mv -u f g",
]  # fmt: skip
LONG = [
    "sort --reverse f", "uniq --count f", "head --lines=1 f", "cut --fields=1 f", "grep --count a f",
    "sed --posix p f", "sed --debug p f", "tail --lines=1 f", "seq --separator=, 3", "stat --format=%n f",
]  # fmt: skip
SCRIPTS = ["1~2p", "/A/Ip", "Q", "z", "F", "2,~2p", "2Q5", "q5", "l 3", "R x", "W x", "s/a/b/m", "v"]


def run(flavour: str, *words: str) -> int:
    machine = ProgramMachine(flavour)
    machine.filesystem.write_file("/w/f", TEXT)
    return machine.run(words[0] if len(words) == 1 else list(words)).status


@pytest.mark.parametrize("command", SHORT + LONG)
def test_options(command: str) -> None:
    assert run("busybox", command) in (1, 2, 125)
    assert run("gnu", command) == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_sed_scripts(script: str) -> None:
    assert run("busybox", "sed", "-n", script, "f") == 1
    assert run("gnu", "sed", "-n", script, "f") == (5 if script in ("2Q5", "q5") else 0)


def test_what_busybox_understands_in_its_own_way() -> None:
    machine = ProgramMachine("busybox")
    machine.filesystem.write_file("/w/f", TEXT)
    assert machine.run(["sed", "y/ab/A/", "f"]).out == "A\nb\nc\nd\n"
    assert machine.run("cut -c2-1", stdin=b"abc\n").out == "b\n"
    assert machine.run("cut -c0", stdin=b"abc\n").out == "a\n"
    assert machine.run("cut -c-", stdin=b"abc\n").out == "abc\n"
    assert machine.run("cut -c3-1 f").err == "cut: 1<2\n"
    assert machine.run("sort --key=1 f").err.startswith("sort: unrecognized option '--key=1'\n")
    assert machine.run("grep --color=auto a f").out == "a\n"
