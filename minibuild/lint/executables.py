"""Whether the image that a simulated build made has a program, and can execute it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minibuild.filesystem.opaque import origin_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.filesystem import Node
    from minibuild.lint.simulation import Simulation


def why_not_executable(simulation: Simulation, words: Sequence[str]) -> str:
    """Why the first of these words can't be executed in the image; "" when it can, or when nobody knows."""
    if not words or "$" in words[0] or simulation.config is None:
        return ""
    program, view = words[0], simulation.files.view()
    if "/" not in program:
        if simulation.is_partial:
            return ""
        path = next(
            (entry[5:] for entry in simulation.config.env if entry.startswith("PATH=")), "/usr/bin:/bin"
        )
        places = [f"{directory}/{program}" for directory in path.split(":") if directory]
        return "" if any(view.exists(place) for place in places) else f"{program} is not in the image's PATH"
    place = program if program.startswith("/") else f"{simulation.config.working_dir or '/'}/{program}"
    if not view.exists(place):
        certain = is_certain(simulation, place)
        return f"{program} is not in the image" if certain and not _is_opaque(simulation, place) else ""
    node = view.stat(place).node
    if origin_of(node):  # only its name is known
        return ""
    if view.is_dir(place):
        return f"{program} is a directory"
    return "" if node.mode & 0o111 else f"{program} is in the image, but it is not executable"


def is_certain(simulation: Simulation, path: str) -> bool:
    """Whether a missing path is really missing: the image is known in full, or its own directory is."""
    if not simulation.is_partial:
        return True
    return not simulation.is_assumed and path.count("/") > 1 and _is_new_directory(simulation, path)


def _is_new_directory(simulation: Simulation, path: str) -> bool:
    """Whether the directory of a path was made by the Dockerfile itself."""
    from minibuild.filesystem import FileSystem

    directory = path.rpartition("/")[0]
    before = FileSystem(simulation.base).view()
    return simulation.files.view().exists(directory) and not before.exists(directory)


def _is_opaque(simulation: Simulation, path: str) -> bool:
    """Whether a directory above the path holds nobody knows what."""
    view, parts = simulation.files.view(), path.strip("/").split("/")
    for depth in range(len(parts)):
        above = "/" + "/".join(parts[:depth])
        if view.exists(above) and origin_of(view.stat(above).node):
            return True
    return False


def interpreter_of(node: Node) -> str:
    """The program that a script names behind `#!`; "" for env, whose program is found by PATH."""
    content = getattr(node, "content", None)
    if content is None:
        return ""
    head = content.read()[:200] if content.size < 1 << 20 else b""
    match = re.match(rb"#!\s*(/\S+)", head)
    return match[1].decode("utf-8", "replace") if match and not match[1].endswith(b"/env") else ""
