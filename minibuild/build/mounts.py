"""RUN --mount: files that are there while a command runs and leave nothing in the layer."""

import posixpath
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from minibuild.build.action import Situation
from minibuild.build.container import StepContainer
from minibuild.build.errors import BuildError
from minibuild.build.expansion import expand
from minibuild.build.plan import find_origin
from minibuild.build.secrets import Secrets
from minibuild.build.selection import Exclusion, Place, Selected, absent
from minibuild.build.sources import Source
from minibuild.dockerfile.mounts import expand_mount
from minibuild.dockerfile.nodes import Mount, Run
from minibuild.filesystem import Directory, FileSystem, Node, Snapshot, changes, write_layer

_CACHE = "cache"


class Mounted(NamedTuple):
    """One mount, expanded. `key` is what the command's result depends on; `find` gives the files of a bind
    mount, or those that a cache starts with.
    """

    mount: Mount
    target: str
    key: tuple[str, str]
    find: Callable[[], Node] | None = None


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
    elif mount.type in ("bind", "cache", "tmpfs"):
        raise BuildError(f"invalid mount target: a {mount.type} mount needs target=PATH")
    source = _source(mount, at)
    if source is None:
        return Mounted(mount, target, (f"{mount.type} mount {target}", f"{mount.id} {mount.env}".strip()))
    path = posixpath.normpath("/" + mount.source)
    assume = at.workshop.request.fidelity == "assume"

    def find() -> Node:
        try:
            return source.view.stat(path).node
        except OSError:
            return absent(Place(source.view, source.label, assume), path)

    digest = at.workshop.fingerprint(
        source, ("mount", path, str(assume)), lambda: [Selected(path, "", find())], Exclusion(())
    )
    how = "read-only" if mount.read_only else "writable"
    return Mounted(mount, target, (f"{how} {mount.type} mount {target}", digest), find)


def _source(mount: Mount, at: Situation) -> Source | None:
    """Where a mount's files come from; None for a mount that brings none."""
    if mount.from_ and mount.type in ("bind", "cache"):
        origin = find_origin(at.workshop.plan, at.stage, mount.from_, at.workshop.request.build_contexts)
        return at.workshop.sources.open(origin)
    return at.workshop.sources.context if mount.type == "bind" else None


@contextmanager
def mount_all(mounts: list[Mounted], container: StepContainer) -> Iterator[dict[str, str]]:
    """Mount for the time of the block; gives the variables that secrets ask for.

    Mount points that had to be made are removed again, and what is written to a cache mount is kept for the
    next build.
    """
    from minibuild.container.mounts import mounted  # few RUNs have mounts

    variables: dict[str, str] = {}
    with ExitStack() as stack:
        for one in mounts:
            tree = _tree(one, container, variables)
            if tree is None:
                continue
            if one.mount.type == "cache":
                stack.callback(_keep_cache, _cache_name(one, container), tree.filesystem, container)
            read_only = one.mount.read_only and one.mount.type != "tmpfs"
            stack.enter_context(
                mounted(
                    container.filesystem,
                    one.target,
                    tree.filesystem,
                    read_only=read_only,
                    is_file=tree.is_file,
                )
            )
        yield variables


class _Tree(NamedTuple):
    """What is mounted; a single file is the only entry of its file system."""

    filesystem: FileSystem
    is_file: bool = False


def _tree(one: Mounted, container: StepContainer, variables: dict[str, str]) -> _Tree | None:
    """What to mount; None for nothing."""
    mount, now = one.mount, container.workshop.clock.now
    if mount.type == "bind":
        assert one.find is not None
        node = one.find()
        container.note_opaque(node)
        return _subtree(node, now)
    if mount.type == "cache":
        return _Tree(_cache(one, container))
    if mount.type == "tmpfs":
        filesystem = FileSystem(clock=now)
        filesystem.view().chmod("/", 0o1777)
        return _Tree(filesystem)
    if mount.type == "secret":
        return _secret(mount, container, variables)
    if mount.required:
        raise BuildError(
            f"a mount of type {mount.type} needs an agent on the host, which a simulation has not",
            hint="leave required out, or the mount",
        )
    return None


def _subtree(node: Node, clock: Callable[[], int]) -> _Tree:
    if isinstance(node, Directory):
        return _Tree(FileSystem(Snapshot(node), clock=clock))
    holder = FileSystem(clock=clock)
    holder.place("/file", node)
    return _Tree(holder, True)


def _secret(mount: Mount, container: StepContainer, variables: dict[str, str]) -> _Tree | None:
    name = mount.id or posixpath.basename(mount.target)
    value = container.workshop.secret(name)
    if value is None:
        if mount.required:
            raise BuildError(f"secret {name}: not found", hint=f"give it with --secret id={name},src=FILE")
        return None
    container.secrets = container.secrets or Secrets()
    container.secrets.add(value)
    if mount.env:
        variables[mount.env] = value.decode("utf-8", "surrogateescape")
        if not mount.target:
            return None
    holder = FileSystem()
    mode = mount.mode if mount.mode is not None else 0o400
    holder.write_file("/file", value, mode=mode, uid=mount.uid or 0, gid=mount.gid or 0)
    return _Tree(holder, True)


def _cache_name(one: Mounted, container: StepContainer) -> str:
    """Where the store keeps a cache mount's files; the build argument names a name space, as in BuildKit."""
    namespace = container.workshop.request.build_args.get("BUILDKIT_CACHE_MOUNT_NS", "")
    return "cache-mount:" + (f"{namespace}/" if namespace else "") + (one.mount.id or one.target)


def _cache(one: Mounted, container: StepContainer) -> FileSystem:
    workshop, mount = container.workshop, one.mount
    digest = workshop.store.memo_get(_cache_name(one, container))
    if digest and workshop.store.has_blob(digest):
        kept = workshop.store.layer_filesystem((digest,)).root.entries[_CACHE]
        assert isinstance(kept, Directory)
        return FileSystem(Snapshot(kept), clock=workshop.clock.now)
    if one.find is not None:
        return _subtree(one.find(), workshop.clock.now).filesystem
    filesystem = FileSystem(clock=workshop.clock.now)
    view = filesystem.view()
    view.chown("/", mount.uid or 0, mount.gid or 0)
    view.chmod("/", mount.mode if mount.mode is not None else 0o755)
    return filesystem


def _keep_cache(name: str, filesystem: FileSystem, container: StepContainer) -> None:
    """Keep the files for the next build, as a layer in which they stand below one directory."""
    store = container.workshop.store
    digest = store.memo_get(name)
    if digest and store.has_blob(digest):
        before = store.layer_filesystem((digest,)).root.entries[_CACHE]
        if before is filesystem.root:
            return
    holder = FileSystem(Snapshot(Directory(entries={_CACHE: filesystem.snapshot().root})))
    changed = changes(None, holder.snapshot())
    if container.secrets is not None:
        container.secrets.hide_in_files(changed)
    with store.blob_writer() as blob:
        write_layer(changed, blob)
        digest, _ = blob.commit()
    store.memo_put(name, digest)
