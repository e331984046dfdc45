"""Regular expressions of jq: Oniguruma's in Perl's syntax, as Python has them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from minibuild.programs.text.jq_values import JqError, described, kind
from minibuild.programs.text.regex_perl import perl_source

Json = Any
FLAGS = {"g": 0, "n": 0, "l": 0, "i": re.IGNORECASE, "x": re.VERBOSE, "s": 0, "p": re.DOTALL}


@lru_cache(maxsize=200)
def _compiled(source: str, flags: int) -> re.Pattern[str]:
    translated = perl_source(source.encode("utf-8", "surrogateescape"))[0].decode("utf-8", "surrogateescape")
    return re.compile(translated, flags)


def matches(text: Json, source: Json, flags: Json, *, only_test: bool) -> Json:
    """Whether the text matches, or all matches as jq describes them. JqError."""
    if not isinstance(text, str):
        raise JqError(f"{described(text)} cannot be matched, as it is not a string")
    if not isinstance(source, str):
        raise JqError(f"{described(source)} cannot be matched, as it is not a string")
    if flags is not None and not isinstance(flags, str):
        raise JqError(f"{described(flags)} is not a string")
    bits = 0
    for letter in flags or "":
        if letter not in FLAGS:
            raise JqError(f"{flags} is not a valid modifier string")
        bits |= FLAGS[letter]
    try:
        pattern = _compiled(source, bits)
    except (re.error, OverflowError, RecursionError) as error:
        raise JqError(f"{source} (at offset 0) is not a valid regex: {error}") from None
    if only_test:
        return pattern.search(text) is not None
    every = "g" in (flags or "")
    found: list[Json] = []
    for match in pattern.finditer(text):
        if not match[0] and ("n" in (flags or "") or (match.start() == len(text) and text)):
            continue
        found.append(_described(match, pattern))
        if not every:
            break
    return found


def _described(match: re.Match[str], pattern: re.Pattern[str]) -> Json:
    names = {number: name for name, number in pattern.groupindex.items()}
    captures: list[Json] = []
    for group in range(1, pattern.groups + 1):
        text, start = match[group], float(match.start(group))
        if text is None:
            captures.append({"offset": start, "string": None, "length": 0.0, "name": None})
        else:
            size = float(len(text))
            captures.append({"offset": start, "length": size, "string": text, "name": names.get(group)})
    return {
        "offset": float(match.start()),
        "length": float(len(match[0])),
        "string": match[0],
        "captures": captures,
    }


def captured(match: Json) -> Json:
    """The named captures of a match as an object."""
    if kind(match) != "object":
        raise JqError(f"{described(match)} is not a match")
    return {one["name"]: one["string"] for one in match["captures"] if one["name"] is not None}
