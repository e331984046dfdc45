"""The volumes of a host: names, files in the store, and which containers hold them."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from minibuild.store import Store

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*\Z")
_ABSOLUTE = "If you intended to pass a host directory, use absolute path"
_RECENT = 3600  # seconds in which somebody may be about to make a volume
_COLUMNS = "name, created, anonymous, labels, options"


class VolumeError(MinibuildError):
    """A volume can't be used as it was asked for."""


class NoSuchVolumeError(VolumeError):
    """There is no volume of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No such volume: {name}")


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume. `created` is in ns since 1970; `labels` and `options` are None when nobody asked for any.
    `path` is the host directory with its files.
    """

    name: str
    created: int
    anonymous: bool
    labels: dict[str, str] | None
    options: dict[str, str] | None
    path: str


class Volumes:
    """The volumes of one host of a store. Files are in STORE/volumes/NAME/_data."""

    def __init__(self, store: Store, host: str = "") -> None:
        self.store = store
        self.host = host
        self.directory: Path = store.root / "volumes"
        if host:
            self.directory = store.root / "hosts" / host / "volumes"

    # ---- looking

    def all(self) -> list[Volume]:
        """Every volume, sorted by name."""
        rows = self.store.execute(f"SELECT {_COLUMNS} FROM volumes WHERE host = ? ORDER BY name", self.host)
        return [self._volume(row) for row in rows.fetchall()]

    def look_up(self, name: str) -> Volume | None:
        """The volume of that name."""
        row = self.store.execute(
            f"SELECT {_COLUMNS} FROM volumes WHERE host = ? AND name = ?", self.host, name
        ).fetchone()
        return None if row is None else self._volume(row)

    def find(self, name: str) -> Volume:
        """The volume of that name. Raise `NoSuchVolumeError`."""
        found = self.look_up(name)
        if found is None:
            raise NoSuchVolumeError(name)
        return found

    def path(self, name: str) -> str:
        """Where a volume's files are."""
        return str(self.directory / name / "_data")

    def users(self, name: str) -> list[str]:
        """The IDs of the containers that hold a volume."""
        rows = self.store.execute(
            "SELECT container FROM volume_references WHERE host = ? AND volume = ? ORDER BY container",
            self.host,
            name,
        )
        return [row[0] for row in rows.fetchall()]

    def held(self) -> dict[str, int]:
        """How many containers hold each volume that any holds."""
        rows = self.store.execute(
            "SELECT volume, count(*) FROM volume_references WHERE host = ? GROUP BY volume", self.host
        )
        return dict(rows.fetchall())

    # ---- changing

    def create(
        self,
        name: str = "",
        *,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """The volume of that name, made when it is missing; without a name an anonymous one. Raise
        `VolumeError` for what is no name.
        """
        if name:
            check_name(name)
            known = self.look_up(name)
            if known is not None:
                self._make(name)
                return known
        anonymous = not name
        name = name or secrets.token_hex(32)
        self._make(name)
        self.store.execute(
            "INSERT OR IGNORE INTO volumes VALUES (?, ?, ?, ?, ?, ?)",
            self.host,
            name,
            time.time_ns(),
            anonymous,
            None if labels is None else json.dumps(dict(labels)),
            None if options is None else json.dumps(dict(options)),
        )
        return self.find(name)

    def hold(self, name: str, container: str) -> None:
        """A container was created that uses the volume."""
        self.store.execute(
            "INSERT OR IGNORE INTO volume_references VALUES (?, ?, ?)", self.host, name, container
        )

    def release(self, container: str) -> None:
        """A container is gone: it holds nothing any more."""
        self.store.execute(
            "DELETE FROM volume_references WHERE host = ? AND container = ?", self.host, container
        )

    def remove(self, name: str) -> None:
        """Remove a volume with its files. Raise `VolumeError` when a container holds it."""
        self.find(name)
        users = self.users(name)
        if users:
            raise VolumeError(f"remove {name}: volume is in use - [{', '.join(users)}]")
        self.store.execute("DELETE FROM volumes WHERE host = ? AND name = ?", self.host, name)
        self._delete(name)

    def remove_if_free(self, name: str) -> None:
        """Remove a volume unless somebody holds it."""
        with suppress(VolumeError):
            self.remove(name)

    def sweep(self) -> None:
        """Remove what commands that were killed left: files of volumes that nobody knows, and of removed
        ones.
        """
        known = {volume.name for volume in self.all()}
        before = time.time() - _RECENT
        with suppress(OSError):
            for directory in list(self.directory.iterdir()):
                if directory.name not in known and directory.lstat().st_mtime < before:
                    shutil.rmtree(directory, ignore_errors=True)

    def size(self, name: str) -> int:
        """The bytes of a volume's files."""
        total = 0
        ahead = [self.directory / name / "_data"]
        while ahead:
            with suppress(OSError):
                for entry in ahead.pop().iterdir():
                    if entry.is_dir() and not entry.is_symlink():
                        ahead.append(entry)
                    else:
                        total += entry.lstat().st_size
        return total

    def _volume(self, row: tuple[str, int, int, str | None, str | None]) -> Volume:
        name, created, anonymous, labels, options = row
        return Volume(
            name,
            created,
            bool(anonymous),
            _pairs(name, labels),
            _pairs(name, options),
            self.path(name),
        )

    def _make(self, name: str) -> None:
        try:
            (self.directory / name / "_data").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VolumeError(f"create {name}: {error.strerror}") from None

    def _delete(self, name: str) -> None:
        """First out of sight, so that a volume of the same name can be made at once."""
        trash = self.directory / f".removed-{secrets.token_hex(8)}"
        with suppress(OSError):
            (self.directory / name).rename(trash)
            shutil.rmtree(trash, ignore_errors=True)


def check_name(name: str) -> None:
    """Raise `VolumeError` for what can't be a volume's name."""
    if len(name) < 2:
        raise VolumeError(
            f"create {name}: volume name is too short, names should be at least two alphanumeric characters"
        )
    if not _NAME.match(name):
        raise VolumeError(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only'
            f' "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. {_ABSOLUTE}'
        )


def _pairs(name: str, text: str | None) -> dict[str, str] | None:
    try:
        return None if text is None else dict(json.loads(text))
    except (ValueError, TypeError):  # ValueError: also bytes that are no text
        hint = "put a sound copy of minibuild.db into the store, or use another store"
        raise VolumeError(f"what is known of volume {name} is damaged", hint=hint) from None
