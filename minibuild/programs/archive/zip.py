"""zip: Info-ZIP's 3.0."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.archive.patterns import fnmatch
from minibuild.programs.archive.zip_read import mtime_of, open_zip
from minibuild.programs.inputs import decode
from minibuild.programs.options import OptionError, Options, Opts
from minibuild.programs.registry import program
from minibuild.programs.system.dates import Moment
from minibuild.programs.system.timezone import local_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process

OPTIONS = Options(
    "rRqvjyXDTmuflLeFdoz@0123456789b:P:n:t:kAJSgcw",
    long={"recurse-paths": "r", "quiet": "q", "verbose": "v", "junk-paths": "j", "symlinks": "y",
    "no-extra": "X",
          "no-dir-entries": "D", "test": "T", "move": "m", "update": "u", "freshen": "f", "delete": "d",
          "encrypt": "e", "password=": "P", "exclude=": "x", "include=": "i", "out=": "O", "filesync": "FS",
          "compression-method=": "Z", "temp-path=": "b", "grow": "g", "latest-time": "o", "names-stdin": "@",
          "show-files": "sf", "suffixes=": "n", "from-date=": "t"},
)  # fmt: skip
_PACKED = (".z", ".zip", ".zoo", ".arc", ".lzh", ".arj")  # kinds of files that are compressed already
_USAGE = """Zip 3.0 (July 5th 2008). Usage:
zip [-options] [zipfile list] [-xi list]
  -r   what is below directories    -j   without directories
  -u   only newer and new files     -f   only newer, known ones
  -d   take members out             -m   remove what went in
  -0   store, -1 fast, -9 small     -q   say less, -v more
  -x   leave these out              -i   only these
  -y   links as links               -D   no members for directories
  -X   no extra fields              -@   names from standard input
