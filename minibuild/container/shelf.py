"""Containers in the store's database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.container.errors import ContainerError, NoSuchContainerError
from minibuild.container.naming import candidate, taken
from minibuild.container.records import Event, Record, Spec, State
from minibuild.store.errors import REPAIR, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.store import Store

_COLUMNS = "id, host, name, created, spec, state, version"
_ATTEMPTS = 6
_ID = frozenset("0123456789abcdef")


class Shelf:
    """The containers of one host of a store."""

    def __init__(self, store: Store, host: str = "") -> None:
        self.store = store
        self.host = host

    # ---- looking

    def all(self) -> list[Record]:
        """Every container, the newest first."""
        rows = self.store.execute(
            f"SELECT {_COLUMNS} FROM containers WHERE host = ? ORDER BY created DESC, id", self.host
        )
        return [_record(row) for row in rows.fetchall()]

    def due(self, now: int) -> list[str]:
        """The IDs of the containers with which something happens before `now`."""
        rows = self.store.execute(
            "SELECT id FROM containers WHERE host = ? AND status IN ('running', 'restarting') AND wake <= ?",
            self.host,
            now,
        )
        return [row[0] for row in rows.fetchall()]

    def find(self, name: str) -> Record:
        """The container of that name, ID or unique beginning of an ID. Raise `NoSuchContainerError`."""
        found = self.look_up(name)
        if found is None:
            raise NoSuchContainerError(name)
        return found

    def look_up(self, name: str) -> Record | None:
        """As `find`; None when there is none. Raise `ContainerError` for several."""
        plain = name.removeprefix("/")
        if not plain:
            return None
        sql = f"SELECT {_COLUMNS} FROM containers WHERE host = ? AND "
        row = self.store.execute(sql + "id = ?", self.host, plain).fetchone()
        if row is None:
            row = self.store.execute(sql + "name = ?", self.host, plain).fetchone()
        if row is None and set(plain) <= _ID:
            rows = self.store.execute(
                sql + "id >= ? AND id < ? LIMIT 2", self.host, plain, plain + "g"
            ).fetchall()
            if len(rows) > 1:
                raise ContainerError(f"Multiple IDs found with provided prefix: {plain}")
            row = rows[0] if rows else None
        return None if row is None else _record(row)

    def current(self, record: Record) -> Record:
        """The container as it is now. Raise `NoSuchContainerError` when it was removed."""
        row = self.store.execute(f"SELECT {_COLUMNS} FROM containers WHERE id = ?", record.id).fetchone()
        if row is None:
            raise NoSuchContainerError(record.name)
        return _record(row)

    def holder(self, name: str) -> str | None:
        """The ID of the container that has the name."""
        row = self.store.execute(
            "SELECT id FROM containers WHERE host = ? AND name = ?", self.host, name
        ).fetchone()
        return None if row is None else str(row[0])

    # ---- changing

    def add(self, record: Record) -> Record:
        """Keep a new container; one without a name gets one. Raise `ContainerError` when its name is
        taken.
        """
        for attempt in range(_ATTEMPTS + 1):
            name = record.name or (candidate(attempt) if attempt < _ATTEMPTS else record.short)
            holder = self.holder(name)
            if holder is None:
                named = replace(record, name=name)
                state = named.state
                values = (record.id, self.host, name, record.created, record.spec.image, state.status)
                self.store.execute(
                    "INSERT INTO containers (id, host, name, created, image, status, wake, version, spec,"
                    " state) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                    *values,
                    _due(state),
                    record.spec.to_json(),
                    state.to_json(),
                )
                return named
            if record.name:
                raise taken(name, holder)
        raise ContainerError("no free name was found")

    def update(self, record: Record, state: State) -> Record:
        """Put a new state in the place of the one that `record` has. Raise `ContainerError` when the
        container changed or went meanwhile.
        """
        changed = self.store.execute(
            "UPDATE containers SET status = ?, wake = ?, state = ?, version = version + 1"
            " WHERE id = ? AND version = ?",
            state.status,
            _due(state),
            state.to_json(),
            record.id,
            record.version,
        ).rowcount
        if not changed:
            self.current(record)
            raise ContainerError(f"container {record.name} was changed by another process at the same time")
        return replace(record, state=state, version=record.version + 1)

    def rename(self, record: Record, name: str) -> Record:
        """Give a container another name. Raise `ContainerError` when it is taken."""
        holder = self.holder(name)
        if holder is not None:
            raise taken(name, holder)
        self.store.execute("UPDATE containers SET name = ? WHERE id = ?", name, record.id)
        return replace(record, name=name)

    def remove(self, record: Record) -> None:
        """Forget a container and all that belongs to it."""
        for table in ("container_events", "container_logs", "container_answers"):
            self.store.execute(f"DELETE FROM {table} WHERE container = ?", record.id)
        self.store.execute("DELETE FROM containers WHERE id = ?", record.id)

    # ---- what a run leaves behind

    def events(self, record: Record) -> list[Event]:
        """What came to the container from outside in its present run, in order."""
        rows = self.store.execute(
            "SELECT time, kind, data FROM container_events WHERE container = ? AND run = ? ORDER BY number",
            record.id,
            record.state.run,
        )
        return [Event(*row) for row in rows.fetchall()]

    def add_event(self, record: Record, event: Event) -> None:
        """Note something that comes to the container from outside."""
        self.store.execute(
            "INSERT INTO container_events (container, run, time, kind, data) VALUES (?, ?, ?, ?, ?)",
            record.id,
            record.state.run,
            event.time,
            event.kind,
            event.data,
        )

    def add_logs(self, record: Record, rows: Iterable[tuple[int, int, bytes]]) -> None:
        """Keep what it wrote: (time in ns, 1 or 2, bytes)."""
        for time, stream, data in rows:
            self.store.execute(
                "INSERT INTO container_logs (container, time, stream, data) VALUES (?, ?, ?, ?)",
                record.id,
                time,
                stream,
                data,
            )

    def logs(self, record: Record, after: int = 0) -> list[tuple[int, int, int, bytes]]:
        """(number, time in ns, 1 or 2, bytes) of what it wrote, in order, from behind the number `after`."""
        return self.store.execute(
            "SELECT number, time, stream, data FROM container_logs WHERE container = ? AND number > ?"
            " ORDER BY number",
            record.id,
            after,
        ).fetchall()

    def answers(self, record: Record) -> list[bytes]:
        """What the host answered in the present run, as it was recorded."""
        rows = self.store.execute(
            "SELECT data FROM container_answers WHERE container = ? AND run = ? ORDER BY number",
            record.id,
            record.state.run,
        )
        return [row[0] for row in rows.fetchall()]

    def add_answers(self, record: Record, data: bytes) -> None:
        """Keep what the host answered since the last time."""
        self.store.execute(
            "INSERT INTO container_answers (container, run, data) VALUES (?, ?, ?)",
            record.id,
            record.state.run,
            data,
        )

    def begin_run(self, record: Record) -> None:
        """Forget what was needed to repeat earlier runs."""
        for table in ("container_events", "container_answers"):
            self.store.execute(
                f"DELETE FROM {table} WHERE container = ? AND run < ?", record.id, record.state.run
            )


def _due(state: State) -> int | None:
    """When something happens next with a container (ns): it goes on, its health is asked for, or whoever
    follows it live may have gone, which has to be looked at each time.
    """
    if state.owner:
        return 0
    times = [] if state.wake is None else [state.wake + state.shift]
    if state.health is not None and state.status == "running":
        times.append(state.health["Next"])
    return min(times) if times and state.status in ("running", "restarting") else None


def _record(row: tuple[str, str, str, int, str, str, int]) -> Record:
    id_, host, name, created, spec, state, version = row
    try:
        return Record(id_, host, name, created, Spec.from_json(spec), State.from_json(state), version)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(f"what is known of container {name} is damaged", hint=REPAIR) from None
