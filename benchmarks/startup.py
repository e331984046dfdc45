"""Whole-process times of the commands that people type most: start-up, a cached build, a cold build.

    python benchmarks/startup.py [--runs N] [--smoke]

Each figure is the median over N runs, with a bare `python -c pass` of the same run as the peer: the ratio
says what minibuild adds to the interpreter's own start. The Dockerfile has ten instructions.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEN = """FROM busybox:1.36
ARG WHO=world
ENV GREETING=hello
LABEL a=b
WORKDIR /work
COPY file.txt ./
RUN echo "$GREETING $WHO" > greeting
RUN wc -c file.txt > size && cat greeting size
EXPOSE 80
CMD ["cat", "greeting"]
"""


def seconds(words: list[str]) -> float:
    """The wall-clock time of one run of a command, which must succeed."""
    start = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--smoke", action="store_true", help="two runs: only shows that everything works")
    options = parser.parse_args()
    runs = 2 if options.smoke else options.runs
    with tempfile.TemporaryDirectory() as scratch:
        context = Path(scratch, "context")
        context.mkdir()
        (context / "Dockerfile").write_text(TEN)
        (context / "file.txt").write_text("some text\n")
        tool = [sys.executable, "-m", "minibuild", "--root"]
        cached, plain = str(Path(scratch, "cached")), ["build", "--progress", "plain", str(context)]
        seconds([*tool, cached, *plain])
        rows: dict[str, list[float]] = {}
        for number in range(runs):
            cold = str(Path(scratch, f"cold{number}"))
            for name, words in {
                "python -c pass": [sys.executable, "-c", "pass"],
                "minibuild --version": [sys.executable, "-m", "minibuild", "--version"],
                "build, fully cached": [*tool, cached, *plain],
                "build, cold": [*tool, cold, *plain],
            }.items():
                rows.setdefault(name, []).append(seconds(words))
            shutil.rmtree(cold)
    bare = statistics.median(rows["python -c pass"])
    print(f"{'command':24}{'median':>10}{'min':>10}{'ratio':>8}")
    for name, times in rows.items():
        median = statistics.median(times)
        print(f"{name:24}{median * 1000:7.0f} ms{min(times) * 1000:7.0f} ms{median / bare:8.1f}")


if __name__ == "__main__":
    main()
