"""`minibuild build`: a Dockerfile becomes an image."""

import sys
from typing import TYPE_CHECKING, Any

import click

from minibuild.build.building import build
from minibuild.cli.arguments import DockerCommand
from minibuild.cli.build_options import build_options
from minibuild.cli.build_request import make_request, write_file
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError, UsageError
from minibuild.report.kept_fidelity import FidelityKeeper
from minibuild.report.progress import Progress, choose, make_progress

if TYPE_CHECKING:
    from pathlib import Path

    from minibuild.build.breakpoints import Breakpoints
    from minibuild.build.request import BuildRequest, BuildResult


@click.command(
    "build",
    cls=DockerCommand,
    short_help="Build an image from a Dockerfile.",
    epilog="Example: minibuild build -t app --output type=oci,dest=app.tar .",
)
@click.argument("context", metavar="CONTEXT")
@build_options
@pass_location
def build_command(location: StoreLocation, /, context: str, **given: Any) -> None:
    """Build an image from a Dockerfile and the files of the directory CONTEXT.

    CONTEXT may be - for a Dockerfile alone, from standard input; or a directory without a Dockerfile: then
    each directory in it that has one is built, and the image gets the directory's name.

    Options of docker build that only say how docker should go about it (--rm, --pull, --memory, ...) are
    accepted.
    """
    request = make_request(given, context)
    if given["form"] and not given["plan"]:
        raise UsageError("--format is for --plan", hint="progress has its own: --progress json")
    stops = _breakpoints(request, given)
    several = _members(request)
    if several and stops is not None:
        raise UsageError("--break is for the build of one context", hint=f"name it: {context}/NAME")
    if several:
        from minibuild.cli.build_all import build_all  # one context needs no processes

        build_all(location, several, request, given)
        return
    if given["plan"]:
        _tell_plan(location, request, given["form"])
        return
    kind = given["progress"] if stops is None or given["progress"] == "json" else "plain"
    result = run_build(location, request, progress_for(request, kind, quiet=given["quiet"]), stops)
    _leave_files(result, given)


def _breakpoints(request: "BuildRequest", given: dict[str, Any]) -> "Breakpoints | None":
    """Where the build is to stop; None for nowhere."""
    if not given["breaks"]:
        return None
    from minibuild.cli.visiting import make_breakpoints  # few builds stop

    if request.text is not None:
        raise UsageError("--break: standard input is the Dockerfile already", hint="name a file with -f")
    if any(output.destination == "-" for output in request.outputs):
        raise UsageError("--break: standard output is what --output writes already")
    return make_breakpoints(given["breaks"])


def _tell_plan(location: StoreLocation, request: "BuildRequest", form: str) -> None:
    from minibuild.build.forecast import forecast  # a build does without
    from minibuild.report.forecast import forecast_text

    with location.open() as store:
        click.echo(forecast_text(forecast(request, store), form), nl=False)


def _members(request: "BuildRequest") -> "list[Path]":
    """The contexts below a directory that has no Dockerfile of its own; none for a context."""
    if request.context is None or request.dockerfile is not None or request.text is not None:
        return []
    if (request.context / "Dockerfile").exists():
        return []
    from minibuild.build.collection import member_directories

    return member_directories(request.context)


def run_build(
    location: StoreLocation,
    request: "BuildRequest",
    progress: Progress,
    breakpoints: "Breakpoints | None" = None,
) -> "BuildResult":
    """Build, with `progress` listening to the end."""
    failed: MinibuildError | None = None
    try:
        with location.open() as store:
            return build(request, store, FidelityKeeper(store, progress), breakpoints)
    except MinibuildError as error:
        failed = error
        raise
    finally:
        progress.close(failed)


def progress_for(request: "BuildRequest", kind: str, *, quiet: bool) -> Progress:
    """The renderer that the options ask for. What an output writes to standard output is left alone
    there.
    """
    taken = any(output.destination == "-" for output in request.outputs)
    out = sys.stderr if taken else sys.stdout
    terminal = out.isatty()
    chosen = "quiet" if quiet else choose(kind, terminal=terminal)
    return make_progress(chosen, out.buffer, sys.stderr.buffer, terminal=terminal)


def _leave_files(result: "BuildResult", given: dict[str, Any]) -> None:
    if given["iidfile"]:
        write_file("--iidfile", given["iidfile"], result.image)
    if given["metadata_file"]:
        from minibuild.report.metadata import metadata_text  # most builds write none

        write_file("--metadata-file", given["metadata_file"], metadata_text(result))
