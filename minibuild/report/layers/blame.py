"""Which layers wrote a path of an image, and what was there after each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from minibuild.errors import MinibuildError
from minibuild.store.layers import layer_entries

if TYPE_CHECKING:
    from minibuild.report.layers.stack import FileChange, Layer, Stack
    from minibuild.store import Store


class Version(NamedTuple):
    """A path as one layer left it; `sha256` is "" for what has no bytes of its own."""

    layer: Layer
    change: FileChange
    sha256: str


def blame(store: Store, stack: Stack, path: str) -> list[Version]:
    """Every version of an absolute path, the first one first. Raise `MinibuildError` when no layer has it."""
    wanted = path.strip("/")
    found: list[Version] = []
    for layer in stack.layers:
        for change in layer.changes:
            hides = change.change == "D" and wanted.startswith(change.path + "/")
            if change.path == wanted or (hides and found and found[-1].change.change != "D"):
                found.append(Version(layer, change, _digest(store, layer, change)))
    if not found:
        image = stack.image[7:19]
        raise MinibuildError(f"{path}: no layer of {image} has it", hint="`minibuild ls` lists what it has")
    return found


def _digest(store: Store, layer: Layer, change: FileChange) -> str:
    if change.change == "D" or change.kind != "file":
        return ""
    from minibuild.build.fingerprint import content_digest

    entry = next(one for one in layer_entries(store, layer.diff_id) if one.path == change.path)
    return content_digest(entry.content)
