"""A damaged or lost database: what can still be read of it, and what the layout says, goes into a new one."""

import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from minibuild.image.digest import digest_of, is_digest
from minibuild.store import layout
from minibuild.store.blobs import Blobs, create_temporary, storage_error
from minibuild.store.database import FAILURES, connect, damage
from minibuild.store.errors import DamagedError, StoreError
from minibuild.store.lock import Lock
from minibuild.store.names import parsed
from minibuild.store.store import DATABASE, Store

_ASIDE = ".damaged"


def verify_store(root: Path, *, repair: bool) -> list[str]:
    """`Store.verify` of the store in `root`, also when its database is damaged: `repair` makes a new one.

    Raise `StoreError`.
    """
    try:
        with Store.open(root) as store:
            if not (repair and damage(store.database)):
                return store.verify(repair=repair)
    except DamagedError:
        if not repair or not (root / "blobs").is_dir():
            raise
    found = _rescue(root)
    with Store.open(root) as store:
        return [found, *store.verify(repair=True)]


def _rescue(root: Path) -> str:
    """Put a new database in the place of the damaged one, which is kept beside it; a sentence about it."""
    lock = Lock(str(root), read_only=False)
    try:
        if not lock.alone():
            raise StoreError(f"the store {root} is in use: its database can't be replaced")
        path, stream = create_temporary(str(root))
        stream.close()
        with closing(connect(Path(path), read_only=False)) as new:
            new.execute("BEGIN")
            _copy_rows((root / DATABASE).absolute().as_uri(), new)
            _take_layout(root, new)
            new.execute("COMMIT")
            counts = [new.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _COUNTED]
            new.execute("PRAGMA journal_mode = DELETE")  # everything is in one file
        _replace(root / DATABASE, path)
    except OSError as error:
        raise storage_error(error, root) from None
    finally:
        lock.release()
    saved = ", ".join(f"{count} {name}" for count, name in zip(counts, _COUNTED.values(), strict=True))
    return f"the database was damaged: {saved} saved into a new one; the old one is {DATABASE}{_ASIDE}"


def _replace(path: Path, new: str) -> None:
    """Put a file in the place of the database, which stays beside it. At no time is there none."""
    aside = path.with_name(path.name + _ASIDE)
    for end in ("-wal", "-shm"):  # a log would be taken for the new one's
        with suppress(FileNotFoundError):
            Path(f"{path}{end}").replace(f"{aside}{end}")
    with suppress(FileNotFoundError):
        aside.unlink(missing_ok=True)
        try:
            aside.hardlink_to(path)
        except OSError:  # not every file system has them
            shutil.copyfile(path, aside)
    os.replace(new, path)  # noqa: PTH105


_COUNTED = {"images": "images", "tags": "names", "cache": "records of the build cache"}


def _copy_rows(uri: str, new: sqlite3.Connection) -> None:
    """All rows that can be read and that make sense; a table ends where it is damaged."""
    tables = [row[0] for row in new.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    with suppress(*FAILURES), closing(sqlite3.connect(uri + "?mode=ro", uri=True)) as old:
        old.text_factory = _decoded
        for table in tables:
            columns = [row[1] for row in new.execute(f"PRAGMA table_info({table})")]
            marks = ",".join("?" * len(columns))
            # Some rows can be reached from the end alone.
            for order in ("", f" ORDER BY {columns[0]} DESC"):
                with suppress(*FAILURES):
                    for row in old.execute(f"SELECT {','.join(columns)} FROM {table}{order}"):
                        if _makes_sense(table, row):
                            new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)


def _makes_sense(table: str, row: tuple[Any, ...]) -> bool:
    """Whether a row of a damaged database may be believed; documents have checksums of their own."""
    if row[0] is None:
        return False
    if table == "images":
        return isinstance(row[1], bytes) and digest_of(row[1]) == row[0]
    if table == "tags":
        return isinstance(row[0], str) and parsed(row[0]) is not None and is_digest(str(row[1]))
    if table == "cache":
        return (row[1] is None or is_digest(row[1])) and _is_json(row[3])
    return True


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _is_json(text: object) -> bool:
    try:
        return isinstance(text, str) and json.loads(text) is not None
    except ValueError:
        return False


def _take_layout(root: Path, new: sqlite3.Connection) -> None:
    """The named images that `index.json` lists and that the database did not give."""
    blobs = Blobs(root / "blobs" / "sha256")
    with suppress(OSError, ValueError):
        for entry in json.loads((root / layout.INDEX).read_bytes())["manifests"]:
            with suppress(StoreError, ValueError, LookupError, TypeError):
                image_id = json.loads(blobs.read(entry["digest"]))["config"]["digest"]
                raw = blobs.read(image_id)
                values = (image_id, raw, str(json.loads(raw).get("created") or ""))
                new.execute("INSERT OR IGNORE INTO images VALUES (?, ?, NULL, ?, 0)", values)
                name = entry["annotations"]["io.containerd.image.name"]
                if parsed(name) is not None:
                    new.execute("INSERT OR IGNORE INTO tags VALUES (?, ?)", (name, image_id))
