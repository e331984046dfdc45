"""`minibuild` itself: its global options, and its commands by name."""

import click

from minibuild import __version__
from minibuild.cli import COMMANDS
from minibuild.cli.lazy import LazyGroup
from minibuild.cli.location import StoreLocation


@click.group(
    "minibuild",
    cls=LazyGroup,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: minibuild build -t app . && minibuild history app",
)
@click.option(
    "--root",
    metavar="STORE",
    envvar="MINIBUILD_ROOT",
    help="The directory that holds images and build cache, made when it is missing  [env: MINIBUILD_ROOT;"
    " default: minibuild in the user's data directory]",
)
@click.option(
    "--host",
    metavar="NAME",
    default="",
    help="The host of the topology whose engine is meant  [default: the store's own]",
)
@click.version_option(__version__, message="minibuild %(version)s")
@click.pass_context
def minibuild(ctx: click.Context, root: str | None, host: str) -> None:
    """Build Dockerfiles in simulation: no Docker, no daemon, no root, no network; real OCI images."""
    ctx.obj = StoreLocation(root, host)
