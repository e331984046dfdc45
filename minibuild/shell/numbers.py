"""Numbers that builtins take as operands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.errors import ShellError

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell

_LARGEST = 2147483647


def non_negative(text: str) -> int:
    """A decimal number of at most 31 bits; ShellError for anything else."""
    if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST:
        raise ShellError(f"Illegal number: {text}")
    return int(text)


def status_number(text: str, shell: Shell) -> int:
    """The operand of `exit` and `return`: bash takes negative ones."""
    if shell.dialect.bash:
        body = text.strip().removeprefix("-")
        if not body.isdigit():
            raise ShellError(f"{text}: numeric argument required", 2)
        return int(text) & 255
    if not shell.dialect.posix_only and text.isascii() and text.isdigit():
        return int(text) & 255
    return non_negative(text)
