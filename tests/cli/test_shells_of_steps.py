"""`replay --shell` and `build --break`: a shell in the container of a step, through the command line."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """FROM busybox
ARG V=1
ENV A=b
WORKDIR /srv
RUN echo $V > /v; adduser -D joe
USER joe
RUN cat /v; touch /tmp/left
"""
WHERE = b"echo $(id -un) $V $A $(pwd) $(ls /v /tmp/left 2>/dev/null)\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--step", "1"), "root /"),
        (("--step", "2"), "root 7 /"),
        (("--step", "4"), "root 7 b /srv"),
        (("--step", "5", "--before"), "root 7 b /srv"),
        (("--step", "5"), "root 7 b /srv /v"),
        (("--step", "6"), "joe 7 b /srv /v"),
        (("--step", "7", "--before"), "joe 7 b /srv /v"),
        (("--step", "7"), "joe 7 b /srv /tmp/left /v"),
    ],
)
def test_a_replayed_shell_is_where_a_run_would_be(
    minibuild, context, words: tuple[str, ...], told: str
) -> None:
    """User, build argument, variable, directory and files are those of that place."""
    minibuild("build", "-t", "app", "--build-arg", "V=7", context(TEXT))
    shown = minibuild("replay", *words, "--shell", "app", stdin=WHERE)
    assert (shown.status, shown.out) == (0, told + "\n")
    assert "thrown away" in shown.err


def test_what_a_replayed_shell_changes_is_thrown_away(minibuild, context) -> None:
    minibuild("build", "-t", "app", context(TEXT))
    words = ("replay", "--step", "5", "--shell", "app")
    assert minibuild(*words, stdin=b"rm /v; ls /v").out == ""
    assert minibuild(*words, stdin=b"ls /v").out == "/v\n"
    assert minibuild("cat", "app:/v").out == "1\n"


def test_a_failed_step_has_a_container_before_it_alone(minibuild, context) -> None:
    minibuild("build", context("FROM busybox\nRUN touch /a\nRUN rm /a; exit 3\nRUN true\n"))
    assert minibuild("replay", "--step", "3", "--shell", "--before", stdin=b"ls /a").out == "/a\n"
    after = minibuild("replay", "--step", "3", "--shell")
    assert (after.status, "--break on-error" in after.err) == (1, True)
    assert "was not reached" in minibuild("replay", "--step", "4", "--shell").err
    assert "is a FROM" in minibuild("replay", "--step", "1", "--shell", "--before").err


def test_shells_need_a_step(minibuild, context) -> None:
    minibuild("build", "-t", "app", context(TEXT))
    assert minibuild("replay", "--shell", "app").status == 2
    assert minibuild("replay", "--step", "2", "--before", "app").status == 2


def test_a_replayed_shell_of_an_image_that_nobody_built(
    minibuild, context, root: Path, tmp_path: Path
) -> None:
    """From an archive, only the layers on the way are known; that is said."""
    minibuild("build", "-t", "app", context(TEXT))
    archive = tmp_path / "app.tar"
    minibuild("save", "-o", archive, "app")
    other = ("--root", tmp_path / "other")
    minibuild(*other, "load", "-i", archive)
    total = len(minibuild(*other, "replay", "--format", "json", "app").out.split('"step":')) - 1
    last = minibuild(*other, "replay", "--step", str(total), "--shell", "app", stdin=WHERE)
    assert last.out == "joe b /srv /tmp/left /v\n"
    before = minibuild(*other, "replay", "--step", str(total), "--shell", "--before", "app", stdin=WHERE)
    assert before.out == "joe b /srv /v\n"
    assert "are those of the finished image" in before.err


def test_no_shell_in_an_empty_image(minibuild, context) -> None:
    minibuild("build", "-t", "app", context("FROM scratch\nCOPY a /a\n", a="x"))
    shown = minibuild("replay", "--step", "2", "--shell", "app", stdin=b"ls")
    assert "no shell can be opened" in shown.err
    assert shown.out == ""


def test_break_stops_before_steps_and_goes_on(minibuild, context) -> None:
    """One standard input serves one shell after the other; nothing that they do is in the image."""
    typed = WHERE + b"touch /srv/new\nexit\n" + WHERE + b"rm /v\n"
    shown = minibuild("build", "-t", "app", "--break", "5", "--break", "6", context(TEXT), stdin=typed)
    assert shown.status == 0
    assert "Step 5/7 : RUN echo $V > /v; adduser -D joe\nroot 1 b /srv\n ---> Running in" in shown.out
    assert "Step 6/7 : USER joe\nroot 1 b /srv /v\n" in shown.out
    assert shown.err.count("Stopped before step") == 2
    assert minibuild("ls", "app:/srv").out == ""
    assert minibuild("cat", "app:/v").out == "1\n"
    cached = minibuild("build", "--break", "5", context(TEXT), stdin=WHERE)
    assert "root 1 b /srv\n ---> Using cache" in cached.out


def test_break_on_error_shows_what_the_command_left(minibuild, context) -> None:
    dockerfile = (
        "FROM busybox\nWORKDIR /w\nRUN --mount=type=tmpfs,target=/t echo half > out; exit 3\nRUN true\n"
    )
    shown = minibuild("build", "--break", "on-error", context(dockerfile), stdin=b"cat out; exit 9")
    assert shown.status == 1
    assert shown.out.endswith("half\n")
    assert "Step 3 failed: The command" in shown.err
    dockerfile = "FROM busybox\nWORKDIR /w\nCOPY no /\n"
    missing = minibuild("build", "--break", "on-error", context(dockerfile), stdin=b"pwd")
    assert missing.out.endswith("/w\n")


def test_break_survives_what_can_not_be_simulated(minibuild, context) -> None:
    """A command that never ends is told; the next line goes to another shell."""
    typed = b"cd /tmp\nsleep 1 | cat; mkfifo f; cat f\npwd\n"
    shown = minibuild("build", "--break", "2", context("FROM busybox\nRUN true\n"), stdin=typed)
    assert shown.status == 0
    assert "a new shell goes on" in shown.err
    assert "\n/\n" in shown.out


def test_bad_breaks(minibuild, context) -> None:
    directory = context(TEXT)
    for word, status in (("1", 1), ("8", 1), ("0", 1), ("x", 2), ("-1", 2), ("9" * 30, 2)):
        shown = minibuild("build", f"--break={word}", directory)
        assert shown.status == status, shown
        assert "--break" in shown.err
    assert minibuild("build", "--break", "2", "-", stdin=b"FROM busybox\nRUN true\n").status == 2
    assert minibuild("build", "--break", "2", directory.parent).status == 2


def test_break_on_a_terminal(context, root: Path) -> None:
    """Prompts and echoes, as with `run -it`; then the build goes on."""
    directory = context("FROM busybox\nWORKDIR /srv\nRUN echo done\n")
    words = ("-m", "minibuild", "--root", str(root), "build", "--break", "3", str(directory))
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, (sys.executable, *words))
    shown = b""
    typed = iter([b"echo 1$((1+1))3\n", b"exit\n"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and select.select([terminal], [], [], 60)[0]:
        try:
            block = os.read(terminal, 4096)
        except OSError:
            break
        shown += block
        if shown.endswith(b"/srv # "):
            os.write(terminal, next(typed, b"\n"))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"123\r" in shown
    assert b"done\r\n" in shown


def test_an_interrupt_ends_a_command_and_not_the_build(context, root: Path) -> None:
    """What runs away on a terminal can be stopped; another shell goes on."""
    directory = context("FROM busybox\nRUN echo done\n")
    words = ("-m", "minibuild", "--root", str(root), "build", "--break", "2", str(directory))
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, (sys.executable, *words))
    shown = b""
    typed = iter([b"touch /a; while :; do :; done\n", b"echo 1$((1+1))3 /a*\n", b"exit\n"])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            if b"while" in shown:
                os.write(terminal, b"\x03")
            continue
        try:
            block = os.read(terminal, 4096)
        except OSError:
            break
        shown += block
        if shown.endswith(b"/ # "):
            os.write(terminal, next(typed, b"exit\n"))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"interrupted: a new shell goes on" in shown
    assert b"123 /a\r" in shown
    assert b"Successfully built" in shown
