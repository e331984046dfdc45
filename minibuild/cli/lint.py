"""`minibuild lint`: what is wrong, or could be better, in Dockerfiles."""

from __future__ import annotations

import click


@click.command("lint", short_help="Find mistakes in Dockerfiles.")
@click.option("-f", "--format", "formats", metavar="FORMAT[=FILE]", multiple=True, help="tty, json.")
@click.option("-t", "--failure-threshold", "failure_threshold", metavar="LEVEL", default="info")
@click.argument("files", metavar="FILE...", nargs=-1)
def lint_command(formats: tuple[str, ...], failure_threshold: str, files: tuple[str, ...]) -> None:
    """Lint."""
    from pathlib import Path

    from minibuild.dockerfile.text import read_source
    from minibuild.lint.configuration import Configuration, level_named
    from minibuild.lint.formats import Report, render
    from minibuild.lint.runner import Source, lint

    sources = [Source(file, read_source(Path(file), file), Path(file).parent) for file in files]
    found = [finding for findings in lint(sources, Configuration()) for finding in findings]
    click.echo(render(formats[0] if formats else "tty", Report(found, files)), nl=False)
    if any(finding.level >= level_named(failure_threshold) for finding in found):
        raise SystemExit(1)
