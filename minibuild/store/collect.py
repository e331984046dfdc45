"""What the store holds and what of it is used: `system df` and `system prune`."""

import json
import os
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from minibuild.store import layout
from minibuild.store.blobs import TEMPORARY
from minibuild.store.errors import StoreError
from minibuild.store.images import forget, names
from minibuild.store.reserve import released
from minibuild.store.usage import change_sets, images_in_use

if TYPE_CHECKING:
    from minibuild.store.store import Store

# Memos that keep blobs alive: cache mounts, by their value; compressed layers, as long as the layer is there.
CACHE_MOUNT = "cache-mount:"
COMPRESSED = "compressed:"
# Documents that list the files of a step, by the fingerprint that its cache record has among its inputs.
LISTING = "listing"
# Documents with what a step wrote, by its cache key.
OUTPUT = "output"
# The memo that tells when the whole build cache was removed.
EMPTIED = "cache-emptied"
# What a process that still has the store open may be about to use: blobs and temporary files younger than
# this.
_RECENT = 24 * 3600


class UsageRow(NamedTuple):
    """One kind of thing: how many, how many in use, bytes, bytes that `prune --all` would free."""

    kind: str
    total: int
    active: int
    size: int
    reclaimable: int


class PruneReport(NamedTuple):
    """What `prune` did: the lines that docker prints, blobs and temporary files removed, bytes freed, what
    was spared and why."""

    lines: tuple[str, ...]
    files: int
    freed: int
    spared: str


def disk_usage(store: "Store", in_use: Collection[str] = ()) -> list[UsageRow]:
    """A row for images (their layers, each counted once) and one for the build cache (all other blobs)."""
    in_use = {*in_use, *images_in_use(store)}
    sizes = {name: status.st_size for name, status in store.blobs.listing().items()}
    shown = {record.id for record in store.images(intermediate=True)}
    layers = _hexes(image_blobs(store))
    used = _hexes(image_blobs(store, only=_with_ancestors(store, in_use)))
    of_images = sum(size for name, size in sizes.items() if name in layers)
    of_used = sum(size for name, size in sizes.items() if name in used)
    records = store.execute("SELECT count(*) FROM cache").fetchone()[0]
    of_containers = sum(sizes.get(name, 0) for name in _hexes(change_sets(store)) - layers)
    rest = sum(sizes.values()) - of_images - of_containers
    return [
        UsageRow("Images", len(shown), len(shown.intersection(in_use)), of_images, of_images - of_used),
        UsageRow("Build Cache", records, 0, rest, rest),
    ]


def prune(store: "Store", *, everything: bool = False, in_use: Collection[str] = ()) -> PruneReport:
    """Remove nameless images that no named one was built on, build cache of layers that no image has, and
    unused blobs.

    `everything` also removes every image that is not `in_use` (by a container), the whole build cache and
    what was derived. While other processes have the store open, only old garbage is removed. Raise
    `StoreError`.
    """
    if store.read_only:
        raise StoreError(f"the store {store.root} can't be written: it is read-only")
    in_use = {*in_use, *images_in_use(store)}
    alone = store.lock.alone()
    try:
        with released(store.root):
            lines = _forget(store, in_use, everything=everything) if alone else []
            before = time.time() + 1 if alone else time.time() - _RECENT
            with store.transaction():  # nobody can refer to a blob while those without references go
                files, freed = _sweep(store, live_blobs(store), before)
            with store.transaction():
                if not layout.is_current(store):
                    layout.repair(store)
            if alone:
                _compact(store, everything=everything)
    finally:
        store.lock.share()
    spared = "" if alone else "the store is in use: images, build cache and recent files were kept"
    return PruneReport(tuple(lines), files, freed, spared)


def _forget(store: "Store", in_use: Collection[str], *, everything: bool) -> list[str]:
    with store.transaction():
        lines = _forget_images(store, in_use, everything=everything)
        _forget_cache(store, everything=everything)
    return lines


def _compact(store: "Store", *, everything: bool) -> None:
    """Make the database's file as small as it can be; that needs room itself for a while."""
    if everything:
        with suppress(StoreError):
            store.execute("VACUUM")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def image_blobs(store: "Store", only: Collection[str] | None = None) -> set[str]:
    """The digests of the blobs of images (all, or `only` these): layers; manifest and configuration of
    named ones."""
    found: set[str] = set()
    for (image_id,) in store.execute("SELECT id FROM images").fetchall():
        if only is None or image_id in only:  # a damaged configuration is an error: its layers are not known
            found.update((json.loads(store.raw_config(image_id)).get("rootfs") or {}).get("diff_ids") or ())
    for (image_id,) in store.execute("SELECT DISTINCT image FROM tags").fetchall():
        if only is None or image_id in only:
            found.add(image_id)
            manifest = layout.manifest_digest(store, image_id)
            if manifest is not None:
                found.add(manifest)
    return found


