"""The values of parameters, and what `${name…}` can do with one (POSIX XCU 2.6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.bounds import check_size, join
from minibuild.shell.errors import ExpansionError
from minibuild.shell.octets import narrow, widen
from minibuild.shell.pattern import compile_pattern, quote
from minibuild.shell.variables import Associative, Indexed

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.interpreter import Shell
    from minibuild.shell.pattern import Pattern

    Get = Callable[[Shell], str | None]

_TEST = {"-", ":-", "=", ":=", "?", ":?", "+", ":+"}
MANY = frozenset("@*")


def getter(name: str) -> Get:
    """The function that gives the value of a parameter; None when it is unset."""
    if not name:
        return lambda _: None  # the tilde, which is no parameter
    if name[0] in "0123456789":
        return _positional(int(name)) if len(name) < 9 else lambda _: None
    special = _SPECIAL.get(name)
    return _variable(name) if special is None else special


def _variable(name: str) -> Get:
    def get(shell: Shell) -> str | None:
        value = shell.values.get(name)
        if type(value) is str and not shell.variables.attributes:
            return value
        return shell.variables.get(name)

    return get


def _positional(number: int) -> Get:
    if number == 0:
        return lambda shell: shell.name

    def get(shell: Shell) -> str | None:
        args = shell.args
        return args[number - 1] if number <= len(args) else None

    return get


_SPECIAL: dict[str, Get] = {
    "?": lambda shell: str(shell.status),
    "#": lambda shell: str(len(shell.args)),
    "$": lambda shell: str(shell.pid),
    "!": lambda shell: None if shell.last_background is None else str(shell.last_background),
    "-": lambda shell: shell.options.letters(shell.dialect.name),
    "@": lambda shell: join(" ", shell.args) if shell.args else None,
    "*": lambda shell: join(shell.star_separator(), shell.args) if shell.args else None,
}


def required(name: str, get: Get) -> Callable[[Shell], str]:
    """The value of a parameter, "" when it is unset; with `set -u` that is an error."""
    if name in ("@", "*", "?", "#", "$", "-"):
        return lambda shell: get(shell) or ""

    def value(shell: Shell) -> str:
        found = get(shell)
        if found is None:
            if shell.options.nounset:
                raise ExpansionError(shell.unset_message(name), 127 if shell.dialect.bash else 2)
            return ""
        return found

    return value


def elements(shell: Shell, name: str) -> list[str]:
    """All elements of an array, or of `$@`."""
    if name in MANY:
        return shell.args
    value = shell.variables.lookup(name)
    if isinstance(value, Indexed):
        return [value[index] for index in sorted(value)]
    if isinstance(value, Associative):
        return list(value.values())
    return [] if value is None else [value]


def keys(shell: Shell, name: str) -> list[str]:
    """The subscripts of an array."""
    value = shell.variables.lookup(name)
    if isinstance(value, Indexed):
        return [str(index) for index in sorted(value)]
    if isinstance(value, Associative):
        return list(value)
    return [] if value is None else ["0"]


# ---- what is done with a value


def length(shell: Shell, value: str) -> str:
    """`${#name}`: characters in a UTF-8 locale, else bytes."""
    return str(len(value) if value.isascii() or shell.multibyte() else len(narrow(value)))


def _both(shell: Shell, value: str, pattern: str) -> tuple[str, Pattern, bool]:
    """Value and pattern over the same kind of characters; whether the result must be widened."""
    narrowed = not (value.isascii() and pattern.isascii()) and not shell.multibyte()
    if narrowed:
        value, pattern = narrow(value), narrow(pattern)
    return value, shell.pattern(pattern), narrowed


def strip(shell: Shell, value: str, operator: str, pattern: str) -> str:
    """`${name#pattern}` and its kin."""
    value, compiled, narrowed = _both(shell, value, pattern)
    longest = len(operator) == 2
    if operator[0] == "#":
        end = compiled.prefix(value, longest)
        result = value if end < 0 else value[end:]
    else:
        start = compiled.suffix(value, longest)
        result = value if start < 0 else value[:start]
    return widen(result) if narrowed else result


def replace(shell: Shell, value: str, operator: str, pattern: str, replacement: str) -> str:
    """`${name/pattern/replacement}`."""
    if not pattern:
        return value
    value, compiled, narrowed = _both(shell, value, pattern)
    text = narrow(replacement) if narrowed else replacement
    if operator == "/#":
        end = compiled.prefix(value, True)
        result = value if end < 0 else text + value[end:]
    elif operator == "/%":
        start = compiled.suffix(value, True)
        result = value if start < 0 else value[:start] + text
    else:
        result = _replace_all(value, compiled, text, once=operator == "/")
    return widen(result) if narrowed else result


def _replace_all(value: str, compiled: Pattern, text: str, *, once: bool) -> str:
    pieces: list[str] = []
    at = size = 0
    while at <= len(value):
        found = compiled.search(value, at)
        if found is None:
            break
        start, end = found
        if end == start:
            if start >= len(value):
                break
            pieces.append(value[at : start + 1])
            at = start + 1
            continue
        pieces.append(value[at:start])
        pieces.append(text)
        size += start - at + len(text)
        check_size(size)
        at = end
        if once:
            break
    return "".join(pieces) + value[at:]


def substring(shell: Shell, value: str, offset: int, size: int | None) -> str:
    """`${name:offset:size}`: a negative offset counts from the end, a negative size leaves that many at the
    end.
    """
    narrowed = not value.isascii() and not shell.multibyte()
    if narrowed:
        value = narrow(value)
    total = len(value)
    start = offset if offset >= 0 else total + offset
    if start < 0:
        return ""
    end = total if size is None else start + size if size >= 0 else total + size
    if size is not None and size < 0 and end < start:
        if shell.dialect.bash:
            raise ExpansionError(f"{size}: substring expression < 0", 1)
        return ""
    result = value[start : max(end, start)]
    return widen(result) if narrowed else result


def change_case(shell: Shell, value: str, operator: str, pattern: str) -> str:
    """bash's `${name^}` `${name^^}` `${name,}` `${name,,}`."""
    change = str.upper if operator[0] == "^" else str.lower
    match = shell.pattern(pattern).matches if pattern else None

    def changed(char: str) -> str:
        return change(char) if match is None or match(char) else char

    if len(operator) == 1:
        return changed(value[0]) + value[1:] if value else value
    return "".join(map(changed, value))


def missing(operator: str, value: str | None) -> bool:
    """Whether a test operator takes the parameter for missing."""
    return value is None or (operator[0] == ":" and not value)


def names(shell: Shell, prefix: str) -> list[str]:
    """The names of variables that begin so."""
    return sorted(name for name in shell.values if name.startswith(prefix))


def literal_pattern(text: str) -> str:
    """A pattern for the text itself."""
    return quote(text)


def matches(shell: Shell, pattern: str, value: str) -> bool:
    """Whether a value matches a pattern, as `case` asks."""
    if value.isascii() and pattern.isascii():
        return shell.pattern(pattern).matches(value)
    value, compiled, _ = _both(shell, value, pattern)
    return compiled.matches(value)


def plain_pattern(pattern: str, *, caret: bool) -> Pattern:
    """A compiled pattern that is no extended one."""
    return compile_pattern(pattern, caret=caret)
