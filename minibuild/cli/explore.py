"""`minibuild explore`: an image on a terminal, to look around in."""

from __future__ import annotations

import sys

import click

from minibuild.cli.arguments import DockerCommand, ImageName
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError


@click.command(
    "explore",
    cls=DockerCommand,
    short_help="Look around in the layers and files of an image.",
    epilog="Example: minibuild explore app",
)
@click.argument("image", metavar="IMAGE|ARCHIVE", type=ImageName())
@pass_location
def explore_command(location: StoreLocation, /, image: str) -> None:
    """Look around in an image: its layers, what each changes, all files, their contents and how layers
    changed them, and the Dockerfile's line. Keys are shown; the mouse works, too.

    It needs a terminal, and the package textual: pip install 'minibuild[explore]'.
    """
    from minibuild.report.layers.subject import open_subject

    try:
        from minibuild.report.explorer.app import ExplorerApp
        from minibuild.report.explorer.view import Explorer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "textual":
            raise
        raise MinibuildError(
            "explore needs the package textual", hint="pip install 'minibuild[explore]'"
        ) from None
    with location.open() as store, open_subject(store, image) as subject:
        view = Explorer(subject)
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise MinibuildError(
                "explore needs a terminal", hint=f"`minibuild layers --tree {image}` prints what it shows"
            )
        ExplorerApp(view).run()
