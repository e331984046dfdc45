"""Unpacking members by the rules that GNU's tar has: every failure is said and the rest goes on."""

from __future__ import annotations

import errno
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from minibuild.filesystem.errors import strerror
from minibuild.programs.archive.tar_extract import Unpacker, stripped
from minibuild.programs.gnu_names import escaped, marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.kernel.process import Process
    from minibuild.programs.archive.member import Member
    from minibuild.programs.archive.tar_options import CommandLine
    from minibuild.programs.archive.tar_read import TarReader
    from minibuild.programs.archive.tar_words import Prefixes


class GnuUnpacker(Unpacker):
    """Directories get their attributes at the end, and so do symbolic links that lead outwards."""

    def __init__(self, process: Process, line: CommandLine, reader: TarReader, prefixes: Prefixes) -> None:
        super().__init__(process, line, reader)
        opts, root = self.opts, process.view.credentials.uid == 0
        self.prefixes = prefixes
        self.own = root if opts.last("own", "own-", "o") is None else opts.last("own", "own-", "o") == "own"
        self.modes = root if opts.last("p", "p-") is None else opts.last("p", "p-") == "p"
        self.dates, self.xattrs = "m" not in opts, opts.last("xattrs", "xattrs-") == "xattrs"
        self.old = opts.last("k", "skip", "newer-kept", "overwrite", "U", "od-", "RU") or ""
        self.keep_links = "kds" in opts
        self.failed = False
        self._directories: list[tuple[str, Member]] = []
        self._links: list[tuple[str, Member]] = []

    def unpack(self, member: Member) -> None:
        """Make one member."""
        name = self.prefixes.member(member.name, extracting=True)
        if name is None:
            self.failed = True
            return
        target = self.prefixes.target(member.target) if member.kind == "hardlink" else member.target
        if self.strip:
            short = stripped(name, self.strip)
            shorter = stripped(target, self.strip) if member.kind == "hardlink" else target
            if short is None or shorter is None:
                return
            name, target = short, shorter
        name = name.rstrip("/") or "."
        if member.kind == "V":  # the label of a volume
            return
        if member.kind not in ("dir", "file", "link", "hardlink", "char", "block", "fifo"):
            shown = escaped(self.process, member.name)
            self.process.error(f"{shown}: Unknown file type '{member.kind}', extracted as normal file")
            member = replace(member, kind="file")
        if member.kind != "dir" and self._refused(member, name):
            return
        if self.old in ("U", "RU"):
            self._remove(name)
        made = self._attempt(member, name, target)
        if made and member.kind not in ("hardlink", "dir"):
            self._attributes(name, member)

    def finish(self) -> None:
        """Make the links that had to wait, then give directories what is theirs."""
        for name, member in self._links:
            try:
                self.view.unlink(name)
                self.view.symlink(member.target, name)
            except OSError as error:
                self.fail(f"{name}: {self._words(member, member.target)}: {strerror(error)}")
                continue
            self._attributes(name, member)
        for name, member in reversed(self._directories):
            self._attributes(name, member)

    def fail(self, text: str) -> None:
        """Say it, and remember that not all went well."""
        self.process.error(text)
        self.failed = True

    # ---- making

    def _attempt(self, member: Member, name: str, target: str) -> bool:
        """Make it; what stands in the way goes, missing directories come."""
        recovered = False
        while True:
            try:
                self._create(member, name, target)
                return True
            except OSError as error:
                number = error.errno
                if number == errno.ENOENT and not recovered and self._make_parents(name):
                    recovered = True
                    continue
                if number == errno.EEXIST:
                    if member.kind == "hardlink" and self._same(name, target):
                        return True
                    if self.old == "skip":
                        return False
                    if self.old != "k" and not recovered and self._remove(name):
                        recovered = True
                        continue
                self.fail(f"{escaped(self.process, name)}: {self._words(member, target)}: {strerror(error)}")
                return False

    def _create(self, member: Member, name: str, target: str) -> None:
        view = self.view
        if member.kind == "file":
            mode = "w" if self.old == "overwrite" else "x"
            # Nobody else may look in before the owner is set.
            self.write_file(member, name, mode, member.mode & (0o700 if self.own else 0o777))
        elif member.kind == "dir":
            self._directory(member, name)
        elif member.kind == "hardlink":
            view.link(target, name)
        elif member.kind == "link":
            if "P" not in self.opts and (target.startswith("/") or ".." in target.split("/")):
                view.mknod(name, "file", 0)  # a placeholder, which nothing can be written through
                self._links.append((name, member))
                return
            view.symlink(target, name)
        else:
            view.mknod(name, member.kind, member.mode, member.major, member.minor)

    def _directory(self, member: Member, name: str) -> None:
        view = self.view
        try:
            view.mkdir(name, member.mode | 0o700)
        except FileExistsError:
            stat = view.stat(name) if self.keep_links and view.is_dir(name) else view.lstat(name)
            if stat.kind != "dir":
                raise
            if self.old in ("k", "skip", "od-", "newer-kept") or view.is_link(name):
                return
        self._directories.append((name, member))

    def _make_parents(self, name: str) -> bool:
        """The directories above; False when there was none to make."""
        made = False
        at = name.find("/", 1)
        while at > 0:
            here = name[:at]
            if not self.view.lexists(here):
                try:
                    self.view.mkdir(here)
                except OSError as error:
                    self.process.error(f"{here}: Cannot mkdir: {strerror(error)}")
                    return False
                made = True
            at = name.find("/", at + 1)
        return made

    def _remove(self, name: str) -> bool:
        """Take away what is there: a file, or a directory if it is empty."""
        view = self.view
        try:
            if view.lstat(name).kind != "dir":
                view.unlink(name)
            elif self.old == "RU":
                view.remove_tree(name)
            else:
                view.rmdir(name)
        except OSError:
            return False
        return True

    def _refused(self, member: Member, name: str) -> bool:
        """Whether --keep-newer-files keeps what is there."""
        if self.old != "newer-kept":
            return False
        try:
            stat = self.view.lstat(name)
        except OSError:
            return False
        if stat.mtime >= member.mtime:
            self.process.error(f"Current {marked(self.process, name)} is newer or same age")
            return True
        return False

    def _same(self, name: str, target: str) -> bool:
        """Whether the link is there already."""
        try:
            return self.view.lstat(name).node is self.view.lstat(target).node
        except OSError:
            return False

    def _words(self, member: Member, target: str) -> str:
        """What could not be done."""
        if member.kind == "hardlink":
            return f"Cannot hard link to {marked(self.process, target)}"
        if member.kind == "link":
            return f"Cannot create symlink to {marked(self.process, target)}"
        return {"dir": "Cannot mkdir", "file": "Cannot open", "fifo": "Cannot mkfifo"}.get(
            member.kind, "Cannot mknod"
        )

    # ---- attributes

    def _attributes(self, name: str, member: Member) -> None:
        view, process = self.view, self.process
        link = member.kind == "link"
        shown = escaped(process, name)
        if self.xattrs and not link:
            for key, value in member.xattrs.items():
                words = f"{shown}: Cannot set '{key}' extended attribute"
                self._try(words, partial(view.setxattr, name, key, value))
        if self.own:
            uid, gid = self.owners.of(member)
            words = f"{shown}: Cannot change ownership to uid {uid}, gid {gid}"
            self._try(words, lambda: view.chown(name, uid, gid, follow=False))
        if not link:
            mode = member.mode if self.modes else member.mode & 0o777 & ~view.umask
            self._try(f"{shown}: Cannot change mode to {mode:04o}", lambda: view.chmod(name, mode))
        if self.dates:
            self._try(f"{shown}: Cannot utime", lambda: view.utime(name, member.mtime, follow=False))

    def _try(self, words: str, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            self.fail(f"{words}: {strerror(error)}")
