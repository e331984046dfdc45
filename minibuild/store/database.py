"""The store's SQLite database: schema, migrations, opening."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from minibuild.store.errors import DamagedError, NoSpaceError, StoreError

# One script a schema version, in order; a store of a later version is refused, never guessed at.
_MIGRATIONS = (
    """
    CREATE TABLE IF NOT EXISTS images (
      id TEXT PRIMARY KEY, config BLOB NOT NULL, parent TEXT, created TEXT NOT NULL, added INTEGER NOT NULL)
      WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS images_by_parent ON images (parent);
    CREATE TABLE IF NOT EXISTS tags (
      name TEXT PRIMARY KEY, image TEXT NOT NULL REFERENCES images (id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS cache (
      key TEXT PRIMARY KEY, layer TEXT, created TEXT NOT NULL, data TEXT NOT NULL, used INTEGER NOT NULL)
      WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS memos (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS documents (
      kind TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS files (
      path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,
      inode INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
    """,
    "CREATE INDEX IF NOT EXISTS tags_by_image ON tags (image);",
    # Containers and volumes belong to a host ("" is the store's own); `wake` is when a running container goes
    # on by itself (ns since 1970), null for never.
    """
    CREATE TABLE IF NOT EXISTS containers (
      id TEXT PRIMARY KEY, host TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
      image TEXT NOT NULL, status TEXT NOT NULL, wake INTEGER, version INTEGER NOT NULL,
      spec TEXT NOT NULL, state TEXT NOT NULL, UNIQUE (host, name)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS containers_by_status ON containers (status, wake);
    CREATE INDEX IF NOT EXISTS containers_by_image ON containers (image);
    CREATE TABLE IF NOT EXISTS container_events (
      number INTEGER PRIMARY KEY AUTOINCREMENT, container TEXT NOT NULL, run INTEGER NOT NULL,
      time INTEGER NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS events_by_container ON container_events (container, run);
    CREATE TABLE IF NOT EXISTS container_logs (
      number INTEGER PRIMARY KEY AUTOINCREMENT, container TEXT NOT NULL, time INTEGER NOT NULL,
      stream INTEGER NOT NULL, data BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS logs_by_container ON container_logs (container);
    CREATE TABLE IF NOT EXISTS container_answers (
      number INTEGER PRIMARY KEY AUTOINCREMENT, container TEXT NOT NULL, run INTEGER NOT NULL,
      data BLOB NOT NULL);
    CREATE INDEX IF NOT EXISTS answers_by_container ON container_answers (container, run);
    CREATE TABLE IF NOT EXISTS volumes (
      host TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL, anonymous INTEGER NOT NULL,
      labels TEXT, options TEXT, PRIMARY KEY (host, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS volume_references (
      host TEXT NOT NULL, volume TEXT NOT NULL, container TEXT NOT NULL,
      PRIMARY KEY (host, volume, container)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS references_by_container ON volume_references (container);
    """,
    # Networks, too, belong to a host. An interval of `network_free` holds addresses that nobody has, counted
    # from the subnet's first one; the endpoints of containers that don't run have no address.
    """
    CREATE TABLE IF NOT EXISTS network_hosts (
      name TEXT PRIMARY KEY, spec TEXT NOT NULL, next_index INTEGER NOT NULL, next_pool INTEGER NOT NULL)
      WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS network_topology (
      number INTEGER PRIMARY KEY CHECK (number = 1), document TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS network_devices (
      host TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, mac TEXT NOT NULL,
      spec TEXT NOT NULL, PRIMARY KEY (host, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS networks (
      id TEXT PRIMARY KEY, host TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
      driver TEXT NOT NULL, spec TEXT NOT NULL, UNIQUE (host, name)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS network_free (
      network TEXT NOT NULL, family INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
      PRIMARY KEY (network, family, first)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS network_sandboxes (
      container TEXT PRIMARY KEY, host TEXT NOT NULL, name TEXT NOT NULL, running INTEGER NOT NULL,
      netns INTEGER, interfaces INTEGER NOT NULL, spec TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sandboxes_by_netns ON network_sandboxes (host, netns);
    CREATE TABLE IF NOT EXISTS network_endpoints (
      container TEXT NOT NULL, name TEXT NOT NULL, network TEXT NOT NULL, host TEXT NOT NULL,
      active INTEGER NOT NULL, id TEXT NOT NULL, address TEXT NOT NULL, address6 TEXT NOT NULL,
      mac TEXT NOT NULL, interface TEXT NOT NULL, number INTEGER NOT NULL, veth TEXT NOT NULL,
      veth_mac TEXT NOT NULL, wish TEXT NOT NULL, PRIMARY KEY (container, name)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS endpoints_by_network ON network_endpoints (network, active);
    CREATE UNIQUE INDEX IF NOT EXISTS endpoints_by_veth ON network_endpoints (host, veth) WHERE veth <> '';
    CREATE TABLE IF NOT EXISTS network_ports (
      host TEXT NOT NULL, protocol TEXT NOT NULL, port INTEGER NOT NULL, address TEXT NOT NULL,
      container TEXT NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (host, protocol, port, address))
      WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS ports_by_container ON network_ports (container);
    CREATE TABLE IF NOT EXISTS network_port_cursors (
      host TEXT NOT NULL, protocol TEXT NOT NULL, address TEXT NOT NULL, last INTEGER NOT NULL,
      PRIMARY KEY (host, protocol, address)) WITHOUT ROWID;
    """,
)
SCHEMA_VERSION = len(_MIGRATIONS)
# What using a database raises; a damaged one may give names that are no text, even in SQLite's own messages.
FAILURES = (sqlite3.Error, UnicodeDecodeError)
_NEEDED = 1 << 20
_WAIT = 30.0  # seconds that a process waits for another one's transaction


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Open the database, made or brought up to date on demand. Raise `StoreError`."""
    try:
        connection = _connect_to_read(path) if read_only else _connect_to_write(path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            connection.close()
            raise StoreError(
                f"the store {path.parent} was written by a newer minibuild"
                f" (schema {version}, this one knows {SCHEMA_VERSION})",
                hint="update minibuild, or choose another store with --root",
            )
        if version < SCHEMA_VERSION:
            if read_only:
                connection.close()
                raise StoreError(
                    f"the store {path.parent} was written by an older minibuild"
                    " and can't be brought up to date: it is read-only"
                )
            _upgrade(connection)
        # Readers never wait for a writer; a loss of power takes at most the last transactions, whole.
        connection.execute("PRAGMA synchronous = NORMAL")
    except FAILURES as error:
        raise database_error(error, path) from None
    return connection


def _connection(name: str, *, uri: bool = False) -> sqlite3.Connection:
    if not uri and name.startswith("file:"):
        name = os.path.join(os.curdir, name)  # noqa: PTH118  some builds of SQLite take it for a URI
    return sqlite3.connect(name, timeout=_WAIT, isolation_level=None, check_same_thread=False, uri=uri)


def _connect_to_write(path: Path) -> sqlite3.Connection:
    """When the disk has not even room for the memory that processes share, one alone can still read and
    remove.
    """
    connection = _connection(str(path))
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        if not _is_full(path.parent):
            raise
        connection.close()
        connection = _connection(str(path))
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Without the right to write, SQLite can't share memory with writers: then the file is taken as it is."""
    uri = path.absolute().as_uri()
    connection = _connection(uri + "?mode=ro", uri=True)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        connection = _connection(uri + "?immutable=1", uri=True)
    return connection


def _upgrade(connection: sqlite3.Connection) -> None:
    _patiently(connection, "PRAGMA journal_mode = WAL")
    _patiently(connection, "BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for script in _MIGRATIONS[version:]:
            for statement in script.split(";"):
                if statement.strip():
                    connection.execute(statement)
        if version < SCHEMA_VERSION:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Run a statement for which SQLite itself does not wait while other processes make the same database."""
    limit = time.monotonic() + _WAIT
    while True:
        try:
            connection.execute(statement).fetchall()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > limit:
                raise
            time.sleep(0.005)


def writable(path: Path) -> bool:
    """Whether the database may be changed: its file and, for SQLite's journal, its directory."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def damage(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with the database's pages, or can't read in its rows."""
    try:
        with closing(connection.execute("PRAGMA quick_check")) as rows:
            found = [str(row[0]) for row in rows if row[0] != "ok"]
        if not found:
            for table in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for _ in connection.execute(f"SELECT * FROM {table[0]}"):
                    pass
    except FAILURES as error:
        return [str(error)]
    return found


def database_error(error: Exception, path: Path) -> StoreError:
    """The error for a database that can't be used."""
    text = str(error)
    failed = "I/O error" in text
    if "full" in text or (failed and _is_full(path.parent)):
        return NoSpaceError(path.parent)
    if "readonly" in text or "unable to open" in text:
        return StoreError(
            f"the store {path.parent} can't be written or opened: {text}",
            hint="--root puts the store elsewhere",
        )
    if failed:
        return StoreError(
            f"the store {path.parent} can't be read or written: {text}",
            hint="the device that holds it fails, or a limit on the size of files is reached",
        )
    if "locked" in text:
        return StoreError(
            f"the store {path.parent} is busy: another process holds it for more than {_WAIT:.0f} s"
        )
    return DamagedError(f"{path} is not a minibuild store or is damaged: {text}")


def _is_full(directory: Path) -> bool:
    """Whether SQLite had too little room for one of its files, which it does not always say."""
    import shutil  # only on the way to an error

    try:
        return shutil.disk_usage(directory).free < _NEEDED
    except OSError:
        return False
