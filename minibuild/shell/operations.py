"""The operators of `${name…}` compiled: each becomes a function over the shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell import expansion
from minibuild.shell.arithmetic import compile_expression
from minibuild.shell.errors import ExpansionError
from minibuild.shell.nodes import Parameter, Text, Word
from minibuild.shell.parameters import change_case, elements, length, missing, replace, strip, substring

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Get = Callable[[Shell], str | None]
    Expand = Callable[[Shell], str]
    Many = Callable[[Shell], list[str]]


def compile_arithmetic(word: Word, dialect: Dialect) -> Callable[[Shell], int]:
    """The value of an expression in which parameters and commands are expanded first."""
    if all(type(part) is Text for part in word.parts):
        text = "".join(part.text for part in word.parts)  # type: ignore[union-attr]
        compiled: list[Callable[..., int]] = []

        def constant(shell: Shell) -> int:
            if not compiled:
                compiled.append(compile_expression(text, dialect))
            return compiled[0](shell.variables)

        return constant
    expand = expansion.compile_text(word, dialect)
    return lambda shell: compile_expression(expand(shell), dialect)(shell.variables)


def operated(part: Parameter, get: Get, dialect: Dialect) -> Expand:
    """The value of one parameter with its operator."""
    operator, name = part.operator, part.name
    if operator == "~":
        return lambda shell: shell.home(name)
    if operator == "bad":
        return lambda shell: shell.bad_substitution(name)
    if operator == "#length":
        return _length(part, get, dialect)
    if operator in ("=", ":=", "?", ":?", "-", ":-", "+", ":+"):
        return _tested(part, get, dialect)
    value = _value(part, get)
    if operator == "":
        return value
    if operator == "!":
        return lambda shell: shell.indirect(value(shell)) or ""
    if operator[0] == "@":
        return lambda shell: shell.transformed(name, get(shell), operator[1])
    change = changer(part, dialect)
    return lambda shell: change(shell, value(shell))


def changer(part: Parameter, dialect: Dialect) -> Callable[[Shell, str], str]:
    """What an operator makes of a value."""
    operator = part.operator
    assert part.argument is not None
    if operator == ":":
        offset = compile_arithmetic(part.argument, dialect)
        size = None if part.second is None else compile_arithmetic(part.second, dialect)
        return lambda shell, value: substring(shell, value, offset(shell), None if size is None else size(shell))
    pattern = expansion.compile_pattern(part.argument, dialect)
    if operator[0] in "#%":
        return lambda shell, value: strip(shell, value, operator, pattern(shell))
    if operator[0] == "/":
        text = expansion.compile_text(part.second or Word(()), dialect, tilde="word")
        return lambda shell, value: replace(shell, value, operator, pattern(shell), text(shell))
    return lambda shell, value: change_case(shell, value, operator, pattern(shell))


def _value(part: Parameter, get: Get) -> Expand:
    name = part.name

    def value(shell: Shell) -> str:
        found = get(shell)
        if found is None:
            if shell.options.nounset and name not in "@*":
                raise ExpansionError(shell.unset_message(name), 127 if shell.dialect.bash else 2)
            return ""
        return found

    return value


def _length(part: Parameter, get: Get, dialect: Dialect) -> Expand:
    name = part.name
    many = part.subscript is not None and any(getattr(one, "text", "") in ("@", "*") for one in part.subscript.parts)
    if many or (name in ("@", "*") and dialect.bash):
        return lambda shell: str(len(elements(shell, name)))
    value = _value(part, get)
    return lambda shell: length(shell, value(shell))


def _tested(part: Parameter, get: Get, dialect: Dialect) -> Expand:
    operator, name = part.operator, part.name
    assert part.argument is not None
    word = expansion.compile_text(part.argument, dialect, tilde="" if part.quoted else "word")
    subscript = None if part.subscript is None else expansion.compile_text(part.subscript, dialect)

    def value(shell: Shell) -> str:
        found = get(shell)
        absent = missing(operator, found)
        if operator[-1] == "+":
            return "" if absent else word(shell)
        if not absent:
            assert found is not None
            return found
        text = word(shell)
        if operator[-1] == "=":
            shell.assign_default(name, None if subscript is None else subscript(shell), text)
        elif operator[-1] == "?":
            raise ExpansionError(shell.missing_message(name, text, null=operator[0] == ":"), 127 if dialect.bash else 2)
        return text

    return value


# ---- many values at once


def each(part: Parameter, values: Many, dialect: Dialect) -> Many:
    """An operator applied to each value; ash and dash apply it once, to all of them as one text."""
    if part.operator[0] == "@":
        name, kind = part.name, part.operator[1]
        return lambda shell: shell.transformed_all(name, values(shell), kind)
    if part.operator == "bad":
        name = part.name
        return lambda shell: [shell.bad_substitution(name)]
    change = changer(part, dialect)
    if dialect.bash:
        return lambda shell: [change(shell, value) for value in values(shell)]

    def joined(shell: Shell) -> list[str]:
        found = values(shell)
        return change(shell, "\0".join(found)).split("\0") if found else found

    return joined


def sliced(part: Parameter, values: Many, dialect: Dialect) -> Many:
    """`${@:offset:size}` and `${a[@]:offset:size}`; `$0` comes before the positional parameters."""
    assert part.argument is not None
    offset = compile_arithmetic(part.argument, dialect)
    size = None if part.second is None else compile_arithmetic(part.second, dialect)
    positional = part.name in ("@", "*")

    def slice_of(shell: Shell) -> list[str]:
        found = values(shell)
        start = offset(shell)
        if positional:
            found = [shell.name, *found]
        if start < 0:
            start += len(found)
            if start < 0:
                return []
        count = len(found) if size is None else size(shell)
        if count < 0:
            raise ExpansionError(f"{count}: substring expression < 0", 1)
        return found[start : start + count]

    return slice_of
