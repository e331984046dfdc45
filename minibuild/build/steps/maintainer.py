"""MAINTAINER: the image's author (deprecated in favour of LABEL)."""

from minibuild.build.action import Action, Situation, nop
from minibuild.dockerfile.nodes import Maintainer


def resolve(instruction: Maintainer, at: Situation) -> Action:
    """The text is taken as it stands."""
    return Action(nop(at.shell, f" MAINTAINER {instruction.name}"), at.config, author=instruction.name)
