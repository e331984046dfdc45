"""bash's arrays: assigning to them and listing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.bounds import check_text
from minibuild.shell.expansion import compile_words
from minibuild.shell.nodes import ArrayLiteral, Assignment, Word
from minibuild.shell.texts import compile_text
from minibuild.shell.variables import Associative, Indexed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Fill = Callable[[Shell, str, bool], None]


class ArrayArgument(str):
    """An argument of `declare` that is an assignment to an array or an element: the text is its name.

    `assign` does it; `append` is that of `+=`.
    """

    __slots__ = ("assign",)
    assign: Callable[[Shell], None]


def compile_array_assignment(assignment: Assignment, dialect: Dialect) -> Callable[[Shell], tuple[str, str]]:
    """The function that does `name=(…)`, `name[subscript]=value`, `name+=value`; it returns both."""
    name, append = assignment.name, assignment.append
    if isinstance(assignment.value, ArrayLiteral):
        fill = compile_literal(assignment.value, dialect)

        def assign_all(shell: Shell) -> tuple[str, str]:
            fill(shell, shell.variables.target(name), append)
            return name, "()"

        return assign_all
    text = compile_text(assignment.value, dialect, tilde="assignment")
    if assignment.subscript is not None:
        subscript = compile_text(assignment.subscript, dialect)

        def assign_element(shell: Shell) -> tuple[str, str]:
            place = subscript(shell)
            value = text(shell)
            shell.variables.set_element(name, place, value, append=append)
            return f"{name}[{place}]", value

        return assign_element

    def append_text(shell: Shell) -> tuple[str, str]:
        value = append_value(shell, name, text(shell))
        return name, value

    return append_text


def append_value(shell: Shell, name: str, text: str) -> str:
    """`name+=text`: numbers are added when the variable is an integer."""
    variables = shell.variables
    before = variables.get(name) or ""
    integer = "i" in variables.attributes.get(variables.target(name), "")
    value = f"({before or 0})+({text or 0})" if integer else check_text(before + text)
    variables.set(name, value)
    return value


def compile_literal(literal: ArrayLiteral, dialect: Dialect) -> Fill:
    """The function that fills the array of a name from `(…)`."""
    items = [
        (
            None if subscript is None else compile_text(subscript, dialect),
            compile_words([word], dialect),
            _text(word, dialect),
        )
        for subscript, word in literal.elements
    ]

    def fill(shell: Shell, name: str, append: bool) -> None:
        variables = shell.variables
        current = variables.values.get(name)
        new: list[tuple[str | None, str]] = []
        for subscript, words, text in items:
            if subscript is not None:
                new.append((subscript(shell), text(shell)))
            else:
                new.extend((None, value) for value in words(shell))
        if isinstance(current, Associative):
            _fill_associative(shell, name, current if append else Associative(), new)
        else:
            _fill_indexed(shell, name, current if append else None, new)

    return fill


def _text(word: Word, dialect: Dialect) -> Callable[[Shell], str]:
    return compile_text(word, dialect, tilde="assignment")


def _fill_indexed(shell: Shell, name: str, current: object, new: list[tuple[str | None, str]]) -> None:
    variables = shell.variables
    if isinstance(current, Indexed):
        array = current
    else:
        array = Indexed() if current is None else Indexed({0: str(current)})
    variables.account(sum(len(value) for _, value in new))
    index = max(array, default=-1) + 1
    for subscript, value in new:
        if subscript is not None:
            index = variables.index(name, subscript)
        array[index] = variables.converted(name, value)
        index += 1
    variables.put_array(name, array)


def _fill_associative(
    shell: Shell, name: str, current: Associative, new: list[tuple[str | None, str]]
) -> None:
    array = Associative(current)
    key: str | None = None
    for subscript, value in new:
        if subscript is not None:
            array[subscript] = shell.variables.converted(name, value)
        elif key is None:
            key = value
        else:
            array[key], key = shell.variables.converted(name, value), None
    if key is not None:
        array[key] = ""
    shell.variables.account(sum(len(value) for _, value in new))
    shell.variables.put_array(name, array)


def array_argument(assignment: Assignment, dialect: Dialect) -> Callable[[Shell], list[str]]:
    """The argument that `declare name=(…)` gets."""
    assign = compile_array_assignment(assignment, dialect)

    def argument(_: Shell) -> list[str]:
        found = ArrayArgument(assignment.name)
        found.assign = lambda own: (assign(own), None)[1]
        return [found]

    return argument


def pairs(value: Indexed | Associative) -> Iterator[tuple[str, str]]:
    """Subscripts and values in order."""
    if isinstance(value, Indexed):
        for index in sorted(value):
            yield str(index), value[index]
    else:
        yield from value.items()


def array_text(value: Indexed | Associative) -> str:
    """As `declare -p` lists an array."""
    from minibuild.shell.bash_variables import double_quoted

    inner = [f"[{_key(key)}]={double_quoted(text)}" for key, text in pairs(value)]
    end = " " if isinstance(value, Associative) and inner else ""
    return f"({' '.join(inner)}{end})"


def _key(key: str) -> str:
    from minibuild.shell.bash_variables import double_quoted

    return key if key.replace("_", "a").isalnum() or not key else double_quoted(key)
