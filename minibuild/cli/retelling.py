"""`minibuild replay` and `report`: a build told again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from minibuild.cli.arguments import DockerCommand, ImageName
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError, UsageError

if TYPE_CHECKING:
    from minibuild.report.replaying import Played
    from minibuild.store import Store

_KEYS = "n next · p previous · a number goes there · q quits"


@click.command(
    "replay",
    cls=DockerCommand,
    short_help="Walk through a build, step by step.",
    epilog="Example: minibuild replay --step 3 --shell app",
)
@click.argument("build", metavar="[BUILD|IMAGE]", required=False, default="", type=ImageName())
@click.option("--step", "number", type=int, default=0, metavar="N", help="Show only that step.")
@click.option("--shell", is_flag=True, help="With --step: open a shell in the container as the step left it.")
@click.option("--before", is_flag=True, help="With --shell: as the step found it.")
@click.option("--format", "form", type=click.Choice(["", "json"]), default="", help="json has everything.")
@pass_location
def replay_command(location: StoreLocation, /, build: str, number: int, form: str, **given: bool) -> None:
    """Walk through a recorded build, forward and back: the container that ran, what it wrote, what changed,
    the image that was committed.

    BUILD is an ID that `explain --list` shows, or an image  [default: the last build]. On a terminal it
    stops at each step; elsewhere all steps are printed. What is changed in a shell is thrown away; it reads
    its commands from standard input.
    """
    from minibuild.report.replaying import drawn, played_build, played_document

    if given["shell"] and not number:
        raise UsageError("--shell needs --step N")
    if given["before"] and not given["shell"]:
        raise UsageError("--before is for --shell")
    with location.open() as store:
        steps = played_build(store, build)
        if number and not 0 < number <= len(steps):
            raise UsageError(f"--step {number}: the build has {len(steps)} steps")
        if given["shell"]:
            _open_shell(store, build, steps, number, before=given["before"])
        elif form == "json":
            click.echo(played_document(store, steps), nl=False)
        elif number:
            click.echo(drawn(store, steps[number - 1]), nl=False)
        elif _is_interactive():
            _walk(store, steps)
        else:
            click.echo("\n".join(drawn(store, step) for step in steps), nl=False)


def _open_shell(store: Store, build: str, steps: list[Played], number: int, *, before: bool) -> None:
    from minibuild.cli.visiting import make_visitor
    from minibuild.container.session import visit
    from minibuild.report.replayed_container import replayed_container

    place = replayed_container(store, steps, number, build, before=before)
    visitor = make_visitor()
    when = "before" if before else "after"
    visitor.tell(f"The container {when} step {number}. What you change here is thrown away.")
    if place.remark:
        visitor.tell(place.remark)
    visit(place.container, place.seat, visitor)


def _is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _walk(store: Store, steps: list[Played]) -> None:
    """Forward and back, as the user wants."""
    from minibuild.report.replaying import drawn

    at = 0
    while True:
        click.echo("\n" + drawn(store, steps[at]) + "\n" + _KEYS)
        try:
            answer = click.prompt("", default="n", show_default=False, prompt_suffix="> ").strip()
        except click.Abort:
            return
        if answer.isdigit():
            at = min(max(int(answer), 1), len(steps)) - 1
        elif answer in ("p", "b", "k"):
            at = max(at - 1, 0)
        elif answer in ("q", "quit", "exit"):
            return
        elif at + 1 < len(steps):
            at += 1
        else:
            click.echo("This was the last step.")


@click.command(
    "report",
    cls=DockerCommand,
    short_help="Write a page about a build or an image.",
    epilog="Example: minibuild report -o report.html app",
)
@click.argument("image", metavar="BUILD|IMAGE|ARCHIVE", type=ImageName())
@click.option("-o", "--output", metavar="FILE", default="", help="Where to  [default: standard output]")
@click.option("--lint/--no-lint", default=True, help="Lint the Dockerfile  [default: yes]")
@pass_location
def report_command(location: StoreLocation, /, image: str, output: str, lint: bool) -> None:
    """Write one HTML page, which needs nothing else: steps with times, output and fidelity, the graph of
    stages, layers with their files, efficiency, findings beside the Dockerfile, configuration.
    """
    from minibuild.build.record import find_build
    from minibuild.report.layers.subject import open_subject
    from minibuild.report.page.document import page_document
    from minibuild.report.page.render import render_page

    with location.open() as store:
        record = find_build(store, image) if not Path(image).exists() else None
        word = record.image if record is not None and record.id.startswith(image) else image
        if not word:
            raise MinibuildError(
                f"build {image} failed: it made no image", hint="`minibuild replay` shows its steps"
            )
        with open_subject(store, word) as subject:
            text = render_page(page_document(subject, lint=lint))
    if not output:
        click.echo(text, nl=False)
        return
    try:
        Path(output).write_text(text, "utf-8")
    except OSError as error:
        raise MinibuildError(f"can't write {output}: {error.strerror}") from None
