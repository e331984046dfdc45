"""Splitting an instruction's text: flags, quoted words, JSON arrays."""

from __future__ import annotations

import re
from functools import cache

from minibuild.dockerfile.spaces import PLAIN, UNICODE

PLAIN_GAP = re.compile(f"[{PLAIN}]+")
PLAIN_WORD = re.compile(f"[^{PLAIN}]+")

# What counts as white space when UTF-8 is looked at byte by byte, as BuildKit does for flags.
_BYTE_SPACES = "\t\n\v\f\r \x85\xa0"


def split_flags(text: str) -> tuple[list[tuple[str, int]], str]:
    """([(flag, offset), …], the rest of `text`): words that start with `--`, their quotes and backslashes
    undone.

    A lone `--` ends the flags. Offsets count characters from the start of `text`.
    """
    if not text.startswith("--"):
        return [], text
    if text.isascii():
        return _split_flags(text)
    # BuildKit's flags are read by bytes: `é` in a flag becomes two characters, and a byte A0 in a letter ends
    # the flag.
    flags, rest = _split_flags(text.encode("utf-8", "surrogateescape").decode("latin-1"))
    return flags, rest.encode("latin-1").decode("utf-8", "surrogateescape")


def flag_spans(text: str) -> list[tuple[int, int]]:
    """[(start, end), …] of what `split_flags` finds in a text of nothing but flags, as they are written.

    Flags that are not all ASCII are one span: where they end depends on their bytes.
    """
    bare = text.strip(UNICODE)
    start = text.find(bare)
    if not bare.isascii():
        return [(start, start + len(bare))]
    spans = []
    while start < len(text):
        match = _FLAG.match(text, start)
        assert match is not None  # the expression matches the empty text
        if match.end() > start:
            spans.append((start, match.end()))
        start = match.end() + 1
    return spans


_FLAG = re.compile(
    rf"(?>[^\\'\"{_BYTE_SPACES}]+|\\.|\\\Z|'(?>[^'\\]|\\.|\\\Z)*(?:'|\Z)|\"(?>[^\"\\]|\\.|\\\Z)*(?:\"|\Z))*",
    re.DOTALL,
)
_PART = re.compile(r"\\(.?)|(['\"])|([^\\'\"]+)", re.DOTALL)


def _split_flags(text: str) -> tuple[list[tuple[str, int]], str]:
    flags: list[tuple[str, int]] = []
    position = 0
    while True:
        while position < len(text) and text[position] in _BYTE_SPACES:
            position += 1
        if not text.startswith("--", position):
            return flags, text[position:]
        match = _FLAG.match(text, position)
        assert match is not None  # the expression matches the empty text
        flag = _unquoted(match[0])
        if flag != "--":
            flags.append((flag, position))
        position = match.end()
        if flag == "--":
            return flags, text[position:]


def _unquoted(word: str) -> str:
    if not any(c in word for c in "\\'\""):
        return word
    out = []
    quote = ""
    for match in _PART.finditer(word):
        escaped, mark, plain = match.groups()
        if mark and not quote:
            quote = mark
        elif mark and mark == quote:
            quote = ""
        else:
            out.append(mark or plain or escaped or "")
    return "".join(out)


@cache
def _word(escape: str) -> re.Pattern[str]:
    e = re.escape(escape)
    double = rf"\"(?>{e}.|[^\"{e}])*+(?:\"|(?={e}?\Z))"
    single = r"'[^']*+(?:'|\Z)"
    return re.compile(rf"(?>{e}.|{double}|{single}|[^'\"{e}{UNICODE}]+)++|{e}\Z", re.DOTALL)


def quoted_words(text: str, escape: str) -> list[tuple[str, int]]:
    """[(word, offset), …] of `text` split at white space outside quotes; quotes and escapes stay in the
    words.
    """
    found = []
    for match in _word(escape).finditer(text):
        # An escape character at the very end escapes nothing and is dropped.
        if match.end() == len(text) and match[0] == escape:
            continue
        found.append((match[0], match.start()))
    return found


def plain_words(text: str) -> list[tuple[str, int]]:
    """[(word, offset), …] of `text` split at blanks; no-break spaces and quotes are characters like any
    others.
    """
    return [(match[0], match.start()) for match in PLAIN_WORD.finditer(text)]


def split_kind(text: str) -> tuple[str, str]:
    """HEALTHCHECK's first word and what follows it; by bytes, as BuildKit does."""
    spaces = _BYTE_SPACES
    if not text.isascii():
        text = text.encode("utf-8", "surrogateescape").decode("latin-1")
    end = next((i for i, char in enumerate(text) if char in spaces), len(text))
    kind, rest = text[:end], text[end:].lstrip(spaces)
    if kind.isascii() and rest.isascii():
        return kind, rest
    return tuple(part.encode("latin-1").decode("utf-8", "surrogateescape") for part in (kind, rest))  # type: ignore[return-value]


def json_array(text: str) -> list[object] | None:
    """The elements of a JSON array, or None when `text` is anything else, also nearly JSON."""
    if not text.startswith("["):
        return None
    from json import loads  # known to be loaded by then in most processes

    try:
        # Numbers are only recognised: their value, and how many digits they have, does not matter.
        value = loads(text, parse_constant=_no_constant, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
