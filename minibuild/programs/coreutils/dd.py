"""dd: copy in blocks, from here to there, converted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.openfile import OpenFile
from minibuild.programs.inputs import (
    SIZES,
    blocks,
    close_output,
    die,
    number,
    open_input,
    open_output,
    quoted,
    report,
)
from minibuild.programs.options import Options, help_hint, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader, Stream

DD = Options(
    usage="[if=FILE] [of=FILE] [ibs=N obs=N/bs=N] [count=N] [skip=N] [seek=N]\n"
    "\t[conv=notrunc|noerror|sync|fsync]\n"
    "\t[iflag=skip_bytes|count_bytes|fullblock|direct] [oflag=seek_bytes|append|direct]",
    help="Copy a file with converting and formatting",
)
NUMBERS = ("ibs", "obs", "bs", "count", "skip", "seek")
KINDS = {"conv": "conversion", "iflag": "input flag", "oflag": "output flag", "status": "status level"}
WORDS = {
    # ucase and lcase are GNU's alone
    "conv": (
        "notrunc",
        "sync",
        "noerror",
        "fsync",
        "swab",
        "ucase",
        "lcase",
        "fdatasync",
        "sparse",
        "excl",
        "nocreat",
    ),
    "iflag": ("skip_bytes", "count_bytes", "fullblock", "direct", "nofollow", "noatime"),
    "oflag": ("seek_bytes", "append", "direct", "dsync", "sync", "nofollow"),
    "status": ("noxfer", "none", "progress"),
}


@program("dd", options=DD)
def dd(process: Process) -> int:
    """`dd [if=FILE] [of=FILE] [bs=N] [count=N] [skip=N] [seek=N] [conv=…] [iflag=…] [oflag=…] [status=…]`"""
    start = process.system.clock.now()
    copy = Copy(process)
    status = copy.run()
    if status or "none" in copy.words["status"]:
        return status
    process.stderr.write(
        f"{copy.whole_in}+{copy.part_in} records in\n{copy.whole_out}+{copy.part_out} records out\n"
    )
    if "noxfer" not in copy.words["status"] and not is_busybox(process):
        process.stderr.write(rate(copy.written, max(process.system.clock.now() - start, 1000)))
    return 0


def rate(size: int, nanoseconds: int) -> str:
    """`4194304 bytes (4.2 MB, 4.0 MiB) copied, 0.0004 s, 9.8 GB/s`"""
    units = "".join(
        f", {scaled(size, step, suffix)}" for step, suffix in ((1000, "B"), (1024, "iB")) if size >= step
    )
    text = f"{size} byte" if size == 1 else f"{size} bytes ({units[2:]})" if units else f"{size} bytes"
    seconds = nanoseconds / 10**9
    return f"{text} copied, {seconds:.6g} s, {scaled(size / seconds, 1000, 'B', 'k')}/s\n"


def scaled(value: float, step: int, suffix: str, least: str = "") -> str:
    """A size with one digit after the point and a unit."""
    units = ["", "k" if step == 1000 else "K", "M", "G", "T", "P"]
    at = units.index(least)
    value /= step**at
    while value >= step and at < len(units) - 1:
        value, at = value / step, at + 1
    return f"{value:.1f} {units[at]}{suffix}"


class Copy:
    """The operands of one dd, and its counts of whole and partial blocks."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.files: dict[str, str] = {}
        self.numbers: dict[str, int] = {}
        self.words: dict[str, set[str]] = {name: set() for name in WORDS}
        for operand in process.argv[1:]:
            self.take(operand)
        self.input_size = self.numbers.get("bs") or self.numbers.get("ibs", 512)
        self.output_size = self.numbers.get("bs") or self.numbers.get("obs", 512)
        self.file: Stream | None = None
        self.written = 0
        self.whole_in = self.part_in = self.whole_out = self.part_out = 0

    def take(self, operand: str) -> None:
        """One NAME=VALUE."""
        name, equals, value = operand.partition("=")
        if not equals or name not in ("if", "of", *NUMBERS, *WORDS):
            if not is_busybox(self.process):
                self.process.error(f"unrecognized operand {quoted(operand)}")
            DD.fail(self.process)
        if name in ("if", "of"):
            self.files[name] = value
        elif name in NUMBERS:
            low = 1 if name.endswith("bs") else 0
            self.numbers[name] = number(self.process, value, SIZES, low=low, high=(1 << 63) - 1)
        else:
            for word in value.split(","):
                if word not in WORDS[name] or (word in ("ucase", "lcase") and is_busybox(self.process)):
                    die(
                        self.process,
                        f"invalid argument '{word}' to '{name}'",
                        gnu=f"invalid {KINDS[name]}: {quoted(word)}\n{help_hint(self.process)}",
                    )
                self.words[name].add(word)

    def run(self) -> int:
        """Open both ends and copy; 1 when an end cannot be opened or read."""
        reader = open_input(self.process, self.files.get("if", "-"), gnu="failed to open '{}'")
        if reader is None:
            return 1
        if not self.open_output():
            return 1
        self.skip(reader)
        limit = self.numbers.get("count", -1)
        by_bytes = "count_bytes" in self.words["iflag"]
        pending = b""
        done = 0
        while limit < 0 or done < limit:
            size = min(self.input_size, limit - done) if by_bytes and limit >= 0 else self.input_size
            try:
                block = self.read(reader, size)
            except OSError as error:
                name = self.files.get("if", "standard input")
                report(self.process, "{}", name, error, "error reading '{}'")
                return 1
            if not block:
                break
            done += len(block) if by_bytes else 1
            pending = self.put(pending + self.converted(block))
            self.process.tick(1 + (len(block) >> 12))
        if pending:
            self.emit(pending)
            self.part_out += 1
        self.process.flush()
        if self.file is not None:
            close_output(self.file)
        return 0

    def open_output(self) -> bool:
        """Open the output, cut where writing begins unless conv=notrunc; False after an error message."""
        if "of" not in self.files:
            return True
        path = self.files["of"]
        seek = self.numbers.get("seek", 0) * (1 if "seek_bytes" in self.words["oflag"] else self.output_size)
        append = "append" in self.words["oflag"]
        keep = "notrunc" in self.words["conv"] or bool(seek)
        try:
            self.file = open_output(self.process, path, "a" if append else "rw" if keep else "w")
            if keep and not append and isinstance(self.file, OpenFile):
                if "notrunc" not in self.words["conv"]:
                    self.file.truncate(seek)
                self.file.seek(seek)
        except OSError as error:
            report(self.process, "can't open '{}'", path, error, "failed to open '{}'")
            return False
        return True

    def emit(self, data: bytes) -> None:
        """Write to the output."""
        self.written += len(data)
        if self.file is None:
            self.process.stdout.write(data)
        else:
            self.file.write(data)

    def skip(self, reader: Reader) -> None:
        """Pass over the blocks of skip=."""
        left = self.numbers.get("skip", 0) * (1 if "skip_bytes" in self.words["iflag"] else self.input_size)
        for _ in blocks(self.process, reader, most=left):
            pass

    def read(self, reader: Reader, size: int) -> bytes:
        """One input block: what one read gives, or a full one with iflag=fullblock."""
        block = reader.read_some(size)
        while "fullblock" in self.words["iflag"] and block and len(block) < size:
            more = reader.read_some(size - len(block))
            if not more:
                break
            block += more
        if len(block) == self.input_size:
            self.whole_in += 1
        elif block:
            self.part_in += 1
        return block

    def converted(self, block: bytes) -> bytes:
        """A block after conv=."""
        conv = self.words["conv"]
        if "sync" in conv:
            block = block.ljust(self.input_size, b"\0")
        if "swab" in conv:
            even = len(block) & ~1
            swapped = bytearray(block)
            swapped[0:even:2], swapped[1:even:2] = block[1:even:2], block[0:even:2]
            block = bytes(swapped)
        if "ucase" in conv:
            block = block.upper()
        if "lcase" in conv:
            block = block.lower()
        return block

    def put(self, data: bytes) -> bytes:
        """Write whole output blocks; what is left for the next. With bs= each input block goes out as it is.
        """
        size = self.output_size
        if "bs" in self.numbers or self.input_size == size:
            self.emit(data)
            self.whole_out += len(data) == size
            self.part_out += len(data) != size
            return b""
        whole = len(data) - len(data) % size
        if whole:
            self.emit(data[:whole])
            self.whole_out += whole // size
        return data[whole:]
