"""Base images: found in the store by name, else made from the catalogue at first use."""

from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage, committed
from minibuild.filesystem import FileSystem, changes, write_layer
from minibuild.image.config import HistoryEntry, ImageConfig
from minibuild.image.reference import Reference, ReferenceError, parse_reference
from minibuild.store import Store

_PARTIAL = "partial:"


def find_base(name: str, store: Store) -> StageImage:
    """The image called `name`: from the store, else from the catalogue. Raise `BuildError` with what was
    tried.
    """
    image_id = store.resolve(name)
    if image_id is not None:
        return _stored(image_id, store)
    try:
        reference = parse_reference(name)
    except ReferenceError as error:
        raise BuildError(
            f"invalid base image name {name!r}: {error}",
            hint="a name looks like alpine:3.20 or registry.example/team/app:1",
        ) from None
    image_id = store.resolve(reference.canonical) or _from_catalogue(reference, store)
    if image_id is not None:
        return _stored(image_id, store)
    raise _unknown(name, reference)


def remember_partial(image_id: str, store: Store) -> None:
    """Keep in mind that the image stands on a base of which not all files are known."""
    store.memo_put(_PARTIAL + image_id, "1")


def _stored(image_id: str, store: Store) -> StageImage:
    from minibuild.image.config import chain_id

    config = store.image(image_id)
    partial = store.memo_get(_PARTIAL + image_id) is not None
    files = chain_id(config.diff_ids) if config.diff_ids else "scratch"
    return StageImage(image_id, config, files, partial)


def _from_catalogue(reference: Reference, store: Store) -> str | None:
    """Make the image of that name from the catalogue's data; the same bytes every time. None when it has
    none.
    """
    from minibuild.catalogue import find_image  # read only when the store does not have the image

    found = find_image(reference)
    if found is None:
        return None
    filesystem = FileSystem()
    empty = filesystem.snapshot()
    found.write_files(filesystem)
    with store.blob_writer() as blob:
        write_layer(changes(empty, filesystem.snapshot()), blob)
        layer, _ = blob.commit()
    bare = ImageConfig(created=found.created, architecture=found.architecture, os="linux")
    entry = HistoryEntry(
        created=found.created,
        created_by=f"catalogue {found.name}:{found.tag}",
        comment="made from minibuild's catalogue",
    )
    config = committed(bare, found.config, entry, layer, "")
    image_id = store.put_image(config)
    if found.partial:
        remember_partial(image_id, store)
    store.tag(image_id, reference.canonical)
    return image_id


def _unknown(name: str, reference: Reference) -> BuildError:
    from minibuild.catalogue import suggestions  # only on the way to an error

    close = suggestions(reference)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return BuildError(
        f"{name}: not found: no such image in the store ({reference.canonical}) nor in the catalogue ({reference.familiar})",
        hint=hint
        + "load one with `minibuild load -i IMAGE.tar`, or name one with --build-context "
        + f"{name}=docker-image://OTHER",
    )
