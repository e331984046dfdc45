"""xz, unxz, xzcat, lzma, unlzma, lzcat: those of XZ Utils, and busybox's where that is the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive import compressing_busybox
from minibuild.programs.archive.codecs import LZMA, XZ, Codec, CodecError
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
from minibuild.programs.options import OptionError, Options, Opts, is_busybox, program_name
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

OPTIONS = Options(
    "zdtlkfcS:F:T:qQvhHV0123456789eM:C:",
    long={"compress": "z", "decompress": "d", "uncompress": "d", "test": "t", "list": "l", "keep": "k",
    "force": "f",
          "stdout": "c", "to-stdout": "c", "single-stream": "single", "no-sparse": "sparse", "suffix=": "S",
          "files=?": "files", "format=": "F", "check=": "C", "extreme": "e", "fast": "0", "best": "9",
          "threads=": "T",
          "block-size=": "bs", "block-list=": "bl", "memlimit=": "M", "memory=": "M",
          "memlimit-compress=": "M",
          "memlimit-decompress=": "M", "no-adjust": "na", "lzma1=?": "lzma1", "lzma2=?": "lzma2",
          "x86=?": "x86",
          "arm=?": "arm", "delta=?": "delta", "quiet": "q", "verbose": "v", "no-warn": "Q", "robot": "robot",
          "info-memory": "info", "long-help": "H", "version": "V", "ignore-check": "ic",
          "flush-timeout=": "ft"},
    usage="[OPTION]... [FILE]...",
    help="Compress or unpack files.\n\n  -d  unpack\n  -c  to standard output\n  -k  keep the files\n"
    "  -f  replace what is there\n  -t  test\n  -q  say less, -v more\n  -1 to -9  fast to small\n"
    "  -l  list what files hold\n  -F  the format: xz, lzma, auto\n  -T  threads, of which there is one",
    points_to_help=False,
)  # fmt: skip
_WORDS = {
    "empty": "File format not recognized",
    "magic": "File format not recognized",
    "end": "Unexpected end of input",
}


@program("xz", "pixz", "pxz", options=OPTIONS)
def xz(process: Process) -> int:
    """`xz [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, XZ, "") if is_busybox(process) else _Xz(process, XZ, "").run()


@program("unxz", options=OPTIONS)
def unxz(process: Process) -> int:
    """`unxz [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, XZ, "un") if is_busybox(process) else _Xz(process, XZ, "un").run()


@program("xzcat", options=OPTIONS)
def xzcat(process: Process) -> int:
    """`xzcat [FILE]...`"""
    return (
        compressing_busybox.run(process, XZ, "cat") if is_busybox(process) else _Xz(process, XZ, "cat").run()
    )


