"""A graph as a tree of text, as Mermaid, as DOT and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minibuild.report.reasons import shown

if TYPE_CHECKING:
    from minibuild.report.graphs.model import Graph, Vertex

_NOTES = {"unused": "not needed", "target": "target"}


def tree_text(graph: Graph) -> str:
    """What stands on what as a tree; copies and mounts are told beside."""
    below: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.kind == "from":
            below.setdefault(edge.source, []).append(edge.target)
    by_key = {one.key: one for one in graph.vertices}
    based = {target for targets in below.values() for target in targets}
    lines: list[str] = []
    ahead = [(one.key, "", "") for one in reversed(graph.vertices) if one.key not in based]
    while ahead:
        key, lead, branch = ahead.pop()
        lines.append(shown(lead + branch + _label(graph, by_key, key)))
        inner = lead + ("" if not branch else "   " if branch == "└─ " else "│  ")
        children = below.get(key, [])
        ahead += [
            (child, inner, "└─ " if place == len(children) - 1 else "├─ ")
            for place, child in reversed(list(enumerate(children)))
        ]
    return "".join(line + "\n" for line in lines)


def _label(graph: Graph, by_key: dict[str, Vertex], key: str) -> str:
    one = by_key[key]
    uses = [f"{e.kind} {by_key[e.source].name}" for e in graph.edges if e.target == key and e.kind != "from"]
    notes = [note for note in (one.detail, *uses, _NOTES.get(one.kind, "")) if note]
    return one.name + (f"  ({', '.join(notes)})" if notes else "")


def _identifiers(graph: Graph) -> dict[str, str]:
    return {one.key: f"n{number}" for number, one in enumerate(graph.vertices)}


def _quoted(text: str) -> str:
    return '"' + shown(text).replace("\\", "\\\\").replace('"', "'") + '"'


def mermaid(graph: Graph) -> str:
    """A flowchart for Mermaid."""
    names = _identifiers(graph)
    arrows = {"from": "-->", "copy": "-. copy .->", "mount": "-. mount .->"}
    lines = ["flowchart LR"]
    for one in graph.vertices:
        label = _quoted(one.name)
        lines.append(f"  {names[one.key]}" + (f"([{label}])" if one.kind == "image" else f"[{label}]"))
    lines += [f"  {names[edge.source]} {arrows[edge.kind]} {names[edge.target]}" for edge in graph.edges]
    lines += [f"  style {names[one.key]} stroke-width:3px" for one in graph.vertices if one.kind == "target"]
    return "".join(line + "\n" for line in lines)


def dot(graph: Graph) -> str:
    """A digraph for Graphviz."""
    names = _identifiers(graph)
    styles = {"image": ", shape=ellipse", "unused": ", style=dashed", "target": ", penwidth=3"}
    lines = ["digraph stages {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif"];']
    lines += [f"  {names[v.key]} [label={_quoted(v.name)}{styles.get(v.kind, '')}];" for v in graph.vertices]
    for edge in graph.edges:
        style = "" if edge.kind == "from" else f' [style=dashed, label="{edge.kind}"]'
        lines.append(f"  {names[edge.source]} -> {names[edge.target]}{style};")
    return "".join(line + "\n" for line in [*lines, "}"])


def graph_json(graph: Graph) -> str:
    """The graph as JSON."""
    document = {
        "version": 1,
        "nodes": [one._asdict() for one in graph.vertices],
        "edges": [one._asdict() for one in graph.edges],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
