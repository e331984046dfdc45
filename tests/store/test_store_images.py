"""Images, names, looking up and removing, as docker does it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from minibuild.image.config import ImageConfig
from minibuild.image.validate import validate_archive
from minibuild.store import Store, StoreError
from minibuild.store.layout import manifest_digest

Maker = Callable[..., str]


def indexed(store: Store) -> list[str]:
    """The names in `index.json`."""
    index = json.loads((store.root / "index.json").read_text())
    return [entry["annotations"]["org.opencontainers.image.ref.name"] for entry in index["manifests"]]


def test_an_image_is_its_configuration(store: Store) -> None:
    config = ImageConfig(created="2024-01-01T00:00:00Z", author="me")
    image_id = store.put_image(config, parent=None)
    assert store.put_image(config) == image_id
    assert store.image(image_id) == config
    assert store.raw_config(image_id) == config.to_json()
    child = store.put_image(ImageConfig(author="you"), parent=image_id)
    assert (store.parent(child), store.parent(image_id)) == (image_id, None)
    with pytest.raises(StoreError, match="no such image"):
        store.image("sha256:" + "0" * 64)


def test_names_and_ids(store: Store, image: Maker) -> None:
    one, two = image(a=b"1"), image(a=b"2")
    store.tag(one, "app")
    store.tag(two, "localhost:5000/app:2")
    for name in ("app", "app:latest", "docker.io/library/app", one, one[7:], one[:20], one[7:15]):
        assert store.resolve(name) == one
    assert store.resolve("localhost:5000/app:2") == two
    assert store.resolve(f"app@{one}") == one
    assert store.resolve(f"app@{manifest_digest(store, one)}") == one
    assert store.resolve(str(manifest_digest(store, two))) == two
    for name in ("app:2", "other", "", "BAD NAME", "f" * 64, f"other@{one}", "app@sha256:" + "0" * 64):
        assert store.resolve(name) is None
    assert store.names(one) == ("app:latest",)
    store.tag(two, "app")
    assert (store.resolve("app"), store.names(one)) == (two, ())
    assert store.untag("app")
    assert not store.untag("app")


def test_an_ambiguous_beginning(store: Store) -> None:
    seen: dict[str, str] = {}
    for number in range(40):
        image_id = store.put_image(ImageConfig(author=str(number)))
        first = image_id[7]
        if first in seen:
            break
        seen[first] = image_id
    with pytest.raises(StoreError, match=f"several images have IDs that begin with {first}"):
        store.resolve(first)


@pytest.mark.parametrize("name", ["", "BAD", "a b", "a@sha256:" + "0" * 64, "../x"])
def test_names_that_can_not_be_given(store: Store, image: Maker, name: str) -> None:
    with pytest.raises(StoreError):
        store.tag(image(), name)
    with pytest.raises(StoreError, match="no such image"):
        store.tag("sha256:" + "0" * 64, "app")


def test_the_store_is_an_oci_layout(store: Store, image: Maker) -> None:
    assert json.loads((store.root / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    assert indexed(store) == []
    store.tag(image(a=b"1"), "b:1")
    store.tag(image(a=b"2"), "example.org/a:2")
    assert indexed(store) == ["b:1", "example.org/a:2"]
    assert validate_archive(store.root) == []
    with store.transaction():
        store.untag("b:1")
        assert indexed(store) == ["b:1", "example.org/a:2"]
    assert indexed(store) == ["example.org/a:2"]
    with pytest.raises(KeyError), store.transaction():
        store.untag("example.org/a:2")
        raise KeyError
    assert indexed(store) == ["example.org/a:2"]
    assert store.resolve("example.org/a:2")


def test_an_image_without_its_layers_has_a_name_but_no_manifest(store: Store) -> None:
    store.tag(store.put_image(ImageConfig(diff_ids=("sha256:" + "0" * 64,))), "app")
    assert store.resolve("app")
    assert indexed(store) == []


def test_the_list_of_images(store: Store, image: Maker) -> None:
    base = image(a=b"1", created="2024-01-01T00:00:00Z")
    middle = image(a=b"12", parent=base, created="2024-01-02T00:00:00Z")
    top = image(a=b"123", parent=middle, created="2024-01-03T00:00:00Z")
    store.tag(base, "base:1")
    store.tag(base, "also")
    assert [(record.id, record.names) for record in store.images()] == [
        (top, ()),
        (base, ("also:latest", "base:1")),
    ]
    assert [record.id for record in store.images(intermediate=True)] == [top, middle, base]
    assert store.images()[0].size == 10240
    assert store.images()[0].created == "2024-01-03T00:00:00Z"


# ---- removing


def test_other_names_are_left(store: Store, image: Maker) -> None:
    one = image()
    store.tag(one, "a:1")
    store.tag(one, "b:1")
    assert store.remove_image("a:1") == ["Untagged: a:1"]
    assert store.names(one) == ("b:1",)
    assert store.remove_image("b:1") == ["Untagged: b:1", f"Deleted: {one}"]
    assert not store.image_exists(one)
    assert indexed(store) == []


def test_nameless_parents_go_too(store: Store, image: Maker) -> None:
    base = image(a=b"1")
    middle = image(a=b"2", parent=base)
    top = image(a=b"3", parent=middle)
    store.tag(base, "base")
    store.tag(top, "top")
    assert store.remove_image("top") == ["Untagged: top:latest", f"Deleted: {top}", f"Deleted: {middle}"]
    assert store.image_exists(base)


def test_an_image_that_others_stand_on(store: Store, image: Maker) -> None:
    base = image(a=b"1")
    image(a=b"2", parent=base)
    store.tag(base, "base")
    with pytest.raises(StoreError, match="other images were built from it"):
        store.remove_image(base[7:19])
    assert store.remove_image("base") == ["Untagged: base:latest"]
    assert store.image_exists(base)


def test_by_id(store: Store, image: Maker) -> None:
    one = image()
    store.tag(one, "a:1")
    store.tag(one, "a:2")
    assert store.remove_image(one[7:19]) == ["Untagged: a:1", "Untagged: a:2", f"Deleted: {one}"]
    two = image(b=b"")
    store.tag(two, "a:1")
    store.tag(two, "b:1")
    with pytest.raises(StoreError, match="names in several repositories: a:1, b:1"):
        store.remove_image(two)
    assert store.remove_image(two, force=True)[-1] == f"Deleted: {two}"


def test_what_a_container_uses(store: Store, image: Maker) -> None:
    one = image()
    store.tag(one, "a")
    with pytest.raises(StoreError, match="a container uses it"):
        store.remove_image(one, in_use={one})
    assert store.remove_image("a", in_use={one}) == ["Untagged: a:latest"]
    assert store.image_exists(one)


def test_removing_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match="no such image: none"):
        store.remove_image("none")


def test_removed_blobs_go_with_prune(store: Store, image: Maker, root: Path) -> None:
    store.tag(image(), "a")
    store.remove_image("a")
    assert store.prune().files == 3
    assert list((root / "blobs" / "sha256").iterdir()) == []


def test_images_some_steps_back(store: Store, image: Maker) -> None:
    first = image(a=b"1")
    second = image(b=b"2", parent=first)
    third = image(c=b"3", parent=second)
    store.tag(third, "app:1")
    assert store.resolve("app:1~0") == third
    assert store.resolve("app:1~") == store.resolve("app:1~1") == second
    assert store.resolve("app:1~2") == store.resolve(third[7:19] + "~2") == first
    assert store.resolve("app:1~1~1") == first
    assert store.resolve("other~1") is None
    assert store.resolve("app:1~x") is None
    with pytest.raises(StoreError, match="app:1 has no image 3 steps back: it goes back 2"):
        store.resolve("app:1~3")
