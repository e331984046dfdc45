"""Compressed forms of layers, each made once: they are blobs of the store, found again by a memo."""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from minibuild.image.errors import ImageError
from minibuild.image.writing import COMPRESSIONS, StoredLayer
from minibuild.store.collect import COMPRESSED

if TYPE_CHECKING:
    from minibuild.store.store import Store

_CHUNK = 1 << 20
_GZIP_WINDOW = 31  # zlib's way to say: 32 KiB window, with a gzip header, whose time is 0
_FASTEST_ISAL = 1
_BEST_ISAL = 3
_ZSTD_LEVEL = 3
_HIGHEST = {"none": 0, "gzip": 9, "zstd": 22}


def stored_layer(store: "Store", diff_id: str, compression: str, level: int | None = None) -> StoredLayer:
    """The blob that holds a layer in that form (`none`, `gzip`, `zstd`), made if it is not there yet.

    `level` is 0–9 for gzip, 0–22 for zstd; None is a fast one. Raise `ImageError` for what is out of range.
    """
    if compression not in COMPRESSIONS:
        raise ImageError(f"unknown compression {compression!r}", hint=f"known are {', '.join(COMPRESSIONS)}")
    if level is not None and not 0 <= level <= _HIGHEST[compression]:
        raise ImageError(
            f"{compression} has no level {level}", hint=f"levels go from 0 to {_HIGHEST[compression]}"
        )
    if compression == "none":
        return StoredLayer(diff_id, store.blob_size(diff_id), compression)
    key = f"{COMPRESSED}{diff_id[7:]}:{compression}:{'' if level is None else level}"
    known = store.memo_get(key)
    if known is not None:
        digest, size = known.split(" ")
        if store.has_blob(digest):
            return StoredLayer(digest, int(size), compression)
    written, bytes_written = store.put_blob(_compressed(store, diff_id, compression, level))
    store.memo_put(key, f"{written} {bytes_written}")
    return StoredLayer(written, bytes_written, compression)


def _compressed(store: "Store", diff_id: str, compression: str, level: int | None) -> Iterator[bytes]:
    compressor = _gzip(level) if compression == "gzip" else _zstd(level)
    with store.open_blob(diff_id) as stream:
        while chunk := stream.read(_CHUNK):
            data = compressor.compress(chunk)
            if data:
                yield data
    yield compressor.flush()


def _gzip(level: int | None) -> Any:
    """ISA-L knows four fast levels; the slow ones are zlib's."""
    if level is not None and level > _BEST_ISAL:
        return zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW)
    from isal import isal_zlib  # loaded only when a layer is compressed

    return isal_zlib.compressobj(_FASTEST_ISAL if level is None else level, isal_zlib.DEFLATED, _GZIP_WINDOW)


def _zstd(level: int | None) -> Any:
    import zstandard  # loaded only when a layer is compressed

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL if level is None else level).compressobj()
