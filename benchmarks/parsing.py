"""The parser: files per second in one process, against dockerfile-parse; cost by file size; a kept tree.

    python benchmarks/parsing.py [DIRECTORY] [--runs N] [--smoke]

Every file named Dockerfile, *.Dockerfile or Dockerfile.* below DIRECTORY (default: samples/) is parsed; a
figure is the best of N rounds over all of them. The peer, `pip install dockerfile-parse`, is measured in the
same run when it is installed, twice: for the facts that a parsed tree holds (instructions, variables, labels,
base images), and for `structure` alone, which only joins lines and splits off keywords.
"""

from __future__ import annotations

import argparse
import logging
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.dockerfile import DockerfileError, dump, format_dockerfile, load, parse

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PEER = {
    "all facts": ("structure", "envs", "labels", "parent_images", "cmd"),
    "structure": ("structure",),
}
INSTRUCTIONS = """RUN apt-get update && \\
    apt-get install -y --no-install-recommends curl git && \\
    rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/bin:$PATH LANG="C.UTF-8"
COPY --from=build --chown=1000:1000 /src/app /src/lib /app/
RUN <<EOF
echo hello > /greeting
EOF
CMD ["python", "-m", "app"]
"""


def texts(directory: Path) -> list[str]:
    """The Dockerfiles below the directory."""
    names = ("Dockerfile", "*.Dockerfile", "Dockerfile.*")
    files = sorted({file for name in names for file in directory.rglob(name) if file.is_file()})
    return [file.read_bytes().decode("utf-8", "surrogateescape") for file in files]


def best(action: Callable[[], object], runs: int) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def accepts(text: str) -> bool:
    """Whether the file can be parsed: only such files are measured."""
    try:
        parse(text, dialect="docker")
    except DockerfileError:
        return False
    return True


def ask_peer(found: list[str], facts: tuple[str, ...]) -> None:
    """Have dockerfile-parse read the facts of every file."""
    from dockerfile_parse import DockerfileParser

    for text in found:
        parser = DockerfileParser(fileobj=BytesIO(text.encode("utf-8", "surrogateescape")))
        for fact in facts:
            # What it can't read costs it nothing.
            with suppress(Exception):
                getattr(parser, fact)


def compare(found: list[str], runs: int) -> None:
    """Files per second, minibuild's and the peer's."""
    print(f"{len(found)} files, {sum(map(len, found)) / 1000:.0f} kB")
    own = best(lambda: [parse(text, dialect="docker") for text in found], runs)
    show("minibuild parse", own, len(found))
    show("minibuild fmt", best(lambda: [format_dockerfile(text) for text in found], runs), len(found))
    logging.disable()
    for name, facts in PEER.items():
        try:
            peer = best(lambda facts=facts: ask_peer(found, facts), runs)
        except ModuleNotFoundError:
            print("dockerfile-parse is not installed: no ratio")
            return
        show(f"dockerfile-parse, {name}", peer, len(found))
        print(f"  minibuild parses {peer / own:.2f} times as many files per second")


def show(name: str, seconds: float, files: int) -> None:
    """One line of the comparison."""
    print(f"{name:32}{seconds * 1000:9.1f} ms{files / seconds:9.0f} files/s")


def curve(largest: int, runs: int) -> None:
    """The cost of parsing one file, by its size."""
    print(f"\n{'size':>8}{'parse':>12}{'ns/byte':>10}{'kept tree':>12}")
    size = 1000
    while size <= largest:
        text = "FROM a\n" + INSTRUCTIONS * max(size // len(INSTRUCTIONS), 1)
        cost = best(lambda text=text: parse(text), runs)
        kept = dump(parse(text))
        loading = best(lambda kept=kept: load(kept), runs)
        per_byte = cost * 1e9 / len(text)
        print(f"{len(text) // 1000:5} kB{cost * 1000:9.2f} ms{per_byte:10.0f}{loading * 1000:9.2f} ms")
        size *= 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--smoke", action="store_true", help="one run, small sizes: only shows that it works")
    options = parser.parse_args()
    runs = 1 if options.smoke else options.runs
    found = [text for text in texts(options.directory) if accepts(text)]
    if not found:
        parser.error(f"there is no Dockerfile below {options.directory}")
    compare(found, runs)
    curve(20_000 if options.smoke else 1_100_000, runs)


if __name__ == "__main__":
    main()
