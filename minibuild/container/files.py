"""A container's files from outside: `diff`, `export`, `cp`, `commit`, and how large they are."""

from __future__ import annotations

import posixpath
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minibuild.container.attending import put_files
from minibuild.container.box import Box, Surroundings
from minibuild.container.errors import ContainerError
from minibuild.container.rootfs import initial, keep_changes, stacked
from minibuild.filesystem import (
    Directory,
    File,
    HostContent,
    Node,
    Symlink,
    changes,
    round_times,
    settle,
    write_layer,
)
from minibuild.image.config import HistoryEntry
from minibuild.store.layers import _Blobs as Blobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from minibuild.container.engine import Engine
    from minibuild.container.records import Record
    from minibuild.filesystem import Change, FileSystem, View
    from minibuild.image.config import ContainerConfig

_LETTERS = {"add": "A", "modify": "C", "delete": "D"}


def layers_of(engine: Engine, record: Record) -> tuple[str, ...]:
    """The layers of the image that a container stands on."""
    return engine.store.image(record.spec.image).diff_ids


def file_system(engine: Engine, record: Record) -> FileSystem:
    """The container's own files as they are now, without what is mounted."""
    below = initial(engine.store, layers_of(engine, record))
    return stacked(engine.store, below, record.state.layers)


def changed(engine: Engine, record: Record) -> list[Change]:
    """What the container changed, sorted by path; a directory in which something changed is modified, too."""
    below = initial(engine.store, layers_of(engine, record))
    after = stacked(engine.store, below, record.state.layers).snapshot()
    return changes(below, after)


def difference(engine: Engine, record: Record) -> list[str]:
    """The lines of `docker diff`: `A /new`, `C /etc`, `D /gone`."""
    found = {f"/{one.path}": _LETTERS[one.kind] for one in changed(engine, record)}
    for path in list(found):
        above = posixpath.dirname(path)
        while above != "/":
            found.setdefault(above, "C")
            above = posixpath.dirname(above)
    return [f"{letter} {path}" for path, letter in sorted(found.items())]


def writable_size(engine: Engine, record: Record) -> int:
    """The bytes of the files that a container changed or made."""
    return sum(one.node.content.size for one in changed(engine, record) if isinstance(one.node, File))


# ---- commit


@dataclass(frozen=True, slots=True)
class CommitOptions:
    """What `commit` is told: `changes` are Dockerfile instructions."""

    author: str = ""
    message: str = ""
    config: ContainerConfig | None = None


def commit(engine: Engine, record: Record, options: CommitOptions, created: str) -> str:
    """A new image of what the container has; its ID. Nothing of what is mounted is in it."""
    store = engine.store
    base = store.image(record.spec.image)
    below = initial(store, base.diff_ids)
    after = stacked(store, below, record.state.layers).snapshot()
    found = changes(below, after)
    layer = None
    if found:
        round_times(found)
        with store.blob_writer() as blob:
            placed = write_layer(found, blob)
            layer, _ = blob.commit()
        settle(placed, Blobs(store), layer)
    else:
        with store.blob_writer() as blob:
            write_layer([], blob)
            layer, _ = blob.commit()
    config = options.config or record.spec.config
    entry = HistoryEntry(
        created=created,
        created_by=" ".join(record.spec.argv),
        author=options.author,
        comment=options.message,
    )
    image = base._replace(
        created=created,
        author=options.author,
        config=config,
        diff_ids=(*base.diff_ids, layer),
        history=(*base.history, entry),
    )
    image_id = store.put_image(image, record.spec.image)
    if record.spec.partial:
        store.memo_put(f"partial:{image_id}", "1")
    return image_id


# ---- cp


def opened_box(engine: Engine, record: Record) -> Box:
    """The container's files with everything mounted, as `cp` sees them."""
    box = Box(engine.store, record, layers_of(engine, record), record.state.layers)
    around = Surroundings(
        engine.open_access, engine.volumes.path, engine.network.etc, lambda _record, _system: None
    )
    box.start(around, now=engine.now(), seed=record.id, volatile=record.state.volatile)
    return box


