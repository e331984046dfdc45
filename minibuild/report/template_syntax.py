"""Go templates (text/template), as far as docker's users write them: text to syntax tree.

Understood: fields, variables, literals, function calls, pipelines, parentheses, `if`, `range`, `with`,
`else`, comments, trim markers. Not understood: `define`, `template`, `block`.
"""

import ast
import re
from typing import Any, NamedTuple

from minibuild.errors import UsageError

_DEPTH = 100
_ACTION = re.compile(r"\{\{(-(?=\s))?")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>/\*.*?\*/)|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<raw>`[^`]*`)
    |(?P<char>'(?:[^'\\\n]|\\.)+')|(?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?))
    |(?P<field>\.[^\W\d]\w*)|(?P<variable>\$\w*)|(?P<word>[^\W\d]\w*)|(?P<mark>:=|=|\||\(|\)|,|\.)""",
    re.VERBOSE | re.DOTALL,
)


class TemplateSyntaxError(UsageError):
    """A template that is not understood."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(f"template parsing error: {problem}", hint=hint)


class Token(NamedTuple):
    """A word of an action; `glued` tells that no blank stands before it."""

    kind: str
    text: str
    glued: bool


class Literal(NamedTuple):
    """A constant."""

    value: Any


class Access(NamedTuple):
    """Fields of something: `.A.B` of the dot (base None), of a variable (its name) or of a parenthesised
    pipeline.
    """

    base: "str | Pipeline | None"
    fields: tuple[str, ...]


class Call(NamedTuple):
    """A function by its name."""

    name: str


Operand = Literal | Access | Call


class Pipeline(NamedTuple):
    """Commands, each of which gets the value of the one before as its last argument; what it declares or
    assigns.
    """

    commands: tuple[tuple[Operand, ...], ...]
    variables: tuple[str, ...] = ()
    declares: bool = True


class Text(NamedTuple):
    """Text that stands for itself."""

    text: str


class Show(NamedTuple):
    """An action whose value is printed, unless it only sets a variable."""

    pipeline: Pipeline


class Block(NamedTuple):
    """`if`, `range` or `with`: its pipeline, its body, what stands after `else`."""

    kind: str
    pipeline: Pipeline
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]"


Node = Text | Show | Block


def parse_template(text: str) -> tuple[Node, ...]:
    """The template's tree. Raise `TemplateSyntaxError`."""
    parser = _Parser(_pieces(text))
    nodes, end = parser.nodes(0)
    if end:
        raise TemplateSyntaxError(f"unexpected {{{{{end[0].text}}}}}")
    return nodes


def _pieces(text: str) -> list[str | list[Token]]:
    """Text and actions in turn; trim markers have done their work."""
    pieces: list[str | list[Token]] = []
    position = 0
    trim = False
    while True:
        found = _ACTION.search(text, position)
        before = text[position : found.start() if found else len(text)]
        before = before.lstrip() if trim else before
        pieces.append(before.rstrip() if found and found[1] else before)
        if not found:
            return pieces
        tokens, position, trim = _tokens(text, found.end())
        pieces.append(tokens)


def _tokens(text: str, position: int) -> tuple[list[Token], int, bool]:
    """(the action's tokens, none for a comment; where it ends; whether it trims what follows)."""
    tokens: list[Token] = []
    glued = False
    while not text.startswith("}}", position) and (glued or not text.startswith("-}}", position)):
        found = _TOKEN.match(text, position)
        if found is None:
            what = f"unexpected {text[position]!r} in action" if position < len(text) else "unclosed action"
            raise TemplateSyntaxError(what)
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Token(kind, found[0], glued))
        glued = kind != "space"
        position = found.end()
    if not tokens:
        raise TemplateSyntaxError("missing value for command")
    trims = text[position] == "-"
    spoken = [token for token in tokens if token.kind != "comment"]
    return spoken, position + (3 if trims else 2), trims


class _Parser:
    def __init__(self, pieces: list[str | list[Token]]) -> None:
        self.pieces = pieces
        self.position = 0
        self.depth = 0

    def nodes(self, level: int) -> tuple[tuple[Node, ...], list[Token]]:
        """Nodes up to an `end` or `else` (returned) or the template's end."""
        if level > _DEPTH:
            raise TemplateSyntaxError("nested too deeply")
        found: list[Node] = []
        while self.position < len(self.pieces):
            piece = self.pieces[self.position]
            self.position += 1
            if isinstance(piece, str):
                if piece:
                    found.append(Text(piece))
            elif piece:
                word = piece[0].text
                if word in ("end", "else"):
                    return tuple(found), piece
                if word in ("if", "range", "with"):
                    found.append(self.block(word, piece[1:], level))
                elif word in ("define", "template", "block", "break", "continue"):
                    raise TemplateSyntaxError(f"{{{{{word}}}}} is not supported")
                else:
                    found.append(Show(_Action(piece).whole()))
        if level:
            raise TemplateSyntaxError("unexpected EOF: {{end}} is missing")
        return tuple(found), []

    def block(self, kind: str, tokens: list[Token], level: int) -> Block:
        pipeline = _Action(tokens).whole()
        body, end = self.nodes(level + 1)
        otherwise: tuple[Node, ...] = ()
        if end[0].text == "else":
            if len(end) > 1:  # `else if …` is a block of its own that ends with this one
                if end[1].text not in ("if", "with"):
                    raise TemplateSyntaxError(f"unexpected {end[1].text!r} after else")
                otherwise = (self.block(end[1].text, end[2:], level + 1),)
                return Block(kind, pipeline, body, otherwise)
            otherwise, end = self.nodes(level + 1)
            if end[0].text != "end":
                raise TemplateSyntaxError("a second {{else}}")
        return Block(kind, pipeline, body, otherwise)


class _Action:
    """Reads the pipeline of one action."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def whole(self) -> Pipeline:
        variables, declares = self.declaration()
        commands = self.commands()
        if self.position < len(self.tokens):
            raise TemplateSyntaxError(f"unexpected {self.tokens[self.position].text!r}")
        return Pipeline(commands, variables, declares)

    def declaration(self) -> tuple[tuple[str, ...], bool]:
        """`$x :=`, `$x =` or `$k, $v :=` at the beginning, if there is one."""
        names: list[str] = []
        position = 0
        while position + 1 < len(self.tokens) and self.tokens[position].kind == "variable":
            names.append(self.tokens[position].text)
            mark = self.tokens[position + 1].text
            position += 2
            if mark in (":=", "="):
                self.position = position
                return tuple(names), mark == ":="
            if mark != ",":
                break
        return (), True

    def commands(self) -> tuple[tuple[Operand, ...], ...]:
        found = [self.command()]
        while self.peek() == "|":
            self.position += 1
            found.append(self.command())
        return tuple(found)

    def command(self) -> tuple[Operand, ...]:
        operands: list[Operand] = []
        while self.peek() not in ("", "|", ")"):
            operands.append(self.operand())
        if not operands:
            raise TemplateSyntaxError("missing value for command")
        return tuple(operands)

    def operand(self) -> Operand:
        token = self.tokens[self.position]
        self.position += 1
        if token.kind == "mark" and token.text == "(":
            return Access(self.parenthesis(), self.fields())
        if token.kind == "field":
            return Access(None, (token.text[1:], *self.fields()))
        if token.text == ".":
            return Access(None, ())
        if token.kind == "variable":
            return Access(token.text, self.fields())
        if token.kind == "word":
            if token.text in ("true", "false", "nil"):
                return Literal({"true": True, "false": False, "nil": None}[token.text])
            return Call(token.text)
        if token.kind in ("string", "raw", "char", "number"):
            return Literal(_constant(token))
        raise TemplateSyntaxError(f"unexpected {token.text!r} in operand")

    def parenthesis(self) -> Pipeline:
        self.depth += 1
        if self.depth > _DEPTH:
            raise TemplateSyntaxError("nested too deeply")
        inner = Pipeline(self.commands())
        if self.peek() != ")":
            raise TemplateSyntaxError("unclosed left paren")
        self.position += 1
        self.depth -= 1
        return inner

    def fields(self) -> tuple[str, ...]:
        names = []
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            if token.kind != "field" or not token.glued:
                break
            names.append(token.text[1:])
            self.position += 1
        return tuple(names)

    def peek(self) -> str:
        return self.tokens[self.position].text if self.position < len(self.tokens) else ""


def _constant(token: Token) -> Any:
    if token.kind == "raw":
        return token.text[1:-1]
    try:
        if token.kind == "number":
            text = token.text.replace("_", "")
            if "x" in text.lower():
                return int(text, 16)
            return float(text) if any(c in text for c in ".eE") else int(text)
        value = ast.literal_eval(token.text)
    except (ValueError, SyntaxError):
        raise TemplateSyntaxError(f"bad constant {token.text}") from None
    if token.kind == "char":
        if len(value) != 1:
            raise TemplateSyntaxError(f"bad character constant {token.text}")
        return ord(value)
    return value
