"""Statements, rules and functions of awk → Python functions. A statement gives None, or how it leaves its
block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.awk_builtins import BuiltinCompiler
from minibuild.programs.text.awk_format import format_values
from minibuild.programs.text.awk_machine import OFS, ORS, ExitProgram, NextRecord
from minibuild.programs.text.awk_mathematics import integer
from minibuild.programs.text.awk_nodes import (
    AwkError,
    Block,
    Delete,
    Evaluate,
    ForIn,
    Function,
    If,
    Jump,
    Loop,
    Node,
    Print,
    Program,
    Rule,
)
from minibuild.programs.text.awk_order import hash_order
from minibuild.programs.text.awk_values import to_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.awk_compile import Frame
    from minibuild.programs.text.awk_machine import Machine
    from minibuild.programs.text.awk_names import Names

    Action = Callable[[Frame], "int | None"]

BREAK, CONTINUE, RETURN = 1, 2, 3


class Compiled:
    """A program: what to do at the beginning, for each record, at the end."""

    def __init__(self, machine: Machine, names: Names, program: Program) -> None:
        compiler = StatementCompiler(machine, names)
        compiler.declare(program)
        self.begin: list[Action] = []
        self.rules: list[Action] = []
        self.end: list[Action] = []
        for rule in program.rules:
            {"BEGIN": self.begin, "END": self.end}.get(str(rule.start), self.rules).append(
                compiler.rule(rule)
            )


class StatementCompiler(BuiltinCompiler):
    """Makes functions of statements."""

    def declare(self, program: Program) -> None:
        """Compile the functions of the program."""
        self.parameters = {name: function.parameters for name, function in program.functions.items()}
        self.bodies: dict[str, Action] = {}
        for name, function in program.functions.items():
            self.bodies[name] = self._function(function)

    def _function(self, function: Function) -> Action:
        self.function = function
        body = self.statement(function.body)
        self.function = None
        return body

    def rule(self, rule: Rule) -> Action:
        """A whole rule: its pattern decides whether its action is done."""
        body = self._print(Print([], False, "", None)) if rule.body is None else self.statement(rule.body)
        if rule.start is None or isinstance(rule.start, str):
            return body
        test = self.truth(rule.start)
        if rule.stop is None:
            return lambda frame: body(frame) if test(frame) else None
        stop = self.truth(rule.stop)
        inside = False

        def run(frame: Frame) -> int | None:
            nonlocal inside
            if not inside and not test(frame):
                return None
            inside = not stop(frame)
            return body(frame)

        return run

    def statement(self, node: Node) -> Action:
        """Any statement."""
        maker = getattr(self, f"_{type(node).__name__.lower()}")
        return maker(node)  # type: ignore[no-any-return]

    def _block(self, node: Block) -> Action:
        steps = [self.statement(one) for one in node.statements]
        if len(steps) == 1:
            return steps[0]

        def run(frame: Frame) -> int | None:
            for step in steps:
                way = step(frame)
                if way is not None:
                    return way
            return None

        return run

    def _evaluate(self, node: Evaluate) -> Action:
        value = self.value(node.expression)

        def run(frame: Frame) -> None:
            value(frame)

        return run

    def _if(self, node: If) -> Action:
        test, yes = self.truth(node.test), self.statement(node.yes)
        if node.no is None:
            return lambda frame: yes(frame) if test(frame) else None
        no = self.statement(node.no)
        return lambda frame: yes(frame) if test(frame) else no(frame)

    def _loop(self, node: Loop) -> Action:
        test = (lambda _frame: True) if node.test is None else self.truth(node.test)
        self.loops += 1
        body = self.statement(node.body)
        self.loops -= 1
        start = None if node.start is None else self.statement(node.start)
        step = None if node.step is None else self.statement(node.step)
        tick, first = self.machine.process.tick, node.test_first

        def run(frame: Frame) -> int | None:
            if start is not None:
                start(frame)
            ready = first
            while not ready or test(frame):
                ready = True
                tick()
                way = body(frame)
                if way is not None and way != CONTINUE:
                    return None if way == BREAK else way
                if step is not None:
                    step(frame)
            return None

        return run

    def _forin(self, node: ForIn) -> Action:
        array, store = self.array(node.array), self.store(node.target)
        self.loops += 1
        body = self.statement(node.body)
        self.loops -= 1
        tick, busybox = self.machine.process.tick, self.machine.dialect.busybox

        def run(frame: Frame) -> int | None:
            found = array(frame)
            for key in hash_order(found) if busybox else list(found):
                if not busybox and key not in found:
                    continue
                tick()
                store(frame, bytes(key))
                way = body(frame)
                if way is not None and way != CONTINUE:
                    return None if way == BREAK else way
            return None

        return run

    def _jump(self, node: Jump) -> Action:
        machine, kind = self.machine, node.kind
        if kind in ("break", "continue"):
            if not self.loops:
                raise AwkError(f"'{kind}' not in a loop")
            way = BREAK if kind == "break" else CONTINUE
            return lambda _frame: way
        if kind in ("next", "nextfile"):

            def go_on(_frame: Frame) -> None:
                raise NextRecord(kind == "nextfile")

            return go_on
        value = None if node.value is None else self.value(node.value)
        if kind == "return":

            def leave(frame: Frame) -> int:
                if value is not None and frame:
                    frame[-1] = value(frame)
                return RETURN

            return leave

        def end(frame: Frame) -> None:
            if value is not None:
                machine.status = integer(to_number(value(frame))) & 255
            raise ExitProgram

        return end

    def _delete(self, node: Delete) -> Action:
        array = self.array(node.array)
        if node.subscripts is None:

            def clear(frame: Frame) -> None:
                array(frame).clear()

            return clear
        key = self.key(node.subscripts)

        def remove(frame: Frame) -> None:
            array(frame).pop(key(frame), None)

        return remove

    def _print(self, node: Print) -> Action:
        text = self._printed(node)
        if not node.redirection:
            write = self.machine.process.stdout.write

            def run(frame: Frame) -> None:
                write(text(frame))

            return run
        assert node.destination is not None
        name, kind, streams = self.text(node.destination), node.redirection, self.machine.streams

        def run_elsewhere(frame: Frame) -> None:
            data = text(frame)
            streams.writer(name(frame), kind).write(data)

        return run_elsewhere

    def _printed(self, node: Print) -> Callable[[Frame], bytes]:
        """The text that print or printf writes."""
        machine = self.machine
        values, record, to_text = machine.values, machine.record, machine.to_text
        if node.formatted:
            pattern = self.text(node.arguments[0])
            rest = [self.value(one) for one in node.arguments[1:]]
            return lambda frame: format_values(machine, pattern(frame), [value(frame) for value in rest])
        parts = [self.output(one) for one in node.arguments]
        if not parts:
            return lambda _frame: record.whole() + to_text(values[ORS])
        if len(parts) == 1:
            only = parts[0]
            return lambda frame: only(frame) + to_text(values[ORS])
        return lambda frame: to_text(values[OFS]).join([part(frame) for part in parts]) + to_text(values[ORS])