@program("lzma", options=OPTIONS)
def lzma(process: Process) -> int:
    """`lzma [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, LZMA, "") if is_busybox(process) else _Xz(process, LZMA, "").run()


@program("unlzma", options=OPTIONS)
def unlzma(process: Process) -> int:
    """`unlzma [OPTIONS] [FILE]...`"""
    return (
        compressing_busybox.run(process, LZMA, "un")
        if is_busybox(process)
        else _Xz(process, LZMA, "un").run()
    )


@program("lzcat", options=OPTIONS)
def lzcat(process: Process) -> int:
    """`lzcat [FILE]...`"""
    return (
        compressing_busybox.run(process, LZMA, "cat")
        if is_busybox(process)
        else _Xz(process, LZMA, "cat").run()
    )


class _Xz:
    def __init__(self, process: Process, codec: Codec, role: str) -> None:
        self.process, self.view, self.name = process, process.view, program_name(process)
        defaults = process.env.get("XZ_DEFAULTS", "").split() + process.env.get("XZ_OPT", "").split()
        try:
            opts, self.operands = OPTIONS.split([*defaults, *process.argv[1:]])
        except OptionError as error:
            process.error(str(error))
            process.error(f"Try `{self.name} --help' for more information.")
            opts, self.operands, self.wrong = Opts([]), [], True
        else:
            self.wrong = False
        self.version = "V" in opts
        form = opts.get("F")
        codec = {"xz": XZ, "lzma": LZMA, "alone": LZMA}.get(form or "", codec)
        mode = opts.last("z", "d", "t", "l")
        action = {"z": "compress", "d": "decompress", "t": "test", "l": "list"}.get(
            mode or "", "decompress" if role else "compress"
        )
        level = opts.last(*"0123456789")
        self.task = Task(
            codec,
            action,
            stdout=role == "cat" or "c" in opts,
            force="f" in opts,
            keep="k" in opts or role == "cat" or "c" in opts,
            quiet="q" in opts,
            verbose=opts.count("v"),
            level=int(level) if level else 6,
            suffix=opts.text("S"),
            any_format=action != "compress" and form in (None, "auto"),
        )
        self.shown_header = False

    def run(self) -> int:
        """All operands; 1 for an error, 2 for a warning."""
        if self.wrong:
            return 1
        if self.version:
            self.process.stdout.write("xz (XZ Utils) 5.4.1\nliblzma 5.4.1\n")
            return 0
        status = 0
        for path in self.operands or ["-"]:
            found = self._one(path)
            status = found if status == 0 or found == 1 else status
        return status

    def _one(self, path: str) -> int:
        task = self.task
        shown = "(stdin)" if path == "-" else path
        try:
            stat = None if path == "-" else self.view.lstat(path)
            if stat is not None and stat.kind == "link":
                if not task.force and not task.keep and task.action != "test":
                    return self._warning(f"{path}: Is a symbolic link, skipping")
                stat = self.view.stat(path)
            if stat is not None and stat.kind == "dir":
                return self._warning(f"{path}: Is a directory, skipping")
            source = open_source(self.process, path)
        except OSError as error:
            return self._error(f"{path}: {strerror(error)}")
        if task.action in ("test", "list"):
            return self._look(shown, source, stat)
        if stat is not None and not task.stdout:
            return self._beside(path, source, stat)
        return self._pass(shown, source)

    def _pass(self, shown: str, source: Inflow) -> int:
        """Everything to standard output; with -dcf, what is not compressed goes through as it is."""
        out = Outflow(self.process, None)
        task = self.task
        if (
            task.unpacking
            and task.force
            and task.stdout
            and not source.peek(6).startswith((XZ.magic, LZMA.magic))
        ):
            while data := source.read_some():
                out.write(data)
            out.close()
            return 0
        try:
            amounts = transfer(self.process, task, source, out)
        except CodecError as error:
            out.close()
            return self._bad(shown, error)
        out.close()
        self._tell(shown, amounts)
        return 0

    def _beside(self, path: str, source: Inflow, stat: Stat) -> int:
        """Write the new file and take the old one away."""
        task, view = self.task, self.view
        if not task.unpacking and has_suffix(task, path):
            return self._warning(f"{path}: File already has `{path[path.rfind('.') :]}' suffix, skipping")
        if task.unpacking and task.any_format and not self.process.view.opaque:
            magic = source.peek(6)
            if not magic.startswith((XZ.magic, LZMA.magic)) and not self.process.view.opaque:
                return self._error(f"{path}: File format not recognized")
        name = new_name(task, path)
        if name is None:
            return self._warning(f"{path}: Filename has an unknown suffix, skipping")
        if view.lexists(name):
            if not task.force:
                return self._error(f"{name}: File exists")
            view.unlink(name)
        if stat.nlink > 1 and not task.force and not task.keep:
            return self._warning(f"{path}: Input file has more than one hard link, skipping")
        try:
            stream = self.process.open_stream(name, "x", 0o600)
        except OSError as error:
            return self._error(f"{name}: {strerror(error)}")
        out = Outflow(self.process, stream)
        try:
            amounts = transfer(self.process, task, source, out)
        except CodecError as error:
            view.unlink(name)
            return self._bad(path, error)
        out.close()
        keep_attributes(self.process, name, stat)
        if not task.keep:
            view.unlink(path)
        self._tell(path, amounts)
        return 0

    def _look(self, path: str, source: Inflow, stat: Stat | None) -> int:
        if self.task.action == "list" and self.task.codec is LZMA:
            return self._error("--list works only on .xz files (--format=xz or --format=auto)")
        try:
            amounts = test(self.process, self.task, source)
        except CodecError as error:
            return self._bad(path, error)
        if stat is not None:
            amounts.read = stat.size
        if self.task.action == "test":
            self._tell(path, amounts)
            return 0
        if not self.shown_header:
            self.process.stdout.write("Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n")
            self.shown_header = True
        ratio = amounts.read / amounts.written if amounts.written else 10.0
        shown = f"{ratio:.3f}" if ratio <= 9.999 else "---"
        self.process.stdout.write(
            f"    1       1 {_human(amounts.read):>12} {_human(amounts.written):>12} {shown:>6}  CRC64   "
            f"{path}\n"
        )
        return 0

    def _tell(self, path: str, amounts: Amounts) -> None:
        if not self.task.verbose:
            return
        packed, plain = (
            (amounts.read, amounts.written) if self.task.unpacking else (amounts.written, amounts.read)
        )
        ratio = packed / plain if plain else 10.0
        share = f"= {ratio:.3f}" if ratio <= 9.999 else "> 9.999"
        self.process.stderr.write(f"{path}: {_human(packed)} / {_human(plain)} {share}\n")

    def _bad(self, path: str, error: CodecError) -> int:
        return self._error(f"{path}: {_WORDS.get(error.what, 'Compressed data is corrupt')}")

    def _error(self, words: str) -> int:
        self.process.error(words)
        return 1

    def _warning(self, words: str) -> int:
        if not self.task.quiet:
            self.process.error(words)
        return 2


def _human(size: int) -> str:
    """A size as xz shows it."""
    if size < 10000:
        return f"{size:,} B"
    value, units = size / 1024, ["KiB", "MiB", "GiB", "TiB"]
    while value >= 9999.95 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{value:,.1f} {units[0]}"
