"""What lasts: blobs, images, names, build cache; one directory that many processes may share.

A blob is in its place before the database says so, and the database's commit comes last: a crash leaves
garbage at worst, which `prune` removes, never a record of something that is not there.
"""

import json
import os
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from minibuild.image.digest import digest_of
from minibuild.store import images, layout, lock, reserve
from minibuild.store.blobs import TEMPORARY, Blobs, BlobWriter, storage_error
from minibuild.store.cache import CacheRecord
from minibuild.store.database import FAILURES, connect, database_error, writable
from minibuild.store.errors import REPAIR, DamagedError, NoSpaceError, StoreError
from minibuild.store.images import ImageRecord
from minibuild.store.lock import Lock

if TYPE_CHECKING:
    from minibuild.filesystem import Snapshot
    from minibuild.image.config import ImageConfig
    from minibuild.store.collect import PruneReport, UsageRow

DATABASE = "minibuild.db"
_CHECKSUM = 4
_LARGEST_CONFIG = 16 << 20
# `lint` has what the linter keeps, perhaps before anything is built.
_OURS = {"blobs", "lint", lock.NAME, reserve.NAME, layout.MARKER}


class Store:
    """An open store. Use `Store.open`; a store is for one thread, a process may open it several times."""

    def __init__(self, root: Path, database: sqlite3.Connection, lock: Lock, *, read_only: bool) -> None:
        self.root = root
        self.blobs = Blobs(root / "blobs" / "sha256")
        self.database = database
        self.read_only = read_only
        self.lock = lock
        self.index_is_stale = False  # a name changed: `index.json` is written after the commit
        self.snapshots: dict[tuple[str, ...], Snapshot] = {}  # see `layers`
        self._depth = 0
        self._process = os.getpid()

    @staticmethod
    def open(root: Path) -> "Store":
        """Open the store in the directory `root`, made when it is missing. Raise `StoreError`."""
        database = root / DATABASE
        try:
            new, size = False, os.stat(database).st_size  # noqa: PTH116  this is where a cached build starts
        except OSError:
            new, size = True, 0
        if new:
            _prepare(root)
        elif not size and os.path.exists(root / layout.INDEX):  # noqa: PTH110  else somebody is making it now
            raise DamagedError(f"the store {root} has lost its database")
        read_only = not new and not writable(database)
        hold = Lock(str(root), read_only=read_only)
        try:
            store = Store(root, connect(database, read_only=read_only), hold, read_only=read_only)
            if not read_only and not os.path.exists(root / layout.INDEX):  # noqa: PTH110
                layout.repair(store)  # a new store, or one whose maker was killed
                reserve.keep(root)
        except BaseException:
            hold.release()
            raise
        return store

    @property
    def is_inherited(self) -> bool:
        """Whether this process was forked from the one that opened the store, and must open its own."""
        return os.getpid() != self._process

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()
        self.lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):  # while rows were fetched
            raise database_error(error, self.root / DATABASE) from None

    # ---- SQL

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Run one statement; its errors become `StoreError`."""
        try:
            return self.database.execute(sql, values)
        except UnicodeEncodeError as error:
            raise StoreError(f"{error.object!r} is no text, so nothing can be called that") from None
        except FAILURES as error:
            raise database_error(error, self.root / DATABASE) from None

    def _execute_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self.database.executemany(sql, rows)
        except FAILURES as error:
            raise database_error(error, self.root / DATABASE) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written in the block is committed together at its end, or not at all. Blocks may
        nest."""
        if self._depth:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self.index_is_stale = False
            if self.database.in_transaction:
                self.database.rollback()
            raise
        finally:
            self._depth = 0
        if self.index_is_stale:
            self.index_is_stale = False
            layout.refresh(self)

    # ---- blobs

    def put_blob(self, data: bytes | Iterable[bytes]) -> tuple[str, int]:
        """Keep bytes; their digest and size."""
        return self.blobs.put(data)

    def blob_writer(self) -> BlobWriter:
        """A context manager that takes a blob's bytes; see `BlobWriter`."""
        return self.blobs.writer()

    def open_blob(self, digest: str) -> BinaryIO:
        """A stream of a blob's bytes."""
        return self.blobs.open(digest)

    def read_blob(self, digest: str) -> bytes:
        """A blob's bytes, checked."""
        return self.blobs.read(digest)

    def has_blob(self, digest: str) -> bool:
        """Whether a blob is there."""
        return self.blobs.has(digest)

    def blob_size(self, digest: str) -> int:
        """A blob's size in bytes."""
        return self.blobs.size(digest)

    def blob_path(self, digest: str) -> Path:
        """Where a blob is, or would be."""
        return Path(self.blobs.location(digest))

    # ---- images

    def put_image(self, config: "ImageConfig", parent: str | None = None) -> str:
        """Keep an image, built on `parent`; its ID."""
        return self.put_config(config.to_json(), config.created, parent)

    def put_config(self, raw: bytes, created: str, parent: str | None = None) -> str:
        """Keep an image by its configuration's exact bytes; its ID. Raise `StoreError` for one that nobody
        could load.
        """
        if len(raw) > _LARGEST_CONFIG:
            raise StoreError(f"the image's configuration has more than {_LARGEST_CONFIG >> 20} MiB")
        image_id = digest_of(raw)
        row = self.execute("SELECT parent FROM images WHERE id = ?", image_id).fetchone()
        if row is None:
            values = (image_id, raw, parent, created, time.time_ns())
            self.execute("INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?, ?)", *values)
        elif row[0] is None and parent is not None and not self.read_only:
            self.execute("UPDATE images SET parent = ? WHERE id = ?", parent, image_id)
        return image_id

    def image_exists(self, image_id: str) -> bool:
        """Whether the store has an image of exactly that ID."""
        return self.execute("SELECT 1 FROM images WHERE id = ?", image_id).fetchone() is not None

    def raw_config(self, image_id: str) -> bytes:
        """An image's configuration, byte for byte."""
        row = self.execute("SELECT config FROM images WHERE id = ?", image_id).fetchone()
        if row is None:
            raise StoreError(f"no such image: {image_id}")
        if isinstance(row[0], bytes) and digest_of(row[0]) == image_id:
            return row[0]
        raise StoreError(f"the configuration of image {image_id} is damaged", hint=REPAIR)

    def image(self, image_id: str) -> "ImageConfig":
        """An image's configuration."""
        from minibuild.image.config import ImageConfig  # not needed to find out that a name means an image

        return ImageConfig.from_json(self.raw_config(image_id))

    def parent(self, image_id: str) -> str | None:
        """The image from which this one was committed, when that is known."""
        row = self.execute("SELECT parent FROM images WHERE id = ?", image_id).fetchone()
        return None if row is None else row[0]

    def tag(self, image_id: str, name: str) -> None:
        """Give an image a name; another image that has it loses it."""
        images.tag(self, image_id, name)

    def untag(self, name: str) -> bool:
        """Take a name away; whether it was there."""
        return images.untag(self, name)

    def names(self, image_id: str) -> tuple[str, ...]:
        """An image's names as people write them, sorted."""
        return images.names(self, image_id)

    def resolve(self, name: str) -> str | None:
        """The ID of the image that a name, an ID or the unique beginning of an ID means; None for no
        image."""
        return images.resolve(self, name)

    def images(self, *, intermediate: bool = False) -> list[ImageRecord]:
        """Named images, and those from which nothing was committed; newest first; `intermediate`: all."""
        return images.listing(self, intermediate=intermediate)

    def remove_image(self, name: str, *, force: bool = False, in_use: Collection[str] = ()) -> list[str]:
        """Remove a name or an image as `docker rmi` does; the lines that it prints. See `images.remove`."""
        return images.remove(self, name, force=force, in_use=in_use)

    # ---- build cache and what is derived

    def cache_get(self, key: str) -> CacheRecord | None:
        """The record of a build step's key; None also for one that was damaged."""
        row = self.execute("SELECT layer, created, data FROM cache WHERE key = ?", key).fetchone()
        try:
            return None if row is None else CacheRecord(row[0], row[1], json.loads(row[2]))
        except ValueError:
            return None

    def cache_put(self, key: str, record: CacheRecord) -> None:
        """Keep what a step made; an older record of the key is replaced."""
        data = json.dumps(record.data, separators=(",", ":"))
        values = (key, record.layer, record.created, data, time.time_ns())
        self.execute("INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?)", *values)

    def memo_get(self, key: str) -> str | None:
        """A small derived fact."""
        row = self.execute("SELECT value FROM memos WHERE key = ?", _text(key)).fetchone()
        return None if row is None else str(row[0])

    def memo_put(self, key: str, value: str) -> None:
        """Keep a small derived fact, which can always be derived again."""
        self.keep_derived("INSERT OR REPLACE INTO memos VALUES (?, ?)", [(_text(key), value)])

    def document_get(self, kind: str, key: str) -> bytes | None:
        """A document of some kind, such as a parsed Dockerfile; None also for one that was damaged."""
        row = self.execute("SELECT data FROM documents WHERE kind = ? AND key = ?", kind, key).fetchone()
        return None if row is None else _checked(row[0])

    def documents(self, kind: str) -> list[tuple[str, bytes]]:
        """(key, document) of all sound documents of a kind, sorted by their keys."""
        rows = self.execute("SELECT key, data FROM documents WHERE kind = ? ORDER BY key", kind).fetchall()
        return [(key, data) for key, raw in rows if (data := _checked(raw)) is not None]

    def document_put(self, kind: str, key: str, data: bytes) -> None:
        """Keep a derived document."""
        whole = data + zlib.crc32(data).to_bytes(_CHECKSUM, "big")
        self.keep_derived("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", [(kind, key, whole)])

    def keep_derived(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Write rows of what can be derived again: left out in a read-only store, and on a full disk."""
        if self.read_only:
            return
        try:
            with self.transaction():
                self._execute_many(sql, rows)
        except NoSpaceError:
            if self._depth:  # the transaction as a whole may be lost
                raise

    def file_digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 digests (hex) of host files; see `stat_cache`."""
        from minibuild.store.stat_cache import file_digests  # only builds that copy from a context need it

        names = list(paths)
        return file_digests(self, [os.path.abspath(path) for path in names], names)  # noqa: PTH100

    def layer_filesystem(self, diff_ids: tuple[str, ...]) -> "Snapshot":
        """The file system of a stack of layers; see `layers`."""
        from minibuild.store.layers import layer_filesystem  # a fully cached build reads no layer

        return layer_filesystem(self, diff_ids)

    def put_layer(
        self, below: tuple[str, ...], base: "Snapshot", snapshot: "Snapshot", latest: int | None = None
    ) -> str | None:
        """Keep what changed between two snapshots as a layer; see `layers.put_layer`."""
        from minibuild.store.layers import put_layer  # a fully cached build writes no layer

        return put_layer(self, below, base, snapshot, latest)

    # ---- housekeeping

    def disk_usage(self) -> list["UsageRow"]:
        """What takes how much space, a row for each kind."""
        from minibuild.store.collect import disk_usage  # not on a build's way

        return disk_usage(self)

    def prune(self, all: bool = False, in_use: Collection[str] = ()) -> "PruneReport":  # noqa: A002  docker's flag
        """Remove what nothing uses; see `collect.prune`."""
        from minibuild.store.collect import prune  # not on a build's way

        return prune(self, everything=all, in_use=in_use)

    def verify(self, *, repair: bool = False) -> list[str]:
        """Every damage, a sentence each; `repair` mends what can be. See `verify.verify`."""
        from minibuild.store.verify import verify  # not on a build's way

        return verify(self, repair=repair)


def _text(key: str) -> str:
    """A key as the database takes it: there may be a path in it that is no text."""
    return key if key.isascii() else key.encode("utf-8", "backslashreplace").decode()


def _checked(raw: object) -> bytes | None:
    """A document without its checksum; None when that does not fit. Most documents are read by `marshal`,
    which trusts what it reads.
    """
    if not isinstance(raw, bytes):
        return None
    data = raw[:-_CHECKSUM]
    return data if zlib.crc32(data) == int.from_bytes(raw[-_CHECKSUM:], "big") else None


def _prepare(root: Path) -> None:
    """The directories of a new store; nothing is made in a directory that holds something else."""
    try:
        foreign = sorted({entry.name for entry in root.iterdir()} - _OURS) if root.is_dir() else []
        foreign = [name for name in foreign if not name.startswith((DATABASE, TEMPORARY))]
        if foreign and not (root / DATABASE).exists():  # another process may have made it since
            if (root / lock.NAME).exists():
                raise DamagedError(f"the store {root} has lost its database")
            raise StoreError(
                f"{root} is no minibuild store and is not empty: it has {', '.join(foreign[:3])}",
                hint="choose an empty or new directory with --root",
            )
        (root / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, root) from None
