"""Memory follows neither the size of a file nor that of an image."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from assault import MIB, measure

pytestmark = pytest.mark.skipif(os.name != "posix", reason="measures memory as Linux tells it")

# What the program itself takes, and the buffers of a compression that works ahead.
BOUND = 90 * MIB


@pytest.fixture
def roomy(tmp_path: Path) -> Iterator[Path]:
    """A directory that does not outlive the test: what it holds is large."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("size", [160, pytest.param(1024, marks=pytest.mark.slow)], ids="{} MiB".format)
@pytest.mark.parametrize("compression", ["gzip", "zstd", "uncompressed"])
def test_a_large_file(
    context: Callable[..., Path], root: Path, roomy: Path, size: int, compression: str
) -> None:
    """COPY, RUN over it, export, save, load: the same bound for 160 MiB as for 1 GiB."""
    directory = context("FROM busybox\nCOPY large /large\nRUN sha256sum /large > /sum && cp /large /copy\n")
    block = random.Random(size).randbytes(MIB // 2) + bytes(MIB // 2)
    with open(directory / "large", "wb") as file:
        file.writelines(block[number:] + block[:number] for number in range(size))
    image = roomy / "image.tar"
    output = f"type=oci,dest={image},compression={compression}"
    commands = [
        ["build", "-t", "app", "-o", output, directory],
        ["build", "-t", "app", "-o", output, directory],
        ["build", "-t", "app", "-o", f"type=tar,dest={roomy}/files.tar", directory],
        ["build", "-t", "app", "-o", roomy / "files", directory],
        ["save", "-o", roomy / "saved.tar", "app"],
        ["images"],
        ["system", "verify"],
        ["system", "prune", "-f"],
    ]
    for words in commands:
        shown = measure(*words, root=root, peak_file=roomy / "peak", timeout=280)
        assert shown.status == 0, shown
        assert shown.peak < BOUND, (words, shown.peak // MIB)
    other = roomy / "other"
    for words in (["load", "-i", image], ["system", "verify"]):
        shown = measure(*words, root=other, peak_file=roomy / "peak", timeout=280)
        assert shown.status == 0, shown
        assert shown.peak < BOUND, (words, shown.peak // MIB)
    (roomy / "next").mkdir()
    (roomy / "next" / "Dockerfile").write_text("FROM app\nRUN rm /copy\nCOPY --from=app /large /again\n")
    shown = measure("build", roomy / "next", root=other, peak_file=roomy / "peak", timeout=280)
    assert shown.status == 0, shown
    assert shown.peak < BOUND, shown.peak // MIB
