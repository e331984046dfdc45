"""Commands of sed → functions over the machine, made once, run for every line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.memory import joined
from minibuild.programs.text.sed_machine import DELETE, END_CYCLE, RESTART, Machine, used_regex
from minibuild.programs.text.sed_nodes import Address, Command, SedError
from minibuild.programs.text.sed_substitution import compile_substitution

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.regex import Regex

    Action = Callable[[Machine], "int | None"]
    Test = Callable[[Machine], bool]


Step = tuple["Test | None", "Action", int]


def compile_script(commands: list[Command], gnu: bool) -> list[Step]:
    """One step per command: whether its addresses select the line (None: always), its effect, and where to go
    on when they do not; a negative place there is an error.
    """
    steps: list[Step] = []
    for place, command in enumerate(commands):
        test = _compile_test(command, gnu)
        action = _compile_change(command, test) if command.name == "c" else _compile_command(command)
        steps.append((test, action, command.partner if command.name == "{" else place + 1))
    return steps


def _compile_command(command: Command) -> Action:
    """The effect of a command on a line that its addresses select."""
    name = command.name
    if name in SIMPLE:
        return SIMPLE[name]
    if name == "s":
        assert command.substitution is not None
        return compile_substitution(command.substitution)
    return MAKERS[name](command)


def _compile_test(command: Command, gnu: bool) -> Test | None:
    """Whether a command's addresses select the current line; None: they always do."""
    if command.first is None:
        return (lambda _machine: False) if command.invert else None
    test = (
        _single(command.first, gnu) if command.second is None else _Range(command.first, command.second, gnu)
    )
    return (lambda machine: not test(machine)) if command.invert else test


def _compile_change(command: Command, test: Test | None) -> Action:
    """`c`: the text once, after the last line of a range."""
    scope = test if isinstance(test, _Range) else None

    def run(machine: Machine) -> int:
        if scope is None or not scope.open:
            machine.out.put(command.text, b"\n")
        return DELETE

    return run


def _single(address: Address, gnu: bool) -> Test:
    kind, line, step = address.kind, address.line, address.step
    if kind == "last":
        return lambda machine: machine.following is None
    if kind == "match":
        return _matching(address.regex, gnu) if gnu else _remembered(address.regex)
    if kind in ("every", "never"):
        return lambda _machine: kind == "every"
    if kind == "step" and step:
        return lambda machine: machine.number >= line and (machine.number - line) % step == 0
    return lambda machine: machine.number == line


def _matching(regex: Regex | None, gnu: bool) -> Test:
    """Whether the pattern space matches. Only for GNU that changes what an empty expression stands for."""
    if regex is None or gnu:
        return lambda machine: used_regex(machine, regex).found(machine.space)
    if regex.simple:
        search = regex.pattern.search
        return lambda machine: search(machine.space) is not None
    return lambda machine: regex.found(machine.space)


def _remembered(regex: Regex | None) -> Test:
    """For busybox an empty expression stands for that of the first address which matched last."""
    matches = _matching(regex, gnu=False)

    def test(machine: Machine) -> bool:
        if not matches(machine):
            return False
        if regex is not None:
            machine.regex = regex
        return True

    return test


class _Range:
    """A pair of addresses: open from a line that the first selects to one that the second does."""

    __slots__ = ("dead", "first", "matches", "open", "second", "starts", "stop")

    def __init__(self, first: Address, second: Address, gnu: bool) -> None:
        self.first, self.second, self.starts = first, second, _single(first, gnu)
        self.matches = _matching(second.regex, gnu) if second.kind == "match" else self.starts
        self.open = self.dead = False
        self.stop = 0

    def __call__(self, machine: Machine) -> bool:
        was_open = self.open
        if not was_open and not self._begins(machine):
            return False
        if not was_open:
            self._aim(machine)
            if self.first.kind == "line":
                self.dead = True
        self.open = not self._ends(machine, was_open)
        return True

    def _begins(self, machine: Machine) -> bool:
        if self.first.kind != "line":
            return self.starts(machine)
        if machine.number == 1:
            self.dead = False
        # A first line that a command skipped (N) still opens the range.
        return not self.dead and self.first.line <= machine.number

    def _aim(self, machine: Machine) -> None:
        kind, line = self.second.kind, self.second.line
        if kind == "line":
            self.stop = line
        elif kind == "plus":
            self.stop = machine.number + line
        elif kind == "multiple":
            # sed 4.9 goes on to the next multiple from a line that is one itself.
            self.stop = (machine.number // line + 1) * line if line else machine.number

    def _ends(self, machine: Machine, was_open: bool) -> bool:
        if self.second.kind == "last":
            return machine.following is None
        if self.second.kind == "match":
            # 0,/x/ may end on the first line.
            from_zero = self.first.kind == "line" and self.first.line == 0
            return (was_open or from_zero) and self.matches(machine)
        return machine.number >= self.stop


def _next(machine: Machine) -> int | None:
    if not machine.quiet:
        machine.out.put(machine.space, machine.end)
    if not machine.advance():
        return DELETE
    machine.substituted = False
    return None


def _append_next(machine: Machine) -> int | None:
    if machine.following is None:
        return END_CYCLE
    machine.append_next()
    return None


def _delete_first(machine: Machine) -> int:
    _head, newline, rest = machine.space.partition(b"\n")
    if not newline:
        return DELETE
    machine.space = rest
    return RESTART


def _print_first(machine: Machine) -> None:
    head, newline, _rest = machine.space.partition(b"\n")
    machine.out.put(head, machine.end if machine.gnu and not newline else b"\n")


def _number_line(machine: Machine) -> None:
    machine.out.put(b"%d" % machine.number, b"\n")


def _hold(machine: Machine) -> None:
    machine.hold = machine.space
    if machine.gnu:
        machine.hold_end = machine.end


def _hold_more(machine: Machine) -> None:
    machine.hold = joined(b"\n", (machine.hold, machine.space))
    if machine.gnu:
        machine.hold_end = machine.end


def _get(machine: Machine) -> None:
    machine.space = machine.hold
    if machine.gnu:
        machine.end = machine.hold_end


def _get_more(machine: Machine) -> None:
    machine.space = joined(b"\n", (machine.space, machine.hold))
    machine.end = machine.hold_end


def _exchange(machine: Machine) -> None:
    machine.space, machine.hold = machine.hold, machine.space
    if machine.gnu:
        machine.end, machine.hold_end = machine.hold_end, machine.end
    else:
        machine.end = machine.hold_end


def _clear(machine: Machine) -> None:
    machine.space = b""


def _name_file(machine: Machine) -> None:
    machine.out.put(machine.name, b"\n")


def _nothing(_machine: Machine) -> None:
    return None


ESCAPED = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 92: b"\\\\"}


