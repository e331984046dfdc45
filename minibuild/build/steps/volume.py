"""VOLUME: container paths whose content outlives a container.

As in BuildKit no directory is made, and later steps may write below the path (SPEC D8: never a host path).
"""

from minibuild.build import events
from minibuild.build.action import Action, Situation, go_list, nop
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand
from minibuild.dockerfile.nodes import Volume


def resolve(instruction: Volume, at: Situation) -> Action:
    """The paths are kept as they are written, expanded."""
    paths = [expand(at, path) for path in instruction.paths]
    if not all(path.strip() for path in paths):
        raise BuildError(
            "VOLUME specified can not be an empty string", hint="name a directory of the container"
        )
    for path in paths:
        if ":/" in path:
            problem = f"VOLUME declares container paths only: {path} is one odd container path"
            hint = "a host directory is bound when a container is run, with -v, since no other host has it"
            at.workshop.emit(events.Warned(f"{problem}; {hint}", instruction.start_line))
    volumes = tuple(dict.fromkeys((*at.config.volumes, *paths)))
    return Action(nop(at.shell, f" VOLUME {go_list(paths)}"), at.config._replace(volumes=volumes))
