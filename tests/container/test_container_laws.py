"""Laws of containers: how often somebody looks changes nothing; a killed command leaves a sound store."""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minibuild.build.bases import find_base
from minibuild.container import creation, lifecycle
from minibuild.container.engine import Engine
from minibuild.container.files import file_system
from minibuild.store import Store
from minibuild.volume.binding import parse_volume

_SECOND = 1_000_000_000
_STEPS = (
    "sleep 1",
    "sleep 3",
    "echo said",
    "echo wrong >&2",
    "echo line >> /log",
    "echo line >> /data/log",
    "wc -l < /data/log",
    "cat /data/log | head -n 1",
    "mkdir -p /data/dir && mv /data/log /data/dir/log && mv /data/dir/log /data/log",
    "cp /data/log /copy; rm -f /log",
    "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; echo $i >> /data/n; sleep 1; done",
    "(sleep 2; echo beside >> /data/late) &",
    "date +%s > /data/when",
    "echo $RANDOM >> /random",
)


class _Clocked(Engine):
    time = 1_700_000_000 * _SECOND

    def now(self) -> int:
        return self.time


def _played(steps: list[str], looks: list[int]) -> tuple[object, ...]:
    """What a container of these steps has done after an hour, when somebody looks after so many seconds."""
    with tempfile.TemporaryDirectory() as directory, Store.open(Path(directory) / "s") as store:
        engine = _Clocked(store)
        base = find_base("busybox", store, "modelled", "linux/amd64")
        image = creation.Image(base.id, "busybox", base.config.config)
        script = "touch /data/log\n" + "\n".join(steps)
        wishes = creation.Wishes("box", command=("sh", "-c", script), mounts=(parse_volume("vol:/data"),))
        record = creation.create(engine, image, wishes)
        store.execute("UPDATE containers SET id = ?", "a" * 64)  # randomness follows from the ID
        lifecycle.start(engine, engine.shelf.find("box"))
        for look in [*looks, 3600]:
            engine.time += look * _SECOND
            lifecycle.bring_all_forward(engine)
        record = engine.shelf.find("box")
        logs = [(stream, data) for _, _, stream, data in engine.shelf.logs(record)]
        files = {
            entry.path: entry.read() for entry in file_system(engine, record).walk() if entry.kind == "file"
        }
        volume = Path(engine.volumes.path("vol"))
        kept = {
            str(path.relative_to(volume)): path.read_bytes() for path in volume.rglob("*") if path.is_file()
        }
        state = record.state
        return state.status, state.exit_code, state.finished - state.started, logs, files, kept


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(_STEPS), max_size=7), st.lists(st.integers(1, 4), max_size=6))
def test_looking_changes_nothing(steps: list[str], looks: list[int]) -> None:
    assert _played(steps, looks) == _played(steps, [])


def test_a_killed_command_leaves_a_sound_store(tmp_path: Path) -> None:
    chance, root = random.Random(1), tmp_path / "store"
    with Store.open(root) as store:
        find_base("busybox", store, "modelled", "linux/amd64")
    script = "for i in 1 2 3; do echo $i >> /d/f; echo $i > /g$i; sleep 0.05; done"
    for words in (("run", "--rm"), ("run", "-d")) * 6:
        command = [
            sys.executable,
            "-m",
            "minibuild",
            "--root",
            str(root),
            *words,
            "-v",
            "data:/d",
            "-v",
            "/x",
        ]
        process = subprocess.Popen(
            [*command, "busybox", "sh", "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.1 + chance.random() * 0.3)
        process.kill()
        process.wait()
    with Store.open(root) as store:
        engine = Engine(store)
        lifecycle.bring_all_forward(engine)
        assert store.verify() == []
        for record in engine.shelf.all():
            assert record.spec.auto_remove is False or not record.state.is_running
            lifecycle.remove(engine, record, force=True, volumes=True)
        assert [volume.name for volume in engine.volumes.all()] in ([], ["data"])
        assert engine.volumes.held() == {}
