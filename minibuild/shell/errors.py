"""Syntax errors, and how a running shell leaves what it is doing."""

from __future__ import annotations

from minibuild.errors import MinibuildError

END_OF_FILE = "end of file"


class ShellSyntaxError(MinibuildError):
    """A script that is no shell script. `line` is 1-based; `source` is that line; `column` points to the
    place.

    `token` is what was found as the shells name it (`"fi"`, `newline`, `end of file`), "" when `message` says
    it all;
    `expected` what would have been right, "" when there are many choices.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        token: str = "",
        expected: str = "",
        line: int = 0,
        column: int = 0,
        source: str = "",
    ) -> None:
        super().__init__(f"syntax error: {message}", line=line, column=column, source=source)
        self.reason = message
        self.token = token
        self.expected = expected

    @property
    def incomplete(self) -> bool:
        """Whether the script ends too early: more text could make it right."""
        return self.token == END_OF_FILE


class ShellError(Exception):
    """An error that ends a special builtin's shell, and any other command with `status`. The text is not
    prefixed yet.
    """

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class ExpansionError(ShellError):
    """A word can't be expanded (`${x?}`, `set -u`, arithmetic): a shell that isn't interactive ends."""


class DiscardedError(ExpansionError):
    """What bash does where other shells end: it goes on with the next complete command."""


class DivisionByZero(ExpansionError):  # noqa: N818
    """`$((1/0))`."""


class ShellExit(Exception):  # noqa: N818  not an error: the `exit` builtin, or `set -e`
    """The shell ends with `status`, after its EXIT trap."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class NoExecution(ShellExit):
    """`set -n`: from here on commands are only read."""


class ReturnFrom(Exception):  # noqa: N818  not an error: the `return` builtin
    """A function or a sourced file ends with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class LoopControl(Exception):  # noqa: N818  not an error: `break` or `continue`
    """Leave `depth` loops; go on with the next turn of the outermost of them when `again`."""

    def __init__(self, depth: int, again: bool) -> None:
        super().__init__(depth)
        self.depth = depth
        self.again = again
