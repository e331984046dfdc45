"""Secrets that a RUN was given: they are taken out of all that is told or kept about it.

What the command itself writes or prints is its own affair.
"""

import re
from typing import TYPE_CHECKING

from minibuild.filesystem import Directory, File
from minibuild.filesystem.opaque import mark_opaque, origin_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.errors import MinibuildError
    from minibuild.filesystem import Change

_HIDDEN = "***"
# Shorter words, such as the names of settings, are no secrets; hiding them would make messages unreadable.
_LEAST = 8
_BETWEEN = re.compile(r"[\s=:,;\"'<>()]+")


class Secrets:
    """The values of one step's secrets, and the words in them."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def add(self, value: bytes) -> None:
        """One more value: as a whole, its lines and the longer words in it are hidden from now on."""
        text = value.decode("utf-8", "surrogateescape")
        words = {word for word in (*text.splitlines(), *_BETWEEN.split(text)) if len(word) >= _LEAST}
        found = {*self._values, *words, text.strip()} - {""}
        self._values = sorted(found, key=len, reverse=True)

    def hide(self, text: str) -> str:
        """The text without the secrets."""
        for value in self._values:
            text = text.replace(value, _HIDDEN)
        return text

    def hide_in_error(self, error: "MinibuildError") -> None:
        """Take the secrets out of what an error says."""
        error.message, error.hint = self.hide(error.message), self.hide(error.hint)
        error.args = (error.message,)

    def hide_in_files(self, changed: "Iterable[Change]") -> None:
        """Take the secrets out of what opaque nodes say about their origin. The nodes are nobody else's."""
        for _, _, node in changed:
            origin = origin_of(node)
            if origin and isinstance(node, File | Directory) and (hidden := self.hide(origin)) != origin:
                mark_opaque(node, hidden)
