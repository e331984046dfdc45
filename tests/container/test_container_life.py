"""A container's life: what it does while nobody looks is found when somebody does (SPEC D6, V1)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from minibuild.build.bases import find_base
from minibuild.container import attending, creation, lifecycle
from minibuild.container.attending import Command, Console
from minibuild.container.engine import Engine
from minibuild.container.errors import ContainerError, NoSuchContainerError, StartError
from minibuild.container.records import Record
from minibuild.image.config import Healthcheck
from minibuild.store import Store
from minibuild.store.errors import StoreError

_SECOND = 1_000_000_000
_START = 1_700_000_000 * _SECOND


class Clocked(Engine):
    """An engine whose clock stands still until somebody lets time pass."""

    time = _START

    def now(self) -> int:
        self.time += 1_000_000
        return self.time

    def wait(self, seconds: float) -> None:
        """Let time pass, and bring everything forward."""
        self.time += int(seconds * _SECOND)
        lifecycle.bring_all_forward(self)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Clocked]:
    with Store.open(tmp_path / "store") as store:
        yield Clocked(store)


Start = Callable[..., Record]


@pytest.fixture
def made(engine: Clocked) -> Start:
    """Create a container of busybox that runs a script."""
    base = find_base("busybox", engine.store, "modelled", "linux/amd64")
    image = creation.Image(base.id, "busybox", base.config.config)

    def make(script: str, name: str = "", **spec: object) -> Record:
        wishes = creation.Wishes(name, command=("sh", "-c", script), spec=dict(spec))
        return creation.create(engine, image, wishes)

    return make


@pytest.fixture
def started(engine: Clocked, made: Start) -> Start:
    def begin(script: str, name: str = "", **spec: object) -> Record:
        return lifecycle.start(engine, made(script, name, **spec)) or pytest.fail("it is gone")

    return begin


def output(engine: Engine, record: Record) -> str:
    """What it wrote so far."""
    return b"".join(data for *_, data in engine.shelf.logs(record)).decode()


def run_in(engine: Engine, record: Record, script: str) -> tuple[int, str]:
    """(status, output) of a script run beside its first process."""
    written: list[bytes] = []
    console = Console(lambda _number, data: written.append(data))
    status = attending.execute(engine, engine.shelf.current(record), Command(("sh", "-c", script)), console)
    return status, b"".join(written).decode()


def test_a_sleeping_container_is_up_and_ends_at_its_very_time(engine: Clocked, started: Start) -> None:
    record = started("echo begun; sleep 10; echo done; exit 3")
    assert record.state.status == "running"
    assert output(engine, record) == "begun\n"
    engine.wait(9)
    assert engine.shelf.current(record).state.status == "running"
    engine.wait(5)
    state = engine.shelf.current(record).state
    assert (state.status, state.exit_code) == ("exited", 3)
    assert 9.9 < (state.finished - state.started) / _SECOND < 10.2
    assert output(engine, record) == "begun\ndone\n"


def test_what_a_loop_writes_is_written_once_however_often_somebody_looks(
    engine: Clocked, started: Start
) -> None:
    record = started("i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo $i; echo $i >> /log; sleep 2; done")
    for _ in range(4):
        engine.wait(3)
    assert output(engine, record) == "1\n2\n3\n4\n5\n"
    assert engine.shelf.current(record).state.status == "exited"


def test_commands_beside_it_see_and_change_its_files(engine: Clocked, started: Start) -> None:
    record = started("echo one > /f; sleep 5; cat /f /g; sleep 100")
    assert run_in(engine, record, "cat /f; echo two > /g; rm /f; echo three > /f") == (0, "one\n")
    engine.wait(6)
    assert output(engine, record) == "three\ntwo\n"
    assert run_in(engine, record, "cat /g")[1] == "two\n"


def test_a_signal_from_beside_reaches_a_handler(engine: Clocked, started: Start) -> None:
    record = started('trap "echo caught; exit 4" TERM; while true; do sleep 1; done')
    assert run_in(engine, record, "kill -TERM 1")[0] == 0
    engine.wait(1)  # the shell's own sleep ends first
    state = engine.shelf.current(record).state
    assert (state.status, state.exit_code, output(engine, record)) == ("exited", 4, "caught\n")


def test_the_first_process_is_not_killed_from_inside(engine: Clocked, started: Start) -> None:
    record = started("sleep 100")
    run_in(engine, record, "kill -9 1")
    assert engine.shelf.current(record).state.status == "running"
    lifecycle.kill(engine, engine.shelf.current(record), "KILL")
    assert engine.shelf.current(record).state.exit_code == 137


def test_stop_lets_it_end_by_itself_else_kills_it(engine: Clocked, started: Start) -> None:
    polite = started('trap "sleep 2; echo bye; exit 0" TERM; while true; do sleep 1; done')
    deaf = started("sleep 100")
    lifecycle.stop(engine, polite)
    lifecycle.stop(engine, deaf)
    assert engine.shelf.current(polite).state.exit_code == 0
    assert output(engine, polite) == "bye\n"
    assert engine.shelf.current(deaf).state.exit_code == 137


def test_files_stay_over_a_restart(engine: Clocked, started: Start) -> None:
    record = started("echo run >> /runs; cat /runs; sleep 100")
    run_in(engine, record, "echo beside >> /runs")
    lifecycle.restart(engine, engine.shelf.current(record), 0)
    assert output(engine, record) == "run\nrun\nbeside\nrun\n"


def test_a_paused_container_does_not_age(engine: Clocked, started: Start) -> None:
    record = lifecycle.pause(engine, started("sleep 10; echo done"))
    engine.wait(60)
    record = lifecycle.unpause(engine, engine.shelf.current(record))
    engine.wait(5)
    assert engine.shelf.current(record).state.status == "running"
    engine.wait(6)
    assert output(engine, record) == "done\n"


def test_restart_policies(engine: Clocked, started: Start) -> None:
    failing = started("echo again; exit 1", restart="on-failure", restart_limit=2)
    lasting = started("echo here; exit 0", restart="always")
    engine.wait(0.5)
    assert output(engine, failing) == "again\n" * 3
    assert engine.shelf.current(failing).state.status == "exited"
    assert output(engine, lasting).count("here") >= 2
    lifecycle.stop(engine, engine.shelf.current(lasting))
    engine.wait(60)
    assert engine.shelf.current(lasting).state.status == "exited"


def test_one_that_removes_itself_leaves_nothing(engine: Clocked, started: Start) -> None:
    record = started("sleep 3", auto_remove=True)
    engine.wait(4)
    assert engine.shelf.all() == []
    with pytest.raises(NoSuchContainerError):
        engine.shelf.current(record)


def test_an_unknown_program_is_a_service_that_stays_up(engine: Clocked) -> None:
    base = find_base("nginx", engine.store, "modelled", "linux/amd64")
    image = creation.Image(base.id, "nginx", base.config.config, base.partial)
    record = creation.create(engine, image, creation.Wishes())
    record = lifecycle.start(engine, record) or pytest.fail("it is gone")
    engine.wait(3600)
    record = engine.shelf.current(record)
    assert record.state.is_running
    assert record.state.fidelity != "exact"
    assert record.state.reasons
    lifecycle.stop(engine, record)
    assert engine.shelf.current(record).state.exit_code == 0


def test_what_can_not_start_stays_as_created(engine: Clocked, made: Start) -> None:
    record = made("true")
    wrong = replace(record.spec, argv=("nosuch",))
    engine.store.execute("UPDATE containers SET spec = ? WHERE id = ?", wrong.to_json(), record.id)
    with pytest.raises(StartError, match=r'"nosuch": executable file not found in \$PATH') as caught:
        lifecycle.start(engine, engine.shelf.current(record))
    assert caught.value.status == 127
    state = engine.shelf.current(record).state
    assert (state.status, state.exit_code) == ("created", 127)


def test_names_are_unique_and_of_the_right_form(engine: Clocked, made: Start) -> None:
    first = made("true", "web")
    with pytest.raises(ContainerError, match=f'"/web" is already in use by container "{first.id}"'):
        made("true", "web")
    for wrong in ("x", "a b", "-x", "a/b"):
        with pytest.raises(ContainerError, match="Invalid container name"):
            made("true", wrong)
    names = {made("true").name for _ in range(30)}
    assert len(names) == 30


def test_a_container_is_found_by_name_id_and_beginning(engine: Clocked, made: Start) -> None:
    record = made("true", "web")
    for word in ("web", "/web", record.id, record.id[:12], record.id[:4]):
        assert engine.shelf.find(word).id == record.id
    with pytest.raises(NoSuchContainerError):
        engine.shelf.find("we")


def test_a_running_container_is_only_removed_by_force(engine: Clocked, started: Start) -> None:
    record = started("sleep 100", "web")
    with pytest.raises(ContainerError, match="cannot remove a running container"):
        lifecycle.remove(engine, record)
    lifecycle.remove(engine, engine.shelf.current(record), force=True)
    assert engine.shelf.all() == []


def test_a_follower_that_was_killed_takes_its_container_along(engine: Clocked, started: Start) -> None:
    record = started("sleep 100")
    engine.shelf.update(record, replace(record.state, owner=999_999))
    after = lifecycle.bring_forward(engine, engine.shelf.current(record)) or pytest.fail("it is gone")
    assert (after.state.status, after.state.exit_code) == ("exited", 137)


def test_health_follows_the_containers_clock(engine: Clocked, made: Start) -> None:
    record = made("sleep 1000")
    check = Healthcheck(("CMD-SHELL", "test -e /ok || { echo no; exit 3; }"), 10 * _SECOND, retries=2)
    spec = replace(record.spec, config=record.spec.config._replace(healthcheck=check))
    engine.store.execute("UPDATE containers SET spec = ? WHERE id = ?", spec.to_json(), record.id)
    record = lifecycle.start(engine, engine.shelf.current(record)) or pytest.fail("it is gone")

    def status() -> tuple[str, int]:
        health = engine.shelf.current(record).state.health or {}
        return health["Status"], health["FailingStreak"]

    assert status() == ("starting", 0)
    engine.wait(11)
    assert status() == ("starting", 1)
    engine.wait(10)
    assert status() == ("unhealthy", 2)
    assert (engine.shelf.current(record).state.health or {})["Log"][-1]["Output"] == "no\n"
    run_in(engine, record, "touch /ok")
    engine.wait(900)
    assert status() == ("healthy", 0)


def test_a_paused_time_counts_for_what_is_due(engine: Clocked, started: Start) -> None:
    record = lifecycle.unpause(engine, lifecycle.pause(engine, started("sleep 5; echo x")))
    assert engine.shelf.due(engine.now()) == []
    assert engine.shelf.due(engine.now() + 6 * _SECOND) == [record.id]


def test_a_damaged_row_is_told_and_mended(engine: Clocked, made: Start) -> None:
    made("true", "sound")
    made("true", "broken")
    engine.store.execute("UPDATE containers SET state = '{' WHERE name = 'broken'")
    with pytest.raises(StoreError, match="container broken is damaged"):
        engine.shelf.all()
    assert engine.store.verify() == ["the state of container broken is damaged"]
    engine.store.verify(repair=True)
    assert [record.name for record in engine.shelf.all()] == ["sound"]
    assert engine.store.verify() == []


def test_containers_keep_their_files_and_images_over_a_prune(engine: Clocked, started: Start) -> None:
    record = started("echo x > /f; sleep 100")
    run_in(engine, record, "echo y > /g")
    engine.store.prune(all=True)
    assert run_in(engine, record, "cat /f /g") == (0, "x\ny\n")
    lifecycle.restart(engine, engine.shelf.current(record), 0)
    assert run_in(engine, record, "cat /g") == (0, "y\n")
