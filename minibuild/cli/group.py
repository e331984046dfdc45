"""`minibuild` itself: its global options, and its commands by name."""

from importlib import import_module

import click

from minibuild import __version__
from minibuild.cli import COMMANDS
from minibuild.cli.location import StoreLocation


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is called, or listed in the help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names; a usage error with a suggestion when there is none."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # only for a word that is wrong

            close = get_close_matches(args[0], COMMANDS, 1, 0.6)
            suggestion = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"No such command {args[0]!r}.{suggestion}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    "minibuild",
    cls=LazyGroup,
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
@click.version_option(__version__, message="minibuild %(version)s")
@click.pass_context
def minibuild(ctx: click.Context, root: str | None) -> None:
    """Build Dockerfiles in simulation: no Docker, no daemon, no root, no network; real OCI images."""
    ctx.obj = StoreLocation(root)
