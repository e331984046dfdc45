"""Statements, rules and functions of awk."""

from __future__ import annotations

from minibuild.programs.text.awk_expressions import STARTS, ExpressionParser
from minibuild.programs.text.awk_lexer import tokenize
from minibuild.programs.text.awk_nodes import (
    AwkError,
    Block,
    Delete,
    Element,
    Evaluate,
    ForIn,
    Function,
    Group,
    If,
    Jump,
    Loop,
    Name,
    Node,
    Print,
    Program,
    Rule,
)

JUMPS = frozenset(("break", "continue", "next", "nextfile"))


def parse(source: bytes, *, keep: bool = False, broken: bool = False) -> Program:
    """The tree of a program; `keep`: as mawk reads it (`tokenize`; numbers are decimal), `broken`: as busybox
    does. AwkError with the line of what is wrong.
    """
    parser = _Parser(tokenize(source, keep=keep, broken=broken))
    parser.decimal = keep
    try:
        return parser.program()
    except RecursionError:
        raise AwkError("Too deep nesting", parser.token.line) from None


class _Parser(ExpressionParser):
    def program(self) -> Program:
        rules: list[Rule] = []
        functions: dict[str, Function] = {}
        while True:
            self._skip_terminators()
            if self.token.kind == "end":
                return Program(rules, functions)
            if self.accept("function"):
                made = self._function()
                functions[made.name] = made
            else:
                rules.append(self._rule())

    def _skip_terminators(self) -> None:
        while self.token.kind in ("newline", ";"):
            self.at += 1

    def _function(self) -> Function:
        if self.token.kind not in ("name", "call"):
            raise self.fail()
        name = self.token.text
        self.at += 1
        self.expect("(")
        parameters: list[str] = []
        self.skip_newlines()
        while not self.accept(")"):
            if parameters:
                self.expect(",")
                self.skip_newlines()
            if self.token.kind != "name":
                raise self.fail()
            parameters.append(self.token.text)
            self.at += 1
            self.skip_newlines()
        self.skip_newlines()
        return Function(name, parameters, self._braces())

    def _rule(self) -> Rule:
        if self.looking("BEGIN") or self.looking("END"):
            kind = self.token.text
            self.at += 1
            self.skip_newlines()
            return Rule(kind, None, self._braces())
        start: Node | None = None
        stop: Node | None = None
        if not self.looking("{"):
            start = self.expression()
            if self.accept(","):
                self.skip_newlines()
                stop = self.expression()
        return Rule(start, stop, self._braces() if self.looking("{") else None)

    def _braces(self) -> Block:
        self.expect("{")
        self.depth += 1
        if self.depth > 200:
            raise AwkError("Too deep nesting", self.token.line)
        statements: list[Node] = []
        self._skip_terminators()
        while not self.accept("}"):
            statements.append(self._statement())
            self._skip_terminators()
        self.depth -= 1
        return Block(statements)

    def _end(self) -> None:
        """A simple statement ends here."""
        if self.token.kind in ("newline", ";"):
            self.at += 1
        elif not self.looking("}") and self.token.kind != "end":
            raise self.fail()

    def _statement(self) -> Node:
        token = self.token
        if self.looking("{"):
            return self._braces()
        if token.kind == ";":
            self.at += 1
            return Block([])
        if token.kind == "keyword" and token.text in ("if", "while", "do", "for"):
            self.at += 1
            return getattr(self, f"_{token.text}")()  # type: ignore[no-any-return]
        node = self._simple()
        self._end()
        return node

    def _body(self) -> Node:
        """The statement that a head governs, perhaps on the next line."""
        self.skip_newlines()
        self.depth += 1
        if self.depth > 200:
            raise AwkError("Too deep nesting", self.token.line)
        node = self._statement()
        self.depth -= 1
        return node

    def _head(self) -> Node:
        self.expect("(")
        test = self.expression()
        self.skip_newlines()
        self.expect(")")
        return test

    def _if(self) -> Node:
        test = self._head()
        yes = self._body()
        saved = self.at
        self._skip_terminators()
        if self.accept("else"):
            return If(test, yes, self._body())
        self.at = saved
        return If(test, yes, None)

    def _while(self) -> Node:
        test = self._head()
        if self.accept(";"):
            return Loop(test, Block([]))
        return Loop(test, self._body())

    def _do(self) -> Node:
        body = self._body()
        self._skip_terminators()
        self.expect("while")
        test = self._head()
        self._end()
        return Loop(test, body, test_first=False)

    def _for(self) -> Node:
        self.expect("(")
        tokens, at = self.tokens, self.at
        if tokens[at].kind == "name" and tokens[at + 1].text == "in" and tokens[at + 3].kind == ")":
            self.at += 4
            return ForIn(Name(tokens[at].text), tokens[at + 2].text, self._body())
        start = None if self.looking(";") else self._simple()
        self.expect(";")
        self.skip_newlines()
        test = None if self.looking(";") else self.expression()
        self.expect(";")
        self.skip_newlines()
        step = None if self.looking(")") else self._simple()
        self.expect(")")
        body: Node = Block([]) if self.accept(";") else self._body()
        return Loop(test, body, start=start, step=step)

    def _simple(self) -> Node:
        token = self.token
        if token.kind != "keyword" or token.text == "getline":
            return Evaluate(self.expression())
        self.at += 1
        if token.text in ("print", "printf"):
            return self._print(token.text == "printf")
        if token.text in JUMPS:
            return Jump(token.text)
        if token.text in ("exit", "return"):
            value = self.expression() if self._starts_expression() else None
            return Jump(token.text, value)
        if token.text == "delete":
            return self._delete()
        self.at -= 1
        raise self.fail()

    def _starts_expression(self) -> bool:
        return self.token.kind in STARTS or self.looking("getline")

    def _delete(self) -> Node:
        grouped = self.accept("(")
        target = self._primary()
        if grouped:
            self.expect(")")
        if isinstance(target, Element):
            return Delete(target.array, target.subscripts)
        if isinstance(target, Name):
            return Delete(target.name, None)
        raise self.fail()

    def _print(self, formatted: bool) -> Node:
        arguments: list[Node] = []
        saved, self.no_greater = self.no_greater, True
        if self._starts_expression():
            arguments = self._print_list()
        self.no_greater = saved
        redirection, destination = "", None
        if self.token.kind in (">", ">>", "|"):
            redirection = self.token.kind
            self.at += 1
            saved, self.no_greater = self.no_greater, True
            destination = self._concatenation()
            self.no_greater = saved
        if formatted and not arguments:
            raise self.fail()
        return Print(arguments, formatted, redirection, destination)

    def _print_list(self) -> list[Node]:
        start = self.at
        if self.accept("("):
            items = self.list_until(")")
            if (
                self.token.kind in ("newline", ";", "}", ">", ">>", "|", "end")
                and self.tokens[self.at + 1].text != "getline"
            ):
                return [item for one in items for item in (one.items if isinstance(one, Group) else [one])]
            self.at = start
        items = [self.expression()]
        while self.accept(","):
            self.skip_newlines()
            items.append(self.expression())
        return items
