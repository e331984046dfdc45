"""Tokens → the tree of a jq program, by precedence climbing."""

from __future__ import annotations

from minibuild.programs.text.jq_lexer import Lexer, Token
from minibuild.programs.text.jq_nodes import (
    Alternative,
    ArrayOf,
    Bind,
    Break,
    Call,
    Comma,
    Define,
    Foreach,
    Format,
    Function,
    Identity,
    If,
    Index,
    Iterate,
    JqSyntaxError,
    Label,
    Literal,
    Logic,
    Negation,
    Node,
    ObjectOf,
    Operation,
    Pipe,
    RecurseDefault,
    Reduce,
    Slice,
    Try,
    Update,
    Variable,
)
from minibuild.programs.text.jq_terms import TermParser

UPDATES = frozenset(("=", "|=", "+=", "-=", "*=", "/=", "%=", "//="))
COMPARISONS = frozenset(("==", "!=", "<", "<=", ">", ">="))
CONSTANTS = {"null": None, "true": True, "false": False}
DEPTH = 250


def parse_program(source: str) -> Node:
    """A whole program. JqSyntaxError."""
    parser = Parser(Lexer(source).tokens(), source)
    node = parser.program()
    parser.finish()
    return node


def parse_functions(source: str) -> list[Function]:
    """Definitions alone, as the builtin ones are written."""
    parser = Parser(Lexer(source).tokens(), source)
    found: list[Function] = []
    while parser.looking("def"):
        found.append(parser.function())
    parser.finish()
    return found


