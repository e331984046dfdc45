"""ar: libraries of object files, and the container of Debian packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.ar_format import ArError, ArMember, read_members, write_archive
from minibuild.programs.archive.inflow import inflow_of
from minibuild.programs.coreutils.modes import mode_string
from minibuild.programs.inputs import die, encode
from minibuild.programs.options import Options, is_busybox
from minibuild.programs.registry import program
from minibuild.programs.system.dates import format_time

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

AR = Options(
    "+xptrdqmsocvuUDSTPNfablO",
    usage="x|p|t|r [-ov] ARCHIVE [FILE]...",
    help="Extract or list FILEs from an ar archive, or create it\n\n\tx\tExtract\n\tp\tExtract to stdout\n"
    "\tt\tList\n"
    "\tr\tCreate\n\t-o\tRestore mtime\n\t-v\tVerbose",
)  # fmt: skip


@program("ar", options=AR)
def ar(process: Process) -> int:
    """`ar x|p|t|r|d|q [MODIFIERS] ARCHIVE [FILE]...`"""
    words = process.argv[1:]
    if words and not words[0].startswith("-"):
        words = ["-" + words[0], *words[1:]]
    opts, operands = AR.parse(process, words)
    operation = next((key for key in "xptrqds" if key in opts), "")
    if not operation or not operands:
        AR.fail(process)
    run = _Ar(process, operands[0], operands[1:], verbose="v" in opts, dates="o" in opts, real="U" in opts)
    if operation in "rq":
        return run.add(create_quietly="c" in opts, replace=operation == "r")
    if operation == "d":
        return run.delete()
    return run.index() if operation == "s" else run.look(operation)


class _Ar:
    def __init__(
        self, process: Process, path: str, names: list[str], *, verbose: bool, dates: bool, real: bool
    ) -> None:
        self.process, self.path, self.names = process, path, names
        self.verbose, self.dates, self.real = verbose, dates, real
        self.busybox = is_busybox(process)

    def look(self, operation: str) -> int:
        """x, p, t."""
        found = set()
        for member, data in self._members(bodies=operation != "t"):
            if self.names and member.name not in self.names:
                continue
            found.add(member.name)
            if operation == "t":
                self._list(member)
            elif operation == "p":
                if self.verbose:
                    self.process.stdout.write(
                        self._line(member) if self.busybox else encode(f"\n<{member.name}>\n\n")
                    )
                self.process.stdout.write(data)
            else:
                self._extract(member, data)
        for name in self.names:
            if name not in found and not self.busybox:
                self.process.stderr.write(f"no entry {name} in archive\n")
        return 0

    def add(self, *, create_quietly: bool, replace: bool) -> int:
        """r and q: put files in, in the place of those that have their names."""
        process, view = self.process, self.process.view
        members: list[tuple[ArMember, bytes]] = []
        if view.exists(self.path):
            members = self._members()
        elif not create_quietly:
            process.error(f"creating {self.path}")
        places = {member.name: at for at, (member, _) in enumerate(members)}
        for path in self.names:
            try:
                stat = view.stat(path)
                data = process.open_reader(path).read()
            except OSError as error:
                die(process, f"{path}: {strerror(error)}")
            name = path.rpartition("/")[2]
            owner = (stat.mtime // 10**9, stat.uid, stat.gid, 0o100000 | stat.mode)
            member = ArMember(name, *(owner if self.real or self.busybox else (0, 0, 0, 0o644)), len(data))
            known = replace and name in places
            if known:
                members[places[name]] = (member, data)
            else:
                places[name] = len(members)
                members.append((member, data))
            if self.verbose:
                process.stdout.write(f"{'r' if known else 'a'} - {path}\n")
        return self._write(members)

    def delete(self) -> int:
        """d: take members out."""
        kept = []
        for member, data in self._members():
            if member.name in self.names:
                if self.verbose:
                    self.process.stdout.write(f"d - {member.name}\n")
            else:
                kept.append((member, data))
        return self._write(kept)

    def index(self) -> int:
        """s: an index of symbols, which archives of no object files have not."""
        self._members()
        return 0

    def _members(self, *, bodies: bool = True) -> list[tuple[ArMember, bytes]]:
        process = self.process
        try:
            source = inflow_of(process, process.open_reader(self.path))
            found = []
            for member in read_members(source):
                data = source.read(member.size) if bodies else b""
                if bodies and len(data) < member.size:
                    raise ArError("end")
                found.append((member, data))
        except OSError as error:
            words = (
                f"can't open '{self.path}': {strerror(error)}"
                if self.busybox
                else f"{self.path}: {strerror(error)}"
            )
            die(process, words, 1 if self.busybox else 9)
        except ArError as error:
            if process.view.opaque:
                return []
            if self.busybox:
                die(process, "short read" if error.what == "end" else "invalid ar magic")
            die(process, f"{self.path}: file format not recognized")
        return found

    def _list(self, member: ArMember) -> None:
        self.process.stdout.write(self._line(member) if self.verbose else encode(member.name + "\n"))

    def _line(self, member: ArMember) -> bytes:
        """The line of `tv`."""
        time = format_time(self.process, "%b %e %H:%M %Y", member.mtime * 10**9)
        mode = mode_string("file", member.mode & 0o7777)[1:]
        return encode(f"{mode} {member.uid}/{member.gid} {member.size:6} {time} {member.name}\n")

    def _extract(self, member: ArMember, data: bytes) -> None:
        process, view = self.process, self.process.view
        name = member.name.rpartition("/")[2]
        if self.verbose:
            process.stdout.write(self._line(member) if self.busybox else encode(f"x - {member.name}\n"))
        try:
            if not self.busybox and view.lexists(name):
                view.unlink(name)
            stream = process.open_stream(name, "x", member.mode & 0o777)
        except OSError as error:
            die(
                process,
                f"can't open '{name}': {strerror(error)}" if self.busybox else f"{name}: {strerror(error)}",
            )
        stream.write(data)
        stream.close()
        view.chmod(name, member.mode & 0o777)
        if self.dates:
            view.utime(name, member.mtime * 10**9)

    def _write(self, members: list[tuple[ArMember, bytes]]) -> int:
        try:
            stream = self.process.open_stream(self.path, "w")
        except OSError as error:
            die(self.process, f"{self.path}: {strerror(error)}")
        stream.write(write_archive(members))
        stream.close()
        return 0
