"""Which files of a COPY changed: the list of files behind a fingerprint, and how two lists differ.

A fingerprint tells that something changed; its list, kept under it in the store, tells what.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from minibuild.errors import MinibuildError
from minibuild.store import Store
from minibuild.store.collect import LISTING

if TYPE_CHECKING:
    from minibuild.filesystem import LayerEntry, Node

_FAST = 1
_MOST_TEXT = 128 << 10  # bytes of a file of which differences are shown
_MOST_CANDIDATES = 50
_MOST_DIFFS = 3
# Files that mostly hold secrets: what changed in them is not shown, since explanations end up in logs.
_PRIVATE = re.compile(
    r"(?:.*/)?(?:\.env.*|.*\.env|.*\.(?:pem|key|p12|pfx|jks|kdbx|gpg)|id_[a-z0-9]+|\.netrc|\.npmrc|\.pypirc"
    r"|\.htpasswd|.*(?:secret|credential|password|passwd|token)[^/]*)\Z",
    re.IGNORECASE,
)
_CONTEXT_LINES = 1
_MOST_LINES = 12
# Hexadecimal digits of a content's digest that are kept: enough to tell the versions of a file apart.
KEPT_DIGITS = 20


class Listed(NamedTuple):
    """What a list tells of one file: `detail` is the beginning of its content's digest, or a link's
    target.
    """

    kind: str
    mode: str
    owner: str
    size: int
    detail: str


# Gives the content of a listed file, by its path; None when it is not known.
Reader = Callable[[str, Listed], bytes | None]


class FileChange(NamedTuple):
    """One file that is not what it was.

    `change` is added, removed, renamed, content, mode, owner or kind; `detail` says from what to what, for
    a renamed file what it was called; `diff` has the lines of a small unified diff of its text.
    """

    path: str
    change: str
    detail: str = ""
    diff: tuple[str, ...] = ()


class Collector:
    """Takes the files of a selection while their fingerprint is made."""

    __slots__ = ("_fields",)

    def __init__(self) -> None:
        self._fields: list[str] = []

    def add(self, path: str, node: "Node", detail: str) -> None:
        """One more node, with the digest of its content or its target; paths are as the context or the stage
        has them.
        """
        content = getattr(node, "content", None)
        size = 0 if content is None else content.size
        kept = detail if content is None else detail[:KEPT_DIGITS]
        self._fields += (path, node.kind, f"{node.mode:04o}", f"{node.uid}:{node.gid}", str(size), kept)

    def keep(self, store: Store, fingerprint: str) -> None:
        """Keep the list under the fingerprint, unless it is there."""
        if store.document_get(LISTING, fingerprint) is None:
            data = "\0".join(self._fields).encode("utf-8", "surrogateescape")
            store.document_put(LISTING, fingerprint, zlib.compress(data, _FAST))


def kept_list(store: Store, fingerprint: str) -> dict[str, Listed] | None:
    """The files behind a fingerprint by their paths; None when the list is no longer there."""
    raw = store.document_get(LISTING, fingerprint)
    if raw is None:
        return None
    try:
        text = zlib.decompress(raw).decode("utf-8", "surrogateescape")
        fields = iter(text.split("\0") if text else ())
        return {
            path: Listed(kind, mode, owner, int(size), detail)
            for path, kind, mode, owner, size, detail in zip(*[fields] * 6, strict=True)
        }
    except (zlib.error, ValueError):  # damaged: what it explains can do without
        return None


def file_changes(old: Mapping[str, Listed], new: Mapping[str, Listed]) -> list[FileChange]:
    """What differs between two lists, by path. A file that only has another name is told once."""
    removed = {path for path in old if path not in new}
    gone = {(old[path].kind, old[path].detail): path for path in removed if old[path].kind == "file"}
    found: dict[str, FileChange] = {}
    for path, now in new.items():
        before = old.get(path)
        if before is not None:
            change = _difference(path, before, now)
            if change is not None:
                found[path] = change
            continue
        was = gone.pop((now.kind, now.detail), None)
        if was is None:
            found[path] = FileChange(path, "added")
        else:
            found[path] = FileChange(path, "renamed", was)
            removed.remove(was)
    found.update((path, FileChange(path, "removed")) for path in removed)
    above = {parent for path in found for parent in _parents(path)}
    return [
        found[path]
        for path in sorted(found)
        if path not in above or not _is_told_below(found[path], new, old)
    ]


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _is_told_below(change: FileChange, new: Mapping[str, Listed], old: Mapping[str, Listed]) -> bool:
    """Whether a directory came or went with what is in it."""
    listed = new.get(change.path) or old[change.path]
    return listed.kind == "dir" and change.change in ("added", "removed")


def _difference(path: str, old: Listed, new: Listed) -> FileChange | None:
    if old.kind != new.kind:
        return FileChange(path, "kind", f"{old.kind} -> {new.kind}")
    if old.detail != new.detail:
        if new.kind == "link":
            return FileChange(path, "content", f"{old.detail} -> {new.detail}")
        return FileChange(path, "content", f"{old.size} -> {new.size} bytes" if old.size != new.size else "")
    if old.mode != new.mode:
        return FileChange(path, "mode", f"{old.mode} -> {new.mode}")
    if old.owner != new.owner:
        return FileChange(path, "owner", f"{old.owner} -> {new.owner}")
    return None


def compared_files(
    store: Store,
    fingerprints: tuple[str, str],
    readers: tuple[Reader, Reader],
) -> tuple[FileChange, ...] | None:
    """What differs between the files behind two fingerprints, with differences of a few texts; None when a
    list is no longer there. `readers` give the content that a listed file had and has, where it is known.
    """
    old, new = (kept_list(store, fingerprint) for fingerprint in fingerprints)
    if old is None or new is None:
        return None
    changes = file_changes(old, new)
    shown = 0
    for place, change in enumerate(changes):
        if shown == _MOST_DIFFS:
            break
        if change.change == "content" and new[change.path].kind == "file" and not _PRIVATE.match(change.path):
            diff = _difference_of_texts(change.path, (old, new), readers)
            if diff:
                changes[place] = change._replace(diff=diff)
                shown += 1
    return tuple(changes)


def _difference_of_texts(
    path: str,
    lists: tuple[Mapping[str, Listed], Mapping[str, Listed]],
    readers: tuple[Reader, Reader],
) -> tuple[str, ...]:
    try:
        before, after = (read(path, listed[path]) for read, listed in zip(readers, lists, strict=True))
    except (OSError, MinibuildError):  # a layer that is damaged, a file that went away: no reason to fail
        return ()
    return text_diff(before, after)


def layer_content(store: Store, layer: str, path: str, listed: Listed) -> bytes | None:
    """The content of a listed file as a layer has it; None when it is not there, or too long for a text.

    Where a COPY put the file is not known: its size, then its digest tell it, its name comes first.
    """
    if listed.kind != "file" or listed.size > _MOST_TEXT or not store.has_blob(layer):
        return None
    from minibuild.store.layers import layer_entries  # a build that explains nothing reads no layer

    name = path.rpartition("/")[2]

    def strange(entry: "LayerEntry") -> bool:
        return entry.path.rpartition("/")[2] != name

    same_size = [
        entry for entry in layer_entries(store, layer) if entry.kind == "file" and entry.size == listed.size
    ]
    for entry in sorted(same_size, key=strange)[:_MOST_CANDIDATES]:
        data = entry.content.read()
        if hashlib.sha256(data).hexdigest().startswith(listed.detail):
            return data
    return None


def text_diff(old: bytes | str | None, new: bytes | str | None) -> tuple[str, ...]:
    """A small unified diff of two texts, without its head; empty when one is missing, binary or too long."""
    before, after = _lines(old), _lines(new)
    if before is None or after is None:
        return ()
    from difflib import unified_diff  # only when something is explained

    lines = list(unified_diff(before, after, lineterm="", n=_CONTEXT_LINES))[2:]
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES - 1 :] = [f"… {len(lines) - _MOST_LINES + 1} more lines"]
    return tuple(lines)


def _lines(text: bytes | str | None) -> list[str] | None:
    if isinstance(text, bytes):
        if b"\0" in text:
            return None
        try:
            text = text.decode()
        except UnicodeDecodeError:
            return None
    if text is None or len(text) > _MOST_TEXT:
        return None
    return text.splitlines()