def _look(command: Command) -> Action:
    """`l`: the pattern space so that every byte can be seen, folded at 70 columns or as many as asked for.

    busybox accepts it and prints nothing.
    """

    def run(machine: Machine) -> None:
        if not machine.gnu:
            return
        width = machine.width if command.number < 0 else command.number
        line = bytearray()
        for byte in machine.space:
            shown = ESCAPED.get(byte) or (bytes((byte,)) if 32 <= byte < 127 else b"\\%03o" % byte)
            if width > 1 and len(line) + len(shown) > width - 1:
                machine.out.put(bytes(line) + b"\\", b"\n")
                line.clear()
            line += shown
        machine.out.put(bytes(line) + b"$", b"\n")

    return run


def _quit(command: Command) -> Action:
    code = DELETE if command.name == "Q" else END_CYCLE

    def run(machine: Machine) -> int:
        machine.quitting = True
        machine.status = max(command.number, 0) or machine.status
        return code

    return run


def _later(command: Command) -> Action:
    entry = (command.name, command.text)
    return lambda machine: machine.appended.append(entry)


def _insert(command: Command) -> Action:
    return lambda machine: machine.out.put(command.text, b"\n")


def _write(command: Command) -> Action:
    output = command.output
    assert output is not None
    if command.name == "W":
        return lambda machine: output.put(machine.space.partition(b"\n")[0], b"\n")
    return lambda machine: output.put(machine.space, machine.end)


def _execute(command: Command) -> Action:
    """`e`: print what a command prints, or let the pattern space become what it prints as a command."""

    def run(machine: Machine) -> None:
        if command.text:
            machine.out.write(machine.shell(command.text))
        else:
            machine.space = machine.shell(machine.space).removesuffix(b"\n")

    return run


def _transliterate(command: Command) -> Action:
    def run(machine: Machine) -> None:
        machine.space = machine.space.translate(command.text)

    return run


def _branch(command: Command) -> Action:
    target, name = command.partner, command.name

    def run(machine: Machine) -> int | None:
        taken = name == "b" or machine.substituted == (name == "t")
        if name != "b":
            machine.substituted = False
        if taken and target < 0:
            raise SedError(
                f"can't find label for jump to '{command.text.decode('utf-8', 'surrogateescape')}'"
            )
        return target if taken else None

    return run


SIMPLE: dict[str, Action] = {
    "{": _nothing,
    "}": _nothing,
    ":": _nothing,
    "=": _number_line,
    "d": lambda _machine: DELETE,
    "D": _delete_first,
    "g": _get,
    "G": _get_more,
    "h": _hold,
    "H": _hold_more,
    "n": _next,
    "N": _append_next,
    "p": lambda machine: machine.show(),
    "P": _print_first,
    "x": _exchange,
    "z": _clear,
    "F": _name_file,
    "v": _nothing,
}
MAKERS: dict[str, Callable[[Command], Action]] = {
    "a": _later,
    "r": _later,
    "i": _insert,
    "R": _later,
    "w": _write,
    "W": _write,
    "e": _execute,
    "y": _transliterate,
    "b": _branch,
    "t": _branch,
    "T": _branch,
    "q": _quit,
    "Q": _quit,
    "l": _look,
}
