"""Reading the parts of words: quotes, backslashes, and plain text (POSIX XCU 2.2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.ansi import read_ansi
from minibuild.shell.nodes import Part, Text, Word
from minibuild.shell.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = re.compile(r"[^ \t\n\\'\"$`;&|<>()]+")
_IN_BRACES = re.compile(r"[^\\'\"$`}/:?()\n<>]+")
_IN_DOUBLE = re.compile(r"[^\"\\$`\n]+")
_METACHARACTERS = frozenset(" \t\n;&|<>()")


class Parts:
    """Collects the parts of a word; neighbouring text of one kind becomes one part."""

    __slots__ = ("_chunks", "_quoted", "parts")

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._chunks: list[str] = []
        self._quoted = False

    def text(self, text: str, quoted: bool) -> None:
        """Add characters."""
        if self._chunks and self._quoted is not quoted:
            self._flush()
        self._quoted = quoted
        self._chunks.append(text)

    def part(self, part: Part) -> None:
        """Add an expansion."""
        self._flush()
        self.parts.append(part)

    def size(self) -> tuple[int, int]:
        """Grows with everything that is added."""
        return len(self.parts), len(self._chunks)

    def word(self) -> Word:
        """The word."""
        self._flush()
        return Word(tuple(self.parts))

    def _flush(self) -> None:
        if self._chunks:
            self.parts.append(Text("".join(self._chunks), self._quoted))
            self._chunks.clear()


class Quoting(Source):
    """Reads words; what begins with `$` or a backquote is left to `dollar` and `backquote`."""

    dollar: Callable[[Parts, bool], None]
    backquote: Callable[[Parts, bool], None]
    extended: Callable[[Parts], bool]

    def read_word(self) -> Word:
        """The word that begins here; it ends at the first unquoted metacharacter."""
        match = PLAIN.match(self.text, self.pos)
        if match is not None:
            end = match.end()
            following = self.text[end : end + 1]
            if following in " \t\n;|&" and following and not self.extended_patterns():
                self.pos = end
                return Word((Text(match.group(), False),))
        parts = Parts()
        while True:
            char = self.char()
            if not char:
                break
            if char in _METACHARACTERS:
                if char in "<>" and self.process_substitution(parts):
                    continue
                break
            if self.extended(parts):
                continue
            match = PLAIN.match(self.text, self.pos)
            if match is not None:
                end = match.end()
                if self.extended_patterns():
                    end = self._before_extended(end)
                parts.text(self.text[self.pos : end], False)
                self.pos = end
            else:
                self.special(parts, char)
        return parts.word()

    def process_substitution(self, parts: Parts) -> bool:  # noqa: ARG002  the layer above overrides it
        """Read `<(…)` if it is there."""
        return False

    def special(self, parts: Parts, char: str) -> None:
        """A quoting character, `$` or a backquote outside of double quotes."""
        if char == "\\":
            self._backslash(parts)
        elif char == "'":
            self.single_quoted(parts)
        elif char == '"':
            self.pos += 1
            self.double_quoted(parts)
        elif char == "$":
            if self.ahead() == "'" and not self.dialect.posix_only:
                self.pos += 2
                parts.text(read_ansi(self), True)
            elif self.ahead() == '"' and self.dialect.bash:
                self.pos += 2
                self.double_quoted(parts)
            else:
                self.dollar(parts, False)
        else:
            self.backquote(parts, False)

    def _backslash(self, parts: Parts) -> None:
        self.pos += 1
        char = self.char()
        if char == "\n":
            self.pos += 1
            self.line += 1
        elif char:
            self.pos += 1
            parts.text(char, True)
        else:
            parts.text("\\", True)

    def single_quoted(self, parts: Parts) -> None:
        """`'…'`."""
        start = self.pos + 1
        end = self.text.find("'", start)
        while end < 0:
            if not self.fill():
                self.error("unterminated quoted string", at=start - 1)
            end = self.text.find("'", start)
        self.line += self.text.count("\n", start, end)
        self.pos = end + 1
        parts.text(self.text[start:end], True)

    def double_quoted(self, parts: Parts) -> None:
        """The rest of `"…"`, after the opening quote."""
        start = self.pos - 1
        before = parts.size()
        while True:
            char = self.double_piece(parts)
            if char == '"':
                self.pos += 1
                if parts.size() == before:
                    parts.text("", True)
                return
            if not char:
                self.error("unterminated quoted string", at=start)
            if char == "}":  # only special to the word of a parameter expansion
                self.pos += 1
                parts.text(char, True)

    def double_piece(self, parts: Parts, literal: str = "") -> str:
        """What lies before the next `"`, `}` or end in a double-quoted text; that character, "" at the end.

        Characters of `literal` are not special. Stops after a newline too, and returns that.
        """
        while True:
            char = self.char()
            if not char or (char in '"}' and char not in literal):
                return char
            match = _IN_DOUBLE.match(self.text, self.pos)
            if match is not None:
                end = match.end()
                brace = self.text.find("}", self.pos, end) if "}" not in literal else -1
                end = brace if brace >= 0 else end
                parts.text(self.text[self.pos : end], True)
                self.pos = end
            elif char == "\n":
                self.pos += 1
                self.line += 1
                parts.text(char, True)
                if '"' in literal:
                    return char
            elif char == "\\":
                self._double_backslash(parts, literal)
            elif char == "$":
                self.dollar(parts, True)
            elif char == "`":
                self.backquote(parts, True)
            else:
                self.pos += 1
                parts.text(char, True)

    def _double_backslash(self, parts: Parts, literal: str) -> None:
        self.pos += 1
        char = self.char()
        if char == "\n":
            self.pos += 1
            self.line += 1
        elif (char and char in "$`\\") or (char == '"' and '"' not in literal):
            self.pos += 1
            parts.text(char, True)
        else:
            parts.text("\\", True)

    # ---- the word of a parameter expansion

    def braces_word(self, quoted: bool, stops: str) -> Word:
        """The word inside of `${name…word}`, up to an unquoted character of `stops`, which stays."""
        parts = Parts()
        depth = 0
        while True:
            char = self.char()
            if not char:
                self.missing("}")
            if char in stops and not depth:
                return parts.word()
            if ":" in stops:
                depth += {"(": 1, "?": 1, ")": -1, ":": -1}.get(char, 0)
            if quoted and self._quoted_brace_piece(parts, char):
                continue
            match = _IN_BRACES.match(self.text, self.pos)
            if match is not None:
                parts.text(match.group(), quoted)
                self.pos = match.end()
            elif char == "\n":
                self.pos += 1
                self.line += 1
                parts.text(char, quoted)
            elif char in "\\'\"$`" or (
                char in "<>" and not quoted and self.dialect.bash and self.process_substitution(parts)
            ):
                if char not in "<>":
                    self.special(parts, char)
            else:
                self.pos += 1
                parts.text(char, quoted)

    def _quoted_brace_piece(self, parts: Parts, char: str) -> bool:
        """One piece of a word that stands inside of double quotes, if `char` is special there."""
        if char == '"':
            self.pos += 1
            self.double_quoted(parts)
        elif char == "'":
            self.pos += 1
            parts.text(char, True)
        elif char == "\\":
            if self.ahead() == "}":
                self.pos += 2
                parts.text("}", True)
            else:
                self._double_backslash(parts, "")
        elif char == "$":
            self.dollar(parts, True)
        elif char == "`":
            self.backquote(parts, True)
        else:
            return False
        return True

    def _before_extended(self, end: int) -> int:
        """Where plain text ends: before the character of an extended pattern."""
        if self.text[end : end + 1] == "(" and self.text[end - 1] in "?*+@!":
            return end - 1
        return end
