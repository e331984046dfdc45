"""Calls: functions of the program, and awk's own."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from minibuild.programs.text.awk_compile import ExpressionCompiler
from minibuild.programs.text.awk_fields import split_by_regex, splitter
from minibuild.programs.text.awk_format import format_values
from minibuild.programs.text.awk_machine import RLENGTH, RSTART
from minibuild.programs.text.awk_mathematics import BITWISE, NUMERIC, integer
from minibuild.programs.text.awk_nodes import AwkError, Call, Field, Name, Node, Number, Pattern
from minibuild.programs.text.awk_strings import substitute, substring
from minibuild.programs.text.awk_values import UNSET, Array, Input, Value, parse_number, to_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.awk_compile import Frame, Getter

NEVER_BARE = {
    "tolower", "toupper", "index", "split", "sub", "gsub", "gensub", "match", "substr", "system", "sprintf",
}  # fmt: skip
BEYOND_MAWK = {
    "gensub", "and", "or", "xor", "compl", "lshift", "rshift", "strtonum", "asort", "asorti",
}  # fmt: skip
MOST_ARGUMENTS = {
    "length": 1, "index": 2, "substr": 3, "split": 4, "sub": 3, "gsub": 3, "gensub": 4, "match": 3, "int": 1,
    "sqrt": 1, "exp": 1, "log": 1, "sin": 1, "cos": 1, "atan2": 2, "rand": 0, "srand": 1, "tolower": 1,
    "toupper": 1, "system": 1, "close": 2, "compl": 1, "systime": 0, "mktime": 2, "strftime": 3,
}  # fmt: skip


class BuiltinCompiler(ExpressionCompiler):
    """Makes functions of calls. `loops`: how many loops are around the current statement."""

    loops = 0
    bodies: dict[str, Callable[[Frame], int | None]]
    parameters: dict[str, list[str]]

    def _call(self, node: Call) -> Getter:
        if node.builtin:
            return self._builtin(node)
        if node.name not in self.parameters:
            if not self.machine.dialect.busybox:
                raise AwkError(f"function `{node.name}' not defined", node.line)

            def undefined(_frame: Frame) -> Value:
                raise AwkError("Call to undefined function", node.line)

            return undefined
        return self._user(node)

    def _user(self, node: Call) -> Getter:
        """A call of a function of the program: arrays are passed as they are, scalars by value."""
        parameters, arrays = self.parameters[node.name], self.names.parameters[node.name]
        if len(node.arguments) > len(parameters):
            raise AwkError("Too many arguments", node.line)
        makers: list[Callable[[Frame], object]] = []
        for place in range(len(parameters)):
            argument = node.arguments[place] if place < len(node.arguments) else None
            if place in arrays:
                makers.append(
                    self.array(argument.name) if isinstance(argument, Name) else (lambda _frame: Array())
                )
            elif argument is None:
                makers.append(lambda _frame: UNSET)
            else:
                makers.append(self.value(argument))
        bodies, name, tick = self.bodies, node.name, self.machine.process.tick

        def call(frame: Frame) -> Value:
            tick()
            inner = [maker(frame) for maker in makers]
            inner.append(UNSET)
            bodies[name](inner)
            return inner[-1]  # type: ignore[return-value]

        return call

    def _builtin(self, node: Call) -> Getter:
        name, arguments = node.name, node.arguments
        if len(arguments) > MOST_ARGUMENTS.get(name, len(arguments)):
            raise AwkError("Too many arguments", node.line)
        if name in BEYOND_MAWK and self.machine.dialect.name == "mawk":
            raise AwkError(f"function {name} never defined", node.line)
        if name in NUMERIC:
            function, number = NUMERIC[name], self.number(self._argument(node, 0))
            return lambda frame: function(number(frame))
        if name in BITWISE:
            combine = BITWISE[name]
            first, second = self.number(self._argument(node, 0)), self.number(self._argument(node, 1))
            return lambda frame: float(combine(integer(first(frame)), integer(second(frame))))
        maker = getattr(self, f"_call_{name}")
        if name in NEVER_BARE:
            self._argument(node, 0)
        return maker(node, arguments)  # type: ignore[no-any-return]

    def _argument(self, node: Call, place: int) -> Node:
        if place >= len(node.arguments):
            raise AwkError("Too few arguments", node.line)
        return node.arguments[place]

    # ---- strings

    def _call_length(self, _node: Call, arguments: list[Node]) -> Getter:
        if not arguments:
            record = self.machine.record
            return lambda _frame: float(len(record.whole()))
        if isinstance(arguments[0], Name) and self.names.is_array(arguments[0].name, self.function):
            array = self.array(arguments[0].name)
            return lambda frame: float(len(array(frame)))
        text = self.text(arguments[0])
        return lambda frame: float(len(text(frame)))

    def _call_index(self, node: Call, arguments: list[Node]) -> Getter:
        text, part = self.text(arguments[0]), self.text(self._argument(node, 1))

        def run(frame: Frame) -> float:
            whole, wanted = text(frame), part(frame)
            return float(whole.find(wanted) + 1) if wanted or not self.machine.dialect.busybox else 0.0

        return run

    def _call_substr(self, node: Call, arguments: list[Node]) -> Getter:
        text, start = self.text(arguments[0]), self.number(self._argument(node, 1))
        length = self.number(arguments[2]) if len(arguments) > 2 else None
        clamp = not self.machine.dialect.gawk
        return lambda frame: substring(
            text(frame), start(frame), None if length is None else length(frame), clamp=clamp
        )

    def _call_tolower(self, _node: Call, arguments: list[Node]) -> Getter:
        text = self.text(arguments[0])
        return lambda frame: bytes(text(frame).lower())

    def _call_toupper(self, _node: Call, arguments: list[Node]) -> Getter:
        text = self.text(arguments[0])
        return lambda frame: bytes(text(frame).upper())

    def _call_sprintf(self, _node: Call, arguments: list[Node]) -> Getter:
        pattern, rest, machine = (
            self.text(arguments[0]),
            [self.value(one) for one in arguments[1:]],
            self.machine,
        )
        return lambda frame: format_values(machine, pattern(frame), [value(frame) for value in rest])

    def _call_split(self, node: Call, arguments: list[Node]) -> Getter:
        text, target = self.text(arguments[0]), self._argument(node, 1)
        if not isinstance(target, Name):
            raise AwkError("Not an array", node.line)
        array, machine = self.array(target.name), self.machine
        separator = arguments[2] if len(arguments) > 2 else None
        pattern = self.regex(separator) if isinstance(separator, Pattern) else None
        by_text = self.text(separator) if separator is not None and pattern is None else None

        def run(frame: Frame) -> float:
            whole = text(frame)
            if pattern is not None:
                parts = split_by_regex(pattern(frame), whole)
            elif by_text is not None:
                parts = splitter(by_text(frame), paragraphs=False, dialect=machine.dialect)(whole)
            else:
                parts = machine.splitter()(whole)
            found = array(frame)
            found.clear()
            for place, part in enumerate(parts, 1):
                found[b"%d" % place] = Input(part)
            return float(len(parts))

        return run

    def _call_match(self, node: Call, arguments: list[Node]) -> Getter:
        text, regex = self.text(arguments[0]), self.regex(self._argument(node, 1))
        target = arguments[2] if len(arguments) > 2 else None
        array = self.array(target.name) if isinstance(target, Name) else None
        values, machine = self.machine.values, self.machine

        def run(frame: Frame) -> float:
            pattern = regex(frame)
            match = pattern.search(text(frame))
            start, end = (-1, -2) if match is None else match.span()
            values[RSTART], values[RLENGTH] = float(start + 1), float(end - start)
            if array is not None:
                found = array(frame)
                found.clear()
                for group in range(pattern.groups + 1 if match is not None else 0):
                    assert match is not None
                    begin, stop = match.span(group)
                    if begin >= 0:
                        key = b"%d" % group
                        found[key] = Input(match[group] or b"")
                        found[machine.subscript([key, b"start"])] = float(begin + 1)
                        found[machine.subscript([key, b"length"])] = float(stop - begin)
            return float(start + 1)

        return run

    def _call_sub(self, node: Call, arguments: list[Node]) -> Getter:
        return self._replacing(node, arguments, every=False)

    def _call_gsub(self, node: Call, arguments: list[Node]) -> Getter:
        return self._replacing(node, arguments, every=True)

    def _replacing(self, node: Call, arguments: list[Node], *, every: bool) -> Getter:
        regex, replacement = self.regex(arguments[0]), self.text(self._argument(node, 1))
        target: Node = arguments[2] if len(arguments) > 2 else Field(Number(0.0))
        text, store = self.text(target), self.store(target)
        busybox = self.machine.dialect.busybox

        def run(frame: Frame) -> float:
            changed, count = substitute(
                regex(frame), replacement(frame), text(frame), 0 if every else 1, adjacent=busybox
            )
            if count or busybox:  # busybox assigns in any case: a field that it sets rebuilds $0
                store(frame, changed)
            return float(count)

        return run

    def _call_gensub(self, node: Call, arguments: list[Node]) -> Getter:
        regex, replacement, how = (
            self.regex(arguments[0]),
            self.text(self._argument(node, 1)),
            self.text(self._argument(node, 2)),
        )
        text = self.text(arguments[3] if len(arguments) > 3 else Field(Number(0.0)))

        def run(frame: Frame) -> bytes:
            which = how(frame)
            every = which[:1] in (b"g", b"G")
            number = 0 if every else max(integer(parse_number(which)[0]), 1)
            return substitute(regex(frame), replacement(frame), text(frame), number, groups=True)[0]

        return run

    def _call_strtonum(self, node: Call, _arguments: list[Node]) -> Getter:
        value = self.value(self._argument(node, 0))

        def run(frame: Frame) -> float:
            found = value(frame)
            return found if isinstance(found, float) else parse_number(found)[0]

        return run

    # ---- numbers and time

    def _call_atan2(self, node: Call, _arguments: list[Node]) -> Getter:
        y, x = self.number(self._argument(node, 0)), self.number(self._argument(node, 1))
        return lambda frame: math.atan2(y(frame), x(frame))

    def _call_rand(self, _node: Call, _arguments: list[Node]) -> Getter:
        machine = self.machine
        return lambda _frame: machine.random.fraction()

    def _call_srand(self, _node: Call, arguments: list[Node]) -> Getter:
        machine = self.machine
        number = self.number(arguments[0]) if arguments else None

        def run(frame: Frame) -> float:
            before = machine.seed
            machine.seed = machine.now() if number is None else number(frame)
            machine.random.seed(integer(machine.seed))
            return before

        return run

    def _call_systime(self, _node: Call, _arguments: list[Node]) -> Getter:
        machine = self.machine
        return lambda _frame: machine.now()

    def _call_strftime(self, _node: Call, arguments: list[Node]) -> Getter:
        pattern = self.text(arguments[0]) if arguments else (lambda _frame: b"%a %b %e %H:%M:%S %Z %Y")
        moment = self.number(arguments[1]) if len(arguments) > 1 else None
        universal = self.truth(arguments[2]) if len(arguments) > 2 else None
        machine = self.machine
        return lambda frame: machine.format_time(
            pattern(frame),
            machine.now() if moment is None else moment(frame),
            universal=universal is not None and universal(frame),
        )

    def _call_mktime(self, node: Call, _arguments: list[Node]) -> Getter:
        text, machine = self.text(self._argument(node, 0)), self.machine

        def run(frame: Frame) -> float:
            numbers = [int(word) for word in re.findall(rb"-?\d+", text(frame))]
            return machine.local_to_moment(numbers[:6]) if len(numbers) >= 6 else -1.0

        return run

    # ---- input and output

    def _call_system(self, _node: Call, arguments: list[Node]) -> Getter:
        command, streams = self.text(arguments[0]), self.machine.streams
        return lambda frame: float(streams.run(command(frame)))

    def _call_close(self, node: Call, _arguments: list[Node]) -> Getter:
        name, machine = self.text(self._argument(node, 0)), self.machine

        def run(frame: Frame) -> float:
            status = machine.streams.close(name(frame))
            if machine.dialect.busybox:
                return float((status or 0) << 8)
            return -1.0 if status is None else float(status)

        return run

    def _call_fflush(self, _node: Call, arguments: list[Node]) -> Getter:
        names, streams = [self.text(one) for one in arguments], self.machine.streams

        def run(frame: Frame) -> float:
            for name in names:
                name(frame)
            streams.flush()
            return 0.0

        return run

    # ---- sorting, as gawk has it

    def _call_asort(self, node: Call, arguments: list[Node]) -> Getter:
        return self._sorting(node, arguments, keys=False)

    def _call_asorti(self, node: Call, arguments: list[Node]) -> Getter:
        return self._sorting(node, arguments, keys=True)

    def _sorting(self, node: Call, arguments: list[Node], *, keys: bool) -> Getter:
        source, target = self._argument(node, 0), arguments[1] if len(arguments) > 1 else arguments[0]
        if not isinstance(source, Name) or not isinstance(target, Name):
            raise AwkError("Not an array", node.line)
        array, result, looks, to_text = (
            self.array(source.name),
            self.array(target.name),
            self.looks,
            self.machine.to_text,
        )

        def order(value: Value) -> tuple[int, float, bytes]:
            return (0, to_number(value), b"") if looks(value) else (1, 0.0, to_text(value))

        def run(frame: Frame) -> float:
            found = array(frame)
            values: list[Value] = [bytes(key) for key in found] if keys else list(found.values())
            values.sort(key=order)
            made = result(frame)
            made.clear()
            for place, value in enumerate(values, 1):
                made[b"%d" % place] = value
            return float(len(values))

        return run
