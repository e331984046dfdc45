"""jq: filter and change JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.filesystem.errors import strerror
from minibuild.kernel.process import ProcessExit
from minibuild.programs.registry import program
from minibuild.programs.system.timezone import Zone, local_zone
from minibuild.programs.text.jq_builtins import PATH_NATIVES, natives, of_values
from minibuild.programs.text.jq_check import check
from minibuild.programs.text.jq_evaluate import Interpreter
from minibuild.programs.text.jq_formats import plain_text
from minibuild.programs.text.jq_json import JsonError, Writer, parse_values, to_text
from minibuild.programs.text.jq_nodes import JqSyntaxError
from minibuild.programs.text.jq_options import Choices, read_options
from minibuild.programs.text.jq_parser import parse_program
from minibuild.programs.text.jq_scope import Scope
from minibuild.programs.text.jq_time import broken_down, formatted, parsed, seconds_of
from minibuild.programs.text.jq_values import JqBreak, JqError, elements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process

Json = Any
NO_OUTPUT, FALSE_OUTPUT, USAGE, COMPILE, RUNTIME = 4, 1, 2, 3, 5


@program("jq")
def jq(process: Process) -> int:
    """`jq [OPTIONS] FILTER [FILE...]`"""
    choices = read_options(process)
    run = _Run(process, choices)
    try:
        node = parse_program(choices.filter)
        check(node, run.interpreter, run.scope, choices.filter)
    except JqSyntaxError as error:
        process.stderr.write(f"jq: error: {error}\njq: 1 compile error\n")
        return COMPILE
    except RecursionError:
        process.stderr.write("jq: error: too deeply nested\njq: 1 compile error\n")
        return COMPILE
    return run.perform(node)


class _Run:
    """One run over all inputs."""

    def __init__(self, process: Process, choices: Choices) -> None:
        self.process, self.choices = process, choices
        self.status = 0
        self.broken = False
        self.name: str | None = None
        self.line = 0
        self.last: Json = None
        self.printed = False
        self.writer = Writer(
            choices.indent,
            sort_keys=choices.sort_keys,
            ascii_only=choices.ascii_only,
            colours=choices.colours,
        )
        table = natives()
        table |= {
            ("input", 0): of_values(lambda _value: self._next_input()),
            ("input_filename", 0): of_values(lambda _value: self.name),
            ("input_line_number", 0): of_values(lambda _value: float(self.line)),
            ("debug", 0): of_values(self._debug),
            ("stderr", 0): of_values(self._stderr),
            ("halt", 0): of_values(self._halt),
            ("halt_error", 1): of_values(self._halt_error),
            ("now", 0): of_values(lambda _value: process.system.clock.now() / 1e9),
            ("gmtime", 0): of_values(lambda value: broken_down(value, Zone())),
            ("localtime", 0): of_values(lambda value: broken_down(value, local_zone(process))),
            ("mktime", 0): of_values(seconds_of),
            ("strftime", 1): of_values(lambda value, form: formatted(value, form, Zone())),
            ("strflocaltime", 1): of_values(lambda value, form: formatted(value, form, local_zone(process))),
            ("strptime", 1): of_values(parsed),
        }
        self.interpreter = Interpreter(table, PATH_NATIVES, process.tick)
        named = dict(choices.named)
        arguments = {"positional": choices.positional, "named": named}
        self.scope = Scope({"ENV": dict(process.env), "ARGS": arguments, **named}, {}, {})
        self.interpreter.base = Scope({"ENV": dict(process.env)}, {}, {})
        self.inputs = self._inputs()

    # ---- input

    def _inputs(self) -> Iterator[Json]:
        """What the filter is given, one after the other."""
        if self.choices.slurp:
            if self.choices.raw_input:
                yield "".join(self._texts())
            else:
                yield list(self._values())
        elif self.choices.raw_input:
            for text in self._texts():
                for line in text.splitlines() if "\r" not in text else text.removesuffix("\n").split("\n"):
                    self.line += 1
                    yield line
        else:
            yield from self._values()

    def _texts(self) -> Iterator[str]:
        for name in self.choices.files or ["-"]:
            try:
                data = self.process.open_reader(name).read()
            except OSError as error:
                self.process.stderr.write(f"jq: error: Could not open file {name}: {strerror(error)}\n")
                self.status = USAGE
                continue
            self.name = None if name == "-" else name
            self.process.tick(1 + len(data) // 10_000)
            yield data.decode("utf-8", "replace")

    def _values(self) -> Iterator[Json]:
        for text in self._texts():
            self.line = text.count("\n")
            for value in parse_values(text.removeprefix("\ufeff")):
                if self.choices.stream:
                    yield from _streamed(value)
                else:
                    yield value

    def _next_input(self) -> Json:
        for value in self.inputs:
            return value
        raise JqError("No more inputs")

    # ---- output

    def perform(self, node: Any) -> int:
        """Run the filter for all inputs; the exit status."""
        ran = self.choices.null_input
        try:
            if self.choices.null_input:
                self._one(node, None)
            else:
                for value in self.inputs:
                    self.process.tick()
                    ran, self.printed = True, False
                    self._one(node, value)
        except JsonError as error:
            self.process.flush()
            self.process.stderr.write(f"parse error: {error}\n")
            return NO_OUTPUT
        if self.status:
            return self.status
        # -e judges what the last input gave; without any input nothing fails.
        if not self.choices.exit_status or not ran:
            return 0
        if not self.printed:
            return NO_OUTPUT
        return FALSE_OUTPUT if self.last is None or self.last is False else 0

    def _one(self, node: Any, value: Json) -> None:
        try:
            for result in self.interpreter.run(node, value, self.scope):
                self._print(result)
            if self.status == RUNTIME:
                self.status = 0
        except JqBreak:
            self._complain("break")
        except JqError as error:
            self._complain(error.value)
        except RecursionError:
            self._complain("the program is nested too deeply")

    def _complain(self, problem: Json) -> None:
        self.status = RUNTIME
        self.process.flush()
        where = (
            f"{self.name or '<stdin>'}:{self.line}"
            if not self.choices.null_input or self.line
            else "<unknown>"
        )
        where = f"at {where}" if where != "<unknown>" else "at <unknown>"
        if isinstance(problem, str):
            self.process.stderr.write(f"jq: error ({where}): {problem}\n")
        else:
            self.process.stderr.write(f"jq: error ({where}) (not a string): {to_text(problem)}\n")

    def _print(self, value: Json) -> None:
        self.last, self.printed = value, True
        choices, write = self.choices, self.process.stdout.write
        if choices.sequence:
            write(b"\x1e")
        if choices.raw and isinstance(value, str):
            write(value.encode("utf-8", "replace"))
        else:
            write(self.writer.text(value).encode("utf-8", "replace"))
        if not choices.joined:
            write(b"\n")

    def _debug(self, value: Json) -> Json:
        self.process.stderr.write(f'["DEBUG:",{to_text(value)}]\n')
        return value

    def _stderr(self, value: Json) -> Json:
        self.process.stderr.write(to_text(value))
        return value

    def _halt(self, _value: Json) -> Json:
        raise ProcessExit(0)

    def _halt_error(self, value: Json, status: Json) -> Json:
        self.process.flush()
        if value is not None:
            self.process.stderr.write(plain_text(value) if isinstance(value, str) else to_text(value) + "\n")
        if isinstance(status, bool) or not isinstance(status, (int, float)):
            raise JqError("halt_error/1: number required")
        raise ProcessExit(int(status))


def _streamed(value: Json) -> Iterator[Json]:
    """--stream: paths and leaves, and where each array and object ends."""

    def walk(path: list[Json], one: Json) -> Iterator[Json]:
        if not isinstance(one, (list, dict)) or not one:
            yield [path, one]
            return
        last: Json = None
        for key, inner in elements(one):
            yield from walk([*path, key], inner)
            last = key
        yield [[*path, last]]

    return walk([], value)
