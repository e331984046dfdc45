"""Eight processes that create, start and remove containers in one store: nothing twice, nothing left."""

import subprocess
import sys
from pathlib import Path

import pytest

from minibuild.build.bases import find_base
from minibuild.container.engine import Engine
from minibuild.container.lifecycle import bring_all_forward
from minibuild.container.network import ContainerNetwork
from minibuild.network.engine import Networks
from minibuild.store import Store

_WORKERS = 8
_SCRIPT = """
import random, sys, time
from pathlib import Path
from minibuild.build.bases import find_base
from minibuild.container import creation, lifecycle
from minibuild.container.attending import Command, Console, execute
from minibuild.container.engine import Engine
from minibuild.container.network import ContainerNetwork
from minibuild.network.engine import Networks
from minibuild.store import Store
from minibuild.volume.binding import parse_volume

root, seconds, seed = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
chance, end, done, mine = random.Random(seed), time.monotonic() + seconds, 0, []
with Store.open(root) as store:
    engine = Engine(store, "", ContainerNetwork(Networks(store)))
    base = find_base("busybox", store, "modelled", "linux/amd64")
    image = creation.Image(base.id, "busybox", base.config.config)
    while time.monotonic() < end:
        mounts = (parse_volume("/anonymous"), parse_volume("shared:/s"))
        record = creation.create(engine, image, creation.Wishes(command=("sleep", "600"), mounts=mounts))
        lifecycle.start(engine, record)
        mine.append(record.id)
        execute(engine, engine.shelf.find(record.id), Command(("sh", "-c", "echo x >> /s/log; echo y > /f")),
                Console(lambda number, data: None))
        lifecycle.bring_all_forward(engine)
        while len(mine) > chance.randrange(4):
            gone = engine.shelf.find(mine.pop(0))
            lifecycle.remove(engine, gone, force=True, volumes=True)
        done += 1
print(done)
"""


def _work(root: Path, seconds: float) -> int:
    """How many containers eight processes made in that time."""
    with Store.open(root) as store:
        find_base("busybox", store, "modelled", "linux/amd64")
    commands = [[sys.executable, "-c", _SCRIPT, str(root), str(seconds), str(n)] for n in range(_WORKERS)]
    running = [subprocess.Popen(one, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for one in commands]
    total = 0
    for process in running:
        out, err = process.communicate(timeout=seconds * 4 + 60)
        assert process.returncode == 0, err.decode()
        total += int(out)
    return total


def _check(root: Path, made: int) -> None:
    with Store.open(root) as store:
        networks = Networks(store)
        engine = Engine(store, "", ContainerNetwork(networks))
        bring_all_forward(engine)
        left = engine.shelf.all()
        names = [record.name for record in left]
        assert len(set(names)) == len(names)
        ends = [end for _, end in networks.endpoints(left[0].id).networks] if left else []
        everywhere = [endpoint for endpoint, _ in networks.members(networks.find("bridge"))]
        assert {end.container for end in everywhere} == {record.id for record in left}
        for value in ("address", "mac", "veth"):
            found = [getattr(one, value) for one in everywhere]
            assert len(set(found)) == len(found)
        assert len(ends) <= 1
        anonymous = [volume for volume in engine.volumes.all() if volume.anonymous]
        assert len(anonymous) == len(left)
        assert (Path(engine.volumes.path("shared")) / "log").read_text() == "x\n" * made
        assert store.verify() == []


def test_nothing_is_twice_and_nothing_leaks(tmp_path: Path) -> None:
    made = _work(tmp_path / "store", 3)
    assert made > _WORKERS
    _check(tmp_path / "store", made)


@pytest.mark.slow
def test_nothing_is_twice_and_nothing_leaks_in_a_minute(tmp_path: Path) -> None:
    _check(tmp_path / "store", _work(tmp_path / "store", 60))
