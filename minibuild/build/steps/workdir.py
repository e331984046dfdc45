"""WORKDIR: the directory in which the following instructions and the container run; made when it is
missing.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from minibuild.build.action import Action, Situation, nop
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand

if TYPE_CHECKING:
    from minibuild.build.container import StepContainer
    from minibuild.dockerfile.nodes import Workdir


def resolve(instruction: Workdir, at: Situation) -> Action:
    """A relative path starts at the previous one. As in BuildKit the directory belongs to the USER in
    force.
    """
    path = expand(at, instruction.path)
    if not path:
        raise BuildError(
            "WORKDIR is empty after expansion", hint="give the variable a value, or write the directory out"
        )
    if not path.startswith("/"):
        path = posixpath.normpath(posixpath.join("/", at.config.working_dir, path))
    user = at.config.user

    def modify(container: StepContainer) -> None:
        # None of this is needed as long as the cache has the result.
        from minibuild.build.destination import Destination
        from minibuild.build.ownership import parse_owner

        view = container.filesystem.view()
        destination = Destination(
            container.filesystem, parse_owner(user, view), container.workshop.clock.now()
        )
        destination.make_directories(path)

    inputs = (("directory", path), ("user", user))
    return Action(nop(at.shell, f"WORKDIR {path}"), at.config._replace(working_dir=path), inputs, modify)
