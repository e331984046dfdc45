"""`minibuild image`: the image commands under docker's newer names."""

import click

from minibuild.cli import IMAGE_COMMANDS
from minibuild.cli.lazy import LazyGroup


@click.group(
    "image",
    cls=LazyGroup,
    places=IMAGE_COMMANDS,
    short_help="The image commands by docker's newer names.",
    epilog="Example: minibuild image ls",
)
def image_group() -> None:
    """Look after images: each is a command of its own, too (ls is images, rm is rmi)."""
