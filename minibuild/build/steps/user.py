"""USER: who runs the following RUNs and the container."""


from minibuild.build.action import Action, Situation, nop
from minibuild.build.expansion import expand
from minibuild.dockerfile.nodes import User


def resolve(instruction: User, at: Situation) -> Action:
    """The name is looked up only when something runs."""
    user = expand(at, instruction.user)
    return Action(nop(at.shell, f" USER {user}"), at.config._replace(user=user))
