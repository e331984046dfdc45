"""`minibuild topology` and `reach`: several simulated hosts, and who reaches whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.network.planned import Plan
    from minibuild.store import Store


@click.group(
    "topology",
    short_help="Set up several hosts with switches between them.",
    epilog="Example: minibuild topology up samples/topology/primer.yaml",
)
def topology_group() -> None:
    """Set up several hosts with NICs, bridges and engines, and switches with VLANs between them; `minibuild
    --host NAME …` then works on one of them.
    """


def _plan(file: str) -> Plan:
    """What the file describes; its warnings are told. Errors say whose they are."""
    from minibuild.network.plan import make_plan
    from minibuild.network.topology_file import read_topology

    topology = read_topology(file)
    try:
        plan = make_plan(topology)
    except MinibuildError as error:
        error.path = error.path or file
        raise
    for text in plan.warnings:
        click.echo(f"warning: {text}", err=True)
    return plan


@topology_group.command(
    "check",
    cls=DockerCommand,
    short_help="Read a topology file.",
    epilog="Example: minibuild topology check hosts.yaml",
)
@click.argument("file", metavar="FILE")
def check_command(file: str) -> None:
    """Read a topology file and say what is wrong with it, or not wise. Nothing is changed."""
    plan = _plan(file)
    switches = len({port.switch for port in plan.ports.values()})
    click.echo(f"{file}: {_count(len(plan.hosts), 'host')}, {_count(switches, 'switch')}")


def _count(number: int, word: str) -> str:
    ending = "" if number == 1 else "es" if word.endswith("ch") else "s"
    return f"{number} {word}{ending}"


@topology_group.command(
    "up",
    cls=DockerCommand,
    short_help="Make the hosts of a file.",
    epilog="Example: minibuild topology up samples/topology/primer.yaml",
)
@click.argument("file", metavar="FILE")
@pass_location
def up_command(location: StoreLocation, file: str) -> None:
    """Make the hosts of a topology file; a topology that is up is replaced, with its containers."""
    from minibuild.network.topology import raise_topology

    plan = _plan(file)
    with location.open() as store:
        try:
            with store.transaction():  # to see whether it works before anything is ended
                _end(store)
                raise_topology(store, plan)
        except MinibuildError as error:
            error.path = error.path or file
            raise


@topology_group.command(
    "down",
    cls=DockerCommand,
    short_help="End the hosts of the topology.",
    epilog="Example: minibuild topology down",
)
@pass_location
def down_command(location: StoreLocation) -> None:
    """End the hosts of the topology that is up, with their containers, networks and volumes."""
    with location.open() as store:
        _end(store)


def _end(store: Store) -> None:
    """Remove the containers and volumes of all hosts but the store's own, then the hosts."""
    from minibuild.cli.engine import make_engine
    from minibuild.container.lifecycle import remove
    from minibuild.network.topology import end_topology, topology_hosts

    for host in topology_hosts(store):
        engine = make_engine(store, host)
        for record in engine.shelf.all():
            remove(engine, record, force=True, volumes=True)
        for volume in engine.volumes.all():
            engine.volumes.remove(volume.name)
    end_topology(store)


@topology_group.command(
    "show",
    cls=DockerCommand,
    short_help="Draw the topology that is up.",
    epilog="Example: minibuild topology show --format svg -o hosts.svg",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "svg"]),
    default="text",
    help="How it is drawn  [default: text]",
)
@click.option("-o", "--output", default="", metavar="FILE", help="Where to  [default: standard output]")
@pass_location
def show_command(location: StoreLocation, form: str, output: str) -> None:
    """Draw hosts, bridges, NICs, switch ports, VLANs and the containers that run."""
    from minibuild.cli.engine import opened
    from minibuild.network.errors import NetworkError
    from minibuild.network.topology import topology_hosts
    from minibuild.report.topology_svg import topology_svg
    from minibuild.report.topology_view import shown_topology, topology_text

    with location.open() as store:
        hosts = topology_hosts(store)
    if not hosts:
        raise NetworkError("no topology is up", hint="minibuild topology up FILE makes one")
    for host in hosts:
        with opened(StoreLocation(location.given, host)):
            pass  # containers that ended meanwhile are not shown
    with location.open() as store:
        shown = shown_topology(store)
    text = topology_svg(shown) if form == "svg" else topology_text(shown)
    if not output:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise MinibuildError(f"can't write {output}: {error.strerror}") from None


@click.command(
    "reach",
    cls=DockerCommand,
    short_help="Tell whether one end reaches another.",
    epilog="Example: minibuild reach A/web B/em1",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the answer is written  [default: text]",
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@pass_location
@click.pass_context
def reach_command(
    ctx: click.Context, location: StoreLocation, /, source: str, target: str, form: str
) -> None:
    """Tell whether FROM gets an answer from TO, and what a packet passes: each is HOST/CONTAINER or
    HOST/INTERFACE; without HOST/ it is on the store's own host.

    The exit status is 0 when it does, 1 when it doesn't, 2 when an end is not known.
    """
    from minibuild.cli.engine import opened
    from minibuild.network.ends import reach_end
    from minibuild.report.reach import reach_json, reach_text

    with location.open() as store:
        known = {row[0] for row in store.execute("SELECT name FROM network_hosts").fetchall()}
    for host in sorted({text.partition("/")[0] if "/" in text else "" for text in (source, target)} & known):
        with opened(StoreLocation(location.given, host)):
            pass  # a container that ended meanwhile reaches nobody
    with location.open() as store:
        reach = reach_end(store, source, target)
    click.echo(reach_json(reach) if form == "json" else reach_text(reach), nl=False)
    ctx.exit(0 if reach.answer.reachable else 1)
