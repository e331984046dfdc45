"""`minibuild load` and `minibuild save`: images in and out."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from minibuild.cli.arguments import DockerCommand, ImageName
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import UsageError


@click.command(
    "load",
    cls=DockerCommand,
    short_help="Load images from an archive.",
    epilog="Example: minibuild load -i image.tar",
)
@click.option(
    "-i", "--input", "source", metavar="FILE", help="An archive or OCI layout  [default: standard input]"
)
@click.option(
    "--platform", metavar="OS/ARCH", default="linux/amd64", show_default=True, help="Which image of an index."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@pass_location
def load_command(location: StoreLocation, source: str | None, platform: str, quiet: bool) -> None:
    """Load images from an archive of docker save, of an OCI layout (tar, compressed or not), or a
    layout's directory.
    """
    from minibuild.store.loading import load_archive  # its readers are not needed for help

    stream: Path | BinaryIO = Path(source) if source not in (None, "-") else sys.stdin.buffer
    if not isinstance(stream, Path) and sys.stdin.isatty():
        raise UsageError("no archive was given", hint="name one with -i FILE, or send one to standard input")
    with location.open() as store:
        loaded = load_archive(store, stream, platform=platform)
    if not quiet:
        for name, image_id in loaded:
            click.echo(f"Loaded image: {name}" if name else f"Loaded image ID: {image_id}")


@click.command(
    "save",
    cls=DockerCommand,
    short_help="Save images in an archive.",
    epilog="Example: minibuild save -o app.tar app",
)
@click.argument("names", metavar="IMAGE...", nargs=-1, required=True, type=ImageName())
@click.option(
    "-o", "--output", "destination", metavar="FILE", help="Where to write  [default: standard output]"
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["docker", "oci", "layout"]),
    default="docker",
    show_default=True,
    help="docker load's archive, an OCI archive, or an OCI layout in a directory.",
)
@pass_location
def save_command(location: StoreLocation, names: tuple[str, ...], destination: str | None, form: str) -> None:
    """Write images into an archive that load, docker load and skopeo read."""
    from minibuild.report.image_names import find_image
    from minibuild.store.saving import save_images

    target: Path | BinaryIO = Path(destination) if destination not in (None, "-") else sys.stdout.buffer
    if not isinstance(target, Path) and sys.stdout.isatty():
        raise UsageError(
            "an archive is not for a terminal", hint="name a file with -o FILE, or redirect the output"
        )
    with location.open() as store:
        wanted = [find_image(store, name) if "~" in name else name for name in names]
        save_images(store, wanted, target, format=form)
