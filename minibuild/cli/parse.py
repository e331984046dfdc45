"""`minibuild parse`: the syntax tree of Dockerfiles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Dialect


@click.command("parse", short_help="Print the syntax trees of Dockerfiles.")
@click.option(
    "--dialect",
    type=click.Choice(["strict", "docker"]),
    default="strict",
    show_default=True,
    help="strict wants keywords in upper case; docker accepts what BuildKit accepts.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "tree"]),
    default="tree",
    show_default=True,
    help="json prints one document a file, each on a line of its own.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def parse_command(dialect: Dialect, form: str, files: tuple[str, ...]) -> None:
    """Parse Dockerfiles and print their syntax trees; - is standard input.

    The exit status is 1 when a file can't be parsed.

    \b
    Example:
      minibuild parse --format json Dockerfile | jq .instructions
    """
    failed = False
    for file in files:
        shown, ok = _parsed(file, dialect, form)
        failed = failed or not ok
        # An error is part of the JSON stream, but not of the tree that a person reads.
        sys.stdout.buffer.write(shown) if ok or form == "json" else sys.stderr.buffer.write(shown)
        sys.stdout.flush()
    if failed:
        raise SystemExit(1)


def _parsed(file: str, dialect: Dialect, form: str) -> tuple[bytes, bool]:
    """(what to print for one file, whether it parsed)."""
    from minibuild.dockerfile.document import error_document, to_document, to_json, to_tree
    from minibuild.dockerfile.errors import DockerfileError
    from minibuild.dockerfile.parser import parse
    from minibuild.dockerfile.text import read_source

    try:
        text = read_source(sys.stdin.buffer if file == "-" else Path(file), file)
        tree = parse(text, dialect=dialect, filename=file)
    except OSError as problem:
        error = DockerfileError(f"can't be read: {problem.strerror}", path=file)
        text = to_json(error_document(error, file)) if form == "json" else error.render()
        return _encoded(text), False
    except DockerfileError as error:
        text = to_json(error_document(error, file)) if form == "json" else error.render()
        return _encoded(text), False
    return _encoded(to_json(to_document(tree, file)) if form == "json" else to_tree(tree, file)), True


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape") + b"\n"
