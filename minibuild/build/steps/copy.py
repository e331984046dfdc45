"""COPY: files from the context, a stage, an image or a here-document into the container."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from minibuild.build.action import Action, Inputs, Situation, nop
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand, expand_content
from minibuild.build.plan import find_origin
from minibuild.build.selection import Exclusion, Place, Selected, select, select_parents
from minibuild.filesystem import File, InlineContent, SliceContent

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.build.container import StepContainer
    from minibuild.build.copying import Copier
    from minibuild.build.sources import Source
    from minibuild.dockerfile.nodes import Copy


class Transfer(NamedTuple):
    """One COPY or ADD, expanded: where from, what, where to, and by which rules."""

    source: Source
    names: tuple[str, ...]
    documents: tuple[tuple[str, bytes], ...]
    destination: str
    written: str
    owner: str
    chmod: str
    exclusion: Exclusion
    parents: bool
    link: bool
    assume: bool
    fetched: tuple[Selected, ...] = ()

    def choose(self) -> list[Selected]:
        """The selected files in the order of the instruction, then what was fetched and here-documents."""
        place = Place(self.source.view, self.source.label, self.assume)
        find = select_parents if self.parents else select
        selected = [one for name in self.names for one in find(place, name)]
        return [*selected, *self.fetched] + [
            Selected(name, name, File(mode=0o644, uid=0, gid=0, mtime=0, content=InlineContent(data)))
            for name, data in self.documents
        ]


def transfer(
    instruction: Copy, at: Situation, names: tuple[str, ...], fetched: tuple[Selected, ...] = ()
) -> Transfer:
    """Expand the other words of a COPY or ADD of the sources `names` and find what it copies from."""
    workshop = at.workshop
    if instruction.from_:
        origin = find_origin(workshop.plan, at.stage, instruction.from_, workshop.request.build_contexts)
        source = workshop.sources.open(origin)
    else:
        source = workshop.sources.context
    destination = expand(at, instruction.destination)
    assume = workshop.request.fidelity == "assume"
    if not destination and assume and at.image.partial:  # a variable of the unknown part of the base
        destination = "."
    if not destination:
        raise BuildError(f"{instruction.keyword} has an empty destination after expansion")
    return Transfer(
        source,
        names,
        tuple(
            (document.name, expand_content(at, document.content).encode("utf-8", "surrogateescape"))
            if document.expand
            else (document.name, document.content.encode("utf-8", "surrogateescape"))
            for document in instruction.documents
        ),
        absolute(destination, at.config.working_dir),
        destination,
        expand(at, instruction.chown) if instruction.chown else "",
        expand(at, instruction.chmod) if instruction.chmod else "",
        Exclusion(tuple(expand(at, pattern) for pattern in instruction.exclude)),
        instruction.parents,
        instruction.link,
        assume,
        fetched,
    )


def absolute(path: str, working_dir: str) -> str:
    """`path` below the working directory unless it is absolute; a slash at the end, which means a directory,
    stays.
    """
    joined = posixpath.join("/", working_dir, path)
    cleaned = posixpath.normpath(joined).replace("//", "/")
    directory = path.endswith(("/", "/.")) or path in (".", "..")
    return cleaned + "/" if directory and cleaned != "/" else cleaned


def inputs(move: Transfer, at: Situation) -> Inputs:
    """What the copied files depend on: contents and modes of the sources, destination and flags; never
    times.
    """
    fixtures = [word for pair in at.workshop.fixture_digests for word in pair] if move.fetched else []
    fetched = [*(one.path for one in move.fetched), *fixtures]
    documents = [word for name, part in move.documents for word in (name, part.hex())]
    words = (*move.names, "parents" if move.parents else "", str(move.assume), "", *fetched, "", *documents)
    digest = at.workshop.fingerprint(move.source, words, move.choose, move.exclusion)
    return (
        ("files", digest),
        ("destination", move.destination),
        ("--chown", move.owner),
        ("--chmod", move.chmod),
        ("--parents", str(move.parents)),
        ("--link", str(move.link)),
        *(("--exclude", pattern) for pattern in move.exclusion.patterns),
    )


def history_text(keyword: str, move: Transfer, selected: str) -> str:
    """docker's text, in which the flag `--chown` stands without a blank before the sources' digest."""
    owner = f"--chown={move.owner}" if move.owner else ""
    return f"{keyword} {owner}{selected} in {move.written} "


def resolve(instruction: Copy, at: Situation) -> Action:
    """Sources are fingerprinted here, copied only when the cache has no result for them."""
    move = transfer(instruction, at, tuple(expand(at, name) for name in instruction.sources))
    parts = inputs(move, at)

    def modify(container: StepContainer) -> None:
        write(move, container, lambda copier, one: copier.copy(one, move.destination))

    text = history_text("COPY", move, dict(parts)["files"])
    return Action(nop(at.shell, text), at.config, parts, modify)


def write(move: Transfer, container: StepContainer, put: Callable[[Copier, Selected], None]) -> None:
    """Hand each selected source to `put`, on the container's files or, for `--link`, on a layer of its
    own.
    """
    # None of this is needed as long as the cache has the result.
    from minibuild.build.copying import Copier, CopyRules
    from minibuild.build.destination import Destination
    from minibuild.build.linking import overlay
    from minibuild.build.ownership import ModeChange, parse_owner
    from minibuild.filesystem import FileSystem

    clock = container.workshop.clock
    chmod = ModeChange(move.chmod) if move.chmod else None
    owner = parse_owner(move.owner, container.filesystem.view())
    destination = Destination(
        FileSystem(clock=clock.now) if move.link else container.filesystem,
        owner,
        clock.now(),
        directory_mode=chmod.for_new_directories if chmod else 0o755,
    )
    copier = Copier(destination, CopyRules(owner, chmod, move.exclusion))
    modelled = move.source.modelled
    for one in move.choose():
        container.note_opaque(one.node)
        if modelled and _is_of_layer(one, move.exclusion, modelled):
            container.note("modelled", (f"files come from {move.source.label}, which the catalogue made",))
        put(copier, one)
    if move.link:
        overlay(destination.filesystem.snapshot().root, container.filesystem)


def _is_of_layer(source: Selected, exclusion: Exclusion, layer: str) -> bool:
    """Whether a file of the source has its bytes from that layer."""
    from minibuild.build.fingerprint import nodes_below

    return any(
        isinstance(node, File) and isinstance(node.content, SliceContent) and node.content.digest == layer
        for _, node in nodes_below(source.node, exclusion)
    )
