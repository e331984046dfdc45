"""Here-documents announced in an instruction's text."""

from __future__ import annotations

import re

from minibuild.dockerfile.expand import ExpandError, split_raw
from minibuild.dockerfile.nodes import Heredoc

_SIGN = re.compile(r"([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\Z")


def heredocs_in(text: str) -> list[Heredoc]:
    """The here-documents that the words of `text` open, without their bodies."""
    try:
        words = split_raw(text)
    except ExpandError:
        return []  # an open quote hides them all
    found = (heredoc_sign(word) for word in words)
    return [heredoc for heredoc in found if heredoc is not None]


def heredoc_sign(word: str) -> Heredoc | None:
    """The here-document that `word` (`<<EOF`, `3<<-'EOF'`) opens, without its body, or None.

    `ExpandError` can only come from a variable's braces left open in the name.
    """
    match = _SIGN.match(word)
    if match is None or not match[3]:
        return None
    names = split_raw(match[3], escapes=False, quotes=False)
    if len(names) != 1:
        return None
    quoted = split_raw(match[3], escapes=False, quotes=True)[0]
    name = names[0]
    # Quotes that were escaped are in both; those that quoted are only in one.
    expand = name.count("'") + name.count('"') == quoted.count("'") + quoted.count('"')
    return Heredoc(name=name, data="", expand=expand, chomp=bool(match[2]), fd=_number(match[1]))


def heredoc_argument(word: str) -> Heredoc | None:
    """As `heredoc_sign`, for a word that is already known to be an argument: a broken name is no
    here-document.
    """
    try:
        return heredoc_sign(word) if "<<" in word else None
    except ExpandError:
        return None


def _number(digits: str) -> int:
    # A number too large for 64 bits is the largest one, as Go's strconv has it.
    return min(int(digits.lstrip("0")[:21] or "0"), 2**64 - 1)
