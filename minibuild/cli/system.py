"""`minibuild system`: the store itself."""

import sys
from typing import Any

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError, UsageError

_WARNING = """WARNING! This will remove:
  - all stopped containers
  - all networks not used by at least one container
  - all images without a name that no other image was built from
  - all build cache of layers that no image has
  - all files that nothing uses
"""
_WARNING_ALL = """WARNING! This will remove:
  - all stopped containers
  - all networks not used by at least one container
  - all images without at least one container associated to them
  - all build cache
  - all files that nothing uses
"""


@click.group("system", short_help="Look after the store.", epilog="Example: minibuild system df")
def system_group() -> None:
    """Look after the store: its size, its garbage, its soundness."""


@system_group.command(
    "df",
    cls=DockerCommand,
    short_help="Show what takes how much space.",
    epilog="Example: minibuild system df",
)
@click.option(
    "--format",
    "form",
    default="",
    metavar="FORMAT",
    help="json, table TEMPLATE, or a Go template for each row.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every image, container and volume.")
@pass_location
def df_command(location: StoreLocation, form: str, verbose: bool) -> None:
    """Show what takes how much space."""
    from minibuild.cli.engine import opened
    from minibuild.report.disk_usage import disk_usage_details, disk_usage_list, usage_rows

    if verbose and form:
        raise UsageError("--verbose shows tables: it can't be used with --format")
    with opened(location) as engine:
        rows = usage_rows(engine)
        text = disk_usage_details(engine, rows) if verbose else disk_usage_list(rows, form)
    click.echo(text, nl=False)


@system_group.command(
    "prune",
    cls=DockerCommand,
    short_help="Remove what nothing uses.",
    epilog="Example: minibuild system prune --all --force",
)
@click.option("-a", "--all", "everything", is_flag=True, help="Remove all images and the whole build cache.")
@click.option("-f", "--force", is_flag=True, help="Don't ask.")
@click.option("--volumes", is_flag=True, help="Remove unused volumes, too.")
@pass_location
def prune_command(location: StoreLocation, everything: bool, force: bool, volumes: bool) -> None:
    """Remove what nothing uses."""
    from minibuild.cli.engine import opened
    from minibuild.container.cleaning import prune
    from minibuild.report.units import human_size

    if not force:
        if not sys.stdin.isatty():
            raise UsageError(
                "prune asks before it removes, and nobody can answer", hint="--force removes at once"
            )
        click.echo(_WARNING_ALL if everything else _WARNING)
        if not click.confirm("Are you sure you want to continue?"):
            return
    with opened(location) as engine:
        cleared = prune(engine, volumes=volumes)
        report = engine.store.prune(all=everything)
    for title, names in cleared.removed.items():
        if names:
            click.echo(f"{title}:\n" + "\n".join(names) + "\n")
    for line in report.lines:
        click.echo(line)
    if report.spared:
        click.echo(report.spared, err=True)
    click.echo(f"Total reclaimed space: {human_size(report.freed + cleared.freed, 4)}")


@system_group.command(
    "verify",
    cls=DockerCommand,
    short_help="Check the store.",
    epilog="Example: minibuild system verify --repair",
)
@click.option("--repair", is_flag=True, help="Remove what is damaged, and restore what the database knows.")
@pass_location
def verify_command(location: StoreLocation, /, **given: Any) -> None:
    """Check every blob, image and name of the store; the exit status is 1 when something is damaged."""
    from minibuild.store.rescue import verify_store

    root = location.root
    problems = verify_store(root, repair=given["repair"])
    for problem in problems:
        click.echo(problem)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        hint = "" if given["repair"] else "`minibuild system verify --repair` mends what can be mended"
        raise MinibuildError(f"the store {root} has {count}", hint=hint)
    click.echo(f"The store {root} is sound.")
