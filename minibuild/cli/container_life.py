"""`minibuild start`, `stop`, `restart`, `kill`, `pause`, `rm` and their kin: the life of containers."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand, each, fail_with
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from minibuild.container.engine import Engine
    from minibuild.container.records import Record

_POLL = 0.1


def _each(location: StoreLocation, names: tuple[str, ...], do: Callable[[Engine, Record], Any]) -> None:
    """Do something with every container, and print its name as it was given."""
    from minibuild.cli.engine import opened

    with opened(location) as engine:

        def one(name: str) -> None:
            do(engine, engine.shelf.find(name))
            click.echo(name)

        fail_with(each(names, one))


def _names() -> Callable[[Any], Any]:
    return click.argument("names", metavar="CONTAINER...", nargs=-1, required=True)


@click.command(
    "start", cls=DockerCommand, short_help="Start containers.", epilog="Example: minibuild start web"
)
@click.option("-a", "--attach", is_flag=True, help="Show its output, and end with its status.")
@click.option("-i", "--interactive", is_flag=True, help="Attach standard input, too.")
@_names()
@pass_location
def start_command(
    location: StoreLocation, /, names: tuple[str, ...], attach: bool, interactive: bool
) -> None:
    """Start containers that don't run."""
    from minibuild.cli.engine import opened
    from minibuild.container.lifecycle import start

    if not attach and not interactive:
        try:
            _each(location, names, start)
        except MinibuildError as error:
            error.hint = error.hint or f"failed to start containers: {', '.join(names)}"
            raise
        return
    if len(names) > 1:
        raise MinibuildError("you cannot start and attach multiple containers at once")
    with opened(location) as engine:
        status = _start_attached(engine, engine.shelf.find(names[0]), interactive=interactive)
    if status:
        raise click.exceptions.Exit(status)


def _start_attached(engine: Engine, record: Record, *, interactive: bool) -> int:
    from minibuild.cli.engine import make_console
    from minibuild.container.attending import run_attended
    from minibuild.container.watching import follow_output

    console = make_console(interactive=interactive, tty=record.spec.tty)
    if record.state.is_running:
        return follow_output(engine, record, console.write)
    return run_attended(engine, record, console)


@click.command("stop", cls=DockerCommand, short_help="Stop containers.", epilog="Example: minibuild stop web")
@click.option(
    "-t", "--time", "seconds", type=int, metavar="SECONDS", help="How long it may take  [default: 10]"
)
@_names()
@pass_location
def stop_command(location: StoreLocation, /, names: tuple[str, ...], seconds: int | None) -> None:
    """Ask the first process to end (SIGTERM, or the image's signal), and kill it if it has not after some
    seconds. Those seconds are simulated: nobody waits for them.
    """
    from minibuild.container.lifecycle import stop

    _each(location, names, lambda engine, record: stop(engine, record, seconds))


@click.command(
    "restart",
    cls=DockerCommand,
    short_help="Stop and start containers.",
    epilog="Example: minibuild restart web",
)
@click.option("-t", "--time", "seconds", type=int, metavar="SECONDS", help="How long stopping may take.")
@_names()
@pass_location
def restart_command(location: StoreLocation, /, names: tuple[str, ...], seconds: int | None) -> None:
    """Stop containers that run, and start them again with the files that they have."""
    from minibuild.container.lifecycle import restart

    _each(location, names, lambda engine, record: restart(engine, record, seconds))


@click.command(
    "kill",
    cls=DockerCommand,
    short_help="Send containers a signal.",
    epilog="Example: minibuild kill -s HUP web",
)
@click.option("-s", "--signal", default="KILL", metavar="SIGNAL", help="The signal  [default: KILL]")
@_names()
@pass_location
def kill_command(location: StoreLocation, /, names: tuple[str, ...], signal: str) -> None:
    """Send a signal to the first process of containers."""
    from minibuild.container.lifecycle import kill

    _each(location, names, lambda engine, record: kill(engine, record, signal))


@click.command(
    "pause", cls=DockerCommand, short_help="Freeze containers.", epilog="Example: minibuild pause web"
)
@_names()
@pass_location
def pause_command(location: StoreLocation, /, names: tuple[str, ...]) -> None:
    """Let the time of containers stand still."""
    from minibuild.container.lifecycle import pause

    _each(location, names, pause)


