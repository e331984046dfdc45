"""The whole way from a text to a checked `Dockerfile`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError, FaultError
from minibuild.dockerfile.grammar import read_statements
from minibuild.dockerfile.instructions import make_instruction
from minibuild.dockerfile.nodes import Arg, Dockerfile, From, Instruction

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Dialect
    from minibuild.dockerfile.statement import Body, Statement

_LONGEST_MESSAGE = 400

# Surrogates that stand for no byte: they can't come from a file.
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def parse(text: str, *, dialect: Dialect = "strict", filename: str = "Dockerfile") -> Dockerfile:
    """The syntax tree of `text`, a file decoded as UTF-8 with `surrogateescape`.

    A file of nothing but ARG has a tree without stages; it is the build that can't do anything with it.

    The dialect "docker" accepts what BuildKit accepts; "strict" also wants keywords in upper case and an
    argument for each. Raise `DockerfileError`, which names `filename`, at the first place that is wrong:
    mistakes of form anywhere in the file come before broken rules of an instruction.
    """
    text = without_lone_surrogates(text)
    try:
        directives, statements = read_statements(text)
        instructions = _check(statements, dialect)
    except DockerfileError as error:
        error.path = filename
        error.message, error.hint = _shortened(error.message), _shortened(error.hint)
        error.args = (error.message,)
        if error.line:
            lines = text.split("\n", error.line)
            error.source = lines[error.line - 1].rstrip("\r") if error.line <= len(lines) else ""
        raise
    warnings = tuple(
        f"Empty continuation line found in: {statement.line.text}"
        for statement in statements
        if statement.line.has_blank
    )
    return Dockerfile(instructions, directives, directives.get("escape", "\\"), warnings)


def without_lone_surrogates(text: str) -> str:
    """`text` with replacement characters for surrogates that stand for no byte of a file."""
    return _NO_BYTE.sub("\ufffd", text)


def _check(statements: list[Statement], dialect: Dialect) -> tuple[Instruction, ...]:
    instructions: list[Instruction] = []
    in_stage = False
    for statement in statements:
        try:
            if dialect == "strict" and statement.body.known:
                _check_strictly(statement.body, statement.line.text)
            instruction = make_instruction(statement)
            if dialect == "strict" and statement.body.known:
                _check_arguments(statement.body)
            in_stage = in_stage or isinstance(instruction, From)
            if not in_stage and not isinstance(instruction, Arg):
                raise FaultError(
                    "no build stage in current context", hint="the first instruction is `FROM image`"
                )
        except FaultError as fault:
            line = statement.line
            raise DockerfileError(
                fault.message, hint=fault.hint, line=line.start, column=line.place(fault.offset)
            ) from None
        instructions.append(instruction)
    return tuple(instructions)


def _shortened(message: str) -> str:
    """A message that quotes a huge word, without most of it."""
    return message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + "…"


def _check_strictly(body: Body, text: str) -> None:
    """The strict dialect's rule for keywords."""
    inner = body.inner if body.inner is not None and body.inner.known else None
    for part in (body, inner):
        if part is not None and part.written != part.keyword:
            start = part.offset
            rest = text[start + len(part.written) :].strip()
            shown = f"{part.keyword} {rest}".strip()
            shown = shown if len(shown) <= 60 else shown[:59] + "…"
            where = " behind ONBUILD" if part is inner else ""
            raise FaultError(
                f"instruction keywords are written in upper case: {part.written}{where} should be "
                f"{part.keyword}",
                hint=f"write `{shown}` (minibuild fmt does it), or accept any case with --dialect docker",
                offset=start,
            )


def _check_arguments(body: Body) -> None:
    """The strict dialect's rule for arguments, for instructions that do without any in the other one."""
    if not body.args and body.form != "exec":
        raise FaultError(
            f"{body.keyword} needs at least one argument",
            hint="give it one or remove the line; --dialect docker accepts it for RUN, CMD and ENTRYPOINT",
        )
