"""tar c, r and u: walking the names of the command line and writing members."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from minibuild.filesystem.errors import strerror
from minibuild.filesystem.openfile import OpenFile
from minibuild.filesystem.tarheader import BLOCK, padding
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.compression import asked_codec, program_is_there, refuse_program
from minibuild.programs.archive.inflow import Inflow
from minibuild.programs.archive.member import Member
from minibuild.programs.archive.outflow import Outflow
from minibuild.programs.archive.tar_list import Lister
from minibuild.programs.archive.tar_open import NOT_RECOVERABLE
from minibuild.programs.archive.tar_override import Overrides
from minibuild.programs.archive.tar_read import TarError, TarReader
from minibuild.programs.archive.tar_select import exclusions, list_of_names
from minibuild.programs.archive.tar_words import Prefixes
from minibuild.programs.archive.tar_write import UnfitError, member_header
from minibuild.programs.gnu_names import escaped
from minibuild.programs.inputs import die
from minibuild.programs.options import is_busybox
from minibuild.programs.users.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.filesystem.status import Stat
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream
    from minibuild.programs.archive.tar_options import CommandLine

_PIECE = 1 << 20


def create(process: Process, line: CommandLine) -> int:
    """Write an archive, or append to one; the exit status."""
    return _Writing(process, line).run()


class _Writing:
    def __init__(self, process: Process, line: CommandLine) -> None:
        self.process, self.view, self.line, self.opts = process, process.view, line, line.opts
        self.busybox = is_busybox(process)
        self.excluded = exclusions(process, line)
        self.prefixes = Prefixes(process, busybox=self.busybox, absolute="P" in line.opts)
        self.lister = Lister(process, line)
        self.overrides = Overrides(process, line)
        self.names = Names(process)
        self.follow, self.loud = "h" in line.opts, line.opts.count("v")
        self.style = "busybox" if self.busybox else self.overrides.style
        self.failed = False
        self.own: object = None  # the archive's node: it is not to be put into itself
        self.known: dict[str, int] = {}  # name → mtime of what the archive has, for `u`
        self._linked: dict[int, tuple[object, str]] = {}

    def run(self) -> int:
        """Do it; the exit status."""
        process = self.process
        if not self.busybox and not any(key in ("", "T", "add-file") for key, _ in self.line.events):
            process.error("Cowardly refusing to create an empty archive")
            process.stderr.write("Try 'tar --help' or 'tar --usage' for more information.\n")
            return 2
        out = self.out = self._open()
        asked = self._asked()
        if self.busybox and not asked:
            die(process, "empty archive")
        removed: list[str] = []
        try:
            for name, recursive in asked:
                if name is None:
                    self._change_directory(recursive)
                    continue
                self._tree(name, bool(recursive))
                removed.append(name)
            out.write(bytes(2 * BLOCK))
            if not self.busybox:
                record = self._record()
                out.write(bytes(-out.written % record))
            out.close()
        except BrokenPipeError:
            raise
        except OSError as error:
            if error.filename is not None:
                raise
            die(process,
            f"write error: {strerror(error)}" if self.busybox else "-: Wrote only 0 of 10240 bytes",
                1 if self.busybox else 2)  # fmt: skip
        if "remove" in self.opts:
            for name in removed:
                self.view.remove_tree(name) if self.view.lstat(name).kind == "dir" else self.view.unlink(name)
        if self.failed:
            words = "error exit delayed from previous errors" if self.busybox else (
                "Exiting with failure status due to previous errors")  # fmt: skip
            process.error(words)
            return 1 if self.busybox else 2
        return 0

    # ---- the archive

    def _open(self) -> Outflow:
        process, name = self.process, self.line.archive
        codec = asked_codec(process, self.line)
        if codec is not None and self.line.operation != "c":
            self._end("Cannot update compressed archives")
        if codec is not None and not self.busybox and not program_is_there(process, codec):
            if name != "-":
                process.open_stream(name, "w")
            refuse_program(process, codec)
            process.error("Child returned status 2")
            die(process, NOT_RECOVERABLE, 2)
        if name == "-":
            return Outflow(process, None, codec.pack(codec.level) if codec else None)
        try:
            stream = process.open_stream(name, "w" if self.line.operation == "c" else "rw")
        except OSError as error:
            if self.busybox:
                die(process, f"can't open '{name}': {strerror(error)}")
            child = "tar (child)" if codec else "tar"
            process.stderr.write(
                f"{child}: {name}: Cannot open: {strerror(error)}\n{child}: {NOT_RECOVERABLE}\n"
            )
            if codec is not None:
                process.error("Child returned status 2")
                process.error(NOT_RECOVERABLE)
            raise ProcessExit(2) from None
        if isinstance(stream, OpenFile):
            self.own = stream.node
        out = Outflow(process, stream, codec.pack(codec.level) if codec else None)
        if self.line.operation != "c":
            out.written = self._find_end(stream)
        return out

    def _find_end(self, stream: Stream) -> int:
        """Go to where members may be added, and note what there is; how many bytes are before it."""
        if not isinstance(stream, OpenFile):
            self._end(f"{self.line.archive}: Cannot seek")
        source = Inflow(lambda: stream.read(_PIECE), stream.seek)
        end = 0
        try:
            for member in TarReader(source):
                self.known[member.name.rstrip("/")] = member.mtime
                end = source.position + member.size + -member.size % BLOCK
        except TarError:
            self._end("This does not look like a tar archive")
        stream.truncate(end)
        stream.seek(end)
        return end

    def _record(self) -> int:
        factor = self.opts.text("b", "20")
        return BLOCK * (int(factor) if factor.isdigit() and 0 < int(factor) < 1 << 16 else 20)

    # ---- the command line

    def _asked(self) -> list[tuple[str | None, bool | str]]:
        """Names with whether to go below them; (None, directory) for a change of directory."""
        found: list[tuple[str | None, bool | str]] = []
        recursive, null = True, False
        if self.busybox:
            found += [(None, place) for place in self.opts.all("C")[-1:]]
            recursive = "recursion-" not in self.opts
        for key, value in self.line.events:
            if key in ("", "add-file"):
                found.append((value, recursive))
            elif key == "T":
                found += self._listed(value, recursive, null=null)
            elif key in ("null", "null-"):
                null = key == "null"
            elif key in ("recursion", "recursion-") and not self.busybox:
                recursive = key == "recursion"
            elif key == "C" and not self.busybox:
                found.append((None, value))
        if self.busybox and all(name is None for name, _ in found):
            return []
        return found

    def _listed(self, path: str, recursive: bool, *, null: bool) -> list[tuple[str | None, bool | str]]:
        """The names of a file of names; for GNU it may have lines with -C."""
        found: list[tuple[str | None, bool | str]] = []
        for name in list_of_names(self.process, path, null=null):
            if not self.busybox and not null and name.startswith("-C"):
                found.append((None, name[2:].strip()))
            else:
                found.append((name, recursive))
        return found

    def _change_directory(self, place: bool | str) -> None:
        try:
            self.view.chdir(str(place))
        except OSError as error:
            if self.busybox:
                die(self.process, f"can't change directory to '{place}': {strerror(error)}")
            self._end(f"{place}: Cannot open: {strerror(error)}")

    # ---- members

    def _tree(self, name: str, recursive: bool) -> None:
        """Write a name and, where it is a directory, what is below: without recursion, trees may be deep."""
        ahead: list[Iterator[str]] = [iter((name,))]
        while ahead:
            path = next(ahead[-1], None)
            if path is None:
                ahead.pop()
                continue
            self.process.tick()
            below = self._one(path)
            if below and recursive:
                ahead.append(self._below(path))

    def _below(self, path: str) -> Iterator[str]:
        try:
            names = self.view.listdir(path)
        except OSError as error:
            if self.busybox:
                self._fail(f"can't open '{path}': {strerror(error)}")
            else:
                self._fail(f"{escaped(self.process, path)}: Cannot open: {strerror(error)}")
            return iter(())
        prefix = path if path.endswith("/") else path + "/"
        return iter([prefix + name for name in names])

    def _one(self, path: str) -> bool:
        """Write one member; whether it is a directory to go into."""
        try:
            stat = self.view.stat(path) if self.follow else self.view.lstat(path)
        except OSError as error:
            if self.busybox:
                self._fail(f"{path}: {strerror(error)}")
            else:
                self._fail(f"{escaped(self.process, path)}: Cannot stat: {strerror(error)}")
            return False
        bare = self.prefixes.member(path) if self.busybox else path
        if any(one.matches((bare or "").rstrip("/") or "/") for one in self.excluded):
            return False
        if stat.node is self.own:
            self.process.error(f"{path}: file is the archive; {'skipping' if self.busybox else 'not dumped'}")
            return False
        if self.overrides.passes(
            stat, self.known.get(path.rstrip("/")) if self.line.operation == "u" else None
        ):
            self._write(path, stat)
        return stat.kind == "dir"

    def _write(self, path: str, stat: Stat) -> None:
        """Write the member at a path: header and bytes."""
        name = self.prefixes.member(path)
        if not name:
            return
        member = self._described(name, stat)
        first = self._first_name(stat, member) if member.kind == "file" else None
        if first is not None:
            member = replace(member, kind="hardlink", target=first, size=0, length=0)
        opened = None
        if member.kind == "file":
            try:
                opened = self.view.open(path)
            except OSError as error:
                if self.busybox:
                    self._fail(f"can't open '{path}': {strerror(error)}")
                else:
                    self._fail(f"{escaped(self.process, path)}: Cannot open: {strerror(error)}")
                return
        try:
            header = member_header(member, self.style)
        except UnfitError as error:
            text = (
                "link name is too long"
                if error.what == "link name"
                else "file name is too long (cannot be split)"
            )
            self._fail(f"{member.target if error.what == 'link name' else name}: {text}; not dumped")
            return
        self._say(path, member)
        self.out.write(header)
        if opened is not None:
            left = member.size
            while left and (piece := opened.read(min(left, _PIECE))):
                self.out.write(piece)
                left -= len(piece)
            self.out.write(bytes(left) + padding(member.size))

    def _described(self, name: str, stat: Stat) -> Member:
        kind = stat.kind
        if kind == "dir" and not name.endswith("/"):
            name += "/"
        size = stat.size if kind == "file" else 0
        major, minor = stat.device or (0, 0)
        member = Member(
            name=name,
            kind=kind,
            mode=stat.mode if kind != "link" else 0o777,
            uid=stat.uid,
            gid=stat.gid,
            user=self.names.user(stat.uid) or "",
            group=self.names.group(stat.gid) or "",
            mtime=stat.mtime,
            size=size,
            length=size,
            target=stat.target or "",
            major=major,
            minor=minor,
            xattrs=(stat.node.xattrs or {}) if "xattrs" in self.opts else {},
        )
        return member if self.busybox else self.overrides.applied(member)

    def _first_name(self, stat: Stat, member: Member) -> str | None:
        """The name under which a file with several names is in the archive already."""
        if stat.nlink < 2 or "hard-dereference" in self.opts:
            return None
        known = self._linked.get(id(stat.node))
        if known is not None and (self.busybox or known[1] != member.name):
            return known[1]
        # The node itself is kept, so that its id stays its own.
        self._linked[id(stat.node)] = (stat.node, member.name)
        return None

    def _say(self, path: str, member: Member) -> None:
        """What -v shows: on standard error when the archive goes to standard output."""
        if not self.loud:
            return
        shown = member
        if not self.busybox and "transformed" not in self.opts:
            shown = replace(
                member, name=path + "/" if member.kind == "dir" and not path.endswith("/") else path
            )
        text = self.lister.long(shown) if self.loud > 1 and not self.busybox else self.lister.name(shown)
        stream = self.process.stderr if self.line.archive == "-" else self.process.stdout
        stream.write(text)

    def _fail(self, text: str) -> None:
        self.process.error(text)
        self.failed = True

    def _end(self, text: str) -> NoReturn:
        self.process.error(text)
        die(self.process, NOT_RECOVERABLE, 2)
