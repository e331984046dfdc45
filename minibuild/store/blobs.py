"""Content-addressed blobs, one file each, in the OCI layout's place `blobs/sha256`.

A blob is written to a temporary file beside its place, flushed to the disk and renamed: it is there whole
or not at all, and any number of processes may write the same one.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from minibuild.image.digest import is_digest
from minibuild.store.errors import REPAIR, NoSpaceError, StoreError

TEMPORARY = ".tmp-"
_BUFFER = 1 << 18

# Makes a new, empty file in a directory; its path and a stream to write to. Tests hand in one that fails.
Creator = Callable[[str], tuple[str, BinaryIO]]


def create_temporary(directory: str) -> tuple[str, BinaryIO]:
    """A new file in `directory` under a name that nobody else uses."""
    path = f"{directory}{os.sep}{TEMPORARY}{os.getpid()}-{os.urandom(8).hex()}"
    return path, open(path, "xb", buffering=_BUFFER)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` into the file `path` at once: a reader sees the old content or the new one. Raise
    `StoreError`."""
    try:
        temporary, stream = create_temporary(str(path.parent))
        try:
            with stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)  # noqa: PTH105  paths are text here
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108
            raise
    except OSError as error:
        raise storage_error(error, path.parent) from None


class BlobWriter:
    """Takes a blob's bytes; nothing stays unless `commit` is called before the block ends."""

    def __init__(self, directory: str, create: Creator = create_temporary) -> None:
        self._directory = directory
        self._create = create
        self._hash = hashlib.sha256()
        self._path = ""
        self.size = 0

    def __enter__(self) -> Self:
        try:
            self._path, self._file = self._create(self._directory)
        except OSError as error:
            raise storage_error(error, self._directory) from None
        return self

    def write(self, data: bytes) -> int:
        """Append bytes."""
        try:
            self._file.write(data)
        except OSError as error:
            raise storage_error(error, self._directory) from None
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    @property
    def digest(self) -> str:
        """The digest of what was written so far."""
        return "sha256:" + self._hash.hexdigest()

    def seal(self) -> str:
        """End writing: everything is on the disk, still under a temporary name; its path, for checks before
        `commit`."""
        try:
            if not self._file.closed:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
        except OSError as error:
            raise storage_error(error, self._directory) from None
        return self._path

    def commit(self) -> tuple[str, int]:
        """Put the blob in its place; its digest and size."""
        target = self._directory + os.sep + self._hash.hexdigest()
        if _touch(target, self.size):
            return self.digest, self.size
        self.seal()
        try:
            os.replace(self._path, target)  # noqa: PTH105
            self._path = ""
        except OSError as error:
            if not os.path.exists(target):  # noqa: PTH110  on Windows a blob that is being read can't be replaced
                raise storage_error(error, self._directory) from None
        return self.digest, self.size

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # what could not be written is thrown away anyway
            self._file.close()
        if self._path:
            with suppress(OSError):
                os.unlink(self._path)  # noqa: PTH108


class Blobs:
    """The blobs below `directory`."""

    def __init__(self, directory: Path, create: Creator = create_temporary) -> None:
        self.directory = directory
        self._directory = str(directory)
        self._create = create

    def location(self, digest: str) -> str:
        """Where the blob of that digest is, or would be; StoreError for what is no digest."""
        if not is_digest(digest):
            raise StoreError(f"{digest!r} is no sha256 digest", hint=REPAIR)
        return self._directory + os.sep + digest[7:]

    def writer(self) -> BlobWriter:
        """A context manager that takes a new blob's bytes."""
        return BlobWriter(self._directory, self._create)

    def put(self, data: bytes | Iterable[bytes]) -> tuple[str, int]:
        """Write a blob; its digest and size."""
        if isinstance(data, bytes):
            name = hashlib.sha256(data).hexdigest()
            if _touch(self._directory + os.sep + name, len(data)):  # small documents are put again and again
                return "sha256:" + name, len(data)
            data = (data,)
        with self.writer() as writer:
            for chunk in data:
                writer.write(chunk)
            return writer.commit()

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        return os.path.exists(self.location(digest))  # noqa: PTH110

    def size(self, digest: str) -> int:
        """The blob's bytes."""
        try:
            return os.stat(self.location(digest)).st_size  # noqa: PTH116
        except OSError as error:
            raise missing(digest, error) from None

    def open(self, digest: str) -> BinaryIO:
        """A stream of the blob's bytes."""
        try:
            return open(self.location(digest), "rb")
        except OSError as error:
            raise missing(digest, error) from None

    def read(self, digest: str) -> bytes:
        """All bytes, checked against the digest."""
        with self.open(digest) as stream:
            data = stream.read()
        if "sha256:" + hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"blob {digest} is damaged", hint=REPAIR)
        return data

    def listing(self) -> dict[str, os.stat_result]:
        """The status of every file in the directory by its name: digests without `sha256:`, and temporary
        files."""
        found = {}
        try:
            with os.scandir(self._directory) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):  # a temporary file that was renamed meanwhile
                        found[entry.name] = entry.stat(follow_symlinks=False)
        except OSError as error:
            raise StoreError(f"can't read {self._directory}: {error.strerror}") from None
        return found


def _touch(path: str, size: int) -> bool:
    """Whether a blob is there, with its `size`; its time is renewed, so that `prune` knows that somebody is
    about to use it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except OSError:
        pass  # somebody else's file
    try:
        return os.stat(path).st_size == size  # noqa: PTH116
    except OSError:
        return False


def missing(digest: str, error: OSError) -> StoreError:
    """The error for a blob that can't be read."""
    if error.errno == errno.ENOENT:
        return StoreError(f"blob {digest} is missing from the store", hint=REPAIR)
    return StoreError(f"can't read blob {digest}: {error.strerror}")


def storage_error(error: OSError, place: Path | str) -> StoreError:
    """The error for something that can't be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoSpaceError(place)
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreError(
            f"the store {place} can't be written: {error.strerror}", hint="--root puts it elsewhere"
        )
    return StoreError(f"can't write to the store {place}: {error.strerror}")
