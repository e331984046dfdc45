"""`run -it` and `exec -it` on a real terminal: prompts, edited lines, history, Ctrl-C."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
_PATIENCE = 20.0


class Session:
    """`minibuild WORDS…` on a terminal of its own."""

    def __init__(self, root: Path, *words: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "MINIBUILD_ROOT": str(root), "TERM": "dumb", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "minibuild", *words]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=False,
            preexec_fn=_take_terminal, close_fds=True,
        )  # fmt: skip
        os.close(slave)

    def until(self, wanted: str) -> str:
        """What is shown up to `wanted`."""
        seen, limit = "", time.monotonic() + _PATIENCE
        while wanted not in seen:
            assert time.monotonic() < limit, seen
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    seen += os.read(self.master, 4096).decode()
                except OSError:
                    break
        assert wanted in seen, seen
        return seen

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.master, text.encode())

    def end(self) -> int:
        """The exit status."""
        try:
            return self.process.wait(_PATIENCE)
        finally:
            os.close(self.master)


def _take_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_shell_is_talked_to(root: Path) -> None:
    session = Session(root, "run", "--rm", "-it", "--name", "box", "busybox", "sh")
    session.until("/ # ")
    session.type("cd /etc; echo $((6*7))\n")
    assert "42" in session.until("/etc # ")
    session.type("for i in a b\n")
    session.until("> ")
    session.type("do echo got-$i; done\n")
    assert "got-b" in session.until("/etc # ")
    session.type("if fi\n")  # a mistake does not end it
    assert "syntax error" in session.until("/etc # ")
    session.type("sleep 60\n")
    session.until("sleep 60")
    time.sleep(0.3)
    session.type("\x03")
    session.until("/etc # ")
    session.type("echo status $?\n")
    assert "status 130" in session.until("/etc # ")
    session.type("\x1b[A\n")  # the line before, from the history
    assert "status 0" in session.until("/etc # ")
    session.type("exit 7\n")
    assert session.end() == 7


def test_a_second_shell_in_a_container(root: Path, minibuild) -> None:
    minibuild("run", "-d", "--name", "web", "busybox", "sleep", "600")
    session = Session(root, "exec", "-it", "web", "sh")
    session.until("/ # ")
    session.type("echo x > /made; tty\n")
    session.until("/ # ")
    session.type("\x04")
    assert session.end() == 0
    assert minibuild("exec", "web", "cat", "/made").out == "x\n"
