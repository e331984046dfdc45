"""A POSIX shell: text to tree (`parse`), words to fields (`expansion`), tree to effects (`interpreter`), each
usable alone.

    script = parse("for i in 1 2; do echo $i; done", dialect="ash")     # typed, frozen nodes (`nodes`);
    ShellSyntaxError
    status = Shell(process, dialect="ash").run("echo hello")            # from minibuild.shell.interpreter

The dialects are busybox ash 1.35, dash 0.5.12 and bash 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellSyntaxError

if TYPE_CHECKING:
    from minibuild.shell.nodes import Script

__all__ = ["ShellSyntaxError", "parse"]


def parse(text: str, dialect: str = "ash") -> Script:
    """The syntax tree of a script. ShellSyntaxError with line, column and source line when it is none."""
    from minibuild.shell.bash_syntax import Parser
    from minibuild.shell.dialect import dialect_of

    return Parser(text, dialect_of(dialect)).script()
