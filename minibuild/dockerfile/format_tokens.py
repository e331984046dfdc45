"""The parts of an instruction that a formatter may set apart: keyword, flags, words, arrays, shell text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.dockerfile.format_lines import Token
from minibuild.dockerfile.format_shell import UnclearError, shell_tokens
from minibuild.dockerfile.spaces import UNICODE
from minibuild.dockerfile.words import (
    PLAIN_GAP,
    flag_spans,
    json_array,
    plain_words,
    quoted_words,
    split_flags,
    split_kind,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_COMMANDS = ("RUN", "CMD", "ENTRYPOINT", "SHELL")
_PATHS = ("COPY", "ADD", "VOLUME")
_PAIRS = ("ENV", "LABEL")
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\],]|[^\s",\[\]]+', re.DOTALL)


class Splitter:
    """Splits the text of one instruction. `shell_is_known` tells that its commands are for a POSIX shell."""

    def __init__(self, text: str, escape: str, *, shell_is_known: bool) -> None:
        self._text = text
        self._escape = escape
        self._shell_is_known = shell_is_known and escape == "\\"

    def tokens(self) -> list[Token]:
        """The tokens of the whole instruction, its keyword first."""
        return self._instruction(0, len(self._text.rstrip(UNICODE)))

    def _instruction(self, start: int, end: int) -> list[Token]:
        start = self._behind_blanks(start, end)
        gap = PLAIN_GAP.search(self._text, start, end)
        keyword = self._text[start : gap.start() if gap else end]
        tokens = [Token(start, start + len(keyword))]
        rest, after = self._flags(tokens, gap.end() if gap else end, end)
        if after < end:
            # Looked up in lower case as the lexer does it.
            tokens += self._arguments(keyword.lower().upper(), after, end, has_flags=rest)
        return tokens

    def _flags(self, tokens: list[Token], start: int, end: int) -> tuple[bool, int]:
        """Add the flags' tokens; (whether there are any, where the arguments start)."""
        text = self._text[start:end]
        flags_end = start + len(text) - len(split_flags(text)[1])
        spans = flag_spans(self._text[start:flags_end])
        tokens += [Token(start + first, start + last) for first, last in spans]
        return bool(spans), self._behind_blanks(flags_end, end)

    def _behind_blanks(self, start: int, end: int) -> int:
        text = self._text[start:end]
        return end - len(text.lstrip(UNICODE))

    def _arguments(self, keyword: str, start: int, end: int, *, has_flags: bool) -> list[Token]:
        if keyword in _COMMANDS:
            return self._command(start, end)
        if keyword in _PATHS:
            return self._paths(start, end)
        if keyword in ("FROM", "EXPOSE"):
            return self._words(start, end, plain_words)
        if keyword == "ARG":
            return self._words(start, end, self._quoted_words)
        if keyword in _PAIRS:
            return self._pairs(start, end)
        if keyword == "HEALTHCHECK":
            kind, rest = split_kind(self._text[start:end])
            return [Token(start, start + len(kind)), *self._command(end - len(rest), end)]
        if keyword == "ONBUILD" and not has_flags:
            return self._instruction(start, end)
        return [Token(start, end)]

    def _command(self, start: int, end: int) -> list[Token]:
        if start == end:
            return []
        array = self._array(start, end)
        if array:
            return array
        if self._shell_is_known:
            try:
                return shell_tokens(self._text, start, end)
            except UnclearError:
                pass
        return [Token(start, end)]

    def _array(self, start: int, end: int) -> list[Token]:
        """The tokens of a JSON array; none when the text is anything else."""
        if json_array(self._text[start:end]) is None:
            return []
        tokens: list[Token] = []
        opened = False
        for match in _JSON.finditer(self._text, start, end):
            is_tight = opened or match[0] in (",", "]")
            gap = None if not tokens else "" if is_tight else " "
            tokens.append(Token(match.start(), match.end(), gap=gap))
            opened = match[0] == "["
        return tokens

    def _paths(self, start: int, end: int) -> list[Token]:
        array = self._array(start, end)
        if array or not self._text.startswith("[", start):
            return array or self._words(start, end, plain_words)
        # With other blanks between its words, what is nearly an array could become one.
        return [Token(start, end)]

    def _words(self, start: int, end: int, split: Callable[[str], list[tuple[str, int]]]) -> list[Token]:
        found = split(self._text[start:end])
        return [Token(start + at, start + at + len(word)) for word, at in found]

    def _quoted_words(self, text: str) -> list[tuple[str, int]]:
        return quoted_words(text, self._escape)

    def _pairs(self, start: int, end: int) -> list[Token]:
        tokens = self._words(start, end, self._quoted_words)
        if not tokens or "=" in self._text[tokens[0].start : tokens[0].end]:
            return tokens
        # The old form: the value is the rest of the line, with every blank in it.
        gap = PLAIN_GAP.search(self._text, start, end)
        return [Token(start, gap.start()), Token(gap.end(), end)] if gap else [Token(start, end)]
