"""Names of images as FROM writes them, and names of stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import From


class ImageName(NamedTuple):
    """An image as it is written; `registry` is "" or ends in a slash."""

    registry: str
    repository: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """Registry and repository."""
        return self.registry + self.repository


def split_image(image: str) -> ImageName:
    """The parts of an image's name.

    A registry's name has a dot: the port of another one is taken for a tag, as hadolint has it.
    """
    name, _, digest = image.partition("@")
    registry, slash, rest = name.partition("/")
    if not slash or "." not in registry or registry.startswith("$"):
        registry, slash, rest = "", "", name
    repository, _, tag = rest.partition(":")
    return ImageName(registry + slash, repository, tag, digest)


def alias(from_: From) -> str:
    """The stage's name in the case in which it is written; "" without one."""
    return from_.original.split()[-1] if from_.name else ""


def stage_name(from_: From) -> str:
    """By what rules that follow stages know one: its name, or the repository of its image."""
    return alias(from_) or split_image(from_.image).repository
