"""What differs between two images: their configurations and their files."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from minibuild.build.fingerprint import content_digest
from minibuild.filesystem import Directory, File, Node, Snapshot, changes
from minibuild.filesystem.nodes import Device, Symlink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minibuild.report.layers.subject import Subject

_MOST_TEXT = 1 << 20
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # a carriage return is part of its line, as in git


class Difference(NamedTuple):
    """One path: `change` is `A` (only in the second), `D` (only in the first) or `C`; `what` names the
    attributes that changed (content, mode, owner, target, type, attributes).
    """

    path: str
    change: str
    what: tuple[str, ...]
    old: Node | None
    new: Node | None


class Setting(NamedTuple):
    """A value of the configuration, by its path in the document; None where one has none."""

    name: str
    old: Any
    new: Any


def file_differences(first: Subject, second: Subject) -> list[Difference]:
    """The files that differ, sorted by path. Layers that both have are not read; times don't count."""
    old, new = snapshots(first, second)
    found = []
    if old.root is new.root:
        return []
    changed = changes(old, new)
    before = dict(_nodes_of(old, {change.path for change in changed}))
    for change in changed:
        previous = before.get(change.path)
        if change.kind == "delete":
            found.append(Difference(change.path, "D", (), previous, None))
        elif previous is None:
            found.append(Difference(change.path, "A", (), None, change.node))
        else:
            assert change.node is not None
            what = tuple(changed_attributes(previous, change.node))
            if what:
                found.append(Difference(change.path, "C", what, previous, change.node))
    return found


def snapshots(first: Subject, second: Subject) -> tuple[Snapshot, Snapshot]:
    """The two file systems; what they share is the same object in both."""
    one, other = first.store.image(first.image).diff_ids, second.store.image(second.image).diff_ids
    if first.store is second.store:
        shared = 0
        while shared < min(len(one), len(other)) and one[shared] == other[shared]:
            shared += 1
        if shared:
            first.store.layer_filesystem(one[:shared])
    return first.store.layer_filesystem(one), second.store.layer_filesystem(other)


def _nodes_of(snapshot: Snapshot, paths: set[str]) -> Iterator[tuple[str, Node]]:
    for path in paths:
        node: Node | None = snapshot.root
        for name in path.split("/"):
            node = node.entries.get(name) if isinstance(node, Directory) else None
        if node is not None:
            yield path, node


def changed_attributes(old: Node, new: Node) -> Iterator[str]:
    """What differs between two nodes, as `Difference.what` has it."""
    if type(old) is not type(new) and not (isinstance(old, Directory) and isinstance(new, Directory)):
        yield "type"
        return
    if old.mode != new.mode:
        yield "mode"
    if (old.uid, old.gid) != (new.uid, new.gid):
        yield "owner"
    if (old.xattrs or {}) != (new.xattrs or {}):
        yield "attributes"
    if isinstance(old, Symlink) and isinstance(new, Symlink) and old.target != new.target:
        yield "target"
    if (
        isinstance(old, Device)
        and isinstance(new, Device)
        and (old.major, old.minor) != (new.major, new.minor)
    ):
        yield "device"
    if isinstance(old, File) and isinstance(new, File) and not _same_content(old, new):
        yield "content"


def _same_content(old: File, new: File) -> bool:
    one, other = old.content, new.content
    if one is other:
        return True
    if one.size != other.size:
        return False
    place = getattr(one, "digest", None), getattr(one, "offset", None)
    if place[0] is not None and place == (getattr(other, "digest", None), getattr(other, "offset", None)):
        return True
    return content_digest(one) == content_digest(other)


def text_of(node: Node | None) -> list[str] | None:
    """The lines of a text file of at most 1 MiB, with their newlines; None for everything else."""
    if not isinstance(node, File) or node.content.size > _MOST_TEXT:
        return None
    data = node.content.read()
    if b"\0" in data:
        return None
    try:
        return _LINE.findall(data.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def settings_differences(first: Subject, second: Subject) -> list[Setting]:
    """The values of the configurations that differ; history and layers are told elsewhere."""
    old, new = _settings(first), _settings(second)
    names = sorted(old.keys() | new.keys())
    return [Setting(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _settings(subject: Subject) -> dict[str, Any]:
    document = json.loads(subject.store.raw_config(subject.image))
    found: dict[str, Any] = {}
    for key in ("architecture", "os", "variant", "author"):
        if document.get(key):
            found[key] = document[key]
    for key, value in (document.get("config") or {}).items():
        if key == "Env" and isinstance(value, list):
            found.update({f"config.Env.{one.partition('=')[0]}": one.partition("=")[2] for one in value})
        elif isinstance(value, dict):
            found.update({f"config.{key}.{name}": one for name, one in value.items()})
        elif value not in (None, "", [], False):
            found[f"config.{key}"] = value
    return found
