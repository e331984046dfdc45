"""Images in the store: names, looking up, listing, removing, as docker's commands do it."""

import re
from typing import TYPE_CHECKING

from minibuild.store import layout
from minibuild.store.errors import StoreError
from minibuild.store.names import canonical, familiar, parsed, reference
from minibuild.store.reserve import released

if TYPE_CHECKING:
    from collections.abc import Collection

    from minibuild.image.config import ImageConfig
    from minibuild.image.reference import Reference
    from minibuild.store.store import Store

_ID = re.compile(r"(?:sha256:)?([0-9a-f]{1,64})\Z")


class ImageRecord:
    """One image as a list shows it: ID, names as people write them, RFC 3339 time, size of its layers in
    bytes."""

    __slots__ = ("config", "created", "id", "names", "size")

    def __init__(self, image_id: str, names: tuple[str, ...], size: int, config: "ImageConfig") -> None:
        self.id = image_id
        self.names = names
        self.created = config.created
        self.size = size
        self.config = config


def tag(store: "Store", image_id: str, name: str) -> None:
    """Give an image a name; another image that has it loses it. A name that it already has costs one look."""
    named = reference(name)
    if named.digest:
        raise StoreError(
            f"can't name an image {name!r}: a name with a digest is not given, it follows from the content"
        )
    full = named.canonical
    row = store.execute("SELECT image FROM tags WHERE name = ?", full).fetchone()
    if row is not None and row[0] == image_id:
        return
    if not store.image_exists(image_id):
        raise StoreError(f"no such image: {image_id}")
    layout.describe(store, image_id)  # blobs first
    with store.transaction():
        store.execute("INSERT OR REPLACE INTO tags VALUES (?, ?)", full, image_id)
        store.index_is_stale = True


def untag(store: "Store", name: str) -> bool:
    """Take a name away; whether it was there."""
    with store.transaction():
        found = store.execute("DELETE FROM tags WHERE name = ?", canonical(name)).rowcount > 0
        store.index_is_stale = store.index_is_stale or found
    return found


def names(store: "Store", image_id: str) -> tuple[str, ...]:
    """An image's names as people write them, sorted."""
    rows = store.execute("SELECT name FROM tags WHERE image = ? ORDER BY name", image_id)
    return tuple(familiar(row[0]) for row in rows)


def resolve(store: "Store", name: str) -> str | None:
    """The ID that a name, a name with a digest, an ID or the unique beginning of an ID means; None for no
    image. `~2` behind it means the image two steps back: what stood before the last two instructions.
    """
    base, tilde, steps = name.rpartition("~")
    if tilde:
        return _ancestor(store, base, steps)
    match = _ID.match(name)
    if match and len(match[1]) == 64:
        full = "sha256:" + match[1]
        return full if store.image_exists(full) else _by_manifest(store, full)
    named = parsed(name)
    if named is not None and named.digest:
        found = named.digest if store.image_exists(named.digest) else _by_manifest(store, named.digest)
        wanted = (named.registry, named.repository)
        if found is not None and any((r.registry, r.repository) == wanted for r in _references(store, found)):
            return found
        return None
    if named is not None:
        row = store.execute("SELECT image FROM tags WHERE name = ?", named.canonical).fetchone()
        if row is not None:
            return str(row[0])
    if not match:
        return None
    prefix = "sha256:" + match[1]
    rows = store.execute(
        "SELECT id FROM images WHERE id >= ? AND id < ? LIMIT 2", prefix, prefix + "g"
    ).fetchall()
    if len(rows) > 1:
        raise StoreError(f"several images have IDs that begin with {name}", hint="give more digits")
    return str(rows[0][0]) if rows else None


def _ancestor(store: "Store", name: str, steps: str) -> str | None:
    """The image from which `name` was committed, `steps` (1 when empty) times in a row."""
    if steps and not (steps.isascii() and steps.isdigit() and len(steps) < 10):
        return None
    image_id = resolve(store, name)
    count = int(steps or 1)
    for back in range(count):
        if image_id is None:
            return None
        parent = store.parent(image_id)
        if parent is None:
            raise StoreError(
                f"{name} has no image {count} steps back: it goes back {back}",
                hint="an image that was loaded or made from the catalogue has no steps",
            )
        image_id = parent
    return image_id


