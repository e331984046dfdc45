"""The parts of a jq program that are no operators: patterns, objects, strings."""

from __future__ import annotations

from minibuild.programs.text.jq_lexer import Token, syntax_error
from minibuild.programs.text.jq_nodes import (
    Identity,
    Index,
    JqSyntaxError,
    Literal,
    Node,
    ObjectOf,
    Pattern,
    Pipe,
    Text,
    Variable,
)


class TermParser:
    """One pass over the tokens; how filters are read is the business of the class below."""

    def __init__(self, tokens: list[Token], source: str) -> None:
        self.tokens, self.source, self.at, self.depth = tokens, source, 0, 0

    @property
    def token(self) -> Token:
        """The current token."""
        return self.tokens[self.at]

    def fail(self) -> JqSyntaxError:
        """The error of a token that cannot stand here."""
        names = {
            "end": "$end",
            "word": "IDENT",
            "field": "FIELD",
            "number": "LITERAL",
            "string": "QQSTRING_START",
        }
        token = self.token
        shown = names.get(token.kind, token.text if token.kind == "keyword" else f"'{token.text}'")
        return syntax_error(f"unexpected {shown}", self.source)

    def looking(self, text: str) -> bool:
        """Is the operator or keyword next?"""
        return self.token.text == text and self.token.kind in (text, "keyword")

    def accept(self, text: str) -> bool:
        """Take the operator or keyword if it is next."""
        if self.looking(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Take the operator or keyword, which must be next."""
        if not self.accept(text):
            raise self.fail()

    def finish(self) -> None:
        """Nothing may follow."""
        if self.token.kind != "end":
            raise self.fail()

    def variable(self) -> str:
        if self.token.kind != "variable":
            raise self.fail()
        self.at += 1
        return self.tokens[self.at - 1].text[1:]

    def pattern(self) -> Pattern:
        if self.token.kind == "variable":
            return Pattern(self.variable())
        if self.accept("["):
            elements = [self.pattern()]
            while self.accept(","):
                elements.append(self.pattern())
            self.expect("]")
            return Pattern(elements=tuple(elements))
        self.expect("{")
        entries: list[tuple[Node | str, Pattern | None]] = []
        while True:
            entries.append(self._pattern_entry())
            if not self.accept(","):
                break
        self.expect("}")
        return Pattern(entries=tuple(entries))

    def _pattern_entry(self) -> tuple[Node | str, Pattern | None]:
        key: Node | str
        if self.token.kind == "variable":
            key = self.variable()
            return key, self.pattern() if self.accept(":") else None
        if self.token.kind in ("word", "keyword"):
            key = Literal(self.token.text)
            self.at += 1
        elif self.token.kind == "string":
            key = self.text(self.token, "")
            self.at += 1
        else:
            self.expect("(")
            key = self.pipe()
            self.expect(")")
        self.expect(":")
        return key, self.pattern()

    def text(self, token: Token, name: str) -> Node:
        parts: list[str | Node] = []
        for part in token.parts:
            if isinstance(part, str):
                if part:
                    parts.append(part)
            else:
                inner = type(self)(list(part), self.source)
                inner.depth = self.depth
                parts.append(inner.pipe())
                inner.finish()
        if all(isinstance(part, str) for part in parts):
            return Literal("".join(part for part in parts if isinstance(part, str)))
        return Text(tuple(parts), name)

    def object(self) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self.accept("}"):
            if entries:
                self.expect(",")
                if self.accept("}"):
                    break
            entries.append(self._entry())
        return ObjectOf(tuple(entries))

    def _entry(self) -> tuple[Node, Node]:
        token = self.token
        self.at += 1
        if token.kind == "variable":
            value: Node = Variable(token.text[1:])
            if token.text == "$__loc__":
                self.at -= 1
                value = self.primary()
            return Literal(token.text[1:]), value
        if token.kind in ("word", "keyword", "number"):
            key: Node = Literal(token.text)
        elif token.kind in ("string", "format"):
            self.at -= 1
            key = self.primary()
        elif token.kind == "(":
            key = self.pipe()
            self.expect(")")
            self.expect(":")
            return key, self._entry_value()
        else:
            self.at -= 1
            raise self.fail()
        if self.accept(":"):
            return key, self._entry_value()
        if token.kind == "number":
            raise self.fail()
        return key, Index(Identity(), key)

    def _entry_value(self) -> Node:
        """A value in an object: alternatives and pipes, but no comma."""
        left = self.alternative()
        if self.accept("|"):
            return Pipe(left, self._entry_value())
        return left

    def pipe(self, *, empty: bool = False) -> Node:
        """A whole filter."""
        raise NotImplementedError

    def alternative(self) -> Node:
        """A filter without commas and pipes."""
        raise NotImplementedError

    def primary(self) -> Node:
        """A term without what may follow it."""
        raise NotImplementedError
