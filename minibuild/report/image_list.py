"""`minibuild images`: rows, filters, table."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from minibuild.errors import UsageError
from minibuild.image.reference import ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.report.image_names import find_image
from minibuild.report.layer_sizes import image_size
from minibuild.report.listing import render_list
from minibuild.report.units import ago, human_size, parse_time
from minibuild.store import ImageRecord, Store
from minibuild.store.layout import manifest_digest

COLUMNS = {
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "ID": "IMAGE ID",
    "CreatedSince": "CREATED",
    "Size": "SIZE",
}
HEADERS = {"Digest": "DIGEST", "CreatedAt": "CREATED AT"}
_NONE = "<none>"


class Wanted(NamedTuple):
    """Which images: a pattern of names, filters as `key=value`, also those that builds went through."""

    pattern: str = ""
    filters: tuple[str, ...] = ()
    intermediate: bool = False


class Shape(NamedTuple):
    """How they are shown: `form` as `--format`, IDs only, IDs in full, with manifests' digests."""

    form: str = ""
    quiet: bool = False
    full: bool = False
    digests: bool = False


def image_list(store: Store, wanted: Wanted, shape: Shape, now: datetime) -> str:
    """The list as text. Raise `UsageError` for a wrong filter."""
    rows = []
    keep = [_filter(store, text) for text in wanted.filters]
    if wanted.pattern:
        keep.append(_by_pattern(wanted.pattern))
    for record in store.images(intermediate=wanted.intermediate):
        names = [name for name in record.names or ("",) if all(test(record, name) for test in keep)]
        rows += [_row(store, record, name, shape, now) for name in names]
    if shape.quiet and not shape.form:
        return "".join(row["ID"] + "\n" for row in rows)
    columns = dict(COLUMNS)
    if shape.digests:
        columns = {"Repository": "REPOSITORY", "Tag": "TAG", "Digest": "DIGEST", **COLUMNS}
    return render_list(rows, shape.form, columns, HEADERS)


def _row(store: Store, record: ImageRecord, name: str, shape: Shape, now: datetime) -> dict[str, Any]:
    size = image_size(store, record.config.diff_ids)
    repository, tag = split_name(name)
    created = parse_time(record.created)
    return {
        "Containers": "N/A",
        "CreatedAt": created.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC") if created else "N/A",
        "CreatedSince": ago(record.created, now),
        "Digest": (manifest_digest(store, record.id) or _NONE) if name else _NONE,
        "ID": record.id if shape.full else record.id.removeprefix("sha256:")[:12],
        "Repository": repository,
        "SharedSize": "N/A",
        "Size": human_size(size),
        "Tag": tag,
        "UniqueSize": "N/A",
        "VirtualSize": human_size(size),
    }


def split_name(name: str) -> tuple[str, str]:
    """(repository, tag) of a name as people write it; `<none>` for what it has not."""
    if not name:
        return _NONE, _NONE
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return name, _NONE
    return repository, tag


_Test = Callable[[ImageRecord, str], bool]  # is this image wanted under this name?


def _filter(store: Store, text: str) -> _Test:
    key, equals, value = text.partition("=")
    maker = _FILTERS.get(key)
    if maker is None or not equals:
        raise UsageError(
            f"invalid filter {text!r}", hint="known are " + ", ".join(f"{name}=…" for name in _FILTERS)
        )
    return maker(store, value)


def _dangling(_: Store, value: str) -> _Test:
    if value.lower() not in ("true", "false", "1", "0"):
        raise UsageError(f"invalid filter dangling={value}: true or false was expected")
    nameless = value.lower() in ("true", "1")
    return lambda _, name: nameless == (not name)


def _label(_: Store, value: str) -> _Test:
    key, equals, wanted = value.partition("=")

    def test(record: ImageRecord, _: str) -> bool:
        labels = dict(record.config.config.labels)
        return key in labels and (not equals or labels[key] == wanted)

    return test


def _reference(_: Store, value: str) -> _Test:
    return _by_pattern(value)


def _before(store: Store, value: str) -> _Test:
    limit = store.image(find_image(store, value)).created
    return lambda record, _: _moment(record.created) < _moment(limit)


def _since(store: Store, value: str) -> _Test:
    limit = store.image(find_image(store, value)).created
    return lambda record, _: _moment(record.created) > _moment(limit)


_FILTERS: dict[str, Callable[[Store, str], _Test]] = {
    "before": _before,
    "dangling": _dangling,
    "label": _label,
    "reference": _reference,
    "since": _since,
}


def _moment(text: str) -> float:
    time = parse_time(text)
    return time.timestamp() if time is not None else 0.0


def _by_pattern(pattern: str) -> _Test:
    """A name, with or without a tag, in which `*` and `?` stand for anything but a slash."""
    parsed = None
    if not any(c in pattern for c in "*?["):
        with suppress(ReferenceError):
            parsed = parse_reference(pattern).familiar
    if parsed is not None:
        repository = split_name(parsed)[0]
        tagged = split_name(pattern)[1] != _NONE
        return lambda _, name: name == parsed if tagged else split_name(name)[0] == repository
    shape = re.compile(
        "".join({"*": "[^/]*", "?": "[^/]"}.get(c) or re.escape(c) for c in pattern) + r"\Z", re.DOTALL
    )
    return lambda _, name: bool(name) and bool(shape.match(name) or shape.match(split_name(name)[0]))
