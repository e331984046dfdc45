"""gzip, gunzip, zcat: GNU's gzip, and busybox's where that is the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive import compressing_busybox
from minibuild.programs.archive.codecs import COMPRESS, GZIP, CodecError
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
from minibuild.programs.options import OptionError, Options, is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow

OPTIONS = Options(
    "ab:cdfhkKlLmMnNqrRS:tvVZ123456789p:i",
    gnu_short="KLMNRSVZabhilmpr",
    long={"ascii": "a", "stdout": "c", "to-stdout": "c", "decompress": "d", "uncompress": "d", "force": "f",
          "keep": "k", "list": "l", "no-name": "n", "name": "N", "quiet": "q", "silent": "q",
          "recursive": "r",
          "suffix=": "S", "synchronous": "synchronous", "test": "t", "verbose": "v", "fast": "1", "best": "9",
          "rsyncable": "rsyncable", "license": "L", "version": "V", "processes=": "p", "independent": "i"},
    usage="[OPTION]... [FILE]...",
    help="Compress or unpack files.\n\n  -d  unpack\n  -c  to standard output\n  -k  keep the files\n"
    "  -f  replace what is there\n  -t  test\n  -q  say less, -v more\n  -1 to -9  fast to small\n"
    "  -l  list what files hold\n  -n  no name and time in the header; -N: restore them\n"
    "  -r  what is below directories\n  -S  another suffix",
    gnu_failure=1,
    points_to_help=False,
)  # fmt: skip
_WORDS = {"empty": "unexpected end of file", "magic": "not in gzip format", "end": "unexpected end of file",
          "checksum": "invalid compressed data--crc error", "length": "invalid compressed data--length error",
          "format": "invalid compressed data--format violated"}  # fmt: skip


@program("gzip", "pigz", options=OPTIONS)
def gzip(process: Process) -> int:
    """`gzip [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, GZIP, "") if is_busybox(process) else _Gzip(process, "").run()


@program("gunzip", "unpigz", options=OPTIONS)
def gunzip(process: Process) -> int:
    """`gunzip [OPTIONS] [FILE]...`"""
    return compressing_busybox.run(process, GZIP, "un") if is_busybox(process) else _Gzip(process, "un").run()


@program("zcat", options=OPTIONS)
def zcat(process: Process) -> int:
    """`zcat [FILE]...`"""
    return (
        compressing_busybox.run(process, GZIP, "cat") if is_busybox(process) else _Gzip(process, "cat").run()
    )


@program("uncompress", options=OPTIONS)
def uncompress(process: Process) -> int:
    """`uncompress [-cf] [FILE]...`; outside busybox it is gzip's."""
    return (
        compressing_busybox.run(process, COMPRESS, "un")
        if is_busybox(process)
        else _Gzip(process, "un").run()
    )


class _Gzip:
    """GNU's gzip. Its other names are scripts that call it, so that messages say `gzip`."""

    def __init__(self, process: Process, role: str) -> None:
        self.process, self.view = process, process.view
        try:
            opts, self.operands = OPTIONS.split(process.argv[1:])
        except OptionError as error:
            self._say(str(error))
            process.stderr.write("Try `gzip --help' for more information.\n")
            opts, self.operands = OPTIONS.split([])
            self.wrong = True
        else:
            self.wrong = False
        self.version = opts.any("V", "L")
        unpacking = role != "" or "d" in opts
        level = opts.last(*"123456789")
        name = opts.last("n", "N")
        self.task = Task(
            GZIP,
            "list" if "l" in opts else "test" if "t" in opts else "decompress" if unpacking else "compress",
            stdout=role == "cat" or "c" in opts,
            force="f" in opts,
            keep="k" in opts,
            quiet="q" in opts,
            verbose=opts.count("v"),
            level=int(level) if level else 6,
            suffix=opts.text("S"),
            recursive="r" in opts,
            named=name != "n",
            restore_name=name == "N",
        )
        self.shown_header = False
        self.listed: list[Amounts] = []

    def run(self) -> int:
        """All operands; 1 for an error, 2 for a warning."""
        if self.wrong:
            return 1
        if self.version:
            self.process.stdout.write("gzip 1.12\n")
            return 0
        status = 0
        for path in self.operands or ["-"]:
            found = self._one(path)
            status = found if status == 0 or found == 1 else status
        if self.task.action == "list" and len(self.operands) > 1:
            self._totals()
        return status

    def _one(self, path: str) -> int:
        task = self.task
        if path == "-":
            return self._stdin()
        try:
            stat = self.view.lstat(path) if not task.force and not task.stdout else self.view.stat(path)
        except OSError as error:
            alternative = path + (task.suffix or ".gz")
            if task.unpacking and not path.endswith(task.suffix or ".gz") and self.view.exists(alternative):
                return self._one(alternative)
            name = alternative if task.unpacking and not has_suffix(task, path) else path
            return self._error(f"{name}: {strerror(error)}")
        if stat.kind == "dir":
            if task.recursive:
                found = [self._one(f"{path.rstrip('/')}/{name}") for name in self.view.listdir(path)]
                return max(found, default=0)
            return self._warning(f"{path} is a directory -- ignored")
        if stat.kind == "link" and not task.stdout:
            return self._error(f"{path}: Too many levels of symbolic links")
        if stat.kind != "file" and not task.stdout:
            return self._warning(f"{path} is not a directory or a regular file - ignored")
        return self._file(path, stat)

    def _stdin(self) -> int:
        source, out = open_source(self.process, "-"), Outflow(self.process, None)
        if self._passes(source):
            return self._copy(source, out)
        try:
            if self.task.action == "test":
                test(self.process, self.task, source)
            else:
                transfer(self.process, self.task, source, out)
        except CodecError as error:
            out.close()
            return self._bad("stdin", error)
        out.close()
        return 0

    def _file(self, path: str, stat: Stat) -> int:
        task = self.task
        try:
            source = open_source(self.process, path)
        except OSError as error:
            return self._error(f"{path}: {strerror(error)}")
        if task.action in ("test", "list"):
            return self._look(path, source, stat)
        if not task.unpacking and not task.stdout and has_suffix(task, path):
            if not task.quiet:
                self._say(f"{path} already has {path[path.rfind('.') :]} suffix -- unchanged")
            return 0
        header = (path.rpartition("/")[2].encode("utf-8", "surrogateescape"), max(0, stat.mtime // 10**9))
        header = header if task.named and header[1] < 1 << 32 else (b"", 0)
        if task.stdout:
            out = Outflow(self.process, None)
            if self._passes(source):
                return self._copy(source, out)
            try:
                amounts = transfer(self.process, task, source, out, header)
            except CodecError as error:
                out.close()
                return self._bad(path, error)
            out.close()
            self._tell(path, amounts, "replaced with stdout")
            return 0
        return self._beside(path, stat, source, header)

    def _beside(self, path: str, stat: Stat, source: Inflow, header: tuple[bytes, int]) -> int:
        """Write the new file and take the old one away."""
        task, view = self.task, self.view
        name = new_name(task, path)
        if name is None:
            return self._warning(f"{path}: unknown suffix -- ignored")
        if task.restore_name and task.unpacking:
            told = _told_name(source.peek(4096))
            name = f"{path.rpartition('/')[0]}/{told}".lstrip("/") if told and "/" in path else told or name
        if view.lexists(name):
            if not task.force:
                return self._warning(f"{name} already exists;\tnot overwritten")
            view.unlink(name)
        try:
            stream = self.process.open_stream(name, "x", 0o600)
        except OSError as error:
            return self._error(f"{name}: {strerror(error)}")
        out = Outflow(self.process, stream)
        status = 0
        try:
            amounts = transfer(self.process, task, source, out, header)
        except CodecError as error:
            amounts = Amounts(1, 1)
            status = self._bad(path, error)
            if status == 1:
                view.unlink(name)
                return 1
        out.close()
        keep_attributes(self.process, name, stat)
        if task.restore_name and amounts.mtime:
            view.utime(name, amounts.mtime * 10**9)
        if not task.keep:
            view.unlink(path)
        self._tell(path, amounts, f"{'created' if task.keep else 'replaced with'} {name}")
        return status

    def _passes(self, source: Inflow) -> bool:
        """With -dcf what is not compressed goes through as it is."""
        task = self.task
        wanted = task.action == "decompress" and task.force and task.stdout
        return wanted and source.peek(2) not in (b"\x1f\x8b", b"\x1f\x9d")

    def _copy(self, source: Inflow, out: Outflow) -> int:
        while data := source.read_some():
            out.write(data)
        out.close()
        return 0

    # ---- test and list

    def _look(self, path: str, source: Inflow, stat: Stat) -> int:
        head = source.peek(4096)
        try:
            amounts = test(self.process, self.task, source)
        except CodecError as error:
            return self._bad(path, error)
        if self.task.action == "test":
            if self.task.verbose:
                self.process.stderr.write(f"{path}:\t OK\n")
            return 0
        amounts.read = stat.size
        name = new_name(self.task, path) or path
        if self.task.restore_name:
            name = _told_name(head) or name
        self._row(amounts, name)
        self.listed.append(amounts)
        return 0

    def _row(self, amounts: Amounts, name: str) -> None:
        out = self.process.stdout
        if not self.shown_header and not self.task.quiet:
            out.write("         compressed        uncompressed  ratio uncompressed_name\n")
        self.shown_header = True
        out.write(f"{amounts.read:19} {amounts.written:19} {amounts.saved(unpacking=True):5.1f}% {name}\n")

    def _totals(self) -> None:
        total = Amounts(sum(a.read for a in self.listed), sum(a.written for a in self.listed), overhead=0)
        self._row(total, "(totals)")

    # ---- words

    def _tell(self, path: str, amounts: Amounts, what: str) -> None:
        if self.task.verbose:
            share = amounts.saved(unpacking=self.task.unpacking)
            self.process.stderr.write(f"{path}:\t{share:5.1f}% -- {what}\n")

    def _bad(self, path: str, error: CodecError) -> int:
        """What is wrong with a compressed stream."""
        if error.what == "garbage":
            if not self.task.quiet:
                self.process.stderr.write(f"\ngzip: {path}: decompression OK, trailing garbage ignored\n")
            return 2
        self.process.stderr.write(f"\ngzip: {path}: {_WORDS[error.what]}\n")
        return 1

    def _error(self, words: str) -> int:
        self._say(words)
        return 1

    def _warning(self, words: str) -> int:
        if not self.task.quiet:
            self._say(words)
        return 2

    def _say(self, words: str) -> None:
        self.process.stderr.write(f"gzip: {words}\n")


def _told_name(head: bytes) -> str:
    """The name in a gzip header, without directories; "" when it has none."""
    if len(head) < 10 or not head[3] & 8:
        return ""
    at = 10 + (2 + int.from_bytes(head[10:12], "little") if head[3] & 4 else 0)
    return head[at:].split(b"\0", 1)[0].decode("utf-8", "surrogateescape").rpartition("/")[2]
