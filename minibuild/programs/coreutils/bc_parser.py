"""The language of bc: text to a tree of tuples. Source: POSIX bc, with the extensions of GNU's that busybox
has.
"""

from __future__ import annotations

import re
from typing import Any

TOKEN = re.compile(
    r"""(?P<blank>[ \t\\]+|\\\n|/\*.*?\*/|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<string>"[^"]*")
    |(?P<number>[0-9A-F]*\.?[0-9A-F]+|[0-9A-F]+\.?)
    |(?P<name>[a-z][a-z0-9_]*)
    |(?P<symbol>\+\+|--|\|\||&&|[-+*/%^=<>!]=|[-+*/%^=<>!(){}\[\],;.])""",
    re.VERBOSE | re.DOTALL,
)
ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "^=")
RELATIONS = ("==", "<=", ">=", "!=", "<", ">")
FUNCTIONS = ("length", "sqrt", "scale", "read", "abs")
Tree = tuple[Any, ...]


class SyntaxProblem(Exception):  # noqa: N818  said in bc's words
    """A text that is no bc program."""


def tokens(text: str) -> list[tuple[str, str]]:
    """(kind, text) of every token, with an end mark."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxProblem(f"bad character '{text[at]}'")
        if match.lastgroup != "blank":
            found.append((str(match.lastgroup), match[0]))
        at = match.end()
    return [*found, ("end", "")]


class Parser:
    """Recursive descent; one method a level of precedence."""

    def __init__(self, text: str) -> None:
        self.tokens, self.at = tokens(text), 0

    # ---- tokens

    def peek(self) -> str:
        """The text of the next token; strings keep their quotes."""
        return self.tokens[self.at][1]

    def kind(self) -> str:
        """The kind of the next token."""
        return self.tokens[self.at][0]

    def take(self, *texts: str) -> str:
        """Take the next token if it is one of these symbols or names; "" otherwise."""
        if self.kind() not in ("string", "number", "end") and self.peek() in texts:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def need(self, text: str) -> None:
        """The next token must be this one."""
        if not self.take(text):
            raise SyntaxProblem(f"bad expression at '{self.peek()}'")

    def skip_newlines(self) -> None:
        """Pass over line ends."""
        while self.take("\n"):
            pass

    # ---- statements

    def program(self) -> list[Tree]:
        """All statements of the text."""
        found = []
        while self.kind() != "end":
            if not self.take("\n", ";"):
                found.append(self.definition() if self.take("define") else self.statement())
                self.check_end(found[-1])
        return found

    def check_end(self, statement: Tree) -> None:
        """A simple statement ends at a line's end, a semicolon or a closing brace."""
        if statement[0] in ("value", "string", "print", "return") and self.peek() not in ("\n", ";", "}", ""):
            raise SyntaxProblem(f"bad expression at '{self.peek()}'")

    def definition(self) -> Tree:
        """define NAME(a, b[]) { auto c; … }"""
        self.take("void")
        name = self.name()
        self.need("(")
        parameters = self.names(")")
        self.skip_newlines()
        self.need("{")
        self.skip_newlines()
        autos: list[str] = []
        if self.take("auto"):
            autos = self.names("\n", ";")
        return ("define", name, parameters, autos, self.block())

    def name(self) -> str:
        """A name."""
        if self.kind() != "name":
            raise SyntaxProblem(f"bad expression at '{self.peek()}'")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def names(self, *ends: str) -> list[str]:
        """Names, arrays with their brackets, up to one of the ends."""
        found: list[str] = []
        while not self.take(*ends):
            name = self.name()
            if self.take("["):
                self.need("]")
                name += "[]"
            found.append(name)
            self.take(",")
        return found

    def block(self) -> Tree:
        """Statements up to the closing brace."""
        found: list[Tree] = []
        while not self.take("}"):
            if self.kind() == "end":
                raise SyntaxProblem("bad expression at ''")
            if not self.take("\n", ";"):
                found.append(self.statement())
                self.check_end(found[-1])
        return ("block", found)

    def statement(self) -> Tree:
        """One statement."""
        if self.take("{"):
            return self.block()
        if self.take("if"):
            return self.conditional()
        if self.take("while"):
            self.need("(")
            test = self.expression()
            self.need(")")
            self.skip_newlines()
            return ("for", None, test, None, self.statement())
        if self.take("for"):
            return self.loop()
        if word := self.take("break", "continue", "halt", "quit", "limits"):
            return (word,)
        if self.take("return"):
            return ("return", self.expression() if self.peek() not in (";", "\n", "}", "") else None)
        if self.take("print"):
            values = [self.printed()]
            while self.take(","):
                values.append(self.printed())
            return ("print", values)
        if self.kind() == "string":
            return ("string", self.printed()[1])
        return ("value", self.expression())

    def printed(self) -> Tree:
        """A string or an expression of print."""
        if self.kind() == "string":
            self.at += 1
            return ("text", self.tokens[self.at - 1][1][1:-1])
        return self.expression()

    def conditional(self) -> Tree:
        """if (…) … else …"""
        self.need("(")
        test = self.expression()
        self.need(")")
        self.skip_newlines()
        yes = self.statement()
        at = self.at
        while self.take("\n", ";"):
            pass
        if self.take("else"):
            self.skip_newlines()
            return ("if", test, yes, self.statement())
        self.at = at
        return ("if", test, yes, None)

    def loop(self) -> Tree:
        """for (…; …; …) …"""
        self.need("(")
        parts: list[Tree | None] = []
        for end in (";", ";", ")"):
            parts.append(None if self.peek() == end else self.expression())
            self.need(end)
        self.skip_newlines()
        return ("for", parts[0], parts[1], parts[2], self.statement())

    # ---- expressions

    def expression(self) -> Tree:
        """||, &&, !, relations, in the order of GNU's bc."""
        left = self.conjunction()
        while self.take("||"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Tree:
        """a && b"""
        left = self.negation()
        while self.take("&&"):
            left = ("and", left, self.negation())
        return left

    def negation(self) -> Tree:
        """! a"""
        return ("not", self.negation()) if self.take("!") else self.relation()

    def relation(self) -> Tree:
        """a < b and the like; assignments bind stronger."""
        left = self.assignment()
        while symbol := self.take(*RELATIONS):
            left = ("relation", symbol, left, self.assignment())
        return left

    def assignment(self) -> Tree:
        """place = value"""
        left = self.sum()
        if left[0] == "place" and (symbol := self.take(*ASSIGNMENTS)):
            return ("assign", symbol[:-1], left, self.assignment())
        return left

    def sum(self) -> Tree:
        """a + b"""
        left = self.product()
        while symbol := self.take("+", "-"):
            left = ("binary", symbol, left, self.product())
        return left

    def product(self) -> Tree:
        """a * b"""
        left = self.power()
        while symbol := self.take("*", "/", "%"):
            left = ("binary", symbol, left, self.power())
        return left

    def power(self) -> Tree:
        """a ^ b, from the right."""
        left = self.unary()
        return ("binary", "^", left, self.power()) if self.take("^") else left

    def unary(self) -> Tree:
        """-a, ++a, --a"""
        if self.take("-"):
            return ("negative", self.unary())
        if symbol := self.take("++", "--"):
            return ("step", symbol[0], self.unary(), True)
        left = self.atom()
        if left[0] == "place" and (symbol := self.take("++", "--")):
            return ("step", symbol[0], left, False)
        return left

    def atom(self) -> Tree:
        """A number, a place, a call or a group."""
        kind, text = self.tokens[self.at]
        if kind == "number":
            self.at += 1
            return ("number", text)
        if self.take("("):
            inner = self.expression()
            self.need(")")
            return ("group", inner)
        if self.take("."):
            return ("place", "last", None)
        if kind != "name":
            raise SyntaxProblem(f"bad expression at '{text}'")
        self.at += 1
        if self.take("["):
            if self.take("]"):
                return ("array", text)
            index = self.expression()
            self.need("]")
            return ("place", text, index)
        if self.take("("):
            return self.call(text)
        return ("place", text, None)

    def call(self, name: str) -> Tree:
        """A function with its arguments."""
        arguments: list[Tree] = []
        while not self.take(")"):
            arguments.append(self.expression())
            if not self.take(",") and self.peek() != ")":
                raise SyntaxProblem(f"bad expression at '{self.peek()}'")
        return ("builtin" if name in FUNCTIONS else "call", name, arguments)
