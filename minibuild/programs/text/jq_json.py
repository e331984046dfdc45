"""JSON as jq reads and writes it: several values in one text, numbers as doubles, errors with jq's words."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from minibuild.programs.text.memory import joined_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Any
DEPTH = 256
LARGEST = 1.7976931348623157e308
SPACES = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
LITERALS = {"null": None, "true": True, "false": False}
SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_DECODER = json.JSONDecoder(
    parse_int=float, parse_constant={"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get
)


class JsonError(Exception):
    """A text that is no JSON; the message is jq's."""


def parse_values(text: str) -> Iterator[Json]:
    """All values of a text, one after the other. JsonError after the last good one."""
    at = 0
    while True:
        match = SPACES.match(text, at)
        assert match is not None
        at = match.end()
        if at >= len(text):
            return
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        following = text[end : end + 1]
        if not isinstance(value, (dict, list, str)) and following and following not in " \t\n\r":
            break  # the strict parser tells what is wrong, or knows more
        yield value
        at = end
    yield from _Parser(text, at).values()


def parse_one(text: str) -> Json:
    """The only value of a text. JsonError."""
    values = list(parse_values(text))
    if len(values) != 1:
        raise JsonError("Unexpected extra JSON values" if values else "Expected JSON value")
    return values[0]


class _Key(list[Any]):
    """An object that waits for the value of a key."""


