"""Which image a word of the command line means: one of the store, or an archive or layout on disk."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from minibuild.errors import MinibuildError
from minibuild.report.image_names import NoSuchImageError, find_image
from minibuild.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


class Subject(NamedTuple):
    """An image: the store that has it, its ID, and the word by which it was asked for."""

    store: Store
    image: str
    word: str


@contextmanager
def open_subject(store: Store, word: str) -> Iterator[Subject]:
    """The image that `word` means: a name or ID, `IMAGE~N`, or the path of an archive or of an OCI layout.

    What lies on disk is read into a store of its own, which is gone afterwards. Raise `MinibuildError`.
    """
    try:
        image = find_image(store, word)
    except NoSuchImageError:
        if not Path(word).exists():
            raise
    else:
        yield Subject(store, image, word)
        return
    from minibuild.store.loading import load_archive  # only for images on disk

    with (
        tempfile.TemporaryDirectory(prefix="minibuild-", ignore_cleanup_errors=True) as directory,
        Store.open(Path(directory, "store")) as other,
    ):
        loaded = load_archive(other, Path(word))
        if len({one.image_id for one in loaded}) != 1:
            names = ", ".join(one.name or one.image_id[7:19] for one in loaded) or "none"
            raise MinibuildError(
                f"{word} holds {len(loaded)} images: {names}",
                hint="load it with `minibuild load -i` and name one of them",
            )
        yield Subject(other, loaded[0].image_id, word)


def split_path(word: str) -> tuple[str, str]:
    """(image, absolute path in it) of `IMAGE:/PATH`; the path starts at the first `:/`. Raise
    `MinibuildError`.
    """
    image, colon, rest = word.partition(":/")
    if not colon or not image:
        raise MinibuildError(f"{word}: write IMAGE:/PATH", hint="for example alpine:3.20:/etc/os-release")
    return image, "/" + rest
