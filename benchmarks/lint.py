"""Whole-process times of `minibuild lint` over a directory of Dockerfiles, beside hadolint's where it is
installed.

    python benchmarks/lint.py [DIRECTORY] [--runs N] [--smoke] [--rate FILES_PER_SECOND]

Each figure is the median over N runs on the same files. hadolint has no cache and works with one processor.
Where it is not installed, `--rate` gives a speed that was recorded elsewhere to compare with. The states are:
all rules on nothing known before (with as many processes as processors, and with one), the same without
ShellCheck, a second run that finds every result kept, and a single file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
MINIBUILD = [sys.executable, "-m", "minibuild", "lint", "--format", "json", "--no-fail"]
GOALS = {"all rules": 0.6, "without ShellCheck": 0.15, "kept results": 0.03}


def seconds(words: Sequence[str], root: Path) -> float:
    """The wall-clock time of one run of a command, which must succeed."""
    environment = {**os.environ, "MINIBUILD_ROOT": str(root)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def measured(files: Sequence[str], runs: int, root: Path) -> dict[str, float]:
    """The median time of each state."""
    lint = [*MINIBUILD, "--config", os.devnull]
    commands = {
        "all rules": [*lint, "--no-cache", *files],
        "all rules, one process": [*lint, "--no-cache", "--jobs", "1", *files],
        "without ShellCheck": [*lint, "--no-cache", "--no-shellcheck", "--jobs", "1", *files],
        "kept results": [*lint, *files],
        "one file": [*lint, "--no-cache", files[0]],
    }
    seconds(commands["kept results"], root)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(seconds(command, root))
    return {name: statistics.median(values) for name, values in times.items()}


def reference(files: Sequence[str], runs: int, rate: float, root: Path) -> tuple[str, float]:
    """(what the times are compared with, its time)."""
    program = shutil.which("hadolint")
    if program is None:
        return f"{rate} files a second, recorded elsewhere (hadolint is not installed)", len(files) / rate
    command = [program, "--no-fail", "--format", "json", "--config", os.devnull, *files]
    return program, statistics.median(seconds(command, root) for _ in range(runs))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("directory", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="one run over a few files: does it work?")
    parser.add_argument("--rate", type=float, default=13.5, help="files a second, if it is not installed")
    given = parser.parse_args()
    files = sorted(str(path) for path in given.directory.rglob("*Dockerfile*") if path.is_file())
    runs = 1 if given.smoke else given.runs
    if given.smoke:
        files = files[:3]
    if not files:
        sys.exit(f"no Dockerfile below {given.directory}")
    with tempfile.TemporaryDirectory(prefix="minibuild-bench-") as root:
        peer, peer_time = reference(files, runs, given.rate, Path(root))
        times = measured(files, runs, Path(root))
    print(f"{len(files)} files; ratios to {peer}: {peer_time:.2f} s")
    for name, value in times.items():
        rate = (1 if name == "one file" else len(files)) / value
        ratio = "" if name == "one file" else f"  {value / peer_time:6.3f} x"
        goal = f"  (goal {GOALS[name]} x)" if name in GOALS else ""
        print(f"{name:<24} {value * 1000:8.0f} ms  {rate:8.1f} files/s{ratio}{goal}")


if __name__ == "__main__":
    main()
