"""dc: a calculator with a stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.programs.coreutils import decimals
from minibuild.programs.coreutils.decimals import ArithmeticProblem, Number
from minibuild.programs.inputs import decode, encode, open_input
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process

DC = Options(
    "e:f:x",
    long={"expression=": "e", "file=": "f"},
    usage="[-x] [-eSCRIPT]... [-fFILE]... [FILE]...",
    help="Tiny RPN calculator",
)
TOKEN = re.compile(r"_?[0-9A-F]*\.?[0-9A-F]+|_?[0-9A-F]+\.?|#[^\n]*|!?[<>=].|[sSlL:;].|[^\s]|\s+", re.DOTALL)
Value = Number | str


@program("dc", options=DC)
def dc(process: Process) -> int:
    """`dc [-e SCRIPT]... [-f FILE]... [FILE]...`"""
    opts, paths = DC.parse(process)
    machine = Machine(process)
    scripts = [(value or "", key == "f") for key, value in opts.given if key in "ef"]
    scripts += [(path, True) for path in paths]
    for text, is_file in scripts or [("-", True)]:
        if is_file:
            reader = open_input(process, text)
            if reader is None:
                return 1
            text = decode(reader.read())
        if not machine.run(text):
            break
    return machine.status


class Quit(Exception):  # noqa: N818  not an error
    """Leave `levels` macros; None ends the program."""

    def __init__(self, levels: int | None) -> None:
        super().__init__(levels)
        self.levels = levels


class Machine:
    """The stack, the registers, and the bases and scale."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.stack: list[Value] = []
        self.registers: dict[str, list[Value]] = {}
        self.arrays: dict[tuple[str, int], Value] = {}
        self.scale, self.input, self.output = 0, 10, 10
        self.status = self.depth = 0

    def run(self, text: str) -> bool:
        """Run a script; an error is reported and ends it. False when the program is to end."""
        try:
            self.execute(text)
        except Quit as end:
            return end.levels is not None
        except ArithmeticProblem as problem:
            self.process.error(str(problem))
            self.status = 1
        return True

    def execute(self, text: str) -> None:
        """Run the commands of a text."""
        at = 0
        while at < len(text):
            self.process.tick()
            if text[at] == "[":
                end = closing(text, at)
                self.stack.append(text[at + 1 : end])
                at = end + 1
                continue
            match = TOKEN.match(text, at)
            if match is None:
                return
            at = match.end()
            self.command(match[0])

    def command(self, word: str) -> None:
        """One token."""
        first = word[0]
        if first.isspace() or first == "#":
            return
        if first in "_.0123456789ABCDEF":
            number = decimals.read(word.lstrip("_").rstrip(".") or "0", self.input)
            self.stack.append(Number(-number.value, number.scale) if first == "_" else number)
        elif len(word) > 1 and word.lstrip("!")[0] in "<>=":
            self.conditional(word)
        elif first in "sSlL:;":
            self.register(first, word[1])
        elif first in "+-*/%^~|v":
            self.arithmetic(first)
        else:
            handler = COMMANDS.get(first)
            if handler is None:
                raise ArithmeticProblem(f"bad character '{first}'")
            handler(self)

    def pop(self) -> Value:
        """Take the top of the stack."""
        if not self.stack:
            raise ArithmeticProblem("stack has too few elements")
        return self.stack.pop()

    def number(self) -> Number:
        """Take a number from the stack."""
        value = self.pop()
        if isinstance(value, str):
            self.stack.append(value)
            raise ArithmeticProblem("non-numeric value")
        return value

    def arithmetic(self, symbol: str) -> None:
        """One operator; the operands come back when it has no result."""
        if symbol == "v":
            self.stack.append(decimals.square_root(self.number(), self.scale))
            return
        modulus = self.number() if symbol == "|" else None
        right, left = self.number(), self.number()
        if modulus is not None:
            self.stack.append(Number(pow(left.whole, right.whole, modulus.whole)))
        elif symbol == "~":
            self.stack.append(decimals.divide(left, right, self.scale))
            self.stack.append(decimals.remainder(left, right, self.scale))
        elif symbol in "+-":
            self.stack.append(decimals.add(left, right) if symbol == "+" else decimals.subtract(left, right))
        else:
            operation = {"*": decimals.multiply, "/": decimals.divide, "%": decimals.remainder}.get(
                symbol, decimals.power
            )
            self.stack.append(operation(left, right, self.scale))

    def register(self, action: str, name: str) -> None:
        """s and l set and get, S and L push and pop; : and ; do it with an array."""
        held = self.registers.setdefault(name, [])
        if action == "s":
            held[-1:] = [self.pop()]
        elif action == "S":
            held.append(self.pop())
        elif action == "l":
            self.stack.append(held[-1] if held else decimals.ZERO)
        elif action == "L":
            if not held:
                raise ArithmeticProblem("stack has too few elements")
            self.stack.append(held.pop())
        else:
            index = self.number().whole
            if action == ":":
                self.arrays[name, index] = self.pop()
            else:
                self.stack.append(self.arrays.get((name, index), decimals.ZERO))

    def conditional(self, word: str) -> None:
        """`>r` runs register r when the top is greater than what is below it; `!` turns that round."""
        negated = word[0] == "!"
        relation, name = word[-2], word[-1]
        top, below = self.number(), self.number()
        order = decimals.compare(top, below)
        true = {"<": order < 0, ">": order > 0, "=": order == 0}[relation]
        held = self.registers.get(name)
        if true != negated:
            if not held or not isinstance(held[-1], str):
                raise ArithmeticProblem("variable is wrong type")
            self.call(held[-1])

    def call(self, text: str) -> None:
        """Run a macro; q in it leaves it and the one above."""
        self.depth += 1
        try:
            self.execute(text)
        except Quit as end:
            if end.levels is not None and end.levels > 1:
                raise Quit(end.levels - 1) from None
            if end.levels is None:
                raise
        finally:
            self.depth -= 1

    def text(self, value: Value) -> str:
        """A value as it is printed."""
        return value if isinstance(value, str) else decimals.wrapped(decimals.show(value, self.output), 70)

    def write(self, text: str) -> None:
        """Print."""
        self.process.stdout.write(encode(text))


