"""The patterns of `${NAME#pattern}`, `${NAME%pattern}` and `${NAME/pattern/text}`.

`*` is any text within a line, `?` one character; a backslash makes `*`, `?` and itself plain. There are no
brackets.
"""

from __future__ import annotations

import re

_ESCAPABLE = "*?\\"
_MOST = 1 << 20  # characters that replacing may give
_TEMPLATE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")


class PatternError(ValueError):
    """The pattern can't be read; the message says why."""


def trim_prefix(pattern: str, value: str, greedy: bool) -> str:
    """`value` without the shortest (`greedy`: longest) text at its start that matches."""
    match = _compile(pattern, greedy).match(value)
    return value[match.end() :] if match else value


def trim_suffix(pattern: str, value: str, greedy: bool) -> str:
    """`value` without the shortest (`greedy`: longest) text at its end that matches."""
    return trim_prefix(_reversed(pattern), value[::-1], greedy)[::-1]


def replace(pattern: str, text: str, value: str, everywhere: bool) -> str:
    """`value` with the first, or every, longest match replaced by `text`.

    Replacing everywhere takes `$0` and `$name` in `text` for groups of the match, as BuildKit's regular
    expressions do.
    """
    search = _Search(pattern)
    if everywhere:
        return _replace_all(search, text, value)
    match = search.find(value, 0)
    return value[: match.start()] + text + value[match.end() :] if match else value


class _Search:
    """Looks for a pattern's longest match from the left, in time that grows with the value's length only."""

    def __init__(self, pattern: str) -> None:
        self._whole = _compile(pattern, greedy=True)
        first = _pieces(pattern)[0]
        self._first = re.compile(first)
        self._one_line = "\\\n" not in first and "\n" not in first

    def find(self, value: str, position: int) -> re.Match[str] | None:
        """The first match from `position` on."""
        while found := self._first.search(value, position):
            match = self._whole.match(value, found.start())
            if match:
                return match
            # What did not follow here follows no later place of the same line either.
            end = value.find("\n", found.start()) if self._one_line else found.start()
            if end < 0:
                return None
            position = end + 1
        return None


def _compile(pattern: str, greedy: bool) -> re.Pattern[str]:
    # Text between two stars is looked for from the left and never given back (an atomic group): leftmost is
    # always best there, and a pattern with many stars stays linear.
    first, *others = _pieces(pattern)
    parts = [first]
    for number, piece in enumerate(others, 1):
        longest = greedy and number == len(others)
        parts.append(f"(?>.*{piece})" if longest else f"(?>.*?{piece})")
    return re.compile("".join(parts))


def _pieces(pattern: str) -> list[str]:
    """Regular expressions for what stands between the stars."""
    pieces = [""]
    position = 1 if pattern.startswith("\ufeff") else 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        following = pattern[position : position + 1]
        if char == "*":
            pieces.append("")
        elif char == "?":
            pieces[-1] += "."
        elif char == "\\" and following not in ("}", "/"):
            if not following or following not in _ESCAPABLE:
                raise PatternError(f"invalid escape \\{following}")
            pieces[-1] += re.escape(following)
            position += 1
        elif char != "\\":
            pieces[-1] += re.escape(char)
    return pieces


def _reversed(pattern: str) -> str:
    """The pattern read from its end; a backslash stays before the character that it escapes."""
    out = []
    position = 0
    while position < len(pattern):
        width = 2 if pattern[position] == "\\" and position + 1 < len(pattern) else 1
        out.append(pattern[position : position + width])
        position += width
    return "".join(reversed(out))


def _replace_all(search: _Search, text: str, value: str) -> str:
    """Replace every match; an empty match right after another match is none (Python's `re.sub` takes it)."""
    out = []
    end = position = size = 0
    while position <= len(value):
        match = search.find(value, position)
        if match is None:
            break
        out.append(value[end : match.start()])
        if match.end() > end or match.start() == 0:
            out.append(_TEMPLATE.sub(lambda group, whole=match[0]: _group(group, whole), text))  # type: ignore[misc]
            size += len(out[-1])
            if size > _MOST:
                raise PatternError(f"what replaces it has more than {_MOST:,} characters")
        end = match.end()
        position = max(position + 1, end)
    out.append(value[end:])
    return "".join(out)


def _group(reference: re.Match[str], whole: str) -> str:
    if reference[1]:
        return "$"
    name = reference[2] or reference[3]
    return whole if name.isdecimal() and int(name) == 0 else ""
