"""`minibuild layers`: the layers of an image, what is in them, and the largest files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minibuild.errors import UsageError
from minibuild.report.json_text import json_text
from minibuild.report.layers.stack import read_stack
from minibuild.report.listing import render_list
from minibuild.report.reasons import shown
from minibuild.report.table import truncate
from minibuild.report.units import human_size

if TYPE_CHECKING:
    from minibuild.report.layers.stack import FileChange, Layer, Stack
    from minibuild.report.layers.subject import Subject

_COLUMNS = {
    "Number": "LAYER",
    "ID": "DIFF ID",
    "Size": "SIZE",
    "Added": "ADDED",
    "Changed": "CHANGED",
    "Deleted": "DELETED",
    "Line": "LINE",
    "CreatedBy": "CREATED BY",
}
_WIDTH = 60
_SIGNS = {"A": "+", "C": "~", "D": "-"}
_KINDS = {"dir": "d", "link": "l", "char": "c", "block": "b", "fifo": "p"}


def layer_list(subject: Subject, form: str, *, full: bool = False) -> str:
    """The layers, the lowest one first, as a table, JSON lines or by a template."""
    stack = read_stack(subject.store, subject.image)
    rows = [_row(layer, full=full) for layer in stack.layers]
    text = render_list(rows, form, _COLUMNS, {"ChainID": "CHAIN ID"})
    return text if form else text + _problems(stack)


def _row(layer: Layer, *, full: bool) -> dict[str, Any]:
    created_by = layer.created_by.replace("\t", " ")
    return {
        "Added": str(layer.count("A")),
        "ChainID": layer.chain_id,
        "Changed": str(layer.count("C")),
        "Created": layer.created,
        "CreatedBy": created_by if full else truncate(created_by, _WIDTH),
        "Deleted": str(layer.count("D")),
        "DiffID": layer.diff_id,
        "ID": layer.diff_id if full else layer.diff_id[7:19],
        "Line": str(layer.line or ""),
        "Number": str(layer.number),
        "Problem": layer.problem,
        "Size": human_size(layer.size),
        "SizeBytes": layer.size,
    }


def _problems(stack: Stack) -> str:
    return "".join(f"layer {one.number}: {shown(one.problem)}\n" for one in stack.layers if one.problem)


def layer_tree(subject: Subject, number: int, form: str = "") -> str:
    """The changes of one layer, or (0) of all of them, as trees, or as a line of JSON for each layer."""
    stack = read_stack(subject.store, subject.image)
    if not 0 <= number <= len(stack.layers):
        raise UsageError(f"--layer {number}: {subject.word} has {len(stack.layers)} layers")
    if form not in ("", "json"):
        raise UsageError("--tree can be shown as json, not by a template")
    if form:
        documents = changes_document(stack)[max(0, number - 1) : number or None]
        return "".join(json_text(one, indent=None) for one in documents)
    lines: list[str] = []
    for layer in stack.layers:
        if number in (0, layer.number):
            lines.append(shown(f"Layer {layer.number}  {human_size(layer.size)}  {layer.created_by}"))
            lines += [shown(layer.problem)] if layer.problem else _tree_lines(layer.changes)
    return "".join(line + "\n" for line in lines)


def _tree_lines(changes: tuple[FileChange, ...]) -> list[str]:
    lines: list[str] = []
    above: list[str] = []
    for one in changes:
        *parents, name = one.path.split("/")
        shared = 0
        while shared < min(len(above), len(parents)) and above[shared] == parents[shared]:
            shared += 1
        lines += [shown(f"  {'   ' * depth}  {parents[depth]}/") for depth in range(shared, len(parents))]
        above = [*parents, name] if one.kind == "dir" and one.change != "D" else parents
        lines.append(shown("  " + "   " * len(parents) + _label(one, name)))
    return lines


def _label(one: FileChange, name: str) -> str:
    end = "/" if one.kind == "dir" else f" -> {one.target}" if one.kind in ("link", "hardlink") else ""
    size = f"  {human_size(one.size)}" if one.size or one.kind == "file" else ""
    return f"{_SIGNS[one.change]} {name}{end}{size}"


def layer_top(subject: Subject, count: int, form: str = "") -> str:
    """The largest files that are in the layers, with the layer and the instruction."""
    stack = read_stack(subject.store, subject.image)
    files = [
        (one.size, one.path, layer)
        for layer in stack.layers
        for one in layer.changes
        if one.kind == "file" and one.change != "D"
    ]
    files.sort(key=lambda found: (-found[0], found[1]))
    rows = [
        {
            "CreatedBy": truncate(layer.created_by.replace("\t", " "), _WIDTH),
            "Layer": str(layer.number),
            "Path": "/" + path,
            "Size": human_size(size),
            "SizeBytes": size,
        }
        for size, path, layer in files[:count]
    ]
    columns = {"Size": "SIZE", "Layer": "LAYER", "Path": "PATH", "CreatedBy": "CREATED BY"}
    return render_list(rows, form, columns, {"SizeBytes": "SIZE"})


def changes_document(stack: Stack) -> list[dict[str, Any]]:
    """The layers with all their changes, as JSON has them."""
    return [
        {
            "layer": layer.number,
            "diffId": layer.diff_id,
            "chainId": layer.chain_id,
            "size": layer.size,
            "createdBy": layer.created_by,
            "line": layer.line,
            "problem": layer.problem,
            "changes": [_change_document(one) for one in layer.changes],
        }
        for layer in stack.layers
    ]


def _change_document(one: FileChange) -> dict[str, Any]:
    return {
        "path": "/" + one.path,
        "change": {"A": "added", "C": "changed", "D": "deleted"}[one.change],
        "kind": one.kind,
        "size": one.size,
        "mode": f"{one.mode:04o}",
        "uid": one.uid,
        "gid": one.gid,
        "target": one.target,
    }
