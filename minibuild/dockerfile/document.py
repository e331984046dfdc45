"""A parsed Dockerfile as data for other programs, and as a tree for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Dockerfile, Heredoc, Instruction
    from minibuild.errors import MinibuildError


def to_document(dockerfile: Dockerfile, file: str) -> dict[str, Any]:
    """The tree as plain data: `file`, `directives`, `escape`, `instructions`, `warnings`."""
    return {
        "file": file,
        "directives": dict(dockerfile.directives),
        "escape": dockerfile.escape,
        "instructions": [_instruction(instruction) for instruction in dockerfile.instructions],
        "warnings": list(dockerfile.warnings),
    }


def error_document(error: MinibuildError, file: str) -> dict[str, Any]:
    """What a file that can't be parsed gives: `file` and `error` with line, column, message and hint."""
    told = {"line": error.line, "column": error.column, "message": error.message, "hint": error.hint}
    return {"file": file, "error": told}


def _instruction(instruction: Instruction) -> dict[str, Any]:
    return {
        "keyword": instruction.keyword,
        "flags": list(instruction.flags),
        "args": list(instruction.args),
        "form": instruction.form,
        "start_line": instruction.start_line,
        "end_line": instruction.end_line,
        "column": instruction.column,
        "heredocs": [_heredoc(heredoc) for heredoc in instruction.heredocs],
        "original": instruction.original,
    }


def _heredoc(heredoc: Heredoc) -> dict[str, Any]:
    return {
        "name": heredoc.name,
        "content": heredoc.data,
        "expand": heredoc.expand,
        "chomp": heredoc.chomp,
        "fd": heredoc.fd,
    }


def to_json(document: object) -> str:
    """One line of JSON; bytes that are no UTF-8 become replacement characters."""
    from json import dumps

    text = dumps(document, ensure_ascii=False)
    return text if text.isascii() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def to_tree(dockerfile: Dockerfile, file: str) -> str:
    """The stages, instructions, flags and words of the file, indented; ends without a newline."""
    lines = [file]
    lines += [f"  directive {name} = {value}" for name, value in dockerfile.directives.items()]
    for arg in dockerfile.meta_args:
        lines += _branch(arg, 1)
    for stage in dockerfile.stages:
        lines.append(f"  stage {stage.number}" + (f" {stage.name}" if stage.name else ""))
        for instruction in (stage.from_, *stage.instructions):
            lines += _branch(instruction, 2)
    lines += [f"  warning: {warning}" for warning in dockerfile.warnings]
    return "\n".join(lines)


def _branch(instruction: Instruction, depth: int) -> list[str]:
    indent = "  " * depth
    place = f"{instruction.start_line}"
    if instruction.end_line != instruction.start_line:
        place += f"-{instruction.end_line}"
    head = f"{indent}{instruction.keyword} [{place}]" + (
        f" {instruction.form} form" if instruction.form else ""
    )
    lines = [head, *(f"{indent}  flag {flag}" for flag in instruction.flags)]
    lines += [f"{indent}  {_quoted(arg)}" for arg in instruction.args]
    for heredoc in instruction.heredocs:
        kind = "" if heredoc.expand else ", taken literally"
        count = heredoc.data.count("\n")
        lines.append(f"{indent}  here-document {heredoc.name}: {count} line{'s' * (count != 1)}{kind}")
    return lines


def _quoted(text: str) -> str:
    from json import dumps

    return dumps(text, ensure_ascii=False)
