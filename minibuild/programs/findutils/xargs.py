"""xargs: commands with arguments from standard input."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.execution import run_command
from minibuild.kernel.process import ProcessExit
from minibuild.kernel.streams import Null
from minibuild.programs.findutils.items import UnmatchedQuoteError, delimited, lines, quoted, quoted_lines
from minibuild.programs.inputs import die, number, shell_name
from minibuild.programs.options import Options, Opts, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader

BUSYBOX = Options(
    "+trn:s:E:e::px0I:i::P:a:",
    long={"no-run-if-empty": "r"},
    usage="[OPTIONS] [PROG ARGS]",
    help="""Run a command with items from standard input as its last arguments

	-0	Items end with a zero, and nothing in them is special
	-a FILE	Items come from FILE
	-E STR	An item STR ends the input; also -e[STR]
	-I STR	One command a line, which takes the place of STR
	-n N	At most N items a command
	-s N	At most N bytes a command
	-P N	Accepted: commands run one after another
	-r	No command without items
	-t	Show each command first; -p: and ask
	-x	End when a command line gets too long""",
)
GNU = Options(
    "+0a:d:E:e::i::I:l::L:n:oprs:txP:",
    long={"null": "0", "arg-file=": "a", "delimiter=": "d", "eof=?": "e", "replace=?": "i",
    "max-lines=?": "l",
          "max-args=": "n", "open-tty": "o", "interactive": "p", "no-run-if-empty": "r", "max-chars=": "s",
          "verbose": "t", "exit": "x", "max-procs=": "P", "process-slot-var=": "slot",
          "show-limits": "limits"},
    usage="[OPTION]... COMMAND [INITIAL-ARGS]...",
    help="Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.",
)  # fmt: skip
_GNU_LENGTH, _BUSYBOX_LENGTH = 128 << 10, (32 << 10) - 2048


class _Stop(Exception):  # noqa: N818  it only ends the loop
    """No further command is to be run; `status` is xargs's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@program("xargs", options=BUSYBOX)
def xargs(process: Process) -> int:
    """`xargs [OPTIONS] [COMMAND [ARGS]...]`; -P runs one after another."""
    busybox = is_busybox(process)
    opts, words = (BUSYBOX if busybox else GNU).parse(process)
    return _Xargs(process, opts, words or ["echo"], busybox).run()


