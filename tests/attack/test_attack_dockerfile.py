"""Hostile Dockerfiles: cycles, bombs, numbers beyond all bounds; what they run stays in its simulation."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from assault import MIB, assert_sound, files_below, measure, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="measures memory as Linux tells it")
Context = Callable[..., Path]

NINES = "9" * 5000
DEEP = 3000


def grown(keyword: str, count: int = 12) -> str:
    """Variables each of which is ten times as long as the one before."""
    lines = [f"{keyword} A0=aaaaaaaaaa"]
    lines += [f"{keyword} A{number + 1}=" + f"$A{number}" * 10 for number in range(count)]
    return "\n".join(lines) + "\n"


REFUSED = {
    "a cycle of stages": "FROM b AS a\nFROM a AS b\n",
    "a stage on itself": "FROM a AS a\n",
    "a copy from itself": "FROM scratch AS a\nCOPY --from=a / /\n",
    "a copy from itself by number": "FROM scratch\nCOPY --from=0 / /\n",
    "a copy from a later stage": "FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\n",
    "a number of many digits": f"FROM scratch\nCOPY --from={NINES} / /\n",
    "a mount from itself": "FROM busybox AS a\nRUN --mount=from=a,target=/m ls\n",
    "a trigger that triggers": "FROM scratch\nONBUILD ONBUILD RUN x\n",
    "a trigger that copies from itself": "FROM scratch AS a\nONBUILD COPY --from=b / /\nFROM a AS b\n",
    "arguments that grow": "FROM scratch\n" + grown("ARG") + "LABEL x=$A12\n",
    "global arguments that grow": grown("ARG") + "FROM $A12\n",
    "variables that grow": "FROM scratch\n" + grown("ENV"),
    "a variable that doubles": "FROM scratch\nENV A=aaaaaaaaaa\n" + "ENV A=$A$A\n" * 40,
    "a replacement that grows": "FROM scratch\nENV A=" + "a" * 60_000 + "\nENV B=${A//a/$A}\n",
    "quotes that grow": "FROM scratch\nENV A=" + "a" * 60_000 + '\nENV B="' + "$A" * 30_000 + '"\n',
    "a configuration that grows": "FROM scratch\nENV A="
    + "a" * 60_000
    + "\n"
    + "".join(f"ENV B{number}=$A$A$A$A$A$A$A$A\n" for number in range(60)),
    "a directory that grows": "FROM scratch\nENV A=aaaaaaaaaa/\n" + "ENV A=$A$A\n" * 15 + "WORKDIR /$A\n",
    "a port beyond all": "FROM scratch\nEXPOSE 1-999999999999\n",
    "a time beyond all": f"FROM scratch\nHEALTHCHECK --interval={NINES}s CMD x\n",
    "a signal beyond all": f"FROM scratch\nSTOPSIGNAL {NINES}\n",
    "a mode beyond all": f"FROM scratch\nCOPY --chmod={NINES} Dockerfile /\n",
    "nested braces": "FROM scratch\nLABEL x=" + "${a:-" * 5000 + "}" * 5000 + "\n",
    "zero bytes": "FROM scratch\nCOPY Dockerfile /a\0b\n",
    "a zero byte in a directory": "FROM scratch\nWORKDIR /a\0b\n",
    "a long name": "FROM scratch\nCOPY Dockerfile /" + "a" * 300 + "\n",
    "a long path": "FROM scratch\nCOPY Dockerfile /" + "a/" * 3000 + "\n",
    "an open here-document": "FROM scratch\nCOPY <<EOF /x\nabc\n",
    "a long line": "FROM scratch\nLABEL a=" + "x" * MIB + "\n",
    "escape sequences": "FROM scratch\n\x1b]0;evil\x07 \x1b[2J\n",
    "a byte that is no text": b"FROM scratch\n\xff\xfe\n",
    "only comments": "# comment\n" * 1000,
    "too large": "# comment\n" * (2 * MIB),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(context: Context, root: Path, tmp_path: Path, case: str) -> None:
    directory = context(REFUSED[case])
    started = time.monotonic()
    shown = measure("build", directory, root=root, peak_file=tmp_path / "peak", timeout=60)
    assert shown.is_told(), shown
    assert "\x1b" not in shown.err
    assert len(shown.err) < 20_000
    assert shown.peak < 200 * MIB
    assert time.monotonic() - started < 30
    assert_sound(root)


TAKEN = {
    "a thousand stages": "FROM scratch AS s0\n"
    + "".join(f"FROM s{number} AS s{number + 1}\n" for number in range(1000))
    + "LABEL a=b\n",
    "a thousand copies": "FROM scratch AS s0\nCOPY Dockerfile /f\n"
    + "".join(f"FROM scratch AS s{number + 1}\nCOPY --from=s{number} /f /f\n" for number in range(300)),
    "a million continuations": "FROM scratch\nLABEL " + "\\\n" * (MIB // 4) + "a=b\n",
    "many quotes": "FROM scratch\nLABEL a=\"" + '\\"' * 30_000 + '"\n',
    "many here-documents": "FROM scratch\nCOPY "
    + " ".join(f"<<E{number}" for number in range(500))
    + " /x/\n"
    + "".join(f"a\nE{number}\n" for number in range(500)),
    "deep JSON": "FROM scratch\nCMD " + "[" * 10_000 + "]" * 10_000 + "\n",
    "every port": "FROM scratch\n" + "EXPOSE 1-65535/tcp 1-65535/udp 1-65535/sctp\n",
    "many volumes": "FROM scratch\nVOLUME " + " ".join(f"/v{number}" for number in range(5000)) + "\n",
    "many triggers": "FROM scratch AS a\n" + "ONBUILD LABEL a=b\n" * 150 + "FROM a\n",
    "patterns": "FROM scratch\nENV A=" + "a" * 60_000 + "\nLABEL x=${A##*a*a*a*a*a*a*b} y=${A/*b*b/c}\n",
    "a destination outside": "FROM scratch\nCOPY Dockerfile /../../../../../../tmp/minibuild-was-here\n",
    "bytes that are no text": b"FROM scratch\nCOPY . /\xff/\nWORKDIR /\xfe\nENV A=\xfd\nLABEL b=\xfc\n"
    b'ARG c=\xfb\nCMD ["\xfa"]\nUSER \xf9\nEXPOSE 1\nVOLUME /\xf8\nSTOPSIGNAL 9\n',
    "zero bytes in values": "FROM scratch\nLABEL a=b\0c\nENV x=y\0z\n",
    "two hundred labels": "FROM scratch\n" + "".join(f"LABEL l{number}=1\n" for number in range(200)),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_only_strange(context: Context, root: Path, tmp_path: Path, case: str) -> None:
    directory = context(TAKEN[case])
    arguments = ["build", "--dialect", "docker", "-t", "app", "-o", tmp_path / "out", directory]
    for _ in range(2):
        shown = measure(*arguments, root=root, peak_file=tmp_path / "peak", timeout=100)
        assert shown.status == 0, shown.err[-500:]
        assert shown.peak < 200 * MIB
        assert shown.seconds < 60
    for words in (["history", "app"], ["inspect", "app"], ["images"], ["explain"]):
        assert run(*words, root=root).status == 0, words
    assert not Path("/tmp/minibuild-was-here").exists()
    assert_sound(root)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["LABEL l{}=1", "COPY Dockerfile /f{}", "ENV e{}=1"])
def test_five_thousand_instructions(context: Context, root: Path, tmp_path: Path, line: str) -> None:
    directory = context("FROM scratch\n" + "".join(line.format(number) + "\n" for number in range(5000)))
    shown = measure("build", "-q", directory, root=root, peak_file=tmp_path / "peak", timeout=400)
    assert shown.status == 0, shown.err[-500:]
    assert shown.peak < 200 * MIB
    assert run("build", "-q", directory, root=root, timeout=200).status == 0


# ---- what runs


RUNS = {
    "a fork bomb": "f() { f | f & }; f; wait",
    "a variable that doubles": "a=x; while :; do a=$a$a; done",
    "endless output": "yes",
    "an endless file": "yes > /f",
    "an endless copy": "dd if=/dev/zero of=/f bs=1M count=20000",
    "a hole": "truncate -s 100G /f",
    "many holes": "for i in 1 2 3 4 5 6 7 8 9; do truncate -s 15G /f$i; done",
    "an endless loop": "while :; do :; done",
    "endless directories": "while mkdir d && cd d; do :; done",
    "endless files": "i=0; while :; do i=$((i+1)); : > /f$i; done",
    "endless recursion": "f() { f; }; f",
    "an endless sleep": "sleep 1000000000 & wait; sleep 99999999",
    "a deadlock": "mkfifo /p; cat /p",
    "an endless sort": "yes | sort",
    "an endless expansion": "echo $(yes)",
    "a pattern": "case " + "a" * 5000 + " in " + "*a" * 30 + "b) ;; esac",
    "an expression": "expr " + "a" * 3000 + " : '" + "\\(a*\\)*" * 3 + "b'",
    "grep": "echo " + "a" * 3000 + " | grep -E '(a+)+b'",
    "kill them all": "kill -9 -1; kill -9 1; kill -9 $PPID; kill -9 $$",
    "links out": "ln -s / /l; ln -s ../../../../../../etc /u; echo x > /u/passwd; echo x > /l/l/etc/passwd",
    "the host": "cat /proc/1/environ /etc/shadow /proc/self/mem; ls /root /work /home; cat /dev/sda",
    "archives": "cd /tmp; ln -s /etc e; tar cf /a.tar e; rm e; mkdir e; tar xf /a.tar; echo > /tmp/e/x",
}


_SLOW = ("endless directories", "endless files")
_RUNS = [pytest.param(case, marks=[pytest.mark.slow] if case in _SLOW else []) for case in RUNS]


@pytest.mark.parametrize("case", _RUNS)
def test_runs_that_want_too_much(context: Context, root: Path, tmp_path: Path, case: str) -> None:
    """They end, soon, and leave at most an ordinary layer."""
    directory = context(f"FROM busybox\nRUN {RUNS[case]}\n")
    before = Path("/etc/passwd").read_bytes()
    words = ["build", "-o", tmp_path / "out", directory]
    shown = measure(*words, root=root, peak_file=tmp_path / "peak", timeout=150)
    assert not shown.is_broken(), shown.err[-500:]
    assert shown.peak < 450 * MIB
    assert shown.seconds < 100
    assert Path("/etc/passwd").read_bytes() == before
    used = sum(path.stat().st_blocks * 512 for path in root.rglob("*") if path.is_file())
    assert used < 20 * MIB
    subprocess.run(["rm", "-rf", tmp_path / "out"], check=True)
    assert_sound(root)


def test_nothing_of_the_host_is_seen(context: Context, root: Path, tmp_path: Path) -> None:
    commands = "env > /env; cat /proc/*/environ > /all; hostname > /name; ls -R / > /files; cp /etc/hosts /h"
    directory = context(f"FROM busybox\nRUN ({commands}) 2> /dev/null; id > /id\n")
    env = {**os.environ, "PRIVATE_TOKEN": "hunter2-private"}
    shown = run("build", "-o", tmp_path / "out", directory, root=root, env=env)
    assert shown.status == 0, shown.err
    for name in ("env", "all", "name", "files", "h", "id"):
        text = (tmp_path / "out" / name).read_text(errors="replace")
        assert "hunter2" not in text
        assert str(tmp_path) not in text
    assert (tmp_path / "out" / "name").read_text().strip() != os.uname().nodename
    assert "context" not in files_below(tmp_path / "out")
