"""Words to text: every word becomes a function over the shell that expands it (POSIX XCU 2.6).

`compile_words` gives the fields of a command line; `compile_text` one text without splitting (assignments, `case`,
redirections, here-documents); `compile_pattern` the same with active characters told from quoted ones (see `pattern`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.shell.errors import ExpansionError
from minibuild.shell.fields import Fields
from minibuild.shell.nodes import (
    Arithmetic,
    Brace,
    CommandSubstitution,
    ExtendedPattern,
    Parameter,
    Part,
    ProcessSubstitution,
    Text,
    Word,
)
from minibuild.shell.operations import compile_arithmetic, operated
from minibuild.shell.parameters import MANY, elements, getter, keys, missing, names, required
from minibuild.shell.pattern import may_match, quote, unquote
from minibuild.shell.substitution import capture, compile_script, open_process
from minibuild.shell.tilde import with_tilde

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Expand = Callable[[Shell], str]
    Add = Callable[[Shell, Fields], None]
    Many = Callable[[Shell], list[str]]

_TESTS = frozenset(("-", ":-", "=", ":=", "?", ":?", "+", ":+"))


# ---- texts


def compile_text(word: Word, dialect: Dialect, *, tilde: str = "") -> Expand:
    """One text, quotes removed. `tilde`: "" none, "word" at the beginning, "assignment" after colons too."""
    return _joined(_expanded(word, dialect, tilde), dialect, pattern=False)


def compile_pattern(word: Word, dialect: Dialect) -> Expand:
    """One pattern."""
    return _joined(_expanded(word, dialect, "word"), dialect, pattern=True)


def _expanded(word: Word, dialect: Dialect, tilde: str) -> Sequence[Part]:
    return with_tilde(word.parts, tilde, dialect) if tilde else word.parts


def _joined(parts: Sequence[Part], dialect: Dialect, *, pattern: bool) -> Expand:
    functions: list[Expand] = []
    constants: list[str] = []
    for part in parts:
        if type(part) is Text:
            text = quote(part.text) if pattern and part.quoted else part.text
            constants.append(text)
            functions.append(_constant(text))
        else:
            functions.append(_text_of(part, dialect, pattern=pattern))
    if len(constants) == len(functions):
        return _constant("".join(constants))
    if len(functions) == 1:
        return functions[0]
    if len(functions) == 2:
        first, second = functions
        return lambda shell: first(shell) + second(shell)
    return lambda shell: "".join([function(shell) for function in functions])


def _constant(text: str) -> Expand:
    return lambda _: text


def _quoting(value: Expand) -> Expand:
    return lambda shell: quote(value(shell))


def _text_of(part: Part, dialect: Dialect, *, pattern: bool) -> Expand:
    """The text of one expansion where no fields are split."""
    if isinstance(part, Parameter):
        if part.operator in _TESTS and _subject(part) is None:
            return _tested_text(part, dialect, pattern=pattern)
        value = _many_text(part, dialect) or single_value(part, dialect)
        return _quoting(value) if pattern and part.quoted else value
    if isinstance(part, CommandSubstitution):
        script = compile_script(part.body, dialect)
        quoted = pattern and part.quoted
        return (lambda shell: quote(capture(shell, script))) if quoted else (lambda shell: capture(shell, script))
    if isinstance(part, Arithmetic):
        number = compile_arithmetic(part.expression, dialect)
        return lambda shell: str(number(shell))
    if isinstance(part, ProcessSubstitution):
        body, reads = compile_script(part.body, dialect), part.reads
        return lambda shell: open_process(shell, body, reads)
    if isinstance(part, ExtendedPattern):
        alternatives = [_joined(word.parts, dialect, pattern=True) for word in part.alternatives]
        kind = part.kind
        return lambda shell: f"{kind}({'|'.join([one(shell) for one in alternatives])})"
    assert isinstance(part, Brace)
    raise AssertionError("braces are expanded before")


def _subject(part: Parameter) -> str | None:
    """`@` or `*` when the parameter stands for many values, else None."""
    if part.name in MANY and part.operator != "#length":
        return part.name
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
    if _subject(part) == "*" or part.operator == "!*" or not dialect.bash:
        return lambda shell: shell.star_separator().join(found(shell))
    return lambda shell: " ".join(found(shell))


def _tested_text(part: Parameter, dialect: Dialect, *, pattern: bool) -> Expand:
    get = scalar_getter(part, dialect)
    operator = part.operator
    assert part.argument is not None
    word = _joined(_expanded(part.argument, dialect, "" if part.quoted else "word"), dialect, pattern=pattern)
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


def scalar_getter(part: Parameter, dialect: Dialect) -> Callable[[Shell], str | None]:
    """The value of the parameter of an expansion, before its operator."""
    name = part.name
    if part.subscript is not None:
        subscript = compile_text(part.subscript, dialect)
        get: Callable[[Shell], str | None] = lambda shell: shell.variables.element(name, subscript(shell))  # noqa: E731
    else:
        get = getter(name)
    if not part.indirect:
        return get
    return lambda shell: shell.indirect(name if (found := get(shell)) is None else found)


def single_value(part: Parameter, dialect: Dialect) -> Expand:
    """The value of a parameter with its operator."""
    if not part.operator and part.subscript is None:
        return required(part.name, getter(part.name))
    return operated(part, scalar_getter(part, dialect), dialect)


def many_values(part: Parameter, dialect: Dialect) -> Many | None:
    """The values of `$@`, `$*`, `${a[@]}` and the like; None when the parameter stands for one value."""
    name = part.name
    if part.operator in ("!*", "!@"):
        return lambda shell: names(shell, name)
    if _subject(part) is None or part.operator == "#length":
        return None
    if part.operator == "!keys":
        return lambda shell: keys(shell, name)
    values: Many = lambda shell: elements(shell, name)  # noqa: E731
    if not part.operator:
        return values
    if part.operator in _TESTS:
        return None
    return operated_many(part, values, dialect)


def operated_many(part: Parameter, values: Many, dialect: Dialect) -> Many:
    """An operator applied to each of many values; `:` takes a slice of them."""
    from minibuild.shell.operations import each, sliced  # the two are rare

    if part.operator == ":" and dialect.bash:
        return sliced(part, values, dialect)
    return each(part, values, dialect)


# ---- fields


def compile_words(words: Sequence[Word], dialect: Dialect) -> Many:
    """The fields of some words, after pathname expansion."""
    plan = [one for word in words for one in _plan(word, dialect)]
    if all(kind == 0 for kind, _ in plan):
        constants = [constant for _, constant in plan]
        return lambda _: constants.copy()  # type: ignore[return-value]

    def expand(shell: Shell) -> list[str]:
        out: list[str] = []
        for kind, function in plan:
            if kind == 0:
                out.append(function)  # type: ignore[arg-type]
            elif kind == 1:
                out.append(function(shell))  # type: ignore[operator]
            else:
                out.extend(function(shell))  # type: ignore[operator]
        return out

    return expand


def _plan(word: Word, dialect: Dialect) -> list[tuple[int, object]]:
    """(0, text), (1, function that gives one field) or (2, function that gives any number of them) per word."""
    if dialect.bash:
        from minibuild.shell.braces import brace_words  # only bash has them

        alternatives = brace_words(word)
        if alternatives is not None:
            return [(2, _fields_of(one, dialect)) for one in alternatives]
    parts = with_tilde(word.parts, "word", dialect)
    if all(type(part) is Text for part in parts):
        if not any(not part.quoted and may_match(part.text) for part in parts):  # type: ignore[union-attr]
            return [(0, "".join(part.text for part in parts))]  # type: ignore[union-attr]
    elif all(_is_single(part) for part in parts):
        return [(1, _joined(parts, dialect, pattern=False))]
    elif len(parts) == 1 and (function := _lone_parameter(parts[0], dialect)) is not None:
        return [(2, function)]
    return [(2, _fields_of(Word(tuple(parts)), dialect, tilde=False))]


def _is_single(part: Part) -> bool:
    """Whether a part is always exactly one piece of one field, with nothing active in it."""
    if isinstance(part, Text):
        return part.quoted or not may_match(part.text)
    if isinstance(part, Parameter):
        return part.quoted and part.operator not in _TESTS and part.operator not in ("!*", "!@", "!") and not (
            _subject(part) and part.name != "*"
        ) and not (part.name == "*" and part.operator) and not (part.subscript is not None and _subject(part) is not None)
    return isinstance(part, CommandSubstitution | Arithmetic) and part.quoted


def _lone_parameter(part: Part, dialect: Dialect) -> Many | None:
    """The fields of `$name` standing alone, the most frequent word that is split."""
    if not isinstance(part, Parameter) or part.quoted or part.operator or part.name in MANY or part.subscript is not None:
        return None
    value = required(part.name, getter(part.name))

    def expand(shell: Shell) -> list[str]:
        text = value(shell)
        if text.isalnum() and shell.variables.plain_ifs:
            return [text]
        if not text:
            return []
        fields = Fields(shell.variables.ifs)
        fields.split(text)
        fields.end()
        return shell.globbed(fields.done)

    return expand


def _fields_of(word: Word, dialect: Dialect, *, tilde: bool = True) -> Many:
    parts = with_tilde(word.parts, "word", dialect) if tilde else word.parts
    adders = compile_parts(parts, dialect, split=False)

    def expand(shell: Shell) -> list[str]:
        fields = Fields(shell.variables.ifs)
        for add in adders:
            add(shell, fields)
        fields.end()
        return shell.globbed(fields.done)

    return expand


def compile_parts(parts: Sequence[Part], dialect: Dialect, *, split: bool) -> list[Add]:
    """Functions that add the parts of a word to fields; `split` says that its own text is split too."""
    return [_adder(part, dialect, split=split) for part in parts]


def _adder(part: Part, dialect: Dialect, *, split: bool) -> Add:
    if isinstance(part, Text):
        text = part.text
        if part.quoted:
            return lambda _, fields: fields.quoted(text)
        return (lambda _, fields: fields.split(text)) if split else (lambda _, fields: fields.active(text))
    if isinstance(part, Parameter):
        values = many_values(part, dialect)
        if values is not None:
            return _many_adder(part, values)
        if part.operator in _TESTS:
            return _tested_adder(part, dialect)
        value = single_value(part, dialect)
    else:
        value = _text_of(part, dialect, pattern=False)
        if isinstance(part, ExtendedPattern):
            pattern = _text_of(part, dialect, pattern=True)
            return lambda shell, fields: fields.active(pattern(shell))
        if isinstance(part, ProcessSubstitution):
            return lambda shell, fields: fields.quoted(value(shell))
    if getattr(part, "quoted", False):
        return lambda shell, fields: fields.quoted(value(shell))
    return lambda shell, fields: fields.split(value(shell))


def _many_adder(part: Parameter, values: Many) -> Add:
    star = _subject(part) == "*" or part.operator == "!*"
    if part.quoted and star:
        return lambda shell, fields: fields.quoted(shell.star_separator().join(values(shell)))

    def add(shell: Shell, fields: Fields) -> None:
        for number, value in enumerate(values(shell)):
            if number:
                fields.end()
            if part.quoted:
                fields.quoted(value)
            else:
                fields.split(value)

    return add


def _tested_adder(part: Parameter, dialect: Dialect) -> Add:
    """`${name:-word}` and `${name+word}`: the word is expanded as if it stood there itself."""
    many = _subject(part) is not None
    plain = replace(part, operator="", argument=None)
    whole = _adder(plain, dialect, split=False)
    get = scalar_getter(part, dialect)
    operator = part.operator
    assert part.argument is not None
    argument = part.argument
    if operator[-1] in "=?":
        value = single_value(part, dialect)
        if part.quoted:
            return lambda shell, fields: fields.quoted(value(shell))
        return lambda shell, fields: fields.split(value(shell))
    word = compile_parts(_expanded(argument, dialect, "" if part.quoted else "word"), dialect, split=not part.quoted)
    name = part.name

    def absent(shell: Shell) -> bool:
        if not many:
            return missing(operator, get(shell))
        values = elements(shell, name)
        return not values or (operator[0] == ":" and not shell.star_separator().join(values))

    def add(shell: Shell, fields: Fields) -> None:
        if absent(shell) == (operator[-1] == "-"):
            if part.quoted and not argument.parts:
                fields.quoted("")
            for one in word:
                one(shell, fields)
        elif operator[-1] == "-":
            whole(shell, fields)
        elif part.quoted:
            fields.quoted("")

    return add


def remove_quotes(fields: list[str]) -> list[str]:
    """Fields as texts, when nothing in them is to be matched."""
    return [unquote(field) for field in fields]


def check_bad(part: Parameter) -> None:
    """Raise the error about a substitution that does not exist."""
    raise ExpansionError(f"{part.name}: bad substitution")
