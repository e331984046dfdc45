"""Expressions of awk → Python functions over the frame of local variables, made once, called for every
record.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from minibuild.programs.text.awk_arithmetic import ARITHMETIC, COMPARISONS, looks_posix, power
from minibuild.programs.text.awk_fields import dynamic_regex
from minibuild.programs.text.awk_machine import NF, NR, Machine
from minibuild.programs.text.awk_mathematics import integer
from minibuild.programs.text.awk_nodes import (
    Assign,
    AwkError,
    Binary,
    Call,
    Conditional,
    Element,
    Field,
    Function,
    Getline,
    Group,
    Membership,
    Name,
    Node,
    Number,
    Pattern,
    Step,
    String,
    Unary,
)
from minibuild.programs.text.awk_values import Array, Input, Value, looks_numeric, to_number, truth
from minibuild.programs.text.memory import check_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from minibuild.programs.text.awk_names import Names
    from minibuild.programs.text.regex import Regex

    Frame = list[Any]
    Getter = Callable[[Frame], Value]
    Store = Callable[[Frame, Value], None]

LONG = 1 << 14

class ExpressionCompiler:
    """Makes functions of expressions. `function` is the one whose body is compiled; None in rules."""

    def __init__(self, machine: Machine, names: Names) -> None:
        self.machine, self.names = machine, names
        self.function: Function | None = None
        self.looks = looks_numeric if machine.dialect.busybox else looks_posix

    # ---- what an expression gives, in the form that is asked for

    def value(self, node: Node) -> Getter:
        """The value."""
        maker = getattr(self, f"_{type(node).__name__.lower()}")
        return maker(node)  # type: ignore[no-any-return]

    def number(self, node: Node) -> Callable[[Frame], float]:
        """The value as a number."""
        if isinstance(node, Number):
            constant = node.value
            return lambda _frame: constant
        value = self.value(node)

        def run(frame: Frame) -> float:
            found = value(frame)
            return found if found.__class__ is float else to_number(found)

        return run

    def text(self, node: Node) -> Callable[[Frame], bytes]:
        """The value as text."""
        if isinstance(node, String):
            constant = node.value
            return lambda _frame: constant
        if isinstance(node, Field):
            return self._field_text(node)
        value, to_text = self.value(node), self.machine.to_text

        def run(frame: Frame) -> bytes:
            found = value(frame)
            return found if isinstance(found, bytes) else to_text(found)

        return run

    def output(self, node: Node) -> Callable[[Frame], bytes]:
        """The value as print shows it."""
        if isinstance(node, (String, Field)):
            return self.text(node)
        value, to_output = self.value(node), self.machine.to_output
        return lambda frame: to_output(value(frame))

    def truth(self, node: Node) -> Callable[[Frame], bool]:
        """Whether the value is true."""
        if isinstance(node, Pattern):
            regex, record = dynamic_regex(node.source), self.machine.record
            if regex.simple:
                search = regex.pattern.search
                return lambda _frame: search(record.whole()) is not None
            return lambda _frame: regex.found(record.whole())
        value = self.value(node)
        return lambda frame: truth(value(frame))

    def regex(self, node: Node) -> Callable[[Frame], Regex]:
        """The regular expression that stands there or that the value is taken for."""
        if isinstance(node, Pattern):
            constant = dynamic_regex(node.source)
            return lambda _frame: constant
        text = self.text(node)
        return lambda frame: dynamic_regex(text(frame))

    def array(self, name: str) -> Callable[[Frame], Array]:
        """The array of that name."""
        if self.function is not None and name in self.function.parameters:
            place = self.function.parameters.index(name)
            return lambda frame: frame[place]
        found = self.machine.array(name)
        return lambda _frame: found

    def key(self, subscripts: list[Node]) -> Callable[[Frame], bytes]:
        """The key that subscripts make."""
        if len(subscripts) == 1:
            return self.text(subscripts[0])
        values, subscript = [self.value(one) for one in subscripts], self.machine.subscript
        return lambda frame: subscript([value(frame) for value in values])

    def store(self, target: Node) -> Store:
        """The function that assigns to a target."""
        if isinstance(target, Name):
            return self._store_name(target.name)
        if isinstance(target, Element):
            array, key = self.array(target.array), self.key(target.subscripts)

            def put(frame: Frame, value: Value) -> None:
                array(frame)[key(frame)] = value

            return put
        if isinstance(target, Field):
            machine, number = self.machine, self.number(target.number)
            return lambda frame, value: machine.record.put(integer(number(frame)), value, machine.splitter())
        return lambda _frame, _value: None  # a value that has no place: sub() on a constant

    # ---- one method for each kind of expression

    def _number(self, node: Number) -> Getter:
        constant = node.value
        return lambda _frame: constant

    def _string(self, node: String) -> Getter:
        constant = node.value
        return lambda _frame: constant

    def _pattern(self, node: Pattern) -> Getter:
        found = self.truth(node)
        return lambda frame: 1.0 if found(frame) else 0.0

    def _name(self, node: Name) -> Getter:
        name, machine = node.name, self.machine
        if self.names.is_array(name, self.function):
            return lambda _frame: b""  # an array where a scalar is meant: busybox takes it for empty
        if self.function is not None and name in self.function.parameters:
            return operator.itemgetter(self.function.parameters.index(name))
        place, values = machine.slot(name), machine.values
        if place == NF:
            return lambda _frame: float(len(machine.record.parts()))
        return lambda _frame: values[place]

    def _store_name(self, name: str) -> Store:
        machine = self.machine
        if self.function is not None and name in self.function.parameters:
            index = self.function.parameters.index(name)

            def put_local(frame: Frame, value: Value) -> None:
                frame[index] = value

            return put_local
        place, values = machine.slot(name), machine.values
        if place == NF:
            return lambda _frame, value: machine.assign(NF, value)

        def put_global(_frame: Frame, value: Value) -> None:
            values[place] = value

        return put_global

    def _field(self, node: Field) -> Getter:
        record = self.machine.record
        if isinstance(node.number, Number):
            constant = integer(node.number.value)
            return lambda _frame: record.value(constant)
        number = self.number(node.number)
        return lambda frame: record.value(integer(number(frame)))

    def _field_text(self, node: Field) -> Callable[[Frame], bytes]:
        record = self.machine.record
        if isinstance(node.number, Number):
            constant = integer(node.number.value)
            if not constant:
                return lambda _frame: record.whole()
            return lambda _frame: record.text_of(constant)
        number = self.number(node.number)
        return lambda frame: record.text_of(integer(number(frame)))

    def _element(self, node: Element) -> Getter:
        key = self.key(node.subscripts)
        if self.function is None or node.array not in self.function.parameters:
            found = self.machine.array(node.array)
            return lambda frame: found[key(frame)]
        array = self.array(node.array)
        return lambda frame: array(frame)[key(frame)]

    def _group(self, node: Group) -> Getter:
        return self.key(node.items)

    def _assign(self, node: Assign) -> Getter:
        store = self.store(node.target)
        if not node.operator:
            value = self.value(node.value)

            def assign(frame: Frame) -> Value:
                found = value(frame)
                store(frame, found)
                return found

            return assign
        change = self._arithmetic(Binary(node.operator, node.target, node.value))

        def update(frame: Frame) -> Value:
            found = change(frame)
            store(frame, found)
            return found

        return update

    def _step(self, node: Step) -> Getter:
        number, store, delta = self.number(node.target), self.store(node.target), float(node.delta)

        def before(frame: Frame) -> Value:
            found = number(frame) + delta
            store(frame, found)
            return found

        def after(frame: Frame) -> Value:
            found = number(frame)
            store(frame, found + delta)
            return found

        return before if node.before else after

    def _unary(self, node: Unary) -> Getter:
        if node.operator == "!":
            test = self.truth(node.operand)
            return lambda frame: 0.0 if test(frame) else 1.0
        if node.operator == "()":
            return self.value(node.operand)
        number = self.number(node.operand)
        if node.operator == "-":
            return lambda frame: -number(frame)
        return number

    def _conditional(self, node: Conditional) -> Getter:
        test, yes, no = self.truth(node.test), self.value(node.yes), self.value(node.no)
        return lambda frame: yes(frame) if test(frame) else no(frame)

    def _membership(self, node: Membership) -> Getter:
        array, key = self.array(node.array), self.key(node.subscripts)
        return lambda frame: 1.0 if key(frame) in array(frame) else 0.0

    def _binary(self, node: Binary) -> Getter:
        kind = node.operator
        if kind == " ":
            return self._concatenation(node)
        if kind == "&&":
            first, second = self.truth(node.left), self.truth(node.right)
            return lambda frame: 1.0 if first(frame) and second(frame) else 0.0
        if kind == "||":
            first, second = self.truth(node.left), self.truth(node.right)
            return lambda frame: 1.0 if first(frame) or second(frame) else 0.0
        if kind in ("~", "!~"):
            text, regex, wanted = self.text(node.left), self.regex(node.right), kind == "~"
            return lambda frame: 1.0 if regex(frame).found(text(frame)) == wanted else 0.0
        if kind in COMPARISONS:
            return self._comparison(node)
        return self._arithmetic(node)

    def _concatenation(self, node: Binary) -> Getter:
        left, right, tick = self.text(node.left), self.text(node.right), self.machine.process.tick

        def run(frame: Frame) -> bytes:
            text = left(frame) + right(frame)
            if len(text) > LONG:
                tick(len(text) >> 10)  # a loop may append to it again and again
                check_size(len(text))
            return text

        return run

    def _comparison(self, node: Binary) -> Getter:
        left, right, compare = self.value(node.left), self.value(node.right), COMPARISONS[node.operator]
        looks, to_text = self.looks, self.machine.to_text

        def run(frame: Frame) -> float:
            a, b = left(frame), right(frame)
            if a.__class__ is float and b.__class__ is float:
                return 1.0 if compare(a, b) else 0.0
            if looks(a) and looks(b):
                return 1.0 if compare(to_number(a), to_number(b)) else 0.0
            return 1.0 if compare(to_text(a), to_text(b)) else 0.0

        return run

    def _arithmetic(self, node: Binary) -> Callable[[Frame], float]:
        left, right = self.number(node.left), self.number(node.right)
        kind = node.operator
        if kind == "+":
            return lambda frame: left(frame) + right(frame)
        if kind == "-":
            return lambda frame: left(frame) - right(frame)
        if kind == "*":
            return lambda frame: left(frame) * right(frame)
        if kind == "^":
            return lambda frame: power(left(frame), right(frame))
        calculate, dialect = ARITHMETIC[kind], self.machine.dialect
        return lambda frame: calculate(left(frame), right(frame), dialect)

    def _getline(self, node: Getline) -> Getter:
        machine = self.machine
        store = None if node.target is None else self.store(node.target)
        if node.kind == "":

            def from_main(frame: Frame) -> float:
                record = machine.next_main()
                return _take(frame, record, store)

            def _take(frame: Frame, record: bytes | None, put: Store | None) -> float:
                if record is None:
                    return 0.0
                if put is None:
                    machine.record.set(record, machine.splitter())
                else:
                    put(frame, Input(record))
                return 1.0

            return from_main
        assert node.source is not None
        source, command = self.text(node.source), node.kind == "|"

        def from_stream(frame: Frame) -> float:
            record = machine.read_stream(source(frame), command=command)
            if record is None:
                return 0.0
            if isinstance(record, int):
                return -1.0
            if command and machine.dialect.gawk:
                machine.values[NR] = to_number(machine.values[NR]) + 1.0
            if store is None:
                machine.record.set(record, machine.splitter())
            else:
                store(frame, Input(record))
            return 1.0

        return from_stream

    def _call(self, node: Call) -> Getter:
        raise AwkError(f"Call to undefined function {node.name}", node.line)
