"""Arithmetic expansion (POSIX XCU 2.6.4): C's expressions over signed 64-bit numbers, compiled to functions.

`compile_expression(text, dialect)` gives a function over a `Variables`, which knows `number(name)` and
`assign(name, value)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from minibuild.kernel.limits import LimitError
from minibuild.shell.bounds import CACHED, LONGEST_EXPRESSION
from minibuild.shell.computing import (
    LARGEST,
    MASK,
    Target,
    Variables,
    assign,
    binary,
    both_ways,
    constant,
    eager,
    late,
    postfix,
    second,
    sign,
    variable,
    wrap,
)
from minibuild.shell.errors import DiscardedError, DivisionByZero, ExpansionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.shell.dialect import Dialect


_TOKEN = re.compile(
    r"[ \t\n\r]*(?:(?P<number>[0-9][0-9A-Za-z_@#]*)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>\*\*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()\[])|(?P<end>\Z))"
)
_LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!="), ("<", "<=", ">", ">="), ("<<", ">>"),
    ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_ASSIGNMENTS = frozenset(("=", "*=", "/=", "%=", "+=", "-=", "<<=", ">>=", "&=", "^=", "|="))
_LIMIT = 1000

_cache: dict[tuple[str, str], Callable[[Variables], int]] = {}


def compile_expression(text: str, dialect: Dialect) -> Callable[[Variables], int]:
    """The function that an expression is; an empty one is 0. ExpansionError when it is none."""
    key = (text, dialect.name)
    found = _cache.get(key)
    if found is None:
        if len(text) > LONGEST_EXPRESSION:
            raise LimitError(
                f"the command was ended: an expression has more than {LONGEST_EXPRESSION} characters"
            )
        found = _Parser(text, dialect).parse()
        if dialect.name != "ash":
            found = _named(found, text, dialect)
        if len(text) <= CACHED:
            if len(_cache) > _LIMIT:
                _cache.clear()
            _cache[key] = found
    return found


def _named(value: Callable[[Variables], int], text: str, dialect: Dialect) -> Callable[[Variables], int]:
    """dash and bash say which expression divides by zero."""

    def named(v: Variables) -> int:
        try:
            return value(v)
        except DivisionByZero:
            if dialect.bash:
                raise DiscardedError(f"{text.strip()}: division by 0", 1) from None
            raise ExpansionError(f'arithmetic expression: division by zero: "{text}"') from None

    return named


class _Parser:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self.text = text
        self.dialect = dialect
        self.eager = not (dialect.posix_only or dialect.bash)  # ash computes what && || ?: will not use
        self.plain: set[Callable[[Variables], int]] = set()
        self.constant: set[Callable[[Variables], int]] = set()
        self.pos = 0
        self.kind: str | None = ""
        self.token = ""
        self._next()

    def parse(self) -> Callable[[Variables], int]:
        if self.kind == "end" and not self.dialect.posix_only:
            return lambda _: 0
        value = self._comma()
        if self.kind != "end":
            self._fail()
        return value

    def _next(self) -> None:
        match = _TOKEN.match(self.text, self.pos)
        if match is None:
            self._fail()
        self.pos = match.end()
        self.kind = match.lastgroup
        self.token = match.group(self.kind or 0)

    def _fail(self, why: str = "arithmetic syntax error") -> NoReturn:
        if self.dialect.posix_only:
            wanted = why if why.startswith("expecting") else "expecting EOF"
            raise ExpansionError(f'arithmetic expression: {wanted}: "{self.text}"')
        if self.dialect.bash:
            raise DiscardedError(f"{self.text.strip()}: syntax error in expression", 1)
        raise ExpansionError(why)

    def _is(self, *operators: str) -> bool:
        return self.kind == "operator" and self.token in operators

    def _comma(self) -> Callable[[Variables], int]:
        value = self._assignment()
        while self._is(","):
            if self.dialect.posix_only:
                self._fail()
            self._next()
            right = self._assignment()
            value = late(",", value, right) if self.eager and value in self.plain else second(value, right)
        return value

    def _assignment(self) -> Callable[[Variables], int]:
        if self.kind == "name":
            start = self.pos, self.kind, self.token
            target = self._target()
            if self.kind == "operator" and self.token in _ASSIGNMENTS:
                operator = self.token
                self._next()
                value = self._assignment()
                if operator == "=":
                    return assign(target, value)
                combine = binary if self.dialect.bash else late  # which looks the variable up at last
                return assign(target, combine(operator[:-1], variable(target), value))
            self.pos, self.kind, self.token = start
        return self._conditional()

    def _conditional(self) -> Callable[[Variables], int]:
        condition = self._binary(0)
        if not self._is("?"):
            return condition
        self._next()
        yes = self._comma()
        if not self._is(":"):
            self._fail("expecting ':'" if self.dialect.posix_only else "malformed ?: operator")
        self._next()
        no = self._assignment()
        if self.eager:
            parts = (condition, yes, no)
            return both_ways(parts, sorted(range(3), key=lambda at: parts[at] in self.plain))
        return lambda v: yes(v) if condition(v) else no(v)

    def _binary(self, level: int) -> Callable[[Variables], int]:
        if level == len(_LEVELS):
            return self._power()
        left = self._binary(level + 1)
        operators = _LEVELS[level]
        while self.kind == "operator" and self.token in operators:
            operator = self.token
            self._next()
            right = self._binary(level + 1)
            left = self._combined(operator, left, right)
        return left

    def _combined(
        self, operator: str, left: Callable[[Variables], int], right: Callable[[Variables], int]
    ) -> Callable[[Variables], int]:
        """ash looks a variable up as late as it can: the one on the left after the right side is computed."""
        if not self.eager:
            return binary(operator, left, right)
        if left in self.plain and right not in self.constant:
            return late(operator, left, right)
        return eager(operator, left, right) if operator in ("&&", "||") else binary(operator, left, right)

    def _power(self) -> Callable[[Variables], int]:
        base = self._unary()
        if self._is("**") and not self.dialect.posix_only:
            self._next()
            return binary("**", base, self._power())
        return base

    def _unary(self) -> Callable[[Variables], int]:
        if self.kind == "operator":
            operator = self.token
            if operator in ("++", "--"):
                self._next()
                if self.kind == "name" and not self.dialect.posix_only:
                    target = self._target()
                    return assign(target, binary(operator[0], variable(target), lambda _: 1))
                return self._unary()
            if operator in ("!", "~", "-", "+"):
                self._next()
                return sign(operator, self._unary())
        return self._primary()

    def _primary(self) -> Callable[[Variables], int]:
        if self.kind == "number":
            number = self._number(self.token)
            self._next()
            value = constant(number)
            self.constant.add(value)
            return value
        if self.kind == "name":
            target = self._target()
            if self._is("++", "--") and not self.dialect.posix_only:
                step = 1 if self.token == "++" else -1
                self._next()
                return postfix(target, step)
            value = variable(target)
            self.plain.add(value)
            return value
        if self._is("("):
            self._next()
            value = self._comma()
            if not self._is(")"):
                self._fail()
            self._next()
            return value
        return self._fail("expecting primary" if self.dialect.posix_only else "arithmetic syntax error")

    def _target(self) -> Target:
        name = self.token
        self._next()
        if not self._is("["):
            return Target(name, None)
        if not self.dialect.bash:
            self._fail()
        depth, at = 1, self.pos
        while depth:
            if at >= len(self.text):
                self._fail()
            depth += {"[": 1, "]": -1}.get(self.text[at], 0)
            at += 1
        subscript = self.text[self.pos : at - 1]
        self.pos = at
        self._next()
        return Target(name, subscript)

    def _number(self, token: str) -> int:
        number = parse_number(token, self.dialect)
        if number is None:
            self._fail()
        return number


def parse_number(token: str, dialect: Dialect) -> int | None:
    """A constant: decimal, 0 octal, 0x hexadecimal, base#digits (not in dash); None when it is none."""
    try:
        if "#" in token:
            return None if dialect.posix_only else _based(token)
        if token[0] != "0" or len(token) == 1:
            return _limited(int(token), dialect) if token.isdigit() else None
        if token[1] in "xX":
            return _limited(int(token, 16), dialect)
        return _limited(int(token, 8), dialect) if token.isdigit() else None
    except ValueError:
        return None


def _limited(number: int, dialect: Dialect) -> int:
    """A constant that may be too large: dash takes the largest number, ash 0, bash what 64 bits leave."""
    if dialect.posix_only:
        return min(number, LARGEST)
    return 0 if number > MASK and not dialect.bash else wrap(number)


def _based(token: str) -> int | None:
    base_text, _, digits = token.partition("#")
    base = int(base_text)
    if not 2 <= base <= 64 or not digits:
        return None
    value = 0
    for char in digits:
        digit = _digit(char, base)
        if digit < 0 or digit >= base:
            return None
        value = value * base + digit
    return wrap(value)


def _digit(char: str, base: int) -> int:
    if char.isdigit():
        return int(char)
    if "a" <= char <= "z":
        return ord(char) - 87
    if "A" <= char <= "Z":
        return ord(char) - (29 if base > 36 else 55)
    return {"@": 62, "_": 63}.get(char, -1)
