"""What lasts: blobs, images, names, build cache; one directory that many processes may share.

A blob is in its place before the database says so, and the database's commit comes last: a crash leaves garbage at worst, which
`prune` removes, never a record of something that is not there.
"""

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from minibuild.image.config import ImageConfig
from minibuild.image.digest import digest_of
from minibuild.store.blobs import BlobWriter, Blobs, storage_error
from minibuild.store.cache import CacheRecord
from minibuild.store.database import connect, database_error
from minibuild.store.errors import StoreError
from minibuild.store.names import canonical, familiar

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})\Z")
DATABASE = "minibuild.db"


class ImageRecord:
    """One image as a list shows it: ID, names as people write them, RFC 3339 time, size of its layers in bytes."""

    __slots__ = ("config", "created", "id", "names", "size")

    def __init__(self, image_id: str, names: tuple[str, ...], created: str, size: int, config: ImageConfig) -> None:
        self.id = image_id
        self.names = names
        self.created = created
        self.size = size
        self.config = config


class Store:
    """An open store. Use `Store.open`; a store is for one thread, a process may open it several times."""

    def __init__(self, root: Path, database: sqlite3.Connection) -> None:
        self.root = root
        self.blobs = Blobs(root / "blobs" / "sha256")
        self.database = database
        self._depth = 0

    @staticmethod
    def open(root: Path) -> "Store":
        """Open the store in the directory `root`, made when it is missing. Raise `StoreError`."""
        database = root / DATABASE
        if not database.exists():
            try:
                (root / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise storage_error(error, root) from None
        store = Store(root, connect(database))
        return store

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    # ---- SQL

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        """Run one statement; its errors become `StoreError`."""
        try:
            return self.database.execute(sql, values)
        except sqlite3.Error as error:
            raise database_error(error, self.root / DATABASE) from None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written in the block is committed together at its end, or not at all."""
        if self._depth:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self.database.rollback()
            raise
        else:
            self.execute("COMMIT")
        finally:
            self._depth = 0

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

    # ---- images

    def put_image(self, config: ImageConfig, parent: str | None = None) -> str:
        """Keep an image, built on `parent`; its ID."""
        return self.put_config(config.to_json(), config.created, parent)

    def put_config(self, raw: bytes, created: str, parent: str | None = None) -> str:
        """Keep an image by its configuration's exact bytes; its ID."""
        image_id = digest_of(raw)
        if not self.image_exists(image_id):
            self.execute("INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?, ?)", image_id, raw, parent, created, time.time_ns())
        return image_id

    def image_exists(self, image_id: str) -> bool:
        """Whether the store has an image of exactly that ID."""
        return self.execute("SELECT 1 FROM images WHERE id = ?", image_id).fetchone() is not None

    def raw_config(self, image_id: str) -> bytes:
        """An image's configuration, byte for byte."""
        row = self.execute("SELECT config FROM images WHERE id = ?", image_id).fetchone()
        if row is None:
            raise StoreError(f"no such image: {image_id}")
        return bytes(row[0])

    def image(self, image_id: str) -> ImageConfig:
        """An image's configuration."""
        return ImageConfig.from_json(self.raw_config(image_id))

    def parent(self, image_id: str) -> str | None:
        """The image from which this one was committed, when that is known."""
        row = self.execute("SELECT parent FROM images WHERE id = ?", image_id).fetchone()
        return None if row is None else row[0]

    def tag(self, image_id: str, name: str) -> None:
        """Give an image a name; another image that has it loses it."""
        self.execute("INSERT OR REPLACE INTO tags VALUES (?, ?)", canonical(name), image_id)

    def untag(self, name: str) -> bool:
        """Take a name away; whether it was there."""
        return self.execute("DELETE FROM tags WHERE name = ?", canonical(name)).rowcount > 0

    def names(self, image_id: str) -> tuple[str, ...]:
        """An image's names as people write them, sorted."""
        rows = self.execute("SELECT name FROM tags WHERE image = ? ORDER BY name", image_id)
        return tuple(familiar(row[0]) for row in rows)

    def resolve(self, name: str) -> str | None:
        """The ID of the image that a name, an ID or the unique beginning of an ID means; None for no image."""
        try:
            row = self.execute("SELECT image FROM tags WHERE name = ?", canonical(name)).fetchone()
        except StoreError:
            row = None
        if row is not None:
            return str(row[0])
        match = _ID.match(name)
        if not match:
            return None
        prefix = "sha256:" + match[1]
        rows = self.execute("SELECT id FROM images WHERE id >= ? AND id < ? LIMIT 2", prefix, prefix + "g").fetchall()
        if len(rows) > 1:
            raise StoreError(f"several images have IDs that begin with {name}", hint="give more digits")
        return str(rows[0][0]) if rows else None

    def images(self) -> list[ImageRecord]:
        """Named images, and those from which nothing was committed (a build's last); newest first."""
        rows = self.execute(
            "SELECT id, config FROM images AS i WHERE id IN (SELECT image FROM tags)"
            " OR NOT EXISTS (SELECT 1 FROM images WHERE parent = i.id) ORDER BY created DESC, id"
        ).fetchall()
        records = []
        for image_id, raw in rows:
            config = ImageConfig.from_json(bytes(raw))
            size = sum(self.blob_size(layer) for layer in config.diff_ids if self.has_blob(layer))
            records.append(ImageRecord(image_id, self.names(image_id), config.created, size, config))
        return records

    # ---- build cache and what is derived

    def cache_get(self, key: str) -> CacheRecord | None:
        """The record of a build step's key."""
        row = self.execute("SELECT layer, created, data FROM cache WHERE key = ?", key).fetchone()
        return None if row is None else CacheRecord(row[0], row[1], json.loads(row[2]))

    def cache_put(self, key: str, record: CacheRecord) -> None:
        """Keep what a step made; an older record of the key is replaced."""
        data = json.dumps(record.data, separators=(",", ":"))
        self.execute(
            "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?)", key, record.layer, record.created, data, time.time_ns()
        )

    def memo_get(self, key: str) -> str | None:
        """A small derived fact."""
        row = self.execute("SELECT value FROM memos WHERE key = ?", key).fetchone()
        return None if row is None else str(row[0])

    def memo_put(self, key: str, value: str) -> None:
        """Keep a small derived fact, which can always be derived again."""
        self.execute("INSERT OR REPLACE INTO memos VALUES (?, ?)", key, value)

    def document_get(self, kind: str, key: str) -> bytes | None:
        """A document of some kind, such as a parsed Dockerfile."""
        row = self.execute("SELECT data FROM documents WHERE kind = ? AND key = ?", kind, key).fetchone()
        return None if row is None else bytes(row[0])

    def document_put(self, kind: str, key: str, data: bytes) -> None:
        """Keep a document."""
        self.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", kind, key, data)

    def file_digests(self, paths: Iterable[str]) -> dict[str, str]:
        """SHA-256 digests (hex) of host files; see `stat_cache`."""
        from minibuild.store.stat_cache import file_digests  # only builds that copy from a context need it

        return file_digests(self, [os.path.abspath(path) for path in paths], list(paths))

    def layer_filesystem(self, diff_ids: tuple[str, ...]) -> Any:
        """The file system (`filesystem.Snapshot`) of a stack of layers; see `layers`."""
        from minibuild.store.layers import layer_filesystem  # a fully cached build reads no layer

        return layer_filesystem(self, diff_ids)
