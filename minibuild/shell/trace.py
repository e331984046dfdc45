"""`set -x`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.octets import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.shell.interpreter import Shell
    from minibuild.shell.redirection import Undo

_PLAIN = re.compile(r"[+,\-./0-9:@A-Z\]^_a-z]*")
_BASH_PLAIN = re.compile(r"[A-Za-z0-9_.,:+/@%=\[\]{}^!-]+")


def quoted(text: str) -> str:
    """The text in single quotes, a quote within them as the shells write it."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def single_quoted(text: str) -> str:
    """The text in single quotes as busybox has it in listings."""
    return "'" + text.replace("'", "'\\''") + "'"


def shown(shell: Shell, word: str) -> str:
    """A word as the trace shows it."""
    if shell.dialect.bash:
        return word if _BASH_PLAIN.fullmatch(word) else "'" + word.replace("'", "'\\''") + "'"
    if shell.dialect.posix_only:
        return word
    return word if _PLAIN.fullmatch(word) else quoted(word)


def trace(
    shell: Shell, assignments: Sequence[tuple[str, str]], argv: Sequence[str], undo: Undo | None = None
) -> None:
    """Write one line of the trace to standard error: to what that was before the redirections in `undo`."""
    prompt = shell.trace_prompt()
    words = [
        f"{name}={shown(shell, value) if value or not shell.dialect.bash else ''}"
        for name, value in assignments
    ]
    words += [shown(shell, word) for word in argv]
    line = f"{prompt}{' '.join(words)}\n"
    for number, stream in undo or ():
        if number == 2 and stream is not None:
            stream.write(encode(line))
            return
    shell.process.stderr.write(line)
