"""`minibuild fmt`: one layout for every Dockerfile."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.dockerfile.nodes import Dialect

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@click.command("fmt", short_help="Format Dockerfiles.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Print what would change as a unified diff.")
@click.option("--write", is_flag=True, help="Rewrite the files in place.")
@click.option(
    "--dialect",
    type=click.Choice(["strict", "docker"]),
    default="docker",
    show_default=True,
    help="docker reads keywords in any case and puts them in upper case; strict refuses them.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def fmt_command(check: bool, diff: bool, write: bool, dialect: Dialect, files: tuple[str, ...]) -> None:
    """Print Dockerfiles in one layout; - is standard input.

    Keywords in upper case, one command of a chain a line, continuation lines indented by four blanks.
    Comments, blank lines and here-documents stay, and the result says the same as before.

    The exit status is 1 when a file can't be formatted, or would change under --check.

    \b
    Example:
      minibuild fmt --check --diff Dockerfile
    """
    if write and (check or diff or "-" in files):
        raise click.UsageError("--write goes with files, and neither with --check nor with --diff")
    failed = False
    for file in files:
        try:
            before, after = _formatted(file, dialect)
            _show(file, before, after, check=check, diff=diff, write=write)
        except MinibuildError as error:
            _print(error.render() + "\n", to_error=True)
            failed = True
            continue
        failed = failed or (check and before != after)
    if failed:
        raise SystemExit(1)


def _formatted(file: str, dialect: Dialect) -> tuple[str, str]:
    """(the file's text, the formatted text)."""
    from minibuild.dockerfile.format import format_dockerfile
    from minibuild.dockerfile.text import read_source

    try:
        text = read_source(sys.stdin.buffer if file == "-" else Path(file), file)
    except OSError as problem:
        raise MinibuildError(f"can't be read: {problem.strerror}", path=file) from None
    return text, format_dockerfile(text, dialect=dialect, filename=file)


def _show(file: str, before: str, after: str, *, check: bool, diff: bool, write: bool) -> None:
    if diff:
        _print(difference(file, before, after))
    if before != after and write:
        _replace(Path(file), after)
    if before != after and (write or check):
        _print(f"{'formatted' if write else 'would be formatted'}: {file}\n", to_error=True)
    elif not (check or diff or write):
        _print(after)


def difference(file: str, before: str, after: str) -> str:
    """The change of a file as a unified diff, "" for none."""
    from difflib import unified_diff

    old, new = (_LINE.findall(text) for text in (before, after))
    lines = unified_diff(old, new, file, file)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _replace(path: Path, text: str) -> None:
    """Write the whole file or nothing."""
    from minibuild.dockerfile.text import write_text

    try:
        write_text(path, text)
    except OSError as problem:
        raise MinibuildError(f"can't be written: {problem.strerror}", path=str(path)) from None


def _print(text: str, *, to_error: bool = False) -> None:
    stream = sys.stderr if to_error else sys.stdout
    stream.buffer.write(text.encode("utf-8", "surrogateescape"))
    stream.flush()
