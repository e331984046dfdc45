"""eval, `.`, exec, command, exit, return, break, continue."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import DEFAULT_PATH
from minibuild.kernel.signals import ProcessExit
from minibuild.shell.builtins import lookup
from minibuild.shell.errors import LoopControl, ReturnFrom, ShellError, ShellExit
from minibuild.shell.execution import _call_builtin, execute_as, run_external
from minibuild.shell.numbers import non_negative, status_number
from minibuild.shell.octets import decode

# Units of work between a test and an `exit` that follows from it: a message or two.
GIVING_UP = 6

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def evaluate(shell: Shell, argv: list[str]) -> int:
    """`eval words`: run their text here."""
    words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    text = " ".join(words)
    if not text.strip():
        return 0
    return shell.run_text(text, line=max(shell.line, 1))


def source(shell: Shell, argv: list[str]) -> int:
    """`. file [arguments]`: run a file here."""
    words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    if not words:
        raise ShellError("filename argument required" if shell.dialect.bash else "usage: . filename", 2)
    path = _find_source(shell, words[0])
    view = shell.process.view
    known, view.opaque = view.opaque, ""
    try:
        text = decode(_read_file(shell, path))
        if view.opaque:
            return 0  # what it would define is not known; what needs it will say so
    except IsADirectoryError as error:
        if shell.dialect.bash:
            raise ShellError(f"{path}: {strerror(error)}".lower(), 1) from None
        text = ""
    except OSError as error:
        if shell.dialect.bash:
            raise ShellError(f"{path}: {strerror(error)}", 1) from None
        if shell.dialect.posix_only:
            raise ShellError(
                f"cannot open {path}: {'No such file' if error.errno == errno.ENOENT else strerror(error)}"
            ) from None
        raise ShellError(f"can't open '{path}': {strerror(error)}") from None
    finally:
        view.opaque = known
    args, before = shell.args, shell.command_name
    tested, zero, line = shell.tested, shell.lines_from_zero, shell.line
    if len(words) > 1 and not shell.dialect.posix_only:
        shell.args = words[1:]
    shell.command_name = path if not shell.dialect.bash else before
    shell.lines_from_zero = False
    if not shell.dialect.bash:
        shell.tested = 0
    shell.sourced += 1
    shell.status = 0
    try:
        try:
            status = shell.run_parser(shell.parser(text))
        except ReturnFrom as ended:
            status = ended.status
        shell.returning()
        return status
    except ShellError as error:
        shell.report(error)
        raise
    finally:
        shell.sourced -= 1
        shell.command_name = before
        shell.tested, shell.lines_from_zero, shell.line = tested, zero, line
        if len(words) > 1:
            shell.args = args


def _read_file(shell: Shell, path: str) -> bytes:
    return shell.process.open_reader(path).read() if path != "-" else shell.process.view.read_bytes("./-")


def _find_source(shell: Shell, name: str) -> str:
    """The file that `. name` means: through PATH when it has no slash; bash looks here at last."""
    if "/" in name:
        return name
    view = shell.process.view
    for directory in (shell.variables.get("PATH") or "").split(":"):
        path = f"{directory}/{name}" if directory else name
        if view.is_file(path):
            return path
    if shell.dialect.bash:
        return name
    raise ShellError(f"{name}: not found")


def execute(shell: Shell, argv: list[str]) -> int:
    """`exec [command]`: the shell becomes a program; without one its redirections stay."""
    words = argv[1:]
    name = None
    clear = False
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        if shell.dialect.posix_only:
            words.insert(0, word)
            break
        if word == "-a" and words:
            name = words.pop(0)
        elif word == "-c":
            clear = True
        elif word != "-l":
            raise ShellError(f"illegal option {word}")
    if not words:
        shell.keep_redirections = True
        return 0
    process = shell.process
    handlers, pending = dict(process.handlers), list(process.pending)
    if name is not None:
        path = lookup.find_path(shell, words[0]) or words[0]
        process.handlers.clear()
        raise ProcessExit(_execute_named(shell, path, [name, *words[1:]]))
    process.handlers.clear()
    process.pending.clear()
    if clear:
        shell.variables.exported.clear()
    if not words[0]:
        shell.complain(f": {strerror(errno.EACCES)}")
        raise ShellExit(126)
    problem: list[OSError] = []
    process.env = shell.variables.environment()
    status = execute_as(shell, process, words, shell.values.get("PATH"), problem)
    if not problem:
        raise ProcessExit(status)
    process.handlers.update(handlers)
    process.pending.extend(pending)
    raise ShellExit(status)


def _execute_named(shell: Shell, path: str, argv: list[str]) -> int:
    shell.process.env = shell.variables.environment()
    try:
        return shell.process.execute(argv, path)
    except OSError as error:
        shell.complain(shell.words.not_found(path))
        return 126 if error.errno == errno.EACCES else 127


def command(shell: Shell, argv: list[str]) -> int:
    """`command [-pvV] name [arguments]`: no function, and no special builtin that ends the shell."""
    words = argv[1:]
    default_path, describe = False, ""
    while words and words[0][:1] == "-" and len(words[0]) > 1:
        word = words.pop(0)
        if word == "--":
            break
        for letter in word[1:]:
            if letter == "p":
                default_path = True
            elif letter in "vV":
                describe = letter
            else:
                raise ShellError(f"illegal option -{letter}")
    if describe:
        return lookup.describe(shell, words, verbose=describe == "V")
    if not words:
        return 0
    builtin_found = shell.builtins.get(words[0])
    if builtin_found is not None:
        before = shell.command_name
        shell.command_name = words[0]
        apart = words[0] == "local" and bool(shell.calls) and not shell.dialect.bash
        if apart:
            shell.variables.enter()  # ash and dash: the variables are local to `command`
        try:
            return builtin_found.run(shell, words)
        except ShellError as error:
            shell.report(error)
            return error.status
        finally:
            shell.command_name = before
            if apart:
                shell.variables.leave()
    before, shell.command_name = shell.command_name, ""
    try:
        if default_path:
            before_path = shell.values.get("PATH")
            shell.values["PATH"] = DEFAULT_PATH
            try:
                return run_external(shell, words, None, None)
            finally:
                shell.values.pop("PATH")
                if before_path is not None:
                    shell.values["PATH"] = before_path
        return run_external(shell, words, None, None)
    finally:
        shell.command_name = before


def builtin(shell: Shell, argv: list[str]) -> int:
    """bash's `builtin name [arguments]`."""
    if len(argv) < 2:
        return 0
    found = shell.builtins.get(argv[1])
    if found is None:
        raise ShellError(f"{argv[1]}: not a shell builtin", 1)
    return _call_builtin(shell, found, argv[1:])


def leave(shell: Shell, argv: list[str]) -> int:
    """`exit [status]`."""
    status = shell.trap_status() if len(argv) < 2 else status_number(argv[1], shell)
    if status and shell.assumed(within=GIVING_UP):
        status = 0  # the script gives up because of a test that nobody knows the outcome of
    raise ShellExit(status & 255)


def return_from(shell: Shell, argv: list[str]) -> int:
    """`return [status]`: from a function or a sourced file."""
    status = shell.trap_status() if len(argv) < 2 else status_number(argv[1], shell)
    if shell.dialect.bash and not shell.calls and not shell.sourced:
        raise ShellError("can only `return' from a function or sourced script", 2)
    raise ReturnFrom(status if shell.dialect.posix_only else status & 255)


def break_loop(shell: Shell, argv: list[str]) -> int:
    """`break [n]`, `continue [n]`."""
    depth = non_negative(argv[1]) if len(argv) > 1 else 1
    if depth < 1:
        raise ShellError(f"Illegal number: {argv[1]}")
    if not shell.loops:
        return 0
    raise LoopControl(min(depth, shell.loops), argv[0] == "continue")
