"""What bash adds to the grammar: `[[ ]]`, `(( ))`, arrays, `function`, extended patterns."""

from __future__ import annotations

import re
from dataclasses import replace

from minibuild.shell.compound import Compounds
from minibuild.shell.lexer import END, NEWLINE, REDIRECTION, WORD
from minibuild.shell.nodes import (
    ArithmeticCommand,
    ArithmeticFor,
    ArrayLiteral,
    Assignment,
    Command,
    Condition,
    ConditionExpression,
    ConditionJunction,
    ConditionNot,
    ConditionTest,
    ExtendedPattern,
    Word,
)
from minibuild.shell.quoting import Parts

_SUBSCRIPTED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\[")
_DECLARATIONS = frozenset(("declare", "typeset", "local", "export", "readonly"))
_UNARY = frozenset((
    "-a", "-b", "-c", "-d", "-e", "-f", "-g", "-h", "-k", "-p", "-r", "-s", "-t", "-u", "-w", "-x", "-z",
    "-n", "-o", "-v", "-G", "-L", "-N", "-O", "-R", "-S",
))  # fmt: skip
_BINARY = frozenset(
    ("=", "==", "!=", "=~", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef")
)


class Parser(Compounds):
    """The whole parser. Make one of a text and a dialect; `next_command` gives one complete command after the
    other.
    """

    def declaration(self, name: str) -> bool:
        """Whether the words after the command `name` may be assignments to be read as such."""
        return name in _DECLARATIONS and (self.dialect.bash or name != "typeset")

    # ---- compound commands

    def bash_compound(self, keyword: str) -> Command | None:
        """`function`, and in bash `[[`, `select`, `((` and `for ((`; None when it is something else after
        all.
        """
        line = self.line
        if keyword == "function":
            return self._function_keyword(line)
        if keyword == "[[":
            self.advance()
            expression = self._condition_or()
            if self.plain != "]]":
                self.unexpected('"]]"')
            self.advance()
            return Condition(expression, line)
        if keyword == "select":
            self.advance()
            return self.for_words(line, select=True)
        if keyword == "for ((":
            return self._arithmetic_for(line)
        return self._arithmetic_command(line)

    def _function_keyword(self, line: int) -> Command:
        start = self.start
        self.advance()
        if self.peek() != WORD or self.plain is None:
            self.unexpected("word") if self.peek() != WORD else self.error("bad function name", at=self.start)
        name = self.plain
        assert name is not None
        self.advance()
        if self.peek() == "(":
            self.advance()
            if self.peek() != ")":
                self.unexpected('")"')
            self.advance()
        return self.function_body(name, start, line)

    def _arithmetic_command(self, line: int) -> Command | None:
        if self.peek() != "(" or self.text[self.pos : self.pos + 1] != "(":
            return None
        start = self.pos
        self.pos += 1
        expression = self.arithmetic_word("))", must=False)
        if expression is None:
            self.pos, self.line = start, line
            return None
        self.advance()
        return ArithmeticCommand(expression, line)

    def _arithmetic_for(self, line: int) -> Command | None:
        if self.peek() != "(" or self.text[self.pos : self.pos + 1] != "(":
            return None
        self.pos += 1
        first = self.arithmetic_word(";")
        condition = self.arithmetic_word(";")
        step = self.arithmetic_word("))")
        assert first is not None
        assert condition is not None
        assert step is not None
        self.advance()
        if self.peek() == ";":
            self.advance()
        self.skip_newlines()
        if self.keyword() == "{":
            self.advance()
            body = self.commands("}")
            self.expect("}")
        else:
            body = self.loop_body()
        return ArithmeticFor(first, condition, step, body, line)

    # ---- [[ … ]]

    def _condition_or(self) -> ConditionExpression:
        expression = self._condition_and()
        while self._condition_token() == "||":
            self.advance()
            expression = ConditionJunction(expression, "||", self._condition_and())
        return expression

    def _condition_and(self) -> ConditionExpression:
        expression = self._condition_primary()
        while self._condition_token() == "&&":
            self.advance()
            expression = ConditionJunction(expression, "&&", self._condition_primary())
        return expression

    def _condition_token(self) -> str:
        self.skip_newlines()
        return self.peek()

    def _condition_primary(self) -> ConditionExpression:
        kind = self._condition_token()
        if kind == "(":
            self.advance()
            inner = self._condition_or()
            if self._condition_token() != ")":
                self.unexpected('")"')
            self.advance()
            return inner
        if kind != WORD or self.plain == "]]":
            self.unexpected()
        if self.plain == "!":
            self.advance()
            return ConditionNot(self._condition_primary())
        first, plain = self.word, self.plain
        self.advance()
        following = self._condition_token()
        if plain in _UNARY and following == WORD and self.plain not in ("]]", *_BINARY):
            operand = self.word
            self.advance()
            return ConditionTest(plain or "", (operand,))
        operator = self.plain if following == WORD else self.operator if following == REDIRECTION else None
        if operator not in _BINARY:
            return ConditionTest("-n", (first,))
        assert operator is not None
        second = self._condition_operand(operator)
        return ConditionTest(operator, (first, second))

    def _condition_operand(self, operator: str) -> Word:
        """The right side of a binary operator: a pattern or regular expression may hold `(`, `|` and the
        like.
        """
        if operator == "=~":
            self.advance()
            return self._regular_expression()
        if operator in ("=", "==", "!="):
            self.advance()
            usual, self.extended_patterns = self.extended_patterns, lambda: True
            try:
                if self._condition_token() != WORD:
                    self.unexpected()
            finally:
                self.extended_patterns = usual
        else:
            self.advance()
            if self._condition_token() != WORD:
                self.unexpected()
        word = self.word
        self.advance()
        return word

    def _regular_expression(self) -> Word:
        while self.char() and self.char() in " \t\n":
            self.pos += 1
        parts = Parts()
        depth = 0
        while True:
            char = self.char()
            if not char or (not depth and char in " \t\n;&"):
                return parts.word()
            if char in "\\'\"$`" and not (char == "$" and self.ahead() in (" ", ")", "|", "")):
                self.special(parts, char)
                continue
            depth += 1 if char == "(" else -1 if char == ")" else 0
            if depth < 0:
                return parts.word()
            self.pos += 1
            parts.text(char, False)

    # ---- arrays

    def array_element(self) -> Assignment | None:
        """`name[subscript]=value`, if that is what comes next. The word was read as far as its first
        metacharacter.
        """
        match = _SUBSCRIPTED.match(self.text, self.start)
        if match is None or self.peek() != WORD:
            return None
        pos, line = self.pos, self.line
        self.pos = match.end()
        subscript = self.arithmetic_word("]", must=False)
        append = self.text.startswith("+=", self.pos)
        if subscript is None or not (append or self.text.startswith("=", self.pos)):
            self.pos, self.line = pos, line
            return None
        self.pos += 2 if append else 1
        value = Word(()) if self.char() in ("", *" \t\n;&|<>()") else self.read_word()
        self.advance()
        return Assignment(match.group(1), value, append, subscript)

    def array_value(self, assignment: Assignment) -> Assignment:
        """The value of an assignment that ends with its `=`: an array when a parenthesis follows at once."""
        if self.text[self.pos : self.pos + 1] != "(":
            return assignment
        self.pos += 1
        elements: list[tuple[Word | None, Word]] = []
        while True:
            kind = self.peek()
            if kind == NEWLINE:
                self.advance()
                continue
            if kind == ")":
                self.advance()
                return replace(assignment, value=ArrayLiteral(tuple(elements)))
            if kind != WORD:
                self.unexpected('")"') if kind == END else self.unexpected()
            elements.append(self._element())

    def _element(self) -> tuple[Word | None, Word]:
        if self.text[self.start] == "[":
            pos, line = self.pos, self.line
            self.pos = self.start + 1
            subscript = self.arithmetic_word("]", must=False)
            if subscript is not None and self.text.startswith("=", self.pos):
                self.pos += 1
                value = Word(()) if self.char() in ("", *" \t\n;&|<>()") else self.read_word()
                self.advance()
                return subscript, value
            self.pos, self.line = pos, line
        word = self.word
        self.advance()
        return None, word

    # ---- extended patterns

    def extended(self, parts: Parts) -> bool:
        """Read `@(a|b)` and its kin if it is there, and patterns of that kind are on."""
        char = self.text[self.pos]
        if char not in "?*+@!" or self.ahead() != "(" or not self.extended_patterns():
            return False
        self.pos += 2
        alternatives: list[Word] = []
        inner = Parts()
        while True:
            here = self.char()
            if not here:
                self.premature_end('")"')
            if here in "|)":
                self.pos += 1
                alternatives.append(inner.word())
                inner = Parts()
                if here == ")":
                    break
            elif here in "\\'\"$`":
                self.special(inner, here)
            elif not self.extended(inner):
                self.pos += 1
                self.line += here == "\n"
                inner.text(here, False)
        parts.part(ExtendedPattern(char, tuple(alternatives)))
        return True
