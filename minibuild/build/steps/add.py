"""ADD: as COPY, and archives of the context are unpacked; URLs and git repositories by their fixtures."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from minibuild.build.action import Action, Situation, nop
from minibuild.build.context import Context
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand
from minibuild.build.selection import Selected
from minibuild.build.sources import is_remote
from minibuild.build.steps.copy import Transfer, history_text, inputs, transfer, write
from minibuild.filesystem import File, HostContent, OpaqueContent
from minibuild.filesystem.opaque import mark_opaque, opaque_directory, opaque_file

if TYPE_CHECKING:
    from minibuild.build.container import StepContainer
    from minibuild.build.copying import Copier
    from minibuild.dockerfile.nodes import Add
    from minibuild.filesystem import Node

_DOWNLOAD_MODE = 0o600


def resolve(instruction: Add, at: Situation) -> Action:
    """A source of the context that is a tar archive, by its content, is unpacked, unless `--unpack=false`;
    one that is downloaded only with `--unpack=true`.
    """
    words = tuple(expand(at, name) for name in instruction.sources)
    fetched = tuple(_fetched(name, instruction, at) for name in words if is_remote(name))
    move = transfer(instruction, at, tuple(name for name in words if not is_remote(name)), fetched)
    asked = instruction.unpack
    parts = (*inputs(move, at), ("--unpack", str(asked)))

    def modify(container: StepContainer) -> None:
        def put(copier: Copier, one: Selected) -> None:
            extract = asked is True if one in fetched else asked is not False
            _put(copier, one, move, container, extract=extract)

        write(move, container, put)

    return Action(nop(at.shell, history_text("ADD", move, dict(parts)["files"])), at.config, parts, modify)


def _put(copier: Copier, one: Selected, move: Transfer, container: StepContainer, *, extract: bool) -> None:
    from minibuild.build.unpacking import has_archive_name, is_archive, unpack  # its decompressors are many

    content = one.node.content if isinstance(one.node, File) else None
    if not extract or content is None:
        copier.copy(one, move.destination)
    elif isinstance(content, OpaqueContent) and has_archive_name(one.path):
        to = copier.destination
        mark_opaque(to.own(to.make_directories(move.destination, 0o755)), content.origin)
    elif is_archive(content):
        unpack(content, copier.destination, move.destination, copier.rules.owner, container.workshop.store)
    else:
        copier.copy(one, move.destination)


def _fetched(url: str, instruction: Add, at: Situation) -> Selected:
    """What stands for a download: its fixture, else something opaque. Raise `BuildError` when it must be
    known.
    """
    path = url.partition("#")[0].partition("?")[0]
    name = posixpath.basename(path.rstrip("/")) or "download"
    fixture = at.workshop.request.fixtures.get(url)
    is_git = not url.startswith(("http://", "https://")) or path.endswith(".git")
    node: Node
    if fixture is not None:
        node = _fixture(url, fixture)
        if instruction.checksum and isinstance(node, File):
            _check(expand(at, instruction.checksum), fixture, at)
    elif at.workshop.request.fidelity != "assume":
        raise BuildError(
            f"ADD {url}: its content is not known, since a build has no network",
            hint=f"give it with --fixture {url}=FILE, put the file beside the Dockerfile and COPY it,"
            " or build with --fidelity assume",
        )
    else:
        origin = f"content of {url}"
        node = opaque_directory(origin) if is_git else opaque_file(origin, mode=_DOWNLOAD_MODE)
    return Selected(url, name, node)


def _fixture(url: str, fixture: str) -> Node:
    path = Path(fixture)
    try:
        if path.is_dir():
            return Context(path).root
        status = path.stat()
    except OSError as error:
        raise BuildError(f"fixture {fixture} of {url} can't be read: {error.strerror}") from None
    content = HostContent(str(path), status.st_size, status.st_mtime_ns)
    return File(mode=_DOWNLOAD_MODE, mtime=status.st_mtime_ns, content=content)


def _check(wanted: str, fixture: str, at: Situation) -> None:
    found = "sha256:" + at.workshop.store.file_digests([fixture])[fixture]
    if wanted != found:
        raise BuildError(f"digest mismatch {found}: {wanted}", hint="--checksum asks for another content")
