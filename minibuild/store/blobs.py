"""Content-addressed blobs, one file each, in the OCI layout's place `blobs/sha256`.

A blob is written to a temporary file beside its place, flushed to the disk and renamed: it is there whole or not at all, and
any number of processes may write the same one.
"""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from minibuild.store.errors import StoreError

TEMPORARY = ".tmp-"


class BlobWriter:
    """Takes a blob's bytes; nothing stays unless `commit` is called before the block ends."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._hash = hashlib.sha256()
        self._size = 0
        self._committed = False

    def __enter__(self) -> Self:
        try:
            descriptor, self._path = tempfile.mkstemp(prefix=TEMPORARY, dir=self._directory)
        except OSError as error:
            raise storage_error(error, self._directory) from None
        self._file = os.fdopen(descriptor, "wb", buffering=1 << 18)
        return self

    def write(self, data: bytes) -> int:
        """Append bytes."""
        try:
            self._file.write(data)
        except OSError as error:
            raise storage_error(error, self._directory) from None
        self._hash.update(data)
        self._size += len(data)
        return len(data)

    def commit(self) -> tuple[str, int]:
        """Put the blob in its place; its digest and size."""
        digest = "sha256:" + self._hash.hexdigest()
        target = self._directory / self._hash.hexdigest()
        try:
            if not target.exists():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                Path(self._path).chmod(0o644)
                Path(self._path).replace(target)
                self._committed = True
        except OSError as error:
            if not target.exists():  # on Windows a blob that is being read can't be replaced, nor need it be
                raise storage_error(error, self._directory) from None
        return digest, self._size

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._file.close()
        except OSError:
            pass  # what could not be written is thrown away anyway
        if not self._committed:
            Path(self._path).unlink(missing_ok=True)


class Blobs:
    """The blobs below `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, digest: str) -> Path:
        """Where the blob of that digest is, or would be."""
        return self.directory / digest.removeprefix("sha256:")

    def writer(self) -> BlobWriter:
        """A context manager that takes a new blob's bytes."""
        return BlobWriter(self.directory)

    def put(self, data: bytes | Iterable[bytes]) -> tuple[str, int]:
        """Write a blob; its digest and size."""
        with self.writer() as writer:
            for chunk in (data,) if isinstance(data, bytes) else data:
                writer.write(chunk)
            return writer.commit()

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).exists()

    def size(self, digest: str) -> int:
        """The blob's bytes."""
        try:
            return self.path(digest).stat().st_size
        except OSError as error:
            raise missing(digest, error) from None

    def open(self, digest: str) -> BinaryIO:
        """A stream of the blob's bytes."""
        try:
            return open(self.path(digest), "rb")  # noqa: SIM115  the caller closes it
        except OSError as error:
            raise missing(digest, error) from None

    def read(self, digest: str) -> bytes:
        """All bytes, checked against the digest."""
        with self.open(digest) as stream:
            data = stream.read()
        if "sha256:" + hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"blob {digest} is damaged", hint="`minibuild system verify` lists all damage")
        return data


def missing(digest: str, error: OSError) -> StoreError:
    """The error for a blob that can't be read."""
    if error.errno == errno.ENOENT:
        return StoreError(f"blob {digest} is missing from the store", hint="build or load its image again")
    return StoreError(f"can't read blob {digest}: {error.strerror}")


def storage_error(error: OSError, place: Path) -> StoreError:
    """The error for something that can't be written."""
    if error.errno == errno.ENOSPC:
        return StoreError(
            f"no space left on the device that holds the store {place}",
            hint="`minibuild system prune` frees what nothing uses; --root puts the store elsewhere",
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreError(f"the store {place} can't be written: {error.strerror}", hint="--root puts it elsewhere")
    return StoreError(f"can't write to the store {place}: {error.strerror}")
