"""Builds that are measured: six workloads, each cold, fully cached and with one line changed.

A workload is a directory that is written once; `edit` changes the line. Run this file to measure minibuild
beside every builder that is installed, in one run:

    python benchmarks/workloads.py [--smoke] [--only W1] [--runs 3] [--json FILE]
"""

import argparse
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from minibuild.version import __version__

BEGIN, END = "<!-- workloads -->", "<!-- /workloads -->"
BASE = "busybox:latest"
STATES = ("cold", "cached", "edited")


@dataclass(frozen=True)
class Workload:
    """A context: `write` makes it in a directory, given a factor that makes it smaller; `edit` is (old line,
    new line).
    """

    name: str
    title: str
    write: Callable[[Path, float], None]
    edit: tuple[str, str]


def _dockerfile(directory: Path, lines: list[str]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "Dockerfile").write_text("\n".join(lines) + "\n")


def hello(directory: Path, _scale: float) -> None:
    """Ten instructions of every common kind."""
    _dockerfile(
        directory,
        [
            f"FROM {BASE}",
            "ARG VERSION=1",
            "ENV GREETING=hello",
            "LABEL org.example.version=$VERSION",
            "WORKDIR /app",
            "COPY app.sh .",
            'RUN echo "$GREETING" > greeting.txt',
            "EXPOSE 8080",
            "USER nobody",
            'CMD ["sh", "/app/app.sh"]',
        ],
    )
    (directory / "app.sh").write_text("cat /app/greeting.txt\n")


def many_files(directory: Path, scale: float) -> None:
    """10,000 files of 10 kB in 100 directories."""
    _dockerfile(directory, [f"FROM {BASE}", "COPY src /src", "LABEL edited=no"])
    content = random.Random(1)
    for number in range(int(10_000 * scale)):
        path = directory / "src" / f"d{number % 100}" / f"f{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.randbytes(10_000))


def large_file(directory: Path, scale: float) -> None:
    """One file of 1 GiB."""
    _dockerfile(directory, [f"FROM {BASE}", "COPY large /large", "LABEL edited=no"])
    content = random.Random(2)
    with (directory / "large").open("wb") as out:
        for _ in range(int(1024 * scale)):
            out.write(content.randbytes(1 << 20))


def many_instructions(directory: Path, scale: float) -> None:
    """100 instructions, a third of which change files."""
    lines = [f"FROM {BASE}"]
    for number in range(int(99 * scale)):
        kinds = (f"ENV V{number}={number}", f"COPY f{number % 10} /f{number}", f"LABEL l{number}=no")
        lines.append(kinds[number % 3])
    _dockerfile(directory, lines)
    for number in range(10):
        (directory / f"f{number}").write_text(f"{number}\n")


def many_stages(directory: Path, scale: float) -> None:
    """50 stages, each copying from two before it."""
    lines = [f"FROM {BASE} AS s0", "RUN echo 0 > /out0"]
    last = int(50 * scale) - 1
    for number in range(1, last + 1):
        lines += [
            f"FROM {BASE} AS s{number}",
            f"COPY --from=s{number - 1} /out{number - 1} /in/",
            f"COPY --from=s{number // 2} /out{number // 2} /in/",
            f"RUN cat /in/* > /out{number} && echo {number} >> /out{number}",
        ]
    _dockerfile(directory, [*lines, "LABEL edited=no"])


def many_runs(directory: Path, scale: float) -> None:
    """100 RUNs."""
    lines = [f"RUN echo {number} > /f{number} && cat /f* | wc -l" for number in range(int(100 * scale))]
    _dockerfile(directory, [f"FROM {BASE}", *lines, "LABEL edited=no"])


WORKLOADS = (
    Workload("W1", "hello, 10 instructions", hello, ("ENV GREETING=hello", "ENV GREETING=goodbye")),
    Workload("W2", "COPY of 10,000 files, 100 MB", many_files, ("COPY src /src", "COPY src /edited")),
    Workload("W3", "COPY of one 1 GiB file", large_file, ("COPY large /large", "COPY large /edited")),
    Workload("W4", "100 instructions", many_instructions, ("LABEL l5=no", "LABEL l5=yes")),
    Workload("W5", "graph of 50 stages", many_stages, ("LABEL edited=no", "LABEL edited=yes")),
    Workload("W6", "100 RUNs", many_runs, ("RUN echo 5 > /f5", "RUN echo five > /f5")),
)


