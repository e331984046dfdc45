"""A named context that is a directory, as the base of a stage: its files are the root file system.

`--build-context NAME=DIRECTORY` puts the directory in the place of the image NAME, as BuildKit has it: one
layer of its files, which belong to root, on a configuration like that of `FROM scratch`.
"""

from typing import TYPE_CHECKING

from minibuild.build.cache import digest_parts
from minibuild.build.errors import BuildError
from minibuild.build.images import StageImage, committed, not_there, scratch
from minibuild.build.plan import Origin
from minibuild.build.selection import Exclusion, Selected
from minibuild.image.config import HistoryEntry, chain_id

if TYPE_CHECKING:
    from minibuild.build.sources import Source
    from minibuild.build.workshop import Workshop

_MEMO = "directory:"
_NOTHING = "-"  # the layer of a directory without files
_CREATED = "1970-01-01T00:00:00Z"  # the same files give the same image, whenever it was


def directory_image(name: str, platform: str, workshop: "Workshop") -> StageImage:
    """The directory of the named context `name` as an image, in which its ignore file holds. Its layer is
    made anew only after something in the directory changed.
    """
    source = workshop.sources.open(Origin(context=name))
    if source.context is None:
        raise BuildError(
            f"build context {name}={workshop.request.build_contexts[name]} is no image and no directory,"
            " so no stage can start FROM it",
            hint="give a directory, docker-image://IMAGE or oci-layout://PATH",
        )
    bare = scratch(platform).config
    try:
        layer = _layer(source, workshop)
    except OSError as error:  # a file of the host that went away, changed or can't be read
        raise BuildError(f"build context {name}: {error.strerror or error}") from None
    if layer is None:
        return not_there(bare.config)
    diff_id = None if layer == _NOTHING else layer
    entry = HistoryEntry(created=_CREATED, created_by=f"context {name}", empty_layer=diff_id is None)
    config = committed(bare, bare.config, entry, diff_id, "")
    files = chain_id(config.diff_ids) if config.diff_ids else "scratch"
    return StageImage(workshop.put_image(config, ""), config, files)


def _layer(source: "Source", workshop: "Workshop") -> str | None:
    """The layer of the directory's files, `_NOTHING` for none; None when it would have to be made first."""
    store = workshop.store
    found = workshop.fingerprint(source, ("FROM",), lambda: [_whole(source)], Exclusion(()))
    memo = _MEMO + digest_parts((found, str(workshop.clock.fixed)))
    layer = store.memo_get(memo)
    if layer is not None and (layer == _NOTHING or store.has_blob(layer)):
        return layer
    if not workshop.sources.makes:
        return None
    layer = _put(source, workshop) or _NOTHING
    store.memo_put(memo, layer)
    return layer


def _whole(source: "Source") -> Selected:
    return Selected("", "", source.filesystem.node("/"))


def _put(source: "Source", workshop: "Workshop") -> str | None:
    """Keep the directory's files as a layer; None when it has none."""
    from minibuild.build.copying import Copier, CopyRules  # only when something is copied
    from minibuild.build.destination import Destination
    from minibuild.filesystem import FileSystem

    filesystem = FileSystem()
    empty = filesystem.snapshot()
    destination = Destination(filesystem, None, workshop.clock.now())
    Copier(destination, CopyRules()).copy(_whole(source), "/")
    return workshop.store.put_layer((), empty, filesystem.snapshot(), workshop.clock.fixed)
