"""cat: copy files to standard output, numbered or made visible on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.inputs import blocks, open_input, report
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Reader
    from minibuild.programs.options import Opts

CAT = Options(
    "nbvteAETsu",
    gnu_short="ETs",
    long={
        "number": "n",
        "number-nonblank": "b",
        "show-nonprinting": "v",
        "show-all": "A",
        "show-ends": "E",
        "show-tabs": "T",
        "squeeze-blank": "s",
    },
    usage="[-nbvteA] [FILE]...",
    help="Print FILEs to stdout",
    gnu_long="*",
)


@program("cat", options=CAT)
def cat(process: Process) -> int:
    """`cat [-nbvteAETsu] [FILE]...`"""
    opts, paths = CAT.parse(process)
    printer = LinePrinter(opts, is_busybox(process)) if opts.any(*"nbvteAETs") else None
    status = 0
    for path in paths or ["-"]:
        reader = open_input(process, path, gnu="{}")
        if reader is None:
            status = 1
            continue
        try:
            copy(process, reader, printer)
        except IsADirectoryError as error:
            report(process, f"read error: {strerror(error)}", path, gnu=f"{{}}: {strerror(error)}")
            status = 1
        finally:
            if path != "-":
                reader.close()
    return status


def copy(process: Process, reader: Reader, printer: LinePrinter | None) -> None:
    """Send everything of a reader to standard output, block by block, or line by line through the printer."""
    write = process.stdout.write
    if printer is not None:
        for line in reader:
            write(printer.show(line))
            process.tick()
        return
    for block in blocks(process, reader):
        write(block)


class LinePrinter:
    """Numbers lines and makes bytes visible; the count runs on over all files."""

    def __init__(self, opts: Opts, busybox: bool) -> None:
        self.number_all = "n" in opts and "b" not in opts
        self.number_some = "b" in opts
        self.squeeze = "s" in opts
        self.count = 0
        self.blank = False
        visible = opts.any("v", "t", "e", "A")
        tabs, ends = opts.any("t", "A", "T"), opts.any("e", "A", "E")
        self.ends = b"$\n" if ends else b"\n"
        self.table = [shown(byte, visible, tabs) for byte in range(256)]
        self.plain = not visible and not tabs
        self.form = b"%6d  %b" if busybox and (visible or tabs or ends) else b"%6d\t%b"
        self.completes = busybox and self.plain and not ends and (self.number_all or self.number_some)

    def show(self, line: bytes) -> bytes:
        """One line (with its newline, if it has one) as it is printed."""
        complete = line.endswith(b"\n")
        body = line[:-1] if complete else line
        if self.squeeze:
            if not body and complete and self.blank:
                return b""
            self.blank = not body
        text = body if self.plain else b"".join([self.table[byte] for byte in body])
        if self.number_all or (self.number_some and body):
            self.count += 1
            text = self.form % (self.count, text)
        if complete:
            return text + self.ends
        # busybox ends the last line where it only numbers.
        return text + b"\n" if self.completes else text


def shown(byte: int, visible: bool, tabs: bool) -> bytes:
    """One byte as `cat -v` shows it: ^X for controls, M- for the upper half; tabs only on demand."""
    if byte == 9:
        return b"^I" if tabs else b"\t"
    if not visible:
        return bytes([byte])
    if byte >= 128:
        # A meta tab is shown as M-^I even where plain tabs are not.
        return b"M-" + shown(byte - 128, True, True)
    if byte == 127:
        return b"^?"
    return b"^" + bytes([byte + 64]) if byte < 32 else bytes([byte])