def live_blobs(store: "Store") -> set[str]:
    """The digests of all blobs that something refers to."""
    found = image_blobs(store)
    compressed = dict(_memos(store, COMPRESSED))
    for key, value in compressed.items():
        if key.split(":", 2)[1] in _hexes(found):
            found.add(value.split(" ")[0])
    found.update(row[0] for row in store.execute("SELECT layer FROM cache WHERE layer IS NOT NULL"))
    found.update(value for _, value in _memos(store, CACHE_MOUNT))
    found.update(change_sets(store))
    return found


def _memos(store: "Store", prefix: str) -> list[tuple[str, str]]:
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return store.execute("SELECT key, value FROM memos WHERE key >= ? AND key < ?", prefix, end).fetchall()


def _hexes(digests: Iterable[str]) -> set[str]:
    return {digest.removeprefix("sha256:") for digest in digests}


def _with_ancestors(store: "Store", image_ids: Iterable[str]) -> set[str]:
    parents = dict(store.execute("SELECT id, parent FROM images").fetchall())
    found: set[str] = set()
    for start in image_ids:
        current: str | None = start
        while current is not None and current in parents and current not in found:
            found.add(current)
            current = parents[current]
    return found


def _forget_images(store: "Store", in_use: Collection[str], *, everything: bool) -> list[str]:
    tagged = [row[0] for row in store.execute("SELECT DISTINCT image FROM tags").fetchall()]
    kept = _with_ancestors(store, [*in_use, *(() if everything else tagged)])
    lines = []
    for (image_id,) in store.execute("SELECT id FROM images ORDER BY added DESC, id").fetchall():
        if image_id in kept:
            continue
        for name in names(store, image_id):
            store.untag(name)
            lines.append(f"Untagged: {name}")
        forget(store, image_id)
        lines.append(f"Deleted: {image_id}")
    return lines


def _forget_cache(store: "Store", *, everything: bool) -> None:
    if everything:
        for table in ("cache", "documents", "files"):
            store.execute(f"DELETE FROM {table}")
        kept = " AND ".join(f"key NOT GLOB '{kind}:*'" for kind in ("manifest", "partial", "fidelity"))
        store.execute(f"DELETE FROM memos WHERE {kept}")
        store.memo_put(EMPTIED, str(int(time.time())))
        return
    layers = image_blobs(store)
    rows = store.execute("SELECT key, layer FROM cache WHERE layer IS NOT NULL").fetchall()
    for key, layer in rows:
        if layer not in layers:
            store.execute("DELETE FROM cache WHERE key = ?", key)
    _forget_listings(store)
    for key, _ in _memos(store, COMPRESSED):
        if "sha256:" + key.split(":", 2)[1] not in layers:
            store.execute("DELETE FROM memos WHERE key = ?", key)


def _forget_listings(store: "Store") -> None:
    """Remove the lists of files, and the output, of steps that the cache does not have any more."""
    used: set[str] = set()
    for (data,) in store.execute("SELECT data FROM cache").fetchall():
        used.update(value for _, value in json.loads(data).get("inputs", ()))
    for (key,) in store.execute("SELECT key FROM documents WHERE kind = ?", LISTING).fetchall():
        if key not in used:
            store.execute("DELETE FROM documents WHERE kind = ? AND key = ?", LISTING, key)
    store.execute("DELETE FROM documents WHERE kind = ? AND key NOT IN (SELECT key FROM cache)", OUTPUT)


def _sweep(store: "Store", live: set[str], before: float) -> tuple[int, int]:
    """Remove the files that are not live and were last touched before that time; how many, and their
    bytes."""
    kept = _hexes(live)
    count = freed = 0
    places = [(str(store.blobs.directory), store.blobs.listing())]
    root = str(store.root)
    with suppress(OSError), os.scandir(root) as entries:
        places.append((root, {e.name: e.stat() for e in entries if e.name.startswith(TEMPORARY)}))
    for directory, files in places:
        for name, status in files.items():
            if name not in kept and status.st_mtime < before and _remove(directory, name, before):
                count += 1
                freed += status.st_size
    return count, freed


def _remove(directory: str, name: str, before: float) -> bool:
    """Remove a file unless somebody touches it in this very moment: then it is put back."""
    path = os.path.join(directory, name)  # noqa: PTH118
    trash = f"{directory}{os.sep}{TEMPORARY}trash-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        os.rename(path, trash)  # noqa: PTH104
        if os.stat(trash).st_mtime >= before:  # noqa: PTH116
            os.rename(trash, path)  # noqa: PTH104
            return False
        os.unlink(trash)  # noqa: PTH108
    except OSError:
        return False  # another process was faster, or (on Windows) is reading it
    return True
