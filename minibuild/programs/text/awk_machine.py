"""The state of a running awk program: variables, arrays, the current record, input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.system.dates import format_time
from minibuild.programs.system.timezone import days, local_zone
from minibuild.programs.text.awk_fields import Record, splitter
from minibuild.programs.text.awk_lexer import string_at
from minibuild.programs.text.awk_mathematics import integer
from minibuild.programs.text.awk_random import Random
from minibuild.programs.text.awk_streams import RecordReader, Streams
from minibuild.programs.text.awk_values import UNSET, Array, Dialect, Input, Value, format_number, to_number
from minibuild.programs.text.memory import joined

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.text.awk_fields import Splitter

SPECIAL = (
    "NF", "NR", "FNR", "FS", "OFS", "RS", "ORS", "SUBSEP", "CONVFMT", "OFMT", "FILENAME", "RSTART", "RLENGTH",
    "RT", "ARGC",
)  # fmt: skip
NF, NR, FNR, FS, OFS, RS, ORS, SUBSEP, CONVFMT, OFMT, FILENAME, RSTART, RLENGTH, RT, ARGC = range(15)


class NextRecord(Exception):  # noqa: N818  not an error: the statement `next`
    """Go on with the next record; `file`: with the next file."""

    def __init__(self, file: bool) -> None:
        super().__init__()
        self.file = file


class ExitProgram(Exception):  # noqa: N818  not an error: the statement `exit`
    """End the program."""


class Machine:
    """Scalars are in `values`, by the number that `slot` gives a name; arrays are in `arrays`, by name."""

    def __init__(self, process: Process, dialect: Dialect) -> None:
        self.process, self.dialect, self.largest = process, dialect, dialect.largest
        self.slots: dict[str, int] = {name: place for place, name in enumerate(SPECIAL)}
        self.values: list[Value] = [UNSET] * len(SPECIAL)
        self.arrays: dict[str, Array] = {}
        texts = {FS: b" ", OFS: b" ", RS: b"\n", ORS: b"\n", SUBSEP: b"\x1c", CONVFMT: b"%.6g", OFMT: b"%.6g"}
        for place, text in texts.items():
            self.values[place] = text
        for place in (NR, FNR, RSTART):
            self.values[place] = 0.0
        self.values[RLENGTH] = -1.0
        self.record = Record(self.to_text, lambda: self.to_text(self.values[OFS]))
        self.streams = Streams(process)
        self.random, self.seed = Random(1), 1.0
        self.status = 0
        self._main: RecordReader | None = None
        self._argument = 0
        self._no_files = True
        self._split: Splitter | None = None
        self._separator: tuple[bytes, bool] | None = None

    def slot(self, name: str) -> int:
        """The place of a global variable."""
        if name not in self.slots:
            self.slots[name] = len(self.values)
            self.values.append(UNSET)
        return self.slots[name]

    def array(self, name: str) -> Array:
        """A global array."""
        return self.arrays.setdefault(name, Array())

    # ---- values

    def convert(self) -> bytes:
        """CONVFMT."""
        value = self.values[CONVFMT]
        return value if isinstance(value, bytes) else b"%.6g"

    def to_text(self, value: Value) -> bytes:
        """A value as text."""
        return value if isinstance(value, bytes) else format_number(value, self.convert(), self.largest)

    def to_output(self, value: Value) -> bytes:
        """A value as print shows it."""
        if isinstance(value, bytes):
            return value
        pattern = self.values[OFMT]
        return format_number(value, pattern if isinstance(pattern, bytes) else b"%.6g", self.largest)

    def subscript(self, values: list[Value]) -> bytes:
        """The key of array elements with several subscripts."""
        return joined(self.to_text(self.values[SUBSEP]), map(self.to_text, values))

    # ---- variables that do something

    def assign(self, place: int, value: Value) -> None:
        """Give a global variable a value, with what follows from that."""
        self.values[place] = value
        if place == NF:
            self.record.resize(integer(to_number(value)))

    def splitter(self) -> Splitter:
        """How records are split now."""
        separator = self.values[FS]
        key = (separator if isinstance(separator, bytes) else self.to_text(separator), self.values[RS] == b"")
        if key != self._separator or self._split is None:
            self._separator = key
            self._split = splitter(key[0], paragraphs=key[1], dialect=self.dialect)
        return self._split

    def assign_operand(self, text: str) -> bool:
        """var=value, as an operand or -v gives it. False when it is none."""
        name, equals, value = text.partition("=")
        if not equals or not name.isascii() or not name.isidentifier():
            return False
        self.assign(self.slot(name), Input(string_at(encode(value), 0, 0, to_end=True)[0]))
        return True

    # ---- time

    def now(self) -> float:
        """The seconds since 1970."""
        return float(self.process.system.clock.now() // 1_000_000_000)

    def format_time(self, pattern: bytes, moment: float, *, universal: bool) -> bytes:
        """strftime()."""
        instant = integer(moment) * 1_000_000_000
        return encode(format_time(self.process, decode(pattern), instant, utc=universal))

    def local_to_moment(self, numbers: list[int]) -> float:
        """mktime(): year, month, day, hour, minute, second of local time."""
        year, month, day, hour, minute, second = numbers
        local = days(year, month, 1) * 86400 + (day - 1) * 86400 + hour * 3600 + minute * 60 + second
        return float(local_zone(self.process).to_utc(local))

    # ---- input

    def read_stream(self, name: bytes, *, command: bool) -> bytes | int | None:
        """The next record of a file or command; None at the end, -1 when it can't be read."""
        reader = self.streams.reader(name, command=command)
        if reader is None:
            return -1
        separator = self.values[RS]
        try:
            return reader.next(separator if isinstance(separator, bytes) else self.to_text(separator))
        except OSError:
            return -1

    def next_main(self) -> bytes | None:
        """The next record of the main input; counts it. None at the end."""
        values = self.values
        while True:
            if self._main is None and not self._open_next():
                return None
            assert self._main is not None
            separator = values[RS]
            record = self._main.next(separator if isinstance(separator, bytes) else self.to_text(separator))
            if record is not None:
                values[NR] = to_number(values[NR]) + 1.0
                values[FNR] = to_number(values[FNR]) + 1.0
                values[RT] = self._main.terminator
                return record
            self.skip_file()

    def skip_file(self) -> None:
        """Be done with the current file."""
        if self._main is not None and self._main.reader is not self.process.stdin:
            self._main.close()
        self._main = None

    def _open_next(self) -> bool:
        """Open the next operand that is a file; standard input when none is."""
        arguments = self.arrays["ARGV"]
        while self._argument + 1 < integer(to_number(self.values[ARGC])):
            self._argument += 1
            key = b"%d" % self._argument
            name = decode(self.to_text(arguments[key])) if key in arguments else ""
            if not name or self.assign_operand(name):
                continue
            self._no_files = False
            if self._open(name):
                return True
        if self._no_files:
            self._no_files = False
            return self._open("-")
        return False

    def _open(self, name: str) -> bool:
        try:
            reader = self.process.open_reader(name)
            self._main = RecordReader(reader, self.process)
        except OSError as error:
            if self.dialect.gawk:
                self.process.error(f"warning: command line argument `{name}': {strerror(error)}")
                self.status = 2
                return False
            if self.dialect.busybox:
                die(self.process, f"{name}: {strerror(error)}")
            die(self.process, f'cannot open "{name}" ({strerror(error)})', 2)
        self.values[FNR] = 0.0
        self.values[FILENAME] = Input(encode(name if name != "-" or not self.dialect.gawk else ""))
        return True
