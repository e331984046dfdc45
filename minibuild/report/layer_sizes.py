"""How large an image is: the bytes of the files in its layers, as docker counts them."""

from minibuild.store import Store, StoreError

_MEMO = "content-size:"


def layer_size(store: Store, diff_id: str) -> int:
    """The bytes of the files and the targets of the symbolic links in a layer; 0 when the layer is gone
    or damaged.

    Hard links count once. What a layer's headers say is remembered.
    """
    known = store.memo_get(_MEMO + diff_id)
    if known is not None:
        return int(known)
    if not store.has_blob(diff_id):
        return 0
    from minibuild.store.layers import layer_entries  # a size that is known needs no layer

    size = 0
    try:
        entries = layer_entries(store, diff_id)
    except StoreError:  # a damaged layer must not keep anybody from seeing the others
        return 0
    for entry in entries:
        if entry.kind == "file":
            size += entry.size
        elif entry.kind == "link":
            size += len(entry.target.encode("utf-8", "surrogateescape"))
    store.memo_put(_MEMO + diff_id, str(size))
    return size


def image_size(store: Store, diff_ids: tuple[str, ...]) -> int:
    """The bytes of all layers of an image."""
    return sum(layer_size(store, diff_id) for diff_id in diff_ids)