def copy_out(engine: Engine, record: Record, source: str, target: Path, *, follow: bool = False) -> None:
    """`cp CONTAINER:SOURCE TARGET`. Raise `ContainerError`."""
    from minibuild.container.hostcopy import write_out

    box = opened_box(engine, record)
    try:
        view = box.filesystem.view()
        try:
            node = (view.stat(source) if follow or source.endswith("/") else view.lstat(source)).node
        except OSError:
            raise ContainerError(f"Could not find the file {source} in container {record.name}") from None
        write_out(view, source, node, target)
    finally:
        box.close()


def copy_in(
    engine: Engine, record: Record, source: Path, target: str, *, follow: bool = False, archive: bool = False
) -> None:
    """`cp SOURCE CONTAINER:TARGET`. Raise `ContainerError`."""
    box = opened_box(engine, record)
    try:
        before = box.filesystem.snapshot()
        view = box.filesystem.view(umask=0)
        if not (source.exists() or source.is_symlink()):
            raise ContainerError(f"lstat {source}: no such file or directory")
        place = _place(view, source, target)
        try:
            for path, node in _host_nodes(source, follow=follow, archive=archive):
                _put(view, posixpath.join(place, path) if path else place, node)
        except OSError as error:
            raise ContainerError(f"{error.filename or target}: {error.strerror}") from None
        layer = keep_changes(engine.store, before, box.filesystem.snapshot())
    finally:
        box.close()
    if layer is not None:
        put_files(engine, record, layer)


def _place(view: View, source: Path, target: str) -> str:
    """Where the copy goes: into an existing directory under its own name, else to that very path."""
    target = target if target.startswith("/") else f"/{target}"
    contents = str(source).endswith("/.") or source.name in ("", ".")
    if view.is_dir(target):
        return target if contents else posixpath.join(target, source.name)
    if target.endswith("/") and not source.is_dir():
        raise ContainerError(f"no such directory: {target}")
    parent = posixpath.dirname(target.rstrip("/"))
    if not view.is_dir(parent):
        raise ContainerError(f"Could not find the directory {parent} in the container")
    if source.is_dir() and view.exists(target):
        raise ContainerError("cannot copy directory to a file")
    return target.rstrip("/")


def _host_nodes(source: Path, *, follow: bool, archive: bool) -> Iterator[tuple[str, Node]]:
    """(path below the copy, node) of a file or of everything in a directory; owners are root's unless they
    are to be kept.
    """
    ahead = [("", source)]
    while ahead:
        path, place = ahead.pop()
        status = place.stat() if follow and not path else place.lstat()
        mode = stat.S_IMODE(status.st_mode)
        uid, gid = (status.st_uid, status.st_gid) if archive else (0, 0)
        if stat.S_ISDIR(status.st_mode):
            yield path, Directory(mode=mode, uid=uid, gid=gid, mtime=status.st_mtime_ns)
            ahead += [(posixpath.join(path, one.name), one) for one in sorted(place.iterdir(), reverse=True)]
        elif stat.S_ISLNK(status.st_mode):
            yield path, Symlink(target=str(place.readlink()), uid=uid, gid=gid, mtime=status.st_mtime_ns)
        elif stat.S_ISREG(status.st_mode):
            content = HostContent(str(place), status.st_size)
            yield path, File(mode=mode, uid=uid, gid=gid, mtime=status.st_mtime_ns, content=content)


def _put(view: View, path: str, node: Node) -> None:
    if isinstance(node, Directory):
        if not view.is_dir(path):
            view.mkdir(path, node.mode)
            view.chown(path, node.uid, node.gid)
        return
    if view.lexists(path):
        if isinstance(node, File) and view.is_file(path):
            view.write_bytes(path, node.content.read())
            view.chmod(path, node.mode)
            return
        view.unlink(path)
    parts = view.locate_name(path).parts
    tree, inner = view.tree_of(parts)
    tree.attach(inner, node)


def tree_nodes(view: View, path: str) -> Sequence[str]:
    """The names in a directory of a container, sorted."""
    return view.listdir(path)