class _Parser:
    """Token by token, with the errors that jq gives."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at
        self.line = 1 + text.count("\n", 0, at)
        self.column = at - (text.rfind("\n", 0, at) + 1)
        self.stack: list[Json] = []
        self.pending: list[Json] = []

    def _fail(self, message: str, *, end: bool = False) -> JsonError:
        place = " at EOF" if end else ""
        return JsonError(f"{message}{place} at line {self.line}, column {self.column}")

    def values(self) -> Iterator[Json]:
        """The values that are left."""
        text = self.text
        while self.at < len(text):
            char = text[self.at]
            if char in " \t\r\n":
                self._advance(char)
                continue
            if not self.stack and self.pending:
                yield self.pending.pop()
            if char == '"':
                self._put(self._string())
            elif char in "[{:,]}":
                self._advance(char)
                self._structure(char)
            else:
                self._put(self._literal())
        if self.stack:
            raise self._fail("Unfinished JSON term", end=True)
        yield from self.pending

    def _advance(self, char: str) -> None:
        self.at += 1
        if char == "\n":
            self.line, self.column = self.line + 1, 0
        else:
            self.column += 1

    def _put(self, value: Json) -> None:
        if self.pending:
            raise self._fail("Expected separator between values")
        self.pending.append(value)

    def _structure(self, char: str) -> None:
        stack, pending = self.stack, self.pending
        top = stack[-1] if stack else None
        if char in "[{":
            if len(stack) >= DEPTH:
                raise self._fail("Exceeds depth limit for parsing")
            if pending:
                raise self._fail("Expected separator between values")
            stack.append([] if char == "[" else {})
        elif char == ":":
            if not pending:
                raise self._fail("Expected string key before ':'")
            if not isinstance(top, dict):
                raise self._fail("':' not as part of an object")
            if not isinstance(pending[0], str):
                raise self._fail("Object keys must be strings")
            stack.append(_Key([pending.pop()]))
        elif char == ",":
            if not pending:
                raise self._fail("Expected value before ','")
            if isinstance(top, _Key):
                self._close_pair()
            elif isinstance(top, list):
                top.append(pending.pop())
            else:
                raise self._fail("Objects must consist of key:value pairs")
        else:
            self._close(char, top)

    def _close_pair(self) -> None:
        key = self.stack.pop()[0]
        self.stack[-1][key] = self.pending.pop()

    def _close(self, char: str, top: Json) -> None:
        if char == "]":
            if not isinstance(top, list) or isinstance(top, _Key):
                raise self._fail("Unmatched ']'")
            if self.pending:
                top.append(self.pending.pop())
            elif top:
                raise self._fail("Expected another array element")
        else:
            if top is None:
                raise self._fail("Unmatched '}'")
            if self.pending:
                if not isinstance(top, _Key):
                    raise self._fail("Objects must consist of key:value pairs")
                self._close_pair()
                top = self.stack[-1]
            elif not isinstance(top, dict):
                raise self._fail("Unmatched '}'")
            elif top:
                raise self._fail("Expected another key-value pair")
        self.stack.pop()
        self.pending.append(top)

    def _literal(self) -> Json:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ' \t\r\n"[{:,]}':
            self._advance(self.text[self.at])
        token = self.text[start : self.at]
        end = self.at >= len(self.text)
        if token in LITERALS:
            return LITERALS[token]
        if token[:1] in "tfn":
            self.column += not end
            raise self._fail("Invalid literal", end=end)
        if NUMBER.fullmatch(token):
            return float(token)
        word = token.lower().lstrip("+-")
        if word in ("nan", "inf", "infinity"):
            return math.nan if word == "nan" else -math.inf if token.startswith("-") else math.inf
        self.column += not end
        raise self._fail("Invalid numeric literal", end=end)

    def _string(self) -> str:
        out: list[str] = []
        self._advance('"')
        while True:
            if self.at >= len(self.text):
                raise self._fail("Unfinished string", end=True)
            char = self.text[self.at]
            self._advance(char)
            if char == '"':
                return "".join(out)
            if char == "\\":
                out.append(self._escape())
            else:
                out.append(char)

    def _escape(self) -> str:
        char = self.text[self.at : self.at + 1]
        self._advance(char)
        if char in ESCAPES and char:
            return ESCAPES[char]
        if char != "u":
            self._to_quote()
            raise self._fail("Invalid escape")
        code = self._unit()
        if 0xD800 <= code < 0xDC00 and self.text[self.at : self.at + 2] == "\\u":
            self.at += 2
            self.column += 2
            low = self._unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00)
        if 0xD800 <= code < 0xE000:
            self._to_quote()
            raise self._fail("Invalid \\uXXXX\\uXXXX surrogate pair escape")
        return chr(code)

    def _unit(self) -> int:
        digits = self.text[self.at : self.at + 4]
        if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            self._to_quote()
            raise self._fail("Invalid \\uXXXX escape")
        self.at += 4
        self.column += 4
        return int(digits, 16)

    def _to_quote(self) -> None:
        """jq finds what is wrong with a string at its end."""
        while self.at < len(self.text) and self.text[self.at] != '"':
            self._advance(self.text[self.at])
        if self.at < len(self.text):
            self._advance('"')


def number_text(number: float) -> str:
    """A number in as few digits as tell it from all others."""
    if number != number:
        return "null"
    if math.isinf(number):
        number = math.copysign(LARGEST, number)
    mantissa, _, exponent = f"{number!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    padded = whole + fraction
    digits = padded.lstrip("0")
    point = int(exponent or 0) + len(whole) - (len(padded) - len(digits))
    digits = digits.rstrip("0")
    if not digits:
        return sign + "0"
    if point <= -4 or point > len(digits) + 15:
        head = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{sign}{head}e{point - 1:+03d}"
    if point <= 0:
        return sign + "0." + "0" * -point + digits
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return sign + digits[:point] + "." + digits[point:]


def string_text(text: str, *, ascii_only: bool = False) -> str:
    """A string in quotes."""
    if SPECIAL.search(text):
        text = SPECIAL.sub(lambda match: SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}", text)
    if ascii_only and not text.isascii():
        text = "".join(char if char < "\x7f" else _escaped(char) for char in text)
    return f'"{text}"'


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def to_text(value: Json) -> str:
    """Compact JSON, as tojson and messages have it."""
    return Writer().text(value)


class Writer:
    """Writes values. `indent` None: compact; `colours`: with escape sequences for a terminal."""

    def __init__(
        self,
        indent: str | None = None,
        *,
        sort_keys: bool = False,
        ascii_only: bool = False,
        colours: bool = False,
    ) -> None:
        self.indent, self.sort_keys, self.ascii_only, self.colours = indent, sort_keys, ascii_only, colours

    def text(self, value: Json, level: int = 0) -> str:
        """The value as text."""
        if self.colours:
            return self._coloured(value, level)
        if isinstance(value, str):
            return string_text(value, ascii_only=self.ascii_only)
        if isinstance(value, dict):
            gap = ":" if self.indent is None else ": "
            items = [
                string_text(key, ascii_only=self.ascii_only) + gap + self.text(one, level + 1)
                for key, one in self._items(value)
            ]
            return self._joined("{", items, "}", level)
        if isinstance(value, list):
            return self._joined("[", [self.text(one, level + 1) for one in value], "]", level)
        return _atom(value)

    def _items(self, value: dict[str, Json]) -> list[tuple[str, Json]]:
        return sorted(value.items()) if self.sort_keys else list(value.items())

    def _joined(self, opening: str, items: list[str], closing: str, level: int) -> str:
        if not items or self.indent is None:
            return opening + joined_text(",", items) + closing
        gap = "\n" + self.indent * (level + 1)
        return opening + gap + joined_text(f",{gap}", items) + "\n" + self.indent * level + closing

    def _coloured(self, value: Json, level: int) -> str:
        """The same with jq 1.6's default colours."""
        structure, key_colour, end = "\x1b[1;39m", "\x1b[34;1m", "\x1b[0m"
        if not isinstance(value, (dict, list)):
            colour = "0;32" if isinstance(value, str) else "1;30" if value is None else "0;39"
            text = string_text(value, ascii_only=self.ascii_only) if isinstance(value, str) else _atom(value)
            return f"\x1b[{colour}m{text}{end}"
        brackets = "{}" if isinstance(value, dict) else "[]"
        if not value:
            return f"{structure}{brackets}" + end
        gap = "" if self.indent is None else "\n" + self.indent * (level + 1)
        out = [structure + brackets[0]]
        if isinstance(value, dict):
            for place, (key, one) in enumerate(self._items(value)):
                if place:
                    out.append(f"{structure},")
                name = string_text(key, ascii_only=self.ascii_only)
                colon = f"{structure}:{' ' if gap else ''}{end}"
                out.append(f"{gap}{end}{key_colour}{name}{end}{colon}{self._coloured(one, level + 1)}")
        else:
            for place, one in enumerate(value):
                out.append((f"{structure}," if place else "") + gap + self._coloured(one, level + 1))
        last = "" if self.indent is None else "\n" + self.indent * level
        return joined_text("", out) + f"{structure}{last}{structure}{brackets[1]}{end}"


def _atom(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(float(value))
