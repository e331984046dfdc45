"""The text of an awk program → tokens. Whether `/` divides or begins a pattern depends on the token before
it.
"""

from __future__ import annotations

import re

from minibuild.programs.text.awk_nodes import AwkError

# fmt: off
KEYWORDS = frozenset((
    "BEGIN", "END", "function", "func", "if", "else", "while", "for", "do", "break", "continue", "next",
    "nextfile", "exit", "return", "delete", "in", "getline", "print", "printf",
))
BUILTINS = frozenset((
    "length", "substr", "index", "split", "sub", "gsub", "gensub", "match", "sprintf", "sin", "cos", "atan2",
    "exp", "log", "sqrt", "int", "rand", "srand", "tolower", "toupper", "system", "close", "fflush", "and",
    "or", "xor", "compl", "lshift", "rshift", "strftime", "mktime", "systime", "strtonum", "asort", "asorti",
))
OPERATORS = (
    "**=", "||", "&&", "==", "!=", "<=", ">=", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "!~",
    ">>", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|", "?",
    ":", "~", "$", "=",
)
# fmt: on
NUMBER = re.compile(rb"0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
GAP = re.compile(rb"(?:[ \t\r\f\v]|\\\r?\n|#[^\n]*)+")
SIMPLE = {110: 10, 116: 9, 114: 13, 92: 92, 34: 34, 47: 47, 97: 7, 98: 8, 102: 12, 118: 11}
# After one of these a slash divides.
OPERAND_KINDS = frozenset(("number", "string", "pattern", "name", "call"))
OPERAND_TEXTS = frozenset((")", "]", "$", "++", "--"))


class Token:
    """One token: `kind` is number, string, pattern, name, call (a name right before a parenthesis), builtin,
    keyword,
    newline, end or the operator itself; `text` its text, `value` a constant's value."""

    __slots__ = ("kind", "line", "text", "value")

    def __init__(self, kind: str, text: str, line: int, value: bytes = b"") -> None:
        self.kind, self.text, self.line, self.value = kind, text, line, value


def tokenize(source: bytes, *, keep: bool = False, broken: bool = False) -> list[Token]:
    """All tokens, the last one of kind "end". AwkError.

    `keep`: a backslash before a character that it means nothing for stays in a string (mawk). `broken`: a
    newline after a backslash stays (busybox).
    """
    tokens: list[Token] = []
    at, line, total = 0, 1, len(source)
    while at < total:
        gap = GAP.match(source, at)
        if gap:
            at, line = gap.end(), line + gap[0].count(b"\n")
            continue
        byte = source[at]
        if byte == 10:
            tokens.append(Token("newline", "\n", line))
            at, line = at + 1, line + 1
        elif byte == 34:
            value, at = string_at(source, at + 1, line, keep=keep, broken=broken)
            tokens.append(Token("string", "", line, value))
        elif byte == 47 and not _divides(tokens):
            value, at = _pattern(source, at + 1, line)
            tokens.append(Token("pattern", "", line, value))
        elif match := NUMBER.match(source, at):
            at = match.end()
            tokens.append(Token("number", match[0].decode(), line, match[0]))
        elif match := WORD.match(source, at):
            at = match.end()
            tokens.append(_word(match[0].decode(), source[at : at + 1] == b"(", line))
        else:
            text = next((op for op in OPERATORS if source.startswith(op.encode(), at)), None)
            if text is None:
                raise AwkError("Unexpected token", line)
            at += len(text)
            text = {"**": "^", "**=": "^="}.get(text, text)
            tokens.append(Token(text, text, line))
    tokens.append(Token("end", "", line))
    return tokens


def _word(text: str, called: bool, line: int) -> Token:
    if text in KEYWORDS:
        return Token("keyword", "function" if text == "func" else text, line)
    if text in BUILTINS:
        return Token("builtin", text, line)
    return Token("call" if called else "name", text, line)


def _divides(tokens: list[Token]) -> bool:
    if not tokens:
        return False
    last = tokens[-1]
    return last.kind in OPERAND_KINDS or last.text in OPERAND_TEXTS or (last.kind == "builtin")


def string_at(
    source: bytes, at: int, line: int, *, to_end: bool = False, keep: bool = False, broken: bool = False
) -> tuple[bytes, int]:
    """The value of a string whose text begins at `at`, and the place after its closing quote.

    `to_end`: it goes to the end of the source (the value of -v and of an operand var=value).
    """
    out, total = bytearray(), len(source)
    while at < total:
        byte = source[at]
        at += 1
        if byte == 34 and not to_end:
            return bytes(out), at
        if byte == 10 and not to_end:
            break
        if byte != 92:
            out.append(byte)
            continue
        if at >= total:
            out.append(92)
            break
        if source[at] == 10:
            out += b"\n" * broken
            at += 1
        else:
            at = _escape(source, at, out, keep)
    if to_end:
        return bytes(out), at
    raise AwkError("Unexpected end of string", line)


def _escape(source: bytes, at: int, out: bytearray, keep: bool) -> int:
    """Append what the escape after a backslash at `at` means; the place after it."""
    byte = source[at]
    if byte in SIMPLE and not (keep and byte == 47):
        out.append(SIMPLE[byte])
        return at + 1
    if 48 <= byte <= 55:
        end = at + 1
        while end < at + 3 and source[end : end + 1].isdigit() and source[end] < 56:
            end += 1
        out.append(int(source[at:end], 8) & 255)
        return end
    if byte == 120 and (match := re.compile(rb"[0-9a-fA-F]{1,2}").match(source, at + 1)):
        out.append(int(match[0], 16))
        return match.end()
    if keep or byte == 38:  # \& is for sub(), whoever's awk it is
        out.append(92)
    out.append(byte)
    return at + 1


def _pattern(source: bytes, at: int, line: int) -> tuple[bytes, int]:
    """The text between slashes: escapes of control characters are done, those of the pattern kept."""
    out, total, bracket = bytearray(), len(source), -1
    while at < total:
        byte = source[at]
        if byte == 10:
            break
        if byte == 47 and (bracket < 0 or b"]" not in source[at : source.find(b"\n", at) % (total + 1)]):
            return bytes(out), at + 1
        if byte == 92 and at + 1 < total:
            following = source[at + 1]
            if following == 47:
                out.append(47)
            elif following in b"ntrafv":
                out.append(SIMPLE[following])
            elif following == 34:
                out.append(34)
            else:
                out += source[at : at + 2]
            at += 2
            continue
        if bracket >= 0:
            if byte == 93 and at > bracket + 1 and not (at == bracket + 2 and source[at - 1] == 94):
                bracket = -1
        elif byte == 91:
            bracket = at
        out.append(byte)
        at += 1
    raise AwkError("Unexpected end of string", line)
