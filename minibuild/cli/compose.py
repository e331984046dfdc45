"""`minibuild compose`: projects of several services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.location import StoreLocation, pass_location

if TYPE_CHECKING:
    from minibuild.compose.project import Project
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record


class _Asked(NamedTuple):
    file: str | None
    project: str
    profiles: tuple[str, ...]


_KEY = "minibuild.compose"


@click.group(
    "compose", short_help="Run projects of several services.", epilog="Example: minibuild compose up -d"
)
@click.option("-f", "--file", default=None, metavar="FILE", help="The Compose file  [default: compose.yaml]")
@click.option("-p", "--project-name", "project", default="", metavar="PROJECT", help="The project's name.")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="A profile to activate.")
@click.pass_context
def compose_group(ctx: click.Context, file: str | None, project: str, profiles: tuple[str, ...]) -> None:
    """Run the services of a Compose file: what it says of services, networks and volumes is simulated; keys
    that are not known are named, and have no effect.
    """
    ctx.meta[_KEY] = _Asked(file, project, profiles)


def _project(*, quiet: bool = False) -> Project:
    from minibuild.compose.reading import read_project

    asked: _Asked = click.get_current_context().meta[_KEY]
    project = read_project(asked.file, asked.project, asked.profiles)
    for text in () if quiet else project.warnings:
        click.echo(f"warning: {text}", err=True)
    return project


@compose_group.command(
    "up",
    cls=DockerCommand,
    short_help="Make and start services.",
    epilog="Example: minibuild compose up -d web",
)
@click.option("-d", "--detach", is_flag=True, help="Leave them running, and show no output.")
@click.option("--build", "again", is_flag=True, help="Build images even if they are there.")
@click.option("--no-start", is_flag=True, help="Make them only.")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@pass_location
def up_command(location: StoreLocation, /, services: tuple[str, ...], **given: Any) -> None:
    """Make the networks, volumes and containers of the project, and start them, each after what it depends
    on. Without -d their output is shown until all have ended; an interrupt stops them.
    """
    from minibuild.cli.compose_up import Starting, build_images, show_logs
    from minibuild.cli.engine import opened

    project = _project()
    names = project.active(services)
    build_images(location, project, names, again=given["again"])
    with opened(location) as engine:
        starting = Starting(engine, project)
        starting.make_networks(names)
        starting.make_volumes(names)
        for name in names:
            starting.make_container(name)
        if given["no_start"]:
            return
        for name in names:
            starting.start(name)
        if given["detach"]:
            return
        click.echo("Attaching to " + ", ".join(project.container_name(name) for name in names), err=True)
        try:
            show_logs(engine, project, names, follow=True)
        except KeyboardInterrupt:
            click.echo("Gracefully stopping...", err=True)
            _stop(engine, _records(engine, project))


def _records(engine: Engine, project: Project) -> list[Record]:
    """The project's containers, those that depend on others first."""
    from minibuild.compose.order import start_order
    from minibuild.compose.project import PROJECT, SERVICE

    labelled = [(dict(one.spec.config.labels), one) for one in engine.shelf.all()]
    order = {name: index for index, name in enumerate(start_order(project.services))}
    own = [(labels.get(SERVICE, ""), one) for labels, one in labelled if labels.get(PROJECT) == project.name]
    return [one for _, one in sorted(own, key=lambda pair: order.get(pair[0], len(order)), reverse=True)]


def _stop(engine: Engine, records: list[Record]) -> None:
    from minibuild.cli.compose_up import tell
    from minibuild.container.lifecycle import stop

    for record in records:
        tell("Container", record.name, "Stopping")
        stop(engine, record)
        tell("Container", record.name, "Stopped")


