"""`minibuild explain`: why a build's steps ran."""

from datetime import UTC, datetime

import click

from minibuild.cli.arguments import DockerCommand, ImageName
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import UsageError


@click.command(
    "explain",
    cls=DockerCommand,
    short_help="Say why the steps of a build ran.",
    epilog="Example: minibuild build -t app . && minibuild explain app",
)
@click.argument("build", metavar="[BUILD|IMAGE]", required=False, default="", type=ImageName())
@click.option("-l", "--list", "listed", is_flag=True, help="List the builds that can be explained.")
@click.option("--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@pass_location
def explain_command(location: StoreLocation, build: str, listed: bool, form: str) -> None:
    """Say for each step of a build whether it was in the cache, and if not, what had changed since the build
    of the same Dockerfile before it.

    BUILD is an ID that --list shows, or an image that the build made  [default: the last build]
    """
    from minibuild.report.explanation import build_list, explanation  # reports are made for those who ask

    if listed and build:
        raise UsageError(f"--list lists all builds: {build} has no place there")
    with location.open() as store:
        now = datetime.now(UTC)
        text = build_list(store, form, now) if listed else explanation(store, build, form, now)
    click.echo(text, nl=False)
