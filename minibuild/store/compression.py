"""Compressed forms of layers: blobs of the store, each made once and found again by a memo; or made anew, for
large ones.
"""

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from minibuild.image.errors import ImageError
from minibuild.image.writing import COMPRESSIONS, StoredLayer
from minibuild.store.collect import COMPRESSED
from minibuild.store.errors import REPAIR

if TYPE_CHECKING:
    from minibuild.store.store import Store

_CHUNK = 1 << 20
_GZIP_WINDOW = 31  # zlib's way to say: 32 KiB window, with a gzip header, whose time is 0
_FASTEST_ISAL = 1
_BEST_ISAL = 3
_ZSTD_LEVEL = 3
# Larger layers are streamed.
_LARGE = 64 << 20
STREAMED = "streamed-gzip:"
_TRAILER = 8
_HIGHEST = {"none": 0, "gzip": 9, "zstd": 22}


def stored_layer(store: "Store", diff_id: str, compression: str, level: int | None = None) -> StoredLayer:
    """The blob that holds a layer in that form (`none`, `gzip`, `zstd`), made if it is not there yet.

    `level` is 0–9 for gzip, 0–22 for zstd; None is a fast one. Raise `ImageError` for what is out of range.
    """
    _check(compression, level)
    size = store.blob_size(diff_id)
    if compression == "none":
        return StoredLayer(diff_id, size, compression)
    key = f"{COMPRESSED}{diff_id[7:]}:{compression}:{'' if level is None else level}"
    known = store.memo_get(key)
    if known is not None:
        digest, packed = known.split(" ")
        if store.has_blob(digest):
            return StoredLayer(digest, int(packed), compression)
    written, bytes_written = store.put_blob(_compressed(store, diff_id, compression, level))
    store.memo_put(key, f"{written} {bytes_written}")
    return StoredLayer(written, bytes_written, compression)


class PackedLayers:
    """Layers in one form, for archives: an open one gives their bytes by their digests.

    A large layer that is compressed quickly is not kept in that form: compressing it again, right into
    each archive, is faster than writing it twice.
    """

    def __init__(self, store: "Store", compression: str, level: int | None = None) -> None:
        self._store = store
        self._compression = compression
        self._level = level
        # Digest of the compressed form: diff ID, the form's last bytes.
        self._streamed: dict[str, tuple[str, bytes]] = {}

    def pack(self, diff_id: str) -> StoredLayer:
        """Digest and size of a layer's form; its blob too, unless it is streamed."""
        if not self._is_streamed(diff_id):
            return stored_layer(self._store, diff_id, self._compression, self._level)
        _check(self._compression, self._level)
        key = f"{STREAMED}{diff_id[7:]}:{_gzip_version()}:{'' if self._level is None else self._level}"
        known = self._store.memo_get(key)
        if known is None:
            digest, size, end = hashlib.sha256(), 0, b""
            for chunk in ahead(_compressed(self._store, diff_id, self._compression, self._level)):
                digest.update(chunk)
                size += len(chunk)
                end = (end + chunk[-_TRAILER:])[-_TRAILER:]
            known = f"sha256:{digest.hexdigest()} {size} {end.hex()}"
            self._store.memo_put(key, known)
        name, packed, end_known = known.split(" ")
        self._streamed[name] = (diff_id, bytes.fromhex(end_known))
        return StoredLayer(name, int(packed), self._compression)

    def chunks(self, digest: str) -> Iterator[bytes]:
        """The bytes of a packed layer. Raise `ImageError` at the end when they are not what they were."""
        streamed = self._streamed.get(digest)
        if streamed is None:
            yield from self._stored_chunks(digest)
            return
        diff_id, known = streamed
        end = b""
        for chunk in ahead(_compressed(self._store, diff_id, self._compression, self._level)):
            end = (end + chunk[-_TRAILER:])[-_TRAILER:]
            yield chunk
        if end != known:  # gzip ends with a checksum of what was compressed
            raise ImageError(f"layer {diff_id} is damaged in the store", hint=REPAIR)

    def _stored_chunks(self, digest: str) -> Iterator[bytes]:
        found = hashlib.sha256()
        with self._store.open_blob(digest) as stream:
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
                yield chunk
        if found.hexdigest() != digest[7:]:
            raise ImageError(f"blob {digest} is damaged in the store", hint=REPAIR)

    def _is_streamed(self, diff_id: str) -> bool:
        fast = self._compression == "gzip" and (self._level is None or self._level <= _BEST_ISAL)
        return fast and self._store.blob_size(diff_id) > _LARGE


def ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, made in a thread of their own while the last ones are used."""
    made: Queue[bytes | BaseException | None] = Queue(maxsize=4)
    given_up = Event()

    def make() -> None:
        result: BaseException | None = None
        try:
            for chunk in chunks:
                made.put(chunk)
                if given_up.is_set():
                    return
        except BaseException as error:  # it is raised where the chunks are used
            result = error
        made.put(result)

    maker = Thread(target=make, daemon=True)
    maker.start()
    try:
        while isinstance(item := made.get(), bytes):
            yield item
        if item is not None:
            raise item
    finally:
        given_up.set()
        while maker.is_alive():  # it may wait for room in the queue
            with suppress(Empty):
                made.get(timeout=0.05)
        maker.join()


def _check(compression: str, level: int | None) -> None:
    if compression not in COMPRESSIONS:
        raise ImageError(f"unknown compression {compression!r}", hint=f"known are {', '.join(COMPRESSIONS)}")
    if level is not None and not 0 <= level <= _HIGHEST[compression]:
        raise ImageError(
            f"{compression} has no level {level}", hint=f"levels go from 0 to {_HIGHEST[compression]}"
        )


def _compressed(store: "Store", diff_id: str, compression: str, level: int | None) -> Iterator[bytes]:
    compressor = _gzip(level) if compression == "gzip" else _zstd(level)
    with store.open_blob(diff_id) as stream:
        while chunk := stream.read(_CHUNK):
            data = compressor.compress(chunk)
            if data:
                yield data
    yield compressor.flush()


def _gzip_version() -> str:
    """Other versions may give other bytes."""
    from isal import __version__

    return str(__version__)


def _gzip(level: int | None) -> Any:
    """ISA-L knows four fast levels; the slow ones are zlib's."""
    if level is not None and level > _BEST_ISAL:
        return zlib.compressobj(level, zlib.DEFLATED, _GZIP_WINDOW)
    from isal import isal_zlib  # loaded only when a layer is compressed

    return isal_zlib.compressobj(_FASTEST_ISAL if level is None else level, isal_zlib.DEFLATED, _GZIP_WINDOW)


def _zstd(level: int | None) -> Any:
    import zstandard  # loaded only when a layer is compressed

    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL if level is None else level).compressobj()
