"""The text of a jq program → tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minibuild.programs.text.jq_nodes import JqSyntaxError

TOKEN = re.compile(
    r"""
    (?P<gap>[ \t\r\n]+|\#[^\n]*)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<field>\.[A-Za-z_][A-Za-z0-9_]*)
  | (?P<format>@[A-Za-z0-9_]+)
  | (?P<variable>\$(?:__loc__|[A-Za-z_](?:[A-Za-z0-9_]|::)*))
  | (?P<word>[A-Za-z_](?:[A-Za-z0-9_]|::)*)
  | (?P<operator>\?//=?|//=|\|=|\+=|-=|\*=|/=|%=|==|!=|<=|>=|//|\.\.|[][{}().,:;|=<>+*/%?$-])
  | (?P<quote>")
    """,
    re.VERBOSE | re.ASCII,
)
# fmt: off
KEYWORDS = frozenset((
    "def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import",
    "include", "and", "or", "__loc__",
))
# fmt: on
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: number, field, format, variable, word, keyword, string, end or the operator itself.

    A string's `parts` are texts and, for each interpolation, the tokens in it.
    """

    kind: str
    text: str
    at: int
    parts: tuple[str | tuple[Token, ...], ...] = ()


class Lexer:
    """One pass over a program."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def tokens(self) -> list[Token]:
        """All tokens and an end. JqSyntaxError."""
        out, closed = self._until(closing=False)
        if closed:
            raise self.fail("unexpected ')'")
        return [*out, Token("end", "", len(self.source))]

    def fail(self, what: str) -> JqSyntaxError:
        """The error, told as jq does."""
        return syntax_error(what, self.source)

    def _until(self, *, closing: bool) -> tuple[list[Token], bool]:
        """Tokens up to the end, or (`closing`) up to the parenthesis that ends an interpolation."""
        out: list[Token] = []
        depth = 0
        while self.at < len(self.source):
            match = TOKEN.match(self.source, self.at)
            if match is None:
                raise self.fail("unexpected INVALID_CHARACTER")
            start, self.at = self.at, match.end()
            kind = match.lastgroup or ""
            text = match[0]
            if kind == "gap":
                continue
            if kind == "quote":
                out.append(Token("string", "", start, self._string()))
                continue
            if text == "(":
                depth += 1
            elif text == ")":
                depth -= 1
                if depth < 0 and closing:
                    return out, True
            if kind == "word" and text in KEYWORDS:
                kind = "keyword"
            out.append(Token(text if kind == "operator" else kind, text, start))
        if closing:
            raise self.fail("unexpected $end")
        return out, False

    def _string(self) -> tuple[str | tuple[Token, ...], ...]:
        parts: list[str | tuple[Token, ...]] = []
        text: list[str] = []
        while True:
            char = self.source[self.at : self.at + 1]
            self.at += 1
            if not char:
                raise self.fail("unexpected $end")
            if char == '"':
                parts.append("".join(text))
                return tuple(parts)
            if char != "\\":
                text.append(char)
                continue
            letter = self.source[self.at : self.at + 1]
            self.at += 1
            if letter == "(":
                parts.append("".join(text))
                text = []
                tokens, _ = self._until(closing=True)
                parts.append((*tokens, Token("end", "", self.at)))
            elif letter == "u":
                text.append(self._unicode())
            elif letter and letter in ESCAPES:
                text.append(ESCAPES[letter])
            else:
                raise self.fail("unexpected INVALID_CHARACTER")

    def _unicode(self) -> str:
        match = re.compile(r"([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?").match(
            self.source, self.at
        )
        if match is None:
            raise self.fail("unexpected INVALID_CHARACTER")
        code = int(match[1], 16)
        if 0xD800 <= code < 0xDC00 and match[2]:
            self.at = match.end()
            return chr(0x10000 + ((code - 0xD800) << 10) + int(match[2], 16) - 0xDC00)
        self.at += 4
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)


def syntax_error(what: str, source: str) -> JqSyntaxError:
    """jq's message of a syntax error."""
    hint = (
        " (Unix shell quoting issues?)" if "$end" in what or "INVALID" in what or "unexpected" in what else ""
    )
    return JqSyntaxError(f"syntax error, {what}{hint} at <top-level>, line 1:\n{source}")
