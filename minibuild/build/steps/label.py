"""LABEL: metadata of the image; a later value of a key wins."""


from minibuild.build.action import Action, Situation, nop
from minibuild.build.expansion import expand
from minibuild.dockerfile.nodes import Label


def resolve(instruction: Label, at: Situation) -> Action:
    """Keys are expanded as values are."""
    pairs = [(expand(at, key), expand(at, value)) for key, value in instruction.pairs]
    labels = dict(at.config.labels) | dict(pairs)
    text = " ".join(f"{key}={value}" for key, value in pairs)
    return Action(nop(at.shell, f" LABEL {text}"), at.config._replace(labels=tuple(labels.items())))
