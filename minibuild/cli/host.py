"""`minibuild host`: commands on a simulated host."""

from __future__ import annotations

import sys

import click

from minibuild.cli.location import StoreLocation, pass_location


@click.group("host", short_help="Look at the simulated host.", epilog="Example: minibuild host exec -- ip a")
def host_group() -> None:
    """Look at the simulated host: its interfaces, bridges, routes and firewall."""


@host_group.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    short_help="Run a command on the simulated host.",
    epilog="Example: minibuild host exec -- brctl show",
)
@click.option("-i", "--interactive", is_flag=True, help="Give it what comes on standard input.")
@click.option("-t", "--tty", is_flag=True, help="Accepted.")
@click.argument("command", metavar="COMMAND", nargs=-1, required=True, type=click.UNPROCESSED)
@pass_location
@click.pass_context
def exec_command(
    ctx: click.Context,
    location: StoreLocation,
    /,
    command: tuple[str, ...],
    interactive: bool,
    tty: bool,  # noqa: ARG001  accepted, as docker's exec does
) -> None:
    """Run a command on the simulated host: ip, brctl, bridge, ethtool, ping, iptables, ss, and a shell with
    the usual programs. Nothing is changed by it.
    """
    from minibuild.cli.engine import opened
    from minibuild.container.host import run_on_host

    def write(descriptor: int, data: bytes) -> None:
        stream = sys.stdout if descriptor == 1 else sys.stderr
        stream.buffer.write(data)
        stream.buffer.flush()

    with opened(location) as engine:
        given = sys.stdin.buffer.read() if interactive else b""
        status = run_on_host(engine.store, location.host, command, write, given)
    ctx.exit(status)
