"""Creating a container: what the image says and what the user says, together."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from minibuild.container.copyup import fill
from minibuild.container.errors import ContainerError
from minibuild.container.naming import check_name, new_id
from minibuild.container.records import MountPoint, Record, Spec, State
from minibuild.image.config import ContainerConfig
from minibuild.volume.binding import Binding, prepare_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minibuild.container.engine import Engine


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asks of a new container, beyond its image. `config` has what goes over the image's
    configuration: empty values leave that as it is; `entrypoint` None too, () takes it away.
    """

    name: str = ""
    config: ContainerConfig = field(default_factory=ContainerConfig)
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] | None = None
    mounts: tuple[Binding, ...] = ()
    volumes_from: tuple[str, ...] = ()
    no_healthcheck: bool = False
    spec: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Image:
    """The image of a new container: its ID, what the user called it, its configuration, and whether all its
    files are known.
    """

    id: str
    name: str
    config: ContainerConfig
    partial: bool = False


def create(engine: Engine, image: Image, wishes: Wishes) -> Record:
    """A new container that does not run yet; its volumes are made, and filled where they are empty. Raise
    `ContainerError` or `VolumeError`: then nothing is left.
    """
    name = check_name(wishes.name) if wishes.name else ""
    holder = engine.shelf.holder(name) if name else None
    if holder is not None:
        from minibuild.container.naming import taken  # on the way to an error

        raise taken(name, holder)
    config = merged(image.config, wishes)
    argv = (*(config.entrypoint or ()), *(config.cmd or ()))
    if not argv or not argv[0]:
        raise ContainerError("No command specified", hint="give one behind the image, or set CMD in it")
    container_id = new_id()
    spec = Spec(
        image=image.id, image_name=image.name, config=config, argv=argv, partial=image.partial, **wishes.spec
    )
    mounts = _mounts(engine, config, wishes)
    with engine.store.transaction():
        named = []
        for mount in mounts:
            if mount.type == "volume":
                volume = engine.volumes.create(mount.name)
                engine.volumes.hold(volume.name, container_id)
                mount = replace(mount, name=volume.name)
            named.append(mount)
        spec = replace(spec, mounts=tuple(named))
        record = Record(container_id, engine.shelf.host, name, engine.now(), spec, State())
        record = engine.shelf.add(record)
        engine.network.attach(record)
    fill(engine, record)
    return record


def merged(image: ContainerConfig, wishes: Wishes) -> ContainerConfig:
    """The image's configuration with the user's over it."""
    own = wishes.config
    env = {entry.partition("=")[0]: entry for entry in own.env}
    base = {entry.partition("=")[0]: entry for entry in image.env}
    together = [*own.env, *(entry for key, entry in base.items() if key not in env)]
    entrypoint = image.entrypoint if wishes.entrypoint is None else (wishes.entrypoint or None)
    # An entry point of the user's own does not take the image's arguments.
    cmd = wishes.command or (image.cmd if wishes.entrypoint is None else None)
    labels = {**dict(image.labels), **dict(own.labels)}
    check = own.healthcheck or image.healthcheck
    if own.healthcheck is not None and image.healthcheck is not None and not own.healthcheck.test:
        check = image.healthcheck._replace(
            **{key: value for key, value in own.healthcheck._asdict().items() if value}
        )
    return image._replace(
        user=own.user or image.user,
        env=tuple(together),
        entrypoint=entrypoint,
        cmd=tuple(cmd) if cmd is not None else None,
        working_dir=own.working_dir or image.working_dir,
        exposed_ports=tuple(sorted({*image.exposed_ports, *own.exposed_ports})),
        volumes=tuple(sorted({*image.volumes, *own.volumes})),
        labels=tuple(labels.items()),
        stop_signal=own.stop_signal or image.stop_signal,
        healthcheck=None if wishes.no_healthcheck else check,
        on_build=(),
    )


def _mounts(engine: Engine, config: ContainerConfig, wishes: Wishes) -> list[MountPoint]:
    """What is mounted: volumes of the image, then those of other containers, then `-v`, then `--mount`; the
    later one has a place that several want.
    """
    places: dict[str, MountPoint] = {}
    for path in config.volumes:
        target = posixpath.normpath("/" + path.lstrip("/"))
        places[target] = MountPoint("volume", target)
    for text in wishes.volumes_from:
        for mount in _taken_over(engine, text):
            places[mount.target] = mount
    asked: set[str] = set()
    for binding in sorted(wishes.mounts, key=lambda one: one.long):
        if binding.target in asked:
            raise ContainerError(f"Duplicate mount point: {binding.target}")
        asked.add(binding.target)
        prepare_source(binding)
        places[binding.target] = MountPoint(
            binding.type,
            binding.target,
            source=binding.source if binding.type == "bind" else "",
            name=binding.source if binding.type == "volume" else "",
            mode=binding.mode,
            read_only=binding.read_only,
            named=binding.type == "volume" and bool(binding.source),
            copy=binding.copy,
            long=binding.long,
        )
    return [places[target] for target in sorted(places)]


def _taken_over(engine: Engine, text: str) -> Sequence[MountPoint]:
    """The mounts of another container, as `--volumes-from NAME[:ro|rw]` names it."""
    name, colon, mode = text.partition(":")
    if not name:
        raise ContainerError(
            "malformed volumes-from specification: volumes-from specification cannot be an empty string"
        )
    if colon and mode not in ("ro", "rw", "z", "Z"):
        raise ContainerError(f"invalid mode: {mode}")
    source = engine.shelf.find(name)
    return [
        replace(
            mount, copy=False, read_only=mount.read_only or mode == "ro", mode=mode or mount.mode, long=False
        )
        for mount in source.spec.mounts
        if mount.type != "tmpfs"
    ]
