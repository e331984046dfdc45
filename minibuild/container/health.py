"""Health checks: commands that are run beside a container at their times, by its own clock."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minibuild.container.errors import ContainerError
from minibuild.errors import MinibuildError
from minibuild.kernel.fidelity import FidelityError

if TYPE_CHECKING:
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record
    from minibuild.image.config import Healthcheck

_SECOND = 1_000_000_000
_INTERVAL = 30 * _SECOND
_RETRIES = 3
_KEPT = 5  # results that `inspect` shows
_LONGEST_OUTPUT = 4096
# Checks whose time came while nobody looked would all see the same files: the last ones are run.
_MOST = 8


def has_check(record: Record) -> bool:
    """Whether the container's health is asked for."""
    check = record.spec.config.healthcheck
    return check is not None and bool(check.test) and check.test[0] != "NONE"


def begun(record: Record) -> dict[str, Any] | None:
    """The health of a container that just started."""
    if not has_check(record):
        return None
    return {
        "Status": "starting",
        "FailingStreak": 0,
        "Log": [],
        "Next": record.state.started + _interval(record),
    }


def check(engine: Engine, record: Record) -> Record:
    """Run the checks whose time has come; the container with its health."""
    health, state = record.state.health, record.state
    if health is None or state.status != "running" or state.owner or health["Next"] > engine.now():
        return record
    health = dict(health)
    interval = _interval(record)
    behind = (engine.now() - health["Next"]) // interval
    if behind >= _MOST:
        health["Next"] += (behind - _MOST + 1) * interval
    while health["Next"] <= engine.now():
        health = _checked(engine, record, health, health["Next"])
        health["Next"] += interval
    record = engine.shelf.current(record)
    try:
        return engine.shelf.update(record, replace(record.state, health=health))
    except ContainerError:
        return engine.shelf.current(record)  # somebody else looked at the same time


def _checked(engine: Engine, record: Record, health: dict[str, Any], at: int) -> dict[str, Any]:
    status, output = _run(engine, record)
    config = record.spec.config.healthcheck
    assert config is not None
    failing = health["FailingStreak"] + 1 if status else 0
    word = health["Status"]
    early = at - record.state.started < config.start_period
    if not status:
        word = "healthy"
    elif early and word == "starting":
        failing = 0
    elif failing >= (config.retries or _RETRIES):
        word = "unhealthy"
    entry = {"Start": at, "End": at + _SECOND // 20, "ExitCode": status, "Output": output}
    return {
        **health,
        "Status": word,
        "FailingStreak": failing,
        "Log": [*health["Log"], entry][-_KEPT:],
    }


def _run(engine: Engine, record: Record) -> tuple[int, str]:
    """(status, output) of the check."""
    from minibuild.container.attending import Command, Console, execute  # it brings containers forward itself

    check = record.spec.config.healthcheck
    assert check is not None
    words = ("/bin/sh", "-c", check.test[1]) if check.test[0] == "CMD-SHELL" else check.test[1:]
    written: list[bytes] = []
    console = Console(lambda _number, data: written.append(data))
    try:
        status = execute(engine, engine.shelf.current(record), Command(tuple(words)), console)
    except FidelityError as error:
        if record.state.service:  # it is taken to work, so what asks it is taken to find that
            return 0, f"taken to succeed: {error.message}"
        return -1, error.message
    except MinibuildError as error:
        return -1, error.message
    text = b"".join(written)[:_LONGEST_OUTPUT].decode("utf-8", "replace")
    return (1 if status else 0), text


def _interval(record: Record) -> int:
    config: Healthcheck | None = record.spec.config.healthcheck
    return (config.interval if config is not None else 0) or _INTERVAL
