"""A container's life: start, stop, kill, restart, pause, rename, remove; and bringing it forward to now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minibuild.container import health
from minibuild.container.errors import ContainerError, StartError
from minibuild.container.following import repeat
from minibuild.container.locking import forget, locked
from minibuild.container.naming import check_name
from minibuild.container.records import Event, Record, State
from minibuild.kernel.signals import KILL, signal_number

if TYPE_CHECKING:
    from minibuild.container.engine import Engine

_SECOND = 1_000_000_000
_GRACE = 10
_FIRST_DELAY = _SECOND // 10
_LONGEST_DELAY = 60 * _SECOND
_LASTING = 10 * _SECOND  # a run that took so long counts as a success
_MOST_RESTARTS = 16  # that are played one after the other in one go
_FOLLOWED = 0.0


def bring_forward(engine: Engine, record: Record, *, force: bool = False) -> Record | None:
    """The container as it is now: what was to happen since somebody last looked has happened. None when it
    removed itself meanwhile.
    """
    state = record.state
    due = state.wake is not None and state.wake <= engine.now() - state.shift
    if state.status not in ("running", "restarting") or not (due or force or state.owner):
        return health.check(engine, record)
    with locked(engine.store.root, record.id, wait=_FOLLOWED if state.owner else 30.0) as mine:
        record = engine.shelf.current(record)
        if not mine:
            return record  # somebody follows it live
        if record.state.owner:
            return _orphaned(engine, record)
        after = _advance(engine, record, force=force)
    return None if after is None else health.check(engine, after)


def bring_all_forward(engine: Engine) -> None:
    """As `bring_forward`, for all containers."""
    for container_id in engine.shelf.due(engine.now()):
        record = engine.shelf.look_up(container_id)
        if record is not None:
            bring_forward(engine, record)


def _advance(engine: Engine, record: Record, *, force: bool = False) -> Record | None:
    """Play what happened up to now, restarts too. The caller holds the lock."""
    for _ in range(_MOST_RESTARTS):
        state, now = record.state, engine.now()
        if state.status == "restarting":
            if state.wake is None or state.wake > now:
                return record
            record = _begin(engine, record, at=state.wake)
        elif state.status != "running" or (
            not force and (state.wake is None or state.wake > now - state.shift)
        ):
            return record
        force = False
        record = repeat(engine, record, now - record.state.shift)
        if record.state.status != "exited":
            return record
        after = after_end(engine, record)
        if after is None:
            return None
        record = after
    return record


def after_end(engine: Engine, record: Record) -> Record | None:
    """What follows the end of a run by itself: removal, or another start after a while."""
    spec, state = record.spec, record.state
    if spec.auto_remove:
        remove(engine, record, volumes=True)
        return None
    if state.stopped or not _wants_restart(record):
        return record
    lasted = state.finished - state.started >= _LASTING
    count = 0 if lasted else min(state.restarts, 12)
    delay = min(_FIRST_DELAY << count, _LONGEST_DELAY)
    again = replace(state, status="restarting", wake=state.finished + delay, restarts=state.restarts + 1)
    return engine.shelf.update(record, again)


def _wants_restart(record: Record) -> bool:
    spec, state = record.spec, record.state
    if spec.restart == "on-failure":
        limit = spec.restart_limit
        return state.exit_code != 0 and (not limit or state.restarts < limit)
    return spec.restart in ("always", "unless-stopped")


def _orphaned(engine: Engine, record: Record) -> Record | None:
    """The process that followed it live ended without a word: so did the container."""
    with engine.store.transaction():
        engine.network.stop(record)
        state = replace(
            record.state,
            status="exited",
            exit_code=137,
            owner=0,
            wake=None,
            finished=engine.now(),
            processes=(),
            volatile=(),
            error="the command that followed it was killed",
        )
        record = engine.shelf.update(record, state)
    return after_end(engine, record)


# ---- starting


def start(engine: Engine, record: Record) -> Record | None:
    """Start a container that does not run, and follow it as far as it goes now. Raise `StartError` when its
    process can't be started: the container stays as it was, with the reason.
    """
    with locked(engine.store.root, record.id):
        record = engine.shelf.current(record)
        if record.state.is_running:
            return record
        record = _begin(engine, record, at=engine.now())
        try:
            record = repeat(engine, record, engine.now())
        except StartError as error:
            failed(engine, record, error)
            raise
        if record.state.error:
            problem = StartError(record.state.error, record.state.exit_code)
            failed(engine, record, problem)
            raise problem
        return after_end(engine, record) if record.state.status == "exited" else record


def _begin(engine: Engine, record: Record, *, at: int, owner: int = 0) -> Record:
    """The container as it is when its process is about to start."""
    state = record.state
    fresh = State(
        status="running",
        started=at,
        run=state.run + 1,
        base=state.layers,
        layers=state.layers,
        restarts=state.restarts if state.status == "restarting" else 0,
        owner=owner,
    )
    fresh = replace(fresh, health=health.begun(replace(record, state=fresh)))
    with engine.store.transaction():
        for mount in record.spec.mounts:
            if mount.type == "volume":
                engine.volumes.create(mount.name)
        engine.network.start(record)
        record = engine.shelf.update(record, fresh)
        engine.shelf.begin_run(record)
    return record


def begin_live(engine: Engine, record: Record, owner: int) -> Record:
    """As `start`, for a process that will follow the container itself; it holds the lock."""
    return _begin(engine, engine.shelf.current(record), at=engine.now(), owner=owner)


def failed(engine: Engine, record: Record, error: StartError) -> Record:
    """The process could not be started: the container is as if it had never been."""
    record = engine.shelf.current(record)
    old = record.state
    state = State(
        status="created" if old.run <= 1 else "exited",
        exit_code=error.status if error.status in (126, 127) else 128,
        error=error.message,
        run=old.run,
        layers=old.base,
        finished=engine.now() if old.run > 1 else 0,
    )
    with engine.store.transaction():
        engine.network.stop(record)
        return engine.shelf.update(record, state)


# ---- stopping


def deliver(engine: Engine, record: Record, signal: int, *, pid: int = 1) -> Record | None:
    """Send a signal to a process of a running container, and follow what it does."""
    now = engine.now() - record.state.shift
    with locked(engine.store.root, record.id, wait=_FOLLOWED if record.state.owner else 30.0) as mine:
        record = engine.shelf.current(record)
        engine.shelf.add_event(record, Event(now, "signal", f"{pid} {signal}"))
        if not mine:
            return record
        if record.state.service and pid == 1:
            return _end_service(engine, record, signal)
        return _advance(engine, record, force=True)


def _end_service(engine: Engine, record: Record, signal: int) -> Record | None:
    """A service that is only modelled ends as servers do: cleanly when it is asked to."""
    asked = signal in (2, 3, 15) and not record.state.service.startswith("it is taken to be busy")
    if signal != KILL and not asked:
        return record
    with engine.store.transaction():
        engine.network.stop(record)
        state = replace(
            record.state,
            status="exited",
            exit_code=0 if asked else 128 + signal,
            finished=engine.now(),
            wake=None,
            processes=(),
            volatile=(),
        )
        record = engine.shelf.update(record, state)
    return after_end(engine, record)


def kill(engine: Engine, record: Record, signal: str) -> None:
    """`docker kill`. Raise `ContainerError` for a container that does not run or no such signal."""
    number = signal_number(signal)
    if number is None or number == 0:
        raise ContainerError(f"Invalid signal: {signal}")
    if not record.state.is_running:
        raise ContainerError(f"Cannot kill container: {record.name}: Container {record.id} is not running")
    record = _stopping(engine, record) if number == KILL else record
    if record.state.status == "paused" and number == KILL:
        record = unpause(engine, record)
    deliver(engine, record, number)


def stop(engine: Engine, record: Record, timeout: int | None = None) -> None:
    """`docker stop`: the stop signal and, for what goes on after `timeout` seconds of its own time, KILL. The
    time is not waited for: it is played.
    """
    if record.state.status == "restarting":
        engine.shelf.update(record, replace(record.state, status="exited", wake=None, stopped=True))
        return
    if not record.state.is_running:
        return
    if record.state.status == "paused":
        record = unpause(engine, record)
    record = _stopping(engine, record)
    number = signal_number(record.spec.config.stop_signal or "TERM") or 15
    grace = timeout if timeout is not None else record.spec.stop_timeout
    grace = _GRACE if grace is None else grace
    after = deliver(engine, record, number)
    if after is None or not after.state.is_running:
        return
    if after.state.wake is not None and not after.state.owner:
        after = _play(engine, after, grace)
    if after is not None and after.state.is_running:
        deliver(engine, after, KILL)


def _play(engine: Engine, record: Record, seconds: int) -> Record | None:
    """Follow a container some seconds into its future."""
    with locked(engine.store.root, record.id):
        record = engine.shelf.current(record)
        if record.state.status != "running":
            return record
        record = repeat(engine, record, engine.now() - record.state.shift + seconds * _SECOND)
        return after_end(engine, record) if record.state.status == "exited" else record


def _stopping(engine: Engine, record: Record) -> Record:
    """The user ends it: it is not started again by itself."""
    if record.state.stopped or record.state.owner:
        return record
    return engine.shelf.update(record, replace(record.state, stopped=True))


def restart(engine: Engine, record: Record, timeout: int | None = None) -> None:
    """`docker restart`."""
    stop(engine, record, timeout)
    start(engine, engine.shelf.current(record))


def pause(engine: Engine, record: Record) -> Record:
    """Freeze a running container: its time stands still. Raise `ContainerError`."""
    state = record.state
    if state.status == "paused":
        raise ContainerError(f"Container {record.id} is already paused")
    if not state.is_running:
        raise ContainerError(f"Container {record.id} is not running")
    return engine.shelf.update(record, replace(state, status="paused", paused=engine.now()))


def unpause(engine: Engine, record: Record) -> Record:
    """Let a frozen container go on. Raise `ContainerError`."""
    state = record.state
    if state.status != "paused":
        raise ContainerError(f"Container {record.id} is not paused")
    shift = state.shift + engine.now() - state.paused
    return engine.shelf.update(record, replace(state, status="running", paused=0, shift=shift))


# ---- the end


def rename(engine: Engine, record: Record, name: str) -> None:
    """Give a container another name. Raise `ContainerError`."""
    plain = check_name(name)
    if plain == record.name:
        raise ContainerError("Renaming a container with the same name as its current name")
    with engine.store.transaction():
        try:
            engine.shelf.rename(record, plain)
        except ContainerError as error:
            raise ContainerError(f"Error when allocating new name: {error.message}") from None
        engine.network.rename(record, plain)


def remove(engine: Engine, record: Record, *, force: bool = False, volumes: bool = False) -> None:
    """Remove a container; with `volumes` also those that nobody named and nobody else holds. Raise
    `ContainerError` for a running one, unless `force`.
    """
    state = record.state
    if state.is_running or state.status == "restarting":
        if not force:
            what = "paused" if state.status == "paused" else "running"
            how = "Unpause and then stop the container" if what == "paused" else "Stop the container"
            raise ContainerError(
                f"You cannot remove a {what} container {record.id}. {how} before attempting removal or"
                " force remove"
            )
        if state.owner:
            kill(engine, record, "KILL")
    with engine.store.transaction():
        engine.network.stop(record)
        engine.network.forget(record)
        engine.volumes.release(record.id)
        engine.shelf.remove(record)
    if volumes:
        for mount in record.spec.mounts:
            if mount.type == "volume" and not mount.named:
                engine.volumes.remove_if_free(mount.name)
    forget(engine.store.root, record.id)
