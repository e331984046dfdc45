"""`minibuild graph`: the stages of a Dockerfile, or the family of images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from minibuild.cli.arguments import DockerCommand
from minibuild.cli.location import StoreLocation, pass_location
from minibuild.errors import MinibuildError

if TYPE_CHECKING:
    from minibuild.build.plan import Plan
    from minibuild.report.graphs.model import Graph


@click.command(
    "graph",
    cls=DockerCommand,
    short_help="Draw the stages of a Dockerfile, or the family of images.",
    epilog="Example: minibuild graph --format mermaid .",
)
@click.argument("path", metavar="[DIRECTORY|DOCKERFILE]", required=False, default=".")
@click.option("--images", is_flag=True, help="Draw the images of the store instead.")
@click.option(
    "--target", default="", metavar="STAGE", help="The stage that is wanted  [default: the last one]"
)
@click.option("--build-arg", "build_args", multiple=True, metavar="NAME=VALUE", help="Set an ARG.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "mermaid", "dot", "svg", "json"]),
    default="text",
    show_default=True,
)
@pass_location
def graph_command(location: StoreLocation, /, path: str, **given: Any) -> None:
    """Draw which stage of a Dockerfile is built on, copies from or mounts which; those that the target does
    not need are marked.
    """
    from minibuild.report.graphs.model import image_graph, stage_graph

    if given["images"]:
        with location.open() as store:
            graph = image_graph(store)
    else:
        graph = stage_graph(_plan(Path(path), given))
    click.echo(_drawn(graph, given["form"]), nl=False)


def _drawn(graph: Graph, form: str) -> str:
    from minibuild.report.graphs import svg, texts

    drawers = {
        "text": texts.tree_text,
        "mermaid": texts.mermaid,
        "dot": texts.dot,
        "json": texts.graph_json,
        "svg": svg.svg,
    }
    return drawers[form](graph)


def _plan(path: Path, given: dict[str, Any]) -> Plan:
    from minibuild.build.errors import DockerfileText
    from minibuild.build.plan import make_plan
    from minibuild.dockerfile.parser import parse
    from minibuild.dockerfile.text import read_source

    file = path / "Dockerfile" if path.is_dir() else path
    try:
        text = read_source(file, str(file))
    except OSError as error:
        raise MinibuildError(f"{file} can't be read: {error.strerror}") from None
    return make_plan(
        parse(text, dialect="docker", filename=str(file)),
        text=DockerfileText(str(file), text),
        build_args=dict(one.partition("=")[::2] for one in given["build_args"]),
        contexts={},
        target=given["target"],
        platform="linux/amd64",
    )
