"""JSON that is safe on a terminal: what can't be printed stands there as an escape."""

from __future__ import annotations

import json
import re
from typing import Any

_PERHAPS = re.compile(r"[^\n -~]")


def json_text(document: Any, *, indent: int | None = 2) -> str:
    """The document with a newline at its end; control characters, bidirectional marks and bytes that are no
    UTF-8 are escaped.
    """
    return harmless(json.dumps(document, indent=indent, ensure_ascii=False)) + "\n"


def harmless(text: str) -> str:
    """The same JSON, in which nothing can move a cursor or turn the direction of writing."""
    return _PERHAPS.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]
