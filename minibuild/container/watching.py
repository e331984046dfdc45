"""Looking on while a container runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from minibuild.container.errors import NoSuchContainerError
from minibuild.container.lifecycle import bring_forward

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


def follow_output(engine: Engine, record: Record, write: Callable[[int, bytes], object]) -> int:
    """`docker attach`: show what a container writes from now on; its exit status."""
    known = engine.shelf.logs(record)
    for rows in follow_logs(engine, record, known[-1][0] if known else 0):
        for _, _, stream, data in rows:
            write(stream, data)
    left = engine.shelf.look_up(record.id)
    return left.state.exit_code if left is not None else 0
