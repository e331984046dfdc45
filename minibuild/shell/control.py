"""Lists, conditions and loops (POSIX XCU 2.9.3, 2.9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.shell.compiler import compile_command
from minibuild.shell.errors import LoopControl, ReturnFrom
from minibuild.shell.expansion import compile_words
from minibuild.shell.parameters import matches
from minibuild.shell.texts import compile_pattern, compile_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.dialect import Dialect
    from minibuild.shell.interpreter import Shell
    from minibuild.shell.nodes import AndOr, Case, CaseItem, For, Group, If, Not, Sequence, While

    Run = Callable[[Shell], int]


def sequence(command: Sequence, dialect: Dialect, tail: bool) -> Run:
    """One command after the other."""
    last = len(command.commands) - 1
    runs = [
        compile_command(one, dialect, tail=tail and number == last)
        for number, one in enumerate(command.commands)
    ]
    if len(runs) == 2:
        first, second = runs

        def run_two(shell: Shell) -> int:
            first(shell)
            return second(shell)

        return run_two

    def run(shell: Shell) -> int:
        status = 0
        for one in runs:
            status = one(shell)
        return status

    return run


def group(command: Group, dialect: Dialect, tail: bool) -> Run:
    """`{ …; }`."""
    return compile_command(command.body, dialect, tail=tail)


def and_or(command: AndOr, dialect: Dialect, tail: bool) -> Run:
    """`&&` and `||`: `set -e` only looks at the last command."""
    first = compile_command(command.first, dialect)
    rest = compile_command(command.rest, dialect, tail=tail)
    both = command.operator == "&&"

    def run(shell: Shell) -> int:
        shell.tested += 1
        try:
            status = first(shell)
        finally:
            shell.tested -= 1
        return rest(shell) if (not status) == both else status

    return run


def negation(command: Not, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`!`."""
    inner = compile_command(command.command, dialect)
    turned = dialect.name == "ash"

    def run(shell: Shell) -> int:
        shell.tested += 1
        try:
            status = inner(shell)
        except ReturnFrom as ended:
            if not turned:
                raise
            raise ReturnFrom(0 if ended.status else 1) from None  # ash turns even this around
        finally:
            shell.tested -= 1
        shell.status = 0 if status else 1
        return shell.status

    return run


def conditional(command: If, dialect: Dialect, tail: bool) -> Run:
    """`if`."""
    branches = [
        (compile_command(condition, dialect), compile_command(body, dialect, tail=tail))
        for condition, body in command.branches
    ]
    otherwise = None if command.otherwise is None else compile_command(command.otherwise, dialect, tail=tail)

    def run(shell: Shell) -> int:
        for condition, body in branches:
            shell.tested += 1
            try:
                status = condition(shell)
            finally:
                shell.tested -= 1
            if not status:
                return body(shell)
        if otherwise is not None:
            return otherwise(shell)
        shell.status = 0
        return 0

    return run


def loop(command: While, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`while` and `until`."""
    condition = compile_command(command.condition, dialect)
    body = compile_command(command.body, dialect)
    until = command.until

    def turns(shell: Shell) -> int:
        status = 0
        while True:
            try:
                shell.tested += 1
                try:
                    decided = condition(shell)
                finally:
                    shell.tested -= 1
                if (not decided) == until:
                    break
                status = body(shell)
            except LoopControl as control:
                status = 0
                if not again(shell, control):
                    break
        shell.status = status
        return status

    return in_loop(turns)


def in_loop(turns: Run) -> Run:
    def run(shell: Shell) -> int:
        shell.loops += 1
        try:
            return turns(shell)
        finally:
            shell.loops -= 1

    return run


def again(shell: Shell, control: LoopControl) -> bool:
    """What `break` or `continue` mean for this loop: go on with it (True), or leave it; raised again for
    outer loops.
    """
    shell.status = 0
    if control.depth > 1:
        control.depth -= 1
        raise control
    return control.again


def for_loop(command: For, dialect: Dialect, tail: bool) -> Run:  # noqa: ARG001
    """`for name in words`."""
    if command.select:
        from minibuild.shell.bash_commands import select_loop

        return in_loop(select_loop(command, dialect))
    name = command.name
    words = None if command.words is None else compile_words(command.words, dialect)
    body = compile_command(command.body, dialect)

    line = command.line

    def turns(shell: Shell) -> int:
        shell.line = line
        status = 0
        for value in list(shell.args) if words is None else words(shell):
            if shell.traps.debug is not None:
                shell.debug(line)
            shell.variables.set(name, value)
            try:
                status = body(shell)
            except LoopControl as control:
                status = 0
                if not again(shell, control):
                    break
        shell.status = status
        return status

    return in_loop(turns)


def case(command: Case, dialect: Dialect, tail: bool) -> Run:
    """`case word in …`."""
    word = compile_text(command.word, dialect, tilde="word")
    items = [_item(one, dialect, tail) for one in command.items]
    line = command.line

    def run(shell: Shell) -> int:
        shell.line = line
        shell.substitution_status = None
        value = word(shell)
        status = 0
        falling = False
        for patterns, body, ending in items:
            if not falling and not any(matches(shell, pattern(shell), value) for pattern in patterns):
                continue
            status = 0 if body is None else body(shell)
            falling = ending == ";&"
            if ending == ";;":
                break
        else:
            status = status or 0
        shell.status = status
        return status

    return run


def _item(
    item: CaseItem, dialect: Dialect, tail: bool
) -> tuple[list[Callable[[Shell], str]], Run | None, str]:
    patterns = [compile_pattern(pattern, dialect) for pattern in item.patterns]
    body = (
        None if item.body is None else compile_command(item.body, dialect, tail=tail and item.ending == ";;")
    )
    return patterns, body, item.ending
