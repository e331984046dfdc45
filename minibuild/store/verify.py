"""Checking a store against itself: every blob, every image, every name; and mending what can be mended."""

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minibuild.image.digest import digest_of, is_digest
from minibuild.store import images, layout
from minibuild.store.blobs import TEMPORARY
from minibuild.store.collect import COMPRESSED
from minibuild.store.database import damage
from minibuild.store.errors import StoreError
from minibuild.store.names import familiar, parsed
from minibuild.store.verify_containers import container_problems

if TYPE_CHECKING:
    from minibuild.store.store import Store


def verify(store: "Store", *, repair: bool = False) -> list[str]:
    """Every damage as a sentence; empty for a sound store.

    `repair` removes what is damaged, so that it is built or loaded anew, and restores what the database
    knows; each sentence then ends with what was done. An interrupted change of `index.json` is no damage:
    it is completed here.
    """
    if repair and store.read_only:
        raise StoreError(f"the store {store.root} is read-only and can't be repaired")
    return _Check(store, repair).run()


_FORGOTTEN = "forgotten; build or load it again"


class _Check:
    def __init__(self, store: "Store", repair: bool) -> None:
        self.store = store
        self.repair = repair
        self.problems: list[str] = []
        self.blobs: set[str] = set()
        self.damaged: set[str] = set()

    def run(self) -> list[str]:
        pages = damage(self.store.database)
        if pages:
            return [f"the database is damaged: {page}" for page in pages]
        self._read_blobs()
        self._images()
        self._names()
        self._cache()
        for problem in container_problems(self.store, self._has):
            self._found(*problem)
        self._layout()
        return self.problems

    def _found(self, problem: str, mend: Callable[[], object] | None = None, done: str = "") -> None:
        if self.repair and mend is not None:
            mend()
            problem += f": {done}"
        self.problems.append(problem)

    def _read_blobs(self) -> None:
        for name in sorted(self.store.blobs.listing()):
            if name.startswith(TEMPORARY):
                continue
            path = self.store.blobs.directory / name
            if not self._is_file(path):
                continue
            try:
                with path.open("rb") as stream:
                    actual = hashlib.file_digest(stream, "sha256").hexdigest()
            except FileNotFoundError:
                continue  # pruned meanwhile
            except OSError as error:
                self.problems.append(f"blob sha256:{name} can't be read: {error.strerror}")
                self.damaged.add("sha256:" + name)
                continue
            if actual == name:
                self.blobs.add("sha256:" + name)
                continue
            self.damaged.add("sha256:" + name)
            if len(name) == 64:
                self._found(
                    f"blob sha256:{name} is damaged: its content has another digest", path.unlink, "removed"
                )
            else:
                self._found(f"{path} is no blob", path.unlink, "removed")

    def _is_file(self, path: Path) -> bool:
        """Whether a regular file stands where only blobs should; if not, that is a damage."""
        if path.is_symlink() or path.is_fifo():
            self._found(f"{path} is no file", path.unlink, "removed")
        elif path.is_dir():
            self._found(f"{path} is a directory, not a blob", partial(shutil.rmtree, path), "removed")
        else:
            return True
        self.damaged.add("sha256:" + path.name)
        return False

    def _has(self, digest: str) -> bool:
        """Whether a blob is there and sound, also one that was written since the check began."""
        if digest in self.blobs:
            return True
        return is_digest(digest) and digest not in self.damaged and self.store.has_blob(digest)

    def _images(self) -> None:
        store = self.store
        for image_id, raw in store.execute("SELECT id, config FROM images ORDER BY id").fetchall():
            raw = raw if isinstance(raw, bytes) else b""
            try:
                document: dict[str, Any] = json.loads(raw)
            except ValueError:
                document = {}
            forget = partial(self._forget, image_id)
            if digest_of(raw) != image_id:
                self._found(f"the configuration of image {image_id} is damaged", forget, _FORGOTTEN)
                continue
            layers = (document.get("rootfs") or {}).get("diff_ids") or ()
            lost = [layer for layer in layers if not self._has(layer)]
            if lost:
                named = ", ".join((image_id, *store.names(image_id)))
                self._found(f"image {named} lacks its layer {', '.join(lost)}", forget, _FORGOTTEN)

    def _forget(self, image_id: str) -> None:
        """Take an image that can't be used, and its names, out of the database."""
        self._drop("tags", "image", image_id)
        images.forget(self.store, image_id)

    def _names(self) -> None:
        store = self.store
        rows = store.execute(
            "SELECT name, image, images.id FROM tags LEFT JOIN images ON images.id = image ORDER BY name"
        ).fetchall()
        for name, image_id, existing in rows:
            if parsed(name) is None:
                self._found(
                    f"{name!r} is no image name", partial(self._drop, "tags", "name", name), "removed"
                )
            elif existing is None:
                self._found(
                    f"{familiar(name)} names image {image_id}, which is missing",
                    partial(self._drop, "tags", "name", name),
                    "name removed",
                )
            else:
                self._documents(name, image_id)

    def _documents(self, name: str, image_id: str) -> None:
        """The blobs that the layout has of a named image beside its layers."""
        manifest = layout.manifest_digest(self.store, image_id)
        for what, digest in (("configuration", image_id), ("manifest", manifest)):
            if manifest is not None and digest is not None and not self._has(digest):
                mend = partial(layout.describe, self.store, image_id)
                self._found(f"the {what} of {familiar(name)}, blob {digest}, is missing", mend, "restored")

    def _cache(self) -> None:
        store = self.store
        for key, layer in store.execute("SELECT key, layer FROM cache WHERE layer IS NOT NULL").fetchall():
            if not self._has(layer):
                self._found(
                    f"the build cache's record {key[:12]} lacks its layer {layer}",
                    partial(self._drop, "cache", "key", key),
                    "record removed",
                )
        rows = store.execute(
            "SELECT key, value FROM memos WHERE key LIKE ? ORDER BY key", COMPRESSED + "%"
        ).fetchall()
        for key, value in rows:
            if not self._has(value.split(" ")[0]):  # compressed again when it is needed: nothing is lost
                if self.repair:
                    self._drop("memos", "key", key)
                else:
                    self._found(f"the compressed form of layer sha256:{key.split(':')[1]} is missing")

    def _drop(self, table: str, column: str, value: str) -> None:
        self.store.execute(f"DELETE FROM {table} WHERE {column} = ?", value)

    def _layout(self) -> None:
        store = self.store
        if store.read_only:
            return
        for name in (layout.MARKER, layout.INDEX):
            try:
                json.loads((store.root / name).read_bytes())
            except (OSError, ValueError):
                self._found(f"{name} is missing or damaged", partial(layout.repair, store), "written anew")
                if not self.repair:
                    return
        with store.transaction():
            if not layout.is_current(store):
                layout.repair(store)
