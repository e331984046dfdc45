"""`minibuild run` and `create`: containers from images."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.container_options import RunCommand, RunError, check_terminal, container_options, wishes
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record


@click.command(
    "run",
    cls=RunCommand,
    short_help="Run a command in a new container.",
    epilog="Example: minibuild run --rm -v data:/data alpine ls /data",
)
@click.option("-d", "--detach", is_flag=True, help="Leave it running, and print its ID.")
@click.option("--sig-proxy", default="true", hidden=True)
@container_options
@pass_location
def run_command(location: StoreLocation, /, image: str, command: tuple[str, ...], **given: Any) -> None:
    """Run a command in a new, simulated container. The exit status is the command's; 125 when the container
    could not be made, 126 when the command can't be executed, 127 when it is not there.
    """
    from minibuild.cli.engine import opened
    from minibuild.container.errors import StartError

    detached = given.pop("detach")
    given.pop("sig_proxy")
    try:
        with opened(location, current=False) as engine:
            check_terminal(given, detached=detached)
            record = _create(engine, image, command, given, attached=not detached)
            if detached:
                _start(engine, record)
                return
            status = _attend(engine, record)
    except StartError as error:
        prefix = "" if error.status == 125 else "failed to start: "
        raise RunError(MinibuildError(prefix + error.message, hint=error.hint), error.status) from None
    except MinibuildError as error:
        raise RunError(error) from None
    if status:
        sys.stdout.flush()
        raise click.exceptions.Exit(status)


@click.command(
    "create",
    cls=RunCommand,
    short_help="Make a container without starting it.",
    epilog="Example: minibuild create --name web -p 8080:80 nginx",
)
@container_options
@pass_location
def create_command(location: StoreLocation, /, image: str, command: tuple[str, ...], **given: Any) -> None:
    """Make a container, and print its ID; `start` starts it."""
    from minibuild.cli.engine import opened

    try:
        with opened(location, current=False) as engine:
            record = _create(engine, image, command, given, attached=True)
    except MinibuildError as error:
        raise RunError(error, 1) from None
    click.echo(record.id)


def _create(
    engine: Engine, image: str, command: tuple[str, ...], given: dict[str, Any], *, attached: bool
) -> Record:
    from minibuild.cli.engine import find_image
    from minibuild.container.creation import create

    asked = wishes(given, command, attached=attached)
    record = create(engine, find_image(engine.store, image, given["fidelity"]), asked)
    if given["cidfile"]:
        try:
            with open(given["cidfile"], "x", encoding="ascii") as file:
                file.write(record.id)
        except OSError as error:
            raise MinibuildError(
                f"failed to create the container ID file: {error.strerror}: {given['cidfile']}"
            ) from None
    return record


def _start(engine: Engine, record: Record) -> None:
    from minibuild.container.lifecycle import remove, start

    click.echo(record.id)
    try:
        start(engine, record)
    except MinibuildError:
        if record.spec.auto_remove:
            remove(engine, record, force=True, volumes=True)
        raise


def _attend(engine: Engine, record: Record) -> int:
    from minibuild.cli.engine import make_console
    from minibuild.container.attending import run_attended
    from minibuild.container.lifecycle import remove

    console = make_console(interactive=record.spec.open_stdin, tty=record.spec.tty)
    try:
        return run_attended(engine, record, console)
    except MinibuildError:
        left = engine.shelf.look_up(record.id)
        if record.spec.auto_remove and left is not None:
            remove(engine, left, force=True, volumes=True)
        raise
