"""awk: busybox's, and mawk and gawk as far as programs use them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.programs.text.awk_machine import ARGC, ExitProgram, Machine, NextRecord
from minibuild.programs.text.awk_names import Names
from minibuild.programs.text.awk_nodes import AwkError
from minibuild.programs.text.awk_parser import parse
from minibuild.programs.text.awk_statements import Compiled
from minibuild.programs.text.awk_values import Dialect, Input

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts
    from minibuild.programs.text.awk_statements import Action

AWK = Options(
    "+F:v:f:e:W:",
    long={"field-separator=": "F", "assign=": "v", "file=": "f", "source=": "e", "version": "version"},
    usage="[OPTIONS] [AWK_PROGRAM] [FILE]...",
    help="""
	-v VAR=VAL	Set variable
	-F SEP		Use SEP as field separator
	-f FILE		Read program from FILE
	-e AWK_PROGRAM
""",
)


@program("awk", "mawk", "gawk", "nawk", "original-awk", options=AWK)
def awk(process: Process) -> int:
    """Run an awk program."""
    opts, operands = AWK.parse(process)
    dialect = Dialect(_whose(process))
    if "version" in opts or opts.get("W") == "version":
        process.stdout.write(b"GNU Awk 5.2.1, API 3.2\n" if dialect.gawk else b"mawk 1.3.4 20200120\n")
        return 0
    source = _source(process, opts)
    if source is None:
        if not operands:
            AWK.fail(process)
        source = encode(operands.pop(0))
    machine = Machine(process, dialect)
    try:
        compiled = _compile(machine, source, opts, operands)
        _run(machine, compiled)
    except AwkError as error:
        _finish(machine)
        place = "line " if dialect.name == "mawk" else "cmd. line:"
        die(process, f"{place}{error.line or 1}: {error}", 1 if dialect.busybox else 2)
    except BaseException:
        machine.streams.abandon()
        raise
    return machine.status


def _whose(process: Process) -> str:
    """The awk that the program file is."""
    file = process.executable.rpartition("/")[2]
    return "busybox" if is_busybox(process) else "gawk" if file.startswith("gawk") else "mawk"


def _source(process: Process, opts: Opts) -> bytes | None:
    """The program of -f and -e."""
    pieces: list[bytes] = []
    for key, value in opts.given:
        if key == "e":
            pieces.append(encode(value or ""))
        elif key == "f":
            try:
                pieces.append(process.open_reader(value or "").read())
            except OSError as error:
                die(process, f"{value}: {strerror(error)}")
    return b"\n".join(pieces) if pieces else None


def _compile(machine: Machine, source: bytes, opts: Opts, operands: list[str]) -> Compiled:
    process = machine.process
    parsed = parse(source, keep=machine.dialect.name == "mawk", broken=machine.dialect.busybox)
    arguments, environment = machine.array("ARGV"), machine.array("ENVIRON")
    for place, word in enumerate(["awk" if machine.dialect.busybox else program_name(process), *operands]):
        arguments[b"%d" % place] = Input(encode(word))
    machine.values[ARGC] = float(len(operands) + 1)
    for name, value in process.env.items():
        environment[encode(name)] = Input(encode(value))
    separator = opts.get("F")
    if separator is not None:
        machine.assign_operand(
            "FS=" + ("\t" if separator == "t" and not machine.dialect.busybox else separator)
        )
    for word in opts.all("v"):
        if not machine.assign_operand(word):
            AWK.fail(process)
    return Compiled(machine, Names(parsed), parsed)


def _run(machine: Machine, compiled: Compiled) -> None:
    """BEGIN, the records, END."""
    with suppress(ExitProgram):
        _perform(compiled.begin)
        if compiled.rules or compiled.end:
            _records(machine, compiled.rules)
    with suppress(ExitProgram):
        _perform(compiled.end)
    _finish(machine)


def _perform(actions: list[Action]) -> None:
    for action in actions:
        try:
            action([])
        except NextRecord:
            return


def _records(machine: Machine, rules: list[Action]) -> None:
    """Every rule for every record."""
    tick, record, frame = machine.process.tick, machine.record, list[object]()
    while (text := machine.next_main()) is not None:
        record.set(text, machine.splitter())
        tick()
        try:
            for rule in rules:
                if rule(frame) is not None:
                    break
        except NextRecord as jump:
            if jump.file:
                machine.skip_file()


def _finish(machine: Machine) -> None:
    """Write everything out, wait for commands."""
    machine.process.flush()
    machine.streams.close_all()
