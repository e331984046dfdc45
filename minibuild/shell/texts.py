"""Words to single texts: every word becomes a function over the shell that expands it (POSIX XCU 2.6).

`compile_text` gives one text without splitting (assignments, `case`, redirections, here-documents);
`compile_pattern` the same with active characters told from quoted ones (see `pattern`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.arithmetic import compile_expression
from minibuild.shell.bounds import join
from minibuild.shell.errors import ExpansionError
from minibuild.shell.nodes import (
    Arithmetic,
    CommandSubstitution,
    ExtendedPattern,
    Parameter,
    Part,
    ProcessSubstitution,
    Text,
    Word,
)
from minibuild.shell.parameters import (
    MANY,
    change_case,
    elements,
    getter,
    keys,
    length,
    missing,
    names,
    replace,
    required,
    strip,
    substring,
)
from minibuild.shell.pattern import quote
from minibuild.shell.substitution import capture, compile_script, file_word, open_process, read_file
from minibuild.shell.tilde import with_tilde

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Expand = Callable[[Shell], str]
    Get = Callable[[Shell], str | None]
    Many = Callable[[Shell], list[str]]

TESTS = frozenset(("-", ":-", "=", ":=", "?", ":?", "+", ":+"))


def compile_text(word: Word, dialect: Dialect, *, tilde: str = "") -> Expand:
    """One text, quotes removed. `tilde`: "" none, "word" at the beginning, "assignment" after colons too."""
    return joined(expanded(word, tilde), dialect, pattern=False)


def compile_pattern(word: Word, dialect: Dialect) -> Expand:
    """One pattern."""
    return joined(expanded(word, "word"), dialect, pattern=True)


def compile_arithmetic(word: Word, dialect: Dialect) -> Callable[[Shell], int]:
    """The value of an expression in which parameters and commands are expanded first."""
    if all(type(part) is Text for part in word.parts):
        text = "".join(part.text for part in word.parts if type(part) is Text)
        compiled: list[Callable[..., int]] = []

        def constant(shell: Shell) -> int:
            if not compiled:
                compiled.append(compile_expression(text, dialect))
            return compiled[0](shell.variables)

        return constant
    expand = compile_text(word, dialect)
    return lambda shell: compile_expression(expand(shell), dialect)(shell.variables)


def expanded(word: Word, tilde: str) -> Sequence[Part]:
    """The parts of a word after tilde expansion, if there is to be any."""
    return with_tilde(word.parts, tilde) if tilde else word.parts


def joined(parts: Sequence[Part], dialect: Dialect, *, pattern: bool) -> Expand:
    """The parts one after the other, as a text or a pattern."""
    functions: list[Expand] = []
    constants: list[str] = []
    for part in parts:
        if type(part) is Text:
            text = quote(part.text) if pattern and part.quoted else part.text
            constants.append(text)
            functions.append(_constant(text))
        else:
            functions.append(text_of(part, dialect, pattern=pattern))
    if len(constants) == len(functions):
        return _constant("".join(constants))
    if len(functions) == 1:
        return functions[0]
    if len(functions) == 2:
        first, second = functions
        return lambda shell: first(shell) + second(shell)
    return lambda shell: join("", [function(shell) for function in functions])


def _constant(text: str) -> Expand:
    return lambda _: text


def _quoting(value: Expand) -> Expand:
    return lambda shell: quote(value(shell))


def text_of(part: Part, dialect: Dialect, *, pattern: bool) -> Expand:
    """The text of one expansion where no fields are split."""
    if isinstance(part, Parameter):
        if part.operator in TESTS and many_subject(part) is None:
            return _tested_text(part, dialect, pattern=pattern)
        value = _many_text(part, dialect) or single_value(part, dialect)
        return _quoting(value) if pattern and part.quoted else value
    if isinstance(part, CommandSubstitution):
        value = _captured(part, dialect)
        return _quoting(value) if pattern and part.quoted else value
    if isinstance(part, Arithmetic):
        number = compile_arithmetic(part.expression, dialect)
        return lambda shell: str(number(shell))
    if isinstance(part, ProcessSubstitution):
        body, reads = compile_script(part.body, dialect), part.reads
        return lambda shell: open_process(shell, body, reads)
    assert isinstance(part, ExtendedPattern)
    alternatives = [joined(word.parts, dialect, pattern=True) for word in part.alternatives]
    kind = part.kind
    return lambda shell: f"{kind}({'|'.join([one(shell) for one in alternatives])})"


def _captured(part: CommandSubstitution, dialect: Dialect) -> Expand:
    word = file_word(part.body) if dialect.bash else None
    if word is not None:
        path = compile_text(word, dialect, tilde="word")
        return lambda shell: read_file(shell, path(shell))
    script = compile_script(part.body, dialect)
    return lambda shell: capture(shell, script)


# ---- parameters


def many_subject(part: Parameter) -> str | None:
    """`@` or `*` when the parameter stands for many values, else None."""
    if part.name in MANY and part.operator != "#length":
        return part.name
    return all_elements(part)


def all_elements(part: Parameter) -> str | None:
    """`@` or `*` when the subscript is that."""
    if part.subscript is not None and len(part.subscript.parts) == 1:
        only = part.subscript.parts[0]
        if type(only) is Text and only.text in MANY:
            return only.text
    return None


def _many_text(part: Parameter, dialect: Dialect) -> Expand | None:
    """`$@`, `${a[*]}` and what is done with each of their values, as one text."""
    values = many_values(part, dialect)
    if values is None:
        return None
    found = values
    if many_subject(part) == "*" or part.operator == "!*" or not dialect.bash:
        return lambda shell: join(shell.star_separator(), found(shell))
    return lambda shell: join(" ", found(shell))


def _tested_text(part: Parameter, dialect: Dialect, *, pattern: bool) -> Expand:
    get = scalar_getter(part, dialect)
    operator = part.operator
    assert part.argument is not None
    word = joined(expanded(part.argument, "" if part.quoted else "word"), dialect, pattern=pattern)
    quoted = pattern and part.quoted
    if operator[-1] == "+":
        return lambda shell: "" if missing(operator, get(shell)) else word(shell)
    if operator[-1] == "-":

        def value(shell: Shell) -> str:
            found = get(shell)
            if found is None or missing(operator, found):
                return word(shell)
            return quote(found) if quoted else found

        return value
    single = single_value(part, dialect)
    return _quoting(single) if quoted else single


def scalar_getter(part: Parameter, dialect: Dialect) -> Get:
    """The value of the parameter of an expansion, before its operator."""
    name = part.name
    if part.subscript is not None:
        subscript = compile_text(part.subscript, dialect)

        def element(shell: Shell) -> str | None:
            return shell.variables.element(name, subscript(shell))

        get: Get = element
    else:
        get = getter(name)
    if not part.indirect:
        return get
    return lambda shell: shell.indirect(name, get(shell))


def many_values(part: Parameter, dialect: Dialect) -> Many | None:
    """The values of `$@`, `$*`, `${a[@]}` and the like; None when the parameter stands for one value."""
    name = part.name
    if part.operator in ("!*", "!@"):
        return lambda shell: names(shell, name)
    if many_subject(part) is None or part.operator == "#length" or part.operator in TESTS:
        return None
    if part.operator == "!keys":
        return lambda shell: keys(shell, name)
    if part.operator == ":" and dialect.bash:
        return _sliced(part, dialect)
    if part.operator:
        return _each(part, dialect)
    return lambda shell: elements(shell, name)


def single_value(part: Parameter, dialect: Dialect) -> Expand:
    """The value of one parameter with its operator."""
    operator, name = part.operator, part.name
    if not operator and part.subscript is None:
        return required(name, getter(name))
    if operator == "~":
        return lambda shell: shell.home(name)
    if operator == "bad":
        return lambda shell: shell.bad_substitution(name)
    get = scalar_getter(part, dialect)
    if operator == "#length":
        return _length(part, get, dialect)
    if operator in TESTS:
        return _tested(part, get, dialect)
    value = required(name, get)
    if operator == "":
        return value
    if operator == "!":
        return lambda shell: shell.indirect(name, get(shell)) or ""
    if operator[0] == "@":
        return lambda shell: shell.transformed(name, get(shell), operator[1])
    change = _changer(part, dialect)
    return lambda shell: change(shell, value(shell))


def _changer(part: Parameter, dialect: Dialect) -> Callable[[Shell, str], str]:
    """What an operator makes of a value."""
    operator = part.operator
    assert part.argument is not None
    if operator == ":":
        offset = compile_arithmetic(part.argument, dialect)
        size = None if part.second is None else compile_arithmetic(part.second, dialect)
        return lambda shell, value: substring(
            shell, value, offset(shell), None if size is None else size(shell)
        )
    pattern = compile_pattern(part.argument, dialect)
    if operator[0] in "#%":
        return lambda shell, value: strip(shell, value, operator, pattern(shell))
    if operator[0] == "/":
        text = compile_text(part.second or Word(()), dialect, tilde="word")
        return lambda shell, value: replace(shell, value, operator, pattern(shell), text(shell))
    return lambda shell, value: change_case(shell, value, operator, pattern(shell))


def _length(part: Parameter, get: Get, dialect: Dialect) -> Expand:
    name = part.name
    if all_elements(part) or (name in MANY and dialect.bash):
        return lambda shell: str(len(elements(shell, name)))
    value = required(name, get)
    return lambda shell: length(shell, value(shell))


def _tested(part: Parameter, get: Get, dialect: Dialect) -> Expand:
    operator, name = part.operator, part.name
    assert part.argument is not None
    word = compile_text(part.argument, dialect, tilde="" if part.quoted else "word")
    subscript = None if part.subscript is None else compile_text(part.subscript, dialect)

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
            message = shell.missing_message(name, text, null=operator[0] == ":")
            raise ExpansionError(message, 127 if dialect.bash else 2)
        return text

    return value


# ---- many values at once


def _each(part: Parameter, dialect: Dialect) -> Many:
    """An operator applied to each value; ash and dash apply it once, to all of them as one text."""
    name = part.name
    if part.operator[0] == "@":
        kind = part.operator[1]
        return lambda shell: shell.transformed_all(name, elements(shell, name), kind)
    if part.operator == "bad":
        return lambda shell: [shell.bad_substitution(name)]
    change = _changer(part, dialect)
    if dialect.bash:
        return lambda shell: [change(shell, value) for value in elements(shell, name)]

    def together(shell: Shell) -> list[str]:
        found = elements(shell, name)
        return change(shell, join("\0", found)).split("\0") if found else found

    return together


def _sliced(part: Parameter, dialect: Dialect) -> Many:
    """`${@:offset:size}` and `${a[@]:offset:size}`; `$0` comes before the positional parameters."""
    assert part.argument is not None
    offset = compile_arithmetic(part.argument, dialect)
    size = None if part.second is None else compile_arithmetic(part.second, dialect)
    name = part.name

    def slice_of(shell: Shell) -> list[str]:
        if name in MANY:
            found = list(enumerate([shell.name, *shell.args]))
        else:
            places = [int(key) for key in keys(shell, name)]
            found = list(zip(places, elements(shell, name), strict=True))
        start = offset(shell)
        if start < 0:
            start += found[-1][0] + 1 if found else 0
            if start < 0:
                return []
        values = [value for index, value in found if index >= start]
        count = len(values) if size is None else size(shell)
        if count < 0:
            raise ExpansionError(f"{count}: substring expression < 0", 1)
        return values[:count]

    return slice_of
