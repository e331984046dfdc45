"""grep over one file: which lines are selected, and what is printed of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader
    from minibuild.programs.text.grep_matcher import Matcher

BLOCK = 1 << 18
PROBE = 1 << 15  # GNU looks for NUL bytes in what it reads first


@dataclass(frozen=True, slots=True)
class Style:
    """What is printed. `mode`: "" (lines), "o" (matches), "c" (their number), "l", "L" (names), "q"
    (nothing).

    `named`, `numbered`, `offsets`: what stands before a line; `limit`: stop after so many lines (`trailing`:
    what would match there is context); `counted`: files without
    a match show their count even where names are listed; `separator`: what stands between groups of lines
    that do not follow each other (None: nothing); `binary`: what a file with NUL bytes gives ("text",
    "binary", "without-match").
    """

    mode: str
    invert: bool
    named: bool
    numbered: bool
    offsets: bool
    tab: bool
    null: bool
    after: int
    before: int
    separator: bytes | None
    limit: int | None
    trailing: bool
    counted: bool
    delimiter: bytes
    binary: str

    @property
    def bare(self) -> bool:
        """Are lines printed just as they are?"""
        plain = not (self.mode or self.named or self.numbered or self.offsets)
        return plain and not (self.after or self.before or self.separator is not None)

    @property
    def loose(self) -> bool:
        """Are matches printed just as they are?"""
        plain = not (self.named or self.numbered or self.offsets or self.invert)
        return self.mode == "o" and self.limit is None and plain


class Search:
    """One file. `run` is called once."""

    def __init__(self, process: Process, matcher: Matcher, style: Style, name: bytes) -> None:
        self.process, self.matcher, self.style, self.name = process, matcher, style, name
        self.write = process.stdout.write
        self.count = 0
        self.number = self.offset = 0
        # Context: lines before the next selected one, how many are still due after the last one, the last
        # line printed.
        self.held: deque[tuple[int, int, bytes]] = deque(maxlen=style.before)
        self.due, self.printed = 0, -1
        # `gap`: something of another file was printed.
        self.binary = self.done = self.gap = False

    def run(self, reader: Reader) -> bool:
        """Search it; whether a line was selected."""
        style = self.style
        self.done = style.limit == 0
        for place, block in enumerate(self._blocks(reader)):
            self.process.tick()
            if not place and b"\0" in block[:PROBE] and style.binary != "text":
                if style.binary == "without-match":
                    break
                self.binary = True
            self._block(block)
            if self.done:
                break
        return self.finish()

    def _blocks(self, reader: Reader) -> Iterator[bytes]:
        """The file in pieces of whole lines."""
        delimiter, rest = self.style.delimiter, list[bytes]()
        while not self.done and (piece := reader.read_some(BLOCK)):
            end = piece.rfind(delimiter) + 1
            if end:
                rest.append(piece[:end])
                yield b"".join(rest)
                rest = [piece[end:]] if end < len(piece) else []
            else:
                rest.append(piece)
        if rest:
            yield b"".join(rest)

    def _block(self, block: bytes) -> None:
        """Go over the lines: runs of lines that match and that do not, by turns."""
        if self.style.loose and not self.binary and (parts := self.matcher.block_parts(block)) is not None:
            self.count += parts[0]
            self.write(b"".join(parts[1]))
            return
        at, invert = 0, self.style.invert
        for start, end in self.matcher.lines(block):
            if start > at:
                self._run(block, at, start, invert)
            if not self.done:
                self._run(block, start, end, not invert)
            at = end
            if self.done:
                return
        if at < len(block):
            self._run(block, at, len(block), invert)

    def _run(self, block: bytes, start: int, end: int, selected: bool) -> None:
        """Lines that are all selected or all not."""
        style = self.style
        if not selected and not style.after and not style.before:
            if style.numbered or style.separator is not None:
                self.number += block.count(style.delimiter, start, end)
            self.offset += end - start
        elif (
            selected
            and style.limit is None
            and not self.binary
            and (style.bare or style.mode in ("c", "l", "L", "q"))
        ):
            self._whole(block[start:end])
        else:
            while start < end and not self.done:
                stop = block.find(style.delimiter, start, end) + 1 or end
                self._line(block[start:stop], selected)
                start = stop

    def _whole(self, text: bytes) -> None:
        """Selected lines that are printed as they are, or only counted."""
        style = self.style
        self.count += text.count(style.delimiter) + (not text.endswith(style.delimiter))
        if not style.mode:
            self.write(text if text.endswith(style.delimiter) else text + style.delimiter)
        elif style.mode != "c":
            self.done = True

    def _line(self, line: bytes, selected: bool) -> None:
        """One line, selected or perhaps printed as context."""
        style = self.style
        self.number += 1
        text = line.removesuffix(style.delimiter)
        if not selected:
            if self.due > 0:
                self.due -= 1
                self._print(self.number, self.offset, text, b"-")
            elif style.before:
                self.held.append((self.number, self.offset, text))
        elif style.limit is not None and self.count >= style.limit:
            self.due -= 1
            self.done = not style.trailing
            if style.trailing:
                self._print(self.number, self.offset, text, b"-")
        else:
            self.count += 1
            self._select(text)
        self.offset += len(line)
        if style.limit is not None and self.count >= style.limit and not self.due:
            self.done = True

    def _select(self, text: bytes) -> None:
        style = self.style
        if style.mode in ("c", "l", "L", "q"):
            self.done = style.mode != "c"
            return
        if self.binary:
            self.write(b"grep: " + self.name + b": binary file matches\n")
            self.done = True
            return
        if style.mode == "o":
            if not style.invert:
                for start, end in self.matcher.parts(text):
                    self._put(self.number, self.offset + start, text[start:end], b":")
            return
        first = self.held[0][0] if self.held else self.number
        if style.separator is not None and (self.gap or -1 < self.printed != first - 1):
            self.write(style.separator + b"\n")
        self.gap = False
        for number, offset, held in self.held:
            self._print(number, offset, held, b"-")
        self.held.clear()
        self.due = style.after
        self._print(self.number, self.offset, text, b":")

    def _print(self, number: int, offset: int, text: bytes, mark: bytes) -> None:
        if self.style.mode != "o":
            self.printed = number
            self._put(number, offset, text, mark)

    def _put(self, number: int, offset: int, text: bytes, mark: bytes) -> None:
        """Text with what stands before it."""
        style = self.style
        head = b""
        if style.named:
            head += self.name + (b"\0" if style.null else mark)
        if style.numbered:
            head += b"%d%s" % (number, mark)
        if style.offsets:
            head += b"%d%s" % (offset, mark)
        if style.tab and head:
            head += b"\t"
        self.write(head + text + style.delimiter)

    def finish(self) -> bool:
        """Print what comes once a file; whether a line was selected."""
        style, found = self.style, self.count > 0
        if style.mode == "c" or (style.counted and style.mode in ("l", "L") and not found):
            self.write(
                (self.name + (b"\0" if style.null else b":") if style.named else b"") + b"%d\n" % self.count
            )
        if (style.mode == "l" and found) or (style.mode == "L" and not found):
            self.write(self.name + (b"\0" if style.null else b"\n"))
        return found