def closing(text: str, at: int) -> int:
    """Where the string that begins at `at` ends."""
    depth = 0
    for place in range(at, len(text)):
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        if not depth:
            return place
    return len(text)


def _print(machine: Machine) -> None:
    if not machine.stack:
        raise ArithmeticProblem("stack has too few elements")
    machine.write(machine.text(machine.stack[-1]) + "\n")


def _take_and_print(machine: Machine) -> None:
    machine.write(machine.text(machine.pop()) + ("\n" if is_busybox(machine.process) else ""))


def _execute(machine: Machine) -> None:
    value = machine.pop()
    if isinstance(value, str):
        machine.call(value)
    else:
        machine.stack.append(value)


def _quit(machine: Machine) -> None:
    raise Quit(2 if machine.depth > 1 else None)


def _exchange(machine: Machine) -> None:
    top, below = machine.pop(), machine.pop()
    machine.stack += [top, below]


def _length(machine: Machine) -> None:
    value = machine.pop()
    machine.stack.append(Number(len(value) if isinstance(value, str) else decimals.length(value)))


def _fraction(machine: Machine) -> None:
    value = machine.pop()
    machine.stack.append(Number(0 if isinstance(value, str) else value.scale))


def _emit(machine: Machine) -> None:
    value = machine.pop()
    machine.write(value if isinstance(value, str) else chr(value.whole & 127))


def _set(name: str, low: int) -> Callable[[Machine], None]:
    def handler(machine: Machine) -> None:
        value = machine.number().whole
        if value < low:
            raise ArithmeticProblem("bad base" if low else "scale is negative")
        setattr(machine, name, value)

    return handler


def _get(name: str) -> Callable[[Machine], None]:
    return lambda machine: machine.stack.append(Number(getattr(machine, name)))


COMMANDS: dict[str, Callable[[Machine], None]] = {
    "p": _print,
    "n": _take_and_print,
    "P": _emit,
    "f": lambda machine: machine.write(
        "".join(machine.text(value) + "\n" for value in reversed(machine.stack))
    ),
    "c": lambda machine: machine.stack.clear(),
    "d": lambda machine: machine.stack.extend([machine.pop()] * 2),
    "r": _exchange,
    "x": _execute,
    "q": _quit,
    "z": lambda machine: machine.stack.append(Number(len(machine.stack))),
    "Z": _length,
    "X": _fraction,
    "k": _set("scale", 0),
    "K": _get("scale"),
    "i": _set("input", 2),
    "I": _get("input"),
    "o": _set("output", 2),
    "O": _get("output"),
}
