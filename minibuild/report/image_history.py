"""`minibuild history`: what an image's instructions were, the newest first."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from minibuild.image.config import HistoryEntry
from minibuild.report.kept_fidelity import kept_fidelity
from minibuild.report.layer_sizes import layer_size
from minibuild.report.listing import render_list
from minibuild.report.table import truncate
from minibuild.report.units import ago, human_size
from minibuild.store import Store

COLUMNS = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
_EXACT_TIME = {**COLUMNS, "CreatedSince": "CREATED AT"}
_FILES = ("Added", "Changed", "Deleted")
_TIMES = ("Cached", "Duration")
_MISSING = "<missing>"
_WIDTH = 45


class Shape(NamedTuple):
    """How it is shown: `form` as `--format`, IDs only, nothing cut, sizes and times for people; with
    fidelity, with how many files each step changed, with what the build that is remembered took.
    """

    form: str = ""
    quiet: bool = False
    full: bool = False
    human: bool = True
    fidelity: bool = False
    files: bool = False
    timing: bool = False

    def wants(self, fields: tuple[str, ...]) -> bool:
        """Whether the format shows one of the fields: they cost more than the others."""
        return self.form == "json" or any("." + field in self.form for field in fields)


def image_history(store: Store, image_id: str, shape: Shape, now: datetime) -> str:
    """The history as text."""
    rows = history_rows(store, image_id, shape, now)
    if shape.quiet and not shape.form:
        return "".join(row["ID"] + "\n" for row in rows)
    columns = dict(COLUMNS if shape.human else _EXACT_TIME)
    if shape.fidelity or shape.files or shape.timing:
        del columns["Comment"]
    if shape.files:
        columns |= {"Added": "ADDED", "Changed": "CHANGED", "Deleted": "DELETED"}
    if shape.timing:
        columns |= {"Cached": "CACHED", "Duration": "DURATION"}
    if shape.fidelity:
        columns |= {"Fidelity": "FIDELITY", "Why": "WHY"}
    return render_list(rows, shape.form, columns, {"CreatedAt": "CREATED AT"})


def history_rows(store: Store, image_id: str, shape: Shape, now: datetime) -> list[dict[str, Any]]:
    """One row for each instruction. An image that is not in the store has the ID `<missing>`."""
    config = store.image(image_id)
    ids = _ids(store, image_id, len(config.history))
    fidelity = _fidelity(store, ids)
    layers = iter(config.diff_ids)
    rows = []
    for entry, own_id, (level, why) in zip(config.history, ids, fidelity, strict=True):
        layer = None if entry.empty_layer else next(layers, None)
        size = layer_size(store, layer) if layer is not None else 0
        rows.append(
            {
                "Comment": entry.comment,
                "CreatedAt": _whole_seconds(entry.created),
                "CreatedBy": _created_by(entry, shape),
                "CreatedSince": ago(entry.created, now) if shape.human else _whole_seconds(entry.created),
                "Fidelity": level,
                "ID": own_id if shape.full or own_id == _MISSING else own_id[7:19],
                "Size": human_size(size) if shape.human else str(size),
                "Why": why,
            }
        )
    if shape.files or shape.wants(_FILES):
        for row, more in zip(rows, _changed(store, image_id), strict=True):
            row |= more
    if shape.timing or shape.wants(_TIMES):
        for row, more in zip(rows, _timed(store, image_id, ids), strict=True):
            row |= more
    return rows[::-1]


def _changed(store: Store, image_id: str) -> Iterator[dict[str, str]]:
    """How many files each step added, changed and deleted; "" where its layer can't be read."""
    from minibuild.report.layers.stack import read_stack  # sizes alone need no files

    stack = read_stack(store, image_id)
    layers = iter(stack.layers)
    for entry in stack.config.history:
        layer = None if entry.empty_layer else next(layers, None)
        if layer is None:
            yield dict.fromkeys(_FILES, "0")
        elif layer.problem:
            yield dict.fromkeys(_FILES, "")
        else:
            yield {name: str(layer.count(name[0])) for name in _FILES}


def _timed(store: Store, image_id: str, ids: list[str]) -> Iterator[dict[str, str]]:
    """What the last build of the image that is remembered says of each step; "" where it says nothing."""
    from minibuild.build.record import find_build  # only for those who ask

    record = find_build(store, image_id)
    steps = {step.image: step for step in record.steps} if record is not None else {}
    for own_id in ids:
        step = steps.get(own_id)
        if step is None:
            yield dict.fromkeys(_TIMES, "")
        else:
            yield {"Cached": "true" if step.cached else "false", "Duration": f"{step.seconds:.3f}s"}


def _ids(store: Store, image_id: str, length: int) -> list[str]:
    """The image that each history entry made, as far as it is in the store."""
    ids = [_MISSING] * length
    current: str | None = image_id
    while current is not None and store.image_exists(current):
        height = len(store.image(current).history)
        if 0 < height <= length:
            ids[height - 1] = current
        current = store.parent(current)
    return ids


def _fidelity(store: Store, ids: list[str]) -> list[tuple[str, str]]:
    """(level, reasons) of each entry; what was built on a base belongs to nobody's steps and has the
    base's.
    """
    found: list[tuple[str, str]] = []
    base = ("exact", "")
    for own_id in reversed(ids):
        if own_id != _MISSING:
            base = kept_fidelity(store, own_id)
        found.append(base)
    return found[::-1]


def _created_by(entry: HistoryEntry, shape: Shape) -> str:
    text = entry.created_by.replace("\t", " ")
    return text if shape.full else truncate(text, _WIDTH)


def _whole_seconds(created: str) -> str:
    """An RFC 3339 time without its fraction, as docker shows it."""
    head, dot, fraction = created.partition(".")
    return head + fraction.lstrip("0123456789") if dot else created
