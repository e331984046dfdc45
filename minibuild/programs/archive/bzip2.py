"""bzip2, bunzip2, bzcat: Julian Seward's, and busybox's where that is the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive import compressing_busybox
from minibuild.programs.archive.codecs import BZIP2, CodecError
from minibuild.programs.archive.compressing import (
    Amounts,
    Task,
    has_suffix,
    keep_attributes,
    new_name,
    open_source,
    test,
    transfer,
)
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.options import OptionError, Options, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

OPTIONS = Options(
    "cdfhkLqstvVz123456789",
    gnu_short="LVh",
    long={"help": "h", "decompress": "d", "compress": "z", "keep": "k", "force": "f", "test": "t",
    "stdout": "c",
          "quiet": "q", "verbose": "v", "license": "L", "version": "V", "small": "s", "fast": "1",
          "best": "9",
          "repetitive-fast": "rf", "repetitive-best": "rb"},
    usage="[flags and input files in any order]",
    help="Compress or unpack files.\n\n  -d  unpack\n  -c  to standard output\n  -k  keep the files\n"
    "  -f  replace what is there\n  -t  test\n  -q  say less, -v more\n  -1 to -9  fast to small\n"
    "  -z  compress",
    points_to_help=False,
)  # fmt: skip
_ENDS = (
    "\n{0}: Compressed file ends unexpectedly;\n"
    "\tperhaps it is corrupted?  *Possible* reason follows.\n{0}: Success\n"
)
_VERSION = "bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.\n"
_DAMAGED = "\n{0}: Data integrity error when decompressing.\n"
_ADVICE = (
    "\tInput file = {1}, output file = {2}\n\n"
    "It is possible that the compressed file(s) have become corrupted.\n"
    "You can use the -tvv option to test integrity of such files.\n\n"
    "You can use the `bzip2recover' program to attempt to recover\n"
    "data from undamaged sections of corrupted files.\n\n"
)


@program("bzip2", "lbzip2", "pbzip2", options=OPTIONS)
def bzip2(process: Process) -> int:
    """`bzip2 [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, BZIP2, "") if is_busybox(process) else _Bzip2(process, "").run()


@program("bunzip2", options=OPTIONS)
def bunzip2(process: Process) -> int:
    """`bunzip2 [OPTIONS] [FILE]...`"""
    return (
        compressing_busybox.run(process, BZIP2, "un") if is_busybox(process) else _Bzip2(process, "un").run()
    )


@program("bzcat", options=OPTIONS)
def bzcat(process: Process) -> int:
    """`bzcat [FILE]...`"""
    return (
        compressing_busybox.run(process, BZIP2, "cat")
        if is_busybox(process)
        else _Bzip2(process, "cat").run()
    )


class _Bzip2:
    def __init__(self, process: Process, role: str) -> None:
        self.process, self.view, self.name = process, process.view, program_name(process)
        try:
            opts, self.operands = OPTIONS.split(process.argv[1:])
        except OptionError as error:
            flag = str(error).rpartition(" ")[2].strip("'")
            process.error(f"Bad flag `{flag if flag.startswith('-') else '-' + flag}'")
            OPTIONS.fail(process)
        self.version = opts.any("V", "L", "h")
        unpacking = opts.last("d", "z") == "d" or (role != "" and "z" not in opts)
        level = opts.last(*"123456789")
        self.task = Task(
            BZIP2,
            "test" if "t" in opts else "decompress" if unpacking else "compress",
            stdout=role == "cat" or "c" in opts,
            force="f" in opts,
            keep="k" in opts,
            quiet="q" in opts,
            verbose=opts.count("v"),
            level=int(level) if level else 9,
        )

    def run(self) -> int:
        """All operands; the worst status."""
        if self.version:
            self.process.stderr.write(_VERSION)
            return 0
        return max([self._one(path) for path in self.operands or ["-"]])

    def _one(self, path: str) -> int:
        task = self.task
        try:
            if path != "-" and self.view.stat(path).kind == "dir":
                return self._error(f"Input file {path} is a directory.")
            source = open_source(self.process, path)
        except OSError as error:
            return self._error(f"Can't open input file {path}: {strerror(error)}.")
        shown = "(stdin)" if path == "-" else path
        if task.action == "test":
            return self._test(shown, source)
        if path != "-" and not task.stdout:
            return self._beside(path, source)
        out = Outflow(self.process, None)
        try:
            amounts = transfer(self.process, task, source, out)
        except CodecError as error:
            out.close()
            return self._bad(shown, "(stdout)", error)
        out.close()
        self._tell(shown, amounts)
        return 0

    def _beside(self, path: str, source: Inflow) -> int:
        """Write the new file and take the old one away."""
        task, view = self.task, self.view
        if not task.unpacking and has_suffix(task, path):
            return self._error(f"Input file {path} already has {path[path.rfind('.') :]} suffix.")
        name = new_name(task, path)
        if name is None:
            name = path + ".out"
            if not task.quiet:
                self._say(f"Can't guess original name for {path} -- using {name}")
        stat: Stat = view.stat(path)
        if view.lexists(name):
            if not task.force:
                return self._error(f"Output file {name} already exists.")
            view.unlink(name)
        if stat.nlink > 1 and not task.force:
            return self._error(f"Input file {path} has {stat.nlink - 1} other link{'s' * (stat.nlink > 2)}.")
        try:
            stream = self.process.open_stream(name, "x", 0o600)
        except OSError as error:
            return self._error(f"Can't create output file {name}: {strerror(error)}.")
        out = Outflow(self.process, stream)
        try:
            amounts = transfer(self.process, task, source, out)
        except CodecError as error:
            status = self._bad(path, name, error)
            if status:
                view.unlink(name)
                return status
            amounts = Amounts(1, 1)
        out.close()
        keep_attributes(self.process, name, stat)
        if not task.keep:
            view.unlink(path)
        self._tell(path, amounts)
        return 0

    def _test(self, path: str, source: Inflow) -> int:
        verbose = self.task.verbose
        if verbose:
            self.process.stderr.write(f"  {path}: ")
        try:
            test(self.process, self.task, source)
        except CodecError as error:
            return self._bad(path, "(none)", error)
        if verbose:
            self.process.stderr.write(" ok\n")
        return 0

    def _tell(self, path: str, amounts: Amounts) -> None:
        if not self.task.verbose:
            return
        if self.task.unpacking:
            self.process.stderr.write(f"  {path}: done\n")
            return
        read, written = amounts.read, amounts.written
        if not read:
            self.process.stderr.write(f"  {path}:  no data compressed.\n")
            return
        text = (
            f"{read / written:6.3f}:1, {8.0 * written / read:6.3f} bits/byte, "
            f"{100.0 * (1.0 - written / read):5.2f}% saved, {read} in, {written} out.\n"
        )
        self.process.stderr.write(f"  {path}: {text}")

    def _bad(self, path: str, output: str, error: CodecError) -> int:
        if error.what == "magic":
            self._say(f"{path} is not a bzip2 file.")
            return 2
        if error.what == "garbage":
            if not self.task.quiet:
                self.process.stderr.write(f"\n{self.name}: {path}: trailing garbage after EOF ignored\n")
            return 0
        text = (_ENDS if error.what in ("end", "empty") else _DAMAGED) + _ADVICE
        self.process.stderr.write(text.format(self.name, path, output))
        return 2

    def _error(self, words: str) -> int:
        self._say(words)
        return 1

    def _say(self, words: str) -> None:
        self.process.stderr.write(f"{self.name}: {words}\n")