@click.command(
    "unpause", cls=DockerCommand, short_help="Let containers go on.", epilog="Example: minibuild unpause web"
)
@_names()
@pass_location
def unpause_command(location: StoreLocation, /, names: tuple[str, ...]) -> None:
    """Let paused containers go on."""
    from minibuild.container.lifecycle import unpause

    _each(location, names, unpause)


@click.command(
    "rm", cls=DockerCommand, short_help="Remove containers.", epilog="Example: minibuild rm -f web"
)
@click.option("-f", "--force", is_flag=True, help="Kill those that run, first.")
@click.option(
    "-v", "--volumes", is_flag=True, help="Remove their anonymous volumes that nobody else holds, too."
)
@click.option("-l", "--link", is_flag=True, hidden=True)
@_names()
@pass_location
def rm_command(
    location: StoreLocation, /, names: tuple[str, ...], force: bool, volumes: bool, **_: Any
) -> None:
    """Remove containers; their volumes stay unless -v says otherwise."""
    from minibuild.container.lifecycle import remove

    _each(location, names, lambda engine, record: remove(engine, record, force=force, volumes=volumes))


@click.command(
    "rename",
    cls=DockerCommand,
    short_help="Rename a container.",
    epilog="Example: minibuild rename web front",
)
@click.argument("container")
@click.argument("name")
@pass_location
def rename_command(location: StoreLocation, /, container: str, name: str) -> None:
    """Give a container another name."""
    from minibuild.cli.engine import opened
    from minibuild.container.lifecycle import rename

    with opened(location) as engine:
        rename(engine, engine.shelf.find(container), name)


@click.command(
    "wait", cls=DockerCommand, short_help="Wait for containers to end.", epilog="Example: minibuild wait job"
)
@_names()
@pass_location
def wait_command(location: StoreLocation, /, names: tuple[str, ...]) -> None:
    """Wait until containers have ended, and print their statuses."""
    from minibuild.cli.engine import opened
    from minibuild.container.lifecycle import bring_forward

    with opened(location) as engine:

        def one(name: str) -> None:
            record = engine.shelf.find(name)
            while record.state.is_running or record.state.status == "restarting":
                after = bring_forward(engine, record)
                if after is None:  # it removed itself
                    break
                record = after
                if record.state.is_running:
                    time.sleep(_POLL)
                    record = engine.shelf.current(record)
            click.echo(str(record.state.exit_code))

        fail_with(each(names, one))


@click.command(
    "prune",
    cls=DockerCommand,
    short_help="Remove all stopped containers.",
    epilog="Example: minibuild container prune -f",
)
@click.option("-f", "--force", is_flag=True, help="Don't ask.")
@click.option("--filter", "filters", multiple=True, metavar="KEY=VALUE", help="label=NAME[=VALUE].")
@pass_location
def prune_command(location: StoreLocation, /, force: bool, filters: tuple[str, ...]) -> None:
    """Remove all containers that don't run."""
    from minibuild.cli.container_list import surroundings
    from minibuild.cli.engine import opened
    from minibuild.container.files import writable_size
    from minibuild.container.lifecycle import remove
    from minibuild.report.container_list import Wanted, chosen
    from minibuild.report.units import human_size

    confirm("This will remove all stopped containers.", force=force)
    total, removed = 0, []
    with opened(location) as engine:
        wanted = Wanted(True, -1, filters)
        for record in chosen(engine.shelf.all(), wanted, surroundings(engine)):
            if record.state.status in ("created", "exited", "dead"):
                total += writable_size(engine, record)
                remove(engine, record)
                removed.append(record.id)
    if removed:
        click.echo("Deleted Containers:\n" + "\n".join(removed) + "\n")
    click.echo(f"Total reclaimed space: {human_size(total, 4)}")


def confirm(what: str, *, force: bool) -> None:
    """Ask before something is removed, unless `force`. Raise `UsageError` when nobody can answer."""
    if force:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "prune asks before it removes, and nobody can answer", hint="--force removes at once"
        )
    click.echo(f"WARNING! {what}")
    if not click.confirm("Are you sure you want to continue?"):
        raise click.exceptions.Exit(0)
