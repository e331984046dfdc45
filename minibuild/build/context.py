"""The build context: a host directory, read only where a COPY looks and filtered by its ignore file."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from minibuild.build.errors import BuildError
from minibuild.dockerfile.ignore import IgnoreFile
from minibuild.dockerfile.text import read_source
from minibuild.errors import MinibuildError
from minibuild.filesystem import Directory, Fifo, File, HostContent, Node, Symlink

# Of an entry that is visible: mode with kind, size, times of content and status, inode; of a directory its
# mode alone, since its entries are looked at themselves. Of one that is hidden: whether it is a directory.
# None: it is missing.
State = tuple[int, ...] | bool | None
_HAS_MODES = os.name == "posix"


class Sight(NamedTuple):
    """What was seen of a directory: the states of all its entries, or (`whole` is False) of those that
    were asked for.
    """

    whole: bool
    states: dict[str, State]


class _Entries(dict[str, Node]):
    """The entries of a directory of the context, which note what of them is looked at."""

    __slots__ = ("context", "path", "states")

    def __init__(self, context: "Context", path: str) -> None:
        super().__init__()
        self.context = context
        self.path = path
        self.states: dict[str, State] = {}

    def get(self, name: str, default: Any = None) -> Any:
        seen = self.context.seen
        if seen is not None:
            sight = seen.get(self.path)
            if sight is None:
                sight = seen[self.path] = Sight(False, {})
            if not sight.whole:
                sight.states[name] = self.states.get(name)
        return super().get(name, default)

    def items(self):  # type: ignore[no-untyped-def]
        self._listed()
        return super().items()

    def __iter__(self) -> Iterator[str]:
        self._listed()
        return super().__iter__()

    def _listed(self) -> None:
        if self.context.seen is not None:
            self.context.seen[self.path] = Sight(True, self.states)


class HostDirectory(Directory):
    """A directory of the context whose entries are read from the host when they are first asked for.

    Everything belongs to root, as BuildKit has it; modes and times are the host's.
    """

    __slots__ = ("_context", "_loaded", "path")

    def __init__(self, context: "Context", path: str, mode: int, mtime: int) -> None:
        self._context = context
        self.path = path
        self._loaded: _Entries | None = None
        super().__init__(mode=mode, uid=0, gid=0, mtime=mtime)

    @property
    def entries(self) -> dict[str, Node]:
        """Names and nodes below this directory."""
        if self._loaded is None:
            self._loaded = self._context.scan(self.path)
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
        self.base = os.path.abspath(directory) if directory is not None else ""  # noqa: PTH100  paths are text here
        # Directories that are looked into, while `watching`, by their relative paths.
        self.seen: dict[str, Sight] | None = None
        self.root = HostDirectory(self, "", 0o755, 0) if directory is not None else Directory(mtime=0)

    @contextmanager
    def watching(self) -> Iterator[dict[str, Sight]]:
        """Collects what is looked at in the block."""
        self.seen = {}
        try:
            yield self.seen
        finally:
            self.seen = None

    def scan(self, relative: str) -> _Entries:
        """Names and nodes of the directory `relative` ("" is the top), without what is ignored."""
        try:
            with os.scandir(self.host_path(relative)) as found:
                entries = list(found)
        except OSError as error:
            raise _unreadable(relative, error) from None
        prefix = relative + "/" if relative else ""
        nodes = _Entries(self, relative)
        states = nodes.states
        for entry in entries:
            name = entry.name
            child = prefix + name
            is_directory = entry.is_dir(follow_symlinks=False)
            if self.ignore is not None and self.ignore.excludes(child, is_directory):
                states[name] = is_directory
                if not is_directory or not self.ignore.may_reinclude_below(child):
                    continue
            try:
                status = entry.stat(follow_symlinks=False)
                node = self._node(entry, child, status)
            except OSError as error:
                raise _unreadable(child, error) from None
            if node is None:
                states.setdefault(name, False)
            elif name not in states:
                states[name] = state(status)
                nodes[name] = node
            elif isinstance(node, Directory) and node.entries:
                nodes[name] = node
        return nodes

    def host_path(self, relative: str) -> str:
        """Where a path of the context is on the host."""
        return f"{self.base}{os.sep}{relative}" if relative else self.base

    def _node(self, entry: "os.DirEntry[str]", child: str, status: os.stat_result) -> Node | None:
        # Windows has no permission bits worth keeping: docker gives everything 0755 there.
        mode = status.st_mode & 0o7777 if _HAS_MODES else 0o755
        mtime = status.st_mtime_ns
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFREG:
            content = HostContent(entry.path, status.st_size, mtime)
            return File(mode=mode, mtime=mtime, content=content)
        if kind == stat.S_IFDIR:
            return HostDirectory(self, child, mode, mtime)
        if kind == stat.S_IFLNK:
            target = os.readlink(entry.path).replace(os.sep, "/")  # noqa: PTH115
            return Symlink(target=target, mtime=mtime)
        if kind == stat.S_IFIFO:
            return Fifo(mode=mode, mtime=mtime)
        return None  # sockets and devices are not sent to a builder


def state(status: os.stat_result) -> State:
    """What tells that a visible entry is still what it was."""
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        return (mode,)
    return (mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _unreadable(relative: str, error: OSError) -> BuildError:
    return BuildError(
        f"can't read {relative or 'the build context'}: {error.strerror}",
        hint="make it readable, or exclude it in .dockerignore",
    )


def read_ignore_file(context: Path, dockerfile: Path | None) -> IgnoreFile | None:
    """The ignore file in force: `NAME.dockerignore` beside the Dockerfile, else the context's
    `.dockerignore`, else None.
    """
    candidates = [context / ".dockerignore"]
    if dockerfile is not None:
        candidates.insert(0, dockerfile.with_name(dockerfile.name + ".dockerignore"))
    for path in candidates:
        try:
            text = read_source(path, path.name, regular=True)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise BuildError(f"can't read {path}: {error.strerror}") from None
        try:
            return IgnoreFile.parse(text)
        except MinibuildError as error:
            error.path = path.name
            raise
    return None
