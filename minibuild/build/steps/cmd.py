"""CMD: what a container runs unless it is told something else."""


from minibuild.build.action import Action, Situation, go_quoted_list, nop
from minibuild.dockerfile.nodes import Cmd, Entrypoint


def command_words(instruction: Cmd | Entrypoint, at: Situation) -> tuple[str, ...]:
    """The words of an exec form as they stand; a shell form behind the SHELL in force. Neither is
    expanded.
    """
    if instruction.form == "exec":
        return instruction.args
    return (*at.shell, *instruction.args)


def resolve(instruction: Cmd, at: Situation) -> Action:
    """The last CMD wins."""
    words = command_words(instruction, at)
    return Action(nop(at.shell, f" CMD {go_quoted_list(words)}"), at.config._replace(cmd=words))
