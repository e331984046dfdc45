"""`minibuild network`: the networks of a simulated host."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.network.engine import Networks

_FORMAT = "json, table TEMPLATE, or a Go template for each row."


@click.group("network", short_help="Look after networks.", epilog="Example: minibuild network ls")
def network_group() -> None:
    """Look after the networks of the simulated host: subnets, bridges, and the containers on them."""


@contextmanager
def _networks(location: StoreLocation) -> Iterator[Networks]:
    """The networks, with all containers brought forward to now: those that ended hold no address."""
    from minibuild.cli.engine import opened
    from minibuild.network.engine import Networks

    with opened(location) as engine:
        networks = Networks(engine.store, location.host)
        networks.warn = lambda text: click.echo(f"warning: {text}", err=True)
        yield networks


@network_group.command(
    "ls",
    cls=DockerCommand,
    short_help="List networks.",
    epilog="Example: minibuild network ls -f type=custom",
)
@click.option(
    "-f",
    "--filter",
    "filters",
    multiple=True,
    metavar="KEY=VALUE",
    help="Show only some: dangling=true, driver=NAME, id=ID, label=NAME[=VALUE], name=TEXT, scope=local,"
    " type=custom|builtin.",
)
@click.option("--format", "form", default="", metavar="FORMAT", help=_FORMAT)
@click.option("--no-trunc", "full", is_flag=True, help="Print IDs in full.")
@click.option("-q", "--quiet", is_flag=True, help="Print only IDs.")
@pass_location
def ls_command(location: StoreLocation, /, filters: tuple[str, ...], **given: Any) -> None:
    """List networks, sorted by name."""
    from minibuild.report.network_list import Shape, network_list

    shape = Shape(given["form"], given["quiet"], given["full"])
    with _networks(location) as networks:
        unused = {network.id for network in networks.unused()} if filters else set()
        text = network_list(networks.list(), unused, filters, shape)
    click.echo(text, nl=False)


@network_group.command(
    "inspect",
    cls=DockerCommand,
    short_help="Describe networks.",
    epilog="Example: minibuild network inspect bridge",
)
@click.option("-f", "--format", "form", default="", metavar="FORMAT", help="json, or a Go template.")
@click.option("-v", "--verbose", is_flag=True, help="Accepted; there is nothing more to tell.")
@click.argument("names", metavar="NETWORK...", nargs=-1, required=True)
@pass_location
def inspect_command(location: StoreLocation, /, names: tuple[str, ...], form: str, **_: Any) -> None:
    """Describe networks as a JSON array, with the running containers on them, or by a template."""
    from minibuild.network.errors import NetworkError, NoSuchNetworkError
    from minibuild.report.inspection import render_documents
    from minibuild.report.network_inspection import network_document

    documents: list[dict[str, Any]] = []
    with _networks(location) as networks:

        def describe(name: str) -> None:
            try:
                network = networks.find(name)
            except NoSuchNetworkError:
                raise NetworkError(f"Error: No such network: {name}") from None
            documents.append(network_document(network, networks.members(network)))

        errors = each(names, describe)
    click.echo(render_documents(documents, form), nl=False)
    fail_with(errors)


@network_group.command(
    "create",
    cls=DockerCommand,
    short_help="Make a network.",
    epilog="Example: minibuild network create --subnet 10.9.0.0/24 back",
)
@click.option("-d", "--driver", default="bridge", metavar="NAME", help="bridge is the only one.")
@click.option("--subnet", "subnets", multiple=True, metavar="CIDR", help="The network's addresses.")
@click.option("--gateway", "gateways", multiple=True, metavar="ADDRESS", help="The bridge's address.")
@click.option("--ip-range", "ranges", multiple=True, metavar="CIDR", help="What containers get of a subnet.")
@click.option("--aux-address", "auxiliary", multiple=True, metavar="NAME=ADDRESS", help="Leave one out.")
@click.option("-o", "--opt", "options", multiple=True, metavar="KEY=VALUE", help="A driver's option.")
@click.option("--label", "labels", multiple=True, metavar="NAME[=VALUE]", help="Set a label.")
@click.option("--internal", is_flag=True, help="Keep it apart from everything outside.")
@click.option("--ipv6", is_flag=True, help="Give IPv6 addresses, too; needs an IPv6 --subnet.")
@click.option("--attachable", is_flag=True, help="Recorded only.")
@click.option("--ipam-driver", default="default", metavar="NAME", help="default is the only one.")
@click.option("--ipam-opt", "ipam_options", multiple=True, metavar="KEY=VALUE", help="Recorded only.")
@click.option("--scope", default="", hidden=True)
@click.option("--ingress", is_flag=True, hidden=True)
@click.argument("name", metavar="NETWORK")
@pass_location
def create_command(location: StoreLocation, /, name: str, **given: Any) -> None:
    """Make a network with a bridge of its own on the host, and print its ID.

    Driver options: com.docker.network.bridge.name, .enable_icc, .enable_ip_masquerade, .host_binding_ipv4;
    com.docker.network.driver.mtu.
    """
    from minibuild.network.creation import NetworkOptions

    plain = ("driver", "subnets", "gateways", "ranges", "internal", "attachable", "ipv6", "ipam_driver")
    values = {key: given[key] for key in plain}
    for key in ("auxiliary", "options", "labels", "ipam_options"):
        values[key] = {name: value for name, _, value in (one.partition("=") for one in given[key])}
    options = NetworkOptions(name, **values)
    with _networks(location) as networks:
        click.echo(networks.create(options))


@network_group.command(
    "rm", cls=DockerCommand, short_help="Remove networks.", epilog="Example: minibuild network rm back"
)
@click.option("-f", "--force", is_flag=True, help="A network that is not there is no error.")
@click.argument("names", metavar="NETWORK...", nargs=-1, required=True)
@pass_location
def rm_command(location: StoreLocation, /, names: tuple[str, ...], force: bool) -> None:
    """Remove networks; one that a running container is on stays."""
    from minibuild.network.errors import NetworkError, NoSuchNetworkError

    with _networks(location) as networks:

        def remove(name: str) -> None:
            try:
                networks.remove(name)
            except NoSuchNetworkError:
                if not force:
                    raise NetworkError(f"Error: No such network: {name}") from None
            else:
                click.echo(name)

        fail_with(each(names, remove))


@network_group.command(
    "connect",
    cls=DockerCommand,
    short_help="Put a container on a network.",
    epilog="Example: minibuild network connect --alias db back web",
)
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="A further name on the network.")
@click.option("--ip", default="", metavar="ADDRESS", help="IPv4 address on the network.")
@click.option("--ip6", default="", metavar="ADDRESS", help="IPv6 address on the network.")
@click.option("--driver-opt", "_driver_options", multiple=True, hidden=True)
@click.option("--link", "_links", multiple=True, hidden=True)
@click.argument("network", metavar="NETWORK")
@click.argument("container", metavar="CONTAINER")
@pass_location
def connect_command(location: StoreLocation, /, network: str, container: str, **given: Any) -> None:
    """Put a container on a further network, at once if it runs."""
    from minibuild.network.records import Wish

    with _networks(location) as networks:
        networks.connect(network, container, Wish(given["aliases"], given["ip"], given["ip6"]))


@network_group.command(
    "disconnect",
    cls=DockerCommand,
    short_help="Take a container off a network.",
    epilog="Example: minibuild network disconnect back web",
)
@click.option("-f", "--force", is_flag=True, help="Accepted; it always works.")
@click.argument("network", metavar="NETWORK")
@click.argument("container", metavar="CONTAINER")
@pass_location
def disconnect_command(location: StoreLocation, /, network: str, container: str, **_: Any) -> None:
    """Take a container off a network."""
    with _networks(location) as networks:
        networks.disconnect(network, container)


@network_group.command(
    "prune",
    cls=DockerCommand,
    short_help="Remove all unused networks.",
    epilog="Example: minibuild network prune -f",
)
@click.option("-f", "--force", is_flag=True, help="Don't ask.")
@click.option("--filter", "filters", multiple=True, metavar="KEY=VALUE", help="label=NAME[=VALUE].")
@pass_location
def prune_command(location: StoreLocation, /, force: bool, filters: tuple[str, ...]) -> None:
    """Remove all networks of the user that no running container is on."""
    from minibuild.cli.container_life import confirm
    from minibuild.report.network_list import tests

    confirm("This will remove all custom networks not used by at least one container.", force=force)
    with _networks(location) as networks:
        wanted = tests(filters, ())
        idle = [network for network in networks.unused() if all(test(network) for test in wanted)]
        removed = networks.prune(idle)
    if removed:
        click.echo("Deleted Networks:\n" + "\n".join(removed) + "\n")
