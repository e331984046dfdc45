"""Networks of many containers: what an address costs, however many are taken; starting, describing, reaching.

    python benchmarks/network.py [--smoke]

The first table shows the mean time for one address of a /16 while it fills up to 65,000, and, when all are
taken, for giving back and taking again addresses here and there. The second one is about 1,000 containers
on one network: `attach` and `start` for each, then the document of `network inspect`, a name, and a ping.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from minibuild.network.addresses import Addresses
from minibuild.network.creation import NetworkOptions
from minibuild.network.engine import Networks
from minibuild.network.records import ContainerEndpoints, Pool
from minibuild.report.inspection import render_documents
from minibuild.report.network_inspection import network_document
from minibuild.store import Store


def fill(store: Store, total: int, steps: int) -> None:
    """Take addresses one by one, each in a transaction of its own, as containers do."""
    addresses = Addresses(store, "benchmark", Pool("10.0.0.0/16"))
    with store.transaction():
        addresses.prepare()
    print(f"{'addresses taken':>16} {'us per address':>15}")
    for step in range(steps):
        start = time.perf_counter()
        for _ in range(total // steps):
            with store.transaction():
                addresses.take()
        spent = time.perf_counter() - start
        print(f"{(step + 1) * (total // steps):>16,} {spent / (total // steps) * 1e6:>15.0f}")
    shuffled = random.Random(1).sample(range(1, total - 1), min(total // 4, 4000))
    start = time.perf_counter()
    for number in shuffled:
        with store.transaction():
            addresses.give_back(f"10.0.{number >> 8}.{number & 255}")
    middle = time.perf_counter()
    for _ in shuffled:
        with store.transaction():
            addresses.take()
    end = time.perf_counter()
    count = len(shuffled)
    print(f"{'given back':>16} {(middle - start) / count * 1e6:>15.0f}")
    print(f"{'taken again':>16} {(end - middle) / count * 1e6:>15.0f}")


def crowd(store: Store, count: int) -> None:
    """Many containers on one network."""
    networks = Networks(store)
    networks.create(NetworkOptions("crowd"))
    start = time.perf_counter()
    for number in range(count):
        container = f"{number:064x}"
        networks.attach(ContainerEndpoints(container, f"c{number}", "crowd"))
        networks.start(container)
    spent = time.perf_counter() - start
    print(f"{count} containers on one network: {spent / count * 1000:.2f} ms each")
    network = networks.find("crowd")
    start = time.perf_counter()
    text = render_documents([network_document(network, networks.members(network))], "")
    print(f"network inspect: {(time.perf_counter() - start) * 1000:.0f} ms, {len(text) >> 10} KiB")
    namespace = networks.namespace("0" * 64)
    start = time.perf_counter()
    found = namespace.resolve(f"c{count - 1}")
    print(f"a name: {(time.perf_counter() - start) * 1000:.0f} ms")
    start = time.perf_counter()
    assert namespace.reach(found[0]).reachable
    print(f"a ping: {(time.perf_counter() - start) * 1000:.0f} ms")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="few: only shows that everything works")
    smoke = parser.parse_args().smoke
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch, "store")) as store:
        fill(store, 2_000 if smoke else 65_000, 5 if smoke else 13)
        crowd(store, 100 if smoke else 1_000)


if __name__ == "__main__":
    main()
