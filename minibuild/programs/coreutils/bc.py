"""bc: arithmetic of any precision, with variables, functions and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.coreutils import decimals
from minibuild.programs.coreutils.bc_parser import Parser, SyntaxProblem, Tree
from minibuild.programs.coreutils.decimals import ONE, ZERO, ArithmeticProblem, Number
from minibuild.programs.inputs import decode, encode, open_input
from minibuild.programs.options import Options
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

BC = Options(
    "sqlwi",
    long={"quiet": "q", "mathlib": "l", "standard": "s", "warn": "w", "interactive": "i"},
    usage="[-sqlw] [FILE]...",
    help="Arbitrary precision calculator\n\n\t-q\tQuiet\n\t-l\tLoad standard library\n"
    "\t-s\tBe POSIX compatible\n\t-w\tWarn if extensions are used",
)
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "r": "\r", "q": '"'}
DEEPEST = 400


@program("bc", options=BC)
def bc(process: Process) -> int:
    """`bc [-l] [FILE]...`: the files, then standard input."""
    opts, paths = BC.parse(process)
    machine = Calculator(process, library="l" in opts)
    for path in [*paths, "-"]:
        reader = open_input(process, path)
        if reader is None:
            return 1
        if not machine.run(decode(reader.read())):
            break
    return machine.status


class Leave(Exception):  # noqa: N818  not an error
    """break, continue, return or quit; `value` is that of return."""

    def __init__(self, what: str, value: Number = ZERO) -> None:
        super().__init__(what)
        self.what, self.value = what, value


class Calculator:
    """Variables, arrays and functions, and what was printed last."""

    def __init__(self, process: Process, *, library: bool) -> None:
        self.process, self.library = process, library
        self.variables: dict[str, Number] = {
            "scale": Number(20 if library else 0),
            "ibase": Number(10),
            "obase": Number(10),
        }
        self.arrays: dict[str, dict[int, Number]] = {}
        self.functions: dict[str, Tree] = {}
        self.status = self.depth = 0
        width = process.env.get("BC_LINE_LENGTH", "70")
        self.width = int(width) if width.isdigit() else 70

    @property
    def scale(self) -> int:
        """How many digits division gives."""
        return self.variables["scale"].whole

    def run(self, text: str) -> bool:
        """Run a text, statement by statement; False after quit. An error ends it with status 1."""
        try:
            for statement in Parser(text).program():
                self.do(statement)
        except Leave as leave:
            return leave.what not in ("quit", "halt")
        except (ArithmeticProblem, SyntaxProblem) as problem:
            self.process.flush()
            self.process.error(str(problem))
            self.status = 1
            return False
        return True

    # ---- statements

    def do(self, statement: Tree) -> None:
        """One statement."""
        self.process.tick()
        kind = statement[0]
        if kind == "value":
            value = self.value(statement[1])
            if statement[1][0] != "assign":
                self.variables["last"] = value
                self.write(
                    decimals.wrapped(decimals.show(value, self.variables["obase"].whole), self.width) + "\n"
                )
        elif kind == "string":
            self.write(statement[1])
        elif kind == "print":
            self.write("".join(self.printed(part) for part in statement[1]))
        elif kind == "block":
            for inner in statement[1]:
                self.do(inner)
        elif kind == "if":
            branch = statement[2] if self.value(statement[1]) else statement[3]
            if branch is not None:
                self.do(branch)
        elif kind == "for":
            self.loop(statement)
        elif kind == "define":
            self.functions[statement[1]] = statement
        elif kind == "return":
            raise Leave("return", ZERO if statement[1] is None else self.value(statement[1]))
        elif kind != "limits":
            raise Leave(kind)

    def loop(self, statement: Tree) -> None:
        """while and for."""
        _, start, test, step, body = statement
        if start is not None:
            self.value(start)
        while test is None or self.value(test):
            self.process.tick()
            try:
                self.do(body)
            except Leave as leave:
                if leave.what == "break":
                    break
                if leave.what != "continue":
                    raise
            if step is not None:
                self.value(step)

    def printed(self, part: Tree) -> str:
        """A part of a print statement, with the escapes of its strings."""
        if part[0] != "text":
            return decimals.show(self.value(part), self.variables["obase"].whole)
        pieces = part[1].split("\\")
        text = pieces[0]
        for piece in pieces[1:]:
            text += ESCAPES.get(piece[:1], "\\" + piece[:1]) + piece[1:]
        return str(text)

    def write(self, text: str) -> None:
        """Print."""
        self.process.stdout.write(encode(text))

    # ---- expressions

    def value(self, tree: Tree) -> Number:
        """The value of an expression."""
        kind = tree[0]
        if kind == "number":
            return decimals.read(tree[1].rstrip("."), self.variables["ibase"].whole)
        if kind == "group":
            return self.value(tree[1])
        if kind == "place":
            return self.get(tree)
        if kind == "binary":
            return self.operate(tree[1], self.value(tree[2]), self.value(tree[3]))
        if kind == "negative":
            inner = self.value(tree[1])
            return Number(-inner.value, inner.scale)
        if kind == "relation":
            order = decimals.compare(self.value(tree[2]), self.value(tree[3]))
            return Number(int({"==": order == 0, "!=": order != 0, "<": order < 0, ">": order > 0,
                               "<=": order <= 0, ">=": order >= 0}[tree[1]]))  # fmt: skip
        if kind in ("and", "or"):
            left = bool(self.value(tree[1]))
            return Number(
                int(
                    left and bool(self.value(tree[2])) if kind == "and" else left or bool(self.value(tree[2]))
                )
            )
        if kind == "not":
            return Number(int(not self.value(tree[1])))
        if kind == "assign":
            return self.assign(tree)
        if kind == "step":
            old = self.get(tree[2])
            new = self.operate(tree[1], old, ONE)
            self.set(tree[2], new)
            return new if tree[3] else old
        return self.builtin(tree[1], tree[2]) if kind == "builtin" else self.call(tree[1], tree[2])

    def operate(self, symbol: str, left: Number, right: Number) -> Number:
        """One operator."""
        if symbol == "+":
            return decimals.add(left, right)
        if symbol == "-":
            return decimals.subtract(left, right)
        operation = {
            "*": decimals.multiply,
            "/": decimals.divide,
            "%": decimals.remainder,
            "^": decimals.power,
        }
        return operation[symbol](left, right, self.scale)

    def assign(self, tree: Tree) -> Number:
        """place = value, place += value."""
        value = self.value(tree[3])
        if tree[1]:
            value = self.operate(tree[1], self.get(tree[2]), value)
        self.set(tree[2], value)
        return value

    def get(self, place: Tree) -> Number:
        """What a variable or an element of an array holds."""
        if place[2] is None:
            return self.variables.get(place[1], ZERO)
        return self.arrays.get(place[1], {}).get(self.value(place[2]).whole, ZERO)

    def set(self, place: Tree, value: Number) -> None:
        """Set a variable or an element."""
        name = place[1]
        if place[2] is not None:
            self.arrays.setdefault(name, {})[self.value(place[2]).whole] = value
            return
        low, high = {"ibase": (2, 16), "obase": (2, 1 << 31), "scale": (0, 1 << 31)}.get(name, (None, None))
        if low is not None and high is not None:
            value = Number(min(max(value.whole, low), high))
        self.variables[name] = value

    def builtin(self, name: str, arguments: list[Tree]) -> Number:
        """length, scale, sqrt, abs and read."""
        if name == "read":
            line = decode(self.process.stdin.readline())
            return self.value(Parser(line.strip() or "0").expression())
        if not arguments:
            raise SyntaxProblem("bad expression at ')'")
        value = self.value(arguments[0])
        if name == "length":
            return Number(decimals.length(value))
        if name == "scale":
            return Number(value.scale)
        return (
            Number(abs(value.value), value.scale)
            if name == "abs"
            else decimals.square_root(value, self.scale)
        )

    def call(self, name: str, arguments: list[Tree]) -> Number:
        """A function of the script, or with -l one of the library."""
        defined = self.functions.get(name)
        if defined is None:
            if self.library and name in ("s", "c", "a", "l", "e", "j"):
                from minibuild.programs.coreutils.bc_library import compute  # few scripts need it

                return compute(name, [self.value(argument) for argument in arguments], self.scale)
            raise ArithmeticProblem("undefined function")
        _, _, parameters, autos, body = defined
        if len(parameters) != len(arguments):
            raise ArithmeticProblem("mismatched parameters")
        self.depth += 1
        if self.depth > DEEPEST:
            raise ArithmeticProblem("functions are nested too deeply")
        saved_variables, saved_arrays = dict(self.variables), dict(self.arrays)
        fresh: dict[str, Number] = {}
        for parameter, argument in zip(parameters, arguments, strict=True):
            if parameter.endswith("[]"):
                self.arrays[parameter[:-2]] = dict(saved_arrays.get(argument[1], {}))
            else:
                fresh[parameter] = self.value(argument)
        self.variables.update(fresh)
        for local in autos:
            if local.endswith("[]"):
                self.arrays[local[:-2]] = {}
            else:
                self.variables[local] = ZERO
        result = ZERO
        try:
            self.do(body)
        except Leave as leave:
            if leave.what != "return":
                raise
            result = leave.value
        finally:
            self.depth -= 1
            self.restore(parameters + autos, saved_variables, saved_arrays)
        return result

    def restore(
        self, names: list[str], variables: dict[str, Number], arrays: dict[str, dict[int, Number]]
    ) -> None:
        """Give parameters and locals of a function that has ended their former values."""
        for name in names:
            if name.endswith("[]"):
                self.arrays[name[:-2]] = arrays.get(name[:-2], {})
            else:
                self.variables[name] = variables.get(name, ZERO)
