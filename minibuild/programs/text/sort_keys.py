"""What sort compares: parts of lines, made into values that Python orders as the reference does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    KeyFunction = Callable[[bytes], Any]

BLANK = re.compile(rb"[ \t\n\v\f\r]*")
FIELD = re.compile(rb"[ \t\n\v\f\r]*[^ \t\n\v\f\r]*")
GNU_NUMBER = re.compile(rb"[ \t]*(-?)([0-9]*)(?:\.([0-9]*))?")
FLOAT = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    rb"|inf(?:inity)?|nan))",
    re.IGNORECASE,
)
HUMAN = re.compile(rb"[ \t]*(-?)([0-9]*(?:\.[0-9]*)?)([kKMGTPEZYRQ]?)")
SUFFIXES = b"kKMGTPEZYRQ"
MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
DICTIONARY = re.compile(rb"[^ \t\n\v\f\rA-Za-z0-9]+")
UNPRINTABLE = re.compile(rb"[^ -~]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A field and a character in it, both from 1; character 0 as an end: the whole field."""

    field: int
    character: int = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A part of the line (`start` None: the whole line) and how it is compared, by the letters of options."""

    start: Place | None = None
    end: Place | None = None
    flags: frozenset[str] = field(default_factory=frozenset)
    end_flags: frozenset[str] = field(default_factory=frozenset)


def parse_key(text: str) -> Key | None:
    """-k's START[.CHAR][FLAGS][,END[.CHAR][FLAGS]]; None when it is none."""
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?", text)
    if match is None or int(match[1]) < 1:
        return None
    end = None if match[4] is None else Place(int(match[4]), int(match[5] or 0))
    # b belongs to the end that it stands at, all other letters to the key.
    start_flags, end_flags = frozenset(match[3]), frozenset(match[6] or "")
    return Key(
        Place(int(match[1]), int(match[2] or 1)), end, start_flags | (end_flags - {"b"}), end_flags & {"b"}
    )


class Extractor:
    """Cuts a key's part out of a line. `separator` None: fields begin with the blanks before them."""

    def __init__(self, key: Key, separator: bytes | None, *, gnu: bool) -> None:
        self.key, self.separator, self.gnu = key, separator, gnu

    def __call__(self, line: bytes) -> bytes:
        key = self.key
        assert key.start is not None
        start = self._field_start(line, key.start.field)
        if "b" in key.flags:
            start = _skip_blanks(line, start)
        start = min(start + key.start.character - 1, len(line))
        if key.end is None:
            return line[start:]
        if key.end.character and not self.gnu:
            end = key.end.character  # busybox counts from the beginning of the line
        elif key.end.character:
            end = self._field_start(line, key.end.field)
            if key.end_flags:
                end = _skip_blanks(line, end)
            end += key.end.character
        else:
            end = self._field_end(line, key.end.field)
        return line[start : max(start, end)]

    def _field_start(self, line: bytes, number: int) -> int:
        at = 0
        if self.separator is not None:
            for _ in range(number - 1):
                place = line.find(self.separator, at)
                if place < 0:
                    return len(line)
                at = place + 1
            return at
        for _ in range(number - 1):
            match = FIELD.match(line, at)
            assert match is not None
            at = match.end()
        return at

    def _field_end(self, line: bytes, number: int) -> int:
        at = self._field_start(line, number)
        if self.separator is not None:
            place = line.find(self.separator, at)
            return len(line) if place < 0 else place
        match = FIELD.match(line, at)
        assert match is not None
        return match.end()


def comparison(key: Key, separator: bytes | None, *, gnu: bool) -> KeyFunction | None:
    """The value to order lines by; None: the line itself."""
    steps: list[KeyFunction] = []
    if key.start is not None:
        steps.append(Extractor(key, separator, gnu=gnu))
    elif "b" in key.flags:
        steps.append(lambda line: line[_skip_blanks(line, 0) :])
    if "d" in key.flags:
        steps.append(lambda text: DICTIONARY.sub(b"", text))
    elif "i" in key.flags:
        steps.append(lambda text: UNPRINTABLE.sub(b"", text))
    if "f" in key.flags:
        steps.append(bytes.upper)
    kind = next((letter for letter in "nghMV" if letter in key.flags), "")
    if kind:
        steps.append(_KINDS[kind] if kind != "n" else exact_number if gnu else float_number)
        if kind == "V":
            steps[-1] = cmp_to_key(file_version_order if gnu else string_version_order)
    if not steps:
        return None
    if len(steps) == 1:
        return steps[0]

    def run(line: bytes) -> object:
        value: Any = line
        for step in steps:
            value = step(value)
        return value

    return run


def _skip_blanks(text: bytes, at: int) -> int:
    match = BLANK.match(text, at)
    assert match is not None
    return match.end()


