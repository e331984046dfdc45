"""The binding of `grammar/dockerfile.lark`: text to statements."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lark import Lark
from lark.exceptions import UnexpectedToken

from minibuild.dockerfile.errors import DockerfileError, go_quote
from minibuild.dockerfile.lexer import DockerfileLexer, Lexeme
from minibuild.dockerfile.statement import Body, Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lark.lexer import Token

    from minibuild.dockerfile.lines import LogicalLine
    from minibuild.dockerfile.nodes import Form, Heredoc


def read_statements(text: str) -> tuple[dict[str, str], list[Statement]]:
    """(directives, statements) of a file. Raise `DockerfileError` where its form is wrong."""
    try:
        return cast("tuple[dict[str, str], list[Statement]]", _parser().parse(text))
    except UnexpectedToken as unexpected:
        raise _refusal(unexpected, text) from None


@cache
def _parser() -> Lark:
    return Lark(
        _grammar_file().read_text(encoding="utf-8"),
        start="dockerfile",
        parser="lalr",
        lexer=DockerfileLexer,
        transformer=_Builder(),
        maybe_placeholders=False,
    )


def _grammar_file() -> Path:
    """In an installed package the grammar lies in it; in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "grammar" / "dockerfile.lark"
    return installed if installed.is_file() else package.parent / "grammar" / "dockerfile.lark"


class _Builder:
    """One method per rule of the grammar; Lark calls them while it parses, so that no tree is ever built."""

    def dockerfile(self, children: list[Any]) -> tuple[dict[str, str], list[Statement]]:
        directives: dict[str, str] = {}
        statements = []
        for child in children:
            if isinstance(child, Statement):
                statements.append(child)
            else:
                directives[str(child)] = child.meaning
        return directives, statements

    def statement(self, children: list[Any]) -> Statement:
        body, *heredocs, end = children
        found = tuple(cast("Heredoc", token.meaning) for token in heredocs)
        return Statement(body, found, cast("LogicalLine", end.meaning))

    def command(self, children: list[Any]) -> Body:
        return _body(children, "shell")

    def paths(self, children: list[Any]) -> Body:
        return _body(children, None)

    words = line = paths

    def unknown(self, children: list[Any]) -> Body:
        # The arguments of what is no instruction are one empty word.
        keyword, *flags = children
        return Body(
            keyword.upper(),
            str(keyword),
            keyword.start_pos,
            known=False,
            flags=tuple(map(str, flags)),
            args=("",),
        )

    def pairs(self, children: list[Any]) -> Body:
        flat: list[Token] = []
        for child in children:
            flat.extend(child if isinstance(child, list) else (child,))
        return _body(flat, None)

    def pair(self, children: list[Token]) -> list[Token]:
        return children

    def healthcheck(self, children: list[Any]) -> Body:
        return _body(children, "shell")

    def onbuild(self, children: list[Any]) -> Body:
        inner = children.pop() if isinstance(children[-1], Body) else None
        outer = _body(children, None)
        if inner is None:
            return outer
        return Body(
            outer.keyword,
            outer.written,
            outer.offset,
            known=True,
            flags=outer.flags,
            args=(inner.keyword, *inner.flags, *inner.args),
            form=inner.form,
            inner=inner,
            flag_offsets=outer.flag_offsets,
            offsets=(inner.offset, *inner.flag_offsets, *inner.offsets),
        )

    def exec(self, children: list[Token]) -> _Array:
        return _Array(children)


class _Array(list["Token"]):
    """The elements of a JSON array."""


def _body(children: Sequence[Any], form: Form | None) -> Body:
    """The body of an instruction from its tokens: keyword, flags, words, or an array at the end."""
    keyword = children[0]
    flags: list[Token] = []
    words: list[Token] = []
    for child in children[1:]:
        if isinstance(child, _Array):
            form = "exec"
            words += child
        else:
            (flags if child.type == "FLAG" else words).append(child)
    return Body(
        keyword.type,
        str(keyword),
        keyword.start_pos,
        known=True,
        flags=tuple(map(str, flags)),
        args=tuple(map(str, words)),
        form=form,
        flag_offsets=tuple(token.start_pos or 0 for token in flags),
        offsets=tuple(token.start_pos or 0 for token in words),
    )


def _refusal(unexpected: UnexpectedToken, text: str) -> DockerfileError:
    """The grammar's refusals in words: there are only four."""
    token = unexpected.token
    line, column = token.line or 0, token.column or 0
    if token.type == "$END":
        return DockerfileError(
            "file with no instructions",
            hint="the first instruction is `FROM image`",
            line=max(text.count("\n") + (not text.endswith("\n")), 1),
        )
    if token.type == "NOT_STRING":
        return DockerfileError(
            "when using JSON array syntax, arrays must be comprised of strings only",
            hint='put every element into double quotes: ["sleep", "10"]',
            line=line,
            column=column,
        )
    if token.type == "WORD":
        return DockerfileError(
            f"can't find = in {go_quote(token)}. Must be of the form: name=value",
            hint='a value with blanks in it needs quotes: NAME="a b"',
            line=line,
            column=column,
        )
    end = cast("LogicalLine", cast("Lexeme", token).meaning)
    keyword = next(word for word in end.text.upper().split() if word in ("ENV", "LABEL"))
    return DockerfileError(
        f"{keyword} must have two arguments", hint=f"write {keyword} NAME=value", line=line, column=end.column
    )
