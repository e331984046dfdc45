"""`minibuild ps`, `port` and `container inspect`: looking at containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.container.engine import Engine
    from minibuild.report.container_list import Surroundings

_FORMAT = "json, table TEMPLATE, or a Go template for each row."


@click.command(
    "ps",
    cls=DockerCommand,
    short_help="List containers.",
    epilog="Example: minibuild ps -a --filter status=exited",
)
@click.option("-a", "--all", "everything", is_flag=True, help="Those that don't run, too.")
@click.option(
    "-f",
    "--filter",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    help="Show only some: name, id, status, exited, label, ancestor, volume, network, health, before, since,"
    " publish, expose.",
)
@click.option("--format", "form", default="", metavar="FORMAT", help=_FORMAT)
@click.option("-n", "--last", type=int, default=-1, metavar="NUMBER", help="The last ones created.")
@click.option("-l", "--latest", is_flag=True, help="The last one created.")
@click.option("--no-trunc", "full", is_flag=True, help="Cut nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print only IDs.")
@click.option("-s", "--size", is_flag=True, help="Show how large their files are.")
@pass_location
def ps_command(location: StoreLocation, /, **given: Any) -> None:
    """List containers, the newest first."""
    from minibuild.cli.engine import opened
    from minibuild.report.container_list import Shape, Wanted, container_list

    last = 1 if given["latest"] else given["last"]
    wanted = Wanted(given["everything"], last, given["filters"])
    shape = Shape(given["form"], given["quiet"], given["full"], given["size"])
    with opened(location) as engine:
        click.echo(container_list(engine.shelf.all(), wanted, shape, surroundings(engine)), nl=False)


def surroundings(engine: Engine) -> Surroundings:
    """What a list of containers needs besides them."""
    from minibuild.cli.engine import published
    from minibuild.report.container_list import Surroundings, exposed_text

    def sizes(record: Any) -> tuple[int, int]:
        from minibuild.container.files import writable_size
        from minibuild.report.layer_sizes import image_size

        writable = writable_size(engine, record)
        return writable, writable + image_size(engine.store, engine.store.image(record.spec.image).diff_ids)

    def ancestors(name: str) -> set[str]:
        image_id = engine.store.resolve(name)
        if image_id is None:
            return set()
        found = {image_id}
        parents = engine.store.execute("SELECT id, parent FROM images").fetchall()
        while more := {child for child, parent in parents if parent in found} - found:
            found |= more
        return found

    return Surroundings(
        engine.now(),
        lambda record: exposed_text(record, published(engine, record)),
        engine.network.names,
        sizes,
        ancestors,
    )


@click.command(
    "port",
    cls=DockerCommand,
    short_help="Show the published ports of a container.",
    epilog="Example: minibuild port web",
)
@click.argument("container")
@click.argument("port", required=False, default="")
@pass_location
def port_command(location: StoreLocation, /, container: str, port: str) -> None:
    """Show where the ports of a container are on the host."""
    from minibuild.cli.engine import opened, published

    with opened(location) as engine:
        record = engine.shelf.find(container)
        ports = published(engine, record)
    if port:
        wanted = port if "/" in port else f"{port}/tcp"
        if wanted not in ports:
            raise MinibuildError(f"No public port '{wanted}' published for {container}")
        for address, number in ports[wanted]:
            click.echo(f"{address}:{number}")
        return
    for name, bound in ports.items():
        for address, number in bound:
            click.echo(f"{name} -> {address}:{number}")


@click.command(
    "inspect",
    cls=DockerCommand,
    short_help="Describe containers in detail.",
    epilog="Example: minibuild container inspect web",
)
@click.argument("names", metavar="CONTAINER...", nargs=-1, required=True)
@click.option("-f", "--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@click.option("-s", "--size", is_flag=True, help="Show how large its files are, too.")
@pass_location
def inspect_command(location: StoreLocation, /, names: tuple[str, ...], form: str, size: bool) -> None:
    """Describe containers as a JSON array, or by a template."""
    from minibuild.cli.engine import opened
    from minibuild.report.inspection import render_documents

    documents: list[dict[str, Any]] = []
    with opened(location) as engine:
        errors = each(
            names, lambda name: documents.append(document(engine, engine.shelf.find(name), size=size))
        )
    click.echo(render_documents(documents, form), nl=False)
    fail_with(errors)


def document(engine: Engine, record: Any, *, size: bool = False) -> dict[str, Any]:
    """What `inspect` says of a container."""
    from minibuild.report.container_inspection import container_document

    return container_document(
        record,
        engine.network.settings(record),
        str(engine.store.root),
        engine.volumes.path,
        surroundings(engine).sizes(record) if size else None,
    )
