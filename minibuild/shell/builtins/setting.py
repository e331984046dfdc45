"""set, shift, getopts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.builtins.names import check_name, quoted_value
from minibuild.shell.errors import NoExecution, ShellError
from minibuild.shell.numbers import non_negative
from minibuild.shell.options import BASH_LETTERS, LETTERS, LISTED

if TYPE_CHECKING:
    from minibuild.shell.interpreter import Shell


def set_option(shell: Shell, letter: str, value: bool) -> None:
    """Switch the option of a letter."""
    name = LETTERS.get(letter) or (BASH_LETTERS.get(letter) if shell.dialect.bash else None)
    if name is None:
        raise ShellError(f"illegal option {'-' if value else '+'}{letter}")
    apply_option(shell, name, value)


def apply_option(shell: Shell, name: str, value: bool) -> None:
    """Switch the option of a name."""
    shell.options.set(name, value)
    if name == "allexport":
        shell.variables.allexport = value


def named_option(shell: Shell, name: str, value: bool) -> None:
    """`set -o name`."""
    if name not in LISTED[shell.dialect.name]:
        raise ShellError(f"illegal option {'-' if value else '+'}o {name}")
    apply_option(shell, name, value)


def set_options(shell: Shell, argv: list[str]) -> int:
    """`set [-abCefmnuvx] [-o name] [--] [arguments]`."""
    words = argv[1:]
    if not words:
        return _list_variables(shell)
    while words:
        word = words[0]
        if word[:1] not in ("-", "+") or not word:
            break
        if word == "-" and not shell.dialect.bash:
            shell.options.xtrace = shell.options.verbose = False
            words.pop(0)
            if words:
                _set_arguments(shell, words)
            return 0
        words.pop(0)
        if word == "--":
            _set_arguments(shell, words)
            return 0
        value = word[0] == "-"
        for letter in word[1:]:
            if letter != "o":
                set_option(shell, letter, value)
            elif words:
                try:
                    named_option(shell, words.pop(0), value)
                except ShellError as error:
                    if shell.dialect.posix_only:
                        raise
                    shell.report(error)
                    return 1
            else:
                return _list_options(shell, readable=value)
    if words:
        _set_arguments(shell, words)
    if shell.options.noexec:
        raise NoExecution(0)
    return 0


def _set_arguments(shell: Shell, words: list[str]) -> None:
    shell.args = words
    shell.variables.account(sum(map(len, words)))
    if not shell.dialect.bash:
        shell.option_place = (1, 0)  # getopts begins again


def _list_variables(shell: Shell) -> int:
    lines = []
    for name in sorted(shell.values):
        value = shell.values[name]
        if isinstance(value, str):
            lines.append(
                f"{name}={quoted_value(shell, value) if not shell.dialect.bash else _bash_value(value)}\n"
            )
        else:
            from minibuild.shell.arrays import array_text

            lines.append(f"{name}={array_text(value)}\n")
    return shell.write("".join(lines))


def _bash_value(value: str) -> str:
    from minibuild.shell.bash_variables import quote_if_needed

    return quote_if_needed(value)


def _list_options(shell: Shell, *, readable: bool) -> int:
    lines = ["Current option settings\n"] if readable and shell.dialect.posix_only else []
    for name in LISTED[shell.dialect.name]:
        value = shell.options.get(name)
        if not readable:
            lines.append(f"set {'-' if value else '+'}o {name}\n")
        elif shell.dialect.bash:
            lines.append(f"{name:<15}\t{'on' if value else 'off'}\n")
        else:
            lines.append(f"{name:<16}{'on' if value else 'off'}\n")
    return shell.write("".join(lines))


def shift(shell: Shell, argv: list[str]) -> int:
    """`shift [n]`."""
    count = non_negative(argv[1]) if len(argv) > 1 else 1
    if count > len(shell.args):
        if shell.dialect.posix_only:
            raise ShellError("can't shift that many")
        return 1
    shell.args = shell.args[count:]
    return 0


def getopts(shell: Shell, argv: list[str]) -> int:
    """`getopts optstring name [arguments]`: one option per call; OPTIND tells where it is."""
    if len(argv) < 3:
        raise ShellError(
            "usage: getopts optstring var [arg]"
            if not shell.dialect.bash
            else "usage: getopts optstring name [arg ...]"
        )
    spec, name = argv[1], argv[2]
    words = argv[3:] if len(argv) > 3 else shell.args
    variables = shell.variables
    index, offset = shell.option_place
    if index > len(words) + 1:
        index, offset = 1, 0
    word = words[index - 1] if index <= len(words) else ""
    if not offset:
        if index > len(words) or word[:1] != "-" or word == "-":
            return _options_end(shell, name, index)
        if word == "--":
            return _options_end(shell, name, index + 1)
        offset = 1
    letter = word[offset]
    offset += 1
    found = letter if letter != ":" and letter in spec else ""
    silent = spec.startswith(":")
    argument: str | None = None
    if found and spec[spec.index(letter) + 1 : spec.index(letter) + 2] == ":":
        if offset < len(word):
            argument = word[offset:]
        elif index < len(words):
            argument = words[index]
            index += 1
        else:
            found = ":" if silent else "?"
            if not silent:
                _complain(shell, f"No arg for -{letter} option", f"option requires an argument -- {letter}")
            argument = letter if silent else None
        offset = len(word)
    elif not found:
        found = "?"
        argument = letter if silent else None
        if not silent:
            _complain(shell, f"Illegal option -{letter}", f"illegal option -- {letter}")
    if offset >= len(word):
        index, offset = index + 1, 0
    _set_argument(shell, argument, found)
    within = offset and not shell.dialect.bash
    variables.set("OPTIND", str(index + 1 if within else index))
    shell.option_place = index, offset
    if not shell.dialect.bash:
        check_name(name)
    variables.set(name, found)
    return 0


def _complain(shell: Shell, ash: str, bash: str) -> None:
    if shell.variables.get("OPTERR") == "0":
        return
    if shell.dialect.bash:
        shell.process.stderr.write(f"{shell.name}: {bash}\n")
    else:
        shell.process.stderr.write(f"{ash}\n")


def _set_argument(shell: Shell, argument: str | None, found: str) -> None:
    variables = shell.variables
    if argument is not None:
        variables.set("OPTARG", argument)
    elif found == "?" or shell.dialect.bash:
        variables.unset("OPTARG")
    else:
        variables.set("OPTARG", "")


def _options_end(shell: Shell, name: str, index: int) -> int:
    variables = shell.variables
    variables.unset("OPTARG")
    variables.set("OPTIND", str(index))
    variables.set(name, "?")
    return 1
