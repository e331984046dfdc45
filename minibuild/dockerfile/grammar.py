"""The binding of `grammar/dockerfile.lark`: text to statements.

What a statement may be made of, and which token plays which part in it, depends on nothing but the names
of its terminals in their order. Real files have few such sequences, so that the LALR parser is asked once for
each of them; its answer, a `Shape` of token numbers, is kept and filled with the words of every statement of
that shape. That halves the cost of parsing.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lark import Lark
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer as LarkLexer
from lark.lexer import Token

from minibuild.dockerfile.errors import DockerfileError, go_quote
from minibuild.dockerfile.lexer import Lexemes, Lexer
from minibuild.dockerfile.lines import LineReader
from minibuild.dockerfile.records import Record
from minibuild.dockerfile.statement import Body, Statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lark.common import LexerConf

    from minibuild.dockerfile.nodes import Form

# Longer shapes are rarely met twice, and would fill the memory of a long-lived process.
_LONGEST_KEPT = 64


def read_statements(text: str) -> tuple[dict[str, str], list[Statement]]:
    """(directives, statements) of a file. Raise `DockerfileError` where its form is wrong."""
    reader = LineReader(text)
    lexer = Lexer(reader)
    statements = []
    while (tokens := lexer.statement()) is not None:
        terminals = tuple(tokens.terminals)
        try:
            shape = _kept_shape(terminals) if len(terminals) <= _LONGEST_KEPT else _shape(terminals)
        except UnexpectedToken as unexpected:
            raise _refusal(tokens, int(unexpected.token)) from None
        statements.append(Statement(_body(shape, tokens), tokens.heredocs, tokens.line))
    if not statements:
        raise DockerfileError(
            "file with no instructions",
            hint="the first instruction is `FROM image`",
            line=max(text.count("\n") + (not text.endswith("\n")), 1),
        )
    return reader.directives, statements


class Shape(Record):
    """What the grammar makes of a statement's terminals. Numbers are those of tokens."""

    keyword: str
    at: int
    known: bool = True
    flags: tuple[int, ...] = ()
    args: tuple[int, ...] = ()
    form: Form | None = None
    inner: Shape | None = None


def _shape(terminals: tuple[str, ...]) -> Shape:
    return cast("Shape", _parser().parse(" ".join(terminals)))


_kept_shape = lru_cache(maxsize=4096)(_shape)


@cache
def _parser() -> Lark:
    return Lark(
        _grammar_file().read_text(encoding="utf-8"),
        start="statement",
        parser="lalr",
        lexer=_ShapeLexer,
        transformer=_Builder(),
        maybe_placeholders=False,
    )


def _grammar_file() -> Path:
    """In an installed package the grammar lies in it; in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "grammar" / "dockerfile.lark"
    return installed if installed.is_file() else package.parent / "grammar" / "dockerfile.lark"


class _ShapeLexer(LarkLexer):
    """The lexer that Lark reads from: the names of terminals become tokens, numbered in their order."""

    def __init__(self, _lexer_conf: LexerConf) -> None:
        pass

    def lex(self, data: str) -> Iterator[Token]:  # type: ignore[override]  # Lark gives custom lexers the text alone
        """The tokens of one shape."""
        for number, terminal in enumerate(data.split(" ")):
            yield Token(terminal, str(number))


class _Builder:
    """One method per rule of the grammar; Lark calls them while it parses, so that no tree is ever built."""

    def statement(self, children: list[Any]) -> Shape:
        return cast("Shape", children[0])

    def command(self, children: list[Any]) -> Shape:
        return _part(children, "shell")

    def paths(self, children: list[Any]) -> Shape:
        return _part(children, None)

    words = line = paths
    healthcheck = command

    def unknown(self, children: list[Any]) -> Shape:
        keyword, *flags = children
        return Shape("", int(keyword), known=False, flags=tuple(map(int, flags)))

    def pairs(self, children: list[Any]) -> Shape:
        flat: list[Token] = []
        for child in children:
            flat.extend(child if isinstance(child, list) else (child,))
        return _part(flat, None)

    def pair(self, children: list[Token]) -> list[Token]:
        return children

    def onbuild(self, children: list[Any]) -> Shape:
        inner = children.pop() if isinstance(children[-1], Shape) else None
        outer = _part(children, None)
        return Shape(outer.keyword, outer.at, flags=outer.flags, inner=inner)

    def exec(self, children: list[Token]) -> _Array:
        return _Array(children)


class _Array(list[Token]):
    """The elements of a JSON array."""


def _part(children: Sequence[Any], form: Form | None) -> Shape:
    """An instruction made of keyword, flags, words, or an array at the end."""
    keyword = children[0]
    flags: list[int] = []
    words: list[int] = []
    for child in children[1:]:
        if isinstance(child, _Array):
            form = "exec"
            words += map(int, child)
        else:
            (flags if child.type == "FLAG" else words).append(int(child))
    return Shape(keyword.type, int(keyword), flags=tuple(flags), args=tuple(words), form=form)


def _body(shape: Shape, tokens: Lexemes) -> Body:
    """The shape, filled with the words of a statement."""
    texts, offsets = tokens.texts, tokens.offsets
    written = texts[shape.at]
    body = Body(shape.keyword or written.upper(), written, offsets[shape.at], known=shape.known)
    if shape.flags:
        body.flags = tuple([texts[number] for number in shape.flags])
        body.flag_offsets = tuple([offsets[number] for number in shape.flags])
    body.form = shape.form
    if shape.inner is not None:
        inner = body.inner = _body(shape.inner, tokens)
        body.args = (inner.keyword, *inner.flags, *inner.args)
        body.form = inner.form
        body.offsets = (inner.offset, *inner.flag_offsets, *inner.offsets)
    elif shape.known:
        body.args = tuple([texts[number] for number in shape.args])
        body.offsets = tuple([offsets[number] for number in shape.args])
    else:
        # The arguments of what is no instruction are one empty word.
        body.args = ("",)
    return body


def _refusal(tokens: Lexemes, number: int) -> DockerfileError:
    """The grammar's refusals in words: there are only three."""
    terminal, line = tokens.terminals[number], tokens.line
    column = line.place(tokens.offsets[number])
    if terminal == "NOT_STRING":
        return DockerfileError(
            "when using JSON array syntax, arrays must be comprised of strings only",
            hint='put every element into double quotes: ["sleep", "10"]',
            line=line.start,
            column=column,
        )
    if terminal == "WORD":
        return DockerfileError(
            f"can't find = in {go_quote(tokens.texts[number])}. Must be of the form: name=value",
            hint='a value with blanks in it needs quotes: NAME="a b"',
            line=line.start,
            column=column,
        )
    keyword = next(name for name in tokens.terminals if name in ("ENV", "LABEL"))
    return DockerfileError(
        f"{keyword} must have two arguments",
        hint=f"write {keyword} NAME=value",
        line=line.start,
        column=line.column,
    )
