"""A graph as an SVG drawing, in columns: what stands on nothing at the left."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from minibuild.report.graphs.model import columns_of
from minibuild.report.reasons import shown

if TYPE_CHECKING:
    from minibuild.report.graphs.model import Edge, Graph, Vertex

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 190, 46, 60, 22
_LONGEST = 24


def svg(graph: Graph) -> str:
    """The drawing. Its colours are those of the page that it stands in (`currentColor`, `--page`)."""
    columns = columns_of(graph)
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for one in graph.vertices:
        column = columns[one.key]
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[one.key] = (10 + column * (_WIDTH + _GAP_X), 10 + row * (_HEIGHT + _GAP_Y))
    width = 20 + (max(columns.values(), default=0) + 1) * (_WIDTH + _GAP_X) - _GAP_X
    height = 20 + max(rows.values(), default=1) * (_HEIGHT + _GAP_Y) - _GAP_Y
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    font = 'font-family="system-ui, sans-serif"'
    marker = 'viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Graph of stages" {font}>',
        f'<defs><marker id="arrow" {marker}><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>',
    ]
    parts += [_line(edge, places) for edge in graph.edges]
    parts += [_box(one, *places[one.key]) for one in graph.vertices]
    return "\n".join([*parts, "</svg>\n"])


def _line(edge: Edge, places: dict[str, tuple[int, int]]) -> str:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    start, end = (x1 + _WIDTH, y1 + _HEIGHT // 2), (x2, y2 + _HEIGHT // 2)
    middle = (start[0] + end[0]) // 2
    dash = "" if edge.kind == "from" else ' stroke-dasharray="5 4"'
    path = f"M{start[0]} {start[1]}C{middle} {start[1]} {middle} {end[1]} {end[0]} {end[1]}"
    title = {"from": "is built on", "copy": "copies from", "mount": "mounts"}[edge.kind]
    style = f'fill="none" stroke="currentColor"{dash} marker-end="url(#arrow)"'
    return f'<path d="{path}" {style}><title>{title}</title></path>'


def _box(one: Vertex, x: int, y: int) -> str:
    name = one.name if len(one.name) <= _LONGEST else one.name[: _LONGEST - 1] + "…"
    radius = _HEIGHT // 2 if one.kind == "image" else 6
    dash = ' stroke-dasharray="3 3"' if one.kind == "unused" else ""
    stroke = 3 if one.kind == "target" else 1
    centre = x + _WIDTH // 2
    box = f'x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="{radius}"'
    parts = [
        f"<g><title>{escape(shown(one.name))}</title>",
        f'<rect {box} fill="var(--page, #fff)" stroke="currentColor" stroke-width="{stroke}"{dash}/>',
        _words(centre, y + (20 if one.detail else _HEIGHT // 2 + 5), 13, name),
    ]
    if one.detail:
        parts.append(_words(centre, y + 37, 11, one.detail))
    return "".join([*parts, "</g>"])


def _words(x: int, y: int, size: int, text: str) -> str:
    place = f'x="{x}" y="{y}" font-size="{size}" text-anchor="middle" fill="currentColor"'
    return f"<text {place}>{escape(shown(text))}</text>"
