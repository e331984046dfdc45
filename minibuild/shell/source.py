"""The text of a script as it is read: a position, a line number, more text when it comes line by line,
aliases put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from minibuild.shell.dialect import ASH, Dialect
from minibuild.shell.errors import END_OF_FILE, ShellSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TRIM = 1 << 16


class _Substituted(NamedTuple):
    """An alias whose text is being read: it ends when `left` characters of the source are left."""

    name: str
    left: int
    blank: bool  # the text ends with a blank: the next word may be an alias too


class Source:
    """Text with a place in it. `more` gives the next line, "" at the end, when the text is not known as a
    whole.
    """

    def __init__(
        self,
        text: str,
        dialect: Dialect = ASH,
        *,
        more: Callable[[], str] | None = None,
        aliases: Mapping[str, str] | None = None,
        extended_patterns: Callable[[], bool] | None = None,
    ) -> None:
        self.text = text
        self.pos = 0
        self.line = 1
        self.dialect = dialect
        self.aliases: Mapping[str, str] = {} if aliases is None else aliases
        self.extended_patterns = extended_patterns or (lambda: False)
        self.work: Callable[[int], None] = lambda _: None  # is told of work that grows with the text
        self._more = more
        self._substituted: list[_Substituted] = []

    def fill(self) -> bool:
        """Get another line at the end of the text; False when there is none."""
        if self._more is None:
            return False
        line = self._more()
        if not line:
            self._more = None
            return False
        if self.pos > _TRIM and self.pos >= len(self.text):
            self.text, self.pos = "", 0
        self.text += line
        if self._substituted:
            self._substituted = [one._replace(left=one.left + len(line)) for one in self._substituted]
        return True

    def char(self) -> str:
        """The character here, "" at the end."""
        while self.pos >= len(self.text):
            if not self.fill():
                return ""
        return self.text[self.pos]

    def ahead(self, distance: int = 1) -> str:
        """The character `distance` further on, "" beyond the end. A newline is never looked past."""
        at = self.pos + distance
        while at >= len(self.text):
            if self.text.endswith("\n") or not self.fill():
                return ""
        return self.text[at]

    def join(self, at: int) -> None:
        """Take out a backslash and newline at `at`: they are nothing at all."""
        while self.text.startswith("\\\n", at):
            self.work(len(self.text) >> 12)
            self.text = self.text[:at] + self.text[at + 2 :]
            self.line += 1
            while at >= len(self.text) and self.fill():
                pass

    # ---- aliases

    def substitute(self, name: str, start: int) -> bool:
        """Replace the word from `start` to here, an alias, by its text; False when it is none, or is being
        read already.
        """
        value = self.aliases.get(name)
        if value is None:
            return False
        self._leave_aliases()
        if any(one.name == name for one in self._substituted):
            return False
        left = len(self.text) - self.pos
        self.work(len(self.text) >> 12)
        self.text = self.text[:start] + value + self.text[self.pos :]
        self.pos = start
        self._substituted.append(_Substituted(name, left, value.endswith((" ", "\t"))))
        return True

    def after_blank_alias(self, start: int) -> bool:
        """Whether the word that begins at `start` follows an alias that ends with a blank."""
        left = len(self.text) - start
        found = False
        while self._substituted and left <= self._substituted[-1].left:
            found = self._substituted.pop().blank
        return found

    def _leave_aliases(self) -> None:
        left = len(self.text) - self.pos
        while self._substituted and left < self._substituted[-1].left:
            self._substituted.pop()

    # ---- errors

    def error(self, message: str, *, token: str = "", expected: str = "", at: int | None = None) -> NoReturn:
        """Raise ShellSyntaxError for the place `at` (here by default)."""
        place = min(self.pos if at is None else at, len(self.text))
        line = self.line
        if place and place <= len(self.text) and self.text[place - 1 : place] == "\n":
            place, line = place - 1, line - 1  # a newline belongs to the line that it ends
        start = self.text.rfind("\n", 0, place) + 1
        end = self.text.find("\n", place)
        source = self.text[start : end if end >= 0 else len(self.text)]
        raise ShellSyntaxError(
            message,
            token=token,
            expected=expected,
            line=max(line, 1),
            column=place - start + 1,
            source=source[:200],
        )

    def premature_end(self, expected: str = "") -> NoReturn:
        """The script ends where a command, or `expected`, should come."""
        wanted = f" (expecting {expected})" if expected else ""
        self.error(f"unexpected {END_OF_FILE}{wanted}", token=END_OF_FILE, expected=expected)

    def missing(self, what: str) -> NoReturn:
        """The script ends within something that `what` would close."""
        self.error(f"missing '{what}'", token=END_OF_FILE, expected=what)
