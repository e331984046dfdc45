"""Programs of which only the version is known: asking for it is the usual check that they are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.kernel.fidelity import Fidelity
from minibuild.programs.inputs import decode
from minibuild.programs.options import program_name
from minibuild.programs.packages import PACKAGES
from minibuild.programs.packages.assuming import assume
from minibuild.programs.registry import program

if TYPE_CHECKING:
    from minibuild.kernel.process import Process

_QUESTIONS = (
    ["--version"],
    ["-version"],
    ["-v"],
    ["-V"],
    ["version"],
    ["--help"],
    ["-h"],
    ["-help"],
    ["help"],
)


@program(*PACKAGES["packages.version_tools"].split())
def version_tool(process: Process) -> int:
    """`NAME --version`; what else the program does is not known."""
    name, words = program_name(process), process.argv[1:]
    if words in _QUESTIONS:
        process.system.fidelity.note(Fidelity.MODELLED, f"{name} is played: its version only")
        process.stdout.write(f"{name} version {_version(process, name)}\n")
        return 0
    return assume(process, f"what {name} {' '.join(words[:2])} does is not known".replace("  ", " "))


def _version(process: Process, name: str) -> str:
    """The version of the package of that name, as the package databases have it."""
    for path in ("/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/rpm/rpmdb.sqlite"):
        if process.view.exists(path):
            text = decode(process.view.read_bytes(path))
            own = re.escape(name)
            match = re.search(
                rf"(?:^Package: {own}(?:\.io)?\n(?:.+\n)*?Version: (?:\d+:)?|^P:{own}\nV:|^{own}\t)"
                r"(\d[\d.]*)",
                text,
                re.MULTILINE,
            )
            if match:
                return match[1].rstrip(".")
    return "1.0.0"
