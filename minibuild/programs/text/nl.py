"""nl: number lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.programs.inputs import die, encode, number
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.text.memory import check_size
from minibuild.programs.text.reading import Inputs
from minibuild.programs.text.regex import Regex, compile_regex

if TYPE_CHECKING:
    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

NL = Options(
    "b:d:f:h:i:l:n:ps:v:w:",
    gnu_short="dfhln",
    long={
        "body-numbering=": "b",
        "section-delimiter=": "d",
        "footer-numbering=": "f",
        "header-numbering=": "h",
        "line-increment=": "i",
        "join-blank-lines=": "l",
        "number-format=": "n",
        "no-renumber": "p",
        "number-separator=": "s",
        "starting-line-number=": "v",
        "number-width=": "w",
    },
    usage="[OPTIONS] [FILE]...",
    help="""
Write FILEs to standard output with line numbers added

	-b STYLE	Which lines to number - a: all, t: nonempty, n: none
	-i N	Line number increment
	-s STRING	Use STRING as line number separator
	-v N	Start from N
	-w N	Width of line numbers
""",
)
SECTIONS = {3: "h", 2: "b", 1: "f"}


@program("nl", options=NL)
def nl(process: Process) -> int:
    """`nl [-b STYLE] [-i N] [-s TEXT] [-v N] [-w N] [FILE...]`"""
    opts, operands = NL.parse(process)
    numberer = _Numberer(process, opts)
    inputs = Inputs(process, operands)
    for line in inputs.lines():
        process.stdout.write(numberer.show(line.removesuffix(b"\n")) + b"\n")
    return inputs.status


class _Numberer:
    def __init__(self, process: Process, opts: Opts) -> None:
        self.process = process
        self.first = self.current = number(process, opts.text("v", "1"), low=-(1 << 62))
        self.step = number(process, opts.text("i", "1"), low=-(1 << 62))
        self.width = number(process, opts.text("w", "6"))
        check_size(self.width)
        self.separator = encode(opts.text("s", "\t"))
        self.joined = number(process, opts.text("l", "1"))
        self.format = opts.text("n", "rn")
        self.restart = "p" not in opts
        mark = encode(opts.text("d", "\\:"))
        self.mark = mark + b":" if len(mark) == 1 else mark
        self.sections = not is_busybox(process)
        self.styles = {key: self._style(opts.text(key, "t" if key == "b" else "n")) for key in "bfh"}
        self.section, self.blank = "b", 0

    def _style(self, text: str) -> str | Regex:
        if text.startswith("p") and self.sections:
            return compile_regex(encode(text[1:]))
        if text not in ("a", "t", "n") and self.sections:
            die(self.process, f"invalid body numbering style: '{text}'")
        return text

    def show(self, line: bytes) -> bytes:
        """A line with its number, or with as much space."""
        if (
            self.sections
            and self.mark
            and line
            and not line.replace(self.mark, b"")
            and len(line) <= 3 * len(self.mark)
        ):
            self.section = SECTIONS[len(line) // len(self.mark)]
            if self.restart:
                self.current = self.first
            return b""
        if not self._counts(line):
            return b" " * (self.width + len(self.separator)) + line
        text = str(self.current)
        self.current += self.step
        if self.format == "ln":
            text = text.ljust(self.width)
        elif self.format == "rz":
            text = text.zfill(self.width)
        else:
            text = text.rjust(self.width)
        return text.encode() + self.separator + line

    def _counts(self, line: bytes) -> bool:
        style = self.styles[self.section]
        if isinstance(style, Regex):
            return style.found(line)
        if style == "a":
            self.blank = 0 if line else self.blank + 1
            if line or self.blank == self.joined:
                self.blank = 0
                return True
            return False
        return style == "t" and bool(line)
