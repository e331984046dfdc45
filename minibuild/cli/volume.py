"""`minibuild volume`: the volumes of containers."""

from __future__ import annotations

from typing import Any

import click

from minibuild.cli.arguments import DockerCommand, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

_FORMAT = "json, table TEMPLATE, or a Go template for each row."


@click.group("volume", short_help="Look after volumes.", epilog="Example: minibuild volume ls")
def volume_group() -> None:
    """Look after volumes: files that containers share, and that stay when containers go."""


@volume_group.command(
    "create", cls=DockerCommand, short_help="Make a volume.", epilog="Example: minibuild volume create data"
)
@click.option("-d", "--driver", default="local", metavar="NAME", help="local is the only one.")
@click.option("--label", "labels", multiple=True, metavar="NAME[=VALUE]", help="Set a label.")
@click.option("-o", "--opt", "options", multiple=True, metavar="NAME=VALUE", help="Recorded only.")
@click.option("--name", "other", default="", hidden=True)
@click.argument("name", metavar="[NAME]", required=False, default="")
@pass_location
def create_command(location: StoreLocation, /, name: str, **given: Any) -> None:
    """Make a volume, and print its name; without a name it is anonymous."""
    from minibuild.cli.engine import opened

    if given["driver"] != "local":
        raise MinibuildError(
            f"create {name}: error looking up volume plugin {given['driver']}: plugin"
            f' "{given["driver"]}" not found'
        )
    with opened(location, current=False) as engine:
        volume = engine.volumes.create(
            name or given["other"], labels=_pairs(given["labels"]), options=_pairs(given["options"])
        )
    click.echo(volume.name)


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, _, value in (text.partition("=") for text in texts)}


@volume_group.command(
    "ls",
    cls=DockerCommand,
    short_help="List volumes.",
    epilog="Example: minibuild volume ls -f dangling=true",
)
@click.option(
    "-f",
    "--filter",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    help="Show only some: dangling=true, label=NAME[=VALUE], name=TEXT, driver=NAME.",
)
@click.option("--format", "form", default="", metavar="FORMAT", help=_FORMAT)
@click.option("-q", "--quiet", is_flag=True, help="Print only names.")
@pass_location
def ls_command(location: StoreLocation, /, filters: tuple[str, ...], form: str, quiet: bool) -> None:
    """List volumes, sorted by name."""
    from minibuild.cli.engine import opened
    from minibuild.report.volume_list import volume_list

    with opened(location) as engine:
        volumes = engine.volumes
        text = volume_list(volumes.all(), volumes.held(), filters, form, quiet=quiet)
    click.echo(text, nl=False)


@volume_group.command(
    "inspect",
    cls=DockerCommand,
    short_help="Describe volumes.",
    epilog="Example: minibuild volume inspect data",
)
@click.option("-f", "--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@click.argument("names", metavar="VOLUME...", nargs=-1, required=True)
@pass_location
def inspect_command(location: StoreLocation, /, names: tuple[str, ...], form: str) -> None:
    """Describe volumes as a JSON array, or by a template."""
    from minibuild.cli.engine import opened
    from minibuild.report.container_inspection import volume_document
    from minibuild.report.inspection import render_documents

    documents: list[dict[str, Any]] = []
    with opened(location) as engine:
        errors = each(names, lambda name: documents.append(volume_document(engine.volumes.find(name))))
    click.echo(render_documents(documents, form), nl=False)
    fail_with(errors)


@volume_group.command(
    "rm", cls=DockerCommand, short_help="Remove volumes.", epilog="Example: minibuild volume rm data"
)
@click.option("-f", "--force", is_flag=True, help="A volume that is not there is no error.")
@click.argument("names", metavar="VOLUME...", nargs=-1, required=True)
@pass_location
def rm_command(location: StoreLocation, /, names: tuple[str, ...], force: bool) -> None:
    """Remove volumes with their files; one that a container has, running or not, stays."""
    from minibuild.cli.engine import opened
    from minibuild.volume.volumes import NoSuchVolumeError

    with opened(location) as engine:

        def remove(name: str) -> None:
            try:
                engine.volumes.remove(name)
            except NoSuchVolumeError:
                if not force:
                    raise
            click.echo(name)

        fail_with(each(names, remove))


@volume_group.command(
    "prune",
    cls=DockerCommand,
    short_help="Remove all unused volumes.",
    epilog="Example: minibuild volume prune -f",
)
@click.option("-f", "--force", is_flag=True, help="Don't ask.")
@click.option("-a", "--all", "everything", is_flag=True, help="Accepted: named ones go, too.")
@click.option("--filter", "filters", multiple=True, metavar="KEY=VALUE", help="label=NAME[=VALUE].")
@pass_location
def prune_command(location: StoreLocation, /, force: bool, filters: tuple[str, ...], **_: Any) -> None:
    """Remove all volumes that no container has."""
    from minibuild.cli.container_life import confirm
    from minibuild.cli.engine import opened
    from minibuild.report.units import human_size
    from minibuild.report.volume_list import tests

    confirm("This will remove all local volumes not used by at least one container.", force=force)
    total, removed = 0, []
    with opened(location) as engine:
        volumes = engine.volumes
        wanted = tests(filters, volumes.held())
        for volume in volumes.all():
            if volumes.users(volume.name) or not all(test(volume) for test in wanted):
                continue
            total += volumes.size(volume.name)
            volumes.remove_if_free(volume.name)
            removed.append(volume.name)
    if removed:
        click.echo("Deleted Volumes:\n" + "\n".join(removed) + "\n")
    click.echo(f"Total reclaimed space: {human_size(total, 4)}")
