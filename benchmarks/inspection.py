"""How long the commands take that look into images, each in a process of its own.

    python benchmarks/inspection.py [--smoke]

`history` and `layers` read an image of 60 layers; `diff` compares two images of 30,000 files that share all
layers but the last; `explore` ends when its screen is painted.
`python -c pass` is the part that belongs to Python itself.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LAYERS, FILES, RUNS = 60, 30_000, 11
SMOKE = (6, 300, 3)
# The explorer without a terminal, which ends as soon as it is ready.
EXPLORE = """
import sys
from pathlib import Path
from minibuild.report.explorer.app import ExplorerApp
from minibuild.report.explorer.view import Explorer
from minibuild.report.layers.subject import open_subject
from minibuild.store import Store

class Opened(ExplorerApp):
    def on_ready(self):
        self.exit()

with Store.open(Path(sys.argv[1])) as store, open_subject(store, sys.argv[2]) as subject:
    Opened(Explorer(subject)).run(headless=True, size=(140, 40))
"""


def command(store: Path, *words: str) -> list[str]:
    """`minibuild WORDS` on the store."""
    return [sys.executable, "-m", "minibuild", "--root", str(store), *words]


def make_images(scratch: Path, store: Path, layers: int, files: int) -> None:
    """`tall` with that many layers; `wide` with that many files, and `wider`, which adds a layer to it."""
    tall = "FROM scratch\n" + "".join(f"COPY text /{number}\n" for number in range(layers))
    one = scratch / "tall"
    one.mkdir()
    (one / "text").write_text("text\n")
    (one / "Dockerfile").write_text(tall)
    other = scratch / "wide"
    for number in range(files):
        directory = other / "tree" / str(number // 100)
        if number % 100 == 0:
            directory.mkdir(parents=True)
        (directory / str(number % 100)).write_bytes(b"%d" % number)
    (other / "Dockerfile").write_text("FROM scratch\nCOPY tree /tree\n")
    more = scratch / "wider"
    more.mkdir()
    (more / "text").write_text("text\n")
    (more / "Dockerfile").write_text("FROM wide\nCOPY text /tree/0/0\nCOPY text /new\n")
    for context in (one, other, more):
        built = command(store, "build", "-q", "-t", context.name, str(context))
        subprocess.run(built, check=True, capture_output=True)


def milliseconds(words: list[str], runs: int) -> list[float]:
    """How long a process takes; the first run only makes what later ones find."""
    found = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(words, check=False, capture_output=True)
        found.append((time.perf_counter() - start) * 1000)
    return found[1:]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="small images only: shows that everything works")
    layers, files, runs = SMOKE if parser.parse_args().smoke else (LAYERS, FILES, RUNS)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        store = scratch / "store"
        make_images(scratch, store, layers, files)
        rows = {
            "python -c pass": [sys.executable, "-c", "pass"],
            f"history, {layers} layers": command(store, "history", "tall"),
            f"layers, {layers} layers": command(store, "layers", "tall"),
            f"diff, {files:,} files": command(store, "diff", "wide", "wider"),
            f"layers, {files:,} files": command(store, "layers", "wider"),
            f"efficiency, {files:,} files": command(store, "efficiency", "wider"),
            f"explore, {files:,} files": [sys.executable, "-c", EXPLORE, str(store), "wide"],
        }
        print(f"{'':32}{'median':>12}{'min':>12}")
        for title, words in rows.items():
            times = milliseconds(words, runs)
            print(f"{title:32}{statistics.median(times):>9.0f} ms{min(times):>9.0f} ms")


if __name__ == "__main__":
    main()