def _references(store: "Store", image_id: str) -> "list[Reference]":
    rows = store.execute("SELECT name FROM tags WHERE image = ?", image_id)
    return [reference(row[0]) for row in rows]


def _by_manifest(store: "Store", digest: str) -> str | None:
    for (image_id,) in store.execute("SELECT DISTINCT image FROM tags").fetchall():
        if layout.manifest_digest(store, image_id) == digest:
            return str(image_id)
    return None


def listing(store: "Store", *, intermediate: bool = False) -> list[ImageRecord]:
    """Named images, and those from which nothing was committed (a build's last); newest first.

    `intermediate` adds those that builds went through.
    """
    from minibuild.image.config import (
        ImageConfig,  # its dataclasses cost time that a cached build does not have
    )

    condition = (
        ""
        if intermediate
        else " WHERE id IN (SELECT image FROM tags) OR NOT EXISTS (SELECT 1 FROM images WHERE parent = i.id)"
    )
    rows = store.execute(
        f"SELECT id, config FROM images AS i{condition} ORDER BY created DESC, added DESC, id"
    ).fetchall()
    tagged: dict[str, list[str]] = {}
    for name, image_id in store.execute("SELECT name, image FROM tags ORDER BY name"):
        tagged.setdefault(image_id, []).append(familiar(name))
    records = []
    for image_id, raw in rows:
        try:
            config = ImageConfig.from_json(bytes(raw))
        except (ValueError, TypeError):
            continue  # damaged: `verify` tells it
        size = sum(store.blob_size(layer) for layer in config.diff_ids if store.has_blob(layer))
        records.append(ImageRecord(image_id, tuple(tagged.get(image_id, ())), size, config))
    return records


def remove(store: "Store", name: str, *, force: bool = False, in_use: "Collection[str]" = ()) -> list[str]:
    """Remove a name, and its image when that was the last one; or an image by its ID.

    The lines that docker prints: `Untagged: …`, `Deleted: sha256:…`; nameless parents that nothing else
    needs go too. `in_use` are the images of containers. Layers stay for the build cache until `prune`.
    Raise `StoreError`.
    """
    with released(store.root), store.transaction():
        image_id = resolve(store, name)
        if image_id is None:
            raise StoreError(f"no such image: {name}")
        named = parsed(name)
        owned = names(store, image_id)
        by_name = (
            named is not None and not named.digest and named.familiar in owned and not image_id.endswith(name)
        )
        if by_name:
            assert named is not None
            lines = [f"Untagged: {named.familiar}"]
            untag(store, name)
            if len(owned) == 1 and not _conflict(store, image_id, in_use):
                lines += _delete(store, image_id, in_use)
            return lines
        conflict = _conflict(store, image_id, in_use)
        if conflict:
            raise StoreError(f"unable to delete {name}: {conflict}")
        if not force and len({one.rpartition(":")[0] for one in owned}) > 1:
            raise StoreError(
                f"unable to delete {name}: it has names in several repositories: {', '.join(owned)}",
                hint="remove the names one by one, or use --force",
            )
        lines = [f"Untagged: {one}" for one in owned]
        for one in owned:
            untag(store, one)
        return lines + _delete(store, image_id, in_use)


def _conflict(store: "Store", image_id: str, in_use: "Collection[str]") -> str:
    if image_id in in_use:
        return "a container uses it"
    child = store.execute("SELECT id FROM images WHERE parent = ?", image_id)
    row = child.fetchone()
    return f"other images were built from it, such as {row[0][7:19]}" if row is not None else ""


def _delete(store: "Store", image_id: str, in_use: "Collection[str]") -> list[str]:
    """Delete an image without names, then each parent that nobody needs any more."""
    lines = []
    current: str | None = image_id
    while current is not None and store.image_exists(current):
        if current != image_id and (names(store, current) or _conflict(store, current, in_use)):
            break
        parent = store.parent(current)
        forget(store, current)
        lines.append(f"Deleted: {current}")
        current = parent
    return lines


def forget(store: "Store", image_id: str) -> None:
    """Take an image out of the database; its blobs stay until `prune`."""
    store.execute("DELETE FROM images WHERE id = ?", image_id)
    for kind in ("manifest", "fidelity"):
        store.execute("DELETE FROM memos WHERE key = ?", f"{kind}:{image_id}")
