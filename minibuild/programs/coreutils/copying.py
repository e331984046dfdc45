"""Copying files and trees as busybox's copy_file does: the engine of cp, mv (between mounts) and install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.filesystem.content import OPAQUE_ATTRIBUTE
from minibuild.filesystem.errors import strerror
from minibuild.filesystem.nodes import File
from minibuild.filesystem.opaque import origin_of
from minibuild.filesystem.openfile import OpenFile
from minibuild.programs.coreutils.paths import join
from minibuild.programs.inputs import blocks, close_output, confirm, open_output, quoted, report
from minibuild.programs.options import is_busybox

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.filesystem.status import Stat
    from minibuild.filesystem.view import View
    from minibuild.kernel.process import Process
    from minibuild.kernel.streams import Stream


def required(view: View, path: str, *, follow: bool) -> Stat:
    """The attributes of a file without which nothing can go on: it is taken to be there where that may be
    assumed.
    """
    view.found(path, follow=follow)
    return view.stat(path) if follow else view.lstat(path)


REGULAR = "cannot create regular file '{}'"


class Copier:
    """What a copy is to do; `copy` does it for one source. Errors are reported, and False says that there was
    one.
    """

    def __init__(
        self,
        process: Process,
        *,
        recursive: bool = False,
        preserve: str = "",  # of "mode", "ownership", "timestamps", joined: "mot"
        follow: str = "all",  # symbolic links: "all", "first" (those named), "none"
        link: str = "",  # "hard" or "symbolic": make links instead of copies
        existing: str = "",  # "force", "ask", "keep", "update", "remove"
        verbose: bool = False,
    ) -> None:
        self.process, self.view = process, process.view
        self.recursive, self.preserve, self.follow = recursive, preserve, follow
        self.link, self.existing, self.verbose = link, existing, verbose
        # Where each file with several names went, so that links stay links.
        self.linked: dict[int, tuple[object, str]] = {}
        # Directories made by this copy: meeting one again means copying into itself.
        self.made: set[str] = set()

    def copy(self, source: str, dest: str, first: bool = True) -> bool:
        """Copy one file, link, special file or (when recursive) directory to the name `dest`."""
        view = self.view
        follow = self.follow == "all" or (self.follow == "first" and first)
        try:
            stat = required(view, source, follow=follow)
        except OSError as error:
            return self._failed("can't stat '{}'", source, error)
        try:
            old = view.lstat(dest)
        except FileNotFoundError:
            old = None
        except OSError as error:
            return self._failed("can't stat '{}'", dest, error, "failed to access '{}'")
        if (
            old is not None
            and self.existing == "keep"
            and stat.kind != "dir"
            and not is_busybox(self.process)
        ):
            return True
        if old is not None and old.node is stat.node:
            self.process.error(f"'{source}' and '{dest}' are the same file")
            return False
        if stat.kind == "dir":
            return self._directory(source, dest, stat, old)
        if old is not None and self.existing == "keep":
            return True
        if old is not None and self.existing == "update" and stat.mtime <= view.stat(dest).mtime:
            return True
        if self.link:
            return self._make_link(source, dest)
        if stat.kind == "link" or (self.recursive and stat.kind != "file"):
            done = self._special(dest, stat, old)
        else:
            done = self._file(source, dest, stat, follow)
        if done and self.verbose:
            self.process.stdout.write(f"'{source}' -> '{dest}'\n")
        return done

    def _directory(self, source: str, dest: str, stat: Stat, old: Stat | None) -> bool:
        """A directory: made with its owner's access, filled, then given its mode."""
        view = self.view
        if not self.recursive:
            report(
                self.process,
                "omitting directory '{}'",
                source,
                gnu="-r not specified; omitting directory '{}'",
            )
            return False
        if view.realpath(source) in self.made:
            words = f"cannot copy a directory, '{{}}', into itself, {quoted(dest)}"
            report(self.process, "recursion detected, omitting directory '{}'", source, gnu=words)
            return False
        if old is not None and not view.is_dir(dest):
            report(
                self.process,
                "target '{}' is not a directory",
                dest,
                gnu=f"cannot overwrite non-directory '{{}}' with directory {quoted(source)}",
            )
            return False
        if old is None:
            try:
                view.mkdir(dest, 0o700)
            except OSError as error:
                return self._failed("can't create directory '{}'", dest, error)
        self.made.add(view.realpath(dest))
        origin = origin_of(stat.node)
        if origin:  # whatever may be in there may be in the copy
            view.setxattr(dest, OPAQUE_ATTRIBUTE, origin.encode("utf-8", "surrogateescape"))
        done, names_first = True, not is_busybox(self.process)
        if self.verbose and names_first:
            self.process.stdout.write(f"'{source}' -> '{dest}'\n")
        try:
            names = view.listdir(source)
        except OSError as error:
            done = self._failed("can't open '{}'", source, error, "cannot access '{}'")
            names = []
        for name in names:
            self.process.tick()
            done = self.copy(join(source, name), join(dest, name), False) and done
        if old is None:
            view.chmod(dest, stat.mode & ~view.umask | (view.stat(dest).mode & 0o2000))
        self._keep_attributes(dest, stat)
        if self.verbose and not names_first:
            self.process.stdout.write(f"'{source}' -> '{dest}'\n")
        return done

    def _make_link(self, source: str, dest: str) -> bool:
        """A hard or symbolic link instead of a copy."""

        def make() -> None:
            if self.link == "symbolic":
                self.view.symlink(source, dest)
            else:
                self.view.link(source, dest)

        try:
            make()
        except OSError as error:
            cleared = self._clear(dest, error)
            if cleared is not None:
                return cleared
            try:
                make()
            except OSError as second:
                return self._failed("can't create link '{}'", dest, second)
        return True

    def _file(self, source: str, dest: str, stat: Stat, follow: bool) -> bool:
        """The content of a file; it shares its bytes with the source, which costs nothing."""
        view = self.view
        if not follow and stat.nlink > 1:
            known = self.linked.get(id(stat.node))
            if known is not None:
                return self._hard_link(known[1], dest)
            # The node itself is kept, so that its id stays its own.
            self.linked[id(stat.node)] = (stat.node, dest)
        if self.existing == "remove":
            self._remove_first(dest)
        permissions = stat.mode & 0o777 if stat.kind == "file" else 0o666
        try:
            if stat.kind == "file" and not view.access(source, 4):
                raise PermissionError(13, "Permission denied", source)
        except OSError as error:
            return self._failed("can't open '{}'", source, error, "cannot open '{}' for reading")
        for attempt in (1, 2):
            try:
                mode = "x" if attempt == 2 or self.existing == "ask" else "w"
                self._fill(source, open_output(self.process, dest, mode, permissions), stat)
                break
            except OSError as error:
                if error.filename == source and not view.exists(source):
                    return self._failed("can't open '{}'", source, error, "cannot open '{}' for reading")
                cleared = (
                    self._failed("can't create '{}'", dest, error, REGULAR)
                    if attempt == 2
                    else self._clear(dest, error)
                )
                if cleared is not None:
                    return cleared
        if stat.kind == "file":
            self._keep_attributes(dest, stat)
        return True

    def _fill(self, source: str, output: Stream, stat: Stat) -> None:
        """Give the output the source's content."""
        if isinstance(output, OpenFile) and isinstance(stat.node, File):
            output.node.content = stat.node.content.frozen()
        else:
            reader = self.process.open_reader(source)
            for block in blocks(self.process, reader):
                output.write(block)
            reader.close()
        close_output(output)

    def _remove_first(self, dest: str) -> None:
        """--remove-destination."""
        if self.view.lexists(dest):
            self.view.unlink(dest)

    def _hard_link(self, known: str, dest: str) -> bool:
        """Another name of a file that this copy has already made."""
        try:
            self.view.link(known, dest)
        except OSError as error:
            cleared = self._clear(dest, error)
            if cleared is not None:
                return cleared
            self.view.link(known, dest)
        return True

    def _special(self, dest: str, stat: Stat, old: Stat | None) -> bool:
        """A symbolic link, fifo or device, made anew."""
        view = self.view
        if old is not None:
            cleared = self._clear(dest, FileExistsError(17, "File exists", dest))
            if cleared is not None:
                return cleared
        if stat.kind == "link":
            target = stat.target or ""
            try:
                view.symlink(target, dest)
            except OSError as error:
                words = "cannot create symbolic link '{}'"
                report(self.process, f"can't create symlink '{{}}' to '{target}'", dest, error, words)
                return False
            if "o" in self.preserve:
                self._try("ownership", dest, lambda: view.chown(dest, stat.uid, stat.gid, follow=False))
            return True
        try:
            view.mknod(dest, stat.kind, stat.mode, *(stat.device or (0, 0)))
        except OSError as error:
            return self._failed("can't create '{}'", dest, error, "cannot create special file '{}'")
        self._keep_attributes(dest, stat)
        return True

    def _clear(self, dest: str, error: OSError) -> bool | None:
        """`dest` is in the way: remove it where that is wanted. None: go on; a bool: the result of the copy.
        """
        if self.existing not in ("force", "ask", "remove"):
            return self._failed("can't create '{}'", dest, error, REGULAR)
        if self.existing == "ask" and not confirm(self.process, f"overwrite '{dest}'? "):
            return True
        try:
            self.view.unlink(dest)
        except OSError as second:
            if strerror(second) == "No such file or directory":
                return self._failed("can't create '{}'", dest, error, REGULAR)
            return self._failed("can't remove '{}'", dest, second)
        return None

    def _keep_attributes(self, dest: str, stat: Stat) -> None:
        """Times, owner and mode of the source, as far as they are wanted."""
        if not self.preserve:
            return
        view, mode = self.view, stat.mode
        if "t" in self.preserve:
            # busybox hands whole seconds on.
            time = stat.mtime // 10**9 * 10**9 if is_busybox(self.process) else stat.mtime
            self._try("times", dest, lambda: view.utime(dest, time))
        if "o" in self.preserve and not self._try(
            "ownership", dest, lambda: view.chown(dest, stat.uid, stat.gid)
        ):
            mode &= 0o1777
        if "m" in self.preserve:
            self._try("permissions", dest, lambda: view.chmod(dest, mode))

    def _try(self, what: str, dest: str, action: Callable[[], object]) -> bool:
        """Do it, or say that it could not be preserved (which fails nothing)."""
        try:
            action()
        except OSError as error:
            self._failed(
                f"can't preserve {what} of '{{}}'", dest, error, f"failed to preserve {what} for '{{}}'"
            )
            return False
        return True

    def _failed(self, message: str, path: str, error: OSError, gnu: str | None = None) -> bool:
        report(self.process, message, path, error, gnu)
        return False
