"""ONBUILD: an instruction for the builds that start FROM this image."""


from minibuild.build.action import Action, Situation, nop
from minibuild.dockerfile.nodes import Onbuild


def resolve(instruction: Onbuild, at: Situation) -> Action:
    """The text is stored as it stands; it is read when it is triggered."""
    triggers = (*at.config.on_build, instruction.text)
    return Action(nop(at.shell, f" ONBUILD {instruction.text}"), at.config._replace(on_build=triggers))
