"""ENV: variables of the configuration and of everything that follows."""

from minibuild.build.action import Action, Situation, nop
from minibuild.build.expansion import expand
from minibuild.build.images import with_environment
from minibuild.dockerfile.nodes import Env


def resolve(instruction: Env, at: Situation) -> Action:
    """All references in one ENV see the values from before it."""
    values = {expand(at, name): expand(at, value) for name, value in instruction.pairs}
    for name, value in values.items():
        at.scope.set(name, value)
    text = " ".join(f"{name}={value}" for name, value in values.items())
    return Action(nop(at.shell, f" ENV {text}"), with_environment(at.config, values))
