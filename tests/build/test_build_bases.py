"""Bases that the catalogue made are made again when the catalogue is another one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from minibuild.build.bases import find_base
from minibuild.catalogue.edition import edition
from minibuild.store import Store

NAME = "busybox:1.36"
CANONICAL = f"docker.io/library/{NAME}"
PLATFORM = "linux/amd64"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as opened:
        yield opened


def _older(store: Store, edition_of: str | None) -> tuple[str, str]:
    """What is the base now, and another image in its place, as `edition_of` is to have made it."""
    current = find_base(NAME, store, "modelled", PLATFORM).id
    config = store.image(current)
    other = store.put_image(config._replace(config=config.config._replace(working_dir="/elsewhere")))
    store.tag(other, CANONICAL)
    if edition_of is not None:
        store.memo_put(f"catalogue:{other}", f"{CANONICAL} {edition_of}")
    return current, other


def test_another_edition_makes_the_base_again(store: Store) -> None:
    current, _ = _older(store, "0" * 32)
    assert find_base(NAME, store, "modelled", PLATFORM).id == current
    assert store.resolve(NAME) == current


def test_this_edition_does_not(store: Store) -> None:
    _, other = _older(store, edition())
    assert find_base(NAME, store, "modelled", PLATFORM).id == other


def test_an_image_from_elsewhere_stays(store: Store) -> None:
    _, other = _older(store, None)
    assert find_base(NAME, store, "modelled", PLATFORM).id == other


def test_another_name_for_an_older_base_stays(store: Store) -> None:
    _, other = _older(store, "0" * 32)
    store.tag(other, "docker.io/library/mine:latest")
    assert find_base("mine", store, "modelled", PLATFORM).id == other
    assert find_base(other, store, "modelled", PLATFORM).id == other


def test_what_makes_nothing_renews_nothing(store: Store) -> None:
    _, other = _older(store, "0" * 32)
    assert find_base(NAME, store, "modelled", PLATFORM, make=False).id == other
    assert store.resolve(NAME) == other


def test_an_unchanged_catalogue_makes_the_same_image(store: Store) -> None:
    current = find_base(NAME, store, "modelled", PLATFORM).id
    store.memo_put(f"catalogue:{current}", f"{CANONICAL} {'0' * 32}")
    assert find_base(NAME, store, "modelled", PLATFORM).id == current
    assert store.memo_get(f"catalogue:{current}") == f"{CANONICAL} {edition()}"
