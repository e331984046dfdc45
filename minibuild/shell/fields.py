"""Field splitting (POSIX XCU 2.6.5): collects the pieces of expanded words into fields.

Fields are collected as patterns (see `pattern`), so that quoted characters are told from active ones until
the end.
"""

from __future__ import annotations

from minibuild.shell.bounds import MOST_FIELDS, check_fields, join
from minibuild.shell.pattern import quote
from minibuild.shell.variables import DEFAULT_IFS

_WHITESPACE = " \t\n"


class Fields:
    """The fields of a list of words. `open` tells whether the current field exists, be it empty."""

    __slots__ = ("_current", "done", "ifs", "open")

    def __init__(self, ifs: str = DEFAULT_IFS) -> None:
        self.ifs = ifs
        self.done: list[str] = []
        self.open = False
        self._current: list[str] = []

    def active(self, pattern: str) -> None:
        """Text of the word itself, not quoted."""
        self._current.append(pattern)
        self.open = True

    def quoted(self, text: str) -> None:
        """Quoted text: the field exists even if it is empty."""
        self._current.append(quote(text))
        self.open = True

    def end(self) -> None:
        """The current field ends, if there is one."""
        if self.open:
            self.done.append(
                join("", self._current)
                if len(self._current) > 1
                else self._current[0]
                if self._current
                else ""
            )
            self._current.clear()
            self.open = False

    def split(self, text: str) -> None:
        """The result of an unquoted expansion."""
        if not text:
            return
        ifs = self.ifs
        if ifs == DEFAULT_IFS:
            self._split_at_blanks(text)
        elif not ifs:
            self.active(text)
        else:
            self._split_at(text, ifs)

    def _split_at_blanks(self, text: str) -> None:
        if "\t" in text or "\n" in text:
            text = text.replace("\t", " ").replace("\n", " ")
        if " " not in text:
            self.active(text)
            return
        if len(text) > MOST_FIELDS:
            check_fields(text.count(" "))
        pieces = [piece for piece in text.split(" ") if piece]
        if text[0] == " ":
            self.end()
        if not pieces:
            return
        self.active(pieces[0])
        if len(pieces) > 1:
            self.end()
            self.done.extend(pieces[1:-1])
            self.active(pieces[-1])
        if text[-1] == " ":
            self.end()

    def _split_at(self, text: str, ifs: str) -> None:
        start, size = 0, len(text)
        at = 0
        while at < size:
            if text[at] not in ifs:
                at += 1
                continue
            if at > start:
                self.active(text[start:at])
            while at < size and text[at] in ifs and text[at] in _WHITESPACE:
                at += 1
            if at < size and text[at] in ifs:
                check_fields(len(self.done))
                self.open = True  # a delimiter that is no blank ends a field, even an empty one
                at += 1
                while at < size and text[at] in ifs and text[at] in _WHITESPACE:
                    at += 1
            self.end()
            start = at
        if start < size:
            self.active(text[start:])
