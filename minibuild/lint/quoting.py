"""Texts of a Dockerfile written as one word that means the same."""

from __future__ import annotations

import re

from minibuild.dockerfile.expand import ExpandError, expand_traced
from minibuild.dockerfile.spaces import UNICODE
from minibuild.dockerfile.words import quoted_words

_BLANKS = re.compile(f"[{UNICODE}]+")


def plain_text_as_word(text: str, escape: str = "\\") -> str:
    """A word that expands to `text` whatever the variables are."""
    if text and not re.search(rf"[\s$\"'{re.escape(escape)}#<]", text):
        return text
    special = re.compile(rf"[$\"{re.escape(escape)}]")
    return '"' + special.sub(lambda match: escape + match[0], text) + '"'


def phrase_as_word(phrase: str, escape: str = "\\") -> str | None:
    """A word that expands to what `phrase`, a text with blanks and perhaps quotes, expands to.

    None when there is no simple one.
    """
    if not _BLANKS.search(phrase):
        word = phrase
    elif not any(char in phrase for char in ("'", '"', escape)):
        word = f'"{phrase}"'
    else:
        word = _escaped_blanks(phrase, escape)
    return word if _same(phrase, word, escape) else None


def _escaped_blanks(phrase: str, escape: str) -> str:
    """The phrase with an escape character before every blank outside quotes."""
    out, quote, skip = [], "", False
    for char in phrase:
        if skip:
            skip = False
        elif char == escape and quote != "'":
            skip = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif _BLANKS.match(char):
            out.append(escape)
        out.append(char)
    return "".join(out)


def _same(phrase: str, word: str, escape: str) -> bool:
    """Whether `word` is one word and expands as `phrase` does, with variables set and unset."""
    if [found for found, _ in quoted_words(word, escape)] != [word]:
        return False
    try:
        names = expand_traced(phrase, {}, escape).undefined
        return all(
            expand_traced(phrase, values, escape).text == expand_traced(word, values, escape).text
            for values in ({}, dict.fromkeys(names, ""), dict.fromkeys(names, "x y"))
        )
    except ExpandError:
        return False
