"""Containers: what it takes to make, start, enter, list and remove many, and to run one.

    python benchmarks/containers.py [--smoke]

Times are those of this process, but for the last three rows: they are whole commands, each in a process of
its own, in a store with all the containers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.build.bases import find_base
from minibuild.container import creation, lifecycle
from minibuild.container.attending import Command, Console, execute
from minibuild.container.engine import Engine
from minibuild.container.network import ContainerNetwork
from minibuild.network.engine import Networks
from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def timed(what: str, count: int) -> Iterator[None]:
    """Print how long the block took, and for each of `count` things."""
    start = time.perf_counter()
    yield
    spent = time.perf_counter() - start
    print(f"{what:<34} {spent:>8.2f} s {spent / count * 1000:>10.2f} ms each")


def crowd(root: Path, count: int) -> None:
    """Many containers, in this process."""
    with Store.open(root) as store:
        engine = Engine(store, "", ContainerNetwork(Networks(store)))
        base = find_base("busybox", store, "modelled", "linux/amd64")
        image = creation.Image(base.id, "busybox", base.config.config)
        wishes = creation.Wishes(command=("sleep", "100000"))
        with timed(f"create {count}", count):
            records = [creation.create(engine, image, wishes) for _ in range(count)]
        with timed(f"start {count}", count):
            for record in records:
                lifecycle.start(engine, record)
        few = records[: max(1, count // 10)]
        console = Console(lambda _number, _data: None)
        with timed(f"exec in {len(few)}", len(few)):
            for record in few:
                execute(engine, engine.shelf.current(record), Command(("sh", "-c", "echo x > /f")), console)
        with timed(f"rm -f {len(few)}", len(few)):
            for record in few:
                lifecycle.remove(engine, engine.shelf.current(record), force=True)


def commands(root: Path) -> None:
    """Whole commands; the best of five, so that modules are compiled and files are in memory."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for words in (("run", "--rm", "busybox", "true"), ("ps",), ("ps", "-a", "--format", "{{.Names}}")):
        best = 1e9
        for _ in range(5):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "minibuild", "--root", str(root), *words],
                check=True,
                stdout=subprocess.DEVNULL,
                env=environment,
            )
            best = min(best, time.perf_counter() - start)
        print(f"{'minibuild ' + ' '.join(words):<44} {best * 1000:>10.0f} ms")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true", help="a few containers: shows that everything works")
    count = 20 if parser.parse_args().smoke else 1000
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "store"
        crowd(root, count)
        commands(root)


if __name__ == "__main__":
    main()
