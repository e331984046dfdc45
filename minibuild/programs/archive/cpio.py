"""cpio: archives of names that standard input lists; busybox's words, and GNU's where that is the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.codecs import CodecError, detect, unpacked
from minibuild.programs.archive.cpio_extract import CpioUnpacker
from minibuild.programs.archive.cpio_format import CpioError, CpioReader, filling, header, trailer
from minibuild.programs.archive.inflow import inflow_from, inflow_of
from minibuild.programs.archive.member import Member
from minibuild.programs.archive.opaque import unpack_opaque
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.archive.patterns import fnmatch
from minibuild.programs.archive.tar_list import busybox_line
from minibuild.programs.inputs import decode, die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.users.names import group_id, user_entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.programs.archive.inflow import Inflow
    from minibuild.programs.options import Opts

_LONG = {"extract": "i", "create": "o", "list": "t", "pass-through": "p", "format=": "H", "file=": "F",
         "make-directories": "d", "preserve-modification-time": "m", "verbose": "v", "unconditional": "u",
         "null": "0", "dereference": "L", "owner=": "R", "quiet": "quiet",
         "no-absolute-filenames": "relative",
         "absolute-filenames": "absolute", "nonmatching": "f", "to-stdout": "stdout", "ignore-devno": "devno",
         "renumber-inodes": "renumber", "no-preserve-owner": "no-own", "directory=": "D",
         "only-verify-crc": "crc",
         "reproducible": "reproducible", "link": "l", "append": "A", "block-size=": "b",
         "pattern-file=": "E"}  # fmt: skip
CPIO = Options(
    "it0uvdmLF:H:R:opD:fsVaclE:BC:AO:I:",
    long=_LONG,
    usage="[-dmvu] [-F FILE] [-R USER[:GRP]] [-H newc] [-tio] [-p DIR] [EXTR_FILE]...",
    help="""Unpack (-i), list (-t) or write (-o) an archive, or copy a tree (-p)

	-o, -p	Names of files are read from standard input
	-H newc	The format to write
	-F FILE	The archive
	-d	Make directories that are missing
	-m	Keep times
	-u	Replace newer files too
	-v	Show names
	-L	What links lead to, instead of the links
	-0	Names end with a zero
	-R USER[:GROUP]	Who the files belong to""",
)


@program("cpio", options=CPIO)
def cpio(process: Process) -> int:
    """`cpio -i|-t|-o|-p [OPTIONS] [PATTERN]...`"""
    opts, operands = CPIO.parse(process)
    if not opts.any("i", "t", "o", "p"):
        CPIO.fail(process)
    busybox = is_busybox(process)
    if "o" in opts:
        if busybox and opts.get("H") != "newc":
            CPIO.fail(process)
        return _Writing(process, opts, busybox).create()
    if "p" in opts:
        if not operands:
            CPIO.fail(process)
        return _pass(process, opts, operands[0], busybox)
    return _read(process, opts, operands, busybox)


# ---- reading


def _read(process: Process, opts: Opts, patterns: list[str], busybox: bool) -> int:
    try:
        reader = process.open_reader(opts.text("F", opts.text("I", "-")))
    except OSError as error:
        die(process, f"can't open '{opts.text('F')}': {strerror(error)}", 1 if busybox else 2)
    source = inflow_of(process, reader)
    codec = None if busybox else detect(source.peek(6))
    if codec is not None:
        source = unpacked(process, codec, source)
    if "D" in opts:
        process.view.chdir(opts.text("D"))
    members = CpioReader(source, old=not busybox)
    unpacker = CpioUnpacker(process, opts, members, owner(process, opts), busybox=busybox)
    try:
        for member in members:
            process.tick()
            if patterns and any(fnmatch(one, member.name) for one in patterns) == ("f" in opts):
                continue
            _one(process, opts, member, members, unpacker)
    except CpioError as error:
        return _broken(process, error, busybox)
    except CodecError:
        return _broken(process, CpioError("end"), busybox)
    unpacker.finish()
    if "quiet" not in opts:
        process.stderr.write(f"{-(-source.position // 512)} blocks\n")
    return unpacker.status


def _one(process: Process, opts: Opts, member: Member, members: CpioReader, unpacker: CpioUnpacker) -> None:
    """List or unpack a member. Names of a file that come without its bytes wait for the one that has them."""
    waits = member.kind == "file" and members.links > 1 and member.size == 0
    if waits and "t" not in opts:
        unpacker.wait(member, members.ino)
    if waits and is_busybox(process):
        return
    if "t" in opts:
        line = busybox_line(process, member) if "v" in opts else encode(member.name) + b"\n"
        process.stdout.write(line)
        return
    if not waits:
        unpacker.unpack(member, members.ino if members.links > 1 else 0)


def _broken(process: Process, error: CpioError, busybox: bool) -> int:
    """The archive can't be read on."""
    if process.view.opaque:
        return unpack_opaque(process, ".")
    if busybox:
        words = {
            "end": "short read",
            "magic": "unsupported cpio format, use newc or crc",
            "number": "damaged cpio file",
        }
    else:
        words = {
            "end": "premature end of file",
            "magic": "premature end of archive",
            "number": "malformed number",
        }
    process.error(words[error.what])
    return 1 if busybox else 2


