"""Base images: found in the store by name, else made from the catalogue at first use."""

from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage, committed, not_there
from minibuild.image.config import ContainerConfig, HistoryEntry, ImageConfig, chain_id
from minibuild.image.digest import digest_of
from minibuild.image.reference import Reference, ReferenceError, parse_reference  # noqa: A004  the field's own word
from minibuild.store import Store

# Facts about images that their configurations don't tell: memos of the store.
_PARTIAL = "partial:"
_ASSUMED = "assumed:"
_MADE = "catalogue:"  # the name that the catalogue made the image for, and the catalogue's edition


def find_base(name: str, store: Store, fidelity: str, platform: str, *, make: bool = True) -> StageImage:
    """The image called `name`: from the store, else from the catalogue; with the fidelity `assume` an image
    that nobody knows is taken for one like it. Raise `BuildError` with what was tried.

    What the catalogue makes is the same for every platform, and says that it is for `platform`. Unless `make`
    nothing is put into the store: what would have to be made is an image that is not there.
    """
    image_id = store.resolve(name)
    if image_id is not None:
        if make:
            image_id = _renewed(image_id, name, store)
        return _for_platform(_stored(image_id, store, fidelity, name), platform, store, make=make)
    try:
        reference = parse_reference(name)
    except ReferenceError as error:
        raise BuildError(
            f"invalid base image name {name!r}: {error}",
            hint="a name looks like alpine:3.20 or registry.example/team/app:1",
            subject=name,
        ) from None
    if not make:
        return _to_be_made(name, reference, fidelity)
    image_id = _from_catalogue(reference, store)
    if image_id is None and fidelity == "assume":
        image_id = _assumed(reference, store)
    if image_id is None:
        raise _unknown(name, reference)
    return _for_platform(_stored(image_id, store, fidelity, name), platform, store, make=True)


def _renewed(image_id: str, name: str, store: Store) -> str:
    """The image, made again if another edition of the catalogue made it for that name: what has not changed
    since comes out as the same image.
    """
    made = store.memo_get(_MADE + image_id)
    if made is None:
        return image_id
    from minibuild.catalogue.edition import edition

    wanted, _, made_by = made.rpartition(" ")
    if made_by == edition():
        return image_id
    try:
        reference = parse_reference(name)
    except ReferenceError:
        return image_id  # an image that is called by its ID stays what it is
    if reference.digest or _canonical(reference) != wanted:
        return image_id
    return _from_catalogue(reference, store) or image_id


def _canonical(reference: Reference) -> str:
    return reference._replace(digest="", tag=reference.tag or "latest").canonical


def _to_be_made(name: str, reference: Reference, fidelity: str) -> StageImage:
    from minibuild.catalogue import find_image  # read only when the store does not have the image

    found = find_image(reference)
    if found is None and fidelity != "assume":
        raise _unknown(name, reference)
    return not_there(found.config if found is not None else ContainerConfig())


def _for_platform(image: StageImage, platform: str, store: Store, *, make: bool) -> StageImage:
    os_, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    config = image.config
    if not image.partial or (config.os, config.architecture, config.variant) == (os_, architecture, variant):
        return image
    other = config._replace(os=os_, architecture=architecture, variant=variant)
    image_id = store.put_image(other, parent=image.id) if make else digest_of(other.to_json())
    return image._replace(id=image_id, config=other)


def remember_partial(image_id: str, store: Store) -> None:
    """Keep in mind that the image stands on a base of which not all files are known."""
    store.memo_put(_PARTIAL + image_id, "1")


def is_partial(image_id: str, store: Store) -> bool:
    """Whether the image stands on a base of which not all files are known."""
    return store.memo_get(_PARTIAL + image_id) is not None


def _stored(image_id: str, store: Store, fidelity: str, name: str) -> StageImage:
    config = store.image(image_id)
    files = chain_id(config.diff_ids) if config.diff_ids else "scratch"
    assumed = store.memo_get(_ASSUMED + image_id)
    if assumed is not None:
        if fidelity != "assume":
            raise _unknown(name, parse_reference(name))
        return StageImage(image_id, config, files, True, "assumed", (assumed,))
    if not is_partial(image_id, store):
        return StageImage(image_id, config, files)
    if fidelity == "exact":
        raise BuildError(
            f"{name}: not all files of this image are known",
            hint="load the real one with `minibuild load -i IMAGE.tar`, or build with --fidelity modelled",
        )
    return StageImage(image_id, config, files, True, "modelled", ("made from the catalogue",))


def _from_catalogue(reference: Reference, store: Store) -> str | None:
    """Make the image of that name from the catalogue's data; the same bytes every time. None when it has
    none.
    """
    from minibuild.catalogue import find_image  # read only when the store does not have the image
    from minibuild.filesystem import FileSystem

    found = find_image(reference)
    if found is None:
        return None
    filesystem = FileSystem()
    empty = filesystem.snapshot()
    found.write_files(filesystem)
    layer = store.put_layer((), empty, filesystem.snapshot())
    bare = ImageConfig(architecture=found.architecture, os="linux")
    entry = HistoryEntry(
        created=found.created,
        created_by=f"catalogue {found.name}:{found.tag}",
        empty_layer=layer is None,
        comment="made from minibuild's catalogue",
    )
    image_id = store.put_image(committed(bare, found.config, entry, layer, ""))
    if found.partial:
        remember_partial(image_id, store)
    from minibuild.catalogue.edition import edition

    store.memo_put(_MADE + image_id, f"{_canonical(reference)} {edition()}")
    store.tag(image_id, _canonical(reference))
    return image_id


def _assumed(reference: Reference, store: Store) -> str | None:
    """An image that stands for an unknown one: the distribution that its name speaks of, else debian."""
    name = reference.familiar
    base = next((one for one in ("alpine", "ubuntu", "debian") if one in name), "debian")
    model = _from_catalogue(parse_reference(base), store) or store.resolve(base)
    if model is None:
        return None
    config = store.image(model)
    why = f"the base image {name} is not known: it is taken for one like {base}"
    entry = HistoryEntry(created=config.created, created_by=f"assumed {name}", empty_layer=True, comment=why)
    image_id = store.put_image(committed(config, config.config, entry, None, ""))
    store.memo_put(_ASSUMED + image_id, why)
    return image_id


def _unknown(name: str, reference: Reference) -> BuildError:
    from minibuild.catalogue import suggestions  # only on the way to an error

    close = suggestions(reference)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return BuildError(
        f"{name}: not found: no such image in the store ({reference.canonical})"
        f" nor in the catalogue ({reference.familiar})",
        hint=f"{hint}load it with `minibuild load -i IMAGE.tar`, give another with"
        f" --build-context {name}=docker-image://OTHER, or build with --fidelity assume",
        subject=name,
    )