class Parser(TermParser):
    """Filters, by the precedence of their operators."""

    def program(self) -> Node:
        """Definitions and a filter; only definitions: the identity."""
        if self.token.kind == "end":
            return Identity()
        return self.pipe(empty=True)

    def function(self) -> Function:
        """def name(parameters): body;"""
        self.expect("def")
        name = self.token.text
        if self.token.kind not in ("word", "keyword"):
            raise self.fail()
        self.at += 1
        parameters: list[str] = []
        if self.accept("("):
            while True:
                if self.token.kind not in ("word", "variable", "keyword"):
                    raise self.fail()
                parameters.append(self.token.text)
                self.at += 1
                if not self.accept(";"):
                    break
            self.expect(")")
        self.expect(":")
        body = self.pipe()
        self.expect(";")
        return Function(name, tuple(parameters), body)

    def pipe(self, *, empty: bool = False) -> Node:
        """The loosest level: def, label, `as` and |."""
        self.depth += 1
        if self.depth > DEPTH:
            raise JqSyntaxError("memory exhausted at <top-level>, line 1:\n" + self.source)
        node = self._pipe(empty=empty)
        self.depth -= 1
        return node

    def _pipe(self, *, empty: bool) -> Node:
        if self.looking("def"):
            function = self.function()
            if empty and self.token.kind == "end":
                return Define(function, Identity())
            return Define(function, self.pipe(empty=empty))
        if self.looking("label"):
            self.at += 1
            name = self.variable()
            self.expect("|")
            return Label(name, self.pipe())
        left = self._comma()
        if self.accept("|"):
            return Pipe(left, self.pipe())
        return left

    def _comma(self) -> Node:
        left = self.alternative()
        while self.accept(","):
            left = Comma(left, self.alternative())
        return left

    def alternative(self) -> Node:
        """// and the assignments, which bind more loosely than comparison."""
        left = self._or()
        if self.token.kind in UPDATES:
            operator = self.token.kind
            self.at += 1
            return Update(operator, left, self.alternative())
        if self.accept("//"):
            return Alternative(left, self.alternative())
        return left

    def _or(self) -> Node:
        left = self._and()
        while self.accept("or"):
            left = Logic("or", left, self._and())
        return left

    def _and(self) -> Node:
        left = self._comparison()
        while self.accept("and"):
            left = Logic("and", left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self._sum()
        if self.token.kind in COMPARISONS:
            operator = self.token.kind
            self.at += 1
            left = Operation(operator, left, self._sum())
            if self.token.kind in COMPARISONS:
                raise self.fail()
        return left

    def _sum(self) -> Node:
        left = self._product()
        while self.token.kind in ("+", "-"):
            operator = self.token.kind
            self.at += 1
            left = Operation(operator, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._prefix()
        while self.token.kind in ("*", "/", "%"):
            operator = self.token.kind
            self.at += 1
            left = Operation(operator, left, self._prefix())
        return left

    def _prefix(self) -> Node:
        if self.accept("-"):
            return Negation(self._prefix())
        if self.looking("reduce") or self.looking("foreach"):
            return self._fold()
        if self.accept("try"):
            body = self._try_body()
            return Try(body, self._try_body() if self.accept("catch") else None)
        return self._postfix(self.primary())

    def _try_body(self) -> Node:
        return self._prefix() if self.looking("try") else self._postfix(self.primary())

    def _fold(self) -> Node:
        kind = self.token.text
        self.at += 1
        source = self._postfix(self.primary())
        self.expect("as")
        pattern = self.pattern()
        self.expect("(")
        start = self.pipe()
        self.expect(";")
        update = self.pipe()
        extract = self.pipe() if kind == "foreach" and self.accept(";") else None
        self.expect(")")
        node: Node
        if kind == "reduce":
            node = Reduce(source, pattern, start, update)
        else:
            node = Foreach(source, pattern, start, update, extract)
        return self._postfix(node)

    def _postfix(self, node: Node) -> Node:
        while True:
            token = self.token
            if token.kind == "field":
                self.at += 1
                node = Index(node, Literal(token.text[1:]))
            elif token.kind == "." and self.tokens[self.at + 1].kind == "string":
                self.at += 2
                node = Index(node, self.text(self.tokens[self.at - 1], ""))
            elif token.kind == "." and self.tokens[self.at + 1].kind == "[":
                self.at += 1
            elif token.kind == "[":
                self.at += 1
                node = self._subscript(node)
            elif token.kind == "?":
                self.at += 1
                node = _optional(node)
            elif token.kind == "keyword" and token.text == "as" and not isinstance(node, Bind):
                return self._bind_term(node)
            else:
                return node

    def _bind_term(self, node: Node) -> Node:
        """`term as $x | body` anywhere a term may stand: the body takes all that follows."""
        saved = self.at
        self.at += 1
        patterns = [self.pattern()]
        while self.accept("?//"):
            patterns.append(self.pattern())
        if not self.accept("|"):
            self.at = saved
            return node
        return Bind(node, tuple(patterns), self.pipe())

    def _subscript(self, node: Node) -> Node:
        """What follows an opening bracket after a term."""
        if self.accept("]"):
            return Iterate(node)
        if self.accept(":"):
            stop = self.pipe()
            self.expect("]")
            return Slice(node, None, stop)
        key = self.pipe()
        if self.accept(":"):
            end = None if self.looking("]") else self.pipe()
            self.expect("]")
            return Slice(node, key, end)
        self.expect("]")
        return Index(node, key)

    def primary(self) -> Node:
        token = self.token
        self.at += 1
        kind = token.kind
        if kind == "number":
            return Literal(float(token.text))
        if kind == "string":
            return self.text(token, "")
        if kind == "format":
            if self.token.kind == "string":
                self.at += 1
                return self.text(self.tokens[self.at - 1], token.text[1:])
            return Format(token.text[1:])
        if kind == "field":
            return Index(Identity(), Literal(token.text[1:]))
        if kind == ".":
            if self.token.kind == "string":
                self.at += 1
                return Index(Identity(), self.text(self.tokens[self.at - 1], ""))
            return Identity()
        if kind == "..":
            return RecurseDefault()
        if kind == "variable":
            if token.text == "$__loc__":
                return ObjectOf(((Literal("file"), Literal("<top-level>")), (Literal("line"), Literal(1.0))))
            return Variable(token.text[1:])
        if kind == "word":
            return self._call(token)
        if kind == "(":
            node = self.pipe()
            self.expect(")")
            return node
        if kind == "[":
            if self.accept("]"):
                return ArrayOf(None)
            items = self.pipe()
            self.expect("]")
            return ArrayOf(items)
        if kind == "{":
            return self.object()
        if kind == "keyword" and token.text == "if":
            return self._if()
        if kind == "keyword" and token.text == "def":
            self.at -= 1
            return self.pipe()
        self.at -= 1
        raise self.fail()

    def _call(self, token: Token) -> Node:
        if token.text in CONSTANTS and self.token.kind != "(":
            return Literal(CONSTANTS[token.text])
        if token.text == "break" and self.token.kind == "variable":
            return Break(self.variable())
        arguments: list[Node] = []
        if self.accept("("):
            arguments.append(self.pipe())
            while self.accept(";"):
                arguments.append(self.pipe())
            self.expect(")")
        return Call(token.text, tuple(arguments))

    def _if(self) -> Node:
        test = self.pipe()
        self.expect("then")
        yes = self.pipe()
        if self.accept("elif"):
            return If(test, yes, self._if())
        no: Node = self.pipe() if self.accept("else") else Identity()
        self.expect("end")
        return If(test, yes, no)


def _optional(node: Node) -> Node:
    """node?: only the last step may fail; what is before it may not."""
    if isinstance(node, Index) and isinstance(node.key, Literal):
        return Pipe(node.target, Try(Index(Identity(), node.key), None))
    if isinstance(node, Iterate):
        return Pipe(node.target, Try(Iterate(Identity()), None))
    return Try(node, None)
