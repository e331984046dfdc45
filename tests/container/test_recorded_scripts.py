"""Scripts whose output was recorded from real programs: bash 5, busybox 1.35, Debian's tools.

The files in `recorded` are tables of cases, apart by blank lines: `$` begins a script, `+` goes on with it,
`|` is a line of standard output, `\\` a last line without a newline, `?` the exit status unless it is 0.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from minibuild.catalogue import find_image
from minibuild.catalogue.executable import executable
from minibuild.container import run_script
from minibuild.filesystem import FileSystem, Snapshot
from minibuild.image.reference import parse_reference

RECORDED = Path(__file__).with_name("recorded")
# Of packages that the image does not have.
MORE = ("cpio", "ed", "jq", "patch", "unzip", "xxd", "zip")


class Case(NamedTuple):
    """A script, what it writes and how it ends."""

    script: str
    out: str
    status: int


def cases(name: str) -> list[Case]:
    found = []
    for block in (RECORDED / f"{name}.txt").read_text("utf-8").split("\n\n"):
        script, out, status = [], "", 0
        for line in filter(None, block.split("\n")):
            mark, text = line[0], line[2:]
            if mark in "$+":
                script.append(text)
            elif mark == "?":
                status = int(text)
            else:
                out += text + ("\n" if mark == "|" else "")
        if script:
            found.append(Case("\n".join(script), out, status))
    return found


@pytest.fixture(scope="module")
def debian() -> Snapshot:
    image = find_image(parse_reference("debian:12"))
    assert image is not None
    filesystem = FileSystem()
    image.write_files(filesystem)
    for name in MORE:
        filesystem.write_file(f"/usr/bin/{name}", executable(name, "gnu"), mode=0o755)
    return filesystem.snapshot()


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}


def check(case: Case, filesystem: FileSystem | None, dialect: str) -> None:
    ran = run_script(case.script, filesystem=filesystem, dialect=dialect, cwd="/tmp", env=ENVIRONMENT)
    assert ran.stdout.decode("utf-8", "replace") == case.out
    assert ran.exit_code == case.status


@pytest.mark.parametrize("case", cases("bash"), ids=lambda case: case.script[:60])
def test_bash(case: Case) -> None:
    check(case, None, "bash")


@pytest.mark.parametrize("case", cases("busybox"), ids=lambda case: case.script[:60])
def test_busybox(case: Case) -> None:
    check(case, None, "ash")


@pytest.mark.parametrize("case", cases("debian"), ids=lambda case: case.script[:60])
def test_debian(case: Case, debian: Snapshot) -> None:
    check(case, FileSystem(debian), "bash")
