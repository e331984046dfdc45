"""A shell that talks to somebody: prompts, one command after the other, and no error that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.kernel.signals import INT, QUIT, TERM
from minibuild.shell.compiler import compile_command
from minibuild.shell.errors import (
    DiscardedError,
    LoopControl,
    NoExecution,
    ReturnFrom,
    ShellError,
    ShellSyntaxError,
)
from minibuild.shell.inputs import read_line
from minibuild.shell.octets import decode, encode

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_BASH = "\\s-\\v\\$ "
_ASH = "\\w \\$ "
_VERSION = "5.2"


def is_interactive(shell: Shell) -> bool:
    """Whether somebody talks to the shell: it was told so, or its input and error output are a terminal."""
    if shell.options.get("interactive"):
        return True
    streams = [shell.process.descriptors.get(number) for number in (0, 2)]
    return all(stream is not None and stream.is_tty for stream in streams)


def run_interactive(shell: Shell) -> int:
    """Read and run commands until the input ends; the last status."""
    shell.options.set("interactive", True)
    if shell.dialect.name != "dash":
        shell.values.setdefault("PS1", _BASH)
        shell.values.setdefault("PS2", "> ")
        if shell.dialect.name == "ash" and shell.values["PS1"] in ("# ", "$ "):
            shell.values["PS1"] = _ASH
    for signal in (INT, QUIT, TERM):  # a child gets them as they are; the shell itself goes on
        shell.process.handlers.setdefault(signal, _survive)
    while True:
        ended, status = _run_until_error(shell)
        if ended:
            if shell.dialect.bash:
                shell.process.stderr.write("exit\n")
            return status


def _survive(_signal: int) -> None:
    """An interactive shell is not ended by Ctrl-C."""


def _run_until_error(shell: Shell) -> tuple[bool, int]:
    """(whether the input ended, the last status)."""
    began = False

    def more() -> str:
        nonlocal began
        process = shell.process
        process.flush()
        process.stderr.write(encode(prompt(shell, "PS2" if began else "PS1")))
        line = decode(read_line(process.descriptors.get(0), process=process))
        began = began or bool(line.strip())
        return line

    parser = shell.parser("", more=more)
    while True:
        began = False
        try:
            command = parser.next_command()
            if command is None:
                return True, shell.status
            shell.handle_signals()
            shell.status = compile_command(command, shell.dialect)(shell)
        except ShellSyntaxError as error:
            shell.report(ShellError(shell.words.syntax(error)))
            shell.status = 2
            return False, 2
        except (ShellError, DiscardedError) as error:
            shell.report(error)
            shell.status = error.status
            return False, error.status
        except (NoExecution, LoopControl, ReturnFrom):
            continue


def prompt(shell: Shell, name: str) -> str:
    """A prompt with what its backslashes ask for."""
    value = shell.values.get(name)
    text = value if isinstance(value, str) else "> "
    if shell.dialect.name == "dash" or "\\" not in text:
        return text
    pieces, at = [], 0
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            pieces.append(_escape(shell, text[at + 1]))
            at += 2
        else:
            pieces.append(text[at])
            at += 1
    return "".join(pieces)


def _escape(shell: Shell, letter: str) -> str:
    process = shell.process
    home = shell.values.get("HOME")
    here = process.view.cwd
    if isinstance(home, str) and len(home) > 1 and (here == home or here.startswith(home + "/")):
        here = "~" + here[len(home) :]
    uid = process.view.credentials.uid
    known = {
        "w": here,
        "W": here.rpartition("/")[2] or here,
        "$": "$" if uid else "#",
        "h": process.system.hostname.partition(".")[0],
        "H": process.system.hostname,
        "u": str(shell.values.get("USER") or uid or "root"),
        "s": shell.name.rpartition("/")[2].removeprefix("-"),
        "v": _VERSION,
        "n": "\n",
        "\\": "\\",
        "e": "\033",
        "a": "\a",
        "[": "",
        "]": "",
    }
    return known.get(letter, "\\" + letter)
