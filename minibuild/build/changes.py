"""Instructions that change a configuration alone: `commit --change`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minibuild.build.action import Situation
from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage
from minibuild.build.scope import Scope, environment_values
from minibuild.build.steps import resolver
from minibuild.dockerfile.parser import parse
from minibuild.image.config import ContainerConfig, ImageConfig

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minibuild.build.workshop import Workshop

_ALLOWED = frozenset(
    (
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "HEALTHCHECK",
        "LABEL",
        "ONBUILD",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    )
)


class _NoWorkshop:
    """What metadata needs of a build: nobody listens."""

    def emit(self, event: object) -> None:
        """Nobody is told."""


def apply_changes(config: ContainerConfig, texts: Iterable[str]) -> ContainerConfig:
    """The configuration after the instructions, one by one. Raise `BuildError` or `DockerfileError`."""
    scope = Scope(environment_values(config.env), {}, {})
    workshop: Workshop = _NoWorkshop()  # type: ignore[assignment]  # metadata asks for nothing else
    cmd_set = False
    for text in texts:
        word = text.split(None, 1)[0].upper() if text.split() else ""
        if word not in _ALLOWED:
            raise BuildError(f"{word.lower()} is not a valid change command")
        dockerfile = parse(f"FROM scratch\n{text}\n", dialect="docker", filename="--change")
        instruction = dockerfile.instructions[1]
        image = StageImage("", ImageConfig(config=config), "")
        situation = Situation(image, scope, workshop, 0, dockerfile.escape, cmd_set)
        config = resolver(instruction.keyword)(instruction, situation).config
        cmd_set = cmd_set or word == "CMD"
    return config
