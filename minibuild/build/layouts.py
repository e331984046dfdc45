"""Named contexts that are image archives: `oci-layout://PATH[:TAG|@DIGEST]`, a directory or a tar."""

import os
from pathlib import Path

from minibuild.build.errors import BuildError
from minibuild.store import Store

_MEMO = "layout:"


def layout_image(name: str, place: str, store: Store, platform: str) -> str:
    """The ID of the image that the context `name` means, loaded into the store without its names.

    An archive that did not change is read once. Raise `BuildError` or `ImageError`.
    """
    known = known_image(name, place, store, platform)
    if known is not None:
        return known
    path, wanted = _split(place)
    from minibuild.image.archive import open_archive  # an archive is read only when it is new
    from minibuild.store.loading import load_archive

    with open_archive(path, platform=platform) as archive:
        labels = {image.id: image.labels for image in archive.images}
    image_id = next((one for one, own in labels.items() if not wanted or wanted in own), None)
    if image_id is None:
        there = ", ".join(sorted({label for own in labels.values() for label in own}))
        raise BuildError(f"build context {name}: {path} has no image {wanted}", hint=f"it has {there}")
    load_archive(store, path, platform=platform, named=False)
    store.memo_put(_memo(path, wanted, platform), f"{_signature(path)} {image_id}")
    return image_id


def known_image(name: str, place: str, store: Store, platform: str) -> str | None:
    """The ID of that image if it was loaded and its archive did not change since. Raise `BuildError`."""
    path, wanted = _split(place)
    if not path.exists():
        raise BuildError(f"build context {name}: there is no {path}")
    signature, _, image_id = (store.memo_get(_memo(path, wanted, platform)) or "").partition(" ")
    return image_id if signature == _signature(path) and store.image_exists(image_id) else None


def _memo(path: Path, wanted: str, platform: str) -> str:
    return f"{_MEMO}{os.path.realpath(path)} {wanted} {platform}"


def _split(place: str) -> tuple[Path, str]:
    """(path, tag or digest or "")."""
    path, at, digest = place.rpartition("@")
    if at and digest.startswith("sha256:"):
        return Path(path), digest
    path, colon, tag = place.rpartition(":")
    if colon and "/" not in tag and os.sep not in tag and not Path(place).exists():
        return Path(path), tag
    return Path(place), ""


def _signature(path: Path) -> str:
    """What changes when the archive does; a layout's index tells for all of it."""
    index = path / "index.json"
    status = (index if index.is_file() else path).stat()
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"
