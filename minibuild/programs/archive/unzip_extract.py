"""Unpacking the members of a zip archive into the container's file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.content import InlineContent
from minibuild.filesystem.errors import strerror
from minibuild.filesystem.openfile import OpenFile
from minibuild.kernel.process import ProcessExit
from minibuild.programs.archive.outflow import count_written
from minibuild.programs.archive.tar_words import Prefixes
from minibuild.programs.archive.zip_read import is_link, mode_of, mtime_of, pieces
from minibuild.programs.inputs import die

if TYPE_CHECKING:
    import zipfile

    from minibuild.kernel.process import Process
    from minibuild.programs.options import Opts

_WHOLE = 8 << 20  # a larger file is written as it comes, so that it is not held twice
_QUESTION = "replace {}? [y]es, [n]o, [A]ll, [N]one, [r]ename: "


class Unzipper:
    """What both programs do alike. `status` is the exit status so far."""

    def __init__(
        self, process: Process, archive: zipfile.ZipFile, opts: Opts, where: str, *, quiet: int
    ) -> None:
        self.process, self.view, self.archive = process, process.view, archive
        self.opts, self.where, self.quiet = opts, where, quiet
        self.flat = "j" in opts
        self.answer = {"o": "A", "n": "N"}.get(opts.last("o", "n") or "", "")
        self.status = 0

    def begin(self) -> None:
        """Before the first member."""

    def unpack(self, member: zipfile.ZipInfo) -> None:
        """Make one member. ZipDamageError."""
        raise NotImplementedError

    def finish(self) -> None:
        """After the last member."""

    def may_replace(self, path: str) -> str | None:
        """The name to write to, after asking where something has it already; None to leave it."""
        while self.answer != "A" and self.view.lexists(path):
            if self.answer == "N":
                return None
            self.process.stderr.write(_QUESTION.format(path))
            reply = self.process.stdin.readline()
            if not reply:
                self.no_reply()
                return None
            letter = reply[:1].decode("latin-1")
            if letter in ("A", "N"):
                self.answer = letter
            elif letter == "n":
                return None
            elif letter == "r":
                self.process.stderr.write("new name: ")
                path = self.process.stdin.readline().decode("utf-8", "surrogateescape").strip()
            elif letter == "y":
                return path
        return path

    def no_reply(self) -> None:
        """Standard input is at its end where an answer was asked for."""
        raise NotImplementedError

    def write(self, member: zipfile.ZipInfo, path: str, permissions: int) -> None:
        """Write a regular file. OSError, ZipDamageError."""
        if member.file_size > _WHOLE:
            stream = self.process.open_stream(path, "w", permissions)
            for piece in pieces(self.process, self.archive, member):
                stream.write(piece)
            stream.close()
            return
        data = self.content(member)
        stream = self.process.open_stream(path, "w", permissions)
        if isinstance(stream, OpenFile):
            stream.node.content = InlineContent(data)
            stream.node.mtime = self.view.filesystem.clock()
            stream.close()
        else:
            stream.write(data)

    def content(self, member: zipfile.ZipInfo) -> bytes:
        """All bytes of a member. ZipDamageError; LimitError for an archive that unpacks without end."""
        found = []
        for piece in pieces(self.process, self.archive, member):
            found.append(piece)
            count_written(self.process, len(piece))
        return b"".join(found)

    def say(self, verb: str, name: str) -> None:
        """Tell what is being done."""
        if not self.quiet:
            self.process.stdout.write(f"{verb:>11}: {name}\n")


class BusyboxUnzipper(Unzipper):
    """busybox's: it goes into the directory first, keeps no times, and ends with the first error."""

    def begin(self) -> None:
        self.prefixes = Prefixes(self.process, busybox=True)
        if not self.where:
            return
        try:
            if not self.view.lexists(self.where):
                self.view.mkdir(self.where)
            self.view.chdir(self.where)
        except OSError as error:
            die(self.process, f"can't change directory to '{self.where}': {strerror(error)}")

    def unpack(self, member: zipfile.ZipInfo) -> None:
        name = self.prefixes.member(member.filename) or ""
        if self.flat:
            name = name.rstrip("/").rpartition("/")[2] if not name.endswith("/") else ""
        if not name:
            return
        mode = mode_of(member)
        if name.endswith("/"):
            if not self.view.is_dir(name):
                self._make(name.rstrip("/"), mode or 0o777)
                self.say("creating", name)
            return
        path = self.may_replace(name)
        if path is None:
            return
        parent = path.rpartition("/")[0]
        if parent and not self.view.is_dir(parent):
            self.view.makedirs(parent)
        self.say("inflating", path)
        try:
            if is_link(member):
                target = self.content(member).decode("utf-8", "surrogateescape")
                if self.view.lexists(path):
                    self.view.unlink(path)
                self.view.symlink(target, path)
            else:
                self.write(member, path, (mode or 0o666) & 0o777)
        except OSError as error:
            die(self.process, f"can't open '{path}': {strerror(error)}")

    def no_reply(self) -> None:
        die(self.process, "can't read standard input")

    def _make(self, name: str, mode: int) -> None:
        try:
            self.view.makedirs(name)
            self.view.chmod(name, mode & 0o777 & ~self.view.umask)
        except OSError as error:
            die(self.process, f"can't create directory '{name}': {strerror(error)}")