def owner(process: Process, opts: Opts) -> tuple[int, int] | None:
    """The ids that -R asks for; -1 keeps one."""
    text = opts.get("R")
    if text is None:
        return None
    user, _, group = text.partition(":")
    found = user_entry(process, user) if user else (-1, -1)
    gid = group_id(process, group) if group else -1
    if found is None or gid is None:
        die(process, f"unknown user {user}" if found is None else f"unknown group {group}")
    return found[0], gid


# ---- writing


class _Writing:
    """Members from the files that standard input names."""

    def __init__(self, process: Process, opts: Opts, busybox: bool) -> None:
        self.process, self.opts, self.busybox = process, opts, busybox
        self.view = process.view
        self.style = "newc" if busybox else opts.text("H", "odc" if "c" in opts else "newc")
        self.owner = owner(process, opts)
        self.status = 0
        # Files with several names come at the end: inode → (node, its members so far).
        self._linked: dict[int, tuple[Stat, list[tuple[str, Member]]]] = {}

    def create(self) -> int:
        """Write the archive of -o."""
        name = self.opts.text("F", self.opts.text("O"))
        try:
            stream = self.process.open_stream(name, "w") if name else None
        except OSError as error:
            die(self.process, f"can't open '{name}': {strerror(error)}")
        out = Outflow(self.process, stream)
        if "D" in self.opts:
            self.view.chdir(self.opts.text("D"))
        for piece in self.pieces():
            out.write(piece)
        size = out.written
        if not self.busybox:
            out.write(bytes(-size % 512))
            self.process.stderr.write(f"{-(-size // 512)} block{'s' if size > 512 else ''}\n")
        out.close()
        return self.status

    def pieces(self) -> Iterator[bytes]:
        """The archive, piece by piece."""
        for name in self._names():
            self.process.tick()
            try:
                stat = self.view.stat(name) if "L" in self.opts else self.view.lstat(name)
                yield from self._member(name, stat)
            except OSError as error:
                if self.busybox:
                    die(self.process, f"{name}: {strerror(error)}")
                self.process.error(f"{name}: Cannot stat: {strerror(error)}")
                self.status = 2
        for ino, (_, members) in reversed(self._linked.items()):
            members.reverse()
            for at, (path, member) in enumerate(members):
                last = at == len(members) - 1
                yield from self._written(path, member if last else _empty(member), ino, len(members))
        yield trailer(self.style)

    def _names(self) -> Iterator[str]:
        data = self.process.stdin
        if "0" in self.opts:
            yield from (decode(name) for name in data.read().split(b"\0") if name)
            return
        for line in data:
            name = decode(line.removesuffix(b"\n"))
            if name:
                yield name

    def _member(self, path: str, stat: Stat) -> Iterator[bytes]:
        name = path
        while name.startswith("./"):
            name = name[2:].lstrip("/")
        name = (name if self.busybox else path) or "."
        if self.busybox:
            name = name.lstrip("/") or "."
        size = stat.size if stat.kind in ("file", "link") else 0
        major, minor = stat.device or (0, 0)
        uid, gid = self.owner or (-1, -1)
        member = Member(
            name=name, kind=stat.kind, mode=stat.mode, uid=stat.uid if uid < 0 else uid,
            gid=stat.gid if gid < 0 else gid, mtime=stat.mtime, size=size, length=size,
            target=stat.target or "",
            major=major, minor=minor,
        )  # fmt: skip
        if "v" in self.opts and "p" not in self.opts:
            self.process.stderr.write(f"{name}\n")
        if stat.kind == "file" and stat.nlink > 1:
            self._linked.setdefault(stat.ino & 0xFFFFFFFF, (stat, []))[1].append((path, member))
            return
        yield from self._written(path, member, stat.ino & 0xFFFFFFFF, stat.nlink)

    def _written(self, path: str, member: Member, ino: int, links: int) -> Iterator[bytes]:
        stream = self.view.open(path) if member.kind == "file" and member.size else None
        yield header(member, ino=ino, links=links, style=self.style)
        if member.kind == "link":
            yield encode(member.target)
        elif stream is not None:
            while piece := stream.read(1 << 20):
                yield piece
        yield filling(member.size, self.style)


def _empty(member: Member) -> Member:
    from dataclasses import replace

    return replace(member, size=0, length=0)


def _pass(process: Process, opts: Opts, directory: str, busybox: bool) -> int:
    """-p: write an archive and unpack it elsewhere at once."""
    writing = _Writing(process, opts, busybox)
    there = process.fork()
    status = 1

    def body(child: Process) -> int:
        try:
            if not child.view.is_dir(directory) and "d" in opts:
                child.view.makedirs(directory)
            child.view.chdir(directory)
        except OSError as error:
            die(child, f"can't change directory to '{directory}': {strerror(error)}")
        source: Inflow = inflow_from(child, writing.pieces())
        members = CpioReader(source)
        unpacker = CpioUnpacker(child, opts, members, owner(child, opts), busybox=busybox)
        for member in members:
            if member.kind == "file" and members.links > 1 and member.size == 0:
                unpacker.wait(member, members.ino)
            else:
                unpacker.unpack(member, members.ino if members.links > 1 else 0)
        unpacker.finish()
        if "quiet" not in opts:
            child.stderr.write(f"{-(-source.position // 512)} blocks\n")
        return unpacker.status

    status = there.perform(body)
    process.reap(there)
    if status:
        raise ProcessExit(status)
    return writing.status
