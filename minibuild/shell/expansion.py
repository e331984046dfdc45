"""Words to fields: what a command line becomes (POSIX XCU 2.6), after splitting and pathname expansion."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.shell.bounds import MOST_FIELDS, check_fields, join
from minibuild.shell.fields import Fields
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
from minibuild.shell.parameters import MANY, elements, getter, missing, required
from minibuild.shell.pattern import may_match
from minibuild.shell.texts import (
    TESTS,
    expanded,
    joined,
    many_subject,
    many_values,
    scalar_getter,
    single_value,
    text_of,
)
from minibuild.shell.tilde import in_bash_word, with_tilde

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Add = Callable[[Shell, Fields], None]
    Many = Callable[[Shell], list[str]]


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
                if len(out) > MOST_FIELDS:
                    check_fields(len(out))
        return out

    return expand


def _plan(word: Word, dialect: Dialect) -> list[tuple[int, object]]:
    """(0, text), (1, function that gives one field) or (2, one that gives any number) per word."""
    if dialect.bash:
        from minibuild.shell.braces import brace_words  # only bash has them

        alternatives = brace_words(word)
        if alternatives is not None:
            return [(2, _fields_of(one, dialect)) for one in alternatives]
    parts = in_bash_word(word.parts) if dialect.bash else with_tilde(word.parts, "word")
    if all(type(part) is Text for part in parts):
        if not any(not part.quoted and may_match(part.text) for part in parts):  # type: ignore[union-attr]
            return [(0, "".join(part.text for part in parts))]  # type: ignore[union-attr]
    elif all(_is_single(part) for part in parts):
        return [(1, joined(parts, dialect, pattern=False))]
    elif len(parts) == 1 and (function := _lone_parameter(parts[0])) is not None:
        return [(2, function)]
    return [(2, _fields_of(Word(tuple(parts)), dialect, tilde=False))]


def _is_single(part: Part) -> bool:
    """Whether a part is always exactly one piece of one field, with nothing active in it."""
    if isinstance(part, Text):
        return part.quoted or not may_match(part.text)
    if isinstance(part, Parameter):
        return (
            part.quoted
            and part.operator not in TESTS
            and part.operator not in ("!*", "!@", "!")
            and not (many_subject(part) and part.name != "*")
            and not (part.name == "*" and part.operator)
            and not (part.subscript is not None and many_subject(part) is not None)
        )
    return isinstance(part, CommandSubstitution | Arithmetic) and part.quoted


def _lone_parameter(part: Part) -> Many | None:
    """The fields of `$name` standing alone, the most frequent word that is split."""
    if (
        not isinstance(part, Parameter)
        or part.quoted
        or part.operator
        or part.name in MANY
        or part.subscript is not None
    ):
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
    parts = in_bash_word(word.parts) if tilde else word.parts
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
        if part.operator in TESTS:
            return _tested_adder(part, dialect)
        value = single_value(part, dialect)
    else:
        value = text_of(part, dialect, pattern=False)
        if isinstance(part, ExtendedPattern):
            pattern = text_of(part, dialect, pattern=True)
            return lambda shell, fields: fields.active(pattern(shell))
        if isinstance(part, ProcessSubstitution):
            return lambda shell, fields: fields.quoted(value(shell))
    if getattr(part, "quoted", False):
        return lambda shell, fields: fields.quoted(value(shell))
    return lambda shell, fields: fields.split(value(shell))


def _many_adder(part: Parameter, values: Many) -> Add:
    star = many_subject(part) == "*" or part.operator == "!*"
    if part.quoted and star:
        return lambda shell, fields: fields.quoted(join(shell.star_separator(), values(shell)))

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
    many = many_subject(part) is not None
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
    word = compile_parts(expanded(argument, "" if part.quoted else "word"), dialect, split=not part.quoted)
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
