"""`prune` and `df`: what is used stays, what is not goes."""

import os
from collections.abc import Callable
from pathlib import Path

from minibuild.image.config import ImageConfig
from minibuild.store import CacheRecord, Store
from minibuild.store.compression import stored_layer

Maker = Callable[..., str]


def blobs(store: Store) -> set[str]:
    return {"sha256:" + path.name for path in (store.root / "blobs" / "sha256").iterdir()}


def test_named_images_and_what_they_stand_on_stay(store: Store, image: Maker) -> None:
    base = image(a=b"1")
    top = image(a=b"2", parent=base)
    alone = image(a=b"3")
    store.tag(top, "top")
    report = store.prune()
    assert report.lines == (f"Deleted: {alone}",)
    assert (store.image_exists(base), store.image_exists(top)) == (True, True)
    assert store.resolve("top") == top
    assert store.image(base).diff_ids[0] in blobs(store)
    assert store.verify() == []


def test_a_container_keeps_its_image(store: Store, image: Maker) -> None:
    one, two = image(a=b"1"), image(a=b"2")
    store.tag(two, "two")
    report = store.prune(all=True, in_use={one})
    assert report.lines == ("Untagged: two:latest", f"Deleted: {two}")
    assert blobs(store) == set(store.image(one).diff_ids)


def test_everything(store: Store, image: Maker) -> None:
    store.tag(image(a=b"1"), "a")
    store.cache_put("k", CacheRecord(store.put_blob(b"c")[0], "", {}))
    store.memo_put("tree:x", "y")
    store.document_put("dockerfile", "x", b"y")
    store.prune(all=True)
    assert blobs(store) == set()
    assert (store.images(), store.cache_get("k"), store.memo_get("tree:x")) == ([], None, None)
    assert store.verify() == []


def test_the_build_cache_of_images_that_are_left(store: Store, image: Maker) -> None:
    one = image(a=b"1")
    store.tag(one, "a")
    (used,) = store.image(one).diff_ids
    unused, _ = store.put_blob(b"unused")
    mounted, _ = store.put_blob(b"cache mount")
    store.cache_put("used", CacheRecord(used, "", {}))
    store.cache_put("unused", CacheRecord(unused, "", {}))
    store.cache_put("metadata", CacheRecord(None, "", {}))
    store.memo_put("cache-mount:/root/.cache", mounted)
    store.prune()
    assert [store.cache_get(key) is not None for key in ("used", "unused", "metadata")] == [True, False, True]
    assert unused not in blobs(store)
    assert mounted in blobs(store)
    store.prune(all=True)
    assert mounted not in blobs(store)


def test_compressed_layers_live_as_long_as_their_layer(store: Store, image: Maker) -> None:
    one = image(a=b"1")
    store.tag(one, "a")
    compressed = stored_layer(store, store.image(one).diff_ids[0], "gzip")
    store.prune()
    assert compressed.digest in blobs(store)
    store.remove_image("a")
    store.prune()
    assert blobs(store) == set()
    assert store.verify() == []


def test_disk_usage(store: Store, image: Maker) -> None:
    one, two = image(a=b"1"), image(a=b"2")
    store.tag(one, "a")
    store.put_blob(b"rest")
    store.cache_put("k", CacheRecord(None, "", {}))
    images, cache = store.disk_usage()
    layers = store.blob_size(store.image(one).diff_ids[0]) + store.blob_size(store.image(two).diff_ids[0])
    assert (images.kind, images.total, images.active) == ("Images", 2, 0)
    assert images.size > layers
    assert images.reclaimable == images.size
    assert (cache.kind, cache.total, cache.size, cache.reclaimable) == ("Build Cache", 1, 4, 4)


def test_prune_shrinks_the_database(store: Store, root: Path) -> None:
    store.document_put("a", "k", bytes(5 << 20))
    store.prune(all=True)
    assert (root / "minibuild.db").stat().st_size < 1 << 20


def test_what_is_put_again_is_young_again(store: Store) -> None:
    digest, _ = store.put_blob(b"x")
    os.utime(store.blob_path(digest), (0, 0))
    with Store.open(store.root):  # somebody else has the store open
        store.put_blob(b"x")
        assert store.prune().files == 0
        os.utime(store.blob_path(digest), (0, 0))
        assert store.prune().files == 1


def test_an_image_whose_layers_are_elsewhere_does_no_harm(store: Store) -> None:
    store.put_image(ImageConfig(diff_ids=("sha256:" + "0" * 64,)))
    assert [record.size for record in store.images()] == [0]
    assert store.prune().files == 0