class _Xargs:
    def __init__(self, process: Process, opts: Opts, words: list[str], busybox: bool) -> None:
        self.process, self.opts, self.words, self.busybox = process, opts, words, busybox
        self.replace = self._replaced_text()
        self.most = self._number("n")
        self.lines = self._number("L")
        if opts.last("l", "L") == "l":
            self.lines = int(opts.text("l", "1")) if opts.text("l", "1").isdigit() else 1
        self._exclude()
        self._number("P", 0)
        self.length = self._length()
        self.exact = "x" in opts or self.replace is not None or (self.lines is not None and not busybox)
        self.status = 0

    def run(self) -> int:
        """Run the commands; 0, 1, or 123 to 127 as POSIX has it."""
        process = self.process
        try:
            reader = process.open_reader(self.opts.text("a", "-"))
        except OSError as error:
            name = self.opts.text("a")
            die(process, f"can't open '{name}': {strerror(error)}" if self.busybox else
                f"Cannot open input file {shell_name(name)}: {strerror(error)}")  # fmt: skip
        try:
            if self.replace is not None:
                for item in self._until_end(self._whole_items(reader)):
                    self._run([self._filled(word, item) for word in self.words])
            else:
                self._gather(self._items(reader))
        except UnmatchedQuoteError as error:
            if self.busybox:
                die(process, f"unmatched {error.kind} quote")
            advice = "by default quotes are special to xargs unless you use the -0 option"
            die(process, f"unmatched {error.kind} quote; {advice}")
        except _Stop as stop:
            return stop.status
        return self.status

    # ---- input

    def _items(self, reader: Reader) -> Iterator[tuple[str, bool]]:
        """Items, each with whether a line ends after it."""
        delimiter = self._delimiter()
        if delimiter is not None:
            for item in delimited(reader, delimiter):
                yield item, True
            return
        end = self._end_text()
        for item, last in quoted(reader, gnu=not self.busybox):
            if item == end:
                return
            yield item, last

    def _whole_items(self, reader: Reader) -> Iterator[str]:
        """Items with -I."""
        delimiter = self._delimiter()
        if delimiter is not None:
            return delimited(reader, delimiter)
        return lines(reader) if self.busybox else quoted_lines(reader)

    def _until_end(self, items: Iterator[str]) -> Iterator[str]:
        end = self._end_text()
        for item in items:
            if item == end:
                return
            yield item

    def _delimiter(self) -> bytes | None:
        if "0" in self.opts:
            return b"\0"
        text = self.opts.get("d")
        if text is None:
            return None
        known = {
            "\\n": b"\n",
            "\\t": b"\t",
            "\\0": b"\0",
            "\\r": b"\r",
            "\\\\": b"\\",
            "\\a": b"\a",
            "\\b": b"\b",
        }
        if text in known:
            return known[text]
        raw = text.encode("utf-8", "surrogateescape")
        if text.startswith("\\x") and len(text) > 2:
            return bytes([int(text.removeprefix("\\x"), 16) & 255])
        if text.startswith("\\") and text[1:].isdigit():
            return bytes([int(text[1:], 8) & 255])
        if len(raw) != 1:
            die(self.process,
            f"Invalid input delimiter specification {text}: the delimiter must be either a single"
                " character or an escape sequence starting with \\.")  # fmt: skip
        return raw

    def _end_text(self) -> str | None:
        """The item that ends the input."""
        return self.opts.get(self.opts.last("E", "e") or "E")

    # ---- running

    def _gather(self, items: Iterator[tuple[str, bool]]) -> None:
        """Fill command lines as far as -n, -L and -s allow."""
        used = sum(_size(word) for word in self.words)
        if used + self.busybox > self.length:
            words = "can't fit single argument within argument list size limit"
            die(self.process, words if self.busybox else "argument line too long")
        arguments: list[str] = []
        size, ended, ran = used, 0, False
        try:
            for item, last in items:
                if size + _size(item) > self.length:
                    if not arguments or (self.exact and not self._full(arguments, ended)):
                        die(self.process, "argument line too long")
                    self._run(self.words + arguments)
                    arguments, size, ended, ran = [], used, 0, True
                    if size + _size(item) > self.length:
                        die(self.process, "argument line too long")
                arguments.append(item)
                size += _size(item)
                ended += last
                if self._full(arguments, ended):
                    self._run(self.words + arguments)
                    arguments, size, ended, ran = [], used, 0, True
        except UnmatchedQuoteError:
            if arguments and not self.busybox:
                self._run(self.words + arguments)
            raise
        if arguments or not (ran or "r" in self.opts):
            self._run(self.words + arguments)

    def _full(self, arguments: list[str], ended: int) -> bool:
        if self.most is not None and len(arguments) >= self.most:
            return True
        return self.lines is not None and ended >= self.lines

    def _filled(self, word: str, item: str) -> str:
        return word.replace(self.replace or "{}", item)

    def _run(self, argv: list[str]) -> None:
        """Run one command, and see what its status means for the next ones."""
        process = self.process
        if self.opts.any("t", "p"):
            shown = " ".join(argv) if self.busybox else " ".join(shell_name(word) for word in argv)
            process.stderr.write(shown)
            if "p" in self.opts and not self._agreed():
                return
            if "p" not in self.opts:
                process.stderr.write("\n")
        status, signal = self._start(argv)
        name = argv[0]
        if signal:
            process.error(f"'{name}' terminated by signal {signal}" if self.busybox else
                          f"{name}: terminated by signal {signal}")  # fmt: skip
            raise _Stop(125)
        if status == 255:
            process.error(f"{name}: exited with status 255; aborting")
            raise _Stop(124)
        if status:
            self.status = 123

    def _start(self, argv: list[str]) -> tuple[int, int]:
        """(exit status, the signal that ended the command or 0)."""
        process = self.process
        child = process.fork()
        if "a" not in self.opts and "o" not in self.opts:
            child.descriptors.put(0, Null())
        problem: list[OSError] = []

        def body(running: Process) -> int:
            try:
                return run_command(running, argv)
            except OSError as error:
                problem.append(error)
                return 127

        status = child.perform(body)
        process.reap(child)
        if problem:
            process.error(f"{argv[0]}: {strerror(problem[0])}")
            raise _Stop(127 if problem[0].errno in (errno.ENOENT, errno.ENOTDIR) else 126)
        return status, child.doom if child.doom and status == 128 + child.doom else 0

    def _agreed(self) -> bool:
        """Ask on the terminal, which a container has not."""
        process = self.process
        try:
            reader = process.open_reader("/dev/tty")
        except OSError as error:
            reason = strerror(error if error.errno != errno.ENOENT else errno.ENXIO)
            die(process, f"can't open '/dev/tty': {reason}" if self.busybox else
                f"failed to open /dev/tty for reading: {reason}")  # fmt: skip
        process.stderr.write(" ?...")
        return reader.readline()[:1] in (b"y", b"Y")

    # ---- options

    def _replaced_text(self) -> str | None:
        last = self.opts.last("I", "i")
        return None if last is None else self.opts.text(last, "{}")

    def _exclude(self) -> None:
        """-I, -L and -n exclude each other: the last one counts, and GNU says so."""
        last = self.opts.last("I", "i", "L", "l", "n")
        if self.busybox or last is None:
            return
        if last in ("I", "i"):
            if self.most is not None:
                self._warn("--max-args", "--replace/-I/-i")
            self.most = self.lines = None
        elif last in ("L", "l"):
            if self.most is not None:
                self._warn("--max-args", "-L" if last == "L" else "--max-lines/-l")
            if self.replace is not None:
                self._warn("--replace", "-L" if last == "L" else "--max-lines/-l")
            self.most = self.replace = None
        else:
            if self.lines is not None:
                self._warn("--max-lines", "--max-args/-n")
            if self.replace is not None and self.most != 1:
                self._warn("--replace", "--max-args/-n")
                self.replace = None
            self.lines = None
            if self.replace is not None:
                self.most = None

    def _warn(self, ignored: str, wins: str) -> None:
        self.process.error(
            f"warning: options {ignored} and {wins} are mutually exclusive, ignoring previous {ignored} value"
        )

    def _number(self, key: str, low: int = 1) -> int | None:
        text = self.opts.get(key)
        if text is None:
            return None
        if self.busybox:
            return number(self.process, text, low=low, high=(1 << 31) - 1)
        problem = ""
        if not text.removeprefix("-").isdigit():
            problem = f'invalid number "{text}" for -{key} option'
        elif int(text) < low:
            problem = f"value {text} for -{key} option should be >= {low}"
        if problem:
            self.process.error(problem)
            self.process.stderr.write("Try 'xargs --help' for more information.\n")
            raise ProcessExit(1)
        return int(text)

    def _length(self) -> int:
        asked = self._number("s")
        if self.busybox:
            return asked if asked is not None and asked < _BUSYBOX_LENGTH else _BUSYBOX_LENGTH
        return _GNU_LENGTH if asked is None else asked


def _size(word: str) -> int:
    """The bytes of an argument, with the zero that ends it."""
    return len(word) + 1 if word.isascii() else len(word.encode("utf-8", "surrogateescape")) + 1
