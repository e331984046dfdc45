"""Redirections (POSIX XCU 2.7): expanded first, then applied to the descriptors of a process, and undone
again.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from minibuild.filesystem.errors import fail, strerror
from minibuild.kernel.streams import Source
from minibuild.shell.errors import ExpansionError, ShellError
from minibuild.shell.expansion import compile_words
from minibuild.shell.nodes import HereDocument, Redirection
from minibuild.shell.octets import encode
from minibuild.shell.texts import compile_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

_MODES = {"<": "r", ">": "w", ">|": "w", ">>": "a", "<>": "rw", "&>": "w", "&>>": "a"}
_FIRST_SAVED = 10


class Action(NamedTuple):
    """An expanded redirection: `target` is a path, a descriptor's text or the bytes of a here-document."""

    number: int
    operator: str
    target: str | bytes
    variable: str = ""


Expand = "Callable[[Shell], list[Action]]"
Undo = list[tuple[int, "Stream | None"]]


class RedirectionError(ShellError):
    """A redirection that failed: the command is not run."""


def compile_redirections(
    redirections: Sequence[Redirection], dialect: Dialect
) -> Callable[[Shell], list[Action]]:
    """The function that expands some redirections, in order."""
    functions = [_compile(one, dialect) for one in redirections]
    return lambda shell: [function(shell) for function in functions]


def _compile(redirection: Redirection, dialect: Dialect) -> Callable[[Shell], Action]:
    operator, target, variable = redirection.operator, redirection.target, redirection.variable
    number = redirection.number
    if number is None:
        number = 0 if operator[0] == "<" else 1
    if isinstance(target, HereDocument):
        body = compile_text(target.body, dialect)
        return lambda shell: Action(number, "<<", encode(_here_document(shell, body)), variable)
    if operator == "<<<":
        text = compile_text(target, dialect, tilde="word")
        return lambda shell: Action(number, "<<", encode(text(shell) + "\n"), variable)
    if dialect.bash:
        words = compile_words([target], dialect)

        def one(shell: Shell) -> Action:
            found = words(shell)
            if len(found) != 1:
                raise RedirectionError(f"{''.join(found) or 'word'}: ambiguous redirect", 1)
            return Action(number, operator, found[0], variable)

        return one
    path = compile_text(target, dialect, tilde="word")
    return lambda shell: Action(number, operator, path(shell), variable)


def _here_document(shell: Shell, body: Callable[[Shell], str]) -> str:
    """The text of a here-document; in ash and dash, what can't be expanded is a redirection that fails."""
    try:
        return body(shell)
    except ExpansionError as error:
        if shell.dialect.bash:
            raise
        raise RedirectionError(error.message, shell.dialect.redirection_status) from None


def apply(shell: Shell, process: Process, actions: Sequence[Action], undo: Undo | None) -> None:
    """Change the descriptors of `process`. What they were is put into `undo`, if there is one, for `restore`.

    RedirectionError when one fails; those before it stay.
    """
    for action in actions:
        _apply(shell, process, action, undo)


def _apply(shell: Shell, process: Process, action: Action, undo: Undo | None) -> None:
    number, operator, target, variable = action
    if operator in ("&>", "&>>") or (
        operator == ">&" and number == 1 and not variable and not _descriptor(shell, target)
    ):
        assert isinstance(target, str)
        stream: Stream = _open(shell, process, "&>" if operator == ">&" else operator, target)
        _put(process, 1, stream, undo)
        _put(process, 2, stream, undo)
        return
    if operator in ("<&", ">&"):
        assert isinstance(target, str)
        duplicate = _duplicated(shell, process, target)
        if duplicate is None:
            _put(process, _number_in(shell, variable, number), None, undo)
            return
        stream = duplicate
    elif isinstance(target, bytes):
        shell.variables.account(len(target))
        stream = Source(target)
    else:
        stream = _open(shell, process, operator, target)
    if variable:
        number = process.descriptors.add(stream, _FIRST_SAVED)
        shell.variables.set(variable, str(number))
        return
    _put(process, number, stream, undo)


def _descriptor(shell: Shell, target: str | bytes) -> bool:
    """Whether the target of `>&` is a descriptor; for bash and ash it may also be a file, as for `&>`."""
    return (
        shell.dialect.posix_only
        or not isinstance(target, str)
        or target == "-"
        or target.rstrip("-" * shell.dialect.bash).isdigit()
    )


def _number_in(shell: Shell, variable: str, number: int) -> int:
    """The descriptor that `{name}>&-` closes."""
    return shell.variables.number(variable) if variable else number


def _duplicated(shell: Shell, process: Process, target: str) -> Stream | None:
    """The stream that `N>&M` means; None to close."""
    if target == "-":
        return None
    moved = shell.dialect.bash and target[-1:] == "-"
    text = target[:-1] if moved else target
    if not (text.isascii() and text.isdigit()):
        if shell.dialect.bash:
            raise RedirectionError(f"{target}: ambiguous redirect", 1)
        raise ShellError("Bad fd number" if shell.dialect.posix_only else "redir error")
    source = int(text)
    stream = process.descriptors.get(source)
    if stream is None:
        raise RedirectionError(f"{source}: {strerror(errno.EBADF)}", shell.dialect.redirection_status)
    if moved:
        stream.references += 1
        process.descriptors.close(source)
        stream.references -= 1
    return stream


def _open(shell: Shell, process: Process, operator: str, path: str) -> Stream:
    mode = _MODES[operator]
    try:
        if operator in (">", "&>") and shell.options.noclobber and process.view.is_file(path):
            raise fail(errno.EEXIST, path)
        return process.open_stream(path, mode)
    except OSError as error:
        raise RedirectionError(
            shell.words.open_failure(path, error, create=mode in "wa"), shell.dialect.redirection_status
        ) from None


def _put(process: Process, number: int, stream: Stream | None, undo: Undo | None) -> None:
    descriptors = process.descriptors
    old = descriptors.get(number)
    if undo is not None:
        if old is not None:
            old.references += 1
        undo.append((number, old))
    if stream is None:
        descriptors.close(number)
        return
    try:
        descriptors.put(number, stream)
    except OSError as error:
        raise RedirectionError(f"{number}: {strerror(error)}", 1) from None


def restore(process: Process, undo: Undo) -> None:
    """Make the descriptors what they were."""
    descriptors = process.descriptors
    for number, stream in reversed(undo):
        if stream is None:
            descriptors.close(number)
        else:
            descriptors.put(number, stream)
            stream.references -= 1
