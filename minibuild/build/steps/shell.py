"""SHELL: the words before the text of every shell form that follows."""


from minibuild.build.action import Action, Situation, go_list, nop
from minibuild.dockerfile.nodes import Shell


def resolve(instruction: Shell, at: Situation) -> Action:
    """The history shows it behind the new shell, as docker's does."""
    words = instruction.args
    return Action(nop(words, f" SHELL {go_list(words)}"), at.config._replace(shell=words))
