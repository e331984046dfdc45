"""tar: the program, and reading archives with it (listing and unpacking)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.kernel.streams import Source
from minibuild.programs.archive.opaque import unpack_opaque
from minibuild.programs.archive.tar_create import create
from minibuild.programs.archive.tar_extract import BusyboxUnpacker, number_of, stripped
from minibuild.programs.archive.tar_extract_gnu import GnuUnpacker
from minibuild.programs.archive.tar_list import Lister
from minibuild.programs.archive.tar_open import NOT_RECOVERABLE, Archive, end_after_child, open_archive
from minibuild.programs.archive.tar_options import GNU, parse
from minibuild.programs.archive.tar_read import TarError, TarReader
from minibuild.programs.archive.tar_select import Wanted, exclusions, list_of_names
from minibuild.programs.archive.tar_words import Prefixes, transformed, transforms
from minibuild.programs.gnu_names import escaped
from minibuild.programs.inputs import die
from minibuild.programs.options import is_busybox
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.kernel.process import Process
    from minibuild.programs.archive.member import Member
    from minibuild.programs.archive.tar_options import CommandLine

_RECORDS = frozenset({"path", "linkpath"})  # what busybox knows of pax
_WARNING = "Exiting with failure status due to previous errors"


@program("tar", options=GNU)
def tar(process: Process) -> int:
    """`tar c|x|t|r|u [OPTIONS] [FILE]...`: busybox's or GNU's, whichever the image has."""
    line = parse(process)
    if line.operation in ("c", "r", "u"):
        return create(process, line)
    return _Reading(process, line).run()


class _Reading:
    """One run of `tar t` or `tar x`."""

    def __init__(self, process: Process, line: CommandLine) -> None:
        self.process, self.line, self.opts = process, line, line.opts
        self.busybox = is_busybox(process)
        self.status = 0
        self.excluded = exclusions(process, line)
        self.wanted = self._wanted()
        self.lister = Lister(process, line)
        self.extracting = line.operation == "x"
        self.transforms = transforms(process, self.opts)
        self.prefixes = Prefixes(process, busybox=self.busybox, absolute="P" in self.opts)

    def run(self) -> int:
        """Read the archive to its end; the exit status."""
        archive = open_archive(self.process, self.line, self._change_directory)
        top = self._top() if self.extracting and not self.busybox else ""
        if top and not self.process.view.is_dir(top):
            self.process.view.makedirs(top)
        if archive.opaque:
            return self._opaque()
        reader = TarReader(archive.source, _RECORDS if self.busybox else None)
        if not self.busybox:
            reader.on_bad, reader.whole, reader.past_zeros = self._bad_header, True, "i" in self.opts
        unpacker = (BusyboxUnpacker if self.busybox else GnuUnpacker)(
            self.process, self.line, reader, *(() if self.busybox else (self.prefixes,))
        )
        members = self._members(archive, reader)
        try:
            for member in members:
                self.process.tick()
                self._one(member, reader, unpacker)
        except TarError as error:
            self._broken(error, archive)
        if archive.child is None or not archive.child.status:
            archive.source.drain()
        unpacker.finish()
        return self._finish(archive, reader, failed=getattr(unpacker, "failed", False))

    def _members(self, archive: Archive, reader: TarReader) -> Iterator[Member]:
        """The members that are wanted."""
        for member in reader:
            if self.process.view.opaque:
                archive.opaque = True
                return
            name = member.name.rstrip("/") or member.name
            if self.busybox:
                name = (self.prefixes.member(member.name) or "").rstrip("/")
            # What is left out was asked for all the same, so it is not missing.
            if self.wanted.takes(name) and not any(one.matches(name) for one in self.excluded):
                yield member

    def _one(self, member: Member, reader: TarReader, unpacker: BusyboxUnpacker | GnuUnpacker) -> None:
        shown = self._shown(member)
        loud = self.opts.count("v") + (not self.extracting)
        if loud and "O" in self.opts and not self.busybox and self.extracting:
            self.process.stderr.write(self._text(shown, loud))
        elif loud:
            self.process.stdout.write(self._text(shown, loud))
        if not self.extracting:
            return
        moved = self._moved(member)
        if "to-command" in self.opts:
            self._to_command(moved, reader)
        elif "O" in self.opts:
            unpacker.to_stdout(moved)
        else:
            unpacker.unpack(moved)

    def _text(self, member: Member, loud: int) -> str:
        line = self.lister.long(member) if loud > 1 else self.lister.name(member)
        return line.decode("utf-8", "surrogateescape")

    def _shown(self, member: Member) -> Member:
        """The member as it is listed."""
        if self.busybox:
            return replaced(member, self.prefixes.member(member.name) or member.name)
        if "transformed" in self.opts:
            return self._moved(member)
        if self.extracting:
            return member
        self.prefixes.member(member.name)
        if member.kind == "hardlink":
            return replaced(member, member.name, self.prefixes.target(member.target))
        return member

    def _moved(self, member: Member) -> Member:
        """The member under the name that it is to have here."""
        if self.busybox:
            return replaced(member, self.prefixes.member(member.name) or "")
        name, target = member.name, member.target
        if self.transforms:
            name = transformed(self.transforms, name, "r")
            if member.kind in ("link", "hardlink"):
                target = transformed(self.transforms, target, "s" if member.kind == "link" else "h")
        top = self._top()
        if top and name.lstrip("./").partition("/")[0] != top:
            name = f"{top}/{name}"
        return replaced(member, name, target)

    def _top(self) -> str:
        """The directory that --one-top-level puts everything in."""
        if "top" not in self.opts:
            return ""
        given = self.opts.text("top")
        if given:
            return given
        name = self.line.archive.rpartition("/")[2]
        for ending in (".gz", ".bz2", ".xz", ".zst", ".lzma", ".Z"):
            name = name.removesuffix(ending)
        return name.removesuffix(".tar").removesuffix(".tgz").removesuffix(".txz").removesuffix(".tbz2")

    def _to_command(self, member: Member, reader: TarReader) -> None:
        """Hand the bytes of a file to a command."""
        if member.kind != "file":
            return
        data = b"".join(reader.data(member))
        env = {**self.process.env, "TAR_FILENAME": member.name, "TAR_FILETYPE": "f",
               "TAR_MODE": f"{member.mode:04o}",
               "TAR_SIZE": str(member.length), "TAR_UID": str(member.uid), "TAR_GID": str(member.gid),
               "TAR_UNAME": member.user, "TAR_GNAME": member.group, "TAR_MTIME": str(member.mtime // 10**9),
               "TAR_REALNAME": member.name}  # fmt: skip
        self.process.flush()
        command = self.opts.text("to-command")
        status = self.process.call(["/bin/sh", "-c", command], env=env, streams={0: Source(data)})
        if status:
            self.process.error(f"'{command}' returned status {status}" if self.busybox else
                               f"{self.process.pid}: Child returned status {status}")  # fmt: skip
            self.status = 1 if self.busybox else 2

    # ---- the command line

    def _wanted(self) -> Wanted:
        names = list(self.line.names)
        null = False
        for key, value in self.line.events:
            if key in ("null", "null-"):
                null = key == "null"
            elif key == "T":
                names += list_of_names(self.process, value, null=null)
            elif key == "add-file":
                names.append(value)
        opts = self.opts
        return Wanted(
            names,
            wildcards=not self.busybox and opts.last("wildcards", "wildcards-") == "wildcards",
            fold=opts.last("case", "case-") == "case-",
            anchored=opts.last("anchored", "anchored-") != "anchored-",
        )

    def _change_directory(self) -> None:
        """-C: busybox goes by the last one, GNU by all of them, each from the one before."""
        places = self.opts.all("C")
        for place in places[-1:] if self.busybox else places:
            try:
                self.process.view.chdir(place)
            except OSError as error:
                if self.busybox:
                    die(self.process, f"can't change directory to '{place}': {strerror(error)}")
                self._end(f"{place}: Cannot open: {strerror(error)}")

    # ---- the end

    def _opaque(self) -> int:
        """An archive of which nothing is known."""
        if not self.extracting or self.opts.any("O", "to-command"):
            return 0
        count = number_of(self.process, self.line)
        names = [stripped(name, count) or "" for name in self.wanted.names]
        whole = not any(names) or any("*" in name for name in names)
        return unpack_opaque(self.process, self._top() or ".", () if whole else names)

    def _broken(self, error: TarError, archive: Archive) -> None:
        """The archive can't be read on."""
        if self.process.view.opaque:
            archive.opaque = True
            return
        if self.busybox:
            words = {
                "end": "short read",
                "magic": "invalid tar magic",
                "header": "invalid tar header checksum",
            }
            die(self.process, words.get(error.what, "corrupted octal value in tar header"))
        if error.what == "end":
            if self.extracting:
                self.process.error("Unexpected EOF in archive")
            self._end("Unexpected EOF in archive")
        self.process.error("Skipping to next header")
        self.status = 2

    def _bad_header(self, first: bool) -> None:
        """GNU's tar goes on behind a bad header, but fails in the end."""
        if first:
            self.process.error("This does not look like a tar archive")
        self.process.error("Skipping to next header")
        self.status = 2

    def _finish(self, archive: Archive, reader: TarReader, *, failed: bool) -> int:
        child, process = archive.child, self.process
        if archive.opaque:
            return self._opaque()
        if self.busybox:
            if not reader.headers or (child is not None and child.status):
                process.error("short read")
                self.status = 1
            for name in self.wanted.missing:
                die(process, f"{name}: not found in archive")
            return max(self.status, child.status if child else 0)
        if child is not None and child.status:
            end_after_child(process, child.status)
        if reader.lone:
            process.error(f"A lone zero block at {reader.lone}")
        if not reader.headers and not self.status:
            process.error("This does not look like a tar archive")
            self.status = 2
        for name in self.wanted.missing:
            if "*" in name and not self.wanted.wildcards:
                process.error("Pattern matching characters used in file names")
                process.error(
                    "Use --wildcards to enable pattern matching, or --no-wildcards to suppress this warning"
                )
            process.error(f"{escaped(process, name)}: Not found in archive")
            self.status = 2
        if failed or self.status:
            process.error(_WARNING)
            return 2
        return 0

    def _end(self, text: str) -> None:
        self.process.error(text)
        die(self.process, NOT_RECOVERABLE, 2)


def replaced(member: Member, name: str, target: str | None = None) -> Member:
    """The member under another name, perhaps with another target."""
    from dataclasses import replace

    if name == member.name and target in (None, member.target):
        return member
    return replace(member, name=name, target=member.target if target is None else target)
