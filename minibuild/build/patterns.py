"""Wildcards of COPY and ADD sources: the patterns of Go's filepath.Match, one path component at a time."""

import re
from functools import lru_cache

_MAGIC = re.compile(r"[*?\[\\]")


def has_wildcard(text: str) -> bool:
    """Whether `text` holds a character that filepath.Match gives a meaning."""
    return _MAGIC.search(text) is not None


@lru_cache(maxsize=1024)
def component_pattern(pattern: str) -> "re.Pattern[str]":
    """A compiled pattern for one path component.

    `*` is any run of characters, `?` any one, `[a-z]` and `[^a-z]` classes, `\\` takes the next character as
    it is. An open class is a plain bracket.
    """
    out: list[str] = []
    i = 0
    # What stands between two stars is taken where it comes first and never looked for again: trying all ways
    # to divide a name between many stars could take forever.
    star = -1
    while i < len(pattern):
        char = pattern[i]
        i += 1
        if char == "*":
            if star >= 0:
                out[star] = "(?>[^/]*?"
                out.append(")")
            star = len(out)
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and i < len(pattern):
            out.append(re.escape(pattern[i]))
            i += 1
        elif char == "[":
            end = _class_end(pattern, i)
            if end < 0:
                out.append(re.escape(char))
            else:
                out.append(_character_class(pattern[i:end]))
                i = end + 1
        else:
            out.append(re.escape(char))
    return re.compile("".join(out) + r"\Z", re.DOTALL)


def _class_end(pattern: str, start: int) -> int:
    """The index of the `]` that closes a class whose content begins at `start`, or -1."""
    i = start + 1 if pattern[start : start + 1] == "^" else start
    first = i
    while i < len(pattern):
        if pattern[i] == "\\":
            i += 1
        elif pattern[i] == "]" and i > first:
            return i
        i += 1
    return -1


def _character_class(content: str) -> str:
    negated = content.startswith("^")
    body = re.sub(r"\\(.)", r"\1", content[negated:])
    escaped = (
        body.replace("\\", r"\\")
        .replace("[", r"\[")
        .replace("]", r"\]")
        .replace("^", r"\^")
        .replace("&", r"\&")
    )
    try:
        re.compile(f"[{escaped}]")
    except re.error:
        return r"(?!)"  # such as `[z-a]`: no name can match
    return f"[{'^/' if negated else ''}{escaped}]"


def clean_source(path: str) -> str:
    """A source path as `/a/b`, with `.` and `..` taken out lexically and `..` clamped at the root.

    A trailing slash, or `/.`, is kept as a slash: it asks for the content of a directory.
    """
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    slash = "/" if parts and (path.endswith(("/", "/.", "/..")) or path in (".", "..")) else ""
    return "/" + "/".join(parts) + slash