def exact_number(text: bytes) -> int | Decimal:
    """GNU's -n: a decimal number of any length, without exponent."""
    match = GNU_NUMBER.match(text)
    assert match is not None
    sign, whole, fraction = match.groups()
    if not fraction:
        value: int | Decimal = int(whole or b"0") if len(whole) < 4000 else Decimal(whole.decode())
    else:
        value = Decimal(f"{(whole or b'0').decode()}.{fraction.decode()}")
    return -value if sign else value


def float_number(text: bytes) -> float:
    """busybox's -n: what atof(3) reads."""
    try:
        return float(text)
    except ValueError:
        pass
    match = FLOAT.match(text)
    if match is None:
        return 0.0
    word = match[1]
    if word[:3].lower().lstrip(b"+-").startswith(b"0x"):
        return float(int(word, 16))
    value = float(word)
    return value if value == value else 0.0


def general_number(text: bytes) -> tuple[int, float]:
    """-g: what is no number comes first, then NaN, then numbers."""
    match = FLOAT.match(text)
    if match is None:
        return (0, 0.0)
    word = match[1]
    value = float(int(word, 16)) if b"x" in word.lower() else float(word)
    return (1, 0.0) if value != value else (2, value)


def human_number(text: bytes) -> tuple[int, Decimal]:
    """-h: by suffix first, then by number."""
    match = HUMAN.match(text)
    assert match is not None
    sign, digits, suffix = match.groups()
    value = Decimal(digits.decode()) if digits.strip(b".") else Decimal(0)
    if not value:
        return (0, value)
    rank = 1 + (max(SUFFIXES.find(suffix), 1) if suffix else 0)
    return (-rank, -value) if sign else (rank, value)


def month(text: bytes) -> int:
    """-M: unknown names come first."""
    name = text[_skip_blanks(text, 0) :][:3].lower()
    return MONTHS.index(name) + 1 if name in MONTHS else 0


def string_version_order(left: bytes, right: bytes) -> int:
    """strverscmp(3): runs of digits compare as numbers, or as fractions when they begin with a zero."""
    at = 0
    while at < min(len(left), len(right)) and left[at] == right[at]:
        at += 1
    begin = at
    while begin and left[begin - 1 : begin].isdigit():
        begin -= 1
    one, other = _digits(left, begin), _digits(right, begin)
    plain = (left[at:] > right[at:]) - (left[at:] < right[at:])
    if not one or not other:
        return plain
    fraction = one.startswith(b"0") and other.startswith(b"0") and at > begin
    if fraction or (at == begin and (one.startswith(b"0") or other.startswith(b"0"))):
        zeros = len(one) - len(one.lstrip(b"0")), len(other) - len(other.lstrip(b"0"))
        if zeros[0] != zeros[1]:
            return zeros[1] - zeros[0]
        return plain
    return len(one) - len(other) or plain


def _digits(text: bytes, at: int) -> bytes:
    end = at
    while text[end : end + 1].isdigit():
        end += 1
    return text[at:end]


def file_version_order(left: bytes, right: bytes) -> int:
    """GNU's -V: Debian's order of versions, with suffixes of file names set aside at first."""
    if left == right:
        return 0
    for special in (b"", b".", b".."):
        if left == special or right == special:
            return -1 if left == special else 1
    if left.startswith(b".") != right.startswith(b"."):
        return -1 if left.startswith(b".") else 1
    short = _debian_order(_without_suffix(left), _without_suffix(right))
    return short or _debian_order(left, right) or (left > right) - (left < right)


def _without_suffix(name: bytes) -> bytes:
    return re.sub(rb"(?:\.[A-Za-z~][A-Za-z0-9~]*)*\Z", b"", name)


def _debian_order(left: bytes, right: bytes) -> int:
    at = to = 0
    while at < len(left) or to < len(right):
        while (at < len(left) and not left[at : at + 1].isdigit()) or (
            to < len(right) and not right[to : to + 1].isdigit()
        ):
            one, other = _weight(left, at), _weight(right, to)
            if one != other:
                return one - other
            at, to = at + 1, to + 1
        one_digits, other_digits = _digits(left, at), _digits(right, to)
        at, to = at + len(one_digits), to + len(other_digits)
        difference = int(one_digits or b"0") - int(other_digits or b"0")
        if difference:
            return difference
    return 0


def _weight(text: bytes, at: int) -> int:
    if at >= len(text) or text[at : at + 1].isdigit():
        return 0
    byte = text[at]
    if byte == 126:
        return -1
    return byte if text[at : at + 1].isalpha() else byte + 256


_KINDS: dict[str, KeyFunction] = {
    "n": float_number,
    "g": general_number,
    "h": human_number,
    "M": month,
    "V": cmp_to_key(file_version_order),
}
