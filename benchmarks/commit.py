"""The cost of a step that adds one file of one byte, by the number of files in the image it stands on.

    python benchmarks/commit.py [--smoke]

Each base is made once, from a context of that many files. The step is then built five times without cache in
a process of its own, which has to load what it needs of the base first. The figures are the step's own time,
as the build tells it: creating the container, copying the file, comparing, writing the layer.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (300, 3_000, 30_000, 100_000)
RUNS = 5


def minibuild(store: Path, *words: str) -> str:
    """What a command on the store prints; it must succeed."""
    command = [sys.executable, "-m", "minibuild", "--root", str(store), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_base(scratch: Path, store: Path, files: int) -> None:
    """An image `base:FILES` with that many small files, a hundred in a directory."""
    context = scratch / f"base{files}"
    for number in range(files):
        directory = context / "tree" / str(number // 100)
        if number % 100 == 0:
            directory.mkdir(parents=True)
        (directory / str(number % 100)).write_bytes(b"%d" % number)
    (context / "Dockerfile").write_text("FROM scratch\nCOPY tree /tree\n")
    minibuild(store, "build", "-q", "-t", f"base:{files}", str(context))


def step_seconds(scratch: Path, store: Path, files: int) -> float:
    """The time of the step that adds the file."""
    context = scratch / "one"
    context.mkdir(exist_ok=True)
    (context / "byte").write_bytes(b"x")
    (context / "Dockerfile").write_text(f"FROM base:{files}\nCOPY byte /byte\n")
    shown = minibuild(store, "build", "--no-cache", "--progress", "json", str(context))
    events = [json.loads(line) for line in shown.splitlines()]
    committed = [event for event in events if event["event"] == "step_committed"]
    return next(event["seconds"] for event in committed if event["step"] == 2)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="small bases only: shows that everything works")
    sizes = SIZES[:2] if parser.parse_args().smoke else SIZES
    print(f"{'files in the base':>18}{'median':>12}{'min':>12}")
    with tempfile.TemporaryDirectory() as name:
        scratch, store = Path(name), Path(name, "store")
        for files in sizes:
            make_base(scratch, store, files)
            times = [step_seconds(scratch, store, files) * 1000 for _ in range(RUNS)]
            print(f"{files:>18,}{statistics.median(times):>9.1f} ms{min(times):>9.1f} ms")


if __name__ == "__main__":
    main()
