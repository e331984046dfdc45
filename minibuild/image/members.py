"""The files of an image archive by name: members of a tar, or files of a directory. Both may be hostile."""

import io
import posixpath
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from minibuild.filesystem import LayerEntry, LayerError, read_layer
from minibuild.image.errors import ImageError
from minibuild.image.streams import Budget, Hashed, Slice, compression, unpacked

_LINKS = 8


class Members(Protocol):
    """Where an archive's files are. Names are relative, with `/`."""

    def resolve(self, name: str) -> str | None:
        """The name of the file that `name` means, after links; None when there is none."""

    def open(self, name: str) -> BinaryIO:
        """A stream of the file's bytes; ImageError when there is none."""

    def close(self) -> None:
        """Let go of the archive."""


class TarMembers:
    """Members of an uncompressed tar in a seekable file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            entries = read_layer(file, None, "")
        except LayerError as error:
            raise ImageError(f"it is no sound tar archive: {error.message}") from None
        self._entries: dict[str, LayerEntry] = {entry.path: entry for entry in entries}

    def resolve(self, name: str) -> str | None:
        """See `Members`; a symbolic link that leaves the archive is an error."""
        current = name
        for _ in range(_LINKS):
            entry = self._entries.get(posixpath.normpath(current))
            if entry is None or entry.kind == "dir":
                return None
            if entry.kind == "file":
                return entry.path
            if entry.kind == "link":
                current = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), entry.target))
                if current.startswith(("/", "../")) or current == "..":
                    raise ImageError(
                        f"member {entry.path!r} is a link to {entry.target!r}, outside the archive"
                    )
            elif entry.kind == "hardlink":
                current = entry.target
            else:
                raise ImageError(f"member {entry.path!r} is a device or pipe, not a file")
        raise ImageError(f"member {name!r} is a link that leads to links without end")

    def open(self, name: str) -> BinaryIO:
        """See `Members`."""
        found = self.resolve(name)
        if found is None:
            raise ImageError(f"{name} is missing from the archive")
        entry = self._entries[found]
        return cast("BinaryIO", io.BufferedReader(Slice(self._file, entry.offset, entry.size), 1 << 16))

    def close(self) -> None:
        """See `Members`."""
        self._file.close()


class DirectoryMembers:
    """Files below a directory; links that leave it are errors."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def resolve(self, name: str) -> str | None:
        """See `Members`."""
        clean = posixpath.normpath(name)
        if clean.startswith(("/", "../")) or clean == "..":
            raise ImageError(f"{name!r} is outside the directory")
        try:
            path = (self._root / clean).resolve()
        except (OSError, RuntimeError, ValueError):
            raise ImageError(f"{name!r} can't be followed") from None
        if not path.is_relative_to(self._root):
            raise ImageError(f"{name!r} is a link that leaves the directory")
        return path.relative_to(self._root).as_posix() if path.is_file() else None

    def open(self, name: str) -> BinaryIO:
        """See `Members`."""
        found = self.resolve(name)
        if found is None:
            raise ImageError(f"{name} is missing from the directory")
        try:
            return (self._root / found).open("rb")
        except OSError as error:
            raise ImageError(f"{name} can't be read: {error.strerror}") from None

    def close(self) -> None:
        """See `Members`."""


def open_members(path: Path, budget: Budget) -> Members:
    """The files of the archive or layout at `path`. Raise `ImageError`."""
    try:
        if path.is_dir():
            return DirectoryMembers(path)
        file = path.open("rb")
    except OSError as error:
        raise ImageError(f"can't read it: {error.strerror}") from None
    return stream_members(file, budget)


def stream_members(file: BinaryIO, budget: Budget) -> Members:
    """The members of a tar, also a compressed one or one that comes through a pipe; closes `file` at the
    end."""
    try:
        if file.seekable():
            start = file.read(6)
            file.seek(0)
            if not start:
                raise ImageError("it is empty")
            if compression(start) == "none":
                return TarMembers(file)
        spool = _spooled(file, budget)
    except BaseException:
        file.close()
        raise
    file.close()
    try:
        return TarMembers(spool)
    except BaseException:
        spool.close()
        raise


def _spooled(file: BinaryIO, budget: Budget) -> BinaryIO:
    """The unpacked bytes in a nameless temporary file, since members are read in any order."""
    spool = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    try:
        free = shutil.disk_usage(tempfile.gettempdir()).free
        bounded = Budget(min(budget.left, free * 9 // 10))
        for chunk in unpacked(Hashed(file), "the archive", bounded):
            spool.write(chunk)
        if not spool.tell():
            raise ImageError("it is empty")
        spool.flush()
        spool.seek(0)
    except OSError as error:
        spool.close()
        raise ImageError(f"can't unpack it into {tempfile.gettempdir()}: {error.strerror}") from None
    except BaseException:
        spool.close()
        raise
    return spool


def read_document(members: Members, name: str, limit: int) -> bytes:
    """A small file as a whole; ImageError when it is missing or larger than `limit`."""
    with members.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ImageError(f"{name} is larger than {limit:,} bytes")
    return data
