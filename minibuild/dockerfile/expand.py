"""Word expansion: variables, their modifiers, quotes and escapes, with BuildKit's semantics.

    >>> expand_word("${NAME:-world}", {"NAME": ""})
    'world'
    >>> expand_words('a "b c" $D', {"D": "d e"})
    ['a', 'b c', 'd', 'e']

A backslash (or the character of the `escape` directive) disappears outside quotes and makes the next
character plain; within double quotes it does so only before `"`, `$` and itself; within single quotes it is
plain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.records import Record
from minibuild.dockerfile.spaces import UNICODE
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(f"[{UNICODE}]+")
_SPECIAL_NAMES = "@*#?-$!0"
# Characters that the variables of one word may bring: variables that are made of each other grow quickly.
_MOST = 1 << 20


class ExpandError(MinibuildError):
    """A word that can't be expanded: an open quote or brace, an unknown modifier, a variable that must be
    set.
    """


class Expansion(Record):
    """What became of a word, and the names of the variables in it that were `used` or found to be
    `undefined`.
    """

    text: str
    words: tuple[str, ...]
    used: frozenset[str]
    undefined: frozenset[str]


def expand_word(word: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """`word` expanded, as one word. Raise `ExpandError` when it can't be."""
    return _Expander(word, variables, escape).run()[0]


def expand_words(word: str, variables: Mapping[str, str], escape: str = "\\") -> list[str]:
    """`word` expanded and split at white space outside quotes; empty words are dropped.

    Raise `ExpandError`.
    """
    return _Expander(word, variables, escape).run()[1]


