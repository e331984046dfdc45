"""The options of `minibuild build`; `build_request` makes a request of them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from minibuild.cli.arguments import BareOption
from minibuild.cli.foreign_options import foreign_options
from minibuild.report.progress import KINDS

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "-f",
        "--file",
        metavar="PATH",
        help="The Dockerfile  [default: CONTEXT/Dockerfile]; - is standard input.",
    ),
    click.option("-t", "--tag", "tags", multiple=True, metavar="NAME[:TAG]", help="Name the image."),
    click.option("--target", default="", metavar="STAGE", help="Build this stage  [default: the last one]"),
    click.option(
        "--build-arg",
        "build_args",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="Give an ARG its value; without =VALUE the environment's.",
    ),
    click.option(
        "--build-context",
        "build_contexts",
        multiple=True,
        metavar="NAME=VALUE",
        help="A further context: a directory, or docker-image://IMAGE.",
    ),
    click.option(
        "--secret",
        "secrets",
        multiple=True,
        metavar="id=NAME,src=FILE|env=VAR",
        help="A secret for RUN --mount=type=secret.",
    ),
    click.option(
        "--add-host", "hosts", multiple=True, metavar="NAME:ADDRESS", help="A line of /etc/hosts for RUN."
    ),
    click.option(
        "--allow",
        "allowed",
        multiple=True,
        metavar="ENTITLEMENT",
        help="What RUN may ask for: network.host (RUN --network=host), security.insecure.",
    ),
    click.option(
        "--network",
        default="default",
        metavar="MODE",
        help="none: RUN has no network; host allows RUN --network=host, too.",
    ),
    click.option(
        "--fixture", "fixtures", multiple=True, metavar="URL=FILE", help="What a download of URL gives."
    ),
    click.option(
        "--dialect",
        type=click.Choice(["strict", "docker"]),
        default="strict",
        show_default=True,
        help="strict wants keywords in upper case; docker accepts what BuildKit accepts.",
    ),
    click.option(
        "--fidelity",
        type=click.Choice(["exact", "modelled", "assume"]),
        default="modelled",
        show_default=True,
        help="How far a step may be from the real thing before the build fails.",
    ),
    click.option("--no-cache", is_flag=True, help="Build every step anew."),
    click.option(
        "--no-cache-filter", multiple=True, metavar="STAGE", help="Build the steps of this stage anew."
    ),
    click.option(
        "--explain", is_flag=True, help="Say why each step that runs is not in the cache; see explain."
    ),
    click.option(
        "--break",
        "breaks",
        multiple=True,
        metavar="N|on-error",
        help="Stop before step N, or where a step fails, with a shell in its container.",
    ),
    click.option("--plan", is_flag=True, help="Show what would run, and why; run nothing."),
    click.option(
        "--format", "form", default="", metavar="FORMAT", help="For --plan: table, json, or a Go template."
    ),
    click.option(
        "--keep-steps/--no-keep-steps",
        default=True,
        help="Keep the image of every step (IMAGE~1 is the one before the last), or only the last one"
        "  [default: keep them]",
    ),
    click.option(
        "-o",
        "--output",
        "outputs",
        multiple=True,
        metavar="type=TYPE,dest=PATH",
        help="Write the image: oci or docker (an archive), tar or local (its files).",
    ),
    click.option(
        "--attest",
        "attests",
        multiple=True,
        metavar="type=TYPE[,mode=min|max]",
        help="Put an attestation into archives of type oci: sbom or provenance.",
    ),
    click.option(
        "--sbom",
        "sboms",
        cls=BareOption,
        multiple=True,
        metavar="[BOOL]",
        help="The same as --attest type=sbom.",
    ),
    click.option(
        "--provenance",
        "provenances",
        cls=BareOption,
        multiple=True,
        metavar="[BOOL|mode=min|max]",
        help="The same as --attest type=provenance.",
    ),
    click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="Label the image."),
    click.option(
        "--annotation",
        "annotations",
        multiple=True,
        metavar="NAME=VALUE",
        help="Annotate the manifest that --output writes.",
    ),
    click.option(
        "--platform",
        default="linux/amd64",
        show_default=True,
        metavar="OS/ARCH",
        help="What the image is for.",
    ),
    click.option(
        "--progress",
        type=click.Choice(KINDS),
        default="auto",
        show_default=True,
        envvar="BUILDKIT_PROGRESS",
        help="How progress is told; auto is tty on a terminal, else plain.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Print only the image's ID."),
    click.option("--iidfile", metavar="FILE", help="Write the image's ID to FILE."),
    click.option(
        "--metadata-file",
        metavar="FILE",
        help="Write digests, names and every step's fidelity to FILE, as JSON.",
    ),
)


def build_options(command: _Command) -> _Command:
    """Give `command` all options of a build."""
    for option in (*foreign_options(), *reversed(_OPTIONS)):
        command = option(command)
    return command
