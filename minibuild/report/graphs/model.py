"""Which stage of a Dockerfile is built on, copies from or mounts which; which image was built on which."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minibuild.dockerfile.nodes import Copy, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.build.plan import Plan
    from minibuild.dockerfile.nodes import Instruction
    from minibuild.store import Store


class Vertex(NamedTuple):
    """A stage or an image: what identifies it, what it is called, a second line, and its kind (`stage`,
    `target`, `unused`, `image`).
    """

    key: str
    name: str
    detail: str
    kind: str


class Edge(NamedTuple):
    """`source` is what `target` stands on (`from`), copies from (`copy`) or mounts (`mount`)."""

    source: str
    target: str
    kind: str


class Graph(NamedTuple):
    """Vertices in their order, and the edges between them."""

    vertices: tuple[Vertex, ...]
    edges: tuple[Edge, ...]


def stage_graph(plan: Plan) -> Graph:
    """The stages of a plan, and the images that they stand on or copy from."""
    vertices: dict[str, Vertex] = {}
    edges: dict[Edge, None] = {}
    names = {stage.name.lower(): stage.number for stage in plan.stages if stage.name}

    def image(name: str) -> str:
        vertices.setdefault(f"image:{name}", Vertex(f"image:{name}", name, "", "image"))
        return f"image:{name}"

    for stage in plan.stages:
        key, base = f"stage:{stage.number}", stage.base
        below = (
            f"stage:{base.stage}"
            if base.stage is not None
            else image(base.image or base.context or "scratch")
        )
        edges[Edge(below, key, "from")] = None
        kind = (
            "target" if stage.number == plan.target else "stage" if stage.number in plan.needed else "unused"
        )
        count = len(stage.instructions)
        vertices[key] = Vertex(key, stage.label, f"{count} instruction{'' if count == 1 else 's'}", kind)
        for instruction in stage.instructions:
            for name, how in _sources(instruction):
                number = names.get(name.lower(), int(name) if name.isdigit() else None)
                source = f"stage:{number}" if number is not None else image(name)
                edges[Edge(source, key, how)] = None
    known = {edge: None for edge in edges if edge.source in vertices}
    return Graph(tuple(vertices.values()), tuple(known))


def _sources(instruction: Instruction) -> Iterator[tuple[str, str]]:
    if isinstance(instruction, Copy) and instruction.from_:
        yield instruction.from_, "copy"
    elif isinstance(instruction, Run):
        yield from ((mount.from_, "mount") for mount in instruction.mounts if mount.from_)


def image_graph(store: Store) -> Graph:
    """The named images of a store, each on the nearest named one that it was built on."""
    records = {record.id: record for record in store.images(intermediate=True)}
    vertices, edges = [], []
    for image_id, record in records.items():
        if not record.names:
            continue
        vertices.append(Vertex(image_id, record.names[0], image_id[7:19], "image"))
        parent = store.parent(image_id)
        while parent is not None and parent in records and not records[parent].names:
            parent = store.parent(parent)
        if parent is not None and parent in records:
            edges.append(Edge(parent, image_id, "from"))
    vertices.sort(key=lambda one: one.name)
    return Graph(tuple(vertices), tuple(edges))


def columns_of(graph: Graph) -> dict[str, int]:
    """The length of the longest way to each vertex from one that stands on nothing."""
    columns = dict.fromkeys((one.key for one in graph.vertices), 0)
    for _ in graph.vertices:
        moved = False
        for edge in graph.edges:
            least = columns[edge.source] + 1
            if columns[edge.target] < least <= len(columns):
                columns[edge.target] = least
                moved = True
        if not moved:
            break
    return columns
