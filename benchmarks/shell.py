"""The simulated shell and its programs beside the real busybox, in the same run.

    python benchmarks/shell.py [--megabytes 50] [--runs 3] [--smoke]

minibuild runs in this process, as it does inside a build: its figure is the time of one `run_script`,
modules loaded. busybox runs the same script as a process of its own on a file of the host. Without busybox
there are no ratios.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from minibuild import container
from minibuild.container.script import busybox as base_files

LOOP = "i=0; while [ $i -lt COUNT ]; do i=$((i+1)); done; echo $i"
SCRIPTS = {
    "start of the shell, echo": "echo hello",
    "counting loop": LOOP,
    "sort": "sort data > out",
    "grep": "grep -c 'a[bc]*d' data",
    "sed": "sed 's/ab/AB/g' data > out",
    "awk": "awk '{ n += length($2) } END { print n }' data",
    "sha256sum": "sha256sum data",
    "tar": "tar cf out data",
    "gzip": "gzip -c data > out",
    "gunzip": "gunzip -c data.gz > /dev/null",
}


def simulated(script: str, data: bytes, packed: bytes) -> float:
    """Seconds that the script takes in a simulated container."""
    filesystem = base_files()
    filesystem.write_file("/work/data", data)
    filesystem.write_file("/work/data.gz", packed)
    start = time.perf_counter()
    result = container.run_script(script, filesystem=filesystem, cwd="/work")
    seconds = time.perf_counter() - start
    if result.exit_code:
        raise SystemExit(f"{script}: {result.stderr.decode()}")
    return seconds


def real(shell: str, script: str, directory: str) -> float:
    """Seconds that the script takes in busybox."""
    start = time.perf_counter()
    subprocess.run([shell, "sh", "-c", script], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def text(megabytes: float) -> bytes:
    """Lines of random words, the same each time."""
    source = random.Random(1)
    words = ["".join(source.choices("abcdefgh", k=source.randint(2, 9))) for _ in range(5000)]
    line = [" ".join(source.choices(words, k=6)) for _ in range(20_000)]
    block = ("\n".join(line) + "\n").encode()
    return (block * (int(megabytes * 1_000_000 / len(block)) + 1))[: int(megabytes * 1_000_000)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="little data, one run: it all works")
    options = parser.parse_args()
    megabytes, runs = (0.5, 1) if options.smoke else (options.megabytes, options.runs)
    count = "1000" if options.smoke else "100000"
    shell = shutil.which("busybox")
    data = text(megabytes)
    print(f"{megabytes:g} MB of text" + ("" if shell else "; busybox is not installed: no ratios"))
    print(f"{'script':26}{'minibuild':>12}{'busybox':>12}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "data").write_bytes(data)
        packed = subprocess.run(["gzip", "-c", "data"], cwd=directory, check=True, capture_output=True).stdout
        Path(directory, "data.gz").write_bytes(packed)
        simulated("echo", b"", b"")
        for name, script in SCRIPTS.items():
            script = script.replace("COUNT", count)
            ours = min(simulated(script, data, packed) for _ in range(runs))
            row = f"{name:26}{ours * 1000:>9.1f} ms"
            if shell:
                theirs = min(real(shell, script, directory) for _ in range(runs))
                row += f"{theirs * 1000:>9.1f} ms{ours / theirs:>8.1f}"
            print(row)


if __name__ == "__main__":
    main()
