"""What the shells say when something is wrong, each in its own words."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror

if TYPE_CHECKING:
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.errors import ShellSyntaxError


class Messages:
    """The words of busybox ash; those of dash and bash differ below."""

    def prefix(self, name: str, command: str, line: int) -> str:
        """What stands before a message: the shell, and the builtin that complains with its line."""
        if command and command != name:
            return f"{name}: {command}: line {line}: "
        return f"{name}: "

    def not_found(self, name: str) -> str:
        """A command that nobody knows."""
        return f"{name}: not found"

    def not_executable(self, name: str, error: OSError) -> str:
        """A command that can't be executed."""
        return f"{name}: {strerror(error)}"

    def open_failure(self, path: str, error: OSError, *, create: bool) -> str:
        """A redirection whose file can't be opened."""
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        if create:
            return f"can't create {path}: {'nonexistent directory' if missing else strerror(error)}"
        return f"can't open {path}: {'no such file' if missing else strerror(error)}"

    def syntax(self, error: ShellSyntaxError) -> str:
        """A syntax error."""
        return f"syntax error: {error.reason}"

    def unset(self, name: str) -> str:
        """A parameter that `set -u` misses."""
        return f"{name}: parameter not set"

    def null_or_unset(self, name: str, *, null: bool) -> str:
        """What `${name?}` says by itself."""
        return f"{name}: parameter {'not set or null' if null else 'not set'}"

    def bad_substitution(self, name: str) -> str:  # noqa: ARG002  bash tells the name
        """A `${…}` that does not exist."""
        return "syntax error: bad substitution"


class DashMessages(Messages):
    """dash."""

    def prefix(self, name: str, command: str, line: int) -> str:
        """Always with the line."""
        return f"{name}: {line}: {command}: " if command else f"{name}: {line}: "

    def open_failure(self, path: str, error: OSError, *, create: bool) -> str:
        """As dash has it."""
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        if create:
            return f"cannot create {path}: {'Directory nonexistent' if missing else strerror(error)}"
        return f"cannot open {path}: {'No such file' if missing else strerror(error)}"

    def syntax(self, error: ShellSyntaxError) -> str:
        """`"fi" unexpected (expecting "then")`."""
        reason = error.reason
        if reason.startswith("unexpected "):
            wanted = f" (expecting {error.expected})" if error.expected else ""
            return f"Syntax error: {error.token} unexpected{wanted}"
        return f"Syntax error: {reason[:1].upper()}{reason[1:]}"

    def bad_substitution(self, name: str) -> str:  # noqa: ARG002
        """As dash has it."""
        return "Bad substitution"


class BashMessages(Messages):
    """bash."""

    def prefix(self, name: str, command: str, line: int) -> str:
        """Always with the line."""
        return f"{name}: line {line}: {command}: " if command else f"{name}: line {line}: "

    def not_found(self, name: str) -> str:
        """As bash has it."""
        return f"{name}: No such file or directory" if "/" in name else f"{name}: command not found"

    def open_failure(self, path: str, error: OSError, *, create: bool) -> str:
        """As bash has it."""
        if create and error.errno == errno.EEXIST:
            return f"{path}: cannot overwrite existing file"
        return f"{path}: {strerror(error)}"

    def syntax(self, error: ShellSyntaxError) -> str:
        """`syntax error near unexpected token `fi'`."""
        token = error.token
        if error.incomplete:
            return "syntax error: unexpected end of file"
        if error.reason.startswith("unexpected ") and token:
            return f"syntax error near unexpected token `{token.strip(chr(34))}'"
        return f"syntax error: {error.reason}"

    def unset(self, name: str) -> str:
        """As bash has it."""
        return f"{name}: unbound variable"

    def bad_substitution(self, name: str) -> str:
        """As bash has it."""
        return f"${{{name}}}: bad substitution"


_WORDS = {"ash": Messages(), "dash": DashMessages(), "bash": BashMessages()}


def messages_of(dialect: Dialect) -> Messages:
    """The words of a dialect."""
    return _WORDS[dialect.name]
