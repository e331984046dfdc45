"""GNU tar's --transform: sed's s command on the names of members."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minibuild.programs.inputs import decode, encode
from minibuild.programs.text.regex import Match, Regex, RegexError, compile_regex

_CASES = "LUElu"


class TransformError(Exception):
    """An expression that is none."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """One `s/regex/replacement/flags`. `scope` has r, s and h for names of members and targets of links."""

    pattern: Regex
    replacement: str
    every: bool
    number: int
    scope: str

    def apply(self, name: str) -> str:
        """The name with the matches replaced."""
        data, out, at, count = encode(name), [], 0, 0
        start = 0
        while start <= len(data) and (match := self.pattern.search(data, start)) is not None:
            count += 1
            if count >= self.number:
                out += [data[at : match.start()], encode(_replaced(self.replacement, match))]
                at = match.end()
                if not self.every:
                    break
            start = match.end() + (match.end() == match.start())
        return decode(b"".join([*out, data[at:]]))


def parse_transform(text: str) -> list[Substitution]:
    """The substitutions of an argument, which semicolons part; `flags=…` sets what later ones apply to."""
    found: list[Substitution] = []
    scope = "rsh"
    rest = text
    while rest:
        if rest.startswith("flags="):
            flags, _, rest = rest[6:].partition(";")
            scope = _scope(scope, flags)
            continue
        substitution, rest = _substitution(rest, scope)
        found.append(substitution)
    return found


def _substitution(text: str, scope: str) -> tuple[Substitution, str]:
    """The first substitution of the text, and what follows it."""
    if len(text) < 2 or text[0] != "s":
        raise TransformError("Invalid transform expression")
    mark = text[1]
    parts: list[str] = []
    at = 2
    for _ in range(2):
        piece: list[str] = []
        while at < len(text) and text[at] != mark:
            if text[at] == "\\" and at + 1 < len(text):
                # The delimiter loses its backslash; everything else keeps it.
                piece.append(text[at + 1] if text[at + 1] == mark else text[at : at + 2])
                at += 2
            else:
                piece.append(text[at])
                at += 1
        if at >= len(text):
            raise TransformError("Invalid transform expression")
        parts.append("".join(piece))
        at += 1
    flags, _, rest = text[at:].partition(";")
    if flags.strip("gixrRsShH0123456789"):
        raise TransformError(f"Unknown flag in transform expression: {flags.strip('gixrRsShH0123456789')[0]}")
    digits = re.search(r"\d+", flags)
    try:
        pattern = compile_regex(encode(parts[0]), extended="x" in flags, ignore_case="i" in flags)
    except RegexError as error:
        raise TransformError(f"Invalid transform expression: {error}") from None
    number = int(digits.group()) if digits else 1
    return Substitution(pattern, parts[1], "g" in flags, number, _scope(scope, flags)), rest


def _scope(scope: str, flags: str) -> str:
    for flag in flags:
        if flag in "rsh" and flag not in scope:
            scope += flag
        elif flag in "RSH":
            scope = scope.replace(flag.lower(), "")
    return scope


def _replaced(replacement: str, match: Match) -> str:
    """The replacement with `&`, `\\1` … and the case changes of GNU's sed."""
    out: list[str] = []
    whole, once = "", ""
    at = 0
    while at < len(replacement):
        letter = replacement[at]
        at += 1
        if letter == "\\" and at < len(replacement):
            letter = replacement[at]
            at += 1
            if letter in _CASES:
                whole, once = (
                    (letter if letter in "LU" else "" if letter == "E" else whole),
                    (letter if letter in "lu" else once if letter != "E" else ""),
                )
                continue
            piece = decode(_group(match, int(letter))) if letter.isdigit() else _ESCAPES.get(letter, letter)
        else:
            piece = decode(match[0] or b"") if letter == "&" else letter
        piece = piece.upper() if whole == "U" else piece.lower() if whole == "L" else piece
        if once and piece:
            piece = (piece[0].upper() if once == "u" else piece[0].lower()) + piece[1:]
            once = ""
        out.append(piece)
    return "".join(out)


def _group(match: Match, number: int) -> bytes:
    try:
        return match[number] or b""
    except IndexError:
        return b""


_ESCAPES = {"n": "\n", "t": "\t", "a": "\a", "f": "\f", "r": "\r", "v": "\v"}
