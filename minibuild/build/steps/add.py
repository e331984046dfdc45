"""ADD: as COPY, and archives of the context are unpacked."""

from minibuild.build.action import Action, Situation, nop
from minibuild.build.container import StepContainer
from minibuild.build.copying import Copier
from minibuild.build.errors import BuildError
from minibuild.build.selection import Selected
from minibuild.build.steps.copy import Transfer, history_text, inputs, transfer, write
from minibuild.build.unpacking import is_archive, unpack
from minibuild.dockerfile.nodes import Add
from minibuild.filesystem import File


def resolve(instruction: Add, at: Situation) -> Action:
    """A source that is a tar archive, by its content, is unpacked, unless `--unpack=false` says otherwise."""
    remote = [name for name in instruction.sources if is_remote(name)]
    if remote:
        raise BuildError(
            f"ADD can't fetch {remote[0]}: a build has no network",
            hint="download it beside the Dockerfile and ADD or COPY the file",
        )
    move = transfer(instruction, at)
    extract = instruction.unpack is not False
    parts = (*inputs(move, at, instruction.chmod or ""), f"unpack {extract}")

    def modify(container: StepContainer) -> None:
        write(move, container, lambda copier, one: _put(copier, one, move, container, extract))

    return Action(nop(at.shell, history_text("ADD", move, parts[0])), at.config, parts, modify)


def is_remote(name: str) -> bool:
    """Whether a source is a URL or a git repository instead of a file of the context."""
    return name.startswith(("http://", "https://", "git@", "git://", "ssh://"))


def _put(copier: Copier, one: Selected, move: Transfer, container: StepContainer, extract: bool) -> None:
    if extract and isinstance(one.node, File) and is_archive(one.node.content):
        unpack(
            one.node.content,
            copier.destination,
            move.destination,
            copier.rules.owner,
            container.workshop.store,
        )
    else:
        copier.copy(one, move.destination)
