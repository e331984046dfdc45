"""Looking on while a container runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from minibuild.container.errors import NoSuchContainerError
from minibuild.container.lifecycle import bring_forward
from minibuild.container.records import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minibuild.container.engine import Engine
    from minibuild.container.records import Record

_POLL = 0.1


def follow_logs(
    engine: Engine, record: Record, after: int = 0
) -> Iterator[list[tuple[int, int, int, bytes]]]:
    """What a container writes from behind the log's entry `after` on, piece by piece, until it ends."""
    current: Record | None = record
    while current is not None:
        rows = engine.shelf.logs(current, after)
        if rows:
            after = rows[-1][0]
            yield rows
        elif not current.state.is_running:
            return
        else:
            time.sleep(_POLL)
        try:
            current = bring_forward(engine, engine.shelf.current(current))
        except NoSuchContainerError:
            return


def follow_output(
    engine: Engine,
    record: Record,
    write: Callable[[int, bytes], object],
    read: Callable[[], bytes | None] | None = None,
) -> int:
    """`docker attach`: show what a container writes from now on, and hand on what `read` gives (b"" at the
    end, None for nothing yet); its exit status.
    """
    known = engine.shelf.logs(record)
    after = known[-1][0] if known else 0
    while True:
        if read is not None and record.state.is_running and (data := read()) is not None:
            text = data.decode("utf-8", "surrogateescape")
            engine.shelf.add_event(record, Event(engine.now() - record.state.shift, "input", text))
            read = read if data else None
            current = bring_forward(engine, engine.shelf.current(record), force=True)
        else:
            current = bring_forward(engine, record)
        if current is None:  # it removed itself
            return 0
        record = current
        for number, _, stream, written in engine.shelf.logs(record, after):
            write(stream, written)
            after = number
        if not record.state.is_running:
            return record.state.exit_code
        time.sleep(_POLL if read is None else _POLL / 10)
        record = engine.shelf.current(record)
