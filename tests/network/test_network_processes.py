"""Many processes on the networks of one store: nothing is given twice, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from minibuild.network.engine import Networks
from minibuild.store import Store

PROGRAM = """
import os, random, sys, time
from pathlib import Path
from minibuild.network.engine import Networks
from minibuild.network.records import ContainerEndpoints
from minibuild.store import Store

root, seconds = Path(sys.argv[1]), float(sys.argv[2])
with Store.open(root) as store:
    networks = Networks(store)
    mine, until, count = [], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        if mine and random.random() < 0.45:
            networks.forget(mine.pop(random.randrange(len(mine))))
            continue
        container = os.urandom(32).hex()
        ports = {"80/tcp": [["", ""]]}
        networks.attach(ContainerEndpoints(container, "c" + container[:12], ports=ports))
        networks.start(container)
        mine.append(container)
        count += 1
    print(count, *mine)
"""


def crowd(root, seconds):
    """Eight processes that start and remove containers; the containers that are left."""
    words = [sys.executable, "-c", PROGRAM, str(root), str(seconds)]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    left, made = [], 0
    for process in running:
        out, _ = process.communicate(timeout=seconds + 60)
        assert process.returncode == 0
        count, *mine = out.split()
        made += int(count)
        left += mine
    return left, made


@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_eight_processes(tmp_path, seconds):
    root = tmp_path / "store"
    left, made = crowd(root, seconds)
    assert made > 8
    with Store.open(root) as store:
        networks = Networks(store)
        ends = networks.shelf.all_active()
        assert sorted(end.container for end in ends) == sorted(left)
        for name in ("address", "mac", "veth", "number", "id"):
            times = Counter(getattr(end, name) for end in ends)
            assert max(times.values(), default=1) == 1
        ports = [port.port for port in networks.ports.all()]
        assert len(ports) == len(set(ports)) == len(left)
        for container in left:
            networks.forget(container)
        free = store.execute("SELECT first, last FROM network_free WHERE family = 4").fetchall()
        assert free == [(2, 65534)]
        assert store.verify() == []
    assert os.listdir(root)