def expand_raw(text: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """A here-document's `text` expanded: quotes are plain characters, escapes are not.

    Raise `ExpandError`.
    """
    expander = _Expander(text, variables, escape)
    expander.quotes = False
    return expander.run()[0]


def expand_traced(
    word: str, variables: Mapping[str, str], escape: str = "\\", *, quotes: bool = True
) -> Expansion:
    """`word` expanded both ways, with the names of the variables that it asks for; without `quotes` as
    `expand_raw` does it. Raise `ExpandError`.
    """
    expander = _Expander(word, variables, escape)
    expander.quotes = quotes
    text, words = expander.run()
    return Expansion(text, tuple(words), frozenset(expander.used), frozenset(expander.undefined))


def split_raw(text: str, *, escapes: bool = True, quotes: bool = True) -> list[str]:
    """The words of `text` with variables as they stand and, where asked for, with their `escapes` and
    `quotes`.

    This is how here-documents are looked for. Raise `ExpandError` for an open quote or brace.
    """
    expander = _Expander(text, {}, "\\")
    expander.keep_unset = True
    expander.keep_quotes = quotes
    expander.keep_escapes = escapes
    return expander.run()[1]


class _Expander:
    """One pass over one word.

    The text of the word under way is in `_word`, which nested words (`x` of `${A:-x}`) share: they empty it.
    That is why `a${B:-b}` is only `b` when it is split into words; BuildKit does the same.
    """

    def __init__(self, text: str, variables: Mapping[str, str], escape: str) -> None:
        # A byte that is no UTF-8 is one replacement character, and a byte-order mark at the start is nothing.
        self._text = _SURROGATE.sub("\ufffd", text).removeprefix("\ufeff")
        self._at = 0
        self._variables = variables
        self._escape = escape
        self._word: list[str] = []
        self.quotes = True
        self.keep_quotes = False
        self.keep_escapes = False
        self.keep_unset = False
        self.used: set[str] = set()
        self.undefined: set[str] = set()
        self._brought = 0

    def run(self) -> tuple[str, list[str]]:
        """(the whole text expanded, its words)."""
        try:
            return self._until("", self.keep_escapes)
        except RecursionError:
            raise ExpandError("the variables in this word are nested too deeply") from None

    def _until(self, stop: str, keep_escapes: bool) -> tuple[str, list[str]]:
        """Expand up to the character `stop` and pass it; "" stands for the end of the text."""
        outer, self.keep_escapes = self.keep_escapes, keep_escapes
        result: list[str] = []
        words: list[str] = []
        self._word.clear()
        plain = _plain(self._escape, stop, self.quotes)
        text, end = self._text, len(self._text)
        while self._at < end:
            match = plain.match(text, self._at)
            if match:
                self._at = match.end()
                result.append(match[0])
                self._split(match[0], words)
                continue
            char = text[self._at]
            if char == stop:
                self._at += 1
                break
            piece, is_raw = self._special(char)
            result.append(piece)
            if is_raw:
                self._word.append(piece)
            else:
                self._split(piece, words)
        else:
            if stop:
                raise ExpandError(
                    f"unexpected end of statement while looking for matching {stop}",
                    hint=f"add the missing {stop}",
                )
        self._end_word(words)
        self.keep_escapes = outer
        return "".join(result), words

    def _special(self, char: str) -> tuple[str, bool]:
        """(what the special character at this place stands for, whether blanks in it belong to the word)."""
        if char == "$":
            return self._dollar(), False
        if char == "<":
            return self._heredoc_sign(), True
        if char == "'" and self.quotes:
            return self._single_quoted(), True
        if char == '"' and self.quotes:
            return self._double_quoted(), True
        piece = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        return (self._escape + piece if self.keep_escapes else piece), True

    def _split(self, text: str, words: list[str]) -> None:
        """Add text whose blanks end words."""
        pieces = _SPACES.split(text)
        if pieces[0]:
            self._word.append(pieces[0])
        for piece in pieces[1:]:
            self._end_word(words)
            if piece:
                self._word.append(piece)

    def _end_word(self, words: list[str]) -> None:
        word = "".join(self._word)
        if word:
            words.append(word)
        self._word.clear()

    def _heredoc_sign(self) -> str:
        """`<<` keeps the blanks behind it in its word, so that `<< EOF` opens a here-document."""
        start = self._at
        self._at += 1
        if self._text.startswith("<", self._at):
            self._at += 1
            while self._text[self._at : self._at + 1] in (" ", "\t", "\r"):
                self._at += 1
        return self._text[start : self._at]

    def _single_quoted(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            self._at = len(self._text)
            raise ExpandError(
                "there is no second single quote", hint="a quote is closed by another one: 'text'"
            )
        start, self._at = self._at, end + 1
        return self._text[start : end + 1] if self.keep_quotes else self._text[start + 1 : end]

    def _double_quoted(self) -> str:
        text, end = self._text, len(self._text)
        out = ['"'] if self.keep_quotes else []
        self._at += 1
        plain = _quoted_plain(self._escape)
        while self._at < end:
            match = plain.match(text, self._at)
            if match:
                self._at = match.end()
                out.append(match[0])
                continue
            char = text[self._at]
            if char == "$":
                out.append(self._dollar())
                continue
            self._at += 1
            if char == '"':
                if self.keep_quotes:
                    out.append(char)
                return "".join(out)
            out += self._escaped_in_quotes(char)
        raise ExpandError("there is no second double quote", hint='a quote is closed by another one: "text"')

    def _escaped_in_quotes(self, char: str) -> list[str]:
        following = self._text[self._at : self._at + 1]
        kept = [char] if self.keep_escapes else []
        if not following:
            return kept
        if following in ('"', "$", self._escape):
            self._at += 1
            return [*kept, following]
        return [*kept, char]

    def _dollar(self) -> str:
        self._at += 1
        if self._text[self._at : self._at + 1] != "{":
            name = self._name()
            if not name:
                return "$"
            value = self._value(name)
            return value if value is not None else f"${name}" if self.keep_unset else ""
        self._at += 1
        opening = self._text[self._at : self._at + 1]
        if not opening:
            raise _open_brace()
        if opening in "{}:":
            raise ExpandError("bad substitution", hint="a name belongs between the braces: ${NAME}")
        return self._braced()

    def _braced(self) -> str:
        name = self._name()
        operator = self._next()
        if operator == "}":
            value = self._value(name)
            return value if value is not None else f"${{{name}}}" if self.keep_unset else ""
        if operator == "/":
            return self._replaced(name)
        if operator == ":":
            second = self._next()
            if second in ("#", "%"):
                raise _unsupported(operator + second)
            return self._modified(name, operator + second)
        if operator and operator in "+-?#%":
            return self._modified(name, operator)
        raise _unsupported(operator) if operator else _open_brace()

    def _modified(self, name: str, operator: str) -> str:
        """`${NAME` was read with the `operator` behind it: `-`, `:+`, `#` …"""
        kind = operator[-1]
        word = self._nested("}", keep_escapes=kind in "#%")
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}{operator}{word}}}"
        missing = value is None or (operator[0] == ":" and not value)
        if kind == "-":
            return word if missing else value or ""
        if kind == "+":
            return "" if missing else word
        if kind == "?":
            if missing:
                state = "unset" if value is None else "empty"
                raise ExpandError(
                    f"{name}: {word or f'is not allowed to be {state}'}", hint=f"give {name} a value"
                )
            return value or ""
        if kind in "#%":
            return self._trimmed(value or "", kind, word)
        raise _unsupported(operator)

    def _trimmed(self, value: str, kind: str, pattern: str) -> str:
        from minibuild.dockerfile.pattern import (
            PatternError,
            trim_prefix,
            trim_suffix,
        )  # few words need patterns

        greedy = pattern.startswith(kind)
        pattern = pattern[1:] if greedy else pattern
        try:
            return (trim_suffix if kind == "%" else trim_prefix)(pattern, value, greedy)
        except PatternError as error:
            raise ExpandError(f"invalid pattern ({pattern}) in substitution: {error}") from None

    def _replaced(self, name: str) -> str:
        """`${NAME/` was read."""
        from minibuild.dockerfile.pattern import PatternError, replace  # few words need patterns

        everywhere = self._text.startswith("/", self._at)
        self._at += everywhere
        pattern = self._nested("/", keep_escapes=True)
        text = self._nested("}", keep_escapes=True)
        value = self._value(name)
        if value is None and self.keep_unset:
            return f"${{{name}/{pattern}/{text}}}"
        try:
            return replace(pattern, text, value or "", everywhere)
        except PatternError as error:
            raise ExpandError(f"invalid pattern ({pattern}) in substitution: {error}") from None

    def _nested(self, stop: str, *, keep_escapes: bool) -> str:
        try:
            return self._until(stop, keep_escapes)[0]
        except ExpandError:
            if self._at < len(self._text):
                raise
            if stop == "/":
                raise ExpandError(
                    "missing '/' in ${}",
                    hint="a replacement is written ${NAME/pattern/text}, also without text",
                ) from None
            raise _open_brace() from None

    def _next(self) -> str:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        return char

    def _name(self) -> str:
        text, start = self._text, self._at
        first = text[start : start + 1]
        end = start
        if first.isdecimal():
            while text[end : end + 1].isdecimal():
                end += 1
        elif first and first in _SPECIAL_NAMES:
            end += 1
        else:
            while (char := text[end : end + 1]) and (char.isalpha() or char.isdecimal() or char == "_"):
                end += 1
        self._at = end
        return text[start:end]

    def _value(self, name: str) -> str | None:
        value = self._variables.get(name)
        (self.undefined if value is None else self.used).add(name)
        self._brought += len(value or "")
        if self._brought > _MOST:
            raise ExpandError(
                f"its variables have more than {_MOST:,} characters together",
                hint="a variable that is made of others several times grows quickly",
            )
        return value


def _plain(escape: str, stop: str, quotes: bool) -> re.Pattern[str]:
    special = "$<" + escape + stop + ("'\"" if quotes else "")
    return re.compile(f"[^{re.escape(special)}]+")


def _quoted_plain(escape: str) -> re.Pattern[str]:
    return re.compile(f'[^$"{re.escape(escape)}]+')


def _open_brace() -> ExpandError:
    return ExpandError("a '}' is missing", hint="a variable's braces are closed: ${NAME}")


def _unsupported(operator: str) -> ExpandError:
    return ExpandError(
        f"unsupported modifier ({operator}) in substitution",
        hint="the modifiers are :- - :+ + :? ? # ## % %% / //",
    )
