"""ENTRYPOINT: the program that a container always runs."""


from minibuild.build.action import Action, Situation, go_quoted_list, nop
from minibuild.build.steps.cmd import command_words
from minibuild.dockerfile.nodes import Entrypoint


def resolve(instruction: Entrypoint, at: Situation) -> Action:
    """An inherited CMD was meant for another program: it is dropped, unless this stage sets one before."""
    words = command_words(instruction, at)
    cmd = at.config.cmd if at.cmd_set else None
    return Action(
        nop(at.shell, f" ENTRYPOINT {go_quoted_list(words)}"), at.config._replace(entrypoint=words, cmd=cmd)
    )
