"""`minibuild images`, `history`, `inspect`, `tag` and `rmi`: the images of the store."""

from datetime import UTC, datetime
from typing import Any

import click

from minibuild.cli.arguments import DockerCommand, ImageName, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location

_FORMAT = "json, table TEMPLATE, or a Go template for each row."


@click.command(
    "images",
    cls=DockerCommand,
    short_help="List images.",
    epilog="Example: minibuild images --filter reference='app:*'",
)
@click.argument("pattern", metavar="[NAME[:TAG]]", required=False, default="", type=ImageName())
@click.option("-a", "--all", "intermediate", is_flag=True, help="Show images that builds went through, too.")
@click.option("-q", "--quiet", is_flag=True, help="Print only IDs.")
@click.option("--no-trunc", "full", is_flag=True, help="Print IDs in full.")
@click.option("--digests", is_flag=True, help="Show the digests of manifests.")
@click.option(
    "-f",
    "--filter",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    help="Show only some: before=IMAGE, since=IMAGE, dangling=true, label=NAME[=VALUE], reference=PATTERN.",
)
@click.option("--format", "form", default="", metavar="FORMAT", help=_FORMAT)
@pass_location
def images_command(location: StoreLocation, /, pattern: str, **given: Any) -> None:
    """List images, the newest first."""
    from minibuild.report.image_list import Shape, Wanted, image_list  # reports are made for those who ask

    wanted = Wanted(pattern, given["filters"], given["intermediate"])
    shape = Shape(given["form"], given["quiet"], given["full"], given["digests"])
    with location.open() as store:
        click.echo(image_list(store, wanted, shape, datetime.now(UTC)), nl=False)


@click.command(
    "history",
    cls=DockerCommand,
    short_help="Show the instructions that made an image.",
    epilog="Example: minibuild history --fidelity app",
)
@click.argument("image", metavar="IMAGE|ARCHIVE", type=ImageName())
@click.option(
    "-H/ ", "--human/--no-human", default=True, help="Print sizes and times for people  [default: yes]"
)
@click.option("-q", "--quiet", is_flag=True, help="Print only IDs.")
@click.option("--no-trunc", "full", is_flag=True, help="Cut nothing.")
@click.option("--fidelity", is_flag=True, help="Show how faithful each step was, and why it was not exact.")
@click.option("--files", is_flag=True, help="Show how many files each step added, changed and deleted.")
@click.option("--timing", is_flag=True, help="Show what the cache had, and how long each step took.")
@click.option("--format", "form", default="", metavar="FORMAT", help=_FORMAT)
@pass_location
def history_command(location: StoreLocation, /, image: str, **given: Any) -> None:
    """Show the instructions that made an image, the newest first.

    IMAGE~2, here and wherever an image is expected, is the image two instructions before. An archive or OCI
    layout on disk is shown without being loaded.
    """
    from minibuild.report.image_history import Shape, image_history
    from minibuild.report.layers.subject import open_subject

    asked = ("form", "quiet", "full", "human", "fidelity", "files", "timing")
    shape = Shape(*(given[name] for name in asked))
    with location.open() as store, open_subject(store, image) as subject:
        text = image_history(subject.store, subject.image, shape, datetime.now(UTC))
    click.echo(text, nl=False)


@click.command(
    "inspect",
    cls=DockerCommand,
    short_help="Describe images in detail.",
    epilog="Example: minibuild inspect -f '{{json .Config.Env}}' app",
)
@click.argument("names", metavar="IMAGE...", nargs=-1, required=True, type=ImageName())
@click.option("-f", "--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@click.option("--type", "kind", type=click.Choice(["image"]), help="The kind of thing that the names mean.")
@click.option("-s", "--size", is_flag=True, help="Accepted; an image's size is always shown.")
@pass_location
def inspect_command(location: StoreLocation, /, names: tuple[str, ...], form: str, **_: Any) -> None:
    """Describe images as a JSON array, or by a template."""
    from minibuild.report.image_inspection import image_document
    from minibuild.report.image_names import NoSuchImageError, find_image
    from minibuild.report.inspection import render_documents

    documents: list[dict[str, Any]] = []
    with location.open() as store:

        def describe(name: str) -> None:
            try:
                documents.append(image_document(store, find_image(store, name)))
            except NoSuchImageError as error:
                raise NoSuchImageError(f"No such object: {name}", hint=error.hint) from None

        errors = each(names, describe)
    # A template that prints nothing for nothing prints no line either.
    click.echo(render_documents(documents, form), nl=False)
    fail_with(errors)


@click.command(
    "tag",
    cls=DockerCommand,
    short_help="Give an image a further name.",
    epilog="Example: minibuild tag app~1 app:before-the-last-step",
)
@click.argument("image", metavar="IMAGE", type=ImageName())
@click.argument("name", metavar="NAME[:TAG]")
@pass_location
def tag_command(location: StoreLocation, image: str, name: str) -> None:
    """Give an image a further name; another image that has it loses it."""
    from minibuild.report.image_names import find_image

    with location.open() as store:
        store.tag(find_image(store, image), name)


@click.command("rmi", cls=DockerCommand, short_help="Remove images.", epilog="Example: minibuild rmi app:old")
@click.argument("names", metavar="IMAGE...", nargs=-1, required=True, type=ImageName())
@click.option("-f", "--force", is_flag=True, help="Remove an image with names in several repositories, too.")
@pass_location
def rmi_command(location: StoreLocation, names: tuple[str, ...], force: bool) -> None:
    """Remove names, and images whose last name that was; their layers stay for the build cache until
    system prune.
    """
    from minibuild.report.image_names import find_image
    from minibuild.store.usage import check_removal, images_in_use

    with location.open() as store:

        def remove(name: str) -> None:
            image_id = find_image(store, name)
            check_removal(store, name, image_id, force=force)
            named = image_id if "~" in name else name
            for line in store.remove_image(named, force=force, in_use=images_in_use(store)):
                click.echo(line)

        fail_with(each(names, remove))