"""


@dataclass(frozen=True, slots=True)
class _Added:
    """A file that is to go in: its path, its name in the archive, its attributes."""

    path: str
    name: str
    stat: Stat


@program("zip")
def zip_(process: Process) -> int:
    """`zip [OPTIONS] ARCHIVE[.zip] FILE... [-x PATTERN...] [-i PATTERN...]`"""
    if process.argv[1:] in (["-h"], ["--help"]):
        process.stdout.write(_USAGE)
        return 0
    return _Zip(process).run()


class _Zip:
    def __init__(self, process: Process) -> None:
        self.process, self.view = process, process.view
        self.problem = ""
        try:
            self.opts, self.operands, self.without, self.only = _parse(process.argv[1:])
        except OptionError as error:
            self.problem = str(error)
            self.opts, self.operands, self.without, self.only = Opts([]), [], [], []
        digits = self.opts.last(*"0123456789")
        self.level = int(digits) if digits else 6
        self.status = 0

    def run(self) -> int:
        """Do it; Info-ZIP's exit status."""
        process, opts = self.process, self.opts
        if self.problem:
            return self._fail(f"Invalid command arguments ({self.problem})", 16)
        if not self.operands:
            process.stdout.write(_USAGE)
            return 0
        if opts.any("e", "P"):
            process.system.fidelity.note(Fidelity.ASSUMED, "zip's encryption is not implemented")
        path = self.operands[0]
        self.path = path if path == "-" or "." in path.rpartition("/")[2] else path + ".zip"
        names = self.operands[1:]
        if "@" in opts:
            names += [decode(line.rstrip(b"\n")) for line in process.stdin if line.strip()]
        old = self._old()
        if old is not None and process.view.opaque:
            return 0
        if "T" in opts and not names:
            process.stdout.write(f"test of {self.path} OK\n")
            return 0
        if "d" in opts:
            return self._delete(old, names)
        if "sf" in opts and old is not None and not names:
            return self._show(old)
        if not names and "f" in opts and old is not None:
            names = [member.filename for member in old.infolist()]
        return self._update(old, names)

    # ---- adding

    def _update(self, old: zipfile.ZipFile | None, names: list[str]) -> int:
        """Add and replace; what the archive had stays in its place."""
        added = {one.name: one for one in self._found(names) if self._wanted(one.name)}
        before = {member.filename: member for member in old.infolist()} if old else {}
        if self.opts.any("f", "u"):
            fresh = "f" in self.opts
            added = {
                name: one
                for name, one in added.items()
                if (name in before and one.stat.mtime // 10**9 > mtime_of(before[name]) // 10**9 + 1)
                or (name not in before and not fresh)
            }
            if not added:
                return 12
        if not added:
            return self._fail(f"Nothing to do! ({self.path})", 12)
        above = self.path.rpartition("/")[0]
        if above and not self.view.is_dir(above):
            return self._save(io.BytesIO())
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as new:
            if old is not None:
                for name, member in before.items():
                    if name in added:
                        self._add(new, added.pop(name), "updating")
                    else:
                        _copy(old, member, new)
            for one in added.values():
                self._add(new, one, "  adding")
        if "v" in self.opts:
            self._total(list(zipfile.ZipFile(buffer).infolist()))
        status = self._save(buffer)
        if status == 0 and "m" in self.opts:
            self._remove(names)
        return status or self.status

    def _total(self, members: list[zipfile.ZipInfo]) -> None:
        long, short = sum(m.file_size for m in members), sum(m.compress_size for m in members)
        share = round(100 * (long - short) / long) if long else 0
        self._warn(f"total bytes={long}, compressed={short} -> {share}% savings\n")

    def _found(self, names: list[str]) -> Iterator[_Added]:
        """The files that names stand for; with -r what is below them."""
        for name in names:
            try:
                stat = self.view.lstat(name) if "y" in self.opts else self.view.stat(name)
            except OSError:
                self._warn(f"\tzip warning: name not matched: {name}\n")
                continue
            yield from self._below(name, stat, ())

    def _below(self, path: str, stat: Stat, above: tuple[object, ...]) -> Iterator[_Added]:
        self.process.tick()
        bare = path.lstrip("/")
        while bare.startswith(("./", "../")):
            bare = bare.partition("/")[2].lstrip("/")
        if stat.kind == "dir":
            name = bare.rstrip("/") + "/"
            if "j" not in self.opts and "D" not in self.opts and name not in ("./", "../", "/"):
                yield _Added(path, name, stat)
            if "r" not in self.opts or stat.node in above:
                return
            for child in self.view.listdir(path):
                below = f"{path.rstrip('/')}/{child}"
                try:
                    found = self.view.lstat(below) if "y" in self.opts else self.view.stat(below)
                except OSError:
                    self._warn(f"\tzip warning: name not matched: {below}\n")
                    continue
                yield from self._below(below, found, (*above, stat.node))
        elif stat.kind in ("file", "link"):
            if self._is_archive(stat):
                return
            yield _Added(path, bare.rpartition("/")[2] if "j" in self.opts else bare, stat)

    def _is_archive(self, stat: Stat) -> bool:
        there = self.path != "-" and self.view.exists(self.path)
        return there and self.view.stat(self.path).node is stat.node

    def _wanted(self, name: str) -> bool:
        if self.only and not any(fnmatch(one, name) for one in self.only):
            return False
        return not any(fnmatch(one, name) for one in self.without)

    def _add(self, new: zipfile.ZipFile, one: _Added, verb: str) -> None:
        """Compress a file into the archive, and say so."""
        stat = one.stat
        moment = Moment(max(stat.mtime, 315532800 * 10**9), local_zone(self.process))
        info = zipfile.ZipInfo(
            one.name,
            (min(moment.year, 2107), moment.month, moment.day, moment.hour, moment.minute, moment.second),
        )
        kinds = {"dir": 0o040000, "link": 0o120000}
        info.external_attr = (kinds.get(stat.kind, 0o100000) | stat.mode) << 16 | (
            0x10 if stat.kind == "dir" else 0
        )
        info.create_system, info.create_version = 3, 30
        if "X" not in self.opts:
            info.extra = b"UT\x05\x00\x01" + (stat.mtime // 10**9 & 0xFFFFFFFF).to_bytes(4, "little")
        data = b""
        if stat.kind == "link":
            data = (stat.target or "").encode("utf-8", "surrogateescape")
        elif stat.kind == "file":
            try:
                data = self.process.open_reader(one.path).read()
            except OSError as error:
                self._warn(f"\tzip warning: could not open for reading: {one.path}: {strerror(error)}\n")
                self.status = 18
                return
        info.compress_type = zipfile.ZIP_STORED
        packed = len(data)
        if self.level and data and stat.kind == "file" and not one.name.lower().endswith(_PACKED):
            engine = zlib.compressobj(self.level, zlib.DEFLATED, -15)
            packed = len(engine.compress(data) + engine.flush())
            if packed < len(data):
                info.compress_type = zipfile.ZIP_DEFLATED
        packed = min(packed, len(data))
        new.writestr(info, data, compresslevel=self.level or None)
        if "q" in self.opts:
            return
        share = round(100 * (len(data) - packed) / len(data)) if data else 0
        how = "deflated" if info.compress_type else "stored"
        detail = f"\t(in={len(data)}) (out={packed})" if "v" in self.opts else ""
        out = self.process.stderr if self.path == "-" else self.process.stdout
        out.write(f"{verb}: {one.name}{detail} ({how} {share}%)\n")

    # ---- the archive

    def _old(self) -> zipfile.ZipFile | None:
        """The archive as it is; None when there is none."""
        if self.path == "-" or not self.view.exists(self.path):
            return None
        try:
            return open_zip(self.process, self.path)
        except (OSError, zipfile.BadZipFile):
            return None

    def _save(self, buffer: io.BytesIO) -> int:
        data = buffer.getvalue()
        if self.path == "-":
            self.process.stdout.write(data)
            return 0
        try:
            stream = self.process.open_stream(self.path, "w", 0o666)
        except OSError as error:
            self.process.stdout.write(f"zip I/O error: {strerror(error)}")
            return self._fail(f"Could not create output file ({self.path})", 15)
        stream.write(data)
        stream.close()
        if "T" in self.opts and "q" not in self.opts:
            self.process.stdout.write(f"test of {self.path} OK\n")
        return 0

    def _delete(self, old: zipfile.ZipFile | None, names: list[str]) -> int:
        """-d: take members out."""
        if old is None:
            self._warn(f"\tzip warning: {self.path} not found or empty\n")
        members = old.infolist() if old else []
        gone = {m.filename for m in members if any(fnmatch(one, m.filename) for one in names)}
        for name in names:
            if not any(fnmatch(name, member.filename) for member in members):
                self._warn(f"\tzip warning: name not matched: {name}\n")
        if old is None or not gone:
            return self._fail(f"Nothing to do! ({self.path})", 12)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as new:
            for member in members:
                if member.filename in gone:
                    if "q" not in self.opts:
                        self.process.stdout.write(f"deleting: {member.filename}\n")
                else:
                    _copy(old, member, new)
        return self._save(buffer)

    def _show(self, old: zipfile.ZipFile) -> int:
        members = old.infolist()
        names = "".join(f"  {member.filename}\n" for member in members)
        total = sum(member.file_size for member in members)
        self.process.stdout.write(f"Archive contains:\n{names}Total {len(members)} entries ({total} bytes)\n")
        return 0

    def _remove(self, names: list[str]) -> None:
        """-m: what went in goes away."""
        for name in names:
            if not self.view.lexists(name):
                continue
            if self.view.lstat(name).kind == "dir":
                self.view.remove_tree(name)
            else:
                self.view.unlink(name)

    def _warn(self, line: str) -> None:
        """Say it where an archive on standard output does not get into it."""
        (self.process.stderr if self.path == "-" else self.process.stdout).write(line)

    def _fail(self, words: str, status: int) -> int:
        self.process.stdout.write(f"\nzip error: {words}\n")
        return status


def _copy(old: zipfile.ZipFile, member: zipfile.ZipInfo, new: zipfile.ZipFile) -> None:
    """A member as it was."""
    data = old.read(member)
    new.writestr(member, data, compress_type=member.compress_type)


def _parse(words: list[str]) -> tuple[Opts, list[str], list[str], list[str]]:
    """(options, operands, patterns of -x, patterns of -i): the lists go up to the next option or `@`."""
    given: list[tuple[str, str | None]] = []
    operands: list[str] = []
    lists: dict[str, list[str]] = {"x": [], "i": []}
    current: list[str] | None = None
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "@":
            current = None
        elif len(word) < 2 or word[0] != "-":
            (operands if current is None else current).append(word)
        elif word in ("-sf", "-FS", "-sc"):
            given.append((word[1:], None))
        elif word[1] in lists and not word.startswith("--"):
            current = lists[word[1]]
            if word[2:]:
                current.append(word[2:])
        else:
            current = None
            try:
                opts, left = OPTIONS.split([word, *rest[:1]])
            except OptionError as error:
                raise OptionError(_words(str(error))) from None
            given += opts.given
            if not left and rest and opts.given and opts.given[-1][1] == rest[0]:
                rest.pop(0)
    opts = Opts(given)
    return opts, operands, lists["x"] + opts.all("x"), lists["i"] + opts.all("i")


def _words(problem: str) -> str:
    """getopt's message in Info-ZIP's words."""
    name = problem.rpartition(" ")[2].strip("'")
    if name.startswith("--"):
        return f"long option '{name[2:]}' not supported"
    return f"short option '{name}' not supported"