@compose_group.command(
    "down", cls=DockerCommand, short_help="Remove what up made.", epilog="Example: minibuild compose down -v"
)
@click.option("-v", "--volumes", "with_volumes", is_flag=True, help="Remove the volumes, too.")
@click.option("--remove-orphans", is_flag=True, help="Accepted: all containers of the project go.")
@pass_location
def down_command(location: StoreLocation, /, with_volumes: bool, **_: Any) -> None:
    """Stop and remove the project's containers and networks; its volumes only with -v, those that are
    external never.
    """
    from minibuild.cli.compose_up import tell
    from minibuild.cli.engine import opened
    from minibuild.compose.project import PROJECT
    from minibuild.container.lifecycle import remove
    from minibuild.network.engine import Networks

    project = _project(quiet=True)
    with opened(location) as engine:
        records = _records(engine, project)
        _stop(engine, records)
        for record in records:
            tell("Container", record.name, "Removing")
            remove(engine, engine.shelf.current(record), force=True, volumes=with_volumes)
            tell("Container", record.name, "Removed")
        if with_volumes:
            for volume in engine.volumes.all():
                if (volume.labels or {}).get(PROJECT) == project.name:
                    tell("Volume", volume.name, "Removing")
                    engine.volumes.remove(volume.name)
                    tell("Volume", volume.name, "Removed")
        networks = Networks(engine.store, engine.shelf.host)
        for network in networks.list():
            if network.spec.labels.get(PROJECT) == project.name:
                tell("Network", network.name, "Removing")
                networks.remove(network.id)
                tell("Network", network.name, "Removed")


@compose_group.command(
    "ps",
    cls=DockerCommand,
    short_help="List the project's containers.",
    epilog="Example: minibuild compose ps -a",
)
@click.option("-a", "--all", "everything", is_flag=True, help="Those that don't run, too.")
@click.option("-q", "--quiet", is_flag=True, help="Print only IDs.")
@click.option("--services", "only_services", is_flag=True, help="Print only the services' names.")
@pass_location
def ps_command(location: StoreLocation, /, everything: bool, quiet: bool, only_services: bool) -> None:
    """List the containers of the project by name."""
    from minibuild.cli.container_list import surroundings
    from minibuild.cli.engine import opened
    from minibuild.compose.project import SERVICE
    from minibuild.report.compose_list import compose_list

    project = _project(quiet=True)
    with opened(location) as engine:
        found = [one for one in _records(engine, project) if everything or one.state.is_running]
        if only_services:
            text = "".join(sorted(dict(one.spec.config.labels)[SERVICE] + "\n" for one in found))
        elif quiet:
            text = "".join(one.id + "\n" for one in found)
        else:
            text = compose_list(found, engine.now(), surroundings(engine).ports)
    click.echo(text, nl=False)


@compose_group.command(
    "config",
    cls=DockerCommand,
    short_help="Show the project in full.",
    epilog="Example: minibuild compose config --services",
)
@click.option("-q", "--quiet", is_flag=True, help="Only check.")
@click.option("--services", "only_services", is_flag=True, help="Print only the services' names.")
@click.option("--volumes", "only_volumes", is_flag=True, help="Print only the volumes' names.")
def config_command(quiet: bool, only_services: bool, only_volumes: bool) -> None:
    """Check the Compose file, and show it with variables replaced and every short form as a long one."""
    from minibuild.report.compose_list import config_text

    project = _project()
    names = project.active()
    if only_services or only_volumes:
        words = names if only_services else project.used_volumes(names)
        click.echo("".join(word + "\n" for word in words), nl=False)
    elif not quiet:
        click.echo(config_text(project, names), nl=False)


@compose_group.command(
    "logs",
    cls=DockerCommand,
    short_help="Show what services wrote.",
    epilog="Example: minibuild compose logs web",
)
@click.option("-f", "--follow", is_flag=True, help="Go on with what they write.")
@click.option("--no-log-prefix", is_flag=True, help="Don't name the container before each line.")
@click.option("--no-color", is_flag=True, hidden=True)
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@pass_location
def logs_command(location: StoreLocation, /, services: tuple[str, ...], **given: Any) -> None:
    """Show what the containers of the project, or of some services, wrote."""
    from minibuild.cli.compose_up import show_logs
    from minibuild.cli.engine import opened
    from minibuild.compose.errors import ComposeError

    project = _project(quiet=True)
    for name in services:
        if name not in project.services:
            raise ComposeError(f"no such service: {name}")
    names = list(services) or project.active()
    with opened(location) as engine:
        show_logs(engine, project, names, follow=given["follow"], prefix=not given["no_log_prefix"])
