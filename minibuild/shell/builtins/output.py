"""echo and printf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.ansi import escape, rejoin
from minibuild.shell.bounds import join
from minibuild.shell.octets import encode
from minibuild.shell.printing import PrintfError, format_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell


def echo_text(words: Sequence[str], dialect: Dialect, *, always_escape: bool = False) -> str:
    """What `echo words` prints. `-n -e -E` are options, for dash only `-n` is."""
    always_escape = always_escape or dialect.echo_escapes
    escape_option = not dialect.posix_only
    newline, interpret = True, always_escape
    index = 0
    while index < len(words):
        word = words[index]
        letters = word[1:]
        if word[:1] != "-" or not letters:
            break
        if not escape_option:
            if letters != "n":
                break
        elif any(letter not in "neE" for letter in letters):
            break
        for letter in letters:
            if letter == "n":
                newline = False
            else:
                interpret = letter == "e" or always_escape
        index += 1
        if not escape_option:
            break
    text = join(" ", words[index:])
    if interpret and "\\" in text:
        text, stop = interpreted(text, dialect)
        if stop:
            return text
    return text + "\n" if newline else text


def interpreted(text: str, dialect: Dialect) -> tuple[str, bool]:
    """The text with its escapes, and whether `\\c` ended it. Octal numbers begin with `\\0`."""
    out: list[str] = []
    at, size = 0, len(text)
    while at < size:
        end = text.find("\\", at)
        if end < 0 or end + 1 >= size:
            out.append(text[at:])
            break
        out.append(text[at:end])
        char = text[end + 1]
        if char == "c":
            return rejoin("".join(out)), True
        if char == "0":
            octal = text[end + 2 : end + 3] in tuple("01234567")
            piece, at = escape(text, end + 2, dialect) if octal else ("\0", end + 2)
        else:
            piece, at = escape(text, end + 1, dialect)
        out.append(piece)
    return rejoin("".join(out)), False


def echo(shell: Shell, argv: list[str]) -> int:
    """`echo [-neE] words`."""
    if len(argv) == 2 and argv[1][:1] != "-" and "\\" not in argv[1]:
        return shell.write(argv[1] + "\n")
    always = shell.dialect.bash and "xpg_echo" in shell.options.shopt
    return shell.write(echo_text(argv[1:], shell.dialect, always_escape=always))


def printf(shell: Shell, argv: list[str]) -> int:
    """`printf [-v name] format arguments`."""
    words = argv[1:]
    name = None
    if shell.dialect.bash and len(words) > 1 and words[0] == "-v":
        name, words = words[1], words[2:]
    if words and words[0] == "--":
        words = words[1:]
    if not words:
        if shell.dialect.name == "ash":
            shell.complain_as("printf", "usage: printf FORMAT [ARGUMENT...]")
            return 2
        bash = shell.dialect.bash
        shell.complain(
            "usage: printf [-v var] format [arguments]" if bash else "usage: printf format [arg ...]"
        )
        return 2
    text, status, wrong = "", 0, False
    try:
        text, errors = format_all(
            words[0], words[1:], shell.dialect, now=shell.process.system.clock.now() // 10**9
        )
    except PrintfError as error:
        text, errors, wrong = error.output, [str(error)], True
    if name is None:
        status = shell.write_bytes(encode(text)) if text else 0
    elif name.endswith("]") and "[" in name:
        base, _, subscript = name[:-1].partition("[")
        shell.variables.set_element(base, subscript, text)
    else:
        shell.variables.set(name, text.partition("\0")[0])
    for message in errors:
        shell.complain_as("printf", message)
    if wrong and shell.dialect.posix_only:
        return 2
    return 1 if errors else status
