"""Expressions of awk, by precedence climbing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.awk_nodes import (
    Assign,
    AwkError,
    Binary,
    Call,
    Conditional,
    Element,
    Field,
    Getline,
    Group,
    Membership,
    Name,
    Node,
    Number,
    Pattern,
    Step,
    String,
    Unary,
)
from minibuild.programs.text.awk_values import constant, parse_decimal

if TYPE_CHECKING:
    from minibuild.programs.text.awk_lexer import Token

COMPARISONS = frozenset(("<", "<=", "==", "!=", ">", ">="))
ASSIGNMENTS = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "^="))
STARTS = frozenset(
    ("number", "string", "pattern", "name", "call", "builtin", "$", "!", "(", "-", "+", "++", "--")
)
DEPTH_LIMIT = 400


class ExpressionParser:
    """Reads expressions out of a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        # Inside print's arguments `>` is a redirection, in the head of `for` `in` is not an operator.
        self.no_greater = self.no_in = False
        # Are numbers decimal whatever they begin with?
        self.decimal = False

    @property
    def token(self) -> Token:
        """The current token."""
        return self.tokens[self.at]

    def fail(self) -> AwkError:
        """The error of a token that cannot stand here."""
        return AwkError(
            "Unexpected end of string" if self.token.kind == "end" else "Unexpected token", self.token.line
        )

    def accept(self, text: str) -> bool:
        """Take the operator or keyword if it is next."""
        token = self.token
        if token.text == text and token.kind in (text, "keyword", "newline"):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Take the operator or keyword, which must be next."""
        if not self.accept(text):
            raise self.fail()

    def skip_newlines(self) -> None:
        """Pass newlines."""
        while self.token.kind == "newline":
            self.at += 1

    def looking(self, text: str) -> bool:
        """Is the operator or keyword next?"""
        return self.token.text == text and self.token.kind in (text, "keyword")

    def expression(self) -> Node:
        """A whole expression: assignment is the loosest operator."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise AwkError("Too deep nesting", self.token.line)
        left = self._ternary()
        if self.token.kind in ASSIGNMENTS:
            left = self._assignment(left)
        self.depth -= 1
        return left

    def _assignment(self, left: Node) -> Node:
        operator = self.token.text[:-1]
        if isinstance(left, (Name, Field, Element)):
            self.at += 1
            self.skip_newlines()
            return Assign(operator, left, self.expression())
        # `1 == x = 5`, `!x = y`: the assignment belongs to the last operand.
        if isinstance(left, Binary):
            left.right = self._assignment(left.right)
            return left
        if isinstance(left, Unary):
            left.operand = self._assignment(left.operand)
            return left
        raise self.fail()

    def _ternary(self) -> Node:
        test = self._or()
        if not self.accept("?"):
            return test
        self.skip_newlines()
        yes = self.expression()
        self.skip_newlines()
        self.expect(":")
        self.skip_newlines()
        return Conditional(test, yes, self.expression())

    def _or(self) -> Node:
        left = self._and()
        while self.accept("||"):
            self.skip_newlines()
            left = Binary("||", left, self._and())
        return left

    def _and(self) -> Node:
        left = self._in()
        while self.accept("&&"):
            self.skip_newlines()
            left = Binary("&&", left, self._in())
        return left

    def _in(self) -> Node:
        left = self._matching()
        while self.looking("in") and not self.no_in:
            self.at += 1
            if self.token.kind != "name":
                raise self.fail()
            left = Membership(left.items if isinstance(left, Group) else [left], self.token.text)
            self.at += 1
        if isinstance(left, Group):
            raise self.fail()
        return left

    def _matching(self) -> Node:
        left = self._comparison()
        while self.token.kind in ("~", "!~"):
            operator = self.token.kind
            self.at += 1
            left = Binary(operator, left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self._concatenation()
        while True:
            kind = self.token.kind
            if kind == "|" and self.tokens[self.at + 1].text == "getline":
                self.at += 2
                left = Getline("|", self._optional_target(), left)
            elif kind in COMPARISONS and not (kind == ">" and self.no_greater):
                self.at += 1
                left = Binary(kind, left, self._concatenation())
            else:
                return left

    def _concatenation(self) -> Node:
        left = self._additive()
        while True:
            token = self.token
            starts = token.kind in STARTS and token.kind not in ("+", "-")
            if not starts and not (token.kind == "keyword" and token.text == "getline"):
                return left
            left = Binary(" ", left, self._additive())

    def _additive(self) -> Node:
        left = self._multiplicative()
        while self.token.kind in ("+", "-"):
            operator = self.token.kind
            self.at += 1
            left = Binary(operator, left, self._multiplicative())
        return left

    def _multiplicative(self) -> Node:
        left = self._unary()
        while self.token.kind in ("*", "/", "%"):
            operator = self.token.kind
            self.at += 1
            left = Binary(operator, left, self._unary())
        return left

    def _unary(self) -> Node:
        if self.token.kind in ("!", "-", "+"):
            operator = self.token.kind
            self.at += 1
            self.depth += 1
            if self.depth > DEPTH_LIMIT:
                raise AwkError("Too deep nesting", self.token.line)
            operand = self._unary()
            self.depth -= 1
            return Unary(operator, operand)
        return self._power()

    def _power(self) -> Node:
        base = self._postfix()
        if self.accept("^"):
            if self.token.kind in ("-", "+", "!"):
                operator = self.token.kind
                self.at += 1
                return Binary("^", base, Unary(operator, self._power()))
            return Binary("^", base, self._power())
        return base

    def _postfix(self) -> Node:
        if self.token.kind in ("++", "--"):
            delta = 1 if self.token.kind == "++" else -1
            self.at += 1
            return Step(self._target(), delta, before=True)
        node = self._primary()
        if self.token.kind in ("++", "--") and isinstance(node, (Name, Field, Element)):
            delta = 1 if self.token.kind == "++" else -1
            self.at += 1
            return Step(node, delta, before=False)
        return node

    def _target(self) -> Node:
        node = self._primary()
        if not isinstance(node, (Name, Field, Element)):
            raise self.fail()
        return node

    def _optional_target(self) -> Node | None:
        return self._target() if self.token.kind in ("name", "$") else None

    def _primary(self) -> Node:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return Number(parse_decimal(token.value)[0] if self.decimal else constant(token.value))
        if token.kind == "string":
            return String(token.value)
        if token.kind == "pattern":
            return Pattern(token.value)
        if token.kind == "$":
            return Field(self._field_number())
        if token.kind == "(":
            return self._grouping()
        if token.kind == "name":
            if self.token.kind == "[":
                self.at += 1
                return Element(token.text, self.list_until("]"))
            return Name(token.text)
        if token.kind == "call":
            self.at += 1
            return Call(token.text, self.list_until(")"), token.line, builtin=False)
        if token.kind == "builtin":
            arguments = self.list_until(")") if self.accept("(") else []
            return Call(token.text, arguments, token.line, builtin=True)
        if token.kind == "keyword" and token.text == "getline":
            target = self._optional_target()
            if self.accept("<"):
                return Getline("<", target, self._postfix())
            return Getline("", target, None)
        self.at -= 1
        raise self.fail()

    def _field_number(self) -> Node:
        if self.token.kind in ("++", "--"):
            return self._postfix()
        if self.token.kind in ("-", "+", "!"):
            operator = self.token.kind
            self.at += 1
            return Unary(operator, self._field_number())
        return self._primary()

    def _grouping(self) -> Node:
        saved = self.no_greater, self.no_in
        items = self.list_until(")")
        self.no_greater, self.no_in = saved
        if not items:
            raise self.fail()
        if len(items) > 1:
            return Group(items)
        # The parentheses end what an assignment may take apart.
        return items[0] if isinstance(items[0], (Name, Element, Field, Group)) else Unary("()", items[0])

    def list_until(self, closing: str) -> list[Node]:
        """Expressions between commas up to the closing bracket, which is taken."""
        saved = self.no_greater, self.no_in
        self.no_greater = self.no_in = False
        items: list[Node] = []
        self.skip_newlines()
        while not self.accept(closing):
            if items:
                self.expect(",")
                self.skip_newlines()
            items.append(self.expression())
            self.skip_newlines()
        self.no_greater, self.no_in = saved
        return items
