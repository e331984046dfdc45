"""The store's SQLite database: schema, version, opening."""

import sqlite3
from pathlib import Path

from minibuild.store.errors import StoreError

# Raised with every change of the tables; a store of a later version is refused, never guessed at.
SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS images (
  id TEXT PRIMARY KEY, config BLOB NOT NULL, parent TEXT, created TEXT NOT NULL, added INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS images_by_parent ON images (parent);
CREATE TABLE IF NOT EXISTS tags (name TEXT PRIMARY KEY, image TEXT NOT NULL REFERENCES images (id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cache (
  key TEXT PRIMARY KEY, layer TEXT, created TEXT NOT NULL, data TEXT NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS memos (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
  kind TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, inode INTEGER NOT NULL,
  digest TEXT NOT NULL) WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the database, made or brought up to date on demand; a store that can't be written is opened for reading."""
    try:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            connection.close()
            raise StoreError(
                f"the store {path.parent} was written by a newer minibuild (schema {version}, this one knows {SCHEMA_VERSION})",
                hint="update minibuild, or choose another store with --root",
            )
        if version < SCHEMA_VERSION:
            _create(connection)
        # Readers never wait for a writer; a crash loses at most what was not committed.
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.DatabaseError as error:
        raise database_error(error, path) from None
    return connection


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def database_error(error: sqlite3.Error, path: Path) -> StoreError:
    """The error for a database that can't be used."""
    text = str(error)
    if "full" in text:
        return StoreError(f"no space left on the device that holds the store {path.parent}", hint="`minibuild system prune` frees what nothing uses")
    if "readonly" in text or "unable to open" in text:
        return StoreError(f"the store {path.parent} can't be opened: {text}", hint="--root puts the store elsewhere")
    if "locked" in text:
        return StoreError(f"the store {path.parent} is busy: another process holds it for more than 30 s")
    return StoreError(f"{path} is not a minibuild store or is damaged: {text}", hint="`minibuild system verify` lists all damage")