class InfoUnzipper(Unzipper):
    """Info-ZIP's: modes and times are kept, links come last."""

    def __init__(
        self, process: Process, archive: zipfile.ZipFile, opts: Opts, where: str, *, quiet: int
    ) -> None:
        super().__init__(process, archive, opts, where, quiet=quiet)
        self._links: list[tuple[str, str]] = []
        self._directories: list[tuple[str, zipfile.ZipInfo]] = []

    def begin(self) -> None:
        if not self.where or self.view.is_dir(self.where):
            return
        try:
            self.view.mkdir(self.where)
        except OSError as error:
            self.process.stderr.write(
                f"checkdir:  cannot create extraction directory: {self.where}\n           {strerror(error)}\n"
            )
            raise ProcessExit(2) from None

    def unpack(self, member: zipfile.ZipInfo) -> None:
        name = self._safe(member.filename)
        if "L" in self.opts:
            name = name.lower()
        if self.flat:
            name = "" if name.endswith("/") else name.rpartition("/")[2]
        if not name:
            return
        path = f"{self.where.rstrip('/') or '/'}/{name}" if self.where else name
        if name.endswith("/"):
            if not self.view.is_dir(path) and "f" not in self.opts:
                self._parents(path.rstrip("/"))
                self.view.mkdir(path.rstrip("/"))
                self.say("creating", path)
                self._directories.append((path, member))
            return
        if self._passed_over(path, member):
            return
        chosen = self.may_replace(path)
        if chosen is None:
            return
        self._parents(chosen)
        if self.view.lexists(chosen):
            self.view.unlink(chosen)
        if is_link(member):
            target = self.content(member).decode("utf-8", "surrogateescape")
            self.say("linking", f"{chosen:<22}  -> {target} ")
            self._links.append((target, chosen))
            return
        self.say("inflating" if member.compress_type else "extracting", f"{chosen:<22}  ")
        try:
            self.write(member, chosen, 0o666)
        except OSError as error:
            self.process.stderr.write(f"error:  cannot create {chosen}\n        {strerror(error)}\n")
            self.status = 50
            return
        self._attributes(chosen, member)

    def finish(self) -> None:
        if self._links and not self.quiet:
            self.process.stdout.write("finishing deferred symbolic links:\n")
        for target, path in self._links:
            self.view.symlink(target, path)
            if not self.quiet:
                self.process.stdout.write(f"  {path:<22} -> {target}\n")
        for path, member in reversed(self._directories):
            self._attributes(path, member)

    def no_reply(self) -> None:
        self.process.stderr.write(' NULL\n(EOF or read error, treating as "[N]one" ...)\n')
        self.answer = "N"
        self.status = max(self.status, 1)

    def _safe(self, name: str) -> str:
        """The name without what would lead elsewhere."""
        bare = name.lstrip("/")
        if bare != name:
            self.process.stderr.write(f"warning:  stripped absolute path spec from {name}\n")
            self.status = max(self.status, 1)
        if ".." in bare.split("/"):
            self.process.stdout.write(f'warning:  skipped "../" path component(s) in {name}\n')
            self.status = max(self.status, 1)
            bare = "/".join(part for part in bare.split("/") if part != "..")
        return bare

    def _passed_over(self, path: str, member: zipfile.ZipInfo) -> bool:
        """-f and -u: only what is newer than what is there; -f nothing new."""
        if not self.opts.any("f", "u"):
            return False
        if not self.view.exists(path):
            return "f" in self.opts
        return self.view.stat(path).mtime >= mtime_of(member)

    def _parents(self, path: str) -> None:
        parent = path.rpartition("/")[0]
        if parent and not self.view.is_dir(parent):
            self.view.makedirs(parent)

    def _attributes(self, path: str, member: zipfile.ZipInfo) -> None:
        mode = mode_of(member)
        if mode is not None:
            self.view.chmod(path, mode & (0o7777 if "K" in self.opts else 0o777))
        if "D" not in self.opts:
            self.view.utime(path, mtime_of(member))
