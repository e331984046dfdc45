"""The commands of ed that look at lines and change them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.text.ed_buffer import Addresses, Buffer, EdError
from minibuild.programs.text.ed_text import replacement_text, substituted, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process


class _Line(bytes):
    """A line that a global command has marked: it is known again by its identity."""

    __slots__ = ()


class LineCommands:
    """A session as far as lines go. `status` is 1 once something has failed."""

    def __init__(self, process: Process, *, extended: bool) -> None:
        self.process = process
        self.buffer = Buffer(extended=extended)
        self.replacement = b""
        # Lines that a global command list still has to give, as if they were typed.
        self.queue: list[bytes] = []
        self.in_list = False

    def execute(self, line: bytes) -> None:
        """Do one command. EdError."""
        raise NotImplementedError

    def write(self, text: bytes | str) -> None:
        """Print."""
        self.process.stdout.write(text)

    def read_line(self) -> bytes | None:
        """The next line of input, for text and command lists."""
        if self.queue:
            return self.queue.pop(0)
        if self.in_list:
            return None  # the text of a command list ends with the list
        line = self.process.stdin.readline()
        return line.removesuffix(b"\n") if line else None

    # ---- addresses

    def span(self, given: list[int], first: int | None = None, last: int | None = None) -> tuple[int, int]:
        """The range of a command: what was given, else the default (the current line)."""
        if not given:
            start = self.buffer.current if first is None else first
            stop = self.buffer.current if last is None else last
        else:
            start, stop = given[0], given[-1]
        if start > stop or start < 1 or stop > self.buffer.last():
            raise EdError("Invalid address")
        return start, stop

    def place(self, given: list[int], default: int | None = None) -> int:
        """The line of a command with one address."""
        return given[-1] if given else self.buffer.current if default is None else default

    # ---- printing

    def suffix(self, rest: bytes) -> str:
        """The letters p, n and l after a command."""
        text = rest.strip().decode("latin-1")
        if text.strip("pnl"):
            raise EdError("Invalid command suffix")
        return text

    def show(self, first: int, last: int, how: str) -> None:
        """Print lines: plainly, with numbers (n), unambiguously (l)."""
        for number in range(first, last + 1):
            text = self.buffer.lines[number - 1]
            if "l" in how:
                text = visible(text)
            self.write((b"%d\t" % number if "n" in how else b"") + text + b"\n")
        self.buffer.current = last

    def _after(self, how: str) -> None:
        if how:
            self.show(self.buffer.current, self.buffer.current, how)

    def print_next(self, given: list[int]) -> None:
        """An empty command: the line that is named, or the next one."""
        number = given[-1] if given else self.buffer.current + 1
        if not 1 <= number <= self.buffer.last():
            raise EdError("Invalid address")
        self.show(number, number, "p")

    def _print(self, given: list[int], rest: bytes, how: str) -> None:
        suffix = self.suffix(rest)
        self.show(*self.span(given), how + suffix)

    def do_p(self, given: list[int], rest: bytes) -> None:
        self._print(given, rest, "p")

    def do_n(self, given: list[int], rest: bytes) -> None:
        self._print(given, rest, "n")

    def do_l(self, given: list[int], rest: bytes) -> None:
        self._print(given, rest, "l")

    def do_scroll(self, given: list[int], rest: bytes) -> None:
        digits = rest[: len(rest) - len(rest.lstrip(b"0123456789"))]
        how = self.suffix(rest[len(digits) :])
        first = self.place(given, self.buffer.current + 1)
        if not 1 <= first <= self.buffer.last():
            raise EdError("Invalid address")
        self.show(first, min(first + int(digits or 22) - 1, self.buffer.last()), how)

    def do_equals(self, given: list[int], rest: bytes) -> None:
        self.suffix(rest)
        self.write(f"{self.place(given, self.buffer.last())}\n")

    # ---- changing lines

    def _text(self) -> list[bytes]:
        """Lines up to one with a dot alone."""
        lines: list[bytes] = []
        while (line := self.read_line()) is not None and line != b".":
            lines.append(line)
        return lines

    def do_a(self, given: list[int], rest: bytes) -> None:
        how, after = self.suffix(rest), self.place(given)
        self.buffer.remember()
        self.buffer.insert(after, self._text())
        self._after(how)

    def do_i(self, given: list[int], rest: bytes) -> None:
        how, before = self.suffix(rest), self.place(given)
        self.buffer.remember()
        lines = self._text()
        self.buffer.insert(max(before - 1, 0), lines)
        if not lines:
            self.buffer.current = before
        self._after(how)

    def do_c(self, given: list[int], rest: bytes) -> None:
        how, (first, last) = self.suffix(rest), self.span(given)
        self.buffer.remember()
        lines = self._text()
        at_end = last == self.buffer.last()
        self.buffer.delete(first, last)
        if lines or at_end:
            self.buffer.insert(first - 1, lines)
        self._after(how)

    def do_d(self, given: list[int], rest: bytes) -> None:
        how, (first, last) = self.suffix(rest), self.span(given)
        self.buffer.remember()
        self.buffer.delete(first, last)
        self._after(how)

    def do_j(self, given: list[int], rest: bytes) -> None:
        how = self.suffix(rest)
        first, last = self.span(given, self.buffer.current, self.buffer.current + 1)
        if first == last:
            return
        self.buffer.remember()
        joined = b"".join(self.buffer.lines[first - 1 : last])
        self.buffer.delete(first, last)
        self.buffer.insert(first - 1, [joined])
        self._after(how)

    def _target(self, rest: bytes) -> tuple[int, str]:
        addresses = Addresses(self.buffer, rest)
        found = addresses.read()
        return self.place(found), self.suffix(rest[addresses.at :])

    def do_m(self, given: list[int], rest: bytes) -> None:
        first, last = self.span(given)
        target, how = self._target(rest)
        if first <= target < last:
            raise EdError("Invalid destination")
        self.buffer.remember()
        moved = self.buffer.lines[first - 1 : last]
        marks = {name: n for name, n in self.buffer.marks.items() if first <= n <= last}
        self.buffer.delete(first, last)
        after = target if target < first else target - len(moved)
        self.buffer.insert(after, moved)
        self.buffer.marks |= {name: n - first + 1 + after for name, n in marks.items()}
        self._after(how)

    def do_t(self, given: list[int], rest: bytes) -> None:
        first, last = self.span(given)
        target, how = self._target(rest)
        self.buffer.remember()
        self.buffer.insert(target, self.buffer.lines[first - 1 : last])
        self._after(how)

    def do_k(self, given: list[int], rest: bytes) -> None:
        name = rest[:1].decode("latin-1")
        if not name.islower():
            raise EdError("Invalid mark character")
        number = self.place(given)
        if not number:
            raise EdError("Invalid address")
        self.buffer.marks[name] = number

    def do_u(self, _given: list[int], rest: bytes) -> None:
        how = self.suffix(rest)
        self.buffer.swap()
        self._after(how)

    # ---- substituting, global commands

    def do_s(self, given: list[int], rest: bytes) -> None:
        first, last = self.span(given)
        mark = rest[:1]
        if not mark or mark.isalnum() or mark == b" ":
            raise EdError("Invalid pattern delimiter")
        parts = Addresses(self.buffer, rest)
        parts.at = 1
        regex = self.buffer.pattern(parts.delimited(mark))
        source = replacement_text(parts, mark)
        while parts.text.endswith(b"\\") and parts.at >= len(parts.text) and source.endswith(b"\\"):
            more = self.read_line()
            if more is None:
                break
            parts.text += b"\n" + more
            source += replacement_text(parts, mark)
        flags = parts.text[parts.at :].decode("latin-1")
        open_ended = parts.text[parts.at - 1 : parts.at] != mark
        digits = "".join(char for char in flags if char.isdigit())
        if flags.strip("gpnlI0123456789"):
            raise EdError("Invalid command suffix")
        how = "".join(char for char in flags if char in "pnl") or ("p" if open_ended else "")
        if source == b"%":
            source = self.replacement
        self.replacement = source
        changed = self._replace(
            first, last, lambda text: substituted(regex, source, text, int(digits or 1), "g" in flags)
        )
        if not changed:
            raise EdError("No match")
        self._after(how)

    def _replace(self, first: int, last: int, change: Callable[[bytes], bytes | None]) -> bool:
        done, number = False, first
        for _ in range(last - first + 1):
            self.process.tick()
            text = change(self.buffer.lines[number - 1])
            if text is None:
                number += 1
                continue
            if not done:
                self.buffer.remember()
            done = True
            lines = text.split(b"\n")
            self.buffer.lines[number - 1 : number] = lines
            number += len(lines)
            self.buffer.current = number - 1
            self.buffer.modified = True
        return done

    def do_g(self, given: list[int], rest: bytes) -> None:
        self._global(given, rest, wanted=True)

    def do_v(self, given: list[int], rest: bytes) -> None:
        self._global(given, rest, wanted=False)

    def _global(self, given: list[int], rest: bytes, *, wanted: bool) -> None:
        if self.in_list:
            raise EdError("Cannot nest global commands")
        first, last = self.span(given, 1, self.buffer.last())
        mark = rest[:1]
        if not mark or mark in b" \n":
            raise EdError("Invalid pattern delimiter")
        parts = Addresses(self.buffer, rest)
        parts.at = 1
        regex = self.buffer.pattern(parts.delimited(mark))
        commands = [parts.text[parts.at :] or b"p"]
        while commands[-1].endswith(b"\\"):
            more = self.read_line()
            if more is None:
                break
            commands[-1] = commands[-1][:-1]
            commands.append(more)
        lines = self.buffer.lines
        marked = [_Line(lines[n - 1]) for n in range(first, last + 1) if regex.found(lines[n - 1]) == wanted]
        places = iter(marked)
        for n in range(first, last + 1):
            if regex.found(lines[n - 1]) == wanted:
                lines[n - 1] = next(places)
        self.buffer.remember()
        kept = self.buffer.undo
        self.in_list = True
        try:
            self._each(marked, commands)
        finally:
            self.in_list = False
            self.queue = []
        self.buffer.undo = kept

    def _each(self, marked: list[_Line], commands: list[bytes]) -> None:
        """Do a command list for every marked line that is still there."""
        for line in marked:
            self.process.tick()
            place = next((n for n, one in enumerate(self.buffer.lines, 1) if one is line), 0)
            if not place:
                continue
            self.buffer.current = place
            self.queue = list(commands)
            while self.queue:
                self.execute(self.queue.pop(0))
