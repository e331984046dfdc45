"""Tilde expansion (POSIX XCU 2.6.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.shell.nodes import Parameter, Part, Text, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def with_tilde(parts: Sequence[Part], where: str) -> Sequence[Part]:
    """The parts with each tilde prefix replaced by a parameter: `~` is `HOME`, `~name` the home directory of
    a user.

    `where` is "word" (at the beginning only) or "assignment" (after unquoted colons too).
    """
    if not parts or type(parts[0]) is not Text:
        first = False
    else:
        first = not parts[0].quoted and parts[0].text.startswith("~")
    if not first and (
        where == "word" or not any(type(p) is Text and not p.quoted and ":~" in p.text for p in parts)
    ):
        return parts
    found: list[Part] = []
    for number, part in enumerate(parts):
        if type(part) is not Text or part.quoted:
            found.append(part)
            continue
        last = number == len(parts) - 1
        pieces = part.text.split(":") if where == "assignment" else [part.text]
        for index, piece in enumerate(pieces):
            if index:
                found.append(Text(":", False))
            begins = index > 0 or number == 0
            ends = last or index < len(pieces) - 1
            found.extend(_piece(piece, ends=ends) if begins and piece[:1] == "~" else [Text(piece, False)])
    return [part for part in found if type(part) is not Text or part.text or part.quoted]


def in_bash_word(parts: Sequence[Part]) -> Sequence[Part]:
    """As `with_tilde`; bash also looks into words that have the form of an assignment."""
    first = parts[0] if parts else None
    if type(first) is Text and not first.quoted and (match := _ASSIGNMENT.match(first.text)):
        rest = [Text(first.text[match.end() :], False), *parts[1:]]
        return [Text(match.group(), False), *with_tilde(rest, "assignment")]
    return with_tilde(parts, "word")


def _piece(text: str, *, ends: bool) -> list[Part]:
    """A piece that begins with a tilde; `ends` says that nothing follows it in the word."""
    prefix, slash, rest = text.partition("/")
    if not slash and not ends:
        return [Text(text, False)]
    return [Parameter(prefix[1:], True, "~", Word(())), *([Text(slash + rest, False)] if slash else [])]
