"""`minibuild layers`, `blame`, `cat`, `ls`, `grep` and `efficiency`: into the layers of an image.

An image is a name or ID, `IMAGE~N`, or the path of an archive or OCI layout.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand, ImageName
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.store import Store


@click.command(
    "layers",
    cls=DockerCommand,
    short_help="List the layers of an image.",
    epilog="Example: minibuild layers --tree app",
)
@click.argument("image", metavar="IMAGE|ARCHIVE", type=ImageName())
@click.option("--tree", is_flag=True, help="Show what each layer adds, changes and deletes.")
@click.option("--layer", "number", type=int, default=0, metavar="N", help="With --tree: only that layer.")
@click.option("--top", type=int, default=0, metavar="COUNT", help="Show the largest files instead.")
@click.option("--no-trunc", "full", is_flag=True, help="Cut nothing.")
@click.option(
    "--format", "form", default="", metavar="FORMAT", help="json, table TEMPLATE, or a Go template."
)
@pass_location
def layers_command(location: StoreLocation, /, image: str, **given: Any) -> None:
    """List the layers of an image, the lowest one first: digests, sizes, what they change, and the
    instruction that made them.
    """
    from minibuild.report.layer_list import layer_list, layer_top, layer_tree
    from minibuild.report.layers.subject import open_subject

    with location.open() as store, open_subject(store, image) as subject:
        if given["top"]:
            text = layer_top(subject, given["top"], given["form"])
        elif given["tree"]:
            text = layer_tree(subject, given["number"], given["form"])
        else:
            text = layer_list(subject, given["form"], full=given["full"])
    click.echo(text, nl=False)


@click.command(
    "efficiency",
    cls=DockerCommand,
    short_help="Say how well an image uses its bytes.",
    epilog="Example: minibuild efficiency --ci app",
)
@click.argument("image", metavar="IMAGE|ARCHIVE", type=ImageName())
@click.option("--ci", is_flag=True, help="Judge by rules: those of .dive-ci, or of dive's defaults.")
@click.option("--ci-config", metavar="FILE", help="A file of rules  [default: .dive-ci]")
@click.option("--lowest-efficiency", metavar="RATIO", default="", help="Fail below it: 0 to 1.")
@click.option("--highest-wasted-bytes", metavar="SIZE", default="", help="Fail above it: 20MB.")
@click.option("--highest-user-wasted-percent", metavar="RATIO", default="", help="Fail above it: 0 to 1.")
@click.option(
    "--top", "count", type=int, default=20, show_default=True, metavar="COUNT", help="How many paths."
)
@click.option("--format", "form", type=click.Choice(["", "json"]), default="", help="json has everything.")
@pass_location
def efficiency_command(location: StoreLocation, /, image: str, **given: Any) -> None:
    """Say how well an image uses its bytes, which files waste them, who is to blame, and what to do.

    With --ci, or a rule, the exit status is 1 when a rule does not hold.
    """
    from minibuild.report.image_efficiency import efficiency_text, judged, read_rules
    from minibuild.report.layers.subject import open_subject

    limits = {
        "lowestEfficiency": given["lowest_efficiency"],
        "highestWastedBytes": given["highest_wasted_bytes"],
        "highestUserWastedPercent": given["highest_user_wasted_percent"],
    }
    judges = given["ci"] or given["ci_config"] or any(limits.values())
    with location.open() as store, open_subject(store, image) as subject:
        if not judges:
            click.echo(efficiency_text(subject, given["form"], given["count"]), nl=False)
            return
        default = Path(".dive-ci")
        path = Path(given["ci_config"]) if given["ci_config"] else default if default.exists() else None
        text, passed = judged(subject, read_rules(path, limits), given["form"])
    click.echo(text, nl=False)
    if not passed:
        raise SystemExit(1)


@click.command(
    "blame",
    cls=DockerCommand,
    short_help="Say which instructions wrote a file of an image.",
    epilog="Example: minibuild blame app /etc/passwd",
)
@click.argument("image", metavar="IMAGE|ARCHIVE", type=ImageName())
@click.argument("path", metavar="PATH")
@click.option("--format", "form", type=click.Choice(["", "json"]), default="")
@pass_location
def blame_command(location: StoreLocation, /, image: str, path: str, form: str) -> None:
    """Say which instruction and layer wrote PATH of an image last, and every earlier version."""
    from minibuild.report.image_files import blame_text
    from minibuild.report.layers.subject import open_subject

    with location.open() as store, open_subject(store, image) as subject:
        click.echo(blame_text(subject, path, form), nl=False)


@click.command(
    "cat",
    cls=DockerCommand,
    short_help="Print a file of an image.",
    epilog="Example: minibuild cat app~2:/etc/os-release",
)
@click.argument("places", metavar="IMAGE:/PATH...", nargs=-1, required=True)
@pass_location
def cat_command(location: StoreLocation, places: tuple[str, ...]) -> None:
    """Print files of images, as they are."""
    from minibuild.report.image_files import file_chunks
    from minibuild.report.layers.subject import open_subject, split_path

    with location.open() as store:
        for place in places:
            image, path = split_path(place)
            with open_subject(store, image) as subject:
                for chunk in file_chunks(subject, path):
                    sys.stdout.buffer.write(chunk)
    sys.stdout.flush()


@click.command(
    "ls",
    cls=DockerCommand,
    short_help="List a directory of an image.",
    epilog="Example: minibuild ls app:/etc",
)
@click.argument("place", metavar="IMAGE:/PATH")
@click.option("-R", "--recursive", is_flag=True, help="List everything below it.")
@click.option("--format", "form", type=click.Choice(["", "json"]), default="")
@pass_location
def ls_command(location: StoreLocation, place: str, recursive: bool, form: str) -> None:
    """List what is in a directory of an image."""
    from minibuild.report.image_files import listing
    from minibuild.report.layers.subject import open_subject, split_path

    image, path = split_path(place)
    with location.open() as store, open_subject(store, image) as subject:
        click.echo(listing(subject, path, recursive=recursive, form=form), nl=False)


@click.command(
    "grep",
    cls=DockerCommand,
    short_help="Search the files of an image.",
    epilog="Example: minibuild grep -i password app:/etc",
)
@click.argument("pattern", metavar="PATTERN")
@click.argument("place", metavar="IMAGE[:/PATH]")
@click.option("-i", "--ignore-case", "fold", is_flag=True, help="Upper and lower case are the same.")
@click.option("-l", "--files-with-matches", "names_only", is_flag=True, help="Print only the paths.")
@pass_location
def grep_command(location: StoreLocation, /, pattern: str, place: str, fold: bool, names_only: bool) -> None:
    """Print the lines of an image's files that match PATTERN, a regular expression of Python.

    The exit status is 1 when there is none.
    """
    from minibuild.report.image_files import matches
    from minibuild.report.layers.subject import open_subject, split_path

    image, path = split_path(place) if ":/" in place else (place, "/")
    found = False
    with location.open() as store, open_subject(store, image) as subject:
        for line in matches(subject, pattern, path, fold=fold, names_only=names_only):
            found = True
            click.echo(line)
    if not found:
        raise SystemExit(1)


def show_differences(location: StoreLocation, first: str, second: str, given: dict[str, Any]) -> None:
    """Print what differs between two images; exit with 1 when anything does."""
    from minibuild.report.image_diff import Shape, image_diff
    from minibuild.report.layers.subject import open_subject

    shape = Shape(given["content"], given["stat"], given["form"])
    with location.open() as store, open_subject(store, first) as one, open_subject(store, second) as other:
        text, differs = image_diff(one, other, shape)
    click.echo(text, nl=False)
    if differs:
        raise SystemExit(1)


def copy_from_image(store: Store, source: str, target: Path, container: str) -> None:
    """Copy `IMAGE:/PATH` to the host. Raise `NoSuchContainerError` when it is no image either."""
    from minibuild.container.errors import NoSuchContainerError
    from minibuild.report.image_files import copy_out
    from minibuild.report.image_names import NoSuchImageError
    from minibuild.report.layers.subject import open_subject, split_path

    image, path = split_path(source)
    try:
        with open_subject(store, image) as subject:
            copy_out(subject, path, target)
    except NoSuchImageError:
        raise NoSuchContainerError(container) from None
    except OSError as error:
        raise MinibuildError(f"{error.filename or target}: {error.strerror}") from None
