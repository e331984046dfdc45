"""`minibuild exec`, `attach`, `logs`, `top` and `stats`: what goes on in running containers."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.container_options import RunCommand
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.container.engine import Engine
    from minibuild.container.records import Record
    from minibuild.report.container_logs import Line


@click.command(
    "exec",
    cls=RunCommand,
    short_help="Run a command in a running container.",
    epilog="Example: minibuild exec -it web sh",
)
@click.option("-d", "--detach", is_flag=True, help="Don't show its output.")
@click.option("-e", "--env", multiple=True, metavar="NAME=VALUE", help="Set a variable.")
@click.option("-i", "--interactive", is_flag=True, help="Attach standard input.")
@click.option("--privileged", is_flag=True, help="Accepted.")
@click.option("-t", "--tty", is_flag=True, help="Give it a terminal.")
@click.option("-u", "--user", default="", metavar="USER[:GROUP]", help="Who runs it.")
@click.option("-w", "--workdir", default="", metavar="PATH", help="Where it runs.")
@click.argument("container")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@pass_location
def exec_command(location: StoreLocation, /, container: str, command: tuple[str, ...], **given: Any) -> None:
    """Run a command beside the first process of a container; the exit status is the command's, 126 when it
    can't be run. With -d it is followed until it waits for something.
    """
    from minibuild.cli.engine import make_console, opened
    from minibuild.container.attending import Command, Console, execute
    from minibuild.container.errors import StartError

    if given["tty"] and given["interactive"] and not given["detach"] and not sys.stdin.isatty():
        raise MinibuildError("the input device is not a TTY")
    asked = Command(command, given["env"], given["user"], given["workdir"], given["tty"], given["detach"])
    with opened(location) as engine:
        record = engine.shelf.find(container)
        if given["detach"]:
            console = Console(lambda _number, _data: None)
        else:
            console = make_console(interactive=given["interactive"], tty=given["tty"])
        try:
            status = execute(engine, record, asked, console)
        except StartError as error:
            error.exit_code = 126 if error.status in (126, 127) else 1
            error.message = f"exec failed: unable to start container process: {error.message}"
            raise
    if status and not given["detach"]:
        raise click.exceptions.Exit(status)


@click.command(
    "attach",
    cls=DockerCommand,
    short_help="Show what a container writes.",
    epilog="Example: minibuild attach web",
)
@click.option("--no-stdin", is_flag=True, help="Don't attach standard input.")
@click.option("--sig-proxy", default="true", metavar="BOOL", help="Accepted.")
@click.argument("container")
@pass_location
def attach_command(location: StoreLocation, /, container: str, no_stdin: bool, **_: Any) -> None:
    """Show what a running container writes from now on, and hand standard input on to one that has it open
    (-i); the exit status is the container's.
    """
    from minibuild.cli.engine import make_console, opened
    from minibuild.container.streams import read_input
    from minibuild.container.watching import follow_output

    with opened(location) as engine:
        record = engine.shelf.find(container)
        if record.state.status == "paused":
            raise MinibuildError("You cannot attach to a paused container, unpause it first")
        if not record.state.is_running:
            raise MinibuildError("You cannot attach to a stopped container, start it first")
        reads = record.spec.open_stdin and not no_stdin
        console = make_console(interactive=False, tty=False)
        status = follow_output(engine, record, console.write, read_input if reads else None)
    if status:
        raise click.exceptions.Exit(status)


@click.command(
    "logs",
    cls=DockerCommand,
    short_help="Show what a container wrote.",
    epilog="Example: minibuild logs -f --tail 10 web",
)
@click.option("-f", "--follow", is_flag=True, help="Go on with what it writes.")
@click.option("--details", is_flag=True, hidden=True)
@click.option("-n", "--tail", default="all", metavar="NUMBER", help="Only the last lines  [default: all]")
@click.option("--since", default="", metavar="TIME", help="Only since then: a time, or how long ago (10m).")
@click.option("--until", default="", metavar="TIME", help="Only until then.")
@click.option("-t", "--timestamps", is_flag=True, help="Show when each line was written.")
@click.argument("container")
@pass_location
def logs_command(location: StoreLocation, /, container: str, **given: Any) -> None:
    """Show what a container wrote, each to its stream."""
    from minibuild.cli.engine import opened
    from minibuild.container.watching import follow_logs
    from minibuild.report.container_logs import lines, moment, selected

    with opened(location) as engine:
        record = engine.shelf.find(container)
        rows = engine.shelf.logs(record)
        now = engine.now()
        since, until = moment(given["since"], now), moment(given["until"], now)
        found = selected(lines(row[1:] for row in rows), tail=given["tail"], since=since, until=until)
        _show(found, stamped=given["timestamps"])
        if given["follow"]:
            for more in follow_logs(engine, record, rows[-1][0] if rows else 0):
                fresh = lines(row[1:] for row in more)
                _show(selected(fresh, since=since, until=until), stamped=given["timestamps"])


def _show(found: list[Line], *, stamped: bool) -> None:
    from minibuild.report.container_logs import stamp

    sys.stdout.flush()
    for line in found:
        stream = sys.stdout if line.stream == 1 else sys.stderr
        stream.buffer.write(stamp(line) if stamped else line.data)
        stream.buffer.flush()


@click.command(
    "top",
    cls=RunCommand,
    short_help="Show the processes of a container.",
    epilog="Example: minibuild top web",
)
@click.argument("container")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@pass_location
def top_command(location: StoreLocation, /, container: str, **_: Any) -> None:
    """Show the processes of a running container."""
    from datetime import UTC, datetime

    from minibuild.cli.engine import opened
    from minibuild.report.table import render_table

    with opened(location) as engine:
        record = _running(engine, container)
    rows = [["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]]
    for one in record.state.processes:
        user = "root" if not one.uid else str(one.uid)
        begun = datetime.fromtimestamp(record.state.started // 10**9, UTC).strftime("%H:%M")
        tty = "pts/0" if record.spec.tty else "?"
        rows.append([user, str(one.pid), str(one.parent), "0", begun, tty, "00:00:00", " ".join(one.argv)])
    click.echo(render_table(rows), nl=False)


@click.command(
    "stats",
    cls=DockerCommand,
    short_help="Show what containers use.",
    epilog="Example: minibuild stats --no-stream",
)
@click.option("-a", "--all", "everything", is_flag=True, help="Those that don't run, too.")
@click.option(
    "--format", "form", default="", metavar="FORMAT", help="json, table TEMPLATE, or a Go template."
)
@click.option("--no-stream", is_flag=True, help="Show it once.")
@click.option("--no-trunc", "full", is_flag=True, help="Print IDs in full.")
@click.argument("names", metavar="[CONTAINER]...", nargs=-1)
@pass_location
def stats_command(location: StoreLocation, /, names: tuple[str, ...], **given: Any) -> None:
    """Show what containers use. Nothing is measured: a process of a simulation counts 1 MiB, and no
    processor.
    """
    from minibuild.cli.engine import opened
    from minibuild.report.container_stats import stats_list

    while True:
        with opened(location) as engine:
            found = [engine.shelf.find(name) for name in names] or [
                one for one in engine.shelf.all() if given["everything"] or one.state.is_running
            ]
        click.echo(stats_list(found, given["form"], full=given["full"]), nl=False)
        if given["no_stream"] or not sys.stdout.isatty():
            return
        time.sleep(1)


def _running(engine: Engine, name: str) -> Record:
    record = engine.shelf.find(name)
    if not record.state.is_running:
        raise MinibuildError(f"Container {record.id} is not running")
    return record
