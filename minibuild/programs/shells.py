"""The shells as programs, and the builtins that are programs too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.catalogue.executable import identify
from minibuild.filesystem import File
from minibuild.programs.options import Options, is_busybox, program_name
from minibuild.programs.registry import program
from minibuild.shell.builtins.output import echo_text
from minibuild.shell.builtins.signals import kill_processes
from minibuild.shell.conditions import TestError, evaluate
from minibuild.shell.dialect import ASH, BASH, DASH, Dialect
from minibuild.shell.errors import ShellError
from minibuild.shell.invocation import run_shell
from minibuild.shell.octets import decode, encode
from minibuild.shell.printing import PrintfError, format_all

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

SHELL = Options(
    usage="[-il] [-|+Cabefmnuvx] [-|+o OPT]... [-c 'SCRIPT' [ARG0 ARGS] | FILE ARGS | -s ARGS]",
    help="Unix shell interpreter",
)
_BY_NAME = {"ash": ASH, "dash": DASH, "bash": BASH, "busybox": ASH}


def dialect_for(process: Process) -> Dialect:
    """The dialect that a process's shell speaks: its own name says it, or, for `sh`, the file that it is."""
    called = process.argv[0].rpartition("/")[2].removeprefix("-") if process.argv else "sh"
    found = _BY_NAME.get(called)
    if found is not None:
        return found
    forced = _BY_NAME.get(process.system.machine.dialect)
    if forced is not None:
        return forced
    real = process.executable
    found = _BY_NAME.get(real.rpartition("/")[2])
    if found is not None or not real:
        return found or ASH
    node = process.view.locate(real)[1]
    if isinstance(node, File) and (known := identify(node.content.read_at(0, 128))) is not None:
        return _BY_NAME.get(known[0]) or _BY_NAME.get(known[1], ASH)
    return ASH


def posix_regex(pattern: bytes, text: bytes, ignore_case: bool) -> list[str | None] | None:
    """The match of an extended regular expression and its groups, for `=~`."""
    from minibuild.programs.text.regex import RegexError, compile_regex  # few scripts use it

    try:
        compiled = compile_regex(pattern, extended=True, ignore_case=ignore_case)
    except RegexError as error:
        raise ShellError(str(error)) from None
    found = compiled.search(text, 0)
    if found is None:
        return None
    groups = [found[number] for number in range(compiled.groups + 1)]
    return [None if group is None else decode(group) for group in groups]


@program("sh", "ash", "dash", "bash")
def sh(process: Process) -> int:
    """`sh [options] [file | -c script] [arguments]`."""
    if process.argv[1:] == ["--help"] and is_busybox(process):
        process.stderr.write(SHELL.describe(program_name(process)))
        return 0
    return run_shell(process, dialect_for(process), posix_regex)


@program("echo")
def echo(process: Process) -> int:
    """`echo [-neE] words`."""
    process.stdout.write(encode(echo_text(process.argv[1:], ASH)))
    return 0


@program("printf")
def printf(process: Process) -> int:
    """`printf format arguments`."""
    words = process.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        process.error("usage: printf FORMAT [ARG]...")
        return 1
    try:
        text, messages = format_all(words[0], words[1:], ASH, now=process.system.clock.now() // 10**9)
    except PrintfError as error:
        text, messages = error.output, [str(error)]
    process.stdout.write(encode(text))
    for message in messages:
        process.error(message)
    return 1 if messages else 0


@program("test", "[", "[[")
def test(process: Process) -> int:
    """`test expression`, `[ expression ]`."""
    words = process.argv[1:]
    name = process.argv[0].rpartition("/")[2]
    if name in ("[", "[["):
        closing = "]" if name == "[" else "]]"
        if words[-1:] != [closing]:
            process.error(f"missing {closing}")
            return 2
        words.pop()
    try:
        return 0 if evaluate(words, process, regex=posix_regex, patterns=name == "[[") else 1
    except TestError as error:
        process.error(str(error))
        return 2


@program("pwd")
def pwd(process: Process) -> int:
    """`pwd [-LP]`."""
    process.stdout.write(process.view.cwd + "\n")
    return 0


@program("kill")
def kill(process: Process) -> int:
    """`kill [-signal] pid...`, `kill -l`."""
    status, text, messages = kill_processes(process, process.argv[1:], {})
    process.stdout.write(text)
    for message in messages:
        process.error(message)
    return status
