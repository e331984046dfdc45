"""Which image a word of the command line means: a name, an ID, or `IMAGE~2`, the image two steps before."""

import re

from minibuild.errors import MinibuildError
from minibuild.store import Store

_BACK = re.compile(r"~(\d*)\Z")


class NoSuchImageError(MinibuildError):
    """Nothing in the store is meant."""


def find_image(store: Store, word: str) -> str:
    """The ID of the image that `word` means. Raise `NoSuchImageError` or `StoreError`.

    `~` and a number (1 when there is none) go back that many instructions; several add up.
    """
    name, steps = word, 0
    while found := _BACK.search(name):
        name = name[: found.start()]
        steps += int(found[1][:9] or 1)
    image_id = store.resolve(name) if name else None
    if image_id is None:
        raise NoSuchImageError(f"No such image: {name}", hint=_suggestion(store, name))
    return _back(store, image_id, steps, name)


def _back(store: Store, image_id: str, steps: int, name: str) -> str:
    for done in range(steps):
        parent = store.parent(image_id)
        if parent is None:
            known = f"only {done}" if done else "none"
            raise NoSuchImageError(
                f"{name}~{steps}: of the images before {name}, {known} can be told",
                hint="an image that was loaded, or made for a FROM, has no steps; see `minibuild history`",
            )
        image_id = parent
    return image_id


def _suggestion(store: Store, name: str) -> str:
    from difflib import get_close_matches  # only on the way to an error

    known = [tagged for record in store.images() for tagged in record.names]
    close = get_close_matches(name, [*known, *(tagged.rpartition(":")[0] for tagged in known)], 1, 0.6)
    return f"did you mean {close[0]}?" if close else "`minibuild images` lists those that are there"
