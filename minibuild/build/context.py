"""The build context: a host directory, read only where a COPY looks and filtered by its ignore file."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from minibuild.build.errors import BuildError
from minibuild.dockerfile.ignore import IgnoreFile
from minibuild.filesystem import Directory, Fifo, File, HostContent, Node, Symlink


class HostDirectory(Directory):
    """A directory of the context whose entries are read from the host when they are first asked for.

    Everything belongs to root, as BuildKit has it; modes and times are the host's.
    """

    __slots__ = ("_context", "_loaded", "_relative")

    def __init__(self, context: "Context", relative: str, mode: int, mtime: int) -> None:
        self._context = context
        self._relative = relative
        self._loaded: dict[str, Node] | None = None
        super().__init__(mode=mode, uid=0, gid=0, mtime=mtime)

    @property
    def entries(self) -> dict[str, Node]:  # type: ignore[override]
        """Names and nodes below this directory."""
        if self._loaded is None:
            self._loaded = dict(self._context.scan(self._relative))
        return self._loaded

    @entries.setter
    def entries(self, value: dict[str, Node]) -> None:
        # Directory's own constructor sets an empty mapping; the host's entries are what counts here.
        pass


class Context:
    """The files that a Dockerfile may copy.

    `directory` is None for an empty context. `ignore` hides paths; a hidden directory stays visible where an
    exception (`!pattern`) shows something below it.
    """

    def __init__(self, directory: Path | None, ignore: IgnoreFile | None = None) -> None:
        self.directory = directory
        self.ignore = ignore if ignore is not None and ignore.patterns else None
        self._base = os.fspath(directory) if directory is not None else ""

    @property
    def root(self) -> Directory:
        """The context's top directory."""
        if self.directory is None:
            return Directory(mode=0o755, uid=0, gid=0, mtime=0)
        return HostDirectory(self, "", 0o755, 0)

    def scan(self, relative: str) -> Iterator[tuple[str, Node]]:
        """Names and nodes of the directory `relative` ("" is the top), without what is ignored, sorted by
        name.
        """
        path = f"{self._base}{os.sep}{relative}" if relative else self._base
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise BuildError(
                f"can't read {relative or 'the build context'}: {error.strerror}",
                hint="make it readable, or exclude it in .dockerignore",
            ) from None
        prefix = relative + "/" if relative else ""
        for entry in entries:
            child = prefix + entry.name
            status = entry.stat(follow_symlinks=False)
            is_directory = stat.S_ISDIR(status.st_mode)
            node = self._node(entry, child, status)
            if node is None:
                continue
            if self.ignore is not None and self.ignore.excludes(child, is_directory):
                if not is_directory or not self.ignore.may_reinclude_below(child):
                    continue
                if not node.entries:  # type: ignore[attr-defined]
                    continue
            yield entry.name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape"), node

    def _node(self, entry: "os.DirEntry[str]", child: str, status: os.stat_result) -> Node | None:
        mode = stat.S_IMODE(status.st_mode) if os.name == "posix" else _portable_mode(status)
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFREG:
            content = HostContent(entry.path, status.st_size)
            return File(mode=mode, uid=0, gid=0, mtime=status.st_mtime_ns, content=content)
        if kind == stat.S_IFDIR:
            return HostDirectory(self, child, mode, status.st_mtime_ns)
        if kind == stat.S_IFLNK:
            target = os.readlink(entry.path).replace(os.sep, "/")
            return Symlink(mode=0o777, uid=0, gid=0, mtime=status.st_mtime_ns, target=target)
        if kind == stat.S_IFIFO:
            return Fifo(mode=mode, uid=0, gid=0, mtime=status.st_mtime_ns)
        return None  # sockets and devices are not sent to a builder


def _portable_mode(status: os.stat_result) -> int:
    """Windows has no permission bits worth keeping: docker build gives everything 0755 there."""
    return 0o755


def read_ignore_file(context: Path, dockerfile: Path | None) -> IgnoreFile | None:
    """The ignore file in force: `NAME.dockerignore` beside the Dockerfile, else the context's
    `.dockerignore`, else None.
    """
    candidates = [context / ".dockerignore"]
    if dockerfile is not None:
        candidates.insert(0, dockerfile.with_name(dockerfile.name + ".dockerignore"))
    for path in candidates:
        try:
            text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise BuildError(f"can't read {path}: {error.strerror}") from None
        return IgnoreFile.parse(text)
    return None
