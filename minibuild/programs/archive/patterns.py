"""Shell patterns as fnmatch(3) matches them, for the programs that select names."""

from __future__ import annotations

import re
from functools import lru_cache

_CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "print": r" -~", "graph": "!-~", "cntrl": r"\x00-\x1f\x7f",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip


@lru_cache(maxsize=512)
def compile_pattern(
    pattern: str, *, path: bool = False, leading: bool = False, fold: bool = False, period: bool = False
) -> re.Pattern[str]:
    """What `fullmatch` then decides.

    `path`: `*`, `?` and sets do not match a slash (FNM_PATHNAME); `leading`: what follows a slash after the
    match is ignored (FNM_LEADING_DIR); `fold`: letters match whatever their case; `period`: a leading period
    is matched by itself only (FNM_PERIOD).
    """
    out, at = [], 0
    any_one = "[^/]" if path else "."
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        guard = (
            "(?!\\.)" if period and (at == 1 or (path and pattern[at - 2] == "/")) and letter in "*?[" else ""
        )
        if letter == "*":
            while pattern[at : at + 1] == "*":
                at += 1
            out.append(f"{guard}{any_one}*")
        elif letter == "?":
            out.append(guard + any_one)
        elif letter == "[":
            text, end = _set(pattern, at, path)
            out.append(guard + text if end else "\\[")
            at = end or at
        elif letter == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(letter))
    tail = "(?:/.*)?" if leading else ""
    return re.compile("".join(out) + tail, re.DOTALL | (re.IGNORECASE if fold else 0))


def _set(pattern: str, start: int, path: bool) -> tuple[str, int]:
    """A bracket expression as a set of `re`, and where it ends; 0 when it does not, so that `[` is itself."""
    at = start
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    items: list[str] = []
    first = True
    while at < len(pattern):
        letter = pattern[at]
        if letter == "]" and not first:
            body = "".join(items)
            if negated:
                return f"[^{body}{'/' if path else ''}]", at + 1
            return f"(?:(?!/)[{body}])" if path else f"[{body}]", at + 1
        first = False
        if pattern.startswith("[:", at) and (end := pattern.find(":]", at)) > 0:
            items.append(_CLASSES.get(pattern[at + 2 : end], ""))
            at = end + 2
            continue
        if letter == "\\" and at + 1 < len(pattern):
            at += 1
            letter = pattern[at]
        at += 1
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in ("", "]"):
            last = pattern[at + 1]
            at += 2
            if last == "\\" and at < len(pattern):
                last = pattern[at]
                at += 1
            if letter <= last:
                items.append(f"{re.escape(letter)}-{re.escape(last)}")
        else:
            items.append(re.escape(letter))
    return "", 0


def fnmatch(
    pattern: str,
    name: str,
    *,
    path: bool = False,
    leading: bool = False,
    fold: bool = False,
    period: bool = False,
) -> bool:
    """Whether the pattern matches the whole name; see `compile_pattern`."""
    compiled = compile_pattern(pattern, path=path, leading=leading, fold=fold, period=period)
    return compiled.fullmatch(name) is not None


def is_pattern(text: str) -> bool:
    """Whether anything in it is special."""
    return any(letter in text for letter in "*?[\\")
