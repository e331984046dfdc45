"""The current record of awk and its fields, split when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.awk_nodes import AwkError
from minibuild.programs.text.awk_values import UNSET, Input, Value
from minibuild.programs.text.memory import joined
from minibuild.programs.text.regex import RegexError, compile_regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.programs.text.awk_values import Dialect
    from minibuild.programs.text.regex import Regex

    Splitter = Callable[[bytes], list[bytes]]

MOST_FIELDS = 1 << 20


class Fixed(bytes):
    """A field that was assigned a string: it never compares as a number."""

    __slots__ = ()


def dynamic_regex(source: bytes) -> Regex:
    """The regular expression of a string. AwkError when it is wrong."""
    try:
        return compile_regex(source, extended=True, escapes=True, strict=True)
    except RegexError as error:
        raise AwkError(f"bad regex '{source.decode('utf-8', 'surrogateescape')}': {error}") from None


def splitter(separator: bytes, *, paragraphs: bool, dialect: Dialect) -> Splitter:
    """How text is split at `separator`: FS, or the third argument of split().

    `paragraphs`: a newline separates fields too (RS is empty).
    """
    if separator == b" ":
        return bytes.split if not dialect.gawk else _split_blanks
    if not separator:
        return lambda text: [text[at : at + 1] for at in range(len(text))]
    if len(separator) == 1:
        if not paragraphs or separator == b"\n":
            return lambda text: text.split(separator) if text else []
        both = separator
        return lambda text: text.replace(b"\n", both).split(both) if text else []
    regex = dynamic_regex(b"(" + separator + b")|\n" if paragraphs else separator)
    return lambda text: split_by_regex(regex, text)


def split_by_regex(regex: Regex, text: bytes) -> list[bytes]:
    """The pieces of text between matches that are not empty."""
    if not text:
        return []
    out: list[bytes] = []
    at = start = 0
    while at <= len(text) and (match := regex.search(text, at)) is not None:
        begin, end = match.span()
        if begin == end:
            at = end + 1
            continue
        out.append(text[start:begin])
        at = start = end
    out.append(text[start:])
    return out


def _split_blanks(text: bytes) -> list[bytes]:
    """At spaces, tabs and newlines alone, as GNU has it."""
    if b"\r" not in text and b"\v" not in text and b"\f" not in text:
        return text.split()
    return [piece for piece in text.replace(b"\t", b" ").replace(b"\n", b" ").split(b" ") if piece]


class Record:
    """$0 and its fields. A plain bytes field came from the input, a Fixed or a float was assigned.

    `to_text` converts by CONVFMT, `joint` gives OFS, `split` is how the record is split: by FS as it was when
    it was read.
    """

    __slots__ = ("fields", "joint", "split", "stale", "text", "to_text")

    def __init__(self, to_text: Callable[[Value], bytes], joint: Callable[[], bytes]) -> None:
        self.text = b""
        self.fields: list[Value] | None = None
        self.stale = False
        self.split: Splitter = bytes.split
        self.to_text, self.joint = to_text, joint

    def set(self, text: bytes, split: Splitter) -> None:
        """A new $0."""
        self.text, self.split, self.fields, self.stale = text, split, None, False

    def whole(self) -> bytes:
        """$0, put together again when a field has changed."""
        if self.stale:
            self.stale = False
            self.text = joined(self.joint(), map(self.to_text, self.fields or ()))
        return self.text

    def parts(self) -> list[Value]:
        """The fields."""
        if self.fields is None:
            self.fields = list(self.split(self.text))
        return self.fields

    def value(self, number: int) -> Value:
        """$number."""
        if not number:
            return Input(self.whole())
        fields = self.fields if self.fields is not None else self.parts()
        if number > len(fields):
            return UNSET
        if number < 0:
            raise AwkError("Access to negative field")
        field = fields[number - 1]
        if field.__class__ is bytes:
            return Input(field)
        return bytes(field) if isinstance(field, bytes) else field

    def text_of(self, number: int) -> bytes:
        """$number as text."""
        if not number:
            return self.whole()
        fields = self.fields if self.fields is not None else self.parts()
        if number > len(fields):
            return b""
        if number < 0:
            raise AwkError("Access to negative field")
        field = fields[number - 1]
        return field if isinstance(field, bytes) else self.to_text(field)

    def put(self, number: int, value: Value, split: Splitter) -> None:
        """Assign to $number."""
        if not number:
            self.set(self.to_text(value), split)
            return
        self._check(number)
        fields = self.parts()
        while len(fields) < number:
            fields.append(b"")
        if isinstance(value, bytes):
            value = bytes(value) if isinstance(value, Input) else Fixed(value)
        fields[number - 1] = value
        self.stale = True

    def resize(self, count: int) -> None:
        """Assign to NF."""
        self._check(count)
        fields = self.parts()
        del fields[count:]
        fields.extend([b""] * (count - len(fields)))
        self.stale = True

    def _check(self, number: int) -> None:
        if number < 0:
            raise AwkError("Access to negative field")
        if number > MOST_FIELDS:
            raise AwkError("Out of memory")
