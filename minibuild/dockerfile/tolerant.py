"""A tree of a file that BuildKit would refuse, for those who have more to say of it than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.dockerfile.errors import DockerfileError, FaultError
from minibuild.dockerfile.grammar import read_statements
from minibuild.dockerfile.instructions import make_instruction
from minibuild.dockerfile.nodes import Arg, Dockerfile, From, Onbuild
from minibuild.dockerfile.parser import without_lone_surrogates
from minibuild.dockerfile.statement import Body, Statement

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Instruction


def parse_tolerantly(
    text: str, *, filename: str = "Dockerfile"
) -> tuple[Dockerfile, tuple[DockerfileError, ...]]:
    """The tree of `text` in the dialect docker, and what is wrong with it all the same.

    Tolerated are files without an instruction, instructions before the first FROM, ONBUILD of what it can't
    trigger (it has no `inner` then), and flags without a value (they are arguments). Raise `DockerfileError`
    for everything else.
    """
    text = without_lone_surrogates(text)
    if not any(
        line.strip() and not line.lstrip().startswith("#") for line in text.lstrip("\ufeff").split("\n")
    ):
        return Dockerfile(()), ()
    directives, statements = read_statements(text)
    wrong: list[DockerfileError] = []
    instructions: list[Instruction] = []
    in_stage = False
    for statement in statements:
        try:
            instruction = make_instruction(statement)
        except FaultError as fault:
            tolerated = _tolerated(statement)
            error = _error(fault, statement, filename, text)
            if tolerated is None:
                raise error from None
            wrong.append(error)
            instruction = tolerated
        in_stage = in_stage or isinstance(instruction, From)
        if not in_stage and not isinstance(instruction, Arg):
            missing = FaultError(
                "no build stage in current context", hint="the first instruction is `FROM image`"
            )
            wrong.append(_error(missing, statement, filename, text))
        instructions.append(instruction)
    return Dockerfile(tuple(instructions), directives, directives.get("escape", "\\")), tuple(wrong)


def _tolerated(statement: Statement) -> Instruction | None:
    body, line = statement.body, statement.line
    if body.keyword == "ONBUILD" and body.inner is not None and body.known:
        trigger = line.text[body.inner.offset :]
        return Onbuild(
            start_line=line.start,
            end_line=line.end,
            column=line.column,
            written=body.written,
            original=line.text,
            comments=line.comments,
            trigger=trigger,
        )
    if not body.known or not any("=" not in flag for flag in body.flags):
        return None
    plain = Body(body.keyword, body.written, body.offset)
    plain.args = body.flags + body.args
    plain.offsets = body.flag_offsets + body.offsets
    plain.form, plain.inner = body.form, body.inner
    try:
        return make_instruction(Statement(plain, statement.heredocs, line))
    except FaultError:
        return None


def _error(fault: FaultError, statement: Statement, filename: str, text: str) -> DockerfileError:
    line = statement.line
    source = text.split("\n", line.start)[line.start - 1].rstrip("\r")
    return DockerfileError(
        fault.message,
        hint=fault.hint,
        path=filename,
        line=line.start,
        column=line.place(fault.offset),
        source=source,
    )
