"""What ed shows and substitutes: lines made visible, matches replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minibuild.programs.text.ed_buffer import Addresses
    from minibuild.programs.text.regex import Match, Regex

ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 11: b"\\v", 12: b"\\f", 13: b"\\r", 36: b"\\$", 92: b"\\\\"}
WIDTH = 72


def visible(text: bytes) -> bytes:
    """A line as `l` shows it, folded."""
    out, column = bytearray(), 0
    for byte in text:
        shown = ESCAPES.get(byte) or (bytes((byte,)) if 32 <= byte < 127 else b"\\%03o" % byte)
        if column + len(shown) > WIDTH - 1:
            out += b"\\\n"
            column = 0
        out += shown
        column += len(shown)
    return bytes(out) + b"$"


def replacement_text(parts: Addresses, mark: bytes) -> bytes:
    """The replacement up to its delimiter, escapes kept."""
    out = bytearray()
    while parts.at < len(parts.text):
        char = parts.peek()
        parts.at += 1
        if char == b"\\" and parts.at < len(parts.text):
            out += char + parts.peek()
            parts.at += 1
            continue
        if char == mark:
            break
        out += char
    return bytes(out)


def substituted(regex: Regex, source: bytes, text: bytes, which: int, every: bool) -> bytes | None:
    """The line with matches replaced, from number `which` on; None when there is none."""
    out: list[bytes] = []
    place = at = count = 0
    done, last = False, -1
    while at <= len(text) and (match := regex.search(text, at)) is not None:
        start, end = match.span()
        if start == end == last:
            at = end + 1
            continue
        count += 1
        if count >= which:
            out += (text[place:start], _expanded(source, match, regex.groups))
            place, done = end, True
            if not every:
                break
        last, at = end, end + (start == end)
    return b"".join([*out, text[place:]]) if done else None


def _expanded(source: bytes, match: Match, groups: int) -> bytes:
    out = bytearray()
    at = 0
    while at < len(source):
        byte = source[at : at + 1]
        at += 1
        if byte == b"&":
            out += match[0] or b""
        elif byte == b"\\" and at < len(source):
            following = source[at : at + 1]
            at += 1
            if following.isdigit() and int(following) <= groups:
                out += match[int(following)] or b""
            else:
                out += following
        else:
            out += byte
    return bytes(out)
