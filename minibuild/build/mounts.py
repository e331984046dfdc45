"""RUN --mount: files that are there while a command runs and leave nothing in the layer."""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from minibuild.build.action import Situation
from minibuild.build.container import StepContainer
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand
from minibuild.build.plan import find_origin
from minibuild.build.selection import Exclusion, Selected, missing
from minibuild.build.workshop import Source
from minibuild.dockerfile.mounts import expand_mount
from minibuild.dockerfile.nodes import Mount, Run
from minibuild.filesystem import Directory, FileSystem, Node, Snapshot, changes, write_layer


@dataclass(frozen=True, slots=True)
class Mounted:
    """One mount, expanded. `source` is where its files come from; `key` what the command's result depends on.
    """

    mount: Mount
    target: str
    path: str
    source: Source | None
    key: tuple[str, ...]


def resolve_mounts(instruction: Run, at: Situation) -> list[Mounted]:
    """The mounts of a RUN with their words expanded and their sources found."""
    return [_resolve(mount, at) for mount in instruction.mounts]


def _resolve(written: Mount, at: Situation) -> Mounted:
    mount = expand_mount(written, lambda word: expand(at, word))
    target = mount.target
    if not target and mount.type == "secret" and not mount.env:
        target = f"/run/secrets/{posixpath.basename(mount.id)}"
    if target:
        target = posixpath.normpath(posixpath.join("/", at.config.working_dir, target))
    path = posixpath.normpath("/" + mount.source)
    if mount.type in ("bind", "cache"):
        source = _source(mount, at)
        if source is None:
            return Mounted(mount, target, path, None, ("cache", target, mount.id))
        if mount.type == "bind" and not target:
            raise BuildError("invalid mount target: a bind mount needs target=PATH")

        def choose() -> list[Selected]:
            return [Selected(path, "", _node(source, path))]

        digest = at.workshop.fingerprint(source, ("mount", path), choose, Exclusion(()))
        return Mounted(mount, target, path, source, (mount.type, target, digest, str(mount.read_only)))
    if mount.type == "tmpfs" and not target:
        raise BuildError("invalid mount target: a tmpfs mount needs target=PATH")
    return Mounted(mount, target, path, None, (mount.type, target, mount.id, mount.env))


def _source(mount: Mount, at: Situation) -> Source | None:
    if mount.from_:
        origin = find_origin(at.workshop.plan, at.stage, mount.from_, at.workshop.request.build_contexts)
        return at.workshop.source(origin)
    return at.workshop.context if mount.type == "bind" else None


def _node(source: Source, path: str) -> Node:
    try:
        return source.view.stat(path).node
    except OSError:
        raise missing(source.view, path, path, source.label) from None


@contextmanager
def mount_all(mounts: list[Mounted], container: StepContainer) -> Iterator[dict[str, str]]:
    """Mount for the time of the block; gives the variables that secrets ask for.

    Mount points that had to be made are removed again, and what is written to a cache mount is kept for the
    next build.
    """
    filesystem = container.filesystem
    variables: dict[str, str] = {}
    made: list[str] = []
    mounted: list[str] = []
    caches: list[tuple[str, FileSystem]] = []
    try:
        for one in mounts:
            tree = _tree(one, container, variables)
            if tree is None:
                continue
            source, is_file = tree
            made += _mount_point(filesystem, one.target, is_file)
            read_only = one.mount.read_only and one.mount.type != "tmpfs"
            filesystem.mount(one.target, source, read_only=read_only)
            mounted.append(one.target)
            if one.mount.type == "cache":
                caches.append((_cache_name(one), source))
        yield variables
    finally:
        for target in reversed(mounted):
            filesystem.unmount(target)
        _remove(filesystem, made)
    for name, tree_ in caches:
        _keep_cache(name, tree_, container)


def _tree(
    one: Mounted, container: StepContainer, variables: dict[str, str]
) -> tuple[FileSystem, bool] | None:
    """(what to mount, whether it is a file); None when there is nothing to mount."""
    mount, now = one.mount, container.workshop.clock.now
    if mount.type == "bind":
        assert one.source is not None
        return _subtree(_node(one.source, one.path), now)
    if mount.type == "cache":
        return _cache(one, container), False
    if mount.type == "tmpfs":
        return FileSystem(clock=now), False
    if mount.type == "secret":
        return _secret(mount, container, variables)
    raise BuildError(
        f"a mount of type {mount.type} needs an agent on the host, which a simulation has not",
        hint="leave the mount out when you build with minibuild",
    )


def _subtree(node: Node, clock: "object") -> tuple[FileSystem, bool]:
    if isinstance(node, Directory):
        return FileSystem(Snapshot(node), clock=clock), False  # type: ignore[arg-type]
    holder = FileSystem(clock=clock)  # type: ignore[arg-type]
    holder.place("/file", node)
    return holder, True


def _secret(
    mount: Mount, container: StepContainer, variables: dict[str, str]
) -> tuple[FileSystem, bool] | None:
    name = mount.id or posixpath.basename(mount.target)
    value = container.workshop.secret(name)
    if value is None:
        if mount.required:
            raise BuildError(f"secret {name}: not found", hint=f"give it with --secret id={name},src=FILE")
        return None
    if mount.env:
        variables[mount.env] = value.decode("utf-8", "surrogateescape")
        if not mount.target:
            return None
    holder = FileSystem()
    holder.write_file(
        "/file",
        value,
        mode=mount.mode if mount.mode is not None else 0o400,
        uid=mount.uid or 0,
        gid=mount.gid or 0,
    )
    return holder, True


def _cache_name(one: Mounted) -> str:
    return "cache-mount:" + (one.mount.id or one.target)


def _cache(one: Mounted, container: StepContainer) -> FileSystem:
    workshop, mount = container.workshop, one.mount
    digest = workshop.store.memo_get(_cache_name(one))
    if digest and workshop.store.has_blob(digest):
        return FileSystem(workshop.store.layer_filesystem((digest,)), clock=workshop.clock.now)
    if one.source is not None:
        return _subtree(_node(one.source, one.path), workshop.clock.now)[0]
    filesystem = FileSystem(clock=workshop.clock.now)
    view = filesystem.view()
    view.chown("/", mount.uid or 0, mount.gid or 0)
    view.chmod("/", mount.mode if mount.mode is not None else 0o755)
    return filesystem


def _keep_cache(name: str, filesystem: FileSystem, container: StepContainer) -> None:
    store = container.workshop.store
    found = changes(None, filesystem.snapshot())
    with store.blob_writer() as blob:
        write_layer(found, blob)
        digest, _ = blob.commit()
    store.memo_put(name, digest)


def _mount_point(filesystem: FileSystem, target: str, is_file: bool) -> list[str]:
    """Make what is missing of `target`; the paths made, outermost first."""
    view = filesystem.view(umask=0)
    made = []
    parts = [part for part in target.split("/") if part]
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if view.lexists(here):
            continue
        if is_file and depth == len(parts):
            view.write_bytes(here, b"", 0o644)
        else:
            view.mkdir(here, 0o755)
        made.append(here)
    return made


def _remove(filesystem: FileSystem, made: list[str]) -> None:
    """Take mount points away again, unless the command put something of its own there."""
    view = filesystem.view()
    for path in reversed(made):
        try:
            view.rmdir(path) if view.is_dir(path) and not view.is_link(path) else view.unlink(path)
        except OSError:
            continue  # not empty or already gone: it is the command's now
