"""`sh [options] [file | -c script] [arguments]`: what a shell does when it is started as a program."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NamedTuple

from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import run_unknown
from minibuild.kernel.pipes import PipeReader
from minibuild.shell.builtins.setting import named_option, set_option
from minibuild.shell.errors import ShellError
from minibuild.shell.inputs import read_line
from minibuild.shell.interactive import is_interactive, run_interactive
from minibuild.shell.interpreter import Shell
from minibuild.shell.octets import decode
from minibuild.shell.regex import python_regex

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.services import Regex

_BASH_LONG = frozenset(
    ("login", "noprofile", "norc", "posix", "verbose", "restricted", "noediting", "version", "help")
)


class _Invocation(NamedTuple):
    """What the command line says: `switches` are (letter or name, on) in order; `rest` begins with the
    script, if any.
    """

    command: bool
    stdin: bool
    login: bool
    switches: list[tuple[str, bool]]
    rest: list[str]


def _parse(argv: list[str], dialect: Dialect) -> _Invocation:
    command = stdin = False
    login = argv[0].startswith("-") if argv else False
    switches: list[tuple[str, bool]] = []
    words = argv[1:]
    while words:
        word = words[0]
        if word in ("-", "--"):
            words.pop(0)
            break
        if len(word) < 2 or word[0] not in "-+":
            break
        words.pop(0)
        if word.startswith("--"):
            if dialect.bash and word[2:] in _BASH_LONG:
                login = login or word == "--login"
                continue
            if not dialect.posix_only and not dialect.bash:
                login = login or word == "--login"
                continue  # ash takes any long option
            raise ShellError(f"illegal option {word}" if not dialect.bash else f"{word}: invalid option")
        on = word[0] == "-"
        for letter in word[1:]:
            if letter == "c":
                command = True
            elif letter == "s" and on:
                stdin = True
            elif letter == "l" and on:
                login = True
            elif letter in "oO" and (letter == "o" or dialect.bash):
                if not words:
                    raise ShellError(f"illegal option {word[0]}{letter}")
                switches.append((("shopt:" if letter == "O" else "") + words.pop(0), on))
            else:
                switches.append((letter, on))
    return _Invocation(command, stdin, login, switches, words)


def run_shell(process: Process, dialect: Dialect, regex: Regex = python_regex) -> int:
    """Run the shell that the process is, as its arguments say; the exit status."""
    process.assumable = False  # its commands answer for themselves
    argv = process.argv or ["sh"]
    name = argv[0].removeprefix("-")
    shell = Shell(process, dialect=dialect, name=name, regex=regex)
    try:
        said = _parse(argv, dialect)
        for switch, on in said.switches:
            if switch.startswith("shopt:"):
                (shell.options.shopt.add if on else shell.options.shopt.discard)(switch[6:])
            elif len(switch) == 1:
                set_option(shell, switch, on)
            else:
                named_option(shell, switch, on)
    except ShellError as error:
        shell.report(error)
        return error.status
    shell.login = said.login
    if said.command:
        return _run_command(shell, said.rest)
    if said.rest and not said.stdin:
        return _run_file(shell, said.rest)
    shell.args = said.rest
    shell.options.set("stdin", True)
    if is_interactive(shell):
        return shell.run_to_end(_talk)
    return shell.run_to_end(_from_stdin)


def _talk(shell: Shell) -> int:
    if shell.login:
        _profile(shell)
    return run_interactive(shell)


def _profile(shell: Shell) -> None:
    """A login shell reads /etc/profile and ~/.profile first."""
    home = shell.variables.get("HOME")
    for path in ("/etc/profile", f"{home}/.profile" if home else ""):
        if path and shell.process.view.is_file(path):
            try:
                text = decode(shell.process.view.read_bytes(path))
            except OSError:
                continue
            shell.run_text(text)


def _run_command(shell: Shell, rest: list[str]) -> int:
    if not rest:
        if shell.dialect.bash:
            shell.process.stderr.write(f"{shell.arg0}: -c: option requires an argument\n")
        else:
            shell.complain("-c requires an argument")
        return 2
    script, *words = rest
    if words:
        shell.name = words[0]
        shell.args = words[1:]
        shell.arg0 = shell.name
    shell.options.set("command", not shell.dialect.posix_only)
    shell.lines_from_zero = True
    parser = shell.parser(script)

    def run(own: Shell) -> int:
        if own.login:
            _profile(own)
        return own.run_parser(parser, tail=True, main=True)

    return shell.run_to_end(run)


def _run_file(shell: Shell, rest: list[str]) -> int:
    path, *shell.args = rest
    try:
        data = shell.process.open_reader(_script_path(shell, path)).read()
    except OSError as error:
        if shell.dialect.bash:
            shell.process.stderr.write(f"{shell.arg0}: {path}: {strerror(error)}\n")
            return 127 if error.errno == errno.ENOENT else 126
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        if shell.dialect.posix_only:
            shell.complain(f"cannot open {path}: {'No such file' if missing else strerror(error)}")
        else:
            shell.complain(f"can't open '{path}': {strerror(error)}")
        return 127 if shell.dialect.posix_only and missing else 2
    if shell.process.view.opaque:
        return run_unknown(shell.process)
    shell.name = shell.arg0 = path
    parser = shell.parser(decode(data))

    def run(own: Shell) -> int:
        if own.login:
            _profile(own)
        return own.run_parser(parser, main=True)

    return shell.run_to_end(run)


def _script_path(shell: Shell, path: str) -> str:
    """A script that is not here may be in PATH (bash)."""
    view = shell.process.view
    if "/" in path or view.exists(path) or not shell.dialect.bash:
        return path if path != "-" else "./-"
    for directory in (shell.variables.get("PATH") or "").split(":"):
        if view.is_file(f"{directory}/{path}"):
            return f"{directory}/{path}"
    return path


def _from_stdin(shell: Shell) -> int:
    """Read the script line by line, so that its commands can read what follows them."""
    if shell.login:
        _profile(shell)
    script = shell.process.descriptors.get(0)
    if isinstance(script, PipeReader):
        script.read_ready()
    if script is not None and script.opaque:
        shell.process.view.touch_opaque(script.opaque)
        return run_unknown(shell.process)

    def more() -> str:
        line = decode(read_line(shell.process.descriptors.get(0), process=shell.process))
        if shell.options.verbose:
            shell.process.stderr.write(line)
        return line

    return shell.run_parser(shell.parser("", more=more), main=True)