@dataclass(frozen=True)
class Builder:
    """A builder's command for a context and an archive to write. What others have stored is theirs: there a
    cold build is one with `--no-cache`.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    environment: dict[str, str] = field(default_factory=dict)


def builders(store: Path) -> Iterator[Builder]:
    """minibuild with a store of its own, and every other builder that is installed and answers."""
    own = [sys.executable, "-m", "minibuild", "--root", str(store), "build", "-q"]
    yield Builder("minibuild", lambda context, out: [*own, "--output", f"type=oci,dest={out}", str(context)])
    if _answers("buildctl", "debug", "workers"):
        yield Builder("buildctl", _buildctl)
    if _answers("docker", "version"):
        docker = ["docker", "build", "-q"]
        yield Builder("docker", lambda context, _: [*docker, str(context)], {"DOCKER_BUILDKIT": "0"})
    if _answers("buildah", "info"):
        yield Builder("buildah", _buildah)


def _answers(*command: str) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _buildctl(context: Path, out: Path) -> list[str]:
    local = ["--local", f"context={context}", "--local", f"dockerfile={context}"]
    return ["buildctl", "build", "--frontend", "dockerfile.v0", *local, "--output", f"type=oci,dest={out}"]


def _buildah(context: Path, out: Path) -> list[str]:
    return ["buildah", "build", "--layers", "--tag", f"oci-archive:{out}", str(context)]


@dataclass(frozen=True)
class Measure:
    """Seconds from the start of the process to its end, the fastest of the runs, and its peak memory in
    MB.
    """

    seconds: float
    memory: float


def measure(command: list[str], environment: dict[str, str]) -> Measure:
    """Run a command once. Raise RuntimeError when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{told.decode(errors='replace')}")
    return Measure(seconds, usage.ru_maxrss / 1024)


def run(workload: Workload, builder: Builder, context: Path, store: Path, runs: int) -> dict[str, Measure]:
    """Measure one builder on one workload in its three states."""
    out = context.parent / "out.tar"
    command = builder.command(context, out)
    dockerfile = context / "Dockerfile"
    before = dockerfile.read_text()
    old, new = workload.edit
    assert old in before, workload.name
    found: dict[str, list[Measure]] = {state: [] for state in STATES}
    for number in range(runs):
        shutil.rmtree(store, ignore_errors=True)
        out.unlink(missing_ok=True)
        cold = [] if builder.name == "minibuild" else ["--no-cache"]
        found["cold"].append(measure([*command, *cold], builder.environment))
        found["cached"] += [measure(command, builder.environment) for _ in range(3)]
        dockerfile.write_text(before.replace(old, f"{new}{number}", 1))
        found["edited"].append(measure(command, builder.environment))
        dockerfile.write_text(before)
    return {state: min(measures, key=lambda one: one.seconds) for state, measures in found.items()}


def main() -> None:
    """Print a table: seconds, peak memory, and the ratio to the fastest other builder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="small contexts, one run: does everything work?")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure this workload (W1 … W6)")
    parser.add_argument("--runs", type=int, default=3, help="the fastest of so many runs counts")
    parser.add_argument("--json", metavar="FILE", help="keep the numbers")
    parser.add_argument("--readme", metavar="FILE", type=Path, help="put the table into this file")
    options = parser.parse_args()
    scale, runs = (0.1, 1) if options.smoke else (1.0, options.runs)
    # A child's peak is at least its parent's memory at the fork, so that is told, too.
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    results: dict[str, dict[str, dict[str, Measure]]] = {}
    with tempfile.TemporaryDirectory(prefix="minibuild-benchmark-") as top:
        store = Path(top) / "store"
        for workload in WORKLOADS:
            if options.only and workload.name not in options.only:
                continue
            context = Path(top) / workload.name / "context"
            workload.write(context, scale)
            rows = {one.name: run(workload, one, context, store, runs) for one in builders(store)}
            results[workload.name] = rows
            print_rows(workload, rows)
            shutil.rmtree(context.parent)
    if options.json:
        numbers = {
            name: {b: {s: [m.seconds, m.memory] for s, m in states.items()} for b, states in rows.items()}
            for name, rows in results.items()
        }
        Path(options.json).write_text(json.dumps(numbers, indent=1) + "\n")
    if options.readme:
        text = options.readme.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        options.readme.write_text(f"{before}{BEGIN}\n{table(results)}{END}{after}", encoding="utf-8")


def table(results: dict[str, dict[str, dict[str, Measure]]]) -> str:
    """The results in Markdown, with the machine and the versions."""
    lines = ["| workload | builder | cold | cached | one line changed | peak memory |", "|---" * 6 + "|"]
    titles = {workload.name: workload.title for workload in WORKLOADS}
    for name, rows in results.items():
        for builder, states in rows.items():
            cells = " | ".join(f"{states[state].seconds:.2f} s" for state in STATES)
            peak = max(one.memory for one in states.values())
            lines.append(f"| {name} {titles[name]} | {builder} | {cells} | {peak:.0f} MB |")
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
    versions = f"minibuild {__version__}, Python {platform.python_version()}"
    return "\n".join(lines) + f"\n\nWhole processes, the fastest of several runs; {machine}; {versions}.\n"


def print_rows(workload: Workload, rows: dict[str, dict[str, Measure]]) -> None:
    """One line a builder, and one with the ratios of minibuild to the fastest of the others."""
    print(f"{workload.name} {workload.title}")
    for name, states in rows.items():
        cells = "  ".join(f"{state} {states[state].seconds:7.3f} s" for state in STATES)
        print(f"  {name:10} {cells}  peak {max(one.memory for one in states.values()):.0f} MB")
    others = [states for name, states in rows.items() if name != "minibuild"]
    if others:
        own = rows["minibuild"]
        ratios = {s: own[s].seconds / min(states[s].seconds for states in others) for s in STATES}
        print("  ratio      " + "  ".join(f"{state} {ratios[state]:9.2f}" for state in STATES))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
