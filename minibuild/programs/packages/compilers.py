"""Compilers and binary tools: that a program comes out is known, not what it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.catalogue.executable import executable
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.options import program_name
from minibuild.programs.packages.assuming import assume
from minibuild.programs.packages.placing import put_file
from minibuild.programs.packages.toolchains import BINARY_TOOLS, COMPILERS
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_VALUES = frozenset(
    {
        "-o",
        "-I",
        "-L",
        "-D",
        "-U",
        "-include",
        "-isystem",
        "-x",
        "-Xlinker",
        "-MF",
        "-MT",
        "-T",
        "-u",
        "-arch",
    }
)


@program(
    *COMPILERS, fidelity=Fidelity.MODELLED, reason="the compiler is played: what it compiles is not known"
)
def compile_program(process: Process) -> int:
    """`gcc [options] FILE...`"""
    name, words = program_name(process), process.argv[1:]
    if "--version" in words or "-v" in words[:1]:
        process.stdout.write(f"{name} (GCC) 12.2.0\n")
        return 0
    for query, answer in (
        ("-dumpmachine", "x86_64-linux-gnu"),
        ("-dumpversion", "12"),
        ("-print-multiarch", "x86_64-linux-gnu"),
    ):
        if query in words:
            process.stdout.write(f"{answer}\n")
            return 0
    output, inputs = _read(words)
    sources = [word for word in inputs if word != "-"]
    missing = [word for word in sources if not process.view.exists(word)]
    for word in missing:
        process.stderr.write(f"{name}: error: {word}: No such file or directory\n")
    if missing or not inputs:
        process.stderr.write(f"{name}: fatal error: no input files\ncompilation terminated.\n")
        return 1
    if "-E" in words or "-M" in words or "-MM" in words:
        return assume(process, f"what {name} -E gives is not known")
    if "-" in inputs:
        process.stdin.read()
    for source in sources:
        process.view.read_bytes(source)
    if "-c" in words or "-S" in words:
        suffix = ".o" if "-c" in words else ".s"
        for source in inputs:
            base = re.sub(r"\.[^./]*\Z", "", source.rpartition("/")[2])
            _write(process, output or f"{base}{suffix}")
    elif "-fsyntax-only" not in words:
        _write(process, output or "a.out")
    return 0


@program(
    *BINARY_TOOLS, fidelity=Fidelity.MODELLED, reason="binary tools are played: they keep files as they are"
)
def binary_tool(process: Process) -> int:
    """`strip`, `ar`, `ranlib`, `objcopy`, `as`, `ld` and their like."""
    name, words = program_name(process), process.argv[1:]
    tool = name.rpartition("-")[2]
    if "--version" in words:
        process.stdout.write(f"GNU {tool} (GNU Binutils) 2.40\n")
        return 0
    output, inputs = _read(words)
    if tool in ("nm", "objdump", "readelf", "size"):
        return assume(process, f"what {name} prints is not known")
    if tool == "ar":
        inputs = inputs[1:]
        output = output or (inputs[0] if inputs else "")
        inputs = inputs[1:]
    for word in inputs:
        if not process.view.exists(word):
            process.stderr.write(f"{name}: '{word}': No such file\n")
            return 1
    if tool in ("as", "ld", "gold", "lld", "bfd"):
        _write(process, output or "a.out")
    elif tool == "objcopy" and len(inputs) > 1:
        output = inputs[1]
    if output and not process.view.exists(output):
        _write(process, output)
    return 0


def _read(words: list[str]) -> tuple[str, list[str]]:
    """The output that -o names, and the operands."""
    output, operands = "", []
    ahead = list(words)
    while ahead:
        word = ahead.pop(0)
        if word == "-o" and ahead:
            output = ahead.pop(0)
        elif word.startswith("-o") and len(word) > 2 and not word.startswith("-objc"):
            output = word[2:]
        elif word in _VALUES and ahead:
            ahead.pop(0)
        elif not word.startswith("-") or word == "-":
            operands.append(word)
    return output, operands


def _write(process: Process, path: str) -> None:
    put_file(process.view, path, executable(path.rpartition("/")[2], "compiled"), 0o755)
