"""`minibuild inspect`: whatever a name means, in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand, ImageName, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.container.engine import Engine

_KINDS = ("container", "image", "network", "volume")


@click.command(
    "inspect",
    cls=DockerCommand,
    short_help="Describe containers, images, networks and volumes in detail.",
    epilog="Example: minibuild inspect -f '{{json .Config.Env}}' app",
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=ImageName())
@click.option("-f", "--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@click.option("--type", "kind", type=click.Choice(_KINDS), help="The kind of thing that the names mean.")
@click.option("-s", "--size", is_flag=True, help="Show how large a container's files are, too.")
@pass_location
def inspect_command(
    location: StoreLocation, /, names: tuple[str, ...], form: str, kind: str | None, size: bool
) -> None:
    """Describe things as a JSON array, or by a template. A name means a container first, then an image,
    a network, a volume.
    """
    from minibuild.cli.engine import opened
    from minibuild.report.inspection import render_documents

    documents: list[dict[str, Any]] = []
    with opened(location) as engine:
        kinds = (kind,) if kind else _KINDS

        def describe(name: str) -> None:
            hint = ""
            for one in kinds:
                try:
                    documents.append(_FINDERS[one](engine, name, size))
                except MinibuildError as error:
                    if not error.message.startswith("No such"):
                        raise
                    hint = hint or error.hint
                else:
                    return
            raise MinibuildError(f"No such {kind or 'object'}: {name}", hint=hint)

        errors = each(names, describe)
    # A template that prints nothing for nothing prints no line either.
    click.echo(render_documents(documents, form), nl=False)
    fail_with(errors)


def _container(engine: Engine, name: str, size: bool) -> dict[str, Any]:
    from minibuild.cli.container_list import document

    return document(engine, engine.shelf.find(name), size=size)


def _image(engine: Engine, name: str, _size: bool) -> dict[str, Any]:
    from minibuild.report.image_inspection import image_document
    from minibuild.report.image_names import find_image

    return image_document(engine.store, find_image(engine.store, name))


def _network(engine: Engine, name: str, _size: bool) -> dict[str, Any]:
    from minibuild.network.engine import Networks
    from minibuild.network.errors import NoSuchNetworkError
    from minibuild.report.network_inspection import network_document

    networks = Networks(engine.store, engine.shelf.host)
    try:
        network = networks.find(name)
    except NoSuchNetworkError:
        raise MinibuildError(f"No such network: {name}") from None
    return network_document(network, networks.members(network))


def _volume(engine: Engine, name: str, _size: bool) -> dict[str, Any]:
    from minibuild.report.container_inspection import volume_document

    return volume_document(engine.volumes.find(name))


_FINDERS: dict[str, Callable[[Engine, str, bool], dict[str, Any]]] = {
    "container": _container,
    "image": _image,
    "network": _network,
    "volume": _volume,
}
