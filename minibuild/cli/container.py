"""`minibuild container`: the container commands under docker's newer names."""

import click

from minibuild.cli import CONTAINER_COMMANDS
from minibuild.cli.lazy import LazyGroup


@click.group(
    "container",
    cls=LazyGroup,
    places=CONTAINER_COMMANDS,
    short_help="The container commands by docker's newer names.",
    epilog="Example: minibuild container ls -a",
)
def container_group() -> None:
    """Look after containers: most are commands of their own, too (ls is ps)."""
