"""`minibuild load` and `minibuild save`: images in and out."""

import sys
from pathlib import Path
from typing import BinaryIO

import click

from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import UsageError


@click.command("load", epilog="Example: minibuild load -i image.tar")
@click.option(
    "-i", "--input", "source", metavar="FILE", help="An archive or OCI layout  [default: standard input]"
)
@click.option(
    "--platform", metavar="OS/ARCH", default="linux/amd64", show_default=True, help="Which image of an index."
)
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@pass_location
def load_command(location: StoreLocation, source: str | None, platform: str, quiet: bool) -> None:
    """Load images from an archive of docker save, of an OCI layout (tar, compressed or not), or a layout's directory."""
    from minibuild.store.loading import load_archive  # its readers are not needed for help

    stream: Path | BinaryIO = Path(source) if source not in (None, "-") else sys.stdin.buffer
    if not isinstance(stream, Path) and sys.stdin.isatty():
        raise UsageError("no archive was given", hint="name one with -i FILE, or send one to standard input")
    with location.open() as store:
        loaded = load_archive(store, stream, platform=platform)
    if not quiet:
        for name, image_id in loaded:
            click.echo(f"Loaded image: {name}" if name else f"Loaded image ID: {image_id}")
