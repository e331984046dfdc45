"""test and `[` (POSIX XCU test)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.conditions import TestError, evaluate

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def test(shell: Shell, argv: list[str]) -> int:
    """`test expression`, `[ expression ]`."""
    words = argv[1:]
    double = argv[0] == "[["
    if argv[0] != "test":
        closing = "]]" if double else "]"
        if not words or words[-1] != closing:
            shell.complain_as("[", f"missing {closing}" if not shell.dialect.bash else "missing `]'")
            return 2
        words.pop()
    shell.process.view.missing = ""
    try:
        holds = evaluate(words, shell.process, shell, patterns=double)
        shell.doubt_test(words)
        return 0 if holds else 1
    except TestError as error:
        shell.doubt_test(words)
        shell.complain_as(argv[0], str(error))
        return 2
