"""bash's compound commands: `(( ))`, `for (( ))`, `[[ ]]`, `select`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.compiler import compile_command
from minibuild.shell.conditions import TestError, compare_files, evaluate
from minibuild.shell.control import again, in_loop
from minibuild.shell.errors import LoopControl, ShellError
from minibuild.shell.expansion import compile_words
from minibuild.shell.inputs import read_line
from minibuild.shell.nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    Condition,
    ConditionExpression,
    ConditionJunction,
    ConditionNot,
    ConditionTest,
    For,
    Text,
    Timed,
    Word,
)
from minibuild.shell.octets import decode
from minibuild.shell.texts import compile_arithmetic, compile_pattern, compile_text
from minibuild.shell.variables import Indexed

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell

    Run = Callable[[Shell], int]
    Decide = Callable[[Shell], bool]

_NUMERIC = frozenset(("-eq", "-ne", "-lt", "-le", "-gt", "-ge"))
_SPECIAL_IN_REGEX = frozenset("\\.[]{}()*+?^$|")


def _failing(shell: Shell, error: ShellError, what: str) -> int:
    before, shell.command_name = shell.command_name, what
    try:
        shell.report(error)
    finally:
        shell.command_name = before
    return shell.check(1)


def arithmetic_command(command: ArithmeticCommand, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`(( expression ))`: 0 when it is not zero."""
    value = compile_arithmetic(command.expression, dialect)
    line = command.line

    def run(shell: Shell) -> int:
        shell.process.tick()
        shell.line = line
        try:
            status = 0 if value(shell) else 1
        except ShellError as error:
            return _failing(shell, error, "((")
        return shell.check(status)

    return run


def arithmetic_for(command: ArithmeticFor, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`for ((first; condition; step))`; an empty condition is true."""
    first = compile_arithmetic(command.first, dialect)
    condition = compile_arithmetic(command.condition, dialect)
    step = compile_arithmetic(command.step, dialect)
    always = all(type(part) is Text and not part.text.strip() for part in command.condition.parts)
    body = compile_command(command.body, dialect)

    def turns(shell: Shell) -> int:
        status = 0
        try:
            first(shell)
            while always or condition(shell):
                shell.process.tick()
                try:
                    status = body(shell)
                except LoopControl as control:
                    status = 0
                    if not again(shell, control):
                        break
                step(shell)
        except ShellError as error:
            if not error.message:
                raise
            return _failing(shell, error, "((")
        shell.status = status
        return status

    return in_loop(turns)


def timed(command: Timed, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`time pipeline`: the simulated time that it took."""
    body = compile_command(command.command, dialect)

    def run(shell: Shell) -> int:
        clock = shell.process.system.clock
        start = clock.now()
        try:
            return body(shell)
        finally:
            seconds = (clock.now() - start) / 1e9
            text = f"{int(seconds // 60)}m{seconds % 60:.3f}s"
            shell.process.stderr.write(f"\nreal\t{text}\nuser\t0m0.000s\nsys\t0m0.000s\n")

    return run


# ---- [[ ]]


def condition(command: Condition, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`[[ expression ]]`."""
    decide = _compile(command.expression, dialect)
    line = command.line

    def run(shell: Shell) -> int:
        shell.process.tick()
        if shell.process.pending:
            shell.handle_signals()
        shell.line = line
        try:
            status = 0 if decide(shell) else 1
        except TestError as error:
            before, shell.command_name = shell.command_name, "[["
            shell.complain(str(error))
            shell.command_name = before
            status = 2
        return shell.check(status)

    return run


def _compile(expression: ConditionExpression, dialect: Dialect) -> Decide:
    if isinstance(expression, ConditionNot):
        inner = _compile(expression.expression, dialect)
        return lambda shell: not inner(shell)
    if isinstance(expression, ConditionJunction):
        first, second = _compile(expression.first, dialect), _compile(expression.second, dialect)
        if expression.operator == "&&":
            return lambda shell: first(shell) and second(shell)
        return lambda shell: first(shell) or second(shell)
    return _test(expression, dialect)


def _test(test: ConditionTest, dialect: Dialect) -> Decide:
    operator = test.operator
    left = compile_text(test.operands[0], dialect, tilde="word")
    if len(test.operands) == 1:
        return lambda shell: evaluate([operator, left(shell)], shell.process, shell)
    right = test.operands[1]
    if operator in ("=", "==", "!="):
        pattern = compile_pattern(right, dialect)
        wanted = operator != "!="
        return lambda shell: shell.matches_condition(pattern(shell), left(shell)) == wanted
    if operator == "=~":
        regex = _regex(right, dialect)
        return lambda shell: _search(shell, regex(shell), left(shell))
    text = compile_text(right, dialect, tilde="word")
    if operator in _NUMERIC:
        return lambda shell: _compare(
            operator, shell.variables.evaluate(left(shell)), shell.variables.evaluate(text(shell))
        )
    if operator in ("<", ">"):
        return lambda shell: left(shell) < text(shell) if operator == "<" else left(shell) > text(shell)
    return lambda shell: compare_files(shell.process, left(shell), operator, text(shell), missing=True)


def _compare(operator: str, left: int, right: int) -> bool:
    return {
        "-eq": left == right, "-ne": left != right, "-lt": left < right,
        "-le": left <= right, "-gt": left > right, "-ge": left >= right,
    }[operator]  # fmt: skip


def _regex(word: Word, dialect: Dialect) -> Callable[[Shell], str]:
    """The regular expression that a word is: what is quoted in it stands for itself."""
    pieces: list[Callable[[Shell], str]] = []
    for part in word.parts:
        text = compile_text(Word((part,)), dialect)
        quoted = getattr(part, "quoted", False)
        pieces.append(_escaped(text) if quoted else text)
    return lambda shell: "".join([piece(shell) for piece in pieces])


def _escaped(text: Callable[[Shell], str]) -> Callable[[Shell], str]:
    return lambda shell: "".join("\\" + char if char in _SPECIAL_IN_REGEX else char for char in text(shell))


def _search(shell: Shell, pattern: str, text: str) -> bool:
    try:
        groups = shell.search(pattern, text, ignore_case="nocasematch" in shell.options.shopt)
    except ShellError as error:
        raise TestError(error.message) from None
    found = Indexed() if groups is None else Indexed((n, group or "") for n, group in enumerate(groups))
    shell.variables.put_array("BASH_REMATCH", found)
    return groups is not None


# ---- select


def select_loop(command: For, dialect: Dialect) -> Run:
    """`select name in words`: a menu on standard error, the answers from standard input."""
    words = None if command.words is None else compile_words(command.words, dialect)
    body = compile_command(command.body, dialect)
    name = command.name

    def turns(shell: Shell) -> int:
        choices = list(shell.args) if words is None else words(shell)
        status = 0
        while choices:
            menu = "".join(f"{number}) {choice}\n" for number, choice in enumerate(choices, 1))
            shell.process.stderr.write(menu + (shell.variables.get("PS3") or "#? "))
            line = read_line(shell.process.descriptors.get(0), process=shell.process)
            if not line:
                shell.process.stderr.write("\n")
                return shell.check(1)
            answer = decode(line).rstrip("\n").strip()
            shell.variables.set("REPLY", answer)
            valid = answer.isdigit() and 1 <= int(answer) <= len(choices)
            shell.variables.set(name, choices[int(answer) - 1] if valid else "")
            try:
                status = body(shell)
            except LoopControl as control:
                status = 0
                if not again(shell, control):
                    break
        shell.status = status
        return status

    return turns
