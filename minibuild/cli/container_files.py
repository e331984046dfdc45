"""`minibuild cp`, `diff`, `export` and `commit`: the files of containers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.image.config import ContainerConfig


@click.command(
    "diff",
    cls=DockerCommand,
    short_help="Show what a container changed, or how two images differ.",
    epilog="Example: minibuild diff --content app~1 app",
)
@click.argument("first", metavar="CONTAINER|IMAGE|ARCHIVE")
@click.argument("second", metavar="[IMAGE|ARCHIVE]", required=False, default="")
@click.option("--content", is_flag=True, help="Of two images: show how texts differ.")
@click.option("--stat", is_flag=True, help="Of two images: add the sums.")
@click.option("--format", "form", type=click.Choice(["", "json"]), default="", help="Of two images: as JSON.")
@pass_location
def diff_command(location: StoreLocation, /, first: str, second: str, **given: Any) -> None:
    """Show the files that a container added (A), changed (C) or deleted (D).

    With two images, steps of images (IMAGE~3) or archives: how their configurations and files differ; times
    don't count. The exit status is then 1 when anything differs.
    """
    if second:
        from minibuild.cli.inspection import show_differences  # two images need no containers

        show_differences(location, first, second, given)
        return
    from minibuild.cli.engine import opened
    from minibuild.container.files import difference

    with opened(location) as engine:
        for line in difference(engine, engine.shelf.find(first)):
            click.echo(line)


@click.command(
    "cp",
    cls=DockerCommand,
    short_help="Copy files from or to a container, or from an image.",
    epilog="Example: minibuild cp web:/etc/nginx ./nginx",
)
@click.option("-a", "--archive", is_flag=True, help="Keep the owners of files that go into a container.")
@click.option("-L", "--follow-link", is_flag=True, help="Copy what a link leads to.")
@click.option("-q", "--quiet", is_flag=True, help="Accepted.")
@click.argument("source")
@click.argument("target")
@pass_location
def cp_command(location: StoreLocation, /, source: str, target: str, **given: Any) -> None:
    """Copy CONTAINER:PATH to the host, or a file or directory of the host to CONTAINER:PATH.

    IMAGE:/PATH copies from an image, when no container has that name.
    """
    from minibuild.cli.engine import opened
    from minibuild.container.files import copy_in, copy_out

    if "-" in (source, target):  # docker's tar stream; never a host file that happens to be called so
        raise MinibuildError("copying a tar by - is not supported", hint="for a file of that name write ./-")
    outer, inner = _place(source), _place(target)
    if (outer is None) == (inner is None):
        both = (
            "copying between containers is not supported"
            if outer
            else "must specify at least one container source"
        )
        raise MinibuildError(both)
    with opened(location) as engine:
        if outer is not None and ":/" in source and engine.shelf.look_up(outer[0]) is None:
            from minibuild.cli.inspection import copy_from_image  # most copies are of containers

            copy_from_image(engine.store, source, Path(target), outer[0])
        elif outer is not None:
            record = engine.shelf.find(outer[0])
            copy_out(engine, record, outer[1] or "/", Path(target), follow=given["follow_link"])
        elif inner is not None:
            record = engine.shelf.find(inner[0])
            copy_in(
                engine,
                record,
                Path(source),
                inner[1] or "/",
                follow=given["follow_link"],
                archive=given["archive"],
            )


def _place(text: str) -> tuple[str, str] | None:
    """(container, path) of `NAME:PATH`; None for a path of the host."""
    name, colon, path = text.partition(":")
    if not colon or not name or name.startswith((".", "/")):
        return None
    return name, path if path.startswith("/") else f"/{path}"


@click.command(
    "export",
    cls=DockerCommand,
    short_help="Write a container's files as a tar.",
    epilog="Example: minibuild export -o files.tar web",
)
@click.option("-o", "--output", default="", metavar="FILE", help="Where to  [default: standard output]")
@click.argument("container")
@pass_location
def export_command(location: StoreLocation, /, container: str, output: str) -> None:
    """Write a container's own files, without what is mounted, as one tar."""
    from minibuild.build.rootfs import write_rootfs_tar
    from minibuild.cli.engine import opened
    from minibuild.container.files import file_system

    if not output and sys.stdout.isatty():
        raise MinibuildError("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    with opened(location) as engine:
        snapshot = file_system(engine, engine.shelf.find(container)).snapshot()
        if not output:
            write_rootfs_tar(snapshot, sys.stdout.buffer)
            return
        try:
            with Path(output).open("wb") as out:
                write_rootfs_tar(snapshot, out)
        except OSError as error:
            raise MinibuildError(f"can't write {output}: {error.strerror}") from None


@click.command(
    "commit",
    cls=DockerCommand,
    short_help="Make an image of a container.",
    epilog="Example: minibuild commit -m 'with data' web web:data",
)
@click.option("-a", "--author", default="", metavar="NAME", help="Who made it.")
@click.option("-c", "--change", "changes", multiple=True, metavar="INSTRUCTION", help="Apply an instruction.")
@click.option("-m", "--message", default="", metavar="TEXT", help="What it is.")
@click.option("-p", "--pause", is_flag=True, default=True, help="Accepted; nothing runs meanwhile.")
@click.argument("container")
@click.argument("name", metavar="[NAME[:TAG]]", required=False, default="")
@pass_location
def commit_command(location: StoreLocation, /, container: str, name: str, **given: Any) -> None:
    """Make an image of a container's files and configuration; what is mounted is not part of it."""
    from datetime import UTC, datetime

    from minibuild.cli.engine import opened
    from minibuild.container.files import CommitOptions, commit

    with opened(location) as engine:
        record = engine.shelf.find(container)
        config = _changed(record.spec.config, given["changes"])
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        options = CommitOptions(given["author"], given["message"], config)
        image_id = commit(engine, record, options, created)
        if name:
            engine.store.tag(image_id, name)
    click.echo(image_id)


def _changed(config: ContainerConfig, changes: tuple[str, ...]) -> ContainerConfig:
    """The configuration after some Dockerfile instructions. Raise `MinibuildError`."""
    if not changes:
        return config
    from minibuild.build.changes import apply_changes

    return apply_changes(config, changes)
