"""zstd, unzstd, zstdcat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.codecs import CODECS, GZIP, LZMA, XZ, ZSTD, CodecError
from minibuild.programs.archive.compressing import Amounts, Task, keep_attributes, open_source, test, transfer
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.options import OptionError, Options, Opts
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

OPTIONS = Options(
    "dzcfklqrtvhHV0123456789o:D:T:B:M:CS",
    long={"decompress": "d", "uncompress": "d", "compress": "z", "stdout": "c", "to-stdout": "c",
    "force": "f",
          "keep": "k", "rm": "rm", "list": "l", "quiet": "q", "verbose": "v", "test": "t",
        "version": "V", "threads=": "T",
          "single-thread": "T1", "ultra": "ultra", "fast=?": "fast", "long=?": "long", "adapt=?": "adapt",
          "no-progress": "progress", "progress": "progress", "check": "C", "no-check": "no-check",
          "rsyncable": "rs",
          "format=": "format", "memory=": "M", "output-dir-flat=": "flat", "no-dictID": "nd", "sparse": "sp",
          "no-sparse": "sp", "pass-through": "pt", "no-pass-through": "pt", "filelist=": "fl",
          "exclude-compressed": "xc",
          "content-size": "cs", "no-content-size": "cs", "stream-size=": "ss", "size-hint=": "sh",
          "auto-threads=": "at"},
    usage="[OPTIONS...] [INPUT... | -] [-o OUTPUT]",
    help="Compress or unpack files.\n\n  -d  unpack\n  -c  to standard output\n  -k  keep the files\n"
    "  -f  replace what is there\n  -t  test\n  -q  say less, -v more\n  -1 to -9  fast to small\n"
    "  -o  the file to write\n  --rm  remove files that are done",
    points_to_help=False,
)  # fmt: skip
_FORMATS = (".zst", ".gz", ".xz", ".lzma")


@program("zstd", "zstdmt", options=OPTIONS)
def zstd(process: Process) -> int:
    """`zstd [OPTIONS] [FILE]...`; the files stay unless --rm is given."""
    return _Zstd(process, "").run()


@program("unzstd", options=OPTIONS)
def unzstd(process: Process) -> int:
    """`unzstd [OPTIONS] [FILE]...`"""
    return _Zstd(process, "un").run()


@program("zstdcat", options=OPTIONS)
def zstdcat(process: Process) -> int:
    """`zstdcat [FILE]...`"""
    return _Zstd(process, "cat").run()


class _Zstd:
    def __init__(self, process: Process, role: str) -> None:
        self.process, self.view = process, process.view
        self.wrong = False
        try:
            opts, self.operands = OPTIONS.split(process.argv[1:])
        except OptionError:
            process.stderr.write("Incorrect parameters \n" + OPTIONS.describe("zstd", busybox=False))
            opts, self.operands, self.wrong = Opts([]), [], True
        self.version = "V" in opts
        mode = opts.last("d", "z", "t", "l")
        action = {"d": "decompress", "z": "compress", "t": "test", "l": "list"}.get(
            mode or "", "decompress" if role else "compress"
        )
        digits = "".join(key for key, _ in opts.given if key.isdigit())
        codec = {"gzip": GZIP, "xz": XZ, "lzma": LZMA}.get(opts.text("format"), ZSTD)
        self.task = Task(
            codec,
            action,
            stdout=role == "cat" or "c" in opts,
            force="f" in opts,
            keep=not ("rm" in opts and "k" not in opts),
            quiet="q" in opts,
            verbose=opts.count("v"),
            level=min(int(digits), 22) if digits else codec.level,
            output=opts.text("o"),
            any_format=action != "compress",
        )
        self.shown_header = False

    def run(self) -> int:
        """All operands; 1 when one could not be done."""
        if self.wrong:
            return 1
        if self.version:
            self.process.stdout.write("*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***\n")
            return 0
        return max([self._one(path) for path in self.operands or ["-"]])

    def _one(self, path: str) -> int:
        task = self.task
        try:
            stat = None if path == "-" else self.view.stat(path)
        except OSError as error:
            return self._say(f"can't stat {path} : {strerror(error)} -- ignored ")
        if stat is not None and stat.kind == "dir":
            return self._say(f"{path} is a directory -- ignored ")
        try:
            source = open_source(self.process, path)
        except OSError as error:
            return self._say(f"{path}: {strerror(error)} ")
        shown = "/*stdin*\\" if path == "-" else path
        if task.action in ("test", "list"):
            return self._look(shown, source, stat)
        if task.output and task.output != "-":
            return self._beside(path, task.output, source, stat)
        if task.stdout or path == "-" or task.output == "-":
            return self._pass(shown, source)
        name = self._new_name(path)
        if name is None:
            return self._say(
                f"{path}: unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). Can't "
                f"derive the"
                " output file name. Specify it with -o dstFileName. Ignoring."
            )
        return self._beside(path, name, source, stat)

    def _new_name(self, path: str) -> str | None:
        if not self.task.unpacking:
            return path + self.task.codec.suffix
        for codec in CODECS.values():
            for ending, instead in codec.suffixes.items():
                if path.endswith(ending) and len(path) > len(ending):
                    return path[: -len(ending)] + instead
        return None

    def _pass(self, shown: str, source: Inflow) -> int:
        out = Outflow(self.process, None)
        try:
            transfer(self.process, self.task, source, out)
        except CodecError as error:
            out.close()
            return self._bad(shown, error)
        out.close()
        return 0

    def _beside(self, path: str, name: str, source: Inflow, stat: Stat | None) -> int:
        """Write the new file; the old one stays unless --rm was given."""
        task, view = self.task, self.view
        if view.is_file(name) and not task.force:
            self.process.stderr.write(f"zstd: {name} already exists; ")
            if task.quiet:
                self.process.stderr.write("not overwritten  \n")
                return 1
            self.process.stderr.write("overwrite (y/n) ? ")
            if not (stat is not None and self.process.stdin.readline()[:1] in (b"y", b"Y")):
                self.process.stderr.write("Not overwritten  \n \n")
                return 1
        try:
            stream = self.process.open_stream(name, "w", 0o600 if stat is not None else 0o666)
        except OSError as error:
            return self._say(f"{name}: {strerror(error)} ")
        out = Outflow(self.process, stream)
        try:
            amounts = transfer(self.process, task, source, out)
        except CodecError as error:
            view.unlink(name)
            return self._bad(path, error)
        out.close()
        if stat is not None and view.is_file(name):
            keep_attributes(self.process, name, stat)
        if not task.keep and path != "-":
            view.unlink(path)
        self._tell(path, name, amounts)
        return 0

    def _look(self, path: str, source: Inflow, stat: Stat | None) -> int:
        try:
            amounts = test(self.process, self.task, source)
        except CodecError as error:
            return self._bad(path, error)
        if self.task.action == "test":
            if not self.task.quiet:
                self.process.stderr.write(f"{path:<20}: {amounts.written} bytes \n")
            return 0
        if stat is not None:
            amounts.read = stat.size
        if not self.shown_header:
            self.process.stdout.write("Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename\n")
            self.shown_header = True
        ratio = amounts.written / amounts.read if amounts.read else 0.0
        self.process.stdout.write(
            f"     1      0  {_human(amounts.read):>10}  {_human(amounts.written):>12}  {ratio:.3f}  XXH64  "
            f"{path}\n"
        )
        return 0

    def _tell(self, path: str, name: str, amounts: Amounts) -> None:
        if self.task.quiet:
            return
        if self.task.unpacking:
            self.process.stderr.write(f"{path:<20}: {amounts.written} bytes \n")
            return
        share = 100.0 * amounts.written / amounts.read if amounts.read else 0.0
        self.process.stderr.write(
            f"{path:<20} :{share:6.2f}%   ({_short(amounts.read):>6} B => {_short(amounts.written):>6} B, "
            f"{name}) \n"
        )

    def _bad(self, path: str, error: CodecError) -> int:
        what = {
            "end": "unexpected end of file",
            "empty": "unexpected end of file",
            "magic": "unsupported format",
            "garbage": "unsupported format",
        }
        return self._say(f"{path}: {what.get(error.what, 'Decoding error (36) : Data corruption detected')} ")

    def _say(self, words: str) -> int:
        self.process.stderr.write(f"zstd: {words}\n")
        return 1


def _short(size: int) -> str:
    """A size with at most three digits and a binary prefix."""
    value = float(size)
    for unit in ("", "Ki", "Mi", "Gi"):
        if value < 1000 or unit == "Gi":
            return f"{value:.0f}" if not unit else f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"
        value /= 1024
    return str(size)


def _human(size: int) -> str:
    """A size for the columns of --list."""
    text = _short(size)
    return f"{text}   B" if " " not in text else f"{text}B"
