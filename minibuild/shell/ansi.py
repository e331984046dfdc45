"""`$'…'` and the backslash escapes that echo, printf and it have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.shell.dialect import Dialect
    from minibuild.shell.source import Source

SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
_ESCAPE = "\x1b"
_OCTAL = "01234567"
_HEX = "0123456789abcdefABCDEF"


def byte(value: int) -> str:
    """The character that stands for a byte: itself in ASCII, else a surrogate escape (joined later by
    `rejoin`).
    """
    value &= 255
    return chr(value) if value < 128 else chr(0xDC00 + value)


def rejoin(text: str) -> str:
    """Bytes that were given one by one become characters again, where they are UTF-8."""
    if text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def span(text: str, start: int, digits: str, most: int) -> int:
    """The end of at most `most` characters of `digits` from `start` on."""
    end = start
    while end < len(text) and end - start < most and text[end] in digits:
        end += 1
    return end


def escape(text: str, at: int, dialect: Dialect) -> tuple[str, int]:
    """The character that the escape at `text[at]` (after the backslash) means, and the index after it.

    An unknown escape stands for itself, with its backslash.
    """
    char = text[at]
    if char in SIMPLE:
        return SIMPLE[char], at + 1
    if char == "e" or (char == "E" and dialect.bash):
        return _ESCAPE, at + 1
    if char in _OCTAL:
        end = span(text, at, _OCTAL, 3)
        if int(text[at:end], 8) > 255 and dialect.name == "ash":
            end -= 1
        return byte(int(text[at:end], 8)), end
    if char == "x" and not dialect.posix_only:
        end = span(text, at + 1, _HEX, 2)
        if end > at + 1:
            return byte(int(text[at + 1 : end], 16)), end
    elif char in "uU" and dialect.bash:
        end = span(text, at + 1, _HEX, 4 if char == "u" else 8)
        if (
            end > at + 1
            and not 0xD800 <= (number := int(text[at + 1 : end], 16)) < 0xE000
            and number < 0x110000
        ):
            return chr(number), end
    return "\\" + char, at + 1


def read_ansi(source: Source) -> str:
    """The text of `$'…'`, after the opening quote; the source is left after the closing one."""
    start = source.pos
    out: list[str] = []
    while True:
        char = source.char()
        if not char:
            source.error("unterminated quoted string", at=start - 2)
        source.pos += 1
        if char == "'":
            break
        if char != "\\":
            source.line += char == "\n"
            out.append(char)
            continue
        char = source.char()
        if char and char in "'\"?":
            source.pos += 1
            out.append(char)
        elif char == "c" and source.dialect.bash and source.ahead() not in ("", "'"):
            out.append(chr(ord(source.ahead().upper()) & 0x1F))
            source.pos += 2
        elif char == "e" and not source.dialect.bash:
            source.pos += 1
            out.append("\\e")
        elif char:
            text, source.pos = escape(source.text, source.pos, source.dialect)
            out.append(text)
    # A NUL ends the text, as in C.
    return rejoin("".join(out)).partition("\0")[0]
