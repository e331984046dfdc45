"""Downloads: from fixtures, else of unknown content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from minibuild.filesystem import File, HostContent, OpaqueContent
from minibuild.filesystem.content import opaque_word
from minibuild.kernel.fidelity import Fidelity

if TYPE_CHECKING:
    from minibuild.filesystem import Content
    from minibuild.kernel.process import Process

_HINT = (
    "give a file that stands for it with --fixture {url}=FILE, or build with --fidelity assume to go on"
    " without knowing its content"
)


class Fetched(NamedTuple):
    """What a URL gives; `origin` says whose bytes these would be when nobody knows them, else ""."""

    content: Content
    origin: str


def fetch(process: Process, url: str) -> Fetched:
    """The content of a URL: its fixture, else unknown. Raise FidelityError when that may not be."""
    path = process.system.fixtures.get(url)
    if path is not None and os.path.isfile(path):  # noqa: PTH113  paths of fixtures are text
        return Fetched(HostContent(path, os.path.getsize(path)), "")  # noqa: PTH202
    process.system.fidelity.note(Fidelity.ASSUMED, f"content of {url} is not known", _HINT.format(url=url))
    origin = f"content of {url}"
    return Fetched(OpaqueContent(origin), origin)


def save(process: Process, path: str, fetched: Fetched) -> None:
    """Write what was fetched into a file, with the process's rights. OSError as open(2) gives it."""
    view = process.view
    view.open(path, "w").close()
    tree, inner = view.tree_of(view.found(path)[0])
    node = tree.own(inner)
    if isinstance(node, File):
        node.content = fetched.content


def show(process: Process, fetched: Fetched) -> None:
    """Write what was fetched to standard output."""
    if fetched.origin:
        process.view.touch_opaque(fetched.origin)
        process.stdout.write(opaque_word(fetched.origin) + "\n")
        return
    for block in fetched.content.chunks():
        process.stdout.write(block)


def host_of(url: str) -> str:
    """The host name in a URL."""
    rest = url.partition("://")[2] or url
    return rest.partition("/")[0].rpartition("@")[2].partition(":")[0]


def file_name(url: str) -> str:
    """The last part of a URL's path, without query and fragment; "" when it ends in a slash."""
    path = url.partition("#")[0].partition("?")[0].partition("://")[2] or url
    return path.rpartition("/")[2] if "/" in path else ""
