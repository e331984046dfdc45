"""ARG: variables of the build, in force until the stage ends."""

from minibuild.build.action import Action, Situation, nop
from minibuild.build.expansion import expand
from minibuild.dockerfile.nodes import Arg


def resolve(instruction: Arg, at: Situation) -> Action:
    """Each name takes its `--build-arg`, else its default, else the value of the ARG before the first
    FROM.
    """
    words = []
    for name, default in instruction.items:
        expanded = None if default is None else expand(at, default)
        at.scope.declare(name, expanded)
        words.append(name if expanded is None else f"{name}={expanded}")
    return Action(nop(at.shell, " ARG " + " ".join(words)), at.config)
