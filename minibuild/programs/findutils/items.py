"""How xargs parts its input into items: by quotes and blanks, by lines, by a delimiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.streams import Reader

_BLANKS = b" \t\n\r\v\f"


class UnmatchedQuoteError(Exception):
    """The input ends within quotes (or, for GNU, a line does); `kind` is single or double."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def delimited(reader: Reader, delimiter: bytes) -> Iterator[str]:
    """Items that end with a byte; the last one need not."""
    rest = b""
    while block := reader.read_some():
        *whole, rest = (rest + block).split(delimiter)
        for item in whole:
            yield decode(item)
    if rest:
        yield decode(rest)


def lines(reader: Reader) -> Iterator[str]:
    """busybox's items with -I: lines without leading blanks; nothing is special in them."""
    for line in reader:
        item = line.removesuffix(b"\n").lstrip(b" \t")
        if item:
            yield decode(item)


def quoted_lines(reader: Reader) -> Iterator[str]:
    """GNU's items with -I: lines without leading blanks; quotes and backslashes are special."""
    for line in reader:
        items = list(_quoted(_bytes(line.lstrip(b" \t")), b"\n", gnu=True))
        if items:
            yield items[0][0]


def quoted(reader: Reader, *, gnu: bool) -> Iterator[tuple[str, bool]]:
    """(item, whether a line ends after it). Blanks part items, unless they are quoted or follow a backslash.

    A line that ends with a blank goes on in the next one.
    """
    return _quoted((byte for line in reader for byte in line), _BLANKS, gnu=gnu)


def _bytes(line: bytes) -> Iterator[int]:
    return iter(line)


def _quoted(data: Iterator[int], blanks: bytes, *, gnu: bool) -> Iterator[tuple[str, bool]]:
    item = bytearray()
    begun, quote, escaped = False, 0, False
    pending: str | None = None  # an item of which it is not known yet whether its line ends
    for byte in data:
        if escaped:
            item.append(byte)
            escaped = False
        elif quote:
            if byte == quote:
                quote = 0
            elif byte == 10 and gnu:
                if pending is not None:
                    yield pending, False
                raise UnmatchedQuoteError("single" if quote == 39 else "double")
            else:
                item.append(byte)
        elif byte == 92:
            escaped = True
        elif byte in (34, 39):
            quote = byte
            begun = begun or gnu  # to busybox, empty quotes are no item
        elif byte in blanks:
            if begun or item:
                if pending is not None:
                    yield pending, False
                pending = decode(bytes(item))
                item.clear()
                begun = False
                if byte == 10:
                    yield pending, True
                    pending = None
        else:
            if pending is not None:
                yield pending, False
                pending = None
            item.append(byte)
            begun = True
    if pending is not None:
        yield pending, not (begun or item or quote)
    if quote and (gnu or item):  # busybox notices only when there is something behind the quote
        raise UnmatchedQuoteError("single" if quote == 39 else "double")
    if (begun and not quote) or item:
        yield decode(bytes(item)), True
