"""ADD's unpacking of tar archives, plain or compressed, as if inside a chroot of the destination."""

import bz2
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from minibuild.build.destination import Destination
from minibuild.build.errors import BuildError
from minibuild.build.ownership import Owner
from minibuild.filesystem import Content, Directory, File, LayerEntry, LayerError, View, read_layer, strerror
from minibuild.image.streams import ZSTD_WINDOW, XzReader, expands_too_much
from minibuild.store import Store

_ROOT = Owner(0, 0)
# What one archive may unpack to: more is taken for a decompression bomb.
_LIMIT = 16 << 30
# What decompressing a damaged archive raises.
_DAMAGE = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
_PIECE = 1 << 16
_GZIP = 31  # zlib's way to say: with a gzip header
_MAGIC = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))


def has_archive_name(name: str) -> bool:
    """Whether a name is one that archives usually have; for files of which nothing else is known."""
    return name.lower().endswith(
        (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
    )


def is_archive(content: Content) -> bool:
    """Whether the bytes are a tar archive, perhaps compressed; the name does not matter."""
    if content.size < 32:
        return False
    try:
        head = _first_bytes(content, 512)
    except _DAMAGE:
        return False
    return len(head) == 512 and _is_header(head)


def _is_header(block: bytes) -> bool:
    try:
        stored = int(block[148:156].rstrip(b"\0 ").strip() or b"x", 8)
    except ValueError:
        return False
    return stored == sum(block[:148]) + 8 * 32 + sum(block[156:])


def _first_bytes(content: Content, count: int) -> bytes:
    out = b""
    for chunk in _decompressed(content):
        out += chunk
        if len(out) >= count:
            break
    return out[:count]


def _compression(content: Content) -> str:
    head = content.read_at(0, 8)
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def _decompressed(content: Content) -> Iterator[bytes]:
    """The content's bytes, decompressed when they are compressed; BuildError past the limit."""
    total = 0
    compression = _compression(content)
    for chunk in _chunks(content, compression):
        total += len(chunk)
        if compression and expands_too_much(content.size, total):
            raise BuildError("the archive expands to many times its size: it is taken for a bomb")
        if total > _LIMIT:
            raise BuildError(
                f"an archive unpacks to more than {_LIMIT >> 30} GiB",
                hint="unpack it outside and COPY what is needed",
            )
        yield chunk


def _gunzipped(content: Content) -> Iterator[bytes]:
    # Pieces are small, so that a bomb can't grow far between two looks at the total.
    decompressor = zlib.decompressobj(wbits=_GZIP)
    for data in content.chunks(_PIECE):
        while data:
            yield decompressor.decompress(data, _PIECE)
            data = decompressor.unconsumed_tail
            if decompressor.eof:
                data = decompressor.unused_data
                if not data.startswith(_MAGIC[0][0]):
                    return
                decompressor = zlib.decompressobj(wbits=_GZIP)
    if not decompressor.eof:
        raise EOFError("it ends too early")


def _chunks(content: Content, compression: str) -> Iterator[bytes]:
    raw = cast("BinaryIO", _Raw(content))
    if compression == "gzip":
        yield from _gunzipped(content)
    elif compression in ("bzip2", "xz"):
        unpacking = cast("BinaryIO", XzReader(raw) if compression == "xz" else bz2.BZ2File(raw))
        while data := unpacking.read(_PIECE):
            yield data
    elif compression == "zstd":
        import zstandard  # loaded only for such an archive

        decompressor = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
        try:
            with decompressor.stream_reader(raw, read_across_frames=True) as stream:
                while data := stream.read(_PIECE):
                    yield data
        except zstandard.ZstdError as error:
            raise ValueError(str(error)) from None
    else:
        yield from content.chunks()


class _Raw(io.RawIOBase):
    """A content as a readable, seekable stream."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._offset = offset + (0, self._offset, self._content.size)[whence]
        return self._offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self._content.read_at(self._offset, len(buffer))
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)


def unpack(content: Content, destination: Destination, path: str, owner: Owner | None, store: Store) -> None:
    """Unpack an archive below `path`.

    Members keep their modes, times and, unless `owner` is given, owners. Names and links are resolved below
    `path` only. The decompressed archive becomes a blob of the store, of which the files are slices.
    """
    target = destination.make_directories(path, 0o755)
    try:
        digest, _ = store.put_blob(_decompressed(content))
        with store.open_blob(digest) as stream:
            entries = read_layer(stream, store, digest, clamp=True)
    except (LayerError, *_DAMAGE) as error:
        raise BuildError(f"can't unpack the archive: {error}") from None
    view = destination.filesystem.view(umask=0, root=target)
    times: list[tuple[str, int]] = []
    for entry in entries:
        try:
            _extract(entry, view, destination, owner, target)
        except OSError as error:
            raise BuildError(f"open /{entry.path}: {strerror(error).lower()}") from None
        if entry.kind == "dir":
            times.append((entry.path, entry.mtime))
    for name, mtime in reversed(times):
        if isinstance(view.lstat("/" + name).node, Directory):  # unless a later member took its place
            view.utime("/" + name, mtime)


def _extract(
    entry: LayerEntry, view: View, destination: Destination, owner: Owner | None, target: str
) -> None:
    path = "/" + entry.path
    parent = path.rpartition("/")[0]
    if parent and not view.lexists(parent):
        view.makedirs(parent, 0o755)
    existing = view.lstat(path).node if view.lexists(path) else None
    if entry.kind == "dir" and isinstance(existing, Directory):
        pass
    elif existing is not None and path != "/":
        view.remove_tree(path) if isinstance(existing, Directory) else view.unlink(path)
    if entry.kind == "hardlink":
        view.link("/" + entry.target.lstrip("/"), path)
        return
    if entry.kind == "dir":
        if not isinstance(existing, Directory):
            view.mkdir(path, 0o755)
    else:
        real = view.realpath(parent or "/")
        destination.filesystem.place(
            f"{target.rstrip('/')}{real.rstrip('/')}/{path.rpartition('/')[2]}", entry.node()
        )
    uid, gid = (owner.uid, owner.gid) if owner else (entry.uid, entry.gid)
    view.chown(path, uid, gid, follow=False)
    if entry.kind != "link":
        view.chmod(path, entry.mode)
    if isinstance(existing, File) or entry.kind != "dir":
        view.utime(path, entry.mtime, follow=False)
